"""Files that vanish, shrink, grow or become something else between the walk and the reading, or during it."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from medscan_gui.core.words import Cause, Outcome, Stop
from medscan_gui.engine import limits
from medscan_gui.engine.events import AtWork, EngineEvent
from medscan_gui.engine.supervisor import Supervisor
from tests.engine.scanning import MARKER, SLOW_RULE, job, make_bundle, once_counted, raw, scan

posix = pytest.mark.skipif(sys.platform == "win32", reason="an open file is protected there")

#: Keeps libyara busy for some seconds.
BUSY = b"ab" * 220


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """One file among others."""
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(b"harmless " + name.encode())
    return tmp_path / "b"


def replaced_by(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def act(path: Path) -> None:
        path.unlink()
        make(path)

    return act


@pytest.mark.parametrize(
    ("act", "outcome", "cause"),
    [
        pytest.param(Path.unlink, Outcome.VANISHED, Cause.NONE, id="vanishes"),
        pytest.param(lambda path: path.write_bytes(b""), Outcome.EMPTY, Cause.NONE, id="empties"),
        pytest.param(lambda path: path.write_bytes(b"h"), Outcome.SCANNED, Cause.NONE, id="shrinks"),
        pytest.param(lambda path: path.write_bytes(bytes(1 << 24)), Outcome.SCANNED, Cause.NONE, id="grows"),
        pytest.param(
            replaced_by(lambda path: path.symlink_to("/etc/passwd")),
            Outcome.UNREADABLE,
            Cause.REPLACED,
            id="link",
            marks=posix,
        ),
        pytest.param(replaced_by(os.mkdir), Outcome.UNREADABLE, Cause.REPLACED, id="folder", marks=posix),
        pytest.param(replaced_by(os.mkfifo), Outcome.UNREADABLE, Cause.REPLACED, id="fifo", marks=posix),
    ],
)
def test_changed_between_walk_and_reading(
    file: Path, act: Callable[[Path], object], outcome: Outcome, cause: Cause
) -> None:
    told = scan(job(file.parent), react=once_counted(lambda: act(file)), paused=True)
    assert told.stop is Stop.COMPLETED
    others = {(Outcome.SCANNED, Cause.NONE): 2}
    others[outcome, cause] = others.get((outcome, cause), 0) + 1
    assert told.outcomes == others
    assert told.ended.restarts == 0


def test_a_threat_that_comes_between_walk_and_reading_is_found(file: Path) -> None:
    told = scan(job(file.parent), react=once_counted(lambda: file.write_bytes(MARKER)), paused=True)
    assert [finding.chain for finding in told.findings] == [(raw(file),)]


@posix
def test_a_whole_folder_that_vanishes(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "kept").write_bytes(b"x")
    for number in range(100):
        (tmp_path / "gone" / str(number)).write_bytes(b"x")
    told = scan(job(tmp_path), react=once_counted(lambda: shutil.rmtree(tmp_path / "gone")), paused=True)
    assert told.stop is Stop.COMPLETED
    assert told.outcomes == {(Outcome.VANISHED, Cause.NONE): 100, (Outcome.SCANNED, Cause.NONE): 1}


@posix
def test_a_folder_replaced_by_a_link_is_not_followed(tmp_path: Path) -> None:
    target, elsewhere = tmp_path / "target", tmp_path / "elsewhere"
    for folder in (target / "d", elsewhere):
        folder.mkdir(parents=True)
        (folder / "f").write_bytes(MARKER)

    def act() -> None:
        shutil.rmtree(target / "d")
        (target / "d").symlink_to(elsewhere)

    told = scan(job(target), react=once_counted(act), paused=True)
    assert told.findings == []
    assert told.outcomes == {(Outcome.UNREADABLE, Cause.REPLACED): 1}


@posix
def test_a_target_that_is_gone_ends_the_scan_and_says_so(tmp_path: Path) -> None:
    target = tmp_path / "stick"
    target.mkdir()
    for number in range(300):
        (target / str(number)).write_bytes(b"x")
    told = scan(job(target), react=once_counted(lambda: shutil.rmtree(target)), paused=True)
    assert told.stop is Stop.TARGET_GONE


@posix
def test_another_folder_in_the_target_s_place_is_not_the_target(tmp_path: Path) -> None:
    target = tmp_path / "stick"
    target.mkdir()
    (target / "f").write_bytes(b"x")

    def act() -> None:
        target.rename(tmp_path / "pulled out")
        target.mkdir()

    told = scan(job(target), react=once_counted(act), paused=True)
    assert told.stop is Stop.TARGET_GONE


def while_at_work(path: Path, act: Callable[[], object], times: int) -> Callable[[Supervisor, EngineEvent], None]:
    """`act` each time that the supervisor tells of work on `path`, at most `times`."""
    left = times

    def react(_supervisor: Supervisor, event: EngineEvent) -> None:
        nonlocal left
        if left and isinstance(event, AtWork) and event.path == raw(path):
            left -= 1
            act()

    return react


@posix
def test_changed_once_during_the_reading_it_is_read_again(tmp_path: Path) -> None:
    place = tmp_path / "f"
    place.write_bytes(BUSY)
    told = scan(
        job(tmp_path, bundle=make_bundle(SLOW_RULE)),
        react=while_at_work(place, lambda: place.write_bytes(MARKER), 1),
    )
    assert [finding.rule for finding in told.findings] == ["Marker"]
    assert told.outcomes == {(Outcome.SCANNED, Cause.NONE): 1}


@posix
def test_what_keeps_changing_is_not_called_scanned(tmp_path: Path) -> None:
    place = tmp_path / "f"
    place.write_bytes(BUSY)

    def grow() -> None:
        with place.open("ab") as stream:
            stream.write(b" ")

    told = scan(job(tmp_path, bundle=make_bundle(SLOW_RULE)), react=while_at_work(place, grow, 10_000))
    assert told.stop is Stop.COMPLETED
    assert told.outcomes == {(Outcome.UNREADABLE, Cause.CHANGED_WHILE_READ): 1}


@posix
def test_a_mapped_file_cut_during_the_reading_costs_only_its_own_outcome(tmp_path: Path) -> None:
    place = tmp_path / "f"
    place.write_bytes(BUSY[:360] + bytes(3 * limits.LARGE_FILE))
    (tmp_path / "g").write_bytes(MARKER)
    told = scan(
        job(tmp_path, bundle=make_bundle(SLOW_RULE)),
        react=while_at_work(place, lambda: os.truncate(place, 2 * limits.LARGE_FILE), 1_000),
    )
    assert told.stop is Stop.COMPLETED
    assert told.ended.restarts == 0, "the process survives the fault of a page"
    assert [finding.chain for finding in told.findings] == [(raw(tmp_path / "g"),)]
    assert told.total(Outcome.SCANNED) == 1
    assert told.total(Outcome.UNREADABLE, Cause.CHANGED_WHILE_READ) + told.total(Outcome.SCANNED) == 2
