"""A folder of MedScan's own for members of containers that do not fit into memory.

It lies beside the journal, so never on a medium that is scanned for somebody. Each scan has its own within it, which
goes when the scan ends. The engine's files in it have no name (on Windows: go when they are closed); what a power cut
left behind goes before the next scan. Which scans are still running is told by locks, which end with their process.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from medscan_gui.core.names import raw_bytes

_NAME = "scratch"
_LOCK = ".lock"


@contextmanager
def scratch_folder(data_dir: Path) -> Iterator[bytes]:
    """Yield the raw path of a new folder, which goes with all that is in it; b"" where there can be none."""
    above = data_dir / _NAME
    folder = above / uuid4().hex
    lock = _lock_of(folder)
    made = _make(above, folder, lock)
    try:
        yield raw_bytes(str(folder)) if made else b""
    finally:
        if made:
            shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            if lock.is_locked:
                _let_go(lock)


def _lock_of(folder: Path) -> FileLock:
    return FileLock(folder.with_name(f"{folder.name}{_LOCK}"), timeout=0, thread_local=False, fallback_to_soft=False)


def _make(above: Path, folder: Path, lock: FileLock) -> bool:
    try:
        above.mkdir(mode=0o700, exist_ok=True)
        if above.is_symlink():
            return False
        _clear(above)
        lock.acquire()
        folder.mkdir(mode=0o700)
    except (OSError, Timeout, NotImplementedError):  # a file system that knows no locks
        return False
    return True


def _clear(above: Path) -> None:
    """Remove what scans left behind that are no more running."""
    for left in {entry.with_name(entry.name.removesuffix(_LOCK)) for entry in above.iterdir()}:
        lock = _lock_of(left)
        with suppress(OSError, Timeout, NotImplementedError):
            lock.acquire()
            try:
                _remove(left)
            finally:
                _let_go(lock)


def _remove(left: Path) -> None:
    if left.is_symlink() or not left.is_dir():
        left.unlink(missing_ok=True)
    else:
        shutil.rmtree(left, ignore_errors=True)


def _let_go(lock: FileLock) -> None:
    lock.release()
    Path(lock.lock_file).unlink(missing_ok=True)
