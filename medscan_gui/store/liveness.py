"""Which scans are being run by a living MedScan: one locked file for each.

The lock is the operating system's (flock, LockFileEx): it is released by the death of its process,
whatever the death. Where a file system knows no locks (some network shares), only the scans of this
process count as living.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout


class RunningScans:
    """The folder `running/` beside the journal. Thread-safe as far as scan ids differ."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, FileLock | None] = {}

    def hold(self, scan_id: str) -> None:
        """Say that this process runs the scan, until `release` or death. Never raises for a disk that refuses."""
        with suppress(Timeout):
            self._held[scan_id] = self._lock(scan_id)

    def release(self, scan_id: str) -> None:
        """Say that this process no longer runs the scan."""
        lock = self._held.pop(scan_id, None)
        if lock is not None:
            self._drop(lock)

    def release_all(self) -> None:
        """Release every scan of this process."""
        for scan_id in tuple(self._held):
            self.release(scan_id)

    def is_running(self, scan_id: str) -> bool:
        """Say whether a living process holds this scan (this one, or another)."""
        if scan_id in self._held:
            return True
        try:
            lock = self._lock(scan_id)
        except Timeout:
            return True
        if lock is not None:
            self._drop(lock)
        return False

    def _lock(self, scan_id: str) -> FileLock | None:
        """Lock at once; None where it cannot be (no locks, read-only, full). Raises Timeout if another holds it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._path(scan_id), timeout=0, thread_local=False, fallback_to_soft=False)
            lock.acquire()
        except Timeout:
            raise
        except (OSError, NotImplementedError):
            return None
        return lock

    def _path(self, scan_id: str) -> Path:
        # Ids come from a journal that may be anybody's: only hexadecimal digits and dashes reach a file name.
        safe = "".join(character for character in scan_id[:64] if character in "0123456789abcdef-")
        return self._folder / f"{safe or 'none'}.lock"

    @staticmethod
    def _drop(lock: FileLock) -> None:
        path = Path(os.fspath(lock.lock_file))
        if sys.platform != "win32":  # while the lock is held: nobody can have taken the name over
            with suppress(OSError):
                path.unlink(missing_ok=True)
        with suppress(OSError):
            lock.release()
        if sys.platform == "win32":  # an open file cannot be removed there
            with suppress(OSError):
                path.unlink(missing_ok=True)
