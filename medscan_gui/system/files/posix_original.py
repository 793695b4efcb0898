"""One file on a scanned device: read it, and remove exactly the file that was read (POSIX).

The file is opened once; all that follows is about what is open, not about what has its name by then.
"""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform != "win32"  # noqa: S101

import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, suppress
from types import TracebackType
from typing import Self

import msgspec

from medscan_gui.core.finding import FileIdentity
from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown_raw
from medscan_gui.core.quarantine import FileFacts
from medscan_gui.system.files.content import (
    UNGUARDED,
    WholeDigest,
    data_regions,
    digest_of,
    never,
    read_regions,
)
from medscan_gui.system.files.own_names import aside_name
from medscan_gui.system.files.posix_facts import facts_of, is_locked
from medscan_gui.system.files.posix_folders import folder_below, is_read_only, open_without_trace, status_of, sync
from medscan_gui.system.files.posix_names import take_name
from medscan_gui.system.files.problems import OriginalError, Place, told

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

#: Files up to this size are read once more right before they are removed; larger ones only where it is doubtful.
_READ_TWICE = 64 << 20
#: Seconds within which a second change may leave no trace in the time stamps: those of FAT count by twos.
_DOUBTFUL = 3.0
#: How network and FUSE file systems call a removed file for as long as it is open.
_HIDDEN_WHILE_OPEN = (".nfs", ".fuse_hidden")


class Original:
    """An opened original. Closing it lets the medium go. Not for several threads."""

    def __init__(self, roots: tuple[bytes, ...], path: bytes) -> None:
        self._roots = roots
        self._opened_at = time.time()
        self._sha256 = ""
        self._links = 0
        with ExitStack() as stack, told():
            self._folder, self._name = stack.enter_context(folder_below(roots, path))
            self._file = _open_file(self._folder, self._name)
            stack.callback(os.close, self._file)
            self._status = os.fstat(self._file)
            self._regions = data_regions(self._file, self._status.st_size)
            self._facts = facts_of(self._file, path, self._status, self._regions)
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the file and its folder go."""
        self._stack.close()

    @property
    def facts(self) -> FileFacts:
        """What is needed to put it back; with its digest once it was read."""
        return self._facts

    @property
    def device(self) -> int:
        """The volume it lies on (st_dev)."""
        return self._status.st_dev

    @property
    def identity(self) -> tuple[int, int]:
        """What the file is, whatever its name."""
        return self._status.st_dev, self._status.st_ino

    @property
    def file_identity(self) -> FileIdentity:
        """What the file was when it was opened."""
        return FileIdentity.of(self._status)

    @property
    def sha256(self) -> str:
        """Digest of the whole content in lower-case hexadecimal; "" before it was read to its end."""
        return self._sha256

    def obstacle(self) -> Message | None:
        """Say why it could not be removed, as far as that can be told without trying."""
        if is_read_only(self._folder):
            return Message("files.read_only")
        if is_locked(self._file) or is_locked(self._folder):
            return Message("files.immutable")
        if not os.access(".", os.W_OK | os.X_OK, dir_fd=self._folder, effective_ids=True):
            return Message("files.folder_not_writable")
        return Message("files.sticky") if self._is_someone_elses() else None

    def _is_someone_elses(self) -> bool:
        """Say whether the folder lets only the owner of a file remove it, and that is not us."""
        folder = os.fstat(self._folder)
        us = os.geteuid()
        return bool(folder.st_mode & stat.S_ISVTX) and us not in {0, folder.st_uid, self._status.st_uid}

    def read(self, cancelled: Callable[[], bool] = never) -> Iterator[bytes]:
        """Yield the bytes of the data regions, in order. Afterwards the digest of the whole is known.

        Raises OriginalError: files.changed if it is written to meanwhile, files.io_error, files.cancelled.
        """
        digest = WholeDigest(cancelled)
        with told():
            for offset, chunk in read_regions(self._file, self._regions):
                digest.add(offset, chunk)
                yield chunk
            sha256 = digest.end(self._status.st_size)
            self._refuse_changed()
        self._sha256 = sha256
        self._facts = msgspec.structs.replace(self._facts, sha256=sha256)

    def remove(
        self,
        entry_id: str,
        cancelled: Callable[[], bool] = never,
        guard: AbstractContextManager[None] = UNGUARDED,
    ) -> None:
        """Remove this name of the file that was read, and make sure that it is gone.

        `guard` is entered when the file is set aside, right before it goes for good, and left right after. Whatever
        entering it raises puts the file back and passes through.

        Raises OriginalError; unless its `place` is another one, the original is as it was, under its own name.
        """
        if not self._sha256:
            raise ValueError("not read")
        try:
            self._remove(aside_name(entry_id), cancelled, guard)
        except OriginalError as error:
            if error.place is Place.IN_PLACE:
                error.place = self._where()
            raise

    def _remove(
        self, aside: bytes, cancelled: Callable[[], bool], guard: AbstractContextManager[None]
    ) -> None:
        with told():
            self._refuse_changed()
            self._refuse_other_content(cancelled)
            self._refuse_other_name()
            self._set_aside(aside)
        try:
            with told():
                self._refuse_swapped(aside)
            with guard, told():
                self._refuse_swapped(aside)  # the guard may have waited
                os.unlink(aside, dir_fd=self._folder)
        except BaseException:
            self._put_back(aside)
            raise
        sync(self._folder)
        self._refuse_moved()
        self._make_sure(aside)

    def _where(self) -> Place:
        """Say what has the original's name now."""
        try:
            there = status_of(self._name, self._folder)
        except OSError:
            return Place.UNREACHABLE
        if there is None:
            return Place.GONE
        return Place.IN_PLACE if _identity(there) == self.identity else Place.OTHER

    def _set_aside(self, aside: bytes) -> None:
        try:
            take_name(self._folder, self._name, aside)
        except FileExistsError as error:
            raise OriginalError("files.name_taken", name=shown_raw(aside)) from error
        except OSError:
            # A share may report an error of something that it did.
            if self._where() is Place.GONE:
                self._put_back(aside)
            raise

    def _refuse_changed(self) -> None:
        if _marks(os.fstat(self._file)) != _marks(self._status):
            raise OriginalError("files.changed", Place.OTHER)

    def _refuse_other_content(self, cancelled: Callable[[], bool]) -> None:
        """Read it once more, where its time stamps do not prove enough."""
        now = os.fstat(self._file)
        last = max(now.st_mtime_ns, now.st_ctime_ns)
        quiet = now.st_ctime_ns == self._status.st_ctime_ns and last / 1e9 + _DOUBTFUL < self._opened_at
        if now.st_size > _READ_TWICE and quiet:
            return
        regions = data_regions(self._file, now.st_size)
        if digest_of(self._file, now.st_size, regions, cancelled) != self._sha256:
            raise OriginalError("files.changed", Place.OTHER)

    def _refuse_other_name(self) -> None:
        there = status_of(self._name, self._folder)
        if there is None:
            raise OriginalError("files.gone", Place.GONE)
        if _identity(there) != self.identity:
            raise OriginalError("files.changed", Place.OTHER)

    def _refuse_swapped(self, aside: bytes) -> None:
        # What has been set aside may be what somebody put in its place a moment before.
        there = status_of(aside, self._folder)
        if there is None or _identity(there) != self.identity:
            raise OriginalError("files.changed", Place.OTHER)
        self._refuse_changed()
        self._links = there.st_nlink

    def _put_back(self, aside: bytes) -> None:
        """Give back its name to what was set aside, if it is still there."""
        try:
            take_name(self._folder, aside, self._name)
        except FileExistsError as error:
            raise OriginalError("files.left_aside", Place.OTHER, name=shown_raw(aside)) from error
        except FileNotFoundError:
            return
        except OSError as error:
            raise OriginalError("files.left_aside", Place.UNREACHABLE, name=shown_raw(aside)) from error
        sync(self._folder)

    def _refuse_moved(self) -> None:
        """Notice that it got another name in the instant between the last look and the removal."""
        with suppress(OSError):
            if os.fstat(self._file).st_nlink < self._links or self._is_hidden_while_open():
                return
            raise OriginalError("files.moved", Place.OTHER)

    def _is_hidden_while_open(self) -> bool:
        with os.scandir(self._folder) as entries:
            return any(
                entry.name.startswith(_HIDDEN_WHILE_OPEN) and entry.inode() == self._status.st_ino for entry in entries
            )

    def _make_sure(self, aside: bytes) -> None:
        """Look again, from the target downwards."""
        try:
            with folder_below(self._roots, self._facts.path) as (folder, name), told(Place.UNREACHABLE):
                back = status_of(name, folder) is not None or status_of(aside, folder) is not None
        except OriginalError as error:
            if error.place is Place.GONE:  # the folder went as well
                return
            raise OriginalError("files.not_verified", Place.UNREACHABLE) from error
        if back:
            raise OriginalError("files.came_back", Place.OTHER)


def _open_file(folder: int, name: bytes) -> int:
    """Open a regular file and nothing else. Raises OSError, OriginalError."""
    _refuse_special(os.stat(name, dir_fd=folder, follow_symlinks=False))
    descriptor = open_without_trace(name, _FLAGS, folder)
    try:
        _refuse_special(os.fstat(descriptor))
    except OriginalError:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_special(status: os.stat_result) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    codes = {stat.S_IFLNK: "files.is_link", stat.S_IFDIR: "files.is_folder"}
    raise OriginalError(codes.get(stat.S_IFMT(status.st_mode), "files.not_a_file"), Place.OTHER)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _marks(status: os.stat_result) -> tuple[int, ...]:
    """Return what stays the same in a file that nobody changes; renaming it changes none of these."""
    return status.st_size, status.st_mtime_ns, status.st_mode, status.st_uid, status.st_gid


def open_original(roots: tuple[bytes, ...], path: bytes) -> Original:
    """Open the file at `path`, which lies below one of a target's roots, or is one.

    No link is followed below the root. Raises OriginalError: files.gone, files.is_link, files.is_folder,
    files.not_a_file, files.no_permission, files.other_place, files.in_use, files.too_much_beside, files.io_error.
    """
    return Original(roots, path)
