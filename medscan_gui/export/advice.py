"""The advice after a scan: what happened, what it means, what to do next.

One wording for the window, the command line and the PDF. It is drawn from the record alone, so
that an old record gives the same advice as on its day.
"""

from collections.abc import Iterator

import msgspec

from medscan_gui.core.coverage import is_accepted
from medscan_gui.core.messages import Message
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.verdict import STOP_REASONS, threats_left
from medscan_gui.core.words import (
    READ_OUTCOMES,
    SEVERITY_ORDER,
    Cause,
    Fate,
    Outcome,
    Place,
    Severity,
    SignatureAge,
    Stop,
    TargetKind,
    VerdictKind,
)


class Advice(msgspec.Struct, frozen=True):
    """What the operator is told after a scan, as messages. `next_steps` is never empty, first step first."""

    happened: Message
    means: Message
    next_steps: tuple[Message, ...]


_BLIND = frozenset(
    {
        "verdict.signatures_refused",
        "verdict.self_test_failed",
        "verdict.bundle_not_verified",
        "verdict.no_rules",
        "verdict.rules_missing",
        "verdict.hashes_missing",
        "verdict.no_engine_ready",
    }
)

_REASON_STEPS = {
    "verdict.cancelled": "advice.do.run_to_end",
    "verdict.items_not_reached": "advice.do.run_to_end",
    "verdict.cut_off": "advice.do.keep_running",
    "verdict.target_gone": "advice.do.plug_back",
    "verdict.engine_failed": "advice.do.restart_engine",
    "verdict.signatures_refused": "advice.do.renew_signatures",
    "verdict.self_test_failed": "advice.do.self_test",
    "verdict.not_ended": "advice.do.keep_running",
    "verdict.bundle_not_verified": "advice.do.renew_signatures",
    "verdict.no_rules": "advice.do.renew_signatures",
    "verdict.no_engine_ready": "advice.do.restart_engine",
    "verdict.signature_age_unknown": "advice.do.check_clock",
    "verdict.rules_missing": "advice.do.renew_signatures",
    "verdict.hashes_missing": "advice.do.renew_signatures",
    "verdict.signatures_too_old": "advice.do.update_signatures",
    "verdict.walk_incomplete": "advice.do.walk_again",
    "verdict.nothing_scanned": "advice.do.check_target",
    "verdict.ledger_mismatch": "advice.do.program_fault",
    "verdict.not_committed": "advice.do.save_elsewhere",
}
#: Reasons that second opinions give begin so; what is wrong with one has mostly no other step than to try again.
_SECOND = "second."
_SECOND_STEPS = {
    "second.absent": "advice.do.second_install",
    "second.disabled": "advice.do.second_install",
    "second.hides_limits": "advice.do.second_install",
    "second.no_database": "advice.do.second_update",
    "second.too_old": "advice.do.second_update",
    "second.stale": "advice.do.second_update",
    "second.age_unknown": "advice.do.second_update",
    "second.not_analysed": "advice.do.second_files",
    "second.cancelled": "advice.do.run_to_end",
}
_SECOND_OTHERWISE = "advice.do.second_again"

# What a stopped scan always brings along: its own reason already says what to do.
_STOP_ECHOES = frozenset(
    {
        "verdict.not_ended",
        "verdict.walk_incomplete",
        "verdict.nothing_scanned",
        "verdict.ledger_mismatch",
        "verdict.items_not_reached",
        "verdict.bundle_not_verified",
        "verdict.no_rules",
        "verdict.no_engine_ready",
        "verdict.signature_age_unknown",
        "second.not_reached",
    }
)

_CAUSE_STEPS = {
    Cause.NO_PERMISSION: "advice.do.administrator",
    Cause.IN_USE: "advice.do.close_programs",
    Cause.READ_ERROR: "advice.do.failing_medium",
    Cause.NAME_TOO_LONG: "advice.do.long_names",
    Cause.STORED_ONLINE: "advice.do.stored_online",
    Cause.CHANGED_WHILE_READ: "advice.do.keep_still",
    Cause.REPLACED: "advice.do.keep_still",
    Cause.NO_ANSWER: "advice.do.slow_files",
    Cause.RULE_TOO_SLOW: "advice.do.slow_files",
    Cause.ENGINE_DIED: "advice.do.crashing_files",
    Cause.ENGINE_ERROR: "advice.do.restart_engine",
    Cause.NOT_REACHED: "advice.do.run_to_end",
    Cause.TOO_MUCH_MEMORY: "advice.do.large_memory",
}
_OUTCOME_STEPS = {
    Outcome.SKIPPED_BY_POLICY: "advice.do.left_out",
    Outcome.UNREADABLE: "advice.do.failing_medium",
    Outcome.VANISHED: "advice.do.keep_still",
    Outcome.ENCRYPTED: "advice.do.encrypted",
    Outcome.DAMAGED: "advice.do.damaged",
    Outcome.TOO_LARGE: "advice.do.unpack",
    Outcome.TOO_DEEP: "advice.do.unpack",
    Outcome.LIMIT_REACHED: "advice.do.unpack",
    Outcome.TIMED_OUT: "advice.do.slow_files",
    Outcome.ENGINE_CRASHED: "advice.do.crashing_files",
    Outcome.CANCELLED: "advice.do.run_to_end",
}


#: Reasons that count threats: what to do about them follows from the light.
_THREAT_REASONS = frozenset({"verdict.threats_left", "verdict.threats_removed", "verdict.threats_accepted"})

#: Why clean-up left a threat, by the code of its reason or by the family of the code; what helps most comes first.
_LEFT_STEPS = {
    "clean_up.not_a_file": "advice.do.left_not_file",
    "protected": "advice.do.left_protected",
    "files.read_only": "advice.do.left_read_only",
    "clean_up.came_back": "advice.do.left_came_back",
    "files.came_back": "advice.do.left_came_back",
    "clean_up.held": "advice.do.left_in_use",
    "files.in_use": "advice.do.left_in_use",
    "files.no_permission": "advice.do.left_no_permission",
    "files.immutable": "advice.do.left_no_permission",
    "files.folder_not_writable": "advice.do.left_no_permission",
    "files.sticky": "advice.do.left_no_permission",
    "clean_up.no_room": "advice.do.left_no_room",
    "vault.full": "advice.do.left_no_room",
    "clean_up.changed": "advice.do.left_changed",
    "clean_up.changed_in_scan": "advice.do.left_changed",
    "files.changed": "advice.do.left_changed",
    "files.gone": "advice.do.left_changed",
    "files.is_link": "advice.do.left_changed",
    "files.is_folder": "advice.do.left_changed",
    "files.not_a_file": "advice.do.left_changed",
    "files.moved": "advice.do.left_changed",
    "files.name_taken": "advice.do.left_changed",
    "clean_up.cancelled": "advice.do.left_cancelled",
    "files.cancelled": "advice.do.left_cancelled",
    "clean_up.cut_off": "advice.do.left_cancelled",
}
_LEFT_OTHERWISE = "advice.do.left_otherwise"
_LEFT_ORDER = (*dict.fromkeys(_LEFT_STEPS.values()), _LEFT_OTHERWISE)
#: Steps told for threats that clean-up left: page 1 of the report has room for no more.
MOST_LEFT = 2

#: Steps told for items that were not read: nobody follows ten at once, and the next scan tells the rest.
MOST_CAUSES = 4


def advice(record: ScanRecord) -> Advice:
    """Return what to tell the operator after this scan. Total: every record has advice."""
    kind = record.verdict.kind
    if kind is VerdictKind.ACTION_REQUIRED:
        return Advice(_happened_red(record), _means_red(record), _steps(record, _red_steps(record)))
    if kind is VerdictKind.REMOVED:
        happened = Message.of("advice.happened.removed", count=record.evidence.threats_removed)
        means = "advice.means.green_medium" if record.target.removable else "advice.means.green_device"
        return Advice(happened, Message.of(means), _steps(record, _green_steps(record)))
    if kind is VerdictKind.NO_THREAT:
        happened = _happened_blue(record)
        scope = "accepted" if record.evidence.threats_accepted > 0 else _scope(record)
        return Advice(happened, Message.of(f"advice.means.blue_{scope}"), _steps(record, _blue_steps(record)))
    return Advice(_happened_amber(record), _means_amber(record), _steps(record, _amber_steps(record)))


def told_reasons(record: ScanRecord) -> tuple[Message, ...]:
    """Return the reasons of the light without those that a stopped scan always brings along."""
    stop_reason = STOP_REASONS.get(record.stop)
    return tuple(
        reason
        for reason in record.verdict.reasons
        if not stop_reason or reason.code == stop_reason or reason.code not in _STOP_ECHOES
    )


def _scope(record: ScanRecord) -> str:
    """Say what was scanned: a whole "device", its "quick" places, a whole "medium", or a "part" of one of them."""
    kind = record.target.kind
    if record.target.quick:
        return "quick"
    if kind is TargetKind.COMPUTER:
        return "device"
    if kind is TargetKind.VOLUME and record.target.removable:
        return "medium"
    return "part"


def _reason_codes(record: ScanRecord) -> frozenset[str]:
    return frozenset(reason.code for reason in record.verdict.reasons)


def _doubtful(record: ScanRecord) -> bool:
    """Say whether the scan misses a proof, beside what it found."""
    return bool(
        _reason_codes(record) - _THREAT_REASONS - {"verdict.no_threat", "verdict.quick_only", "verdict.unchanged"}
    )


def _happened_blue(record: ScanRecord) -> Message:
    read = record.coverage.items_read + max(0, record.evidence.earlier_items_read)
    if accepted := record.evidence.threats_accepted:
        return Message.of("advice.happened.accepted", count=accepted, items=read)
    return Message.of("advice.happened.no_threat", count=read)


def _happened_red(record: ScanRecord) -> Message:
    left = threats_left(record.evidence)
    removed = record.evidence.threats_removed if left < record.evidence.threats_found else 0
    if left <= 0:
        return Message.of("advice.happened.removed_incomplete", count=removed)
    if _doubtful(record):
        return Message.of("advice.happened.threats_incomplete", count=left)
    if removed > 0:
        return Message.of("advice.happened.threats_partly", count=left, removed=removed)
    if record.action:
        return Message.of("advice.happened.threats_not_removed", count=left)
    return Message.of("advice.happened.threats", count=left)


def _means_red(record: ScanRecord) -> Message:
    severities = {found.severity for found in record.findings if found.fate is Fate.IN_PLACE}
    weak = severities and min(map(SEVERITY_ORDER.__getitem__, severities)) >= SEVERITY_ORDER[Severity.LOW]
    if weak and not _doubtful(record):
        return Message.of("advice.means.red_weak")
    if Place.MEMORY in _places_left(record):
        return Message.of("advice.means.red_memory")
    return Message.of("advice.means.red_medium" if record.target.removable else "advice.means.red_device")


#: Threats in no file, what matters most first.
_PLACE_STEPS = {
    Place.MEMORY: "advice.do.memory_threat",
    Place.BOOT: "advice.do.boot_threat",
    Place.AUTOSTART: "advice.do.autostart_threat",
}


def _places_left(record: ScanRecord) -> set[Place]:
    return {found.place for found in record.findings if found.fate is Fate.IN_PLACE}


def _place_step(record: ScanRecord) -> Iterator[str]:
    """Yield what to do about a threat that is in no file, for the place that matters most."""
    left = _places_left(record)
    yield from [step for place, step in _PLACE_STEPS.items() if place in left][:1]


def _red_steps(record: ScanRecord) -> Iterator[str]:
    if record.target.removable:
        yield "advice.do.unplug_medium"
        yield from _place_step(record)
        yield "advice.do.keep_apart"
        yield from _left_steps(record)
        yield "advice.do.give_medium"
        yield "advice.do.trace_medium"
    else:
        yield "advice.do.patient_first"
        yield "advice.do.isolate"
        yield "advice.do.keep_powered"
        yield from _place_step(record)
        yield "advice.do.no_reconnect"
        yield "advice.do.call"
        yield from _left_steps(record)
        yield "advice.do.hand_over"
    if "verdict.not_committed" in _reason_codes(record):
        yield "advice.do.save_elsewhere_red"
    if _doubtful(record):
        yield "advice.do.complete_later"


def _left_steps(record: ScanRecord) -> Iterator[str]:
    """Yield what to do about the threats that a clean-up left, what helps most first."""
    reasons = {found.why.code for found in record.findings if found.fate is Fate.IN_PLACE and found.why is not None}
    steps = {_LEFT_STEPS.get(code) or _LEFT_STEPS.get(code.partition(".")[0], _LEFT_OTHERWISE) for code in reasons}
    yield from [step for step in _LEFT_ORDER if step in steps][:MOST_LEFT]


def _green_steps(record: ScanRecord) -> Iterator[str]:
    if record.target.removable:
        yield "advice.do.trace_medium"
        yield "advice.do.confirm"
    else:
        yield "advice.do.tell_manufacturer"
        yield "advice.do.tell_before_service"
        yield "advice.do.confirm"
        yield "advice.do.find_source"
    yield "advice.do.undo"
    yield from _accepted_step(record)
    yield "advice.do.keep_report"


def _accepted_step(record: ScanRecord) -> Iterator[str]:
    if record.evidence.threats_accepted > 0:
        yield "advice.do.review_accepted"


def _blue_steps(record: ScanRecord) -> Iterator[str]:
    scope = _scope(record)
    if scope == "medium":
        yield "advice.do.use_medium"
        yield "advice.do.scan_each_time"
        yield "advice.do.odd_medium"
    elif scope == "part":
        yield "advice.do.scan_whole"
    elif scope == "quick":
        yield "advice.do.scan_full"
    else:
        yield "advice.do.nothing"
    yield from _accepted_step(record)


def _happened_amber(record: ScanRecord) -> Message:
    # What was accepted or removed is not why the scan could not conclude.
    reasons = [reason for reason in record.verdict.reasons if reason.code not in _THREAT_REASONS]
    return reasons[0] if reasons else Message.of("verdict.incomplete")


def _means_amber(record: ScanRecord) -> Message:
    codes = _reason_codes(record) - _THREAT_REASONS
    if codes & _BLIND:
        return Message.of("advice.means.amber_blind")
    if record.coverage.items_read <= 0 and record.evidence.earlier_items_read <= 0:
        return Message.of("advice.means.amber_nothing")
    if record.evidence.threats_accepted > 0:
        return Message.of("advice.means.amber_accepted")
    return Message.of(_means_of_doubts(codes))


def _means_of_doubts(codes: frozenset[str]) -> str:
    """Return what it means if these are all the doubts that there are."""
    if codes == {"verdict.not_committed"}:
        return "advice.means.amber_unsaved"
    if codes and all(code.startswith(_SECOND) for code in codes):
        return "advice.means.amber_second"
    if codes and codes <= {"verdict.not_committed", "verdict.signatures_too_old", "verdict.signature_age_unknown"}:
        return "advice.means.amber_old"
    return "advice.means.amber_partial"


def _amber_steps(record: ScanRecord) -> Iterator[str]:
    codes = _reasons_to_act_on(record)
    if "verdict.not_committed" in codes:
        yield _REASON_STEPS["verdict.not_committed"]
    for code in codes:
        if code == "verdict.items_not_read":
            yield from _not_read_steps(record)
        else:
            yield _step_for(code)
    if not codes:
        yield "advice.do.scan_again"
    yield "advice.do.unchecked_medium" if record.target.removable else "advice.do.unchecked_device"


def _step_for(code: str) -> str:
    if code.startswith(_SECOND):
        return _SECOND_STEPS.get(code, _SECOND_OTHERWISE)
    return _REASON_STEPS.get(code, "advice.do.scan_again")


def _reasons_to_act_on(record: ScanRecord) -> list[str]:
    """Return the reasons whose step helps now: an engine that cannot be trusted comes before what it read."""
    stop_reason = STOP_REASONS.get(record.stop)
    codes = [
        reason.code
        for reason in record.verdict.reasons
        if reason.code not in _THREAT_REASONS
        and (not stop_reason or reason.code == stop_reason or reason.code not in _STOP_ECHOES)
    ]
    if _BLIND.intersection(codes):
        first = {*_BLIND, "verdict.not_committed", stop_reason}
        return [code for code in codes if code in first]
    return codes


def _not_read_steps(record: ScanRecord) -> Iterator[str]:
    """Yield what to do about the items not read, for the most frequent cause first."""
    stopped = record.stop is not Stop.COMPLETED
    steps: dict[str, None] = {}
    for line in sorted(record.coverage.lines, key=lambda line: -line.items):
        if line.items <= 0 or line.outcome in READ_OUTCOMES or is_accepted(line.outcome, line.cause):
            continue
        if stopped and line.outcome is Outcome.CANCELLED:
            continue
        by_outcome = _OUTCOME_STEPS[line.outcome]
        left_out = line.outcome is Outcome.SKIPPED_BY_POLICY
        steps[by_outcome if left_out else _CAUSE_STEPS.get(line.cause, by_outcome)] = None
    yield from list(steps)[:MOST_CAUSES]


def _steps(record: ScanRecord, codes: Iterator[str]) -> tuple[Message, ...]:
    steps = [Message.of(code) for code in codes]
    signatures = record.signatures
    if signatures.clock_doubtful:
        steps.append(Message.of("advice.do.check_clock"))
    elif record.verdict.kind is VerdictKind.NO_THREAT and signatures.age in {SignatureAge.AGEING, SignatureAge.OLD}:
        steps.append(Message.of("advice.do.ageing_signatures", count=signatures.age_days))
    return tuple(dict.fromkeys(steps))
