"""Work that may block (a slow key, a dead network drive), done beside the window's thread.

Daemon threads of Python, not QThreads: a system call on a dead drive may never return, and must
not keep the program from ending.
"""

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

log = logging.getLogger(__name__)


class Errand(QObject):
    """One call beside the window's thread; `done` or `failed` is emitted once, in the window's thread."""

    done = Signal(object)
    failed = Signal(object)  # the exception
    #: This errand itself, after `done` or `failed`.
    over = Signal(object)
    _came_back = Signal(object, object)

    def __init__(self, work: Callable[[], object], name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._came_back.connect(self._deliver)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Set off."""
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, bounded; True if it is over."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        result: object = None
        error: BaseException | None = None
        try:
            result = self._work()
        except Exception as caught:  # noqa: BLE001  # handed on to whoever sent the errand
            error = caught
        _emit(self._came_back, result, error)

    @Slot(object, object)
    def _deliver(self, result: object, error: object) -> None:
        if error is not None:
            self.failed.emit(error)
        else:
            self.done.emit(result)
        self.over.emit(self)


class Watch(QObject):
    """Calls `look` every few seconds beside the window's thread; `changed` carries each new answer."""

    changed = Signal(object)

    def __init__(
        self, look: Callable[[], object], seconds: float, name: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._seconds = seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        if self._thread.ident is None:
            self._thread.start()

    def stop(self, seconds: float = 2.0) -> bool:
        """Stop looking; wait at most `seconds` for a look under way. True if the thread is over."""
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        seen: object = None
        first = True
        while not self._over.is_set():
            try:
                found = self._look()
            except Exception:
                log.exception("could not look at what %s watches", self._thread.name)
            else:
                if (first or found != seen) and not self._over.is_set():
                    first, seen = False, found
                    _emit(self.changed, found)
            self._over.wait(self._seconds)


def _emit(signal: object, *values: object) -> None:
    """Emit from a thread that may outlive the receiver: a program that ends has nobody to tell."""
    try:
        signal.emit(*values)  # type: ignore[attr-defined]  # PySide's stubs know no type for a bound signal
    except RuntimeError:
        log.debug("nobody is left to take an answer")
