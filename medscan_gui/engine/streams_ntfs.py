r"""Alternate data streams of NTFS: contents that hang at a file under a second name and that no listing shows.

Windows tells them by the file's handle, and opens ``file:name:$DATA``. ntfs-3g on Linux shows them as extended
attributes ``user.<name>`` (its default); the kernel's own driver (ntfs3) does not show them at all.
"""

import os
import struct
import sys
from collections.abc import Iterator

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.unpack.base import Member

#: Streams of one file that are looked at; each costs a handle and a read.
STREAMS = 1000
_PIECE = 1 << 20

#: One FILE_STREAM_INFO: place of the next one, bytes of the name, size, size on disk; then the name (winbase.h).
_INFO = struct.Struct("<IIqq")
#: The unnamed stream: the file's content itself.
_CONTENT = "::$DATA"


def parse_stream_info(info: bytes) -> list[tuple[str, int]]:
    """Return name (``:name:$DATA``) and size of each stream in what Windows tells of a file, the content left out."""
    found: list[tuple[str, int]] = []
    place = 0
    while place + _INFO.size <= len(info) and len(found) < STREAMS:
        following, length, size, _on_disk = _INFO.unpack_from(info, place)
        start = place + _INFO.size
        raw = info[start : start + length]
        name = raw[: len(raw) & ~1].decode("utf-16-le", "surrogatepass")
        if name and name != _CONTENT:
            found.append((name, size))
        if not following:
            break
        place += following
    return found


if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    from medscan_gui.core.names import raw_bytes
    from medscan_gui.engine.content import open_on_windows
    from medscan_gui.engine.places import os_path

    _FILE_STREAM_INFO = 7
    _LARGEST_ANSWER = 1 << 20
    _ERROR_MORE_DATA = 234

    _query = ctypes.WinDLL("kernel32", use_last_error=True).GetFileInformationByHandleEx
    _query.restype = wintypes.BOOL
    _query.argtypes = (wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD)

    class StreamFinder:
        """Finds the streams of open files."""

        def streams(self, descriptor: int, path: bytes, _device: int) -> list[Member]:
            """Return the streams of an open file as members; none where the file system has no such thing."""
            told = _stream_info(msvcrt.get_osfhandle(descriptor))
            shown = os_path(path)
            return [Member(raw_bytes(name), _stream(shown + name), size=size) for name, size in parse_stream_info(told)]

    def _stream_info(handle: int) -> bytes:
        size = 4096
        while size <= _LARGEST_ANSWER:
            buffer = ctypes.create_string_buffer(size)
            if _query(handle, _FILE_STREAM_INFO, buffer, size):
                return buffer.raw
            if ctypes.get_last_error() != _ERROR_MORE_DATA:
                return b""  # FAT and others know no streams
            size *= 4
        return b""

    def _stream(path: str) -> Iterator[bytes]:
        descriptor = open_on_windows(path)
        try:
            while part := os.read(descriptor, _PIECE):
                yield part
        finally:
            os.close(descriptor)

else:
    #: Only NTFS has it.
    _OF_NTFS = "system.ntfs_attrib_be"
    _SHOWN_AS = "user."

    class StreamFinder:
        """Finds the streams of open files."""

        def __init__(self) -> None:
            #: Whether a device (st_dev) holds NTFS: asked once for each.
            self._ntfs: dict[int, bool] = {}

        def streams(self, descriptor: int, _path: bytes, device: int) -> list[Member]:
            """Return the streams of an open file as members; none where the file system has no such thing."""
            if device not in self._ntfs:
                self._ntfs[device] = _is_ntfs(descriptor)
            if not self._ntfs[device]:
                return []
            try:
                names = os.listxattr(descriptor)
            except OSError:
                return [Member(b"[streams]", problem=(Outcome.UNREADABLE, Cause.READ_ERROR, "streams"))]
            return [_member(descriptor, name) for name in names if name.startswith(_SHOWN_AS)][:STREAMS]

    def _is_ntfs(descriptor: int) -> bool:
        try:
            return bool(os.getxattr(descriptor, _OF_NTFS))
        except (OSError, AttributeError):  # no attributes in this file system, or in this system
            return False

    def _member(descriptor: int, name: str) -> Member:
        raw = b":" + os.fsencode(name.removeprefix(_SHOWN_AS)) + b":$DATA"
        try:
            content = os.getxattr(descriptor, name)
        except OSError as error:  # more than 64 kB do not come through
            return Member(raw, problem=(Outcome.UNREADABLE, Cause.READ_ERROR, error.strerror or ""))
        return Member(raw, (content,), size=len(content))
