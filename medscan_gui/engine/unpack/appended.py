"""Archives behind something else: behind the end of a picture, in a script that unpacks itself, behind a program.

Unpackers look for their mark wherever it is. So does this, once and forward; each mark is believed only together with
the fields around it, since compressed pictures hold every mark of a few bytes sooner or later.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from medscan_gui.engine.file_marks import arj
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack.base import Format, Member, Unpacking
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.picture_ends import end_of_picture
from medscan_gui.engine.unpack.searching import places
from medscan_gui.engine.unpack.source import Source

_APPENDED = b"[appended]"
#: Bytes that a check needs, at most: headers of ARJ are that long.
_HEAD = 4 << 10
_MARK_BYTES = 10
#: Marks whose fields are checked, at most: an attacker may write millions.
_CHECKED = 20_000
#: Archives of different kinds that are given of one content.
_GIVEN = 4
#: So much of a script is looked at.
_SCRIPT_BYTES = 8 << 20
#: Cameras and tools leave a few bytes behind the end.
_LEAST = 20

#: Formats' own specifications; lha's method stands two bytes behind its beginning.
_MARKS = re.compile(
    rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|MSCF\0\0\0\0|\x60\xea|-l[hz][0-9ds]-|ITSF|\x1f\x8b\x08|\xfd7zXZ\0|"
    rb"BZh[1-9]\x31\x41\x59\x26\x53\x59|\x28\xb5\x2f\xfd",
    re.DOTALL,
)
_LHA_MARK_AT = 2


def archives(source: Source, start: int, end: int, budget: Budget) -> Iterator[int]:
    """Yield where archives begin between `start` and `end`, each kind once: what follows is its own opener's."""
    kinds: set[bytes] = set()
    checked = 0
    for place in places(source, _MARKS, start, end, length=_MARK_BYTES, budget=budget):
        mark = source.read_at(place, 2)
        begins = place - _LHA_MARK_AT if mark == b"-l" else place
        if mark in kinds or begins < start:
            continue
        checked += 1
        if checked > _CHECKED:
            return
        head = source.read_at(begins, min(_HEAD, end - begins))
        if _CHECKS[mark](head):
            yield begins
            kinds.add(mark)
            if len(kinds) >= _GIVEN:
                return


def _seven_zip(head: bytes) -> bool:
    return len(head) >= 32 and head[6] == 0 and zlib.crc32(head[12:32]) == struct.unpack_from("<I", head, 8)[0]


def _rar(head: bytes) -> bool:
    return head[6:7] == b"\0" or head[6:8] == b"\1\0"


def _cabinet(head: bytes) -> bool:
    return len(head) >= 36 and head[24] <= 9 and head[25] == 1 and not any(head[12:16])


def _arj(head: bytes) -> bool:
    if arj(head) is None:
        return False
    size = struct.unpack_from("<H", head, 2)[0]
    return zlib.crc32(head[4 : 4 + size]) == int.from_bytes(head[4 + size : 8 + size], "little")


def _lha(head: bytes) -> bool:
    """Believe a header by its sum (levels 0 and 1), or by its length and the name in it (2 and 3)."""
    if len(head) < 24:
        return False
    level = head[20]
    if level <= 1:
        return sum(head[2 : 2 + head[0]]) & 0xFF == head[1] and head[0] >= 22
    size = struct.unpack_from("<H", head)[0]
    return (level == 2 and 26 <= size <= _HEAD) or (level == 3 and size == 4)


def _help(head: bytes) -> bool:
    return len(head) >= 12 and struct.unpack_from("<II", head, 4) in {(2, 0x58), (3, 0x60), (4, 0x60)}


def _gzip(head: bytes) -> bool:
    """Believe a header whose fields exist (RFC 1952, 2.3.1), if deflate takes what follows it."""
    if len(head) < 18 or head[3] & 0xE0 or head[8] not in {0, 2, 4} or (head[9] > 20 and head[9] != 255):
        return False
    try:
        return bool(zlib.decompressobj(31).decompress(head, 64 << 10))
    except zlib.error:
        return False


def _xz(head: bytes) -> bool:
    return len(head) >= 12 and zlib.crc32(head[6:8]) == struct.unpack_from("<I", head, 8)[0]


def _zstd(head: bytes) -> bool:
    """Believe a frame that decodes so far (RFC 8878, 3.1.1)."""
    if len(head) < 9 or head[4] & 0x08:
        return False
    import zstandard

    try:
        return bool(zstandard.ZstdDecompressor(max_window_size=128 << 20).decompressobj().decompress(head[:_HEAD]))
    except zstandard.ZstdError:
        return False


def _sure(_head: bytes) -> bool:
    return True


_CHECKS: dict[bytes, Callable[[bytes], bool]] = {
    b"7z": _seven_zip,
    b"Ra": _rar,
    b"MS": _cabinet,
    b"\x60\xea": _arj,
    b"-l": _lha,
    b"IT": _help,
    b"\x1f\x8b": _gzip,
    b"\xfd7": _xz,
    b"BZ": _sure,
    b"\x28\xb5": _zstd,
}


def _members(source: Source, start: int, end: int, budget: Budget) -> Iterator[Member]:
    for begins in archives(source, start, end, budget):
        yield Member(_APPENDED, source.chunks(begins), size=source.size - begins)


def open_picture(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield the archives behind the end of a picture."""
    end = end_of_picture(source)
    if 0 < end < source.size:
        yield from _members(source, end, source.size, unpacking.budget)


def picture_is_worth(source: Source) -> bool:
    """Say whether anything lies behind a picture's end."""
    return 0 < end_of_picture(source) <= source.size - _LEAST


def open_script(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield the archives that a script carries."""
    yield from _members(source, 1, min(source.size, _SCRIPT_BYTES), unpacking.budget)


def script_is_worth(source: Source) -> bool:
    """Say whether a script holds the mark of an archive."""
    return _MARKS.search(source.read_at(0, _SCRIPT_BYTES)) is not None


FORMATS: tuple[Format, ...] = (
    Format(
        name="Pictures with an archive behind them",
        kinds=(FileType.JPEG, FileType.PNG, FileType.GIF, FileType.BMP),
        opener=open_picture,
        library="own",
        read="archives of ten kinds behind the end of a JPEG, PNG, GIF or BMP picture",
        not_read="what is hidden in the pixels",
        samples=("appended.jpg",),
        worth=picture_is_worth,
    ),
    Format(
        name="Scripts that carry an archive",
        kinds=(FileType.SCRIPT,),
        opener=open_script,
        library="own",
        read="archives of ten kinds in the first 8 MB of shell, batch, PHP and other scripts",
        not_read="archives further on",
        samples=("appended.run",),
        worth=script_is_worth,
    ),
)
