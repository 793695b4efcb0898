"""One MedScan at a time changes states: several may use one vault."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from medscan_gui.core.names import shown
from medscan_gui.store.vault.errors import VaultError, VaultProblem, os_error
from medscan_gui.store.vault.names import LOCK_NAME

BUSY_SECONDS = 30.0
_POLL_SECONDS = 0.01
_NO_FILE = frozenset({errno.EISDIR, errno.ELOOP})
_NO_LOCKS = frozenset({errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK})


@contextmanager
def locked(folder: Path, busy_seconds: float = BUSY_SECONDS) -> Iterator[None]:
    """Hold the vault's lock; where the file system knows no locks, go on without. Raises VaultError (BUSY…).

    Each use is a lock of its own, so that two threads exclude one another as two processes do.
    """
    lock = FileLock(
        folder / LOCK_NAME,
        timeout=busy_seconds,
        poll_interval=_POLL_SECONDS,
        thread_local=False,
        fallback_to_soft=False,
    )
    try:
        lock.acquire()
    except Timeout as error:
        raise VaultError(VaultProblem.BUSY, folder=shown(str(folder), 200)) from error
    except NotImplementedError:
        pass
    except OSError as error:
        if error.errno in _NO_FILE:
            raise VaultError(VaultProblem.NOT_A_FILE, file=LOCK_NAME) from error
        if error.errno not in _NO_LOCKS:
            raise os_error(error, folder) from error
    try:
        yield
    finally:
        with suppress(OSError):  # what was done stays done; a share that went away has no lock any more
            lock.release()
