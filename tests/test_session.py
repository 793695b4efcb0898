"""One scan from start to journalled verdict: real engine processes, a real journal."""

import dataclasses
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.events import Finished, Progress, ScanEvent, Started, ThreatFound
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Light, Outcome, SignatureAge, Stop
from medscan_gui.session import ScanRequest, ScanSession, Services, device_for, open_services
from medscan_gui.store.journal import Journal
from medscan_gui.system.paths import find_paths
from medscan_gui.system.volumes import target_for_path
from tests.samples import eicar, fill


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = open_services(find_paths(tmp_path / "data"))
    yield opened
    opened.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / "note.txt").write_text("harmless")
    return folder


def session_on(services: Services, place: Path) -> ScanSession:
    target = target_for_path(str(place))
    return ScanSession(services, ScanRequest(target, device_for(services, target), "tester"))


def run(services: Services, place: Path) -> list[ScanEvent]:
    return list(session_on(services, place).events())


def finished(events: list[ScanEvent]) -> Finished:
    assert [event for event in events if isinstance(event, Finished)] == [events[-1]]
    last = events[-1]
    assert isinstance(last, Finished)
    return last


def journalled(services: Services) -> Journal:
    assert isinstance(services.journal, Journal)
    return services.journal


def codes(record: ScanRecord) -> set[str]:
    return {reason.code for reason in record.verdict.reasons}


def test_blue_is_committed_before_it_is_told(services: Services, target: Path) -> None:
    end = finished(run(services, target))
    assert end.committed
    assert end.record.light is Light.BLUE
    assert journalled(services).record(end.record.id) == end.record
    assert journalled(services).verify().ok


def test_every_engine_proved_itself(services: Services, target: Path) -> None:
    fill(target / "more", 500)
    record = finished(run(services, target)).record
    assert record.evidence.engines
    for engine in record.evidence.engines:
        assert engine.self_test_passed
        assert engine.rules_loaded == record.signatures.rules > 0
        assert engine.bundle_digest == record.signatures.digest
    assert record.coverage.items_read == 501 == record.coverage.items_counted


def test_red_names_the_file_its_hash_and_the_rule_author(services: Services, target: Path) -> None:
    fill(target / "more", 300)
    bad = target / "more" / "0000" / "bad.com"
    bad.write_bytes(eicar())
    events = run(services, target)
    record = finished(events).record
    assert record.light is Light.RED
    chains = {found.chain for found in record.findings}
    assert chains == {(raw_bytes(str(bad)),)}
    # SHA-256 of the test file, as published by eicar.org.
    assert record.findings[0].sha256 == "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"
    assert record.findings[0].author
    assert any(isinstance(event, ThreatFound) for event in events)
    assert any(isinstance(event, Started) for event in events)


def test_the_device_keeps_its_scans(services: Services, target: Path) -> None:
    first = finished(run(services, target)).record
    second = finished(run(services, target)).record
    assert first.device.id == second.device.id
    assert [scan.id for scan in journalled(services).scans(device_id=first.device.id)] == [second.id, first.id]


def altered(services: Services, tmp_path: Path, change: str) -> Services:
    copy = tmp_path / "signatures"
    shutil.copytree(services.paths.signatures, copy)
    rule = next((copy / "rules").glob("*.yar"))
    match change:
        case "altered":
            rule.write_bytes(rule.read_bytes() + b"\n// altered\n")
        case "missing":
            rule.unlink()
        case "added":
            (copy / "rules" / "more.yar").write_text("rule more { condition: true }")
        case "no manifest":
            (copy / "manifest.json").unlink()
        case "no folder":
            shutil.rmtree(copy)
    return dataclasses.replace(services, paths=dataclasses.replace(services.paths, signatures=copy))


@pytest.mark.parametrize("change", ["altered", "missing", "added", "no manifest", "no folder"])
def test_signatures_that_are_not_whole_are_refused(
    services: Services, tmp_path: Path, target: Path, change: str
) -> None:
    (target / "bad.com").write_bytes(eicar())
    record = finished(run(altered(services, tmp_path, change), target)).record
    assert record.light is Light.AMBER
    assert record.stop is Stop.SIGNATURES_REFUSED
    assert record.coverage.items_read == 0
    assert any(code.startswith("bundle") for code in codes(record))


def test_old_signatures_still_scan_but_never_give_blue(services: Services, target: Path) -> None:
    session = session_on(services, target)
    session._started = datetime.now(UTC) + timedelta(days=400)  # the clock of this computer, 400 days on
    record = finished(list(session.events())).record
    assert record.light is Light.AMBER
    assert record.signatures.age is SignatureAge.VERY_OLD
    assert codes(record) == {"verdict.signatures_too_old"}
    assert record.coverage.items_read == 1


def test_cancel_is_amber_and_every_counted_item_has_an_outcome(services: Services, target: Path) -> None:
    fill(target / "more", 20_000)
    session = session_on(services, target)
    events = []
    for event in session.events():
        events.append(event)
        if isinstance(event, Progress) and event.items_done > 200:
            session.cancel()
    record = finished(events).record
    assert record.light is Light.AMBER
    assert record.stop is Stop.CANCELLED
    assert record.coverage.total() == record.coverage.items_counted
    assert record.coverage.total(Outcome.CANCELLED) > 0
    assert journalled(services).record(record.id) == record


def test_cancel_before_the_start(services: Services, target: Path) -> None:
    session = session_on(services, target)
    session.cancel()
    record = finished(list(session.events())).record
    assert record.light is Light.AMBER
    assert record.stop is Stop.CANCELLED


def test_pause_holds_and_resume_finishes(services: Services, target: Path) -> None:
    fill(target / "more", 3_000)
    session = session_on(services, target)
    seen_paused = False
    events = []
    for event in session.events():
        events.append(event)
        if isinstance(event, Progress):
            if not seen_paused and not event.paused:
                session.pause()
            if event.paused:
                seen_paused = True
                session.resume()
    assert seen_paused
    assert finished(events).record.light is Light.BLUE


def test_a_consumer_that_leaves_early_leaves_a_cancelled_record(services: Services, target: Path) -> None:
    fill(target / "more", 5_000)
    stream = session_on(services, target).events()
    for event in stream:
        if isinstance(event, Started):
            break
    stream.close()  # type: ignore[attr-defined]  # events() is a generator
    (scan,) = journalled(services).scans()
    assert scan.stop is Stop.CANCELLED
    assert scan.light is Light.AMBER


def test_a_journal_that_refuses_the_end_takes_blue_away(
    services: Services, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The journal's own refusals (full, read-only, gone) are provoked for real in tests/store.
    def full(_record: ScanRecord) -> None:
        raise MedScanError(Message.of("scan.internal_error"))

    monkeypatch.setattr(services.journal, "finish_scan", full)
    end = finished(run(services, target))
    assert not end.committed
    assert end.save_error is not None
    assert end.record.light is Light.AMBER
    assert "verdict.not_committed" in codes(end.record)


def test_without_any_journal_the_scan_is_still_possible(tmp_path: Path, target: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "journal.sqlite").write_bytes(b"this is no database at all, but it is somebody's file" * 100)
    services = open_services(find_paths(data))
    try:
        (target / "bad.com").write_bytes(eicar())
        end = finished(run(services, target))
    finally:
        services.close()
    assert end.record.light is Light.RED
    assert not end.committed
    assert end.save_error is not None
    assert (data / "journal.sqlite").read_bytes().startswith(b"this is no database")


def test_the_target_that_is_gone(services: Services, tmp_path: Path) -> None:
    record = finished(run(services, tmp_path / "not there")).record
    assert record.light is Light.AMBER
    assert record.stop is Stop.TARGET_GONE



def test_what_is_typed_is_kept_as_one_line_of_real_text(services: Services, target: Path) -> None:
    place = target_for_path(str(target))
    device = msgspec.structs.replace(device_for(services, place), name="Pump\n\udc80" + "x" * 5000)
    session = ScanSession(services, ScanRequest(place, device, " Dr\tA. \ud800 "))
    record = finished(list(session.events())).record
    assert record.operator == "Dr A. ?"
    assert record.device.name.startswith("Pump ?xxx")
    assert len(record.device.name) == 200
    assert journalled(services).record(record.id) == record


def test_a_record_stays_bounded_whatever_a_medium_holds(
    services: Services, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medscan_gui.tally.FINDINGS_KEPT", 5)
    for number in range(12):
        (target / f"bad-{number}.com").write_bytes(eicar())
    record = finished(run(services, target)).record
    assert len(record.findings) == 5
    assert record.evidence.threats_found == 12
    assert record.findings_left_out == 7
    assert record.light is Light.RED


def test_a_record_keeps_names_up_to_a_bound_of_bytes(
    services: Services, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = target / ("b" * 200)
    bad.write_bytes(eicar())
    monkeypatch.setattr("medscan_gui.tally.NAME_BYTES_KEPT", 100)
    record = finished(run(services, target)).record
    assert record.findings == ()
    assert record.evidence.threats_found == 1
    assert record.light is Light.RED


def test_a_clock_before_the_signatures_takes_blue_away(services: Services, target: Path) -> None:
    session = session_on(services, target)
    session._started = datetime(2009, 1, 1, tzinfo=UTC)  # the clock of this computer, its battery dead
    record = finished(list(session.events())).record
    assert record.light is Light.AMBER
    assert codes(record) == {"verdict.signature_age_unknown"}
    assert record.signatures.clock_doubtful


def test_a_threat_inside_medscans_own_folders_is_found(tmp_path: Path) -> None:
    data = tmp_path / "key" / "data"
    services = open_services(find_paths(data))
    try:
        (data / "running" / "hidden.com").parent.mkdir(exist_ok=True)
        (data / "running" / "hidden.com").write_bytes(eicar())
        record = finished(run(services, tmp_path / "key")).record
    finally:
        services.close()
    assert record.light is Light.RED
    assert record.coverage.total(Outcome.SKIPPED_BY_POLICY) > 0  # the journal itself


def test_the_programs_own_files_are_no_threat_to_its_own_rules(services: Services) -> None:
    record = finished(run(services, services.paths.signatures.parent / "medscan_gui")).record
    assert record.light is Light.BLUE


def test_what_is_put_among_the_signatures_is_found(services: Services, tmp_path: Path) -> None:
    copy = tmp_path / "signatures"
    shutil.copytree(services.paths.signatures, copy)
    (copy / "setup.exe").write_bytes(eicar())
    moved = dataclasses.replace(services, paths=dataclasses.replace(services.paths, signatures=copy))
    record = finished(run(moved, copy)).record
    assert record.light is Light.RED
    assert [found.chain for found in record.findings] == [(raw_bytes(str(copy / "setup.exe")),)]
