"""A running scan or clean-up, followed from a thread of its own.

A scan's events come from a blocking generator. A QThread iterates it and puts the events on a
queue; the window's thread empties the queue at most 20 times a second. So a folder of 100,000
files cannot flood the window, and an engine that hangs cannot freeze it.
"""

import logging
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from medscan_gui.core.action import ActionItem
from medscan_gui.core.events import (
    CleanUpProgress,
    FileCleaned,
    Finished,
    ItemNotRead,
    Preparing,
    Progress,
    ScanEvent,
    Started,
    ThreatFound,
)
from medscan_gui.core.finding import Finding, ItemProblem

log = logging.getLogger(__name__)

#: Milliseconds between two deliveries to the window: 20 a second.
DELIVERY_MS = 50


#: Of two of these in a row only the newer one is news.
_LATEST_COUNTS = (Progress, CleanUpProgress)


class Followed(Protocol):
    """Whatever tells its course as events."""

    def events(self) -> Iterator[object]:
        """Do the work; blocking."""
        ...

    def cancel(self) -> None:
        """End the work; returns at once."""
        ...


class Session(Protocol):
    """What the window needs of `session.ScanSession` and `response.clean_up.CleanUpSession`."""

    def events(self) -> Iterator[ScanEvent]:
        """Run the scan; blocking."""
        ...

    def cancel(self) -> None:
        """End the scan; returns at once."""
        ...

    def pause(self) -> None:
        """Hold the scan; returns at once."""
        ...

    def resume(self) -> None:
        """Go on; returns at once."""
        ...


class _Queue:
    """Events on their way to the window. `put` tells whether the window must be woken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: deque[object] = deque()
        self._woken = False

    def put(self, event: object) -> bool:
        with self._lock:
            if isinstance(event, _LATEST_COUNTS) and self._events and type(self._events[-1]) is type(event):
                self._events.pop()
            self._events.append(event)
            wake = not self._woken
            self._woken = True
            return wake

    def take(self) -> list[object]:
        with self._lock:
            events = list(self._events)
            self._events.clear()
            self._woken = False
            return events


@dataclass
class _Batch:
    """What goes to the window in one delivery."""

    cleaning: CleanUpProgress | None = None
    files: list[ActionItem] = field(default_factory=list)
    threats: list[Finding] = field(default_factory=list)
    problems: list[ItemProblem] = field(default_factory=list)
    progress: Progress | None = None


class ScanThread(QThread):
    """Iterates one session. `ended` is emitted exactly once, whatever happens in there."""

    woken = Signal()
    ended = Signal()

    def __init__(self, session: Followed, parent: QObject | None = None, *, name: str = "scan") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._session = session
        self.queue = _Queue()

    def run(self) -> None:
        """Follow the scan to its end."""
        try:
            for event in self._session.events():
                if self.queue.put(event):
                    self.woken.emit()
        except Exception:
            log.exception("the %s ended by a fault of the program", self.objectName())
        finally:
            self.ended.emit()


class ScanRunner(QObject):
    """The window's side of one scan or clean-up at a time. All signals arrive in the window's thread."""

    cleaning = Signal(object)  # CleanUpProgress
    files_cleaned = Signal(object)  # list[ActionItem]
    preparing = Signal(object)  # Preparing
    started = Signal(object)  # Started
    progressed = Signal(object)  # Progress
    threats_found = Signal(object)  # list[Finding]
    not_read = Signal(object)  # list[ItemProblem]
    #: Finished, or None if the scan died without a result (a fault of the program).
    finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._thread: ScanThread | None = None
        self._result: Finished | None = None
        self._delivery = QTimer(self)
        self._delivery.setSingleShot(True)
        self._delivery.setInterval(DELIVERY_MS)
        self._delivery.timeout.connect(self._deliver)

    @property
    def running(self) -> bool:
        """Whether a scan is under way."""
        return self._thread is not None

    def start(self, session: Session) -> None:
        """Begin to follow `session`. Raises RuntimeError while another scan runs."""
        if self._thread is not None:
            raise RuntimeError("a scan is running already")
        self._session = session
        self._result = None
        thread = ScanThread(session, self)
        thread.woken.connect(self._woken)
        thread.ended.connect(self._ended)
        self._thread = thread
        thread.start()

    def pause(self) -> None:
        """Hold the scan."""
        if self._session:
            self._session.pause()

    def resume(self) -> None:
        """Go on."""
        if self._session:
            self._session.resume()

    def cancel(self) -> None:
        """End the scan; `finished` follows."""
        if self._session:
            self._session.cancel()

    def wait(self, milliseconds: int) -> bool:
        """Wait for the thread, bounded; True if it is over. Only for the way out of the program."""
        return self._thread is None or self._thread.wait(milliseconds)

    def settle(self) -> bool:
        """Deliver the end of a thread that is over while no event loop runs; True if nothing runs any more."""
        if self._thread is not None and self._thread.isFinished():
            self._ended()
        return self._thread is None

    @Slot()
    def _woken(self) -> None:
        if not self._delivery.isActive():
            self._delivery.start()

    @Slot()
    def _deliver(self) -> None:
        if self._thread is None:
            return
        batch = _Batch()
        for event in self._thread.queue.take():
            self._sort(event, batch)
        self._tell(batch)

    def _tell(self, batch: "_Batch") -> None:
        """Hand on what has been gathered; the batch is empty then."""
        self._tell_cleaning(batch)
        if batch.threats:
            self.threats_found.emit(batch.threats)
        if batch.problems:
            self.not_read.emit(batch.problems)
        if batch.progress is not None:
            self.progressed.emit(batch.progress)
        batch.threats, batch.problems, batch.progress = [], [], None

    def _tell_cleaning(self, batch: "_Batch") -> None:
        """Hand on what the clean-up told; the scan that verifies it has begun once that is empty."""
        if batch.files:
            self.files_cleaned.emit(batch.files)
        if batch.cleaning is not None:
            self.cleaning.emit(batch.cleaning)
        batch.cleaning, batch.files = None, []

    def _sort(self, event: object, batch: "_Batch") -> None:  # noqa: C901  # one line for each kind of event
        match event:
            case CleanUpProgress():
                batch.cleaning = event
            case FileCleaned():
                batch.files.append(event.item)
            case ThreatFound():
                batch.threats.append(event.finding)
            case ItemNotRead():
                batch.problems.append(event.problem)
            case Progress():
                batch.progress = event
            case Preparing():
                self._tell(batch)  # what came before it is said before it
                self.preparing.emit(event)
            case Started():
                self.started.emit(event)
            case Finished():
                self._result = event

    @Slot()
    def _ended(self) -> None:
        thread = self._thread
        if thread is None:
            return
        self._delivery.stop()
        self._deliver()
        thread.wait()  # `ended` is its last act: this takes microseconds
        thread.deleteLater()
        self._thread = None
        self._session = None
        self.finished.emit(self._result)
