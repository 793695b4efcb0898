"""Gentle scans: lowest priority, one worker, and a share of one core that is kept. Shallow jobs."""

import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import msgspec
import psutil
import pytest

from medscan_gui.core.words import Cause, Outcome, Stop
from medscan_gui.engine import gentle, limits
from medscan_gui.engine.events import AtWork, EngineEvent, EngineStarted, ItemsEnded, Lost, Role
from medscan_gui.engine.gentle import Pace
from medscan_gui.engine.limits import Limits
from medscan_gui.engine.supervisor import ScanJob, Supervisor
from tests.engine.scanning import MARKER, SLOW_CONTENT, SLOW_RULE, fakes, job, make_bundle, scan

SCANNED = (Outcome.SCANNED, Cause.NONE)
#: Keeps libyara busy with each file for some 20 ms.
BUSY_RULE = "rule Busy { condition: for all i in (0..300000) : (uint8(i % filesize) < 200) and filesize > 1000000 }"


def gently(work: ScanJob, share: int) -> ScanJob:
    return msgspec.structs.replace(work, gentle=True, cpu_share=share, workers=4)


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    """Files that keep a core busy for a second or so."""
    folder = tmp_path / "busy"
    folder.mkdir()
    for number in range(60):
        (folder / str(number)).write_bytes(b"xy" * (60 + number))
    return folder


class Watch:
    """Looks at the engine's processes while they run, and adds up what they have used."""

    def __init__(self) -> None:
        self.processes: dict[int, psutil.Process] = {}
        self.cpu: dict[int, float] = {}
        self.began: float | None = None
        self.ended = 0.0
        self.priorities: set[tuple[object, object]] = set()
        self.roles: list[Role] = []

    def react(self, _supervisor: Supervisor, event: EngineEvent) -> None:
        if isinstance(event, EngineStarted):
            self.processes[event.pid] = psutil.Process(event.pid)
            self.began = self.began or self.processes[event.pid].create_time()
            self.roles.append(event.role)
        for pid, process in self.processes.items():
            try:
                times = process.cpu_times()
                self.cpu[pid] = times.user + times.system
                self.ended = time.time()
                if isinstance(event, ItemsEnded):
                    self.priorities.add((process.nice(), process.ionice()[0]))
            except psutil.NoSuchProcess:
                continue


def test_a_gentle_scan_keeps_to_its_share(busy: Path) -> None:
    """Processor time against time, of all processes, from the start of the first one: no race, whatever else runs."""
    bundle = make_bundle(BUSY_RULE)
    free, bound = Watch(), Watch()
    told = scan(job(busy, bundle=bundle), react=free.react)
    assert told.outcomes == {SCANNED: 60}
    needed = sum(free.cpu.values())
    told = scan(gently(job(busy, bundle=bundle), 50), react=bound.react)
    assert told.outcomes == {SCANNED: 60}
    assert bound.roles.count(Role.SCAN) == 1, "one worker, whatever is set"
    assert bound.began is not None
    used, passed = sum(bound.cpu.values()), bound.ended - bound.began
    assert used > 0.5 * needed, "the same work was done"
    # The last piece of work is not rested for, and the system counts in hundredths of a second.
    assert used / passed <= 0.5 + 0.1
    assert passed >= used / 0.6


@pytest.mark.skipif(sys.platform != "linux", reason="priorities are told differently elsewhere")
def test_a_gentle_scan_has_the_lowest_priority(busy: Path) -> None:
    watch = Watch()
    scan(gently(job(busy), 100), react=watch.react)
    assert (19, psutil.IOPRIO_CLASS_IDLE) in watch.priorities
    assert all(nice == 19 for nice, _ in watch.priorities)


@pytest.mark.skipif(sys.platform != "linux", reason="priorities are told differently elsewhere")
def test_no_other_scan_gives_way(busy: Path) -> None:
    watch, nice = Watch(), psutil.Process().nice()
    scan(job(busy), react=watch.react)
    assert {each for each, _ in watch.priorities} <= {nice}


def test_a_system_without_that_call_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gentle, "_IOPRIO_SET", {})

    def refuse(*_arguments: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refuse, raising=False)
    if sys.platform != "win32":
        gentle.lower_priority()


def test_a_cancel_is_heard_in_a_rest(busy: Path) -> None:
    """A worker at four percent rests nearly all the time: most likely it is told so then."""

    def react(supervisor: Supervisor, event: EngineEvent) -> None:
        if isinstance(event, ItemsEnded):
            supervisor.cancel()

    told = scan(gently(job(busy, bundle=make_bundle(BUSY_RULE)), 5), react=react)
    assert told.stop is Stop.CANCELLED
    assert told.total(Outcome.CANCELLED, Cause.NOT_REACHED) > 30
    assert told.ended.restarts == 0


def test_a_pause_is_heard_in_a_rest(busy: Path) -> None:
    beats = ended_while_paused = 0

    def react(supervisor: Supervisor, event: EngineEvent) -> None:
        nonlocal beats, ended_while_paused
        if isinstance(event, ItemsEnded):
            if not beats:
                supervisor.pause()
            elif beats < 20:
                ended_while_paused += sum(line.items for line in event.lines)
        if isinstance(event, ItemsEnded | AtWork) and (beats or isinstance(event, ItemsEnded)):
            beats += 1
            if beats == 20:
                supervisor.resume()

    told = scan(gently(job(busy, bundle=make_bundle(BUSY_RULE)), 50), react=react)
    assert told.outcomes == {SCANNED: 60}
    # Unheard, some twenty would have been read; what is at hand when it is heard is finished.
    assert ended_while_paused <= 5
    assert told.ended.restarts == 0


def test_a_rest_is_no_hang(tmp_path: Path) -> None:
    """The patience for one word is far shorter than the rests; yet nobody is given up."""
    for number in range(6):
        (tmp_path / str(number)).write_bytes(b"xy" * 70)
    patience = Limits(silence_seconds=0.2)
    told = scan(gently(job(tmp_path, bundle=make_bundle(BUSY_RULE), limits=patience), 5))
    assert told.outcomes == {SCANNED: 6}
    assert told.ended.restarts == 0


def test_a_gentle_worker_that_hangs_in_an_item_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "slow").write_bytes(SLOW_CONTENT)
    (tmp_path / "threat").write_bytes(MARKER)
    patience = Limits(item_seconds=0.2)
    told = scan(gently(job(tmp_path, bundle=make_bundle(SLOW_RULE), limits=patience), 100))
    assert told.total(Outcome.TIMED_OUT, Cause.RULE_TOO_SLOW) == 1
    assert [event.lost for event in told.restarted] == [Lost.HUNG]
    assert len(told.findings) == 1


class Clock:
    """The two clocks that `Pace` reads, under our hands."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cpu = self.wall = 0.0
        clocks = SimpleNamespace(process_time=lambda: self.cpu, monotonic=lambda: self.wall)
        monkeypatch.setattr(gentle, "time", clocks)

    def work(self, seconds: float) -> None:
        self.cpu += seconds
        self.wall += seconds


@pytest.mark.parametrize("share", [0.01, 0.05, 0.25, 0.5, 0.8])
@pytest.mark.parametrize("piece", [0.001, 0.01, 0.1])
def test_in_every_second_the_share_is_kept(monkeypatch: pytest.MonkeyPatch, share: float, piece: float) -> None:
    clock = Clock(monkeypatch)
    pace = Pace(share)
    while clock.wall < 60.0:
        clock.work(piece)
        if rest := pace.due():
            assert rest <= limits.REST_MOST
            clock.wall += rest
            pace.rested()
        # At any moment no more was worked than the share, one slice and one piece.
        assert clock.cpu <= share * (clock.wall + limits.REST_PERIOD) + piece + 1e-9


def test_waiting_is_a_rest_but_not_saved_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    pace = Pace(0.5)
    clock.wall += 100.0  # a slow medium
    assert pace.due() == 0.0
    clock.work(1.0)
    assert pace.due() == pytest.approx(1.0)
    pace.rested()
    clock.work(0.2)
    clock.wall += 0.3  # waiting that pays for the work beside it
    assert pace.due() == 0.0
    clock.work(0.2)
    assert pace.due() == pytest.approx(0.2)


def test_one_long_piece_is_rested_for_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    pace = Pace(0.05)
    clock.work(2.0)
    assert pace.due() == pytest.approx(38.0)
    pace.rested()
    clock.work(500.0)
    assert pace.due() == limits.REST_MOST


# Shallow ----------------------------------------------------------------------------------------------


def test_a_shallow_job_reads_the_targets_own_files(tmp_path: Path) -> None:
    for place in ("one", "one/below", "two", "two/below"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "threat").write_bytes(MARKER)
    single = tmp_path / "one" / "below" / "threat"
    work = msgspec.structs.replace(job(tmp_path / "one", tmp_path / "two", single), shallow=True)
    told = scan(work)
    assert told.outcomes == {SCANNED: 3}
    assert told.counted.items == 3
    assert told.ended.walk_complete
    assert len(told.findings) == 3


def test_a_shallow_job_of_very_many_folders(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(3000)]
    for folder in folders:
        folder.mkdir()
        (folder / "file").write_bytes(b"x")
    (folders[-1] / "threat").write_bytes(MARKER)
    folders[7].joinpath("file").unlink()
    folders[7].rmdir()
    told = scan(msgspec.structs.replace(job(*folders), shallow=True))
    assert told.stop is Stop.COMPLETED
    assert told.outcomes == {SCANNED: 3000, (Outcome.VANISHED, Cause.NONE): 1}
    assert len(told.findings) == 1


def test_a_walker_does_not_go_deeper_than_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "Images").mkdir()
    (tmp_path / "threat").write_bytes(MARKER)
    work = msgspec.structs.replace(job(tmp_path), shallow=True)
    told = scan(work, command=fakes("walker: dies below", role=Role.WALK))
    assert [event.lost for event in told.restarted] == [Lost.PROTOCOL]
