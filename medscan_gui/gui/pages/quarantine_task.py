"""One thing being done to many entries of the quarantine, followed from a thread of its own."""

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from medscan_gui.core.events import CleanUpProgress
from medscan_gui.gui.scan_thread import DELIVERY_MS, Followed, ScanThread

if TYPE_CHECKING:
    from medscan_gui.response.quarantine import Done


class Task(Followed, Protocol):
    """What the window needs of `response.quarantine.QuarantineTask`."""

    def pause(self) -> None:
        """Begin nothing more until `resume`; returns at once."""
        ...

    def resume(self) -> None:
        """Go on; returns at once."""
        ...


class TaskRunner(QObject):
    """The window's side of one task at a time. All signals arrive in the window's thread."""

    progressed = Signal(object)  # CleanUpProgress
    #: Done, or None if the task died by a fault of the program.
    over = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task: Task | None = None
        self._thread: ScanThread | None = None
        self._done: Done | None = None
        self._delivery = QTimer(self)
        self._delivery.setSingleShot(True)
        self._delivery.setInterval(DELIVERY_MS)
        self._delivery.timeout.connect(self._deliver)

    @property
    def running(self) -> bool:
        """Whether something is under way."""
        return self._thread is not None

    def start(self, task: Task) -> None:
        """Begin to follow `task`. Raises RuntimeError while another one runs."""
        if self._thread is not None:
            raise RuntimeError("something is under way already")
        self._task, self._done = task, None
        self._thread = ScanThread(task, self, name="quarantine-task")
        self._thread.woken.connect(self._woken)
        self._thread.ended.connect(self._ended)
        self._thread.start()

    def cancel(self) -> None:
        """Begin nothing more; `over` follows."""
        if self._task is not None:
            self._task.cancel()

    def pause(self) -> None:
        """Begin nothing more until `resume`."""
        if self._task is not None:
            self._task.pause()

    def resume(self) -> None:
        """Go on."""
        if self._task is not None:
            self._task.resume()

    @Slot()
    def _woken(self) -> None:
        if not self._delivery.isActive():
            self._delivery.start()

    @Slot()
    def _deliver(self) -> None:
        from medscan_gui.response.quarantine import Done

        if self._thread is None:
            return
        progress: CleanUpProgress | None = None
        for event in self._thread.queue.take():
            if isinstance(event, CleanUpProgress):
                progress = event
            elif isinstance(event, Done):
                self._done = event
        if progress is not None:
            self.progressed.emit(progress)

    @Slot()
    def _ended(self) -> None:
        thread = self._thread
        if thread is None:
            return
        self._delivery.stop()
        self._deliver()
        thread.wait()  # `ended` is its last act: this takes microseconds
        thread.deleteLater()
        self._thread = self._task = None
        self.over.emit(self._done)
