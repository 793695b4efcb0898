"""Where the partitions of a disk's image lie, by its MBR or GPT (UEFI specification 2.10, chapter 5).

Tables are an attacker's too: entries may overlap, point anywhere, or go round in circles. Everything is bounded, and
what does not fit is told.
"""

import struct
from dataclasses import dataclass, field

from medscan_gui.engine.unpack.source import Source

#: Partitions of one disk that are looked at, at most; GPT has room for 128 unless it says otherwise.
MOST = 256
_SECTORS = (512, 4096)
_BOOT_MARK = b"\x55\xaa"
_GPT_MARK = b"EFI PART"
_EXTENDED = frozenset({0x05, 0x0F, 0x85})
_PROTECTIVE = 0xEE
_ENTRY = struct.Struct("<B3xB3xII")
#: Fields of a GPT header from 72 on: first LBA of the entries, their number, the size of one.
_GPT_TABLE = struct.Struct("<QII")
_GPT_ENTRY_BYTES = (128, 4096)


@dataclass(slots=True)
class Layout:
    """The partitions of a disk, in bytes."""

    sector: int = 512
    #: Beginning and end of each, clipped to the image, in the order of the tables.
    partitions: list[tuple[int, int]] = field(default_factory=list)
    #: A partition lies beyond the end of the image, wholly or in part.
    cut_short: bool = False
    #: What is wrong with the tables; "" if nothing is.
    problem: str = ""

    def add(self, start: int, length: int, size: int) -> None:
        """Add a partition to the layout of a disk of `size` bytes."""
        if start + length > size:
            self.cut_short = True
        end = min(start + length, size)
        if start >= end or (start, end) in self.partitions:
            return
        if len(self.partitions) >= MOST:
            self.problem = "too many partitions"
        else:
            self.partitions.append((start, end))


def layout_of(source: Source) -> Layout:
    """Read the tables of a disk."""
    for sector in _SECTORS:
        found = _gpt(source, sector, sector) or _gpt(source, sector, source.size - sector)
        if found is not None:
            return found
    layout = Layout()
    _mbr(source, layout)
    return layout


def gaps(layout: Layout, size: int) -> list[tuple[int, int]]:
    """Return what lies between the boot sector, the partitions and the end of a disk of `size` bytes."""
    found = []
    place = layout.sector
    for start, end in sorted(layout.partitions):
        if start > place:
            found.append((place, start))
        place = max(place, end)
    if place < size:
        found.append((place, size))
    return found


def _gpt(source: Source, sector: int, place: int) -> Layout | None:
    """Read the GPT whose header is at `place`; None if there is none."""
    header = source.read_at(place, 92) if place > 0 else b""
    if len(header) < 92 or not header.startswith(_GPT_MARK):
        return None
    first, count, length = _GPT_TABLE.unpack_from(header, 72)
    least, most = _GPT_ENTRY_BYTES
    if not least <= length <= most or first * sector >= source.size:
        return None
    layout = Layout(sector=sector)
    table = source.read_at(first * sector, min(count, MOST) * length)
    for at in range(0, len(table) - length + 1, length):
        kind = table[at : at + 16]
        start, last = struct.unpack_from("<QQ", table, at + 32)
        if kind.strip(b"\0") and start <= last:
            layout.add(start * sector, (last - start + 1) * sector, source.size)
    if count > MOST:
        layout.problem = "a GPT of too many entries"
    return layout


def _mbr(source: Source, layout: Layout) -> None:
    for kind, start, length in _entries(source.read_at(0, 512)):
        if kind in _EXTENDED:
            _extended(source, layout, start)
        elif kind != _PROTECTIVE or length < 0xFFFFFFFF:
            layout.add(start * 512, length * 512, source.size)


def _extended(source: Source, layout: Layout, first: int) -> None:
    """Follow the chain of an extended partition: each link has one partition, and the place of the next link."""
    seen: set[int] = set()
    link: int | None = first
    while link is not None:
        if link in seen or len(seen) >= MOST:
            layout.problem = "an extended partition that goes round in circles"
            return
        seen.add(link)
        sector = source.read_at(link * 512, 512)
        if len(sector) < 512:
            layout.cut_short = True
            return
        following = None
        for kind, start, length in _entries(sector):
            if kind in _EXTENDED:
                following = first + start
            else:
                layout.add((link + start) * 512, length * 512, source.size)
        link = following


def _entries(sector: bytes) -> list[tuple[int, int, int]]:
    """Return kind, first sector and length in sectors of the used entries of an MBR or a link."""
    if sector[510:512] != _BOOT_MARK:
        return []
    found = [_ENTRY.unpack_from(sector, place) for place in range(446, 510, 16)]
    return [(kind, start, length) for _boot, kind, start, length in found if kind and length]
