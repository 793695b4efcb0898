"""Records of clean-ups and of scans that follow them, for the tests of exports."""

import hashlib

import msgspec

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ActionStop, ItemResult, ProcedureStep
from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.finding import Finding
from medscan_gui.core.messages import Message
from medscan_gui.core.policy import DEVICE_CARD, MEDIUM_CARD, CardInForce, CardOrigin, PolicyCard, Weekday
from medscan_gui.core.procedure import Procedure, Step, step_id
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Cause, Fate, Light, Outcome, Severity
from tests.export import samples

FIRST_SCAN = "019f0000-7f3e-7c55-9a41-5be0c1d2e3f4"
ACTION = "019f0001-1111-7c55-9a41-5be0c1d2e3f4"
ENTRY = "7d1f0a2b9c3e4d5f"
PROTECTED = Message.of("protected.system")
IN_USE = Message.of("files.in_use")
CARD = CardInForce(
    origin=CardOrigin.DEVICE,
    card=PolicyCard(
        scan_by=("Hélène Lefèvre", "Karim Benali"), scan_hours="19:00-06:30",
        scan_days=(Weekday.SATURDAY, Weekday.SUNDAY), headers_only=("D:\\Images", "D:\\Archive\\DICOM"),
        protected=("C:\\Program Files\\Acuson",), gentle=True,
        cpu_share=25, manufacturer="Acuson service France", contact="Support biomédical, contrat 4471",
        approval="ACU-2026-118", next_scan="2027-05-21", interval_days=180, note="Never during clinical hours.",
    ),
)  # fmt: skip
CLEANING_CARD = CardInForce(card=msgspec.structs.replace(CARD.card, clean_up=True), origin=CardOrigin.MODEL)
AGAIN = Coverage(
    lines=(CoverageLine(Outcome.SCANNED, Cause.NONE, 41, 9_812_000),), items_counted=41, walk_complete=True
)
PROCEDURE = Procedure(
    title="What to do when a threat was found",
    intro="Do the steps in this order.",
    light_intros=((Light.GREEN, "GREEN means removed and verified."),),
    steps=(
        Step(id=step_id("Patient first"), text="Patient first", detail="Agree on each step with the care team."),
        Step(id=step_id("Isolate the device"), text="Isolate the device", lights=(Light.RED,)),
        Step(id=step_id("Call IT security"), text="Call IT security", detail="Number: 4471\nDay and night."),
    ),
)


def device_card() -> CardInForce:
    """Return what counts for a device without a card."""
    return CardInForce(card=DEVICE_CARD, origin=CardOrigin.DEVICE_DEFAULT)


def medium_card() -> CardInForce:
    """Return what counts for a medium without a card."""
    return CardInForce(card=MEDIUM_CARD, origin=CardOrigin.MEDIUM_DEFAULT)


def detect_only() -> ScanRecord:
    """Return a scan of a device on which nothing may be removed."""
    return msgspec.structs.replace(samples.red(), card=CARD)


def _followed(record: ScanRecord, **changes: object) -> ScanRecord:
    return msgspec.structs.replace(
        record, follows=FIRST_SCAN, action=ACTION, places=(b"C:\\Windows\\System32", b"E:\\DCIM"), **changes
    )


def partly_cleaned() -> ScanRecord:
    """Return the scan after a clean-up of a device that left two of five threats."""
    gone = tuple(samples.finding(number, fate=Fate.REMOVED, entry=f"{ENTRY}{number}") for number in range(3))
    left = (
        samples.finding(9_998, chain=(b"C:\\Windows\\System32\\drivers\\qz.sys",), why=PROTECTED, **samples.CONFICKER),
        samples.finding(9_999, chain=(b"C:\\Users\\echo\\AppData\\qwzxkd.dll",), why=IN_USE, **samples.CONFICKER),
    )
    proof = samples.evidence(threats_found=5, threats_removed=3, earlier_items_read=13_115, coverage=AGAIN)
    return _followed(samples.record(proof, findings=gone + left), card=CLEANING_CARD)


def green_follow_up(removable: bool = True) -> ScanRecord:
    """Return the scan that verified a whole clean-up."""
    gone = tuple(samples.finding(number, fate=Fate.REMOVED, entry=f"{ENTRY}{number}") for number in range(2))
    proof = samples.evidence(threats_found=2, threats_removed=2, earlier_items_read=13_115, coverage=AGAIN)
    target = samples.STICK if removable else samples.COMPUTER
    card = medium_card() if removable else CLEANING_CARD
    return _followed(samples.record(proof, findings=gone, target=target), card=card)


def acceptance(found: Finding, **changes: object) -> Acceptance:
    """Return who accepted a finding's content."""
    base = Acceptance(
        sha256=found.content or found.sha256,
        reason="Remote-maintenance tool of the manufacturer, checked by IT security",
        person="Dr Anne-Sophie Marchetti, RSSI",
        accepted="2026-10-02T08:00:00.000Z", until="2027-05-31", shown_name="acuson-remote.exe",
    )  # fmt: skip
    return msgspec.structs.replace(base, **changes)


def blue_accepted() -> ScanRecord:
    """Return a scan that found nothing but a file that the hospital accepts."""
    found = samples.finding(
        7, chain=(b"C:\\Program Files\\Acuson\\acuson-remote.exe",), fate=Fate.ACCEPTED, rule="Tool_Remote_Control",
        severity=Severity.LOW, family="Remote control tool",
    )  # fmt: skip
    proof = samples.evidence(threats_found=1, threats_accepted=1)
    return samples.record(proof, findings=(found,), accepted=(acceptance(found),), card=CARD)


def item(number: int, result: ItemResult = ItemResult.DONE, **changes: object) -> ActionItem:
    """Return one file of an action; each number its own file."""
    base = ActionItem(
        chain=(f"E:\\DCIM\\export {number:05}.zip".encode(),), result=result, size=184_320 + number,
        sha256=hashlib.sha256(str(number).encode()).hexdigest(),
        entry=f"{ENTRY}{number}" if result is not ItemResult.NOT_DONE else "",
    )  # fmt: skip
    return msgspec.structs.replace(base, **changes)


def action(kind: ActionKind = ActionKind.CLEAN_UP, *items: ActionItem, **changes: object) -> ActionRecord:
    """Return an action; by default one that did two files of three."""
    if not items:
        items = (item(0), item(1), item(2, ItemResult.NOT_DONE, why=IN_USE))
    scan = samples.blue()
    base = ActionRecord(
        id=ACTION, kind=kind, started="2026-11-21T20:50:07.123Z", ended="2026-11-21T20:50:42.900Z", utc_offset_min=60,
        stop=ActionStop.COMPLETED, scan_id=FIRST_SCAN, device=scan.device, target=samples.STICK,
        operator="Hélène Lefèvre", kit="MS-017", host=scan.host, wanted=len(items), items=items,
    )  # fmt: skip
    return msgspec.structs.replace(base, **changes)


def tick(text: str, record: ScanRecord, *, done: bool = True, at: str = "2026-11-21T20:55:00.000Z") -> ProcedureStep:
    """Return the tick of a step after a scan."""
    return ProcedureStep(
        scan_id=record.id, device_id=record.device.id, step=step_id(text), text=text, done=done,
        operator="Karim Benali", at=at,
    )  # fmt: skip
