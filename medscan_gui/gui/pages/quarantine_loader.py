"""Reads the quarantine beside the window's thread: fifty thousand entries on a slow key arrive batch by batch."""

import logging
import threading
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal, Slot

from medscan_gui.core.messages import MedScanError
from medscan_gui.core.quarantine import VaultEntry
from medscan_gui.core.text import current
from medscan_gui.gui.models.quarantine_rows import Row, row_of
from medscan_gui.store.vault import DamagedEntry

log = logging.getLogger(__name__)

Entries = Callable[[], Iterator[VaultEntry | DamagedEntry]]

#: Entries handed over at a time, and the breath (seconds) in between that the window gets.
_BATCH, _BREATH = 500, 0.002


class QuarantineLoader(QObject):
    """One reading at a time; a new one makes the window deaf to the one before."""

    #: (rows, whether they are the first of this reading)
    came = Signal(object, bool)
    #: The reading is over; a sentence if it could not go on, "" otherwise.
    over = Signal(str)
    _batch = Signal(int, object, bool)
    _ended = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reading = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._batch.connect(self._take)
        self._ended.connect(self._end)

    @property
    def busy(self) -> bool:
        """Whether entries are still being read."""
        return self._thread is not None

    def read(self, entries: Entries) -> None:
        """Read everything anew."""
        self._stop.set()
        self._stop = threading.Event()
        self._reading += 1
        # A daemon thread: a system call on a dead drive may never return, and must not keep the program alive.
        self._thread = threading.Thread(
            target=self._run, args=(self._reading, entries, self._stop), name="quarantine", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Hand over nothing more."""
        self._stop.set()
        self._reading += 1
        self._thread = None

    def _run(self, reading: int, entries: Entries, stop: threading.Event) -> None:
        rows: list[Row] = []
        first = True
        problem: BaseException | None = None
        try:
            for entry in entries():
                if stop.is_set():
                    return
                rows.append(row_of(entry))
                if len(rows) >= _BATCH:
                    self._hand_on(reading, rows, first=first)
                    rows, first = [], False
                    stop.wait(_BREATH)
        except Exception as error:  # noqa: BLE001  # told or raised in the window's thread
            problem = error
        self._hand_on(reading, rows, first=first)
        _emit(self._ended, reading, problem)

    def _hand_on(self, reading: int, rows: list[Row], *, first: bool) -> None:
        _emit(self._batch, reading, rows, first)

    @Slot(int, object, bool)
    def _take(self, reading: int, rows: list[Row], first: bool) -> None:  # as the signal carries it
        if reading == self._reading:
            self.came.emit(rows, first)

    @Slot(int, object)
    def _end(self, reading: int, problem: object) -> None:
        if reading != self._reading:
            return
        self._thread = None
        if isinstance(problem, MedScanError):
            self.over.emit(current().sentence(problem.message))
            return
        self.over.emit("")
        if isinstance(problem, BaseException):
            raise problem


def _emit(signal: object, *values: object) -> None:
    """Emit from a thread that may outlive the receiver: a program that ends has nobody to tell."""
    try:
        signal.emit(*values)  # type: ignore[attr-defined]  # PySide's stubs know no type for a bound signal
    except RuntimeError:
        log.debug("nobody is left to take an answer")
