"""How far an action has come: written by the thread that works, read by the one that tells."""

import threading
import time

from medscan_gui.core.estimate import Estimator
from medscan_gui.core.events import CleanUpProgress

#: At most this many seconds between two pieces of progress.
_PERIOD = 0.05


class Gauge:
    """Counts files and bytes. `files` and `size` (bytes) are what there is to do."""

    def __init__(self, files: int, size: int) -> None:
        self._lock = threading.Lock()
        self._files, self._size = files, size
        self._files_done = self._bytes_done = self._left_in_place = 0
        self._started = self._told = time.monotonic()
        self._estimator = Estimator(self._started)
        self.current = b""

    def begin(self, path: bytes) -> None:
        """A file is begun."""
        self.current = path

    def add_bytes(self, count: int) -> None:
        """So many bytes of it are done."""
        with self._lock:
            self._bytes_done += count

    def end(self, *, left_in_place: bool) -> None:
        """The file is done."""
        with self._lock:
            self._files_done += 1
            self._left_in_place += left_in_place

    def progress(self, now: float) -> CleanUpProgress | None:
        """Return where it stands, or None if that was told a moment ago. `now` is of `time.monotonic`."""
        if now - self._told < _PERIOD:
            return None
        self._told = now
        return self._progress(now)

    def now(self) -> CleanUpProgress:
        """Return where it stands."""
        return self._progress(time.monotonic())

    def _progress(self, now: float) -> CleanUpProgress:
        with self._lock:
            files, size, left = self._files_done, self._bytes_done, self._left_in_place
        whole = max(self._size, size)
        fraction = Estimator.fraction(files, self._files, size, whole)
        return CleanUpProgress(
            files_done=files,
            files_total=self._files,
            bytes_done=size,
            bytes_total=whole,
            left_in_place=left,
            current=self.current,
            elapsed=now - self._started,
            left=self._estimator.left(now, fraction),
            fraction=fraction,
        )
