"""Engine processes that crash, hang or are killed, and scans that are cancelled, paused or abandoned."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path

import psutil
import pytest

from medscan_gui.core.words import Cause, Outcome, Stop
from medscan_gui.engine.events import AtWork, Ended, EngineEvent, EngineStarted, ItemsEnded, Lost, Role
from medscan_gui.engine.limits import Limits
from medscan_gui.engine.supervisor import Supervisor
from tests.engine.scanning import (
    MARKER,
    SLOW_CONTENT,
    SLOW_RULE,
    always_fake,
    fakes,
    job,
    make_bundle,
    once_counted,
    raw,
    scan,
)
from tests.samples import fill

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

IMPATIENT = Limits(item_seconds=1.0, silence_seconds=1.0, rule_share=60.0)


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A file on which the rules are busy for minutes, among others."""
    fill(tmp_path, 300)
    (tmp_path / "0000" / "threat").write_bytes(MARKER)
    place = tmp_path / "0001" / "slow"
    place.write_bytes(SLOW_CONTENT)
    return place


def when_at(path: Path, act: Callable[[Supervisor, int], None]) -> Callable[[Supervisor, EngineEvent], None]:
    """Call `act` with the process that works on `path`."""

    def react(supervisor: Supervisor, event: EngineEvent) -> None:
        if isinstance(event, AtWork) and event.path == raw(path):
            act(supervisor, event.pid)

    return react


@posix
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_crash_costs_one_item_its_outcome(slow: Path, number: signal.Signals, workers: int) -> None:
    told = scan(
        job(slow.parents[1], bundle=make_bundle(SLOW_RULE), workers=workers),
        react=when_at(slow, lambda _supervisor, pid: os.kill(pid, number)),
    )
    assert told.stop is Stop.COMPLETED
    assert [(problem.chain, problem.outcome, problem.cause, problem.detail) for problem in told.problems] == [
        ((raw(slow),), Outcome.ENGINE_CRASHED, Cause.ENGINE_DIED, number.name)
    ]
    assert told.total(Outcome.SCANNED) == 301
    assert len(told.findings) == 1
    assert (told.ended.restarts, [event.lost for event in told.restarted]) == (1, [Lost.CRASHED])
    assert told.restarted[0].path == raw(slow)
    assert len(told.ended.engines) >= 2
    assert all(proof.self_test_passed for proof in told.ended.engines), "the new one has proven itself too"


def test_a_hang_costs_one_item_its_outcome(slow: Path) -> None:
    told = scan(job(slow.parents[1], bundle=make_bundle(SLOW_RULE), workers=2, limits=IMPATIENT))
    assert told.stop is Stop.COMPLETED
    assert [(problem.chain, problem.outcome, problem.cause) for problem in told.problems] == [
        ((raw(slow),), Outcome.TIMED_OUT, Cause.RULE_TOO_SLOW)
    ]
    assert told.problems[0].detail.endswith(": Slow"), "the rule is named"
    assert told.total(Outcome.SCANNED) == 301
    assert [event.lost for event in told.restarted] == [Lost.HUNG]


def test_a_rule_that_heeds_its_clock_is_named(tmp_path: Path) -> None:
    rule = "rule Loop { condition: filesize == 1000 and for any i in (0..100000000) : ( uint8(i % 100) == 0x100 ) }"
    (tmp_path / "f").write_bytes(b"x" * 1000)
    limits = Limits(item_seconds=30.0, rule_share=0.04)
    told = scan(job(tmp_path, bundle=make_bundle(rule), limits=limits))
    assert told.outcomes == {(Outcome.TIMED_OUT, Cause.RULE_TOO_SLOW): 1}
    assert told.problems[0].detail.endswith(": Loop")
    assert told.ended.restarts == 0


@posix
def test_a_worker_killed_between_items_costs_nothing(tmp_path: Path) -> None:
    fill(tmp_path, 200)
    killed: list[int] = []

    def react(_supervisor: Supervisor, event: EngineEvent) -> None:
        if isinstance(event, EngineStarted) and event.role is Role.SCAN and not killed:
            killed.append(event.pid)
            os.kill(event.pid, signal.SIGKILL)

    told = scan(job(tmp_path), react=react)
    assert told.stop is Stop.COMPLETED
    assert told.total(Outcome.SCANNED) + told.total(Outcome.ENGINE_CRASHED, Cause.ENGINE_DIED) == 200
    assert told.ended.restarts == 1


@posix
def test_an_idle_worker_may_die(slow: Path) -> None:
    """While one is busy the other has nothing to do, and is killed."""
    seen: list[int] = []

    def react(supervisor: Supervisor, event: EngineEvent) -> None:
        if isinstance(event, EngineStarted) and event.role is Role.SCAN:
            seen.append(event.pid)
        if isinstance(event, AtWork) and event.path == raw(slow) and event.seconds > 0.3 and len(seen) == 2:
            idle = next(pid for pid in seen if pid != event.pid)
            seen.clear()
            os.kill(idle, signal.SIGKILL)
        elif isinstance(event, AtWork) and event.seconds > 0.8:
            os.kill(event.pid, signal.SIGKILL)

    told = scan(job(slow.parents[1], bundle=make_bundle(SLOW_RULE), workers=2), react=react)
    assert told.stop is Stop.COMPLETED
    assert told.total(Outcome.SCANNED) == 301
    assert told.ended.restarts == 2


@posix
def test_a_target_that_kills_every_engine_ends_the_scan(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / str(number)).write_bytes(SLOW_CONTENT)
    limits = Limits(max_restarts=3)

    def react(_supervisor: Supervisor, event: EngineEvent) -> None:
        if isinstance(event, AtWork) and event.path:  # with nothing in work the pid is 0: our own process group
            with contextlib.suppress(ProcessLookupError):
                os.kill(event.pid, signal.SIGKILL)

    told = scan(job(tmp_path, bundle=make_bundle(SLOW_RULE), limits=limits), react=react)
    assert (told.stop, told.refused) == (Stop.ENGINE_FAILED, ["engine.lost_too_often"])
    assert told.total(Outcome.ENGINE_CRASHED, Cause.ENGINE_DIED) == 4
    assert told.total(Outcome.CANCELLED, Cause.NOT_REACHED) == 36


def gone(pids: list[int]) -> bool:
    return all(not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE for pid in pids)


def test_cancel_in_the_depth_of_libyara(slow: Path) -> None:
    cancelled: list[float] = []

    def act(supervisor: Supervisor, _pid: int) -> None:
        if not cancelled:
            cancelled.append(time.monotonic())
            supervisor.cancel()

    told = scan(job(slow.parents[1], bundle=make_bundle(SLOW_RULE), workers=2), react=when_at(slow, act))
    assert told.stop is Stop.CANCELLED
    assert told.total(Outcome.CANCELLED, Cause.NOT_REACHED) >= 1
    assert gone([event.pid for event in told.started])


@pytest.mark.parametrize("moment", range(6))
def test_cancel_at_any_moment_of_the_start(tmp_path: Path, moment: int) -> None:
    fill(tmp_path, 500)
    seen = 0

    def react(supervisor: Supervisor, _event: EngineEvent) -> None:
        nonlocal seen
        if seen == moment:
            supervisor.cancel()
        seen += 1

    told = scan(job(tmp_path, workers=2), react=react)
    assert told.stop in {Stop.CANCELLED, Stop.COMPLETED}
    assert gone([event.pid for event in told.started])


def test_cancel_before_the_start(tmp_path: Path) -> None:
    supervisor = Supervisor(job(tmp_path))
    supervisor.cancel()
    [ended] = supervisor.events()
    assert isinstance(ended, Ended)
    assert (ended.stop, ended.engines) == (Stop.CANCELLED, ())


@posix
def test_cancel_while_a_lost_worker_is_replaced(slow: Path) -> None:
    def react(supervisor: Supervisor, event: EngineEvent) -> None:
        if isinstance(event, AtWork) and event.path == raw(slow):
            os.kill(event.pid, signal.SIGKILL)
        if type(event).__name__ == "EngineRestarted":
            supervisor.cancel()

    told = scan(job(slow.parents[1], bundle=make_bundle(SLOW_RULE)), react=react)
    assert told.stop is Stop.CANCELLED
    assert len(told.restarted) == 1


def test_cancel_from_another_thread_while_nothing_happens(slow: Path) -> None:
    supervisor = Supervisor(job(slow, bundle=make_bundle(SLOW_RULE)))
    ended = []
    at_work = threading.Event()

    def run() -> None:
        for event in supervisor.events():
            if isinstance(event, AtWork) and event.path == raw(slow):
                at_work.set()
            ended.append(event)

    thread = threading.Thread(target=run)
    thread.start()
    assert at_work.wait(60)
    supervisor.cancel()
    thread.join(60)
    assert not thread.is_alive()
    assert isinstance(ended[-1], Ended)
    assert ended[-1].stop is Stop.CANCELLED


def test_an_abandoned_scan_leaves_no_process(slow: Path) -> None:
    pids: list[int] = []
    events = Supervisor(job(slow.parents[1], bundle=make_bundle(SLOW_RULE), workers=2)).events()
    for event in events:
        if isinstance(event, EngineStarted):
            pids.append(event.pid)
        if isinstance(event, AtWork) and event.path == raw(slow):
            break
    assert isinstance(events, Generator)
    events.close()
    assert pids
    assert gone(pids)


def test_a_supervisor_runs_once(tmp_path: Path) -> None:
    supervisor = Supervisor(job(tmp_path))
    list(supervisor.events())
    with pytest.raises(RuntimeError):
        next(iter(supervisor.events()))


def test_pause_begins_nothing_and_resume_goes_on(tmp_path: Path) -> None:
    fill(tmp_path, 1000)
    too_early: list[EngineEvent] = []
    resumed: list[bool] = []
    go_on = once_counted(lambda: resumed.append(True))

    def react(supervisor: Supervisor, event: EngineEvent) -> None:
        go_on(supervisor, event)
        begun = isinstance(event, AtWork) and event.path
        if not resumed and (begun or isinstance(event, ItemsEnded)):
            too_early.append(event)

    told = scan(job(tmp_path, workers=2), react=react, paused=True)
    assert too_early == []
    assert told.total(Outcome.SCANNED) == 1000


def test_a_pause_is_heard_between_two_items_whatever_was_given_ahead(tmp_path: Path) -> None:
    """Forty files of some 40 ms each, all of them one worker's single batch."""
    for number in range(40):
        (tmp_path / str(number)).write_bytes(b"ab" * 60 + b" " * 300)
    ended_at_rest: list[int] = []
    beats, ended = 0, 0
    paused = False

    def react(supervisor: Supervisor, event: EngineEvent) -> None:
        nonlocal beats, ended, paused
        if isinstance(event, ItemsEnded):
            ended += sum(line.items for line in event.lines)
        elif isinstance(event, AtWork) and event.path and not paused:
            paused = True
            supervisor.pause()
        elif isinstance(event, AtWork) and not event.path and paused and not ended_at_rest:
            beats += 1
            if beats == 30:
                ended_at_rest.append(ended)
                supervisor.resume()

    limits = Limits(silence_seconds=0.5)  # at rest, silence is no fault
    told = scan(job(tmp_path, bundle=make_bundle(SLOW_RULE), limits=limits), react=react)
    assert told.outcomes == {(Outcome.SCANNED, Cause.NONE): 40}
    assert told.ended.restarts == 0
    assert len(ended_at_rest) == 1
    assert ended_at_rest[0] < 10


@posix
def test_a_worker_killed_at_rest_is_replaced_and_its_batch_is_scanned(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / str(number)).write_bytes(b"ab" * 60 + b" " * 300)
    paused: list[int] = []
    killed: list[int] = []

    def react(supervisor: Supervisor, event: EngineEvent) -> None:
        if isinstance(event, AtWork) and event.path and not paused:
            paused.append(event.pid)
            supervisor.pause()
        elif isinstance(event, AtWork) and not event.path and paused and not killed:
            killed.append(paused[0])
            os.kill(paused[0], signal.SIGKILL)
        elif isinstance(event, EngineStarted) and killed:
            supervisor.resume()

    told = scan(job(tmp_path, bundle=make_bundle(SLOW_RULE)), react=react)
    assert told.outcomes == {(Outcome.SCANNED, Cause.NONE): 20}
    assert told.ended.restarts == 1


def test_cancel_at_rest(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / str(number)).write_bytes(b"ab" * 60 + b" " * 300)
    paused = False

    def react(supervisor: Supervisor, event: EngineEvent) -> None:
        nonlocal paused
        if isinstance(event, AtWork) and event.path:
            supervisor.pause()
            paused = True
        elif isinstance(event, AtWork) and paused:
            supervisor.cancel()

    told = scan(job(tmp_path, bundle=make_bundle(SLOW_RULE)), react=react)
    assert told.stop is Stop.CANCELLED
    assert told.total(Outcome.CANCELLED, Cause.NOT_REACHED) > 0
    assert gone([event.pid for event in told.started])


PARENT = """
import os, sys
from pathlib import Path
from medscan_gui.engine.events import AtWork, EngineStarted
from medscan_gui.engine.supervisor import Supervisor
from tests.engine.scanning import SLOW_RULE, job, make_bundle
for event in Supervisor(job(Path(sys.argv[1]), bundle=make_bundle(SLOW_RULE), workers=2)).events():
    if isinstance(event, EngineStarted):
        print(event.pid, flush=True)
    if isinstance(event, AtWork) and event.seconds > 0.2:
        print("busy", flush=True)
        sys.stdin.read()
"""


def test_children_die_with_a_killed_parent(slow: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(slow.parents[1])]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as parent:
        assert parent.stdout is not None
        pids = []
        for line in parent.stdout:
            if line.strip() == "busy":
                break
            pids.append(int(line))
        children = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
        assert children
        parent.kill()
    _gone, alive = psutil.wait_procs(children, timeout=10)
    assert [child for child in alive if child.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.parametrize("role", list(Role))
def test_an_engine_that_cannot_be_started(tmp_path: Path, role: Role) -> None:
    (tmp_path / "f").write_bytes(b"x")
    from medscan_gui.engine.orders import engine_command

    told = scan(
        job(tmp_path), command=lambda asked: (str(tmp_path / "no program"),) if asked is role else engine_command(asked)
    )
    assert (told.stop, told.refused) == (Stop.ENGINE_FAILED, ["engine.not_started"])


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("mode", ["exits", "silent"])
def test_an_engine_that_never_gets_ready(tmp_path: Path, role: Role, mode: str) -> None:
    (tmp_path / "f").write_bytes(b"x")
    limits = Limits(start_seconds=3.0 if mode == "silent" else 60.0, max_failed_starts=2)
    told = scan(job(tmp_path, limits=limits), command=always_fake(mode, role))
    assert (told.stop, told.refused) == (Stop.ENGINE_FAILED, ["engine.not_started"])
    assert [event.role for event in told.restarted] == [role] * 2


def test_one_failed_start_is_made_up_for(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(MARKER)
    told = scan(job(tmp_path), command=fakes("exits"))
    assert told.stop is Stop.COMPLETED
    assert len(told.findings) == 1
    assert told.restarted[0].detail == "exit code 9"
