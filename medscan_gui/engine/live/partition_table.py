"""What a disk says that it is divided into: tables of the PC (MBR, with extended partitions) and of UEFI (GPT).

Whatever a table claims is only used to decide which sectors are read.
"""

import struct
from collections.abc import Callable, Iterator

from medscan_gui.engine.live.stretches import Part

ReadAt = Callable[[int, int], bytes]
"""Returns up to so many bytes from a place on."""

_ENTRY = struct.Struct("<B3xB3xII")
_TABLE = 446
_MARK = b"\x55\xaa"
_EXTENDED = frozenset({0x05, 0x0F, 0x85})
_PROTECTIVE = 0xEE
_STATES = frozenset({0x00, 0x80})
#: UEFI specification, 5.3.2: signature, place of the entries, their number and size.
_GPT = struct.Struct("<8s64xQII")
_GPT_ENTRY = struct.Struct("<16s16sQQ")
_GPT_MARK = b"EFI PART"
_GPT_MOST = 1024
#: Extended partitions follow each other like this many at most.
_MOST = 128
_SECTORS = (512, 4096)


def parts_of(read_at: ReadAt, size: int) -> list[Part]:
    """Return the partitions that a disk of `size` bytes tells of; none if it has no table. Raises OSError."""
    first = read_at(0, 512)
    if len(first) < 512 or first[510:512] != _MARK:
        return []
    rows = list(_rows(first))
    if not rows:
        return []
    if any(kind == _PROTECTIVE for kind, _start, _count in rows):
        for sector in _SECTORS:
            if found := list(_gpt(read_at, sector)):
                return _within(found, size)
    found = []
    for number, (kind, start, count) in enumerate(rows, 1):
        found.append(Part(b"partition %d" % number, start * 512, (start + count) * 512))
        if kind in _EXTENDED:
            found.pop()
            found += _logical(read_at, start)
    return _within(found, size)


def _within(parts: list[Part], size: int) -> list[Part]:
    return [part for part in parts if 0 < part.start < part.end <= size]


def _rows(sector: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield kind, first sector and sectors of each entry; none if this is boot code and no table."""
    rows = [_ENTRY.unpack_from(sector, _TABLE + 16 * number) for number in range(4)]
    if any(state not in _STATES for state, *_rest in rows):
        return
    for _state, kind, start, count in rows:
        if kind and start and count:
            yield kind, start, count


def _logical(read_at: ReadAt, extended: int) -> Iterator[Part]:
    """Yield the partitions within an extended one; each is told with the place of the next."""
    at = extended
    seen: set[int] = set()
    while at not in seen and len(seen) < _MOST:
        seen.add(at)
        sector = read_at(at * 512, 512)
        if sector[510:512] != _MARK:
            return
        following = None
        for kind, start, count in _rows(sector):
            if kind in _EXTENDED:
                following = extended + start
            else:
                yield Part(b"partition %d" % (4 + len(seen)), (at + start) * 512, (at + start + count) * 512)
        if following is None:
            return
        at = following


def _gpt(read_at: ReadAt, sector: int) -> Iterator[Part]:
    header = read_at(sector, _GPT.size)
    if len(header) < _GPT.size:
        return
    mark, place, count, size = _GPT.unpack(header)
    if mark != _GPT_MARK or not _GPT_ENTRY.size <= size <= 4096:
        return
    for number in range(min(count, _GPT_MOST)):
        entry = read_at(place * sector + number * size, _GPT_ENTRY.size)
        if len(entry) < _GPT_ENTRY.size:
            return
        kind, _own, start, last = _GPT_ENTRY.unpack(entry)
        if any(kind):
            yield Part(b"partition %d" % (number + 1), start * sector, (last + 1) * sector)
