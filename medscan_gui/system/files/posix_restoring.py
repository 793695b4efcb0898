"""Put a file back: whole, checked, as it was, and never over another one (POSIX)."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform != "win32"  # noqa: S101

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from medscan_gui.core.messages import Message
from medscan_gui.core.quarantine import FileFacts
from medscan_gui.system.files.content import never
from medscan_gui.system.files.own_names import unfinished_name
from medscan_gui.system.files.posix_folders import (
    folder_anywhere,
    folder_below,
    is_read_only,
    open_without_trace,
    status_of,
    sync,
)
from medscan_gui.system.files.posix_metadata import put_back
from medscan_gui.system.files.posix_names import take_name
from medscan_gui.system.files.posix_settling import has_content
from medscan_gui.system.files.problems import OriginalError, Place, problem_of, told
from medscan_gui.system.files.writing import write_checked

_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def restore(
    path: bytes,
    facts: FileFacts,
    content: Iterable[bytes],
    entry_id: str,
    *,
    link_to: bytes | None = None,
    roots: tuple[bytes, ...] = (),
    cancelled: Callable[[], bool] = never,
) -> tuple[Message, ...]:
    """Write `content` (the data regions, then the streams) to `path`; return what could not be put back.

    Written beside under a temporary name, read back and compared with `facts.sha256`, given its metadata, and only
    then its own name. With `link_to`, a name of the same file that was restored before, it becomes one more name
    of that file. With `roots`, no link is followed below them; without, the folder is one that the operator chose.

    Raises OriginalError: files.exists, files.no_folder, files.is_link, files.read_only, files.no_permission,
    files.full, files.too_large, files.bad_name, files.not_the_same, files.cancelled, files.io_error; nothing is
    left behind then.
    """
    with _folder_of(path, roots) as (folder, name):
        _refuse_taken(folder, name)
        unfinished = unfinished_name(entry_id)
        _remove(folder, unfinished)
        try:
            lost = _prepare(
                folder, unfinished, facts, content, link_to=link_to, roots=roots, cancelled=cancelled
            )
            _finish(folder, unfinished, name)
        except BaseException:
            with suppress(OSError):
                os.unlink(unfinished, dir_fd=folder)
            raise
    return tuple(lost)


@contextmanager
def _folder_of(path: bytes, roots: tuple[bytes, ...]) -> Iterator[tuple[int, bytes]]:
    """Open the folder of `path`. What is not there is the folder, here and in all that is done in it."""
    try:
        with folder_below(roots, path) if roots else folder_anywhere(path) as place, told():
            yield place
    except OriginalError as error:
        if error.place is Place.GONE:
            raise OriginalError("files.no_folder") from error
        raise


def _refuse_taken(folder: int, name: bytes) -> None:
    if status_of(name, folder) is not None:
        raise OriginalError("files.exists")
    if is_read_only(folder):
        raise OriginalError("files.read_only")


def _remove(folder: int, unfinished: bytes) -> None:
    """Remove what a killed restoration of this entry left."""
    with suppress(FileNotFoundError):
        os.unlink(unfinished, dir_fd=folder)


def _prepare(
    folder: int,
    unfinished: bytes,
    facts: FileFacts,
    content: Iterable[bytes],
    *,
    link_to: bytes | None,
    roots: tuple[bytes, ...],
    cancelled: Callable[[], bool],
) -> list[Message]:
    if link_to is not None and _tie(folder, unfinished, facts, link_to, roots):
        return []
    lost = [Message("files.lost_link")] if link_to is not None else []
    descriptor = os.open(unfinished, _NEW, 0o600, dir_fd=folder)
    try:
        write_checked(descriptor, facts, content, _drop, cancelled)
        lost += put_back(descriptor, facts)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return lost


def _drop(_stream: bytes) -> None:
    """Leave out what no place here can hold; `put_back` says so."""


def _tie(folder: int, unfinished: bytes, facts: FileFacts, link_to: bytes, roots: tuple[bytes, ...]) -> bool:
    """Make one more name of the file at `link_to`, if it still has the same content. Says whether that was done."""
    with suppress(OSError, OriginalError), _folder_of(link_to, roots) as (there, name):
        descriptor = open_without_trace(name, _OLD, there)
        try:
            if not has_content(descriptor, facts):
                return False
            os.link(name, unfinished, src_dir_fd=there, dst_dir_fd=folder, follow_symlinks=False)
            linked = status_of(unfinished, folder)
            if linked is not None and os.path.samestat(linked, os.fstat(descriptor)):
                return True
            _remove(folder, unfinished)
        finally:
            os.close(descriptor)
    return False


def _finish(folder: int, unfinished: bytes, name: bytes) -> None:
    """Give the restored file its name. Raises OSError, OriginalError."""
    made = os.stat(unfinished, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISREG(made.st_mode):
        raise OriginalError("files.changed", Place.OTHER)
    try:
        take_name(folder, unfinished, name)
    except OSError as error:
        if error.errno == errno.EINVAL:
            raise OriginalError("files.bad_name") from error
        raise problem_of(error) from error
    sync(folder)
    there = status_of(name, folder)
    if there is None or not os.path.samestat(there, made):
        raise OriginalError("files.changed", Place.OTHER)
