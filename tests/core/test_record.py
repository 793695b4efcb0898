"""Records: one canonical form, round trip, order, coverage arithmetic."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from medscan_gui.core.coverage import CoverageLedger
from medscan_gui.core.device import Device, HostIdentity, Target, default_device
from medscan_gui.core.finding import Finding, ItemProblem, worst_first
from medscan_gui.core.record import ScanRecord, decode_record, encode_record, moment_of, timestamp
from medscan_gui.core.verdict import Evidence, decide
from medscan_gui.core.words import Cause, Outcome, Severity, TargetKind


def make_record() -> ScanRecord:
    evidence = Evidence(threats_found=1)
    return ScanRecord(
        id="1",
        started="2026-11-21T20:31:07.123Z",
        target=Target(kind=TargetKind.VOLUME, paths=(b"/media/\xff",), label="CLÉ", removable=True),
        device=Device(id="d", name="Échographe"),
        evidence=evidence,
        verdict=decide(evidence),
        findings=(Finding(chain=(b"a\xe9\n", b"b"), rule="r", rule_file="f", severity=Severity.HIGH),),
        problems=(ItemProblem(chain=(b"x",), outcome=Outcome.UNREADABLE, cause=Cause.NO_PERMISSION),),
    )


def test_round_trip_is_exact_and_canonical() -> None:
    record = make_record()
    data = encode_record(record)
    assert decode_record(data) == record
    assert encode_record(decode_record(data)) == data
    assert data.decode("utf-8")


def test_unknown_fields_of_a_later_version_are_tolerated() -> None:
    fields = msgspec.json.decode(encode_record(make_record()))
    fields["later"] = {"x": 1}
    assert decode_record(msgspec.json.encode(fields)) == make_record()


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"id": 5}', b"\xff"])
def test_what_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode_record(data)


def test_times() -> None:
    paris = datetime(2026, 11, 21, 21, 31, 7, 123456, tzinfo=timezone(timedelta(hours=1)))
    assert timestamp(paris) == "2026-11-21T20:31:07.123Z"
    assert moment_of("2026-11-21T20:31:07.123Z") == datetime(2026, 11, 21, 20, 31, 7, 123000, tzinfo=UTC)
    assert moment_of("") is None
    assert moment_of("yesterday") is None
    assert moment_of("2026-11-21T20:31:07") is None


def test_findings_worst_first() -> None:
    def found(severity: Severity, name: bytes) -> Finding:
        return Finding(chain=(name,), rule="r", rule_file="f", severity=severity)

    low, critical, high = found(Severity.LOW, b"a"), found(Severity.CRITICAL, b"z"), found(Severity.HIGH, b"b")
    assert worst_first((low, critical, high)) == (critical, high, low)


def test_the_ledger_adds_up() -> None:
    ledger = CoverageLedger()
    ledger.add(Outcome.SCANNED, items=10, size=500)
    ledger.add(Outcome.SCANNED, size=5)
    ledger.add(Outcome.EMPTY, items=2)
    ledger.add(Outcome.SKIPPED_BY_POLICY, Cause.LINK, items=3)
    ledger.add(Outcome.SKIPPED_BY_POLICY, Cause.NO_PERMISSION)
    ledger.add(Outcome.UNREADABLE, Cause.READ_ERROR, size=7)
    ledger.items_counted = 18
    ledger.walk_complete = True
    coverage = ledger.close()
    assert coverage.total() == 18 == ledger.items_ended
    assert coverage.items_read == 13
    assert coverage.items_accepted == 3
    assert coverage.items_not_read == 2
    assert coverage.bytes_read == 505
    assert coverage.lines == tuple(sorted(coverage.lines))


def test_devices_are_told_apart_by_what_lasts() -> None:
    host = HostIdentity(name="PC-ECHO", machine_id="m1")
    stick = Target(kind=TargetKind.VOLUME, paths=(b"/media/a",), label="KEY", volume_id="1234", removable=True)
    moved = msgspec.structs.replace(stick, paths=(b"/media/b",), label="OTHER")
    folder = Target(kind=TargetKind.FOLDER, paths=(b"/home",))
    assert default_device(stick, host).id == default_device(moved, host).id
    assert default_device(folder, host).id != default_device(stick, host).id
    renamed = HostIdentity(name="PC-2", machine_id="m1")
    assert default_device(folder, host).id == default_device(folder, renamed).id
    assert default_device(folder, host).name == "PC-ECHO"
