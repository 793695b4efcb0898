"""ClamAV's program with a list of names, as on Windows: the same program, asked that way here."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.second.base import Answered, Given, Unusable
from medscan_gui.engine.second.batch import Batches, Expected, can_be_given
from medscan_gui.engine.second.clamscan import Installed
from tests.engine.second.conftest import MARKER, needed


def files(*paths: bytes) -> list[Given]:
    return [Given(path, 1, -1, None) for path in paths]


def answers(expected: Expected, *lines: bytes) -> list[Answered]:
    told = [answered for line in lines for answered in expected.take(line)]
    return [*told, *expected.rest()]


def threats(told: list[Answered]) -> dict[bytes, str]:
    return {answered.file.path: answered.answer.threat for answered in told}


#: Made of what answers are made of: whoever writes the names on a medium would choose such.
_part = st.sampled_from(
    [b"a", b"b", b": ", b"OK", b"X FOUND", b" FOUND", b"WARNING: ", b"Empty file", b"/", b" ", b":"]
)
_name = st.lists(_part, min_size=1, max_size=6).map(lambda parts: b"/t/" + b"".join(parts))
_result = st.sampled_from([b"OK", b"Bad.Thing FOUND", b"Empty file", b"Can't access file", b"Some text ERROR"])


@given(st.lists(st.tuples(_name, _result, st.booleans()), min_size=1, max_size=8, unique_by=lambda one: one[0]))
def test_no_file_ever_gets_the_answer_of_another(told: list[tuple[bytes, bytes, bool]]) -> None:
    """Some lines may be missing; those that are there are for the file that they are about, or for none."""
    lines = [name + b": " + result for name, result, said in told if said]
    got = answers(Expected(files(*(name for name, _result, _said in told))), *lines)
    assert [answered.file.path for answered in got] == [name for name, _result, _said in told]
    for answered, (_path, result, said) in zip(got, told, strict=True):
        if not said:
            assert answered.answer.outcome is Outcome.UNREADABLE
            assert not answered.answer.threat
        elif answered.answer.outcome is Outcome.SCANNED:
            assert (answered.answer.threat == "Bad.Thing") is (result == b"Bad.Thing FOUND")


def test_all_lines_are_understood_where_none_is_missing() -> None:
    names = [b"/t/a", b"/t/a: OK", b"/t/a: X FOUND", b"/t/a: OK: OK"]
    lines = [names[0] + b": OK", names[1] + b": Bad FOUND", names[2] + b": OK", names[3] + b": OK"]
    assert threats(answers(Expected(files(*names)), *lines)) == dict(zip(names, ["", "Bad", "", ""], strict=True))


@pytest.mark.parametrize("path", [b"/t/a\nb", b"/t/a\r", b"/t/a\rb", b"/t/a ", b"/t/" + b"x" * 1000, b"/t/\0"])
def test_names_that_the_list_would_change_are_not_given(path: bytes) -> None:
    assert not can_be_given(path)


def batches(database: Path, scratch: Path) -> Batches:
    scratch.mkdir()
    return Batches(Installed(needed("clamscan"), database, None), str(scratch), file_seconds=30.0, start_seconds=60.0)


def test_the_real_program_is_understood(database: Path, stick: Path, tmp_path: Path) -> None:
    names = [b"a: OK", b"b: X FOUND", b"c\nd", b"e\xff", b"f"]
    folder = os.fsencode(stick)
    for name in names:
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(b"harmless")
        Path(os.fsdecode(folder + b"/bad " + name)).write_bytes(MARKER)
    paths = [folder + b"/" + prefix + name for name in names for prefix in (b"", b"bad ")]
    paths += [folder + b"/gone", os.fsencode(stick / "note.txt")]
    told = list(batches(database, tmp_path / "scratch").run(iter(files(*paths)), lambda: None))
    by_name = {answered.file.path.removeprefix(folder + b"/"): answered.answer for answered in told}
    assert len(by_name) == len(told) == len(paths)
    assert {name for name, answer in by_name.items() if answer.threat} == {
        b"bad " + name for name in names if b"\n" not in name
    }
    assert by_name[b"c\nd"].outcome is Outcome.UNREADABLE
    assert by_name[b"bad c\nd"].cause is Cause.ENGINE_ERROR
    assert by_name[b"gone"].outcome is Outcome.UNREADABLE
    assert by_name[b"note.txt"].outcome is Outcome.SCANNED
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_program_that_ends_early_is_not_believed(database: Path, stick: Path, tmp_path: Path) -> None:
    (database / "broken.ndb").write_text("this is no signature\n")
    told: list[Answered] = []
    with pytest.raises(Unusable) as refusal:
        for answered in batches(database, tmp_path / "scratch").run(iter(files(os.fsencode(stick))), lambda: None):
            told.append(answered)
    assert refusal.value.reason.code == "second.error"
    assert [answered.answer.outcome for answered in told] == [Outcome.UNREADABLE]
