"""A scan that follows a script: real events and records, no engine. For tests of the window alone."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ActionStop, ItemResult
from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.device import Device, HostIdentity, Target, Volume
from medscan_gui.core.events import (
    CleanUpProgress,
    FileCleaned,
    Finished,
    ItemNotRead,
    Preparing,
    Progress,
    ScanEvent,
    Started,
    ThreatFound,
)
from medscan_gui.core.finding import Finding, ItemProblem
from medscan_gui.core.messages import Message
from medscan_gui.core.opinion import EngineOpinion, EngineStatus, SelfTest
from medscan_gui.core.record import EngineFacts, ScanRecord, SignatureFacts, SlowItem
from medscan_gui.core.verdict import EngineProof, Evidence, decide
from medscan_gui.core.words import Cause, Fate, Outcome, Place, Severity, SignatureAge, Stop, TargetKind
from medscan_gui.gui.clean_up.doors import CleanUpDoor
from medscan_gui.gui.scan.targets import Sight
from medscan_gui.gui.scan_thread import Session
from medscan_gui.gui.unlock.doors import UnlockDoor
from medscan_gui.response.plan import CleanUpPlan, PlannedFile
from medscan_gui.services import Services

DIGEST = "ab" * 32
SIGNATURES = SignatureFacts(
    name="medscan-core",
    version="2026.11.18",
    created="2026-11-18T08:00:00.000Z",
    digest=DIGEST,
    rules=412,
    age_days=3,
    age=SignatureAge.FRESH,
)
COMPUTER = Target(kind=TargetKind.COMPUTER, paths=(b"/",), label="PC-ECHO-3")
STICK = Target(
    kind=TargetKind.VOLUME, paths=(b"/media/ECHO-EXPORT",), label="ECHO-EXPORT", volume_id="4A2C-11F0", removable=True
)
SIGHT = Sight(
    computer=COMPUTER,
    obvious=STICK,
    volumes=(
        (
            Volume(
                mount_point=b"/media/ECHO-EXPORT",
                label="ECHO-EXPORT",
                file_system="exfat",
                size=32_000_000_000,
                used=11_400_000_000,
                removable=True,
            ),
            STICK,
        ),
        (
            Volume(
                mount_point=b"/srv/images", label="IMAGES", file_system="ext4", size=2 * 10**12, used=1_210_000_000_000
            ),
            Target(kind=TargetKind.VOLUME, paths=(b"/srv/images",), label="IMAGES"),
        ),
    ),
)
DEVICE = Device(
    id="6d0f7a52-2a57-5d9e-9c61-0f5a2f9e1b11",
    name="Vivid E95",
    asset_number="BM-20418",
    department="Cardiology",
)
HOST = HostIdentity(name="PC-ECHO-3", os="Windows", os_version="10 21H2", machine_id="77" * 16)


def finding(place: int = 0, **changes: object) -> Finding:
    """A threat, the `place`-th of its kind."""
    values: dict[str, object] = {
        "chain": (b"/media/ECHO-EXPORT/EXPORT/%04d/setup.exe" % place,),
        "rule": "MedScan_Conficker_Worm",
        "rule_file": "rules/conficker.yar",
        "severity": Severity.CRITICAL,
        "family": "Conficker",
        "author": "MedScan project",
        "description": "Body of the Conficker worm",
        "sha256": f"{place:064x}",
        "size": 158_720,
    }
    return Finding(**{**values, **changes})  # type: ignore[arg-type]


def problem(place: int = 0, outcome: Outcome = Outcome.ENCRYPTED, cause: Cause = Cause.NONE) -> ItemProblem:
    """An item that was not read."""
    return ItemProblem(chain=(b"/media/ECHO-EXPORT/archive-%03d.zip" % place,), outcome=outcome, cause=cause)


def record(
    findings: Iterable[Finding] = (),
    problems: Iterable[ItemProblem] = (),
    *,
    stop: Stop = Stop.COMPLETED,
    committed: bool = True,
    items: int = 18_342,
    target: Target = STICK,
    device: Device = DEVICE,
) -> ScanRecord:
    """A record whose verdict is drawn by the real `decide` from evidence that fits."""
    found, unread = tuple(findings), tuple(problems)
    lines = [CoverageLine(Outcome.SCANNED, Cause.NONE, items, items * 61_000)]
    kinds = {(item.outcome, item.cause) for item in unread}
    lines += [
        CoverageLine(outcome, cause, sum((item.outcome, item.cause) == (outcome, cause) for item in unread))
        for outcome, cause in kinds
    ]
    evidence = Evidence(
        stop=stop,
        ended=stop is Stop.COMPLETED,
        coverage=Coverage(
            lines=tuple(sorted(lines)), items_counted=items + len(unread), walk_complete=stop is Stop.COMPLETED
        ),
        threats_found=len(found),
        bundle_verified=True,
        signature_age_known=True,
        bundle_digest=DIGEST,
        rules_expected=SIGNATURES.rules,
        engines=(EngineProof(rules_loaded=SIGNATURES.rules, bundle_digest=DIGEST, self_test_passed=True),) * 2,
        signature_age_days=SIGNATURES.age_days,
        signature_age_limit_days=90,
        committed=committed,
    )
    return ScanRecord(
        id="0193532a-7c1e-7b44-a3ab-0f5a2f9e1b11",
        started="2026-11-21T14:02:11.000Z",
        ended="2026-11-21T14:09:42.000Z",
        utc_offset_min=60,
        target=target,
        device=device,
        operator="M. Lefèvre",
        host=HOST,
        engine=EngineFacts(program_version="0.1.0", yara_version="4.5.4", workers=2),
        signatures=SIGNATURES,
        evidence=evidence,
        verdict=decide(evidence),
        findings=found,
        problems=unread,
    )


#: A file far inside of others.
CHAIN = (
    b"/media/ECHO-EXPORT/exports/2026/november/a folder with a rather long name/EXPORT_20261121_CARDIOLOGY.zip",
    b"inner/\xe2\x80\xae" + b"x" * 60 + b".tar.gz",
    b"data/export.iso",
    b"SETUP/AUTORUN.EXE",
    b"[overlay]",
)
ABSENT = EngineOpinion(
    engine="defender",
    status=EngineStatus.ABSENT,
    reason=Message.of("second.absent", engine="Microsoft Defender"),
)


def opinion(files: int = 119_538, left: int = 2) -> EngineOpinion:
    """What ClamAV said, which could not analyse `left` files."""
    lines = (CoverageLine(Outcome.SCANNED, Cause.NONE, files - left), CoverageLine(Outcome.TOO_LARGE, Cause.NONE, left))
    return EngineOpinion(
        engine="clamav",
        tool="clamscan",
        version="1.4.3",
        database_version="27631",
        database_date="2026-11-20T08:00:00.000Z",
        database_age_days=2,
        status=EngineStatus.READY,
        self_test=SelfTest.PASSED,
        complete=True,
        coverage=Coverage(lines=lines, items_counted=files, walk_complete=True),
        problems=(ItemProblem(chain=(b"/srv/big.iso",), outcome=Outcome.TOO_LARGE),),
        threats=1,
    )


def elsewhere(place: Place, *chain: bytes) -> Finding:
    """A threat that lies in no file."""
    return msgspec.structs.replace(finding(7, chain=chain, sha256=""), place=place)


OUTSIDE = (
    elsewhere(Place.MEMORY, b"4127 /usr/bin/dicom\xe2\x80\xaed"),
    elsewhere(Place.AUTOSTART, b"/etc/systemd/system/evil.service", b"/opt/x/evil"),
    elsewhere(Place.BOOT, b"/dev/sda"),
)


def deep(findings: Iterable[Finding] = (finding(chain=CHAIN), *OUTSIDE), target: Target = COMPUTER) -> ScanRecord:
    """A scan of a computer that looked into archives, memory and boot sectors, and asked two more engines."""
    made = record(findings, items=124_941, target=target)
    coverage = msgspec.structs.replace(made.coverage, members=5_403)
    evidence = msgspec.structs.replace(
        made.evidence, coverage=coverage, second_wanted=("clamav", "defender"), opinions=(opinion(), ABSENT)
    )
    slow = ItemProblem(
        chain=CHAIN, outcome=Outcome.TIMED_OUT, cause=Cause.RULE_TOO_SLOW, detail="worms.yar: MedScan_Slow_Rule"
    )
    return msgspec.structs.replace(
        made,
        evidence=evidence,
        verdict=decide(evidence),
        problems=(slow,),
        slowest=(
            SlowItem(chain=CHAIN, milliseconds=14_210, size=2_100_000_000),
            SlowItem(chain=(b"/srv/archive.zip",), milliseconds=912, size=120_000),
        ),
    )


def story(final: ScanRecord, *, committed: bool = True, steps: int = 5) -> list[ScanEvent]:
    """The events of a scan that ends with this record."""
    total = final.coverage.items_counted
    events: list[ScanEvent] = [
        Preparing(Message.of("scan.checking_signatures")),
        Preparing(Message.of("scan.starting_engine")),
        Started(final.id, SIGNATURES, 2),
    ]
    for step in range(steps):
        events.append(progress(step / steps, total))
    events += [ThreatFound(found) for found in final.findings]
    events += [ItemNotRead(unread) for unread in final.problems]
    error = None if committed else Message.of("journal.full")
    events.append(Finished(record=final, committed=committed, save_error=error))
    return events


def progress(share: float, total: int = 18_342, **changes: object) -> Progress:
    """Where a scan stands after this share of it."""
    values: dict[str, object] = {
        "items_done": int(total * share),
        "items_total": total,
        "total_final": share > 0.05,
        "bytes_done": int(total * share * 61_000),
        "bytes_total": total * 61_000,
        "current": b"/media/ECHO-EXPORT/EXPORT/DICOM/PAT0042/ST000001/SE000004/IM000217.dcm",
        "current_for": 0.2,
        "elapsed": 450 * share,
        "left": 450 * (1 - share) if share > 0.1 else None,
        "fraction": share if share > 0.05 else None,
    }
    return Progress(**{**values, **changes})  # type: ignore[arg-type]


class ScriptedSession:
    """Yields its events; holds at `hold_at` until it is released, cancelled or resumed."""

    def __init__(self, events: Iterable[ScanEvent], *, hold_at: int | None = None) -> None:
        self._events = list(events)
        self._hold_at = hold_at
        self.held = threading.Event()
        self._release = threading.Event()
        self.calls: list[str] = []

    def events(self) -> Iterator[ScanEvent]:
        """Follow the script."""
        for place, event in enumerate(self._events):
            if place == self._hold_at:
                self.held.set()
                self._release.wait(30)
            if "cancel" in self.calls and not isinstance(event, Finished):
                continue
            yield event

    def release(self) -> None:
        """Let the script go on."""
        self._release.set()

    def cancel(self) -> None:
        """Skip to the end."""
        self.calls.append("cancel")
        self._release.set()

    def pause(self) -> None:
        """Note it."""
        self.calls.append("pause")

    def resume(self) -> None:
        """Note it."""
        self.calls.append("resume")


# --- clean-up ----------------------------------------------------------------------------------------


def planned(final: ScanRecord, chosen: Sequence[int] | None = None, **obstacles: Message) -> CleanUpPlan:
    """A plan for these findings; `obstacles` by the last part of the file's path."""
    grouped: dict[bytes, list[int]] = {}
    for place in range(len(final.findings)) if chosen is None else chosen:
        grouped.setdefault(final.findings[place].chain[0], []).append(place)
    return CleanUpPlan(
        tuple(
            PlannedFile(
                path=path,
                findings=tuple(places),
                content=final.findings[places[0]].content,
                size=final.findings[places[0]].size,
                obstacle=next((why for name, why in obstacles.items() if name.encode() in path), None),
                members=any(len(final.findings[place].chain) > 1 for place in places),
            )
            for path, places in grouped.items()
        )
    )


def cleaned(first: ScanRecord, left: Iterable[int] = ()) -> Finished:
    """The end of a clean-up of this result: all is gone but the findings at the places `left`."""
    still = frozenset(left)
    why = Message.of("cause.in_use")
    findings = tuple(
        msgspec.structs.replace(found, why=why)
        if place in still
        else msgspec.structs.replace(found, fate=Fate.REMOVED, entry=f"{place:032x}")
        for place, found in enumerate(first.findings)
    )
    evidence = msgspec.structs.replace(first.evidence, threats_removed=len(findings) - len(still))
    items = tuple(
        ActionItem(
            chain=found.chain,
            result=ItemResult.NOT_DONE if place in still else ItemResult.DONE,
            entry=found.entry,
            sha256=found.sha256,
            size=found.size,
            why=why if place in still else None,
        )
        for place, found in enumerate(findings)
    )
    action = ActionRecord(
        id="0193532b-0000-7b44-a3ab-0f5a2f9e1b11",
        kind=ActionKind.CLEAN_UP,
        started="2026-11-21T14:10:00.000Z",
        ended="2026-11-21T14:10:09.000Z",
        stop=ActionStop.COMPLETED,
        scan_id=first.id,
        device=first.device,
        target=first.target,
        operator=first.operator,
        wanted=len(items),
        items=items,
    )
    record = msgspec.structs.replace(
        first,
        id="0193532b-7c1e-7b44-a3ab-0f5a2f9e1b11",
        started="2026-11-21T14:10:10.000Z",
        ended="2026-11-21T14:10:30.000Z",
        follows=first.id,
        action=action.id,
        findings=findings,
        evidence=evidence,
        verdict=decide(evidence),
    )
    return Finished(record=record, committed=True, action=action)


def cleaning(done: int, total: int, **changes: object) -> CleanUpProgress:
    """Where a clean-up stands after this many files."""
    values: dict[str, object] = {
        "files_done": done,
        "files_total": total,
        "bytes_done": done * 158_720,
        "bytes_total": total * 158_720,
        "current": b"/media/ECHO-EXPORT/EXPORT/%04d/setup.exe" % done,
        "elapsed": 3.0 * done,
        "left": 3.0 * (total - done),
        "fraction": done / total if total else None,
    }
    return CleanUpProgress(**{**values, **changes})  # type: ignore[arg-type]


def clean_up_story(end: Finished) -> list[ScanEvent]:
    """The events of a clean-up that ends like this."""
    assert end.action is not None
    events: list[ScanEvent] = []
    total = len(end.action.items)
    for place, item in enumerate(end.action.items):
        events += [cleaning(place, total), FileCleaned(item)]
    events.append(cleaning(total, total))
    return [*events, *story(end.record)[:-1], end]


class ScriptedDoor(CleanUpDoor):
    """A clean-up that follows a script; what was asked for is kept for the test."""

    def __init__(self) -> None:
        self.why: Message | None = None
        self.obstacles: dict[str, Message] = {}
        self.script: Callable[[ScanRecord], ScriptedSession] = lambda first: ScriptedSession(
            clean_up_story(cleaned(first))
        )
        self.session_made: ScriptedSession | None = None
        self.asked: list[tuple[Sequence[int] | None, str]] = []
        self.accepted: list[Acceptance] = []
        self.trouble: Exception | None = None

    def refusal(self, services: Services, record: ScanRecord) -> Message | None:
        """Refuse, or not."""
        return self.why

    def plan(self, services: Services, record: ScanRecord, chosen: Sequence[int] | None) -> CleanUpPlan:
        """Plan without looking at any file."""
        return planned(record, chosen, **self.obstacles)

    def session(self, services: Services, record: ScanRecord, chosen: Sequence[int] | None, operator: str) -> Session:
        """Follow the script."""
        self.asked.append((chosen, operator))
        self.session_made = self.script(record)
        return self.session_made

    def accept(self, services: Services, acceptance: Acceptance) -> None:
        """Note it."""
        if self.trouble is not None:
            raise self.trouble
        self.accepted.append(acceptance)


class ScriptedUnlockDoor(UnlockDoor):
    """Sessions that read locked files by a script; what was asked for is kept for the test."""

    def __init__(self) -> None:
        self.script: Callable[[ScanRecord], ScriptedSession] = lambda first: ScriptedSession(story(unlocked(first)))
        self.session_made: ScriptedSession | None = None
        self.asked: list[tuple[str, tuple[str, ...], str]] = []
        self.trouble: Exception | None = None

    def session(self, services: Services, record: ScanRecord, passwords: Sequence[str], operator: str) -> Session:
        """Follow the script, or refuse."""
        self.asked.append((record.id, tuple(passwords), operator))
        if self.trouble is not None:
            raise self.trouble
        self.session_made = self.script(record)
        return self.session_made


def unlocked(first: ScanRecord, still: Iterable[ItemProblem] = ()) -> ScanRecord:
    """The record of the scan that read the locked files of `first`: all was opened but `still`."""
    left = tuple(still)
    after = record((), left, items=3, target=first.target, device=first.device)
    return msgspec.structs.replace(
        after,
        id="0193532c-7c1e-7b44-a3ab-0f5a2f9e1b11",
        follows=first.id,
        evidence=(evidence := msgspec.structs.replace(after.evidence, earlier_items_read=first.coverage.items_read)),
        verdict=decide(evidence),
    )
