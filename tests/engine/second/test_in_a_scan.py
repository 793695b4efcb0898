"""Second opinions in whole scans: the light, the journal, the clean-up; with the real ClamAV beside MedScan."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.events import Finished, Preparing, ScanEvent, ThreatFound
from medscan_gui.core.opinion import EngineStatus
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Fate, Light, TargetKind
from medscan_gui.response.clean_up import CleanUpRequest, CleanUpSession
from medscan_gui.session import ScanRequest, ScanSession, Services, device_for, open_services
from medscan_gui.system.paths import find_paths
from medscan_gui.system.volumes import target_for_path
from tests.engine.scanning import raw
from tests.engine.second.conftest import MARKER, UNOFFICIAL, dated
from tests.samples import eicar, fill


@pytest.fixture
def services(tmp_path: Path, beside: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Services of a MedScan that has ClamAV beside it, and sees none on the computer."""
    dated(beside, days=1)
    for name in ("SERVICE_FILES", "PROGRAM_FOLDERS"):
        monkeypatch.setattr(f"medscan_gui.second_opinions.{name}", ())
    opened = open_services(dataclasses.replace(find_paths(tmp_path / "data"), program_dir=beside))
    yield opened
    opened.close()


def session_on(services: Services, place: Path, *also: str, removable: bool = False) -> ScanSession:
    target = msgspec.structs.replace(target_for_path(str(place)), removable=removable)
    return ScanSession(services, ScanRequest(target, device_for(services, target), "tester", also=also))


def record_of(events: list[ScanEvent]) -> ScanRecord:
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.committed
    return last.record


def codes(record: ScanRecord) -> set[str]:
    return {reason.code for reason in record.verdict.reasons}


def test_both_find_nothing_blue(services: Services, stick: Path) -> None:
    events = list(session_on(services, stick, "clamav").events())
    record = record_of(events)
    assert record.light is Light.BLUE
    (opinion,) = record.opinions
    assert opinion.complete
    assert opinion.analysed == 1
    assert (opinion.tool, opinion.database_version) == ("clamscan", "28001")
    told = [event.step.code for event in events if isinstance(event, Preparing)]
    assert "second.starting" in told
    assert {"second.asking", "second.counting"} & set(told)
    assert services.journal.record(record.id) == record


def test_nobody_is_asked_unless_the_settings_or_the_operator_say_so(services: Services, stick: Path) -> None:
    (stick / "bad").write_bytes(MARKER)
    assert record_of(list(session_on(services, stick).events())).light is Light.BLUE
    services.settings.save(msgspec.structs.replace(services.settings.current, second_engines=("clamav",)))
    assert record_of(list(session_on(services, stick).events())).light is Light.RED


def test_what_only_the_second_engine_finds_is_red(services: Services, stick: Path) -> None:
    bad = stick / "bad.bin"
    bad.write_bytes(MARKER)
    events = list(session_on(services, stick, "clamav").events())
    record = record_of(events)
    assert record.light is Light.RED
    (found,) = record.findings
    assert (found.chain, found.rule, found.engine) == ((raw(bad),), "Tests.Marker" + UNOFFICIAL, "clamav")
    assert record.opinions[0].threats == 1
    assert record.coverage.items_read == 2, "each item has one outcome, whoever looked at it"
    assert any(isinstance(event, ThreatFound) for event in events)


def test_both_find_it_and_the_clean_up_removes_it_once(services: Services, disk: Path) -> None:
    bad = disk / "bad.com"
    bad.write_bytes(eicar())
    (disk / "only-second.bin").write_bytes(MARKER)
    (disk / "note.txt").write_text("harmless")
    record = record_of(list(session_on(services, disk, "clamav", removable=True).events()))
    assert {(found.chain[0].rpartition(b"/")[2], found.engine) for found in record.findings} == {
        (b"bad.com", "yara"), (b"bad.com", "clamav"), (b"only-second.bin", "clamav"),
    }  # fmt: skip
    cleaned = record_of(list(CleanUpSession(services, CleanUpRequest(record, operator="tester")).events()))
    assert {found.fate for found in cleaned.findings} == {Fate.REMOVED}
    assert [path.name for path in disk.iterdir()] == ["note.txt"]
    # Only the engine that found it can see that it is gone: it was asked again.
    assert [opinion.engine for opinion in cleaned.opinions] == ["clamav"]
    assert cleaned.light is Light.GREEN


def test_one_that_is_not_there_is_amber(services: Services, stick: Path, beside: Path) -> None:
    (beside / "clamav" / "clamscan").unlink()
    record = record_of(list(session_on(services, stick, "clamav").events()))
    assert record.light is Light.AMBER
    assert codes(record) == {"second.absent"}
    assert record.opinions[0].status is EngineStatus.ABSENT


def test_one_that_is_not_there_hides_no_threat(services: Services, stick: Path, beside: Path) -> None:
    (beside / "clamav" / "clamscan").unlink()
    (stick / "bad.com").write_bytes(eicar())
    assert record_of(list(session_on(services, stick, "clamav").events())).light is Light.RED


def test_old_signatures_are_amber(services: Services, stick: Path, beside: Path) -> None:
    dated(beside, days=200)
    record = record_of(list(session_on(services, stick, "clamav").events()))
    assert record.light is Light.AMBER
    assert codes(record) == {"second.stale"}


def test_cancelled_while_it_is_asked(services: Services, stick: Path) -> None:
    fill(stick / "more", 2000)
    session = session_on(services, stick, "clamav")
    events: list[ScanEvent] = []
    for event in session.events():
        events.append(event)
        if isinstance(event, Preparing) and event.step.code == "second.asking":
            session.cancel()
    record = record_of(events)
    assert record.light is Light.AMBER
    assert "second.cancelled" in codes(record)
    assert record.coverage.items_read == 2001


def test_a_scan_that_is_cancelled_before_says_that_it_was_not_asked(services: Services, stick: Path) -> None:
    session = session_on(services, stick, "clamav")
    session.cancel()
    record = record_of(list(session.events()))
    assert record.light is Light.AMBER


def test_own_rules_are_no_findings(services: Services, tmp_path: Path, database: Path, stick: Path) -> None:
    """A target that holds MedScan itself: signatures that match its rule files find nothing there."""
    some = min((services.paths.signatures / "rules").glob("*.yar"))
    text = some.read_bytes()[:64]
    (database / "own.ndb").write_text(f"Tests.OwnRules:0:0:{text.hex()}\n")
    (stick / "copy.yar").write_bytes(some.read_bytes())
    target = msgspec.structs.replace(
        target_for_path(str(stick)), kind=TargetKind.FOLDER, paths=(raw(stick), raw(services.paths.signatures))
    )
    request = ScanRequest(target, device_for(services, target), "tester", also=("clamav",))
    record = record_of(list(ScanSession(services, request).events()))
    places = {found.chain[0] for found in record.findings if found.engine == "clamav"}
    assert places == {raw(stick / "copy.yar")}
