"""Entries of zip archives that 7-Zip reads: each is handed to it as an archive of its own.

Those are methods that our own code does not know, and large contents of the old cipher, which Python decrypts at a
megabyte a second.

The archive around it is made anew, so that 7-Zip reads that one entry, whatever the other headers say.
"""

import struct
from collections.abc import Iterator

from medscan_gui.engine.unpack.base import Unpacking, damaged
from medscan_gui.engine.unpack.decoding import PIECE
from medscan_gui.engine.unpack.seven_zip_child import Archive, program
from medscan_gui.engine.unpack.seven_zip_input import handed
from medscan_gui.engine.unpack.source import Source
from medscan_gui.engine.unpack.zip_crypto import OLD_HEADER
from medscan_gui.engine.unpack.zip_records import (
    AES,
    CENTRAL_MARK,
    END_MARK,
    FLAG_DESCRIPTOR,
    FLAG_ENCRYPTED,
    LOCAL_MARK,
    Record,
)

#: Methods by number (APPNOTE.TXT 4.4.5) that are known and not decoded by our own code.
OTHER_METHODS = {
    1: "shrink",
    2: "reduce 1",
    3: "reduce 2",
    4: "reduce 3",
    5: "reduce 4",
    6: "implode",
    10: "PKWARE implode",
    18: "IBM TERSE",
    19: "IBM LZ77",
    94: "MP3",
    96: "JPEG variant",
    97: "WavPack",
    98: "PPMd",
}
_OF_SEVEN_ZIP = frozenset({1, 2, 3, 4, 5, 6, 98})
#: Starts of 7-Zip for one archive: each takes some hundredths of a second.
MOST_STARTS = 300

#: From this packed size on the old cipher is left to 7-Zip.
_LARGE = 1 << 20

_NAME = b"content"
_VERSION = 63  # of APPNOTE.TXT
_OPTIONS = 0x0006  # implode's dictionary and trees
_KEPT = _OPTIONS | FLAG_ENCRYPTED | FLAG_DESCRIPTOR
_DESCRIPTOR_MARK = b"PK\x07\x08"
_NARROW = 0xFFFFFFFF


def method_name(method: int) -> str:
    """Return what to call a method."""
    return f"zip method {method}" + (f" ({OTHER_METHODS[method]})" if method in OTHER_METHODS else "")


def is_for_seven_zip(record: Record, *, sized: bool) -> bool:
    """Say whether 7-Zip reads an entry; `sized`: its sizes are known."""
    return (
        record.method in _OF_SEVEN_ZIP and not record.encrypted and sized and max(record.packed, record.size) < _NARROW
    )


def is_large_and_old(record: Record, password: bytes) -> bool:
    """Say whether 7-Zip is to decrypt an entry that `password` opens; it takes what is plain ASCII as it is."""
    old = record.encrypted and record.method != AES and record.packed - OLD_HEADER >= _LARGE
    fits = max(record.packed, record.size) < _NARROW and password.isascii() and b"\n" not in password
    return old and fits and program() is not None


def by_seven_zip(source: Source, record: Record, unpacking: Unpacking, password: str | None = None) -> Iterator[bytes]:
    """Yield the content of an entry. Raises UnpackError."""
    with handed(_OnlyEntry(source, record), unpacking) as given:
        came = 0
        with Archive("zip", given, unpacking, password).extraction() as child:
            while part := child.read(PIECE):
                came += len(part)
                yield part
            end = child.end()  # it has compared the checksum
        if not end.clean:
            raise end.error()
        if came != record.size:
            raise damaged("size")


class _OnlyEntry(Source):
    """A zip archive of one entry, its data taken from another one."""

    def __init__(self, source: Source, record: Record) -> None:
        self._source = source
        self._begin = record.data
        packed = min(record.packed, max(0, source.size - record.data))
        flags = record.flags & (_KEPT if record.encrypted else _OPTIONS)
        fields = struct.pack(
            "<HHHHHIIIHH",
            _VERSION,
            flags,
            record.method,
            record.time,
            0,
            record.crc,
            packed,
            record.size,
            len(_NAME),
            0,
        )
        self._head = LOCAL_MARK + fields + _NAME
        self._tail_at = len(self._head) + packed
        behind = struct.pack("<III", record.crc, packed, record.size)
        descriptor = _DESCRIPTOR_MARK + behind if flags & FLAG_DESCRIPTOR else b""
        central = CENTRAL_MARK + struct.pack("<H", _VERSION) + fields + bytes(14) + _NAME
        end = END_MARK + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), self._tail_at + len(descriptor), 0)
        self._tail = descriptor + central + end
        super().__init__(_NAME, self._tail_at + len(self._tail))

    def read_at(self, position: int, size: int) -> bytes:
        """See `Source`."""
        end = position + size
        data_at = len(self._head)
        parts = [self._head[position:end]]
        start, stop = max(position, data_at), min(end, self._tail_at)
        if start < stop:
            parts.append(self._source.read_at(self._begin + start - data_at, stop - start))
        parts.append(self._tail[max(0, position - self._tail_at) : max(0, end - self._tail_at)])
        return b"".join(parts)
