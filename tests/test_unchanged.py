"""Rescans that skip what is unchanged: nothing that was touched escapes, whatever its times say."""

import mmap
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.device import Target
from medscan_gui.core.events import Finished
from medscan_gui.core.known_clean import KnownClean, block_of, context_of, key_of
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Cause, Light, Outcome, TargetKind
from medscan_gui.engine import unchanged
from medscan_gui.engine.identity import FileSystems
from medscan_gui.engine.match.yara_matcher import YaraMatcher
from medscan_gui.engine.pipeline import SCANNED, ItemMatch, Patience, Pipeline
from medscan_gui.services import Services, open_services
from medscan_gui.session import ScanRequest, ScanSession, device_for
from medscan_gui.system.paths import find_paths
from tests.samples import eicar

PATIENCE = Patience(item_seconds=10.0, item_seconds_per_mb=1.0)

Scan = Callable[[], ScanRecord]


def _trusted(folder: Path) -> bool:
    return FileSystems().type_of(folder.stat().st_dev) in unchanged._TRUSTED_TYPES


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = open_services(find_paths(tmp_path / "data"))
    services.settings.save(msgspec.structs.replace(services.settings.current, skip_unchanged=True, workers=1))
    yield services
    services.close()


@pytest.fixture
def device(tmp_path: Path) -> Path:
    folder = tmp_path / "device"
    folder.mkdir()
    if not _trusted(folder):
        pytest.skip("this file system keeps no time of change that can be trusted")
    for number in range(20):
        (folder / f"{number}.txt").write_text(f"harmless {number}")
    # What changed just now is never remembered: wait until the kernel's clock for file times has moved on.
    newest = max(entry.stat().st_ctime_ns for entry in folder.iterdir())
    while time.time_ns() - newest < unchanged._SETTLED_NS:
        os.sched_yield()
    return folder


@pytest.fixture
def scan(services: Services, device: Path) -> Scan:
    def run() -> ScanRecord:
        target = Target(kind=TargetKind.FOLDER, paths=(raw_bytes(str(device)),))
        *_, last = ScanSession(services, ScanRequest(target, device_for(services, target))).events()
        assert isinstance(last, Finished)
        assert last.committed
        return last.record

    return run


def _not_again(record: ScanRecord) -> int:
    return sum(line.items for line in record.coverage.lines if line.cause is Cause.UNCHANGED)


def test_second_scan_reads_nothing_and_says_so(scan: Scan) -> None:
    assert _not_again(scan()) == 0
    second = scan()
    assert _not_again(second) == 20
    assert second.coverage.items_counted == second.coverage.items_read == 20
    assert second.light is Light.BLUE
    assert [reason.code for reason in second.verdict.reasons] == ["verdict.no_threat", "verdict.unchanged"]


@pytest.mark.parametrize("how", ["overwritten", "replaced", "mapped", "moved_in"])
def test_a_threat_with_the_old_times_and_size_is_found(scan: Scan, device: Path, how: str, tmp_path: Path) -> None:
    file = device / "7.txt"
    threat = eicar()
    file.write_bytes(b"x" * len(threat))
    while time.time_ns() - file.stat().st_ctime_ns < unchanged._SETTLED_NS:
        os.sched_yield()
    scan()
    before = file.stat()
    if how == "overwritten":
        file.write_bytes(threat)
    elif how == "mapped":
        with file.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as mapped:
            mapped[:] = threat
    else:
        other = tmp_path / "other"
        other.write_bytes(threat)
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        os.replace(other, file)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = file.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    record = scan()
    assert record.light is Light.RED
    assert _not_again(record) == 19


def _settle(file: Path) -> None:
    while time.time_ns() - file.stat().st_ctime_ns < unchanged._SETTLED_NS:
        os.sched_yield()


def test_a_mapping_that_was_written_to_before_the_scan_hides_nothing(scan: Scan, device: Path) -> None:
    file, threat = device / "7.txt", eicar()
    file.write_bytes(b"x" * len(threat))
    with file.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as mapped:
        mapped[:1] = b"y"  # from now on the kernel lets this program write without looking
        _settle(file)
        assert scan().light is Light.BLUE
        mapped[:] = threat
        assert scan().light is Light.RED


def test_a_file_with_two_names_is_always_read(scan: Scan, device: Path) -> None:
    program = b"MZ".ljust(60, b"\0") + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(200)
    (device / "tool.exe").write_bytes(program)
    os.link(device / "tool.exe", device / "report.pdf")
    _settle(device / "tool.exe")
    for known in (0, 20, 20):
        record = scan()
        assert record.light is Light.RED
        assert _not_again(record) == known


def test_a_file_in_another_place_is_read_again(scan: Scan, device: Path) -> None:
    (device / "docs").mkdir()
    (device / "7.txt").rename(device / "docs" / "7.txt")
    _settle(device / "docs" / "7.txt")
    assert _not_again(scan()) == 0
    (device / "docs").rename(device / "temp")
    assert _not_again(scan()) == 19
    assert _not_again(scan()) == 20


def test_what_changed_between_listing_and_reading_gets_no_key(device: Path) -> None:
    file = device / "7.txt"
    listed = file.stat()
    pipeline = Pipeline(YaraMatcher({"r": b"rule Never { condition: false }"}), PATIENCE)
    pipeline.enter(raw_bytes(str(device)))
    told: list[ItemMatch] = []
    honest = pipeline.scan(b"7.txt", told.append, listed.st_ino, listed.st_ctime_ns)
    assert honest is SCANNED
    file.touch()
    moved = pipeline.scan(b"7.txt", told.append, listed.st_ino, listed.st_ctime_ns)
    assert (moved.ending[0], moved.moved) == (Outcome.SCANNED, True)
    changed = file.stat().st_ctime_ns
    os.link(file, device / "other.txt")
    linked = pipeline.scan(b"7.txt", told.append, listed.st_ino, changed)
    assert linked.moved
    pipeline.leave()


def test_findings_and_unread_files_are_never_remembered(scan: Scan, device: Path) -> None:
    (device / "threat.com").write_bytes(eicar())
    assert scan().light is Light.RED
    second = scan()
    assert second.light is Light.RED
    assert second.coverage.total(Outcome.SCANNED) == 21


def test_other_signatures_know_nothing(scan: Scan, services: Services) -> None:
    scan()
    session = ScanSession(services, ScanRequest(Target(kind=TargetKind.FOLDER, paths=(b"/",)), device_for(
        services, Target(kind=TargetKind.FOLDER, paths=(b"/",)))))  # fmt: skip
    file = session._known_clean_file()
    block = file.read_bytes()
    assert len(block) > 20 * 16
    assert not len(KnownClean(block, context_of("other")))


def test_removable_media_are_always_read(services: Services, device: Path) -> None:
    target = Target(kind=TargetKind.FOLDER, paths=(raw_bytes(str(device)),), removable=True)
    for _ in range(2):
        *_, last = ScanSession(services, ScanRequest(target, device_for(services, target))).events()
        assert isinstance(last, Finished)
        assert _not_again(last.record) == 0


def test_block_is_believed_only_whole_and_of_its_context() -> None:
    context = context_of("a", "b")
    status = Path(__file__).stat()
    keys = sorted(key_of(context, b"/%d" % number, status) for number in range(100))
    block = block_of(context, b"".join(keys))
    known = KnownClean(block, context)
    assert all(key in known for key in keys)
    assert key_of(context, b"/100", status) not in known
    for damaged in (block[:-1], block + b"x", block[:50], b"", b"x" * 500, block[:90] + b"\0" + block[91:]):
        assert not len(KnownClean(damaged, context))
    assert not len(KnownClean(block, context_of("a", "c")))
