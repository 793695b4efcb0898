"""Where pictures end by their own structure.

Layouts: ITU-T T.81, annex B (JPEG); PNG 1.2, 3; GIF89a; Microsoft, BITMAPFILEHEADER and BITMAPINFOHEADER.
"""

import struct
from collections.abc import Callable

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack.source import Source

#: Blocks of a picture that are walked over; behind that many nobody looks for the end.
_BLOCKS = 50_000
_WINDOW = 64 << 10
_SCAN, _END = 0xDA, 0xD9
#: Markers without a length (T.81, table B.1).
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def end_of_picture(source: Source) -> int:
    """Return where a picture ends; 0 if it does not tell. What is broken ends where it breaks."""
    for kind in source.types:
        if (walk := _WALKS.get(kind)) is not None:
            return min(walk(source), source.size)
    return 0


def _end_of_jpeg(source: Source) -> int:
    """Go from segment to segment; within a scan no marker but the end's follows an 0xFF that is not stuffed."""
    place = 2
    for _segment in range(_BLOCKS):
        head = source.read_at(place, 4)
        if len(head) < 4 or head[0] != 0xFF:
            return place
        if head[1] == _END:
            return place + 2
        if head[1] == _SCAN:
            found = source.find(b"\xff\xd9", place + 4)
            return found + 2 if found >= 0 else source.size
        if head[1] == 0xFF:
            place += 1
        else:
            place += 2 if head[1] in _ALONE else 2 + int.from_bytes(head[2:4], "big")
    return place


def _end_of_png(source: Source) -> int:
    place = 8
    for _chunk in range(_BLOCKS):
        head = source.read_at(place, 8)
        if len(head) < 8:
            return source.size
        place += 12 + int.from_bytes(head[:4], "big")
        if head[4:] == b"IEND":
            break
    return place


class _Window:
    """Bytes of a source one by one, read in larger pieces."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._begin = 0
        self._data = b""

    def __getitem__(self, place: int) -> int:
        """Return the byte at `place`; -1 behind the end."""
        if not 0 <= place - self._begin < len(self._data):
            self._begin, self._data = place, self._source.read_at(place, _WINDOW)
        return self._data[place - self._begin] if self._data else -1


def _end_of_gif(source: Source) -> int:
    window = _Window(source)
    flags = window[10]
    place = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    left = _BLOCKS
    while left > 0:
        block = window[place]
        if block == 0x21:  # an extension: its kind, then its blocks
            place += 2
        elif block == 0x2C:
            flags = window[place + 9]
            place += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
        else:
            return place + (block == 0x3B) if block >= 0 else source.size
        while left > 0:
            left -= 1
            size = window[place]
            place += 1 + max(0, size)
            if size <= 0:
                break
    return place


def _end_of_bmp(source: Source) -> int:
    """Believe the size of the file, or that of the pixels if it is smaller and they are not compressed."""
    head = source.read_at(0, 34)
    if len(head) < 34:
        return source.size
    told, start, header = struct.unpack_from("<I4xII", head, 2)
    if header < 40:
        return int(told)
    width, height, bits, packed = struct.unpack_from("<ii2xHI", head, 18)
    pixels = start + (abs(width) * bits + 31) // 32 * 4 * abs(height)
    return int(min(told, pixels) if packed in {0, 3} and told else told or pixels)


_WALKS: dict[FileType, Callable[[Source], int]] = {
    FileType.JPEG: _end_of_jpeg,
    FileType.PNG: _end_of_png,
    FileType.GIF: _end_of_gif,
    FileType.BMP: _end_of_bmp,
}
