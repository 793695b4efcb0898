"""Records as scans leave them, for the tests of the journal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ActionStop, ItemResult
from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.device import Device, Target
from medscan_gui.core.finding import Finding
from medscan_gui.core.record import ScanRecord, timestamp
from medscan_gui.core.verdict import EngineProof, Evidence, decide
from medscan_gui.core.words import Cause, Fate, Outcome, Severity, Stop, TargetKind
from medscan_gui.store.journal import Journal

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DIGEST = "ab" * 32
STICK = Device(id="device-stick", name="Clé bleue", asset_number="USB-07", department="Radiologie")
SCANNER = Device(
    id="device-scanner", name="Échographe 3", asset_number="B 0042", department="Cardiologie", serial="SN-9"
)
FOLDER = Target(kind=TargetKind.FOLDER, paths=(b"/media/stick",), label="stick")


def finding(rule: str = "Conficker_Worm", family: str = "Conficker", path: bytes = b"/media/stick/a.exe") -> Finding:
    """A threat that was found."""
    return Finding(
        chain=(path,), rule=rule, rule_file="worms.yar", severity=Severity.HIGH, family=family, sha256="c0" * 32
    )


def stub(number: int | str, *, device: Device = STICK, target: Target = FOLDER, operator: str = "") -> ScanRecord:
    """What is known when a scan begins."""
    evidence = Evidence(stop=Stop.CUT_OFF)
    shift = number if isinstance(number, int) else 0
    return ScanRecord(
        id=f"scan-{number}",
        started=timestamp(NOON + timedelta(minutes=shift)),
        target=target,
        device=device,
        operator=operator,
        evidence=evidence,
        verdict=decide(evidence),
    )


def ended(
    begun: ScanRecord, findings: tuple[Finding, ...] = (), *, not_read: int = 0, stop: Stop = Stop.COMPLETED
) -> ScanRecord:
    """The record of a scan that ran to `stop`: BLUE unless there is a reason against it."""
    lines = [CoverageLine(Outcome.SCANNED, Cause.NONE, 100, 5_000)]
    if not_read:
        lines.append(CoverageLine(Outcome.UNREADABLE, Cause.NO_PERMISSION, not_read, 0))
    evidence = Evidence(
        stop=stop,
        ended=True,
        coverage=Coverage(lines=tuple(lines), items_counted=100 + not_read, walk_complete=True),
        threats_found=len(findings),
        bundle_verified=True,
        signature_age_known=True,
        bundle_digest=DIGEST,
        rules_expected=7,
        engines=(EngineProof(rules_loaded=7, bundle_digest=DIGEST, self_test_passed=True),),
        signature_age_limit_days=90,
        committed=True,
    )
    return msgspec.structs.replace(
        begun, ended=begun.started, evidence=evidence, verdict=decide(evidence), findings=findings
    )


def scan(journal: Journal, number: int, findings: tuple[Finding, ...] = (), **facts: object) -> ScanRecord:
    """Record one whole scan and return its record."""
    outcome = {key: facts.pop(key) for key in ("not_read", "stop") if key in facts}
    begun = stub(number, **facts)  # type: ignore[arg-type]
    record = ended(begun, findings, **outcome)  # type: ignore[arg-type]
    journal.begin_scan(begun)
    journal.finish_scan(record)
    return record


def follow_up(first: ScanRecord, number: int, removed: int, *, new: int = 0, stop: Stop = Stop.COMPLETED) -> ScanRecord:
    """The scan that verifies a clean-up of `first`: `removed` of its threats are gone, and `new` ones were found."""
    fates = [Fate.REMOVED] * removed + [Fate.IN_PLACE] * (len(first.findings) - removed)
    findings = tuple(msgspec.structs.replace(old, fate=fate) for old, fate in zip(first.findings, fates, strict=True))
    begun = msgspec.structs.replace(
        stub(number, device=first.device, target=first.target),
        follows=first.id,
        action=f"action-{number}",
        places=(b"/media/stick/folder",),
    )
    record = ended(begun, findings + (finding("New", path=b"/media/stick/new"),) * new, stop=stop)
    evidence = msgspec.structs.replace(record.evidence, threats_removed=removed)
    return msgspec.structs.replace(record, evidence=evidence, verdict=decide(evidence))


def action(
    number: int,
    *items: ActionItem,
    kind: ActionKind = ActionKind.CLEAN_UP,
    stop: ActionStop = ActionStop.COMPLETED,
    **facts: object,
) -> ActionRecord:
    """The record of an action that ended, on the stick unless said otherwise."""
    given: dict[str, object] = {"device": STICK, "target": FOLDER, "wanted": len(items), **facts}
    moment = timestamp(NOON + timedelta(minutes=number))
    return ActionRecord(id=f"action-{number}", kind=kind, started=moment, ended=moment, stop=stop, items=items, **given)  # type: ignore[arg-type]


def item(path: bytes = b"/media/stick/a.exe", result: ItemResult = ItemResult.DONE, **facts: object) -> ActionItem:
    """One file of an action."""
    given: dict[str, object] = {"entry": "entry-7", "sha256": "c0" * 32, **facts}
    return ActionItem(chain=(path,), result=result, **given)  # type: ignore[arg-type]


def begun(record: ActionRecord) -> ActionRecord:
    """What is known of an action when it begins."""
    return msgspec.structs.replace(record, ended="", stop=ActionStop.CUT_OFF, items=())


def act(journal: Journal, record: ActionRecord) -> ActionRecord:
    """Record one whole action and return its record."""
    journal.begin_action(begun(record))
    journal.finish_action(record)
    return record


def journal_file(folder: Path) -> Path:
    """Where the journal of `folder` lies."""
    return folder / "journal.sqlite"
