"""Following a scan: in batches, to one end, whatever happens in the thread."""

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QElapsedTimer, QObject, Signal
from pytestqt.qtbot import QtBot

from medscan_gui.core.events import Progress, ScanEvent, ThreatFound
from medscan_gui.gui.scan_thread import DELIVERY_MS, ScanRunner
from tests.gui import scripted


class Log(QObject):
    """Notes what a runner says, and in which thread."""

    def __init__(self, runner: ScanRunner) -> None:
        super().__init__()
        self.said: list[tuple[str, object]] = []
        self.threads: set[int] = set()
        for name in ("preparing", "started", "progressed", "threats_found", "not_read", "finished"):
            getattr(runner, name).connect(lambda value, name=name: self._note(name, value))

    def _note(self, name: str, value: object) -> None:
        self.said.append((name, value))
        self.threads.add(threading.get_ident())

    def of(self, name: str) -> list[object]:
        return [value for said, value in self.said if said == name]

    def items(self, name: str) -> list[object]:
        """What arrived in batches, as one list."""
        return [item for batch in self.of(name) if isinstance(batch, list) for item in batch]


def run(qtbot: QtBot, runner: ScanRunner, session: object) -> None:
    with qtbot.waitSignal(runner.finished, timeout=20_000):
        runner.start(session)  # type: ignore[arg-type]


def test_everything_arrives_in_order_in_the_windows_thread(qtbot: QtBot) -> None:
    runner = ScanRunner()
    log = Log(runner)
    record = scripted.record([scripted.finding(i) for i in range(3)], [scripted.problem()])
    run(qtbot, runner, scripted.ScriptedSession(scripted.story(record)))
    assert [name for name, _value in log.said][:3] == ["preparing", "preparing", "started"]
    assert log.said[-1][0] == "finished"
    assert log.items("threats_found") == list(record.findings)
    assert log.items("not_read") == list(record.problems)
    assert log.of("finished")[0].record == record  # type: ignore[attr-defined]
    assert log.threads == {threading.get_ident()}
    assert not runner.running


class Flood:
    """A hundred thousand events as fast as they can be made."""

    def __init__(self, count: int = 100_000) -> None:
        self._count = count

    def events(self) -> Iterator[ScanEvent]:
        found = ThreatFound(scripted.finding())
        for place in range(self._count):
            yield found if place % 10 == 0 else Progress(items_done=place)
        yield scripted.story(scripted.record())[-1]

    def cancel(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...


def test_a_flood_reaches_the_window_twenty_times_a_second(qtbot: QtBot) -> None:
    runner = ScanRunner()
    log = Log(runner)
    clock = QElapsedTimer()
    clock.start()
    run(qtbot, runner, Flood())
    deliveries = len(log.of("threats_found"))
    assert deliveries <= clock.elapsed() / DELIVERY_MS + 2
    assert len(log.items("threats_found")) == 10_000
    assert len(log.of("progressed")) <= deliveries + 1


class Dying:
    """A session with a fault."""

    def events(self) -> Iterator[ScanEvent]:
        yield Progress(items_done=1)
        raise ZeroDivisionError("a fault on purpose")

    def cancel(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...


def test_a_fault_ends_the_scan_once_without_a_result(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    runner = ScanRunner()
    log = Log(runner)
    run(qtbot, runner, Dying())
    assert log.of("finished") == [None]
    assert "a fault on purpose" in caplog.text
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_pause_resume_and_cancel_reach_the_session(qtbot: QtBot) -> None:
    runner = ScanRunner()
    session = scripted.ScriptedSession(scripted.story(scripted.record()), hold_at=4)
    with qtbot.waitSignal(runner.finished):
        runner.start(session)
        assert session.held.wait(10)
        runner.pause()
        runner.resume()
        runner.cancel()
    assert session.calls == ["pause", "resume", "cancel"]


def test_one_scan_at_a_time_and_then_another(qtbot: QtBot) -> None:
    runner = ScanRunner()
    session = scripted.ScriptedSession(scripted.story(scripted.record()), hold_at=4)
    runner.start(session)
    with pytest.raises(RuntimeError):
        runner.start(session)
    with qtbot.waitSignal(runner.finished):
        session.release()
    run(qtbot, runner, scripted.ScriptedSession(scripted.story(scripted.record())))


def test_the_end_can_be_awaited_without_an_event_loop(qtbot: QtBot) -> None:
    runner = ScanRunner()
    log = Log(runner)
    session = scripted.ScriptedSession(scripted.story(scripted.record()), hold_at=4)
    runner.start(session)
    runner.cancel()
    assert runner.wait(10_000)
    assert runner.settle()
    assert not runner.running
    qtbot.wait(10)  # the thread's own signal arrives late and must not end the scan twice
    assert len(log.of("finished")) == 1


class Emitter(QObject):
    said = Signal(object)


def test_emitting_keeps_the_references_of_true(qtbot: QtBot) -> None:
    """PySide 6.12.0 lost one reference of True at each emit on Python 3.11 and then aborted (PYSIDE-3474)."""
    emitter = Emitter()
    emitter.said.connect(lambda _value: None)
    emitter.said.emit(True)
    before = sys.getrefcount(True)
    for _again in range(20):
        emitter.said.emit(True)
    assert abs(sys.getrefcount(True) - before) < 10  # the fault costs 20; others may hold one more or less
