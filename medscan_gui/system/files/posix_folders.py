"""Open the folder of a file below a target, following no link on the way (POSIX).

The target itself was chosen by the operator and may be a link. Below it, each part of the path is opened within the
one before, so that nothing swapped meanwhile leads elsewhere. Paths and names may be of any length and any bytes.
"""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform != "win32"  # noqa: S101

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from medscan_gui.system.files.problems import OriginalError, Place, problem_of

_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NONBLOCK
_NO_ATIME = getattr(os, "O_NOATIME", 0)
_PATH_ONLY = getattr(os, "O_PATH", 0)
#: One path of the Linux kernel is shorter than 4,096 bytes (PATH_MAX, linux/limits.h), its end included.
_LONGEST_STEP = 4000
_FORBIDDEN = frozenset({b"", b".", b".."})


@contextmanager
def folder_below(roots: tuple[bytes, ...], path: bytes) -> Iterator[tuple[int, bytes]]:
    """Open the folder in which `path` lies below one of the roots; give its descriptor and the file's name.

    Raises OriginalError: files.other_place if it lies below none of them, files.is_link if a part of it is a link,
    files.gone (GONE: a folder on the way, UNREACHABLE: the root), files.no_permission, files.io_error.
    """
    start, parts = _start(roots, path)
    descriptor = start
    try:
        for part in parts[:-1]:
            deeper = _open_part(part, descriptor)
            os.close(descriptor)
            descriptor = deeper
        yield descriptor, parts[-1]
    finally:
        os.close(descriptor)


@contextmanager
def folder_anywhere(path: bytes) -> Iterator[tuple[int, bytes]]:
    """Open the folder of `path`, links followed: the operator chose it. Raises OriginalError."""
    folder, name = _split(path)
    try:
        descriptor = _open_followed(folder)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOTDIR}:
            raise OriginalError("files.no_folder") from error
        raise problem_of(error) from error
    try:
        yield descriptor, name
    finally:
        os.close(descriptor)


def _split(path: bytes) -> tuple[bytes, bytes]:
    folder, slash, name = path.rpartition(b"/")
    if not slash or name in _FORBIDDEN or b"\0" in path:
        raise OriginalError("files.other_place")
    return folder or b"/", name


def _start(roots: tuple[bytes, ...], path: bytes) -> tuple[int, list[bytes]]:
    """Return the opened root of `path`, and the parts of the path below it."""
    folder, name = _split(path)
    if any(b"\0" in root for root in roots):
        raise OriginalError("files.other_place")
    failure: OSError | None = None
    for root in sorted(roots, key=len, reverse=True):
        try:
            if _is_single(root, path):
                return _open_followed(folder), [name]
            descriptor = _open_followed(root)
        except OSError as error:
            failure = error if _parts_below(root, path) else failure
            continue
        if parts := _parts_below(root, path) or _parts_below(_told_place(descriptor, root), path):
            return descriptor, parts
        os.close(descriptor)
    if failure is not None:
        raise problem_of(failure, Place.UNREACHABLE) from failure
    raise OriginalError("files.other_place")


def _is_single(root: bytes, path: bytes) -> bool:
    # The walk names a file that was chosen by where its links lead.
    return path == root or (not os.path.isdir(root) and path == os.path.realpath(root))  # noqa: PTH112  # raw bytes


def _parts_below(root: bytes, path: bytes) -> list[bytes]:
    """Return the parts of the path below `root`; none if it does not lie there."""
    start = root.rstrip(b"/") + b"/"
    if not path.startswith(start):
        return []
    parts = path[len(start) :].split(b"/")
    return [] if _FORBIDDEN & set(parts) else parts


def _told_place(descriptor: int, root: bytes) -> bytes:
    """Return where an opened root really lies: its links followed, and its capitals as the medium has them."""
    try:
        return os.readlink(b"/proc/self/fd/%d" % descriptor)  # noqa: PTH115  # raw bytes
    except OSError:  # not mounted, or longer than the system can tell
        return os.path.realpath(root)


def _open_followed(path: bytes) -> int:
    """Open a directory of any depth, its links followed. Raises OSError."""
    descriptor: int | None = None
    try:
        for step in _steps(path):
            deeper = _open_quietly(step, _FLAGS, descriptor)
            if descriptor is not None:
                os.close(descriptor)
            descriptor = deeper
    except OSError:
        if descriptor is not None:
            os.close(descriptor)
        raise
    assert descriptor is not None  # noqa: S101  # there is at least one step
    return descriptor


def _steps(path: bytes) -> Iterator[bytes]:
    while len(path) > _LONGEST_STEP:
        cut = path.rfind(b"/", 0, _LONGEST_STEP)
        if cut < 0:
            break  # one name, longer than any: for the system to refuse
        yield path[:cut] or b"/"
        path = path[cut:].lstrip(b"/")
    if path:
        yield path


def _open_part(name: bytes, within: int) -> int:
    try:
        return _open_quietly(name, _FLAGS | os.O_NOFOLLOW, within)
    except OSError as error:
        if error.errno in {errno.ENOTDIR, errno.ELOOP} and _is_link(name, within):
            raise OriginalError("files.is_link", Place.OTHER) from error
        raise problem_of(error) from error


def _is_link(name: bytes, within: int) -> bool:
    with suppress(OSError):
        return stat.S_ISLNK(os.stat(name, dir_fd=within, follow_symlinks=False).st_mode)
    return False


def _open_quietly(name: bytes, flags: int, within: int | None) -> int:
    """Open a directory, without a trace in its access time and without the right to list it where that must be."""
    with suppress(PermissionError):
        return open_without_trace(name, flags, within)
    return os.open(name, flags | _PATH_ONLY, dir_fd=within)


def open_without_trace(name: bytes, flags: int, within: int | None) -> int:
    """Open for reading and leave the access time alone, where the system lets us ask for that."""
    if _NO_ATIME:
        with suppress(PermissionError):  # only a file's owner may ask for it
            return os.open(name, flags | _NO_ATIME, dir_fd=within)
    return os.open(name, flags, dir_fd=within)


def sync(folder: int) -> None:
    """Make what was renamed or removed in an open folder survive a power cut; some file systems refuse."""
    with suppress(OSError):
        os.fsync(folder)


def is_read_only(descriptor: int) -> bool:
    """Say whether the medium of an open file or folder is mounted read-only."""
    with suppress(OSError):
        return bool(os.fstatvfs(descriptor).f_flag & os.ST_RDONLY)
    return False


def status_of(name: bytes, folder: int) -> os.stat_result | None:
    """Return the status of a name in an open folder, links not followed; None if it is free. Raises OSError."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
