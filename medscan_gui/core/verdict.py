"""The verdict: one total function from what is proven to one result and its reasons.

BLUE is earned, proof by proof; GREEN too. Precedence: a threat that is still there outranks
everything, then doubt, then removal, then "no threat". Nothing here raises and nothing is assumed:
a proof that is not given is a proof that is missing.
"""

from collections.abc import Iterator

import msgspec

from medscan_gui.core.coverage import Coverage
from medscan_gui.core.messages import Message
from medscan_gui.core.opinion import EngineOpinion, opinion_doubts
from medscan_gui.core.words import LIGHT_OF, Light, ScanDepth, Stop, VerdictKind


class EngineProof(msgspec.Struct, frozen=True, kw_only=True):
    """What one engine process proved before it scanned."""

    #: Rules that this process compiled from the verified sources.
    rules_loaded: int = 0
    #: SHA-256 digest of the bundle it compiled, as it reported it.
    bundle_digest: str = ""
    #: It found the self-test sample, and nothing in the harmless counter-sample.
    self_test_passed: bool = False
    #: Digests in the tables that this process opened.
    hashes_loaded: int = 0


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the verdict is drawn from. Every default is the distrustful one."""

    stop: Stop = Stop.CUT_OFF
    #: The end-of-scan event arrived.
    ended: bool = False
    coverage: Coverage = Coverage()
    threats_found: int = 0
    #: Threats quarantined whose original is verified to be gone.
    threats_removed: int = 0
    #: Threats whose very content the hospital accepts.
    threats_accepted: int = 0
    #: Only for the scan that verifies a clean-up: the proofs that the scan before it lacks, and the items
    #: that one read. The verdict is on both together.
    earlier_doubts: tuple[Message, ...] = ()
    earlier_items_read: int = 0
    bundle_verified: bool = False
    bundle_digest: str = ""
    rules_expected: int = 0
    hashes_expected: int = 0
    engines: tuple[EngineProof, ...] = ()
    #: Whether all of the target was to be read, or only the places of a quick scan.
    depth: ScanDepth = ScanDepth.FULL
    #: This computer's clock can tell the age of the signatures: it is not before their date.
    signature_age_known: bool = False
    #: Age of the signatures in days, and the age from which BLUE is no longer given.
    signature_age_days: int = 0
    signature_age_limit_days: int = 0
    #: The record is committed to the journal.
    committed: bool = False
    #: What other parts of the program could not vouch for (a refused bundle, an engine that would
    #: not start): each is a doubt of its own, in their words.
    troubles: tuple[Message, ...] = ()
    #: Second engines that were asked for, by their ids: each must have given its opinion, on everything.
    second_wanted: tuple[str, ...] = ()
    opinions: tuple[EngineOpinion, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """The result with its reasons, the most important first."""

    kind: VerdictKind
    reasons: tuple[Message, ...] = ()

    @property
    def light(self) -> Light:
        """The colour of this verdict."""
        return LIGHT_OF[self.kind]


#: The reason that each way of ending early gives.
STOP_REASONS = {
    Stop.CANCELLED: "verdict.cancelled",
    Stop.CUT_OFF: "verdict.cut_off",
    Stop.TARGET_GONE: "verdict.target_gone",
    Stop.ENGINE_FAILED: "verdict.engine_failed",
    Stop.SIGNATURES_REFUSED: "verdict.signatures_refused",
    Stop.SELF_TEST_FAILED: "verdict.self_test_failed",
}


def _end_doubts(evidence: Evidence) -> Iterator[Message]:
    if code := STOP_REASONS.get(evidence.stop):
        yield Message.of(code)
    elif not evidence.ended:
        yield Message.of("verdict.not_ended")


def _signature_doubts(evidence: Evidence) -> Iterator[Message]:
    if not evidence.bundle_verified or not evidence.bundle_digest:
        yield Message.of("verdict.bundle_not_verified")
    if evidence.rules_expected <= 0:
        yield Message.of("verdict.no_rules")
    if not evidence.signature_age_known:
        yield Message.of("verdict.signature_age_unknown")
    elif evidence.signature_age_days > evidence.signature_age_limit_days:
        yield Message.of("verdict.signatures_too_old", count=evidence.signature_age_days)


def _engine_doubts(evidence: Evidence) -> Iterator[Message]:
    expected, digest = evidence.rules_expected, evidence.bundle_digest
    if not evidence.engines:
        yield Message.of("verdict.no_engine_ready")
    for engine in evidence.engines:
        if engine.rules_loaded != expected or engine.bundle_digest != digest:
            yield Message.of("verdict.rules_missing", count=engine.rules_loaded, expected=expected)
            break
    for engine in evidence.engines:
        if engine.hashes_loaded != evidence.hashes_expected:
            yield Message.of("verdict.hashes_missing", count=engine.hashes_loaded, expected=evidence.hashes_expected)
            break
    if not all(engine.self_test_passed for engine in evidence.engines):
        yield Message.of("verdict.self_test_failed")


def _coverage_doubts(coverage: Coverage, earlier_items_read: int) -> Iterator[Message]:
    if not coverage.walk_complete:
        yield Message.of("verdict.walk_incomplete")
    if coverage.items_read <= 0 and coverage.items_not_read <= 0 and earlier_items_read <= 0:
        yield Message.of("verdict.nothing_scanned")
    if coverage.items_not_reached > 0:
        yield Message.of("verdict.items_not_reached", count=coverage.items_not_reached)
    if coverage.items_not_read > coverage.items_not_reached:
        yield Message.of("verdict.items_not_read", count=coverage.items_not_read - coverage.items_not_reached)
    if coverage.total() != coverage.items_counted or any(line.items < 0 for line in coverage.lines):
        yield Message.of("verdict.ledger_mismatch")


def doubts(evidence: Evidence) -> tuple[Message, ...]:
    """Return every proof that is missing, as messages without repetition; none means complete."""
    found = [
        *_end_doubts(evidence),
        *evidence.troubles,
        *_signature_doubts(evidence),
        *_engine_doubts(evidence),
        *_coverage_doubts(evidence.coverage, evidence.earlier_items_read),
        *opinion_doubts(evidence.second_wanted, evidence.opinions, evidence.coverage),
        *evidence.earlier_doubts,
    ]
    if not evidence.committed:
        found.append(Message.of("verdict.not_committed"))
    return tuple(dict.fromkeys(found))


def threats_left(evidence: Evidence) -> int:
    """Return how many threats are neither removed nor accepted; negative if the counts make no sense.

    Counts come from other processes: more removals and acceptances than threats, or negative ones, prove nothing.
    """
    removed, accepted = evidence.threats_removed, evidence.threats_accepted
    if min(removed, accepted) < 0 or removed + accepted > evidence.threats_found:
        return evidence.threats_found
    return evidence.threats_found - removed - accepted


def _threat_reasons(evidence: Evidence, left: int) -> Iterator[Message]:
    if left > 0:
        yield Message.of("verdict.threats_left", count=left)
    if left == evidence.threats_found:
        return  # none removed or accepted, or counts that prove nothing
    if evidence.threats_removed > 0:
        yield Message.of("verdict.threats_removed", count=evidence.threats_removed)
    if evidence.threats_accepted > 0:
        yield Message.of("verdict.threats_accepted", count=evidence.threats_accepted)


def decide(evidence: Evidence) -> Verdict:
    """Return the verdict for this evidence, with its reasons. Total: every input has one."""
    missing = doubts(evidence)
    left = threats_left(evidence)
    reasons = (*_threat_reasons(evidence, left), *missing)
    removed = left < evidence.threats_found and evidence.threats_removed > 0
    if left > 0 or (removed and missing):
        return Verdict(VerdictKind.ACTION_REQUIRED, reasons)
    if missing or left < 0:
        return Verdict(VerdictKind.INCOMPLETE, reasons)
    if evidence.depth is ScanDepth.QUICK:
        reasons = (*reasons, Message.of("verdict.quick_only"))
    if removed:
        return Verdict(VerdictKind.REMOVED, reasons)
    if unchanged := evidence.coverage.items_unchanged:
        reasons = (*reasons, Message.of("verdict.unchanged", count=unchanged))
    return Verdict(VerdictKind.NO_THREAT, (Message.of("verdict.no_threat"), *reasons))
