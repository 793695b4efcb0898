"""What a scan reads: folders, what changed lately, and what is no file."""

import os
import time
from pathlib import Path

import msgspec
import pytest

from medscan_gui.cli.parser import build_parser
from medscan_gui.cli.scan import _computer
from medscan_gui.core.device import Target
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.words import Outcome, Place, ScanDepth, Stop, TargetKind
from medscan_gui.engine.protocol import RecentFolder
from medscan_gui.scope import scope_of
from medscan_gui.system.volumes import system_targets
from tests.engine.scanning import MARKER, job, raw, scan

COMPUTER = Target(kind=TargetKind.COMPUTER, paths=(b"/",))


def test_a_full_scan_of_the_computer_reads_its_disks_and_what_is_no_file() -> None:
    scope = scope_of(COMPUTER, None)
    assert scope.paths == COMPUTER.paths
    assert scope.live == (Place.MEMORY, Place.AUTOSTART, Place.BOOT)
    assert (scope.live_disks_of, scope.recent) == ((), ())


def test_a_quick_scan_reads_its_places_and_what_is_no_file() -> None:
    scope = scope_of(msgspec.structs.replace(system_targets(), depth=ScanDepth.QUICK), None)
    assert scope.live == (Place.MEMORY, Place.AUTOSTART, Place.BOOT)
    assert scope.paths
    assert {folder.path for folder in scope.recent} < set(scope.paths)
    assert 29 < (time.time_ns() - scope.since) / 86400e9 < 31
    assert len(set(scope.paths)) == len(scope.paths)


def test_a_folder_is_read_and_nothing_else(tmp_path: Path) -> None:
    target = Target(kind=TargetKind.FOLDER, paths=(raw(tmp_path),), depth=ScanDepth.QUICK)
    scope = scope_of(target, None)
    assert (scope.paths, scope.live, scope.recent) == ((raw(tmp_path),), (), ())


@pytest.mark.parametrize(("place", "live"), [("/", (Place.BOOT,)), ("", ())])
def test_boot_sectors_of_a_medium_that_is_really_mounted(place: str, live: tuple[Place, ...], tmp_path: Path) -> None:
    path = raw_bytes(os.path.abspath(place or tmp_path))
    assert scope_of(Target(kind=TargetKind.VOLUME, paths=(path,), removable=True), None).live == live
    assert scope_of(Target(kind=TargetKind.VOLUME, paths=(path,)), None).live == ()


def test_of_recent_folders_only_what_changed_is_read(tmp_path: Path) -> None:
    recent, documents, whole = tmp_path / "recent", tmp_path / "documents", tmp_path / "whole"
    for folder in (recent / "deep", documents, whole):
        folder.mkdir(parents=True)
        for name in ("old.exe", "new.exe", "new.txt"):
            (folder / name).write_bytes(MARKER)
    (recent / "deep" / "named").write_bytes(MARKER)
    (recent / "deep" / "named").chmod(0o755)
    moment = max(file.stat().st_ctime_ns for file in tmp_path.rglob("*")) + 1
    for folder in (recent / "deep", documents, whole):
        for name in ("new.exe", "new.txt"):
            while (folder / name).stat().st_mtime_ns < moment:  # until the clock of the files has moved on
                (folder / name).write_bytes(MARKER)
    wanted = msgspec.structs.replace(
        job(whole, documents, recent),
        recent=(
            RecentFolder(raw(documents), programs_only=False),
            RecentFolder(raw(recent), programs_only=True),
        ),
        since=moment,
    )
    told = scan(wanted)
    assert told.stop is Stop.COMPLETED
    assert {finding.chain[0] for finding in told.findings} == {
        *(raw(whole / name) for name in ("old.exe", "new.exe", "new.txt")),
        *(raw(documents / name) for name in ("new.exe", "new.txt")),
        raw(recent / "deep" / "new.exe"),
    }
    assert told.counted.items == told.total(Outcome.SCANNED) == 6


@pytest.mark.skipif(os.name == "nt", reason="there, times of creation can be set")
def test_a_time_that_was_set_back_hides_nothing(tmp_path: Path) -> None:
    moment = time.time_ns() - 10**9
    bad = tmp_path / "bad.exe"
    bad.write_bytes(MARKER)
    os.utime(bad, (0, 0))
    folder = RecentFolder(raw(tmp_path), programs_only=True)
    told = scan(msgspec.structs.replace(job(tmp_path), recent=(folder,), since=moment))
    assert [finding.chain for finding in told.findings] == [(raw(bad),)]


def test_scopes_on_the_command_line() -> None:
    parser = build_parser()
    quick = _computer(parser.parse_args(["scan", "--quick"]))
    full = _computer(parser.parse_args(["scan", "--this-computer"]))
    assert quick is not None
    assert full is not None
    assert (quick.kind, quick.depth) == (TargetKind.COMPUTER, ScanDepth.QUICK)
    assert (full.kind, full.depth) == (TargetKind.COMPUTER, ScanDepth.FULL)
    assert _computer(parser.parse_args(["scan", "x", "y"])) is None
    for wrong in (["scan"], ["scan", "--quick", "x"], ["scan", "--quick", "--this-computer"]):
        with pytest.raises(SystemExit):
            parser.parse_args(wrong)
