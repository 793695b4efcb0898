"""One file on a scanned device: read it, and remove exactly the file that was read (Windows).

While it is open nobody else may write, rename or remove it, so what is removed is what was read.
"""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform == "win32"  # noqa: S101

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Self

import msgspec

from medscan_gui.core.finding import FileIdentity
from medscan_gui.core.messages import Message
from medscan_gui.core.quarantine import FileFacts, Stream
from medscan_gui.system.files import windows_api as api
from medscan_gui.system.files.content import CHUNK, UNGUARDED, WholeDigest, data_regions, never, read_regions
from medscan_gui.system.files.problems import OriginalError, Place, told
from medscan_gui.system.files.windows_folders import exists, expected_place, refuse_other_place
from medscan_gui.system.files.windows_settling import link_group_of

_READ = api.GENERIC_READ
_READ_AND_DELETE = api.GENERIC_READ | api.DELETE | api.WRITE_ATTRIBUTES
#: Streams that are kept of one file.
_MOST_STREAMS = 1000


class Original:
    """An opened original. Closing it lets the medium go. Not for several threads."""

    def __init__(self, roots: tuple[bytes, ...], path: bytes) -> None:
        self._sha256 = ""
        with ExitStack() as stack, told():
            expected = expected_place(roots, path)
            self._path = api.system_path(path)
            self._handle, self._may_delete = _open_file(self._path)
            self._file = api.descriptor_of(self._handle)
            stack.callback(os.close, self._file)
            refuse_other_place(self._handle, expected)
            self._found = api.by_handle(self._handle)
            self._status = os.fstat(self._file)
            self._facts = self._facts_of(path)
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._stack.close()

    @property
    def facts(self) -> FileFacts:
        """What is needed to put it back; with its digest once it was read."""
        return self._facts

    @property
    def device(self) -> int:
        """The volume it lies on, as `os.stat` tells it."""
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
        """Digest of the main content in lower-case hexadecimal; "" before it was read to its end."""
        return self._sha256

    def obstacle(self) -> Message | None:
        """Say why it could not be removed, as far as that can be told without trying."""
        if api.is_read_only_volume(self._handle):
            return Message("files.read_only")
        return None if self._may_delete else Message("files.no_permission")

    def _facts_of(self, path: bytes) -> FileFacts:
        basic, found = api.basic(self._handle), self._found
        size = found.size_high << 32 | found.size_low
        return FileFacts(
            path=path,
            size=size,
            modified_ns=api.nanoseconds(basic.written),
            accessed_ns=api.nanoseconds(basic.accessed),
            created_ns=api.nanoseconds(basic.created),
            attributes=basic.attributes,
            streams=_streams(self._path),
            security=api.security(self._handle),
            extents=data_regions(self._file, size),
            links=found.links,
            link_group=link_group_of(found),
        )

    def read(self, cancelled: Callable[[], bool] = never) -> Iterator[bytes]:
        """Yield the content, then that of each stream. Afterwards the digest of the content is known.

        Raises OriginalError: files.changed, files.io_error, files.cancelled.
        """
        digest = WholeDigest(cancelled)
        with told():
            for offset, chunk in read_regions(self._file, self._facts.extents):
                digest.add(offset, chunk)
                yield chunk
            sha256 = digest.end(self._facts.size)
            for stream in self._facts.streams:
                yield from self._read_stream(stream, cancelled)
            self._refuse_changed()
        self._sha256 = sha256
        self._facts = msgspec.structs.replace(self._facts, sha256=sha256)

    def _read_stream(self, stream: Stream, cancelled: Callable[[], bool]) -> Iterator[bytes]:
        handle = api.open_handle(self._path + stream.name, api.GENERIC_READ, api.SHARE_ALL, api.NO_RECALL)
        descriptor = api.descriptor_of(handle)
        try:
            left = stream.size
            while left:
                if cancelled():
                    raise OriginalError("files.cancelled")
                chunk = os.read(descriptor, min(CHUNK, left))
                if not chunk:
                    raise OriginalError("files.changed", Place.OTHER)
                left -= len(chunk)
                yield chunk
        finally:
            os.close(descriptor)

    def remove(
        self,
        entry_id: str,
        cancelled: Callable[[], bool] = never,
        guard: AbstractContextManager[None] = UNGUARDED,
    ) -> None:
        """Remove this name of the file that was read, and make sure that it is gone.

        `guard` is entered right before the file goes and left right after. Whatever entering it raises leaves the
        file as it is and passes through.

        Raises OriginalError; unless its `place` is another one, the original is as it was, under its own name.
        """
        del entry_id, cancelled  # it needs no other name, and cannot have been written to
        if not self._sha256:
            raise ValueError("not read")
        with guard, told():
            self._refuse_changed()
            api.delete_by_handle(self._handle)
            self.close()  # where the name did not go at once, it goes now
        with told(Place.UNREACHABLE):
            self._make_sure()

    def _refuse_changed(self) -> None:
        if _marks(api.by_handle(self._handle)) != _marks(self._found) or _streams(self._path) != self._facts.streams:
            raise OriginalError("files.changed", Place.OTHER)

    def _make_sure(self) -> None:
        try:
            there = exists(self._path)
        except PermissionError as error:
            # Another program has it open without standing in the way: it goes when that one lets it go.
            raise OriginalError("files.not_verified", Place.UNREACHABLE) from error
        if there:
            raise OriginalError("files.came_back", Place.OTHER)


def _open_file(path: str) -> tuple[int, bool]:
    """Open a regular file, for removal if that is allowed, and say whether it is. Raises OSError, OriginalError."""
    with api.opened(
        path, api.READ_ATTRIBUTES, api.SHARE_ALL, api.FOLDERS_TOO | api.REPARSE_POINT_ITSELF | api.NO_RECALL
    ) as handle:
        _refuse_special(api.by_handle(handle).attributes, api.reparse_tag(handle))
    # Not the reparse point itself: deduplicated and compressed files are such points too, and would read as empty.
    # That no link has come there since is seen by where the opened file lies.
    try:
        return api.open_handle(path, _READ_AND_DELETE, api.SHARE_READ, api.NO_RECALL), True
    except PermissionError as error:
        if getattr(error, "winerror", 0) == 32:  # in use, not forbidden
            raise
    except OSError as error:
        if getattr(error, "winerror", 0) != 19:  # write-protected
            raise
    return api.open_handle(path, _READ, api.SHARE_READ, api.NO_RECALL), False


def _refuse_special(attributes: int, tag: int) -> None:
    if tag & api.NAME_SURROGATE:
        raise OriginalError("files.is_link", Place.OTHER)
    if attributes & api.ATTRIBUTE_DIRECTORY:
        raise OriginalError("files.is_folder", Place.OTHER)
    if attributes & api.STORED_ONLINE:
        raise OriginalError("files.stored_online")


def _streams(path: str) -> tuple[Stream, ...]:
    found: list[Stream] = []
    for name, size in api.streams(path):
        # A name that is no text could not be kept.
        if len(found) == _MOST_STREAMS or any("\ud800" <= character <= "\udfff" for character in name):
            raise OriginalError("files.too_much_beside")
        found.append(Stream(name=name, size=size))
    return tuple(sorted(found, key=lambda stream: stream.name))


def _marks(found: api.ByHandle) -> tuple[int, ...]:
    written = found.written
    return (
        *(found.volume, found.index_high, found.index_low, found.size_high, found.size_low),
        *(written.dwHighDateTime, written.dwLowDateTime),
    )


def open_original(roots: tuple[bytes, ...], path: bytes) -> Original:
    """Open the file at `path`, which lies below one of a target's roots, or is one.

    No link is followed below the root. Raises OriginalError: files.gone, files.is_link, files.is_folder,
    files.no_permission, files.other_place, files.in_use, files.stored_online, files.too_much_beside, files.io_error.
    """
    return Original(roots, path)
