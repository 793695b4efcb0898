"""Every scan gets advice: the right one, in sentences that exist."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.device import Target
from medscan_gui.core.messages import Message
from medscan_gui.core.record import ScanRecord, SignatureFacts
from medscan_gui.core.sentences import PLURAL_SENTENCES, SENTENCES, verdict
from medscan_gui.core.text import Words
from medscan_gui.core.verdict import EngineProof, Evidence, Verdict, decide
from medscan_gui.core.words import (
    Cause,
    Fate,
    Light,
    Outcome,
    Place,
    ScanDepth,
    Severity,
    SignatureAge,
    Stop,
    TargetKind,
    VerdictKind,
)
from medscan_gui.export import advice as module
from medscan_gui.export.advice import Advice, advice
from tests.export import samples

REASON_CODES = sorted({*verdict.SENTENCES, *verdict.PLURAL_SENTENCES})


def steps(record: ScanRecord) -> list[str]:
    return [message.code for message in advice(record).next_steps]


def amber_for(**changes: object) -> ScanRecord:
    record = samples.record(samples.evidence(**changes))
    assert record.verdict.kind is VerdictKind.INCOMPLETE
    return record


def sentences_of(told: Advice) -> list[str]:
    words = Words()
    return [words.sentence(message) for message in (told.happened, told.means, *told.next_steps)]


def test_a_threat_on_a_device_isolates_it_and_keeps_it_running() -> None:
    told = steps(samples.red())
    assert told[:5] == [
        "advice.do.patient_first",
        "advice.do.isolate",
        "advice.do.keep_powered",
        "advice.do.no_reconnect",
        "advice.do.call",
    ]


def test_a_threat_on_a_medium_takes_the_medium_away() -> None:
    told = steps(samples.red(target=samples.STICK))
    assert told[:2] == ["advice.do.unplug_medium", "advice.do.keep_apart"]
    assert "advice.do.keep_powered" not in told
    assert advice(samples.red(target=samples.STICK)).means.code == "advice.means.red_medium"


def test_an_incomplete_scan_with_a_threat_says_both() -> None:
    record = samples.record(samples.evidence(threats_found=2, stop=Stop.CANCELLED), findings=(samples.finding(),) * 2)
    assert advice(record).happened == Message.of("advice.happened.threats_incomplete", count=2)
    assert steps(record)[-1] == "advice.do.complete_later"


def test_threats_partly_removed_are_counted_apart() -> None:
    record = samples.record(samples.evidence(threats_found=5, threats_removed=3))
    assert advice(record).happened == Message.of("advice.happened.threats_partly", count=2, removed=3)


def test_threats_removed_in_doubt_are_red_and_say_so() -> None:
    record = samples.record(samples.evidence(threats_found=3, threats_removed=3, ended=False))
    assert record.verdict.kind is VerdictKind.ACTION_REQUIRED
    assert advice(record).happened.code == "advice.happened.removed_incomplete"


def left_because(*codes: str, removable: bool = False) -> ScanRecord:
    findings = tuple(samples.finding(number, why=Message.of(code)) for number, code in enumerate(codes))
    target = samples.STICK if removable else samples.COMPUTER
    record = samples.record(samples.evidence(threats_found=len(codes)), findings=findings, target=target)
    return msgspec.structs.replace(record, action="a-1", follows="s-1")


@pytest.mark.parametrize(
    ("code", "step"),
    [
        ("protected.system", "advice.do.left_protected"),
        ("protected.anything_new", "advice.do.left_protected"),
        ("files.read_only", "advice.do.left_read_only"),
        ("clean_up.held", "advice.do.left_in_use"),
        ("files.in_use", "advice.do.left_in_use"),
        ("files.no_permission", "advice.do.left_no_permission"),
        ("files.changed", "advice.do.left_changed"),
        ("clean_up.cancelled", "advice.do.left_cancelled"),
        ("clean_up.came_back", "advice.do.left_came_back"),
        ("vault.full", "advice.do.left_no_room"),
        ("files.io_error", "advice.do.left_otherwise"),
        ("vault.altered", "advice.do.left_otherwise"),
    ],
)
@pytest.mark.parametrize("removable", [True, False])
def test_a_threat_that_clean_up_left_says_what_to_do(code: str, step: str, removable: bool) -> None:
    record = left_because(code, removable=removable)
    told = steps(record)
    assert step in told
    assert told[:2] == steps(samples.red(target=record.target))[:2], "safety first, then the file"
    assert advice(record).happened == Message.of("advice.happened.threats_not_removed", count=1)


def test_of_many_reasons_the_most_helpful_are_told() -> None:
    told = steps(left_because("clean_up.cancelled", "files.in_use", "vault.full", "protected.boot", "files.io_error"))
    assert [step for step in told if ".left_" in step] == ["advice.do.left_protected", "advice.do.left_in_use"]


def test_every_reason_to_leave_a_file_that_is_named_here_exists() -> None:
    known = {*SENTENCES, *PLURAL_SENTENCES}
    assert [code for code in module._LEFT_STEPS if "." in code and code not in known] == []


def test_an_accepted_file_is_neither_a_threat_that_is_there_nor_a_doubt() -> None:
    partly = samples.record(samples.evidence(threats_found=5, threats_removed=2, threats_accepted=1))
    assert advice(partly).happened == Message.of("advice.happened.threats_partly", count=2, removed=2)
    blue = samples.record(samples.evidence(threats_found=1, threats_accepted=1))
    assert advice(blue).happened == Message.of("advice.happened.accepted", count=1, items=13_115)
    assert advice(blue).means.code == "advice.means.blue_accepted"
    assert steps(blue) == ["advice.do.nothing", "advice.do.review_accepted"]
    amber = amber_for(threats_found=1, threats_accepted=1, stop=Stop.CANCELLED)
    assert advice(amber).happened == Message.of("verdict.cancelled")
    assert advice(amber).means.code == "advice.means.amber_accepted"
    assert steps(amber) == ["advice.do.run_to_end", "advice.do.unchecked_device"]


def test_counts_that_make_no_sense_leave_every_threat_where_it_is() -> None:
    record = samples.record(samples.evidence(threats_found=2, threats_removed=1, threats_accepted=5))
    assert advice(record).happened == Message.of("advice.happened.threats", count=2)


def test_green_on_a_device_asks_the_manufacturer_first() -> None:
    record = samples.record(samples.evidence(threats_found=2, threats_removed=2))
    assert steps(record) == [
        "advice.do.tell_manufacturer", "advice.do.tell_before_service", "advice.do.confirm", "advice.do.find_source",
        "advice.do.undo", "advice.do.keep_report",
    ]  # fmt: skip


def test_a_weak_sign_is_called_weak_and_a_strong_one_beside_it_is_not() -> None:
    weak, strong = samples.finding(1, severity=Severity.LOW), samples.finding(2, severity=Severity.HIGH)
    only_weak = samples.record(samples.evidence(threats_found=1), findings=(weak,))
    assert advice(only_weak).means.code == "advice.means.red_weak"
    both = samples.record(samples.evidence(threats_found=2), findings=(weak, strong))
    assert advice(both).means.code == "advice.means.red_device"


def test_blue_on_a_medium_promises_less_than_on_a_device() -> None:
    told = advice(samples.blue(samples.STICK))
    assert told.means.code == "advice.means.blue_medium"
    assert "no guarantee" in Words().sentence(told.means)
    assert [step.code for step in told.next_steps] == [
        "advice.do.use_medium",
        "advice.do.scan_each_time",
        "advice.do.odd_medium",
    ]


@pytest.mark.parametrize("kind", [TargetKind.FOLDER, TargetKind.FILE])
@pytest.mark.parametrize("removable", [True, False])
def test_blue_on_a_part_speaks_of_that_part_only(kind: TargetKind, removable: bool) -> None:
    target = msgspec.structs.replace(samples.STICK, kind=kind, removable=removable)
    told = advice(samples.blue(target))
    assert told.means.code == "advice.means.blue_part"
    assert "advice.do.scan_whole" in [step.code for step in told.next_steps]


def test_green_is_not_the_end_of_it() -> None:
    assert steps(samples.green()) == [
        "advice.do.trace_medium", "advice.do.confirm", "advice.do.undo", "advice.do.keep_report"
    ]  # fmt: skip
    assert advice(samples.green()).happened == Message.of("advice.happened.removed", count=2)


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"stop": Stop.CANCELLED}, "advice.do.run_to_end"),
        ({"stop": Stop.CUT_OFF, "ended": False}, "advice.do.keep_running"),
        ({"stop": Stop.TARGET_GONE}, "advice.do.plug_back"),
        ({"stop": Stop.ENGINE_FAILED, "engines": ()}, "advice.do.restart_engine"),
        ({"stop": Stop.SIGNATURES_REFUSED, "bundle_verified": False, "engines": ()}, "advice.do.renew_signatures"),
        ({"stop": Stop.SELF_TEST_FAILED}, "advice.do.self_test"),
        ({"signature_age_days": 120}, "advice.do.update_signatures"),
        ({"committed": False}, "advice.do.save_elsewhere"),
        ({"ended": False}, "advice.do.keep_running"),
        ({"rules_expected": 215}, "advice.do.renew_signatures"),
        ({"coverage": samples.coverage(walk_complete=False)}, "advice.do.walk_again"),
        ({"coverage": Coverage(walk_complete=True)}, "advice.do.check_target"),
        ({"coverage": Coverage(lines=samples.CLEAN, items_counted=1, walk_complete=True)}, "advice.do.program_fault"),
    ],
)
def test_each_reason_says_what_to_do_first(changes: dict[str, object], step: str) -> None:
    told = steps(amber_for(**changes))
    assert told == [step, "advice.do.unchecked_device"]


@pytest.mark.parametrize(
    ("outcome", "cause", "step"),
    [
        (Outcome.UNREADABLE, Cause.NO_PERMISSION, "advice.do.administrator"),
        (Outcome.UNREADABLE, Cause.IN_USE, "advice.do.close_programs"),
        (Outcome.UNREADABLE, Cause.READ_ERROR, "advice.do.failing_medium"),
        (Outcome.UNREADABLE, Cause.NAME_TOO_LONG, "advice.do.long_names"),
        (Outcome.UNREADABLE, Cause.STORED_ONLINE, "advice.do.stored_online"),
        (Outcome.VANISHED, Cause.NONE, "advice.do.keep_still"),
        (Outcome.ENCRYPTED, Cause.NONE, "advice.do.encrypted"),
        (Outcome.TOO_DEEP, Cause.NONE, "advice.do.unpack"),
        (Outcome.TIMED_OUT, Cause.RULE_TOO_SLOW, "advice.do.slow_files"),
        (Outcome.ENGINE_CRASHED, Cause.ENGINE_DIED, "advice.do.crashing_files"),
        (Outcome.SKIPPED_BY_POLICY, Cause.STORED_ONLINE, "advice.do.left_out"),
    ],
)
def test_each_cause_says_what_to_do(outcome: Outcome, cause: Cause, step: str) -> None:
    record = amber_for(coverage=samples.coverage(CoverageLine(outcome, cause, 2)))
    assert steps(record) == [step, "advice.do.unchecked_device"]


def test_the_most_frequent_cause_comes_first() -> None:
    few = CoverageLine(Outcome.UNREADABLE, Cause.NO_PERMISSION, 1)
    many = CoverageLine(Outcome.ENCRYPTED, Cause.NONE, 9)
    told = steps(amber_for(coverage=samples.coverage(few, many)))
    assert told[:2] == ["advice.do.encrypted", "advice.do.administrator"]


def test_nobody_is_given_ten_things_to_do_at_once() -> None:
    causes = (Cause.NO_PERMISSION, Cause.IN_USE, Cause.READ_ERROR)
    outcomes = (Outcome.ENCRYPTED, Outcome.DAMAGED, Outcome.TOO_LARGE)
    lines = [CoverageLine(Outcome.UNREADABLE, cause, 9) for cause in causes]
    lines += [CoverageLine(outcome, Cause.NONE, 1) for outcome in outcomes]
    assert len(steps(amber_for(coverage=samples.coverage(*lines)))) == module.MOST_CAUSES + 1


def test_an_engine_that_cannot_be_trusted_comes_before_what_it_could_not_read() -> None:
    coverage = samples.coverage(CoverageLine(Outcome.ENCRYPTED, Cause.NONE, 2))
    record = amber_for(coverage=coverage, rules_expected=999, signature_age_days=120)
    assert steps(record) == ["advice.do.renew_signatures", "advice.do.unchecked_device"]


def test_an_unsaved_result_is_saved_first() -> None:
    coverage = samples.coverage(CoverageLine(Outcome.ENCRYPTED, Cause.NONE, 2))
    assert steps(amber_for(coverage=coverage, committed=False))[0] == "advice.do.save_elsewhere"


def test_an_untested_engine_is_never_called_a_good_sign() -> None:
    record = amber_for(stop=Stop.SELF_TEST_FAILED)
    assert advice(record).means.code == "advice.means.amber_blind"
    assert advice(amber_for(committed=False)).means.code == "advice.means.amber_unsaved"
    assert advice(amber_for(signature_age_days=120)).means.code == "advice.means.amber_old"


def test_a_wrong_clock_is_told_with_any_light() -> None:
    signatures = SignatureFacts(created="2027-01-01T00:00:00Z", clock_doubtful=True)
    for record in (samples.blue(), samples.red(), samples.amber(), samples.green()):
        doubtful = msgspec.structs.replace(record, signatures=signatures)
        assert steps(doubtful)[-1] == "advice.do.check_clock"


def test_ageing_signatures_are_told_with_blue() -> None:
    signatures = SignatureFacts(created="2026-11-01T00:00:00Z", age_days=20, age=SignatureAge.AGEING)
    record = msgspec.structs.replace(samples.blue(), signatures=signatures)
    assert advice(record).next_steps[-1] == Message.of("advice.do.ageing_signatures", count=20)


def test_every_reason_and_every_outcome_has_its_step() -> None:
    told_otherwise = {
        "verdict.no_threat", "verdict.removed", "verdict.action_required", "verdict.incomplete",
        "verdict.threats_left", "verdict.threats_removed", "verdict.threats_accepted", "verdict.items_not_read",
        "verdict.no_threat_quick", "verdict.quick_only", "verdict.unchanged",
    }  # fmt: skip
    assert set(REASON_CODES) - told_otherwise == set(module._REASON_STEPS)
    assert set(Outcome) - {Outcome.SCANNED, Outcome.EMPTY} == set(module._OUTCOME_STEPS)


QUICK = msgspec.structs.replace(samples.COMPUTER, depth=ScanDepth.QUICK)


def test_a_quick_scan_is_never_called_a_full_one() -> None:
    record = samples.record(samples.evidence(depth=ScanDepth.QUICK), target=QUICK)
    assert record.light is Light.BLUE
    assert [reason.code for reason in record.verdict.reasons] == ["verdict.no_threat", "verdict.quick_only"]
    assert advice(record).means.code == "advice.means.blue_quick"
    assert steps(record) == ["advice.do.scan_full"]
    removed = samples.evidence(depth=ScanDepth.QUICK, threats_found=1, threats_removed=1)
    assert decide(removed).reasons[-1].code == "verdict.quick_only"
    assert "[quick]" in QUICK.shown


@pytest.mark.parametrize(
    ("places", "step", "means"),
    [
        ((Place.MEMORY,), "advice.do.memory_threat", "advice.means.red_memory"),
        ((Place.FILE, Place.AUTOSTART), "advice.do.autostart_threat", "advice.means.red_device"),
        ((Place.AUTOSTART, Place.BOOT), "advice.do.boot_threat", "advice.means.red_device"),
        ((Place.BOOT, Place.MEMORY, Place.AUTOSTART), "advice.do.memory_threat", "advice.means.red_memory"),
    ],
)
def test_a_threat_in_no_file_has_its_own_step(places: tuple[Place, ...], step: str, means: str) -> None:
    found = tuple(samples.finding(number, place=place) for number, place in enumerate(places))
    record = samples.record(samples.evidence(threats_found=len(found)), findings=found)
    assert [code for code in steps(record) if code.endswith("_threat")] == [step]
    assert advice(record).means.code == means
    accepted = tuple(msgspec.structs.replace(one, fate=Fate.ACCEPTED) for one in found[1:])
    record = samples.record(samples.evidence(threats_found=len(found)), findings=(samples.finding(), *accepted))
    assert [code for code in steps(record) if code.endswith("_threat")] == []


def test_a_record_without_reasons_still_has_advice() -> None:
    record = msgspec.structs.replace(samples.blue(), verdict=Verdict(VerdictKind.INCOMPLETE, ()))
    assert steps(record)[0] == "advice.do.scan_again"


def test_every_sentence_of_the_advice_is_used() -> None:
    source = module.__file__
    with open(source, encoding="utf-8") as file:
        text = file.read()
    codes = [code for code in (*SENTENCES, *PLURAL_SENTENCES) if code.startswith("advice.")]
    unused = [code for code in codes if code not in text and not code.startswith("advice.means.blue_")]
    assert codes
    assert unused == []


_counts = st.integers(min_value=-1, max_value=3)
_line = st.builds(CoverageLine, st.sampled_from(Outcome), st.sampled_from(Cause), st.integers(0, 5))
_lines = st.lists(_line, max_size=5, unique=True).map(tuple)
_proof = st.builds(EngineProof, rules_loaded=st.integers(0, 2), self_test_passed=st.booleans())
_evidence = st.builds(
    Evidence,
    stop=st.sampled_from(Stop),
    ended=st.booleans(),
    coverage=st.builds(Coverage, lines=_lines, items_counted=st.integers(0, 9), walk_complete=st.booleans()),
    threats_found=_counts,
    threats_removed=_counts,
    threats_accepted=_counts,
    earlier_items_read=st.integers(-1, 3),
    bundle_verified=st.booleans(),
    bundle_digest=st.sampled_from(["", samples.DIGEST]),
    rules_expected=st.integers(0, 2),
    engines=st.lists(_proof, max_size=2).map(tuple),
    signature_age_days=st.integers(0, 99),
    committed=st.booleans(),
)


@given(proof=_evidence, target=st.sampled_from([samples.COMPUTER, samples.STICK]), kind=st.sampled_from(TargetKind))
def test_advice_is_total_and_its_sentences_exist(proof: Evidence, target: Target, kind: TargetKind) -> None:
    aim = msgspec.structs.replace(target, kind=kind)
    record = samples.record(proof, target=aim)
    told = advice(record)
    assert told.next_steps
    assert len(set(told.next_steps)) == len(told.next_steps)
    for sentence in sentences_of(told):
        assert sentence
        assert not sentence.startswith("[")
    if decide(proof).kind is VerdictKind.ACTION_REQUIRED:
        wanted = "advice.do.keep_apart" if aim.removable else "advice.do.isolate"
        assert wanted in [step.code for step in told.next_steps]
