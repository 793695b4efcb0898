"""Put a file back: whole, checked, as it was, and never over another one (Windows)."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform == "win32"  # noqa: S101

import os
from collections.abc import Callable, Iterable
from contextlib import suppress

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown_raw
from medscan_gui.core.quarantine import FileFacts, Stream
from medscan_gui.system.files import windows_api as api
from medscan_gui.system.files.content import never
from medscan_gui.system.files.own_names import unfinished_name
from medscan_gui.system.files.problems import OriginalError, told
from medscan_gui.system.files.windows_folders import exists, held_folder
from medscan_gui.system.files.windows_settling import beside, holds
from medscan_gui.system.files.writing import write_checked

_ACCESS = api.GENERIC_READ | api.GENERIC_WRITE | api.DELETE
_NAMES_SHOWN = 200


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
    with held_folder(path, roots) as folder, told():
        own, unfinished = api.system_path(path), beside(path, unfinished_name(entry_id))
        if exists(own):
            raise OriginalError("files.exists")
        if api.is_read_only_volume(folder):
            raise OriginalError("files.read_only")
        with suppress(FileNotFoundError):
            os.unlink(unfinished)  # noqa: PTH108  # prefixed text
        try:
            if link_to is not None and _tie(unfinished, own, facts, link_to):
                return ()
            lost = [Message("files.lost_link")] if link_to is not None else []
            return (*lost, *_write_new(unfinished, own, facts, content, cancelled))
        except BaseException:
            with suppress(OSError):
                os.unlink(unfinished)  # noqa: PTH108  # prefixed text
            raise


def _tie(unfinished: str, own: str, facts: FileFacts, link_to: bytes) -> bool:
    """Make one more name of the file at `link_to`, if it still has the same content. Says whether that was done."""
    with suppress(OSError, ValueError):
        os.link(api.system_path(link_to), unfinished)
        if holds(unfinished, facts):
            os.rename(unfinished, own)  # noqa: PTH104  # refuses a name that is taken
            return True
        os.unlink(unfinished)  # noqa: PTH108  # prefixed text
    return False


def _write_new(
    unfinished: str, own: str, facts: FileFacts, content: Iterable[bytes], cancelled: Callable[[], bool]
) -> list[Message]:
    handle, whole = _create(unfinished)
    descriptor = api.descriptor_of(handle, os.O_RDWR)
    streams = _Streams(unfinished, facts.streams)
    try:
        write_checked(descriptor, facts, content, streams.write, cancelled)
        streams.end()
        lost = [*streams.lost, *_put_back(handle, facts, may_change_security=whole)]
        os.fsync(descriptor)
        api.rename_by_handle(handle, own)
    finally:
        streams.close()
        os.close(descriptor)
    return lost


def _create(path: str) -> tuple[int, bool]:
    """Make a new file, with the right to give it away where we have it, and say so. Raises OSError."""
    with suppress(PermissionError):
        wanted = _ACCESS | api.WRITE_DAC | api.WRITE_OWNER
        return api.open_handle(path, wanted, 0, api.REPARSE_POINT_ITSELF, api.CREATE_NEW), True
    return api.open_handle(path, _ACCESS | api.WRITE_DAC, 0, api.REPARSE_POINT_ITSELF, api.CREATE_NEW), False


class _Streams:
    """Takes the bytes of all streams, one after the other, and gives each its own."""

    def __init__(self, path: str, streams: tuple[Stream, ...]) -> None:
        self._path = path
        self._coming = iter(streams)
        self._left = 0
        self._descriptor: int | None = None
        self.lost: list[Message] = []

    def write(self, chunk: bytes) -> None:
        """Take the next bytes. Raises OSError where the medium fails."""
        while chunk:
            if not self._left and not self._next():
                return
            part, chunk = chunk[: self._left], chunk[self._left :]
            self._left -= len(part)
            while part and self._descriptor is not None:
                part = part[os.write(self._descriptor, part) :]

    def end(self) -> None:
        """Make the streams that hold nothing, too."""
        while self._next():
            pass

    def _next(self) -> bool:
        """Begin the next stream; a medium that has none of them loses it."""
        self.close()
        stream = next(self._coming, None)
        if stream is None:
            return False
        self._left = stream.size
        try:
            _checked(stream)
            handle = api.open_handle(
                self._path + stream.name, api.GENERIC_WRITE, api.SHARE_ALL, 0, api.CREATE_NEW
            )
            self._descriptor = api.descriptor_of(handle, os.O_WRONLY)
        except (OSError, ValueError):
            self.lost = [Message("files.lost_streams")]
        return True

    def close(self) -> None:
        """Let the stream at hand go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _checked(stream: Stream) -> None:
    # A name written by hand must not lead out of the file.
    if not stream.name.startswith(":") or "\\" in stream.name or "/" in stream.name or "\0" in stream.name:
        raise ValueError(stream.name)


def _put_back(handle: int, facts: FileFacts, *, may_change_security: bool) -> list[Message]:
    """Set what `facts` tell on an open file, the times last; return what could not be set."""
    lost = []
    if facts.security and not _put_back_security(handle, facts.security, owner=may_change_security):
        lost.append(Message("files.lost_security"))
    if facts.uid >= 0:  # it comes from another system
        lost.append(Message.of("files.lost_owner", user=facts.uid, group=facts.gid))
        lost.append(Message.of("files.lost_mode", mode=f"{facts.mode:04o}"))
    if facts.xattrs:
        names = ", ".join(shown_raw(name) for name, _value in facts.xattrs)[:_NAMES_SHOWN]
        lost.append(Message.of("files.lost_xattrs", names=names))
    wanted = api.Basic(
        created=api.ticks(facts.created_ns),
        accessed=api.ticks(facts.accessed_ns),
        written=api.ticks(facts.modified_ns),
        attributes=facts.attributes,
    )
    try:
        api.set_basic(handle, wanted)
    except OSError:
        return [*lost, Message("files.lost_times"), Message("files.lost_attributes")]
    return [*lost, *_differences(api.basic(handle), wanted)]


def _differences(now: api.Basic, wanted: api.Basic) -> list[Message]:
    lost = []
    if wanted.written != now.written or wanted.created not in {0, now.created}:
        lost.append(Message("files.lost_times"))
    if (wanted.attributes ^ now.attributes) & 0x7:  # read-only, hidden, system
        lost.append(Message("files.lost_attributes"))
    return lost


def _put_back_security(handle: int, descriptor: bytes, *, owner: bool) -> bool:
    owned = owner and api.set_security(handle, descriptor, api.OWNER_AND_GROUP)
    return api.set_security(handle, descriptor, api.ACCESS_LIST) and owned
