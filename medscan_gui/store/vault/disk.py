"""Files of the vault: opened without following a link, read up to a bound, replaced whole or not at all."""

import errno
import os
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from medscan_gui.store.vault.errors import VaultError, VaultProblem

_FLAGS = (
    getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOINHERIT", 0)
)
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _FLAGS  # a FIFO put there must not hang the program
_WRITE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS

_LINK_TAGS = (0xA0000003, 0xA000000C)
"""IO_REPARSE_TAG_MOUNT_POINT and IO_REPARSE_TAG_SYMLINK (Windows SDK, winnt.h)."""

_NO_SYNC = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EACCES})
"""A file system that cannot sync a folder, or a folder that may be written but not read."""

_TRIES = 40 if sys.platform == "win32" else 1
"""A file that another program (an antivirus, another MedScan) has open for an instant cannot be replaced on Windows."""
_PAUSE = 0.05
"""Seconds between two tries: two seconds in all."""


def _is_link(status: os.stat_result) -> bool:
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) in _LINK_TAGS


def is_folder(path: Path) -> bool:
    """Say whether `path` is a folder itself, not a link to one. Raises OSError, but not for a missing one."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(status.st_mode) and not _is_link(status)


def size_of(path: Path) -> int:
    """Return a regular file's size in bytes. Raises OSError, and VaultError (NOT_A_FILE) for anything else."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or _is_link(status):
        raise VaultError(VaultProblem.NOT_A_FILE, file=path.name)
    return status.st_size


def open_file(path: Path, *, from_medium: bool = False) -> BinaryIO:
    """Open a regular file for reading. Raises OSError, and VaultError (NOT_A_FILE) for anything else.

    `from_medium`: drop what the system remembers of it, so that the medium itself is asked (where there is such a
    call; it drops only what is written, so fsync comes first).
    """
    size_of(path)
    descriptor = os.open(path, _READ_FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # replaced since
        os.close(descriptor)
        raise VaultError(VaultProblem.NOT_A_FILE, file=path.name)
    if from_medium and sys.platform == "linux":
        with suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    return os.fdopen(descriptor, "rb")


def read_bounded(path: Path, limit: int) -> bytes:
    """Read a whole regular file. Raises OSError, and VaultError: NOT_A_FILE, or DAMAGED beyond `limit` bytes."""
    with open_file(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        content = stream.read(min(size, limit) + 1)  # read() makes room for all that is asked for
    if len(content) > limit:
        raise VaultError(VaultProblem.DAMAGED, file=path.name)
    return content


def create(path: Path) -> BinaryIO:
    """Create a file that only its owner may read, in place of whatever had this name. Raises OSError."""
    remove(path)
    return os.fdopen(os.open(path, _WRITE_FLAGS, 0o600), "wb")


def finish(stream: BinaryIO) -> None:
    """Put what was written on the medium. Raises OSError."""
    stream.flush()
    os.fsync(stream.fileno())


def write_whole(path: Path, content: bytes, unfinished: Path) -> None:
    """Write a file so that at every instant, a power cut included, it is as before or as wanted. Raises OSError."""
    try:
        with create(unfinished) as stream:
            stream.write(content)
            finish(stream)
        rename(unfinished, path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(folder: Path) -> None:
    """Make the names in a folder survive a power cut, or raise OSError: what did not is not to be relied on.

    Windows offers no such call, and some file systems have none.
    """
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def rename(source: Path, target: Path) -> None:
    """Give `source` the name `target`, in place of what has it. Raises OSError."""
    for left in reversed(range(_TRIES)):
        try:
            source.replace(target)
        except PermissionError:
            if not left:
                raise
            time.sleep(_PAUSE)
        else:
            return


def remove(path: Path) -> bool:
    """Remove a file, or a link itself; say whether there was one. Raises OSError."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def make_folder(folder: Path) -> None:
    """Make one folder, only for its owner, that survives a power cut. Its parent must exist. Raises OSError."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not is_folder(folder):
            raise VaultError(VaultProblem.NOT_A_FILE, file=folder.name) from None
        return
    sync(folder.parent)
