"""The verdict: BLUE is earned proof by proof, and nothing hides a finding."""

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.messages import Message
from medscan_gui.core.opinion import EngineOpinion, EngineStatus, SelfTest
from medscan_gui.core.verdict import EngineProof, Evidence, decide, doubts
from medscan_gui.core.words import ACCEPTED_SKIPS, Cause, Light, Outcome, Stop, VerdictKind

DIGEST = "a" * 64
GOOD_ENGINE = EngineProof(rules_loaded=12, bundle_digest=DIGEST, self_test_passed=True)
GOOD_COVERAGE = Coverage(
    lines=(
        CoverageLine(Outcome.SCANNED, Cause.NONE, 10, 1000),
        CoverageLine(Outcome.EMPTY, Cause.NONE, 2),
        CoverageLine(Outcome.SKIPPED_BY_POLICY, Cause.LINK, 3),
    ),
    items_counted=15,
    walk_complete=True,
)
PROVEN = Evidence(
    stop=Stop.COMPLETED,
    ended=True,
    coverage=GOOD_COVERAGE,
    bundle_verified=True,
    bundle_digest=DIGEST,
    rules_expected=12,
    engines=(GOOD_ENGINE, GOOD_ENGINE),
    signature_age_known=True,
    signature_age_days=5,
    signature_age_limit_days=90,
    committed=True,
)

GOOD_OPINION = EngineOpinion(
    engine="clamav",
    tool="clamd",
    database_age_days=1,
    status=EngineStatus.READY,
    self_test=SelfTest.PASSED,
    complete=True,
    coverage=Coverage(lines=(CoverageLine(Outcome.SCANNED, Cause.NONE, 10),), items_counted=10, walk_complete=True),
)


def changed(evidence: Evidence = PROVEN, **fields: Any) -> Evidence:
    return msgspec.structs.replace(evidence, **fields)


def with_lines(*lines: CoverageLine, counted: int | None = None) -> Evidence:
    items = sum(line.items for line in lines)
    coverage = Coverage(lines=lines, items_counted=items if counted is None else counted, walk_complete=True)
    return changed(coverage=coverage)


def second(**fields: Any) -> Evidence:
    """All proofs, and a second opinion with other fields."""
    return changed(second_wanted=("clamav",), opinions=(msgspec.structs.replace(GOOD_OPINION, **fields),))


def second_lines(*lines: CoverageLine) -> Evidence:
    items = sum(line.items for line in lines)
    return second(coverage=Coverage(lines=lines, items_counted=items, walk_complete=True))


#: Each takes one single proof away; together they name every proof of design.md's first promise.
LOST_PROOFS: dict[str, Evidence] = {
    "no end event": changed(ended=False),
    **{f"stopped: {stop}": changed(stop=stop) for stop in Stop if stop is not Stop.COMPLETED},
    "walk not finished": changed(coverage=msgspec.structs.replace(GOOD_COVERAGE, walk_complete=False)),
    "one item without an outcome": changed(coverage=msgspec.structs.replace(GOOD_COVERAGE, items_counted=16)),
    "one outcome too many": changed(coverage=msgspec.structs.replace(GOOD_COVERAGE, items_counted=14)),
    "zero files": changed(coverage=Coverage(walk_complete=True)),
    "only skipped files": with_lines(CoverageLine(Outcome.SKIPPED_BY_POLICY, Cause.LINK, 3)),
    "bundle not verified": changed(bundle_verified=False),
    "bundle without digest": changed(bundle_digest=""),
    "zero rules expected": changed(rules_expected=0),
    "no engine process": changed(engines=()),
    "one engine with fewer rules": changed(
        engines=(GOOD_ENGINE, msgspec.structs.replace(GOOD_ENGINE, rules_loaded=11))
    ),
    "one engine with more rules": changed(engines=(msgspec.structs.replace(GOOD_ENGINE, rules_loaded=13),)),
    "one engine with other rules": changed(engines=(msgspec.structs.replace(GOOD_ENGINE, bundle_digest="b" * 64),)),
    "one engine without self-test": changed(
        engines=(GOOD_ENGINE, msgspec.structs.replace(GOOD_ENGINE, self_test_passed=False))
    ),
    "one engine without a table of digests": changed(
        hashes_expected=7, engines=(GOOD_ENGINE, msgspec.structs.replace(GOOD_ENGINE, hashes_loaded=7))
    ),
    "one engine with digests that nobody knows of": changed(
        engines=(GOOD_ENGINE, msgspec.structs.replace(GOOD_ENGINE, hashes_loaded=1))
    ),
    "age of signatures not known": changed(signature_age_known=False),
    "signatures too old": changed(signature_age_days=91),
    "not committed": changed(committed=False),
    "a proof that the scan before the clean-up lacks": changed(earlier_doubts=(Message.of("verdict.cancelled"),)),
    "trouble told by another part": changed(troubles=(Message.of("scan.internal_error"),)),
    "a second engine that never answered": changed(second_wanted=("clamav",)),
    "an answer of another engine than the one asked": changed(second_wanted=("defender",), opinions=(GOOD_OPINION,)),
    "an opinion of which nothing is known": changed(opinions=(EngineOpinion(engine="clamav"),)),
    **{f"second engine {status}": second(status=status) for status in EngineStatus if status is not EngineStatus.READY},
    "second engine of unknown age": second(database_age_days=None),
    "second engine without self-test": second(self_test=SelfTest.NOT_RUN),
    "second engine that failed its self-test": second(self_test=SelfTest.FAILED),
    "second engine that stopped early": second(complete=False),
    "second engine whose counts do not add up": second(
        coverage=Coverage(lines=GOOD_OPINION.coverage.lines, items_counted=11, walk_complete=True)
    ),
    "second engine that analysed nothing": second_lines(),
    **{
        f"one file {outcome} for the second engine": second_lines(
            CoverageLine(Outcome.SCANNED, Cause.NONE, 10), CoverageLine(outcome, Cause.NONE, 1)
        )
        for outcome in Outcome
        if outcome not in (Outcome.SCANNED, Outcome.EMPTY)
    },
    "negative counts": with_lines(
        CoverageLine(Outcome.SCANNED, Cause.NONE, 10), CoverageLine(Outcome.UNREADABLE, Cause.NONE, -1), counted=9
    ),
    **{
        f"one item {outcome}": with_lines(
            CoverageLine(Outcome.SCANNED, Cause.NONE, 10), CoverageLine(outcome, Cause.NONE, 1)
        )
        for outcome in Outcome
        if outcome not in (Outcome.SCANNED, Outcome.EMPTY)
    },
    **{
        f"one item skipped for {cause}": with_lines(
            CoverageLine(Outcome.SCANNED, Cause.NONE, 10), CoverageLine(Outcome.SKIPPED_BY_POLICY, cause, 1)
        )
        for cause in Cause
        if cause not in ACCEPTED_SKIPS
    },
}


def test_all_proofs_give_blue() -> None:
    verdict = decide(PROVEN)
    assert verdict.kind is VerdictKind.NO_THREAT
    assert verdict.light is Light.BLUE
    assert verdict.reasons == (Message.of("verdict.no_threat"),)


def test_a_whole_second_opinion_leaves_blue() -> None:
    assert decide(second()).light is Light.BLUE
    # One that takes whole folders tells no counts, and can be given no test sample.
    assert decide(second(counted=False, coverage=Coverage(), self_test=SelfTest.NOT_POSSIBLE)).light is Light.BLUE


@pytest.mark.parametrize("lost", LOST_PROOFS.values(), ids=LOST_PROOFS.keys())
def test_any_single_lost_proof_gives_amber_with_a_reason(lost: Evidence) -> None:
    verdict = decide(lost)
    assert verdict.kind is VerdictKind.INCOMPLETE
    assert verdict.light is Light.AMBER
    assert verdict.reasons


def test_every_field_of_the_evidence_is_a_proof_or_the_threats() -> None:
    """A proof added to Evidence without a line in LOST_PROOFS would be a proof nobody checks."""
    touched = set()
    for lost in LOST_PROOFS.values():
        touched |= {name for name in Evidence.__struct_fields__ if getattr(lost, name) != getattr(PROVEN, name)}
    assert set(Evidence.__struct_fields__) - touched == {
        "threats_found",
        "threats_removed",
        "threats_accepted",
        "earlier_items_read",
        "depth",
        "signature_age_limit_days",
    }


def test_what_could_not_be_read_is_not_called_nothing() -> None:
    reasons = decide(with_lines(CoverageLine(Outcome.UNREADABLE, Cause.NO_PERMISSION, 3))).reasons
    assert reasons == (Message.of("verdict.items_not_read", count=3),)


def test_nothing_given_is_amber() -> None:
    assert decide(Evidence()).kind is VerdictKind.INCOMPLETE


def test_removed_and_complete_is_green() -> None:
    verdict = decide(changed(threats_found=2, threats_removed=2))
    assert verdict.kind is VerdictKind.REMOVED
    assert verdict.light is Light.GREEN
    assert Message.of("verdict.threats_removed", count=2) in verdict.reasons


@pytest.mark.parametrize("lost", LOST_PROOFS.values(), ids=LOST_PROOFS.keys())
def test_removed_but_incomplete_is_red(lost: Evidence) -> None:
    assert decide(changed(lost, threats_found=2, threats_removed=2)).kind is VerdictKind.ACTION_REQUIRED


@pytest.mark.parametrize("removed", [-5, 0, 1, 4, 99])
def test_partial_or_impossible_removal_is_red(removed: int) -> None:
    assert decide(changed(threats_found=3, threats_removed=removed)).kind is VerdictKind.ACTION_REQUIRED


@pytest.mark.parametrize(("removed", "accepted"), [(2, 2), (0, 4), (-1, 4), (4, -1), (1, 1), (0, 0), (2**70, -(2**70))])
def test_counts_that_leave_or_cannot_be_are_red(removed: int, accepted: int) -> None:
    verdict = decide(changed(threats_found=3, threats_removed=removed, threats_accepted=accepted))
    assert verdict.kind is VerdictKind.ACTION_REQUIRED


def test_accepted_threats_are_blue_and_said() -> None:
    verdict = decide(changed(threats_found=2, threats_accepted=2))
    assert verdict.kind is VerdictKind.NO_THREAT
    assert Message.of("verdict.threats_accepted", count=2) in verdict.reasons


def test_some_accepted_and_the_rest_removed_is_green() -> None:
    verdict = decide(changed(threats_found=3, threats_accepted=2, threats_removed=1))
    assert verdict.kind is VerdictKind.REMOVED


@pytest.mark.parametrize("lost", LOST_PROOFS.values(), ids=LOST_PROOFS.keys())
def test_accepted_but_incomplete_is_amber(lost: Evidence) -> None:
    assert decide(changed(lost, threats_found=2, threats_accepted=2)).kind is VerdictKind.INCOMPLETE


def test_nothing_left_to_read_after_a_clean_up_is_complete() -> None:
    empty = changed(coverage=Coverage(walk_complete=True), threats_found=1, threats_removed=1)
    assert decide(empty).kind is VerdictKind.ACTION_REQUIRED
    assert decide(changed(empty, earlier_items_read=1)).kind is VerdictKind.REMOVED


def test_two_lost_proofs_tell_both_reasons() -> None:
    for one, other in itertools.islice(itertools.combinations(LOST_PROOFS.values(), 2), 400):
        both = changed(
            one,
            **{
                name: getattr(other, name)
                for name in Evidence.__struct_fields__
                if getattr(other, name) != getattr(PROVEN, name)
            },
        )
        assert decide(both).kind is VerdictKind.INCOMPLETE
        assert set(doubts(other)) <= set(doubts(both))


_counts = st.integers(min_value=-3, max_value=2**63)
_coverages = st.builds(
    Coverage,
    lines=st.lists(
        st.builds(CoverageLine, st.sampled_from(Outcome), st.sampled_from(Cause), _counts, _counts), max_size=5
    ).map(tuple),
    items_counted=_counts,
    walk_complete=st.booleans(),
)
_engines = st.builds(
    EngineProof,
    rules_loaded=_counts,
    bundle_digest=st.sampled_from(["", DIGEST, "b" * 64]),
    self_test_passed=st.booleans(),
)
_evidence = st.builds(
    Evidence,
    stop=st.sampled_from(Stop),
    ended=st.booleans(),
    coverage=st.one_of(st.just(GOOD_COVERAGE), _coverages),
    threats_found=_counts,
    threats_removed=_counts,
    threats_accepted=_counts,
    earlier_doubts=st.sampled_from([(), (Message.of("verdict.cancelled"),)]),
    earlier_items_read=_counts,
    bundle_verified=st.booleans(),
    bundle_digest=st.sampled_from(["", DIGEST]),
    signature_age_known=st.booleans(),
    rules_expected=st.one_of(st.just(12), _counts),
    engines=st.lists(st.one_of(st.just(GOOD_ENGINE), _engines), max_size=3).map(tuple),
    signature_age_days=_counts,
    signature_age_limit_days=_counts,
    committed=st.booleans(),
    troubles=st.sampled_from([(), (Message.of("scan.internal_error"),)]),
)


@given(_evidence)
def test_total_and_never_hides_a_finding(evidence: Evidence) -> None:
    verdict = decide(evidence)
    assert verdict.reasons
    cleared = max(0, evidence.threats_removed) + max(0, evidence.threats_accepted)
    if evidence.threats_found > cleared:
        assert verdict.kind is VerdictKind.ACTION_REQUIRED
    if evidence.threats_found > 0 and evidence.threats_accepted <= 0:
        assert verdict.kind in (VerdictKind.ACTION_REQUIRED, VerdictKind.REMOVED)
    if evidence.threats_found > 0 and verdict.kind is VerdictKind.NO_THREAT:
        assert evidence.threats_accepted == evidence.threats_found


@given(_evidence)
def test_blue_and_green_only_without_any_doubt(evidence: Evidence) -> None:
    verdict = decide(evidence)
    if verdict.kind in (VerdictKind.NO_THREAT, VerdictKind.REMOVED):
        assert not doubts(evidence)
        assert evidence.committed
        assert evidence.ended
        assert evidence.coverage.items_read > 0 or evidence.earlier_items_read > 0
        assert evidence.coverage.total() == evidence.coverage.items_counted
        assert all(engine.rules_loaded == evidence.rules_expected > 0 for engine in evidence.engines)
        assert all(engine.self_test_passed for engine in evidence.engines)
    if verdict.kind is VerdictKind.REMOVED:
        assert evidence.threats_removed > 0
        assert evidence.threats_found == evidence.threats_removed + evidence.threats_accepted
