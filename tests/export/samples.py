"""Records as scans leave them, for the tests of exports."""

import hashlib
from dataclasses import dataclass

import msgspec

from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.device import Device, HostIdentity, Target
from medscan_gui.core.finding import Finding, ItemProblem
from medscan_gui.core.record import EngineFacts, ScanRecord, SignatureFacts
from medscan_gui.core.verdict import EngineProof, Evidence, decide
from medscan_gui.core.words import Cause, Fate, Outcome, Severity, SignatureAge, Stop, TargetKind

DIGEST = hashlib.sha256(b"bundle").hexdigest()
CLEAN = (
    CoverageLine(Outcome.SCANNED, Cause.NONE, 12_804, 48_312_774_144),
    CoverageLine(Outcome.EMPTY, Cause.NONE, 311, 0),
    CoverageLine(Outcome.SKIPPED_BY_POLICY, Cause.LINK, 42, 0),
)
COMPUTER = Target(kind=TargetKind.COMPUTER, paths=(b"C:\\", b"D:\\"), label="This computer")
STICK = Target(kind=TargetKind.VOLUME, paths=(b"E:\\",), label="KINGSTON", volume_id="1C3A-88F0", removable=True)


@dataclass(frozen=True)
class Position:
    """A place in a journal."""

    sequence: int = 1_482
    hash: str = hashlib.sha256(b"entry").hexdigest()
    short_code: str = "7QK2-M9XD-4TFA"
    station: str = "Biomedical workshop, station 2"


def coverage(*extra: CoverageLine, walk_complete: bool = True) -> Coverage:
    """Return a coverage whose lines add up."""
    lines = CLEAN + extra
    return Coverage(lines=lines, items_counted=sum(line.items for line in lines), walk_complete=walk_complete)


def evidence(**changes: object) -> Evidence:
    """Return the evidence of a complete, clean scan, changed."""
    proof = EngineProof(rules_loaded=214, bundle_digest=DIGEST, self_test_passed=True)
    whole = Evidence(
        stop=Stop.COMPLETED, ended=True, coverage=coverage(), bundle_verified=True, bundle_digest=DIGEST,
        rules_expected=214, engines=(proof, proof), signature_age_known=True, signature_age_days=3,
        signature_age_limit_days=90, committed=True,
    )
    return msgspec.structs.replace(whole, **changes)


def record(
    proof: Evidence | None = None,
    *,
    target: Target = COMPUTER,
    findings: tuple[Finding, ...] = (),
    problems: tuple[ItemProblem, ...] = (),
    **changes: object,
) -> ScanRecord:
    """Return a record whose verdict follows from its evidence."""
    proof = proof or evidence()
    base = ScanRecord(
        id="0193a1c2-7f3e-7c55-9a41-5be0c1d2e3f4", kit="MS-017",
        started="2026-11-21T20:31:07.123Z", ended="2026-11-21T20:44:52.900Z", utc_offset_min=60,
        target=target,
        device=Device(
            id="d-1", name="Echographe salle 4", asset_number="BIO-2019-0417", department="Cardiologie",
            make="Acuson", model="X700", serial="SN 4471-88",
        ),
        operator="Hélène Lefèvre",
        host=HostIdentity(name="ECHO-SALLE4", os="Windows", os_version="10.0.19045", machine="AMD64"),
        engine=EngineFacts(program_version="0.1.0", yara_version="4.5.4", workers=2),
        signatures=SignatureFacts(
            name="medscan-base", version="2026.11.18", created="2026-11-18T08:00:00Z", digest=DIGEST,
            rules=214, age_days=3, age=SignatureAge.FRESH,
        ),
        evidence=proof, verdict=decide(proof), findings=findings, problems=problems,
    )
    return msgspec.structs.replace(base, **changes)


def finding(number: int = 0, **changes: object) -> Finding:
    """Return a finding; each number its own place."""
    base = Finding(
        chain=(f"E:\\DCIM\\export {number:05}.zip".encode(), b"photos/holiday.jpg.exe"),
        rule="USB_DoubleExtension_Dropper", rule_file="usb/droppers.yar", severity=Severity.HIGH,
        family="Double-extension dropper", author="MedScan project",
        description="An executable that hides behind the extension of a picture or a document.",
        reference="https://attack.mitre.org/techniques/T1036/007/",
        sha256=hashlib.sha256(str(number).encode()).hexdigest(), size=184_320 + number,
    )
    return msgspec.structs.replace(base, **changes)


def problem(number: int = 0, outcome: Outcome = Outcome.UNREADABLE, cause: Cause = Cause.NO_PERMISSION) -> ItemProblem:
    """Return an item that could not be read; each number its own place."""
    chain = (f"C:\\System Volume Information\\part-{number:05}.dat".encode(),)
    return ItemProblem(chain=chain, outcome=outcome, cause=cause, detail="EACCES")


CONFICKER = {
    "rule": "Worm_Conficker_Dropped_DLL", "rule_file": "families/conficker.yar", "severity": Severity.CRITICAL,
    "family": "Conficker", "description": "Worm of 2008 that spreads by USB media and by the network (MS08-067).",
    "reference": "https://www.cve.org/CVERecord?id=CVE-2008-4250",
}


def red(count: int = 5, target: Target = COMPUTER) -> ScanRecord:
    """Return a scan that found threats."""
    found = tuple(finding(number) for number in range(count - 1))
    found += (finding(9_999, chain=(b"C:\\Windows\\System32\\qwzxkd.dll",), **CONFICKER),)
    return record(evidence(threats_found=count), target=target, findings=found)


def amber() -> ScanRecord:
    """Return a scan that could not read some items."""
    extra = (
        CoverageLine(Outcome.UNREADABLE, Cause.NO_PERMISSION, 31, 0),
        CoverageLine(Outcome.ENCRYPTED, Cause.NONE, 3, 812_000),
        CoverageLine(Outcome.ENGINE_CRASHED, Cause.ENGINE_DIED, 1, 41_000),
    )
    problems = tuple(problem(number) for number in range(31))
    problems += tuple(problem(40 + number, Outcome.ENCRYPTED, Cause.NONE) for number in range(3))
    problems += (problem(50, Outcome.ENGINE_CRASHED, Cause.ENGINE_DIED),)
    return record(evidence(coverage=coverage(*extra)), problems=problems)


def green() -> ScanRecord:
    """Return a scan whose threats were removed."""
    found = tuple(finding(number, fate=Fate.REMOVED) for number in range(2))
    return record(evidence(threats_found=2, threats_removed=2), findings=found, target=STICK)


def blue(target: Target = COMPUTER) -> ScanRecord:
    """Return a complete scan without a threat."""
    return record(target=target)
