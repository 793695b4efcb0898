"""Rules that cannot be trusted are refused as a whole: never a smaller silent set."""

from pathlib import Path

import pytest

from medscan_gui.core.messages import Message
from medscan_gui.core.sentences import SENTENCES
from medscan_gui.core.text import Words, placeholders
from medscan_gui.core.words import Stop
from medscan_gui.engine.events import EngineRefused
from tests.engine.scanning import MARKER, Told, job, make_bundle, scan


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """One file with a threat."""
    (tmp_path / "f").write_bytes(MARKER)
    return tmp_path


def refusal(told: Told) -> Message:
    [event] = [event for event in told.events if isinstance(event, EngineRefused)]
    return event.message


@pytest.mark.parametrize(
    ("source", "line"),
    [
        pytest.param(b"rule Good { condition: true }\n\nrule Bad {\n condition: nonsense }\n", 4, id="unknown word"),
        pytest.param(b'rule Bad {\n strings: $a = "unused"\n condition: true }\n', 3, id="unused string"),
        pytest.param(b'import "magic"\nrule Bad { condition: magic.type() contains "x" }\n', 2, id="unknown module"),
        pytest.param(b"rule Twice { condition: true }\nrule Twice { condition: true }\n", 2, id="a name twice"),
        pytest.param(b'include "/etc/passwd"\nrule Bad { condition: true }\n', 1, id="include"),
        pytest.param(b"rule Bad { // \xe9\n condition: true }\n", 1, id="no UTF-8"),
    ],
)
def test_one_bad_file_refuses_the_bundle_and_is_named(target: Path, source: bytes, line: int) -> None:
    bundle = make_bundle(sources={"rules/bad.yar": source, "rules/more.yar": b"rule More { condition: true }"})
    told = scan(job(target, bundle=bundle, workers=2))
    assert told.stop is Stop.SIGNATURES_REFUSED
    assert told.findings == []
    message = refusal(told)
    assert (message.code, message.param("file"), message.param("line")) == (
        "engine.rule_file_refused",
        "rules/bad.yar",
        line,
    )
    assert message.param("detail")


def test_an_engine_that_misses_its_sample_does_not_scan(target: Path) -> None:
    told = scan(job(target, bundle=make_bundle("rule Blind { condition: false }", self_test="Blind")))
    assert (told.stop, told.refused, told.findings) == (Stop.SELF_TEST_FAILED, ["engine.self_test_sample"], [])
    assert [proof.self_test_passed for proof in told.ended.engines] == [False]


def test_an_engine_that_sees_threats_everywhere_does_not_scan(target: Path) -> None:
    told = scan(job(target, bundle=make_bundle("rule Everything { condition: filesize > 0 }")))
    assert (told.stop, told.refused, told.findings) == (Stop.SELF_TEST_FAILED, ["engine.self_test_counter"], [])


def test_the_same_rule_name_in_two_files_is_two_rules(target: Path) -> None:
    rule = b'rule Same { strings: $m = "marker-of" condition: $m }'
    told = scan(job(target, bundle=make_bundle(sources={"rules/a.yar": rule, "rules/b.yar": rule})))
    assert sorted((finding.rule, finding.rule_file) for finding in told.findings) == [
        ("Marker", "rules/own.yar"),
        ("Same", "rules/a.yar"),
        ("Same", "rules/b.yar"),
    ]


def test_every_refusal_has_its_sentence() -> None:
    refusals = [
        Message.of("engine.rule_file_refused", file="rules/x.yar", line=3, detail="syntax error"),
        Message.of("engine.rules_refused", file="", line=0, detail="syntax error"),
        Message.of("engine.rules_differ", loaded=1, expected=2),
        Message.of("engine.self_test_sample"),
        Message.of("engine.self_test_counter"),
        Message.of("engine.not_started", detail="no such file"),
        Message.of("engine.lost_too_often", count=51),
    ]
    assert {message.code for message in refusals} == {code for code in SENTENCES if code.startswith("engine.")}
    for message in refusals:
        sentence = Words().sentence(message)
        assert not sentence.startswith("[")
        assert placeholders(SENTENCES[message.code]) <= {name for name, _ in message.params}
