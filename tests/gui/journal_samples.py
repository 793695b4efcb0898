"""A real journal full of records, as the tests of the journal's page want it."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ActionStop, ItemResult, ProcedureStep
from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.device import Device, HostIdentity, Target
from medscan_gui.core.finding import Finding, ItemProblem
from medscan_gui.core.messages import Message
from medscan_gui.core.policy import CardInForce, CardOrigin, PolicyCard, StoredCard
from medscan_gui.core.record import EngineFacts, ScanRecord, SignatureFacts, encode_record, timestamp
from medscan_gui.core.verdict import EngineProof, Evidence, decide
from medscan_gui.core.words import Cause, Fate, Outcome, Severity, SignatureAge, Stop, TargetKind
from medscan_gui.store import entries, index
from medscan_gui.store.journal import Journal
from medscan_gui.store.kinds import Kind

NOW = datetime.now(UTC).replace(microsecond=0)
DIGEST = hashlib.sha256(b"bundle").hexdigest()

#: Names as an attacker would write them: mark-up, overrides, control characters, half characters, endless ones.
HOSTILE = (
    "<b>bold</b><img src='file:///etc/passwd'>",
    "invoice\u202efdp.exe",
    "two\nlines\tand\x00nothing",
    "half\udc80character",
    "=cmd|' /C calc'!A0",
    "{count} %s {0}",
    "\u2800\u3164",
    "long" * 9_000,
)

_DEVICES = (
    ("Ultrasound scanner Vivid E95", "US-0042", "Cardiology", "GE HealthCare", "Vivid E95", "VE95-1182"),
    ("Syringe pump station", "PU-0317", "Intensive care", "Fresenius Kabi", "Agilia Link", "24117"),
    ("MRI console", "MR-0003", "Radiology", "Siemens", "Magnetom Sola", "176022"),
    ("Anaesthesia workstation", "AN-0081", "Operating theatre 4", "Dräger", "Perseus A500", "ASHK-0117"),
    ("Visitor’s USB stick", "", "Biomedical workshop", "", "", "0x7719AB"),
    ("Endoscopy tower", "EN-0112", "Gastroenterology", "Olympus", "CV-1500", "7720114"),
    ("Laboratory analyser", "LB-0256", "Laboratory", "Roche", "cobas pro", "R-22-8841"),
    ("Holter reader", "HO-0019", "Cardiology", "Schiller", "medilog DARWIN2", ""),
)
_OPERATORS = ("A. Lefèvre", "M. Okafor", "C. Dubois", "")
_FAMILIES = ("Conficker", "WannaCry", "Andromeda", "Sality")


def device(number: int) -> Device:
    """Return one of many devices, the same for the same number."""
    name, asset, department, make, model, serial = _DEVICES[number % len(_DEVICES)]
    turn = number // len(_DEVICES)
    suffix = f" {turn + 1}" if turn else ""
    return Device(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"device {number}")),
        name=name + suffix,
        asset_number=f"{asset}{turn or ''}" if asset else "",
        department=department,
        make=make,
        model=model,
        serial=serial,
    )


def finding(where: bytes = b"E:\\autorun\\setup.exe", family: str = "Conficker", **changes: object) -> Finding:
    """Return a finding."""
    values: dict[str, object] = {
        "chain": (where,),
        "rule": f"MedScan_{family}",
        "rule_file": "worms.yar",
        "severity": Severity.CRITICAL,
        "family": family,
        "author": "MedScan",
        "description": "Worm that spreads over network shares and USB sticks",
        "sha256": hashlib.sha256(where).hexdigest(),
        "size": 162_816,
    }
    return Finding(**(values | changes))  # type: ignore[arg-type]  # typed by the caller


def record(
    number: int = 0,
    *,
    light: str = "blue",
    findings: tuple[Finding, ...] = (),
    problems: tuple[ItemProblem, ...] = (),
    **changes: object,
) -> ScanRecord:
    """Return a record whose verdict follows from its evidence; `light` says which evidence."""
    if light in {"red", "green"} and not findings:
        family = _FAMILIES[number % len(_FAMILIES)]
        fate = Fate.REMOVED if light == "green" else Fate.IN_PLACE
        findings = (finding(b"E:\\DCIM\\%d\\photo.jpg.exe" % number, family, fate=fate),)
    if light == "amber" and not problems:
        problems = tuple(
            ItemProblem(chain=(b"C:\\Patients\\%d.dat" % n,), outcome=Outcome.UNREADABLE, cause=Cause.NO_PERMISSION)
            for n in range(3)
        )
    lines = [
        CoverageLine(Outcome.SCANNED, Cause.NONE, 12_804, 48_312_774_144),
        CoverageLine(Outcome.EMPTY, Cause.NONE, 311),
    ]
    counts: dict[tuple[Outcome, Cause], int] = {}
    for problem in problems:
        counts[problem.outcome, problem.cause] = counts.get((problem.outcome, problem.cause), 0) + 1
    lines += [CoverageLine(outcome, cause, count) for (outcome, cause), count in counts.items()]
    evidence = Evidence(
        stop=Stop.COMPLETED,
        ended=True,
        coverage=Coverage(lines=tuple(lines), items_counted=sum(line.items for line in lines), walk_complete=True),
        threats_found=len(findings),
        threats_removed=sum(found.removed for found in findings),
        bundle_verified=True,
        signature_age_known=True,
        bundle_digest=DIGEST,
        rules_expected=214,
        engines=(EngineProof(rules_loaded=214, bundle_digest=DIGEST, self_test_passed=True),),
        signature_age_days=3,
        signature_age_limit_days=90,
        committed=True,
    )
    start = NOW - timedelta(hours=7 * number, minutes=12)
    values: dict[str, object] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"scan {number}")),
        "started": timestamp(start),
        "ended": timestamp(start + timedelta(minutes=4, seconds=number % 60)),
        "target": Target(kind=TargetKind.VOLUME, paths=(b"E:\\",), label="KINGSTON", removable=True)
        if number % 2
        else Target(kind=TargetKind.COMPUTER, paths=(b"C:\\", b"D:\\"), label="This computer"),
        "device": device(number % 40),
        "operator": _OPERATORS[number % len(_OPERATORS)],
        "host": HostIdentity(name="US-PC-3", os="Windows", os_version="10 1809", machine="AMD64"),
        "engine": EngineFacts(program_version="0.1.0", yara_version="4.5.4", workers=2),
        "signatures": SignatureFacts(
            name="medscan-base",
            version="2026.11.18",
            created=timestamp(NOW - timedelta(days=3)),
            digest=DIGEST,
            rules=214,
            age_days=3,
            age=SignatureAge.FRESH,
        ),
        "evidence": evidence,
        "verdict": decide(evidence),
        "findings": findings,
        "problems": problems,
    }
    return ScanRecord(**(values | changes))  # type: ignore[arg-type]  # typed by the caller


def light_of(number: int) -> str:
    """Return which light the sample of this number has: mostly blue, as in life."""
    if number % 17 == 3:
        return "red"
    if number % 11 == 5:
        return "amber"
    return "green" if number % 29 == 7 else "blue"


def fill(journal: Journal, scans: int) -> None:
    """Enter many finished scans, the oldest first, in one transaction: as `finish_scan` would, one by one."""
    with journal._database.writing() as connection:
        for number in reversed(range(scans)):
            body = encode_record(record(number, light=light_of(number)))
            index.add(connection, entries.append(connection, Kind.SCAN_FINISHED, body, NOW))


def make_journal(folder: Path, scans: int = 0) -> Journal:
    """Return a real journal in `folder` with that many scans."""
    journal = Journal.open(folder, removable=False)
    if scans:
        fill(journal, scans)
    return journal


#: What is known of the device of the story below.
STICK = Device(
    id=str(uuid.uuid5(uuid.NAMESPACE_OID, "stick")), name="Visitor’s USB stick", department="Biomedical workshop"
)
CARD = PolicyCard(
    clean_up=True,
    headers_only=("DCIM",),
    protected=("MAKER",),
    manufacturer="Maker",
    contact="01 23 45 67 89",
    approval="BM-2026-114",
    next_scan="2026-01-15",
)


def action(found: ScanRecord, kind: ActionKind = ActionKind.CLEAN_UP, **changes: object) -> ActionRecord:
    """Return what was done about the threats of a scan: with all of them unless the changes say otherwise."""
    items = tuple(
        ActionItem(
            chain=one.chain[:1], result=ItemResult.DONE, entry=f"{place:032x}", sha256=one.sha256, size=one.size
        )
        for place, one in enumerate(found.findings)
    )
    values: dict[str, object] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind} {found.id}")),
        "kind": kind,
        "started": found.ended,
        "ended": timestamp(NOW),
        "stop": ActionStop.COMPLETED,
        "scan_id": found.id,
        "device": found.device,
        "target": found.target,
        "operator": "C. Dubois",
        "host": found.host,
        "wanted": len(items),
        "items": items,
    }
    return ActionRecord(**(values | changes))  # type: ignore[arg-type]  # typed by the caller


def enter(journal: Journal, done: ActionRecord) -> None:
    """Enter an action as a session does: at its beginning and at its end."""
    begun = {"ended": "", "stop": ActionStop.CUT_OFF, "items": ()}
    journal.begin_action(ActionRecord(**({name: getattr(done, name) for name in done.__struct_fields__} | begun)))
    journal.finish_action(done)


def tell_story(journal: Journal) -> tuple[ScanRecord, ActionRecord, ScanRecord, ActionRecord]:
    """Enter RED, a clean-up, the GREEN that verifies it, and a restoration that could do half; return them."""
    card = CardInForce(card=CARD, origin=CardOrigin.DEVICE)
    journal.save_device(STICK)
    journal.save_card(StoredCard(device_id=STICK.id, card=CARD, saved=timestamp(NOW), operator="M. Okafor"))
    threats = tuple(finding(b"E:\\DCIM\\%d\\photo.jpg.exe" % place) for place in range(2))
    red = record(1, light="red", findings=threats, device=STICK, id="story-red", card=card)
    cleaned = action(red)
    gone = tuple(finding(one.chain[0], fate=Fate.REMOVED, entry=f"{n:032x}") for n, one in enumerate(threats))
    accepted = Acceptance(
        sha256=DIGEST, reason="The maker’s service tool", person="M. Okafor", accepted=timestamp(NOW),
        until="2027-05-31", shown_name="service.exe",
    )  # fmt: skip
    green = record(
        1, light="green", findings=gone, device=STICK, id="story-green", card=card, accepted=(accepted,),
        follows=red.id, action=cleaned.id, places=(b"E:\\DCIM\\0", b"E:\\DCIM\\1"),
    )  # fmt: skip
    back = action(red, ActionKind.RESTORE, reason="False alarm, says the maker")
    refused = ActionItem(
        chain=threats[1].chain, result=ItemResult.NOT_DONE, entry=f"{1:032x}", why=Message.of("files.in_use")
    )
    back = ActionRecord(**({n: getattr(back, n) for n in back.__struct_fields__} | {"items": (back.items[0], refused)}))
    journal.begin_scan(red)
    journal.finish_scan(red)
    enter(journal, cleaned)
    journal.begin_scan(green)
    journal.finish_scan(green)
    enter(journal, back)
    return red, cleaned, green, back


def tick(scan: ScanRecord, step: str, text: str, *, done: bool = True) -> ProcedureStep:
    """Return a ticked step of the procedure."""
    return ProcedureStep(
        scan_id=scan.id, device_id=scan.device.id, step=step, text=text, done=done, operator="C. Dubois",
        at=timestamp(NOW),
    )  # fmt: skip
