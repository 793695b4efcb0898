"""The sections of a Windows program, and what lies behind them: a walk that no header can lead astray.

Everything in the headers is an attacker's claim. What does not fit into the file is cut; what makes no sense makes
the content no program. Layout: Microsoft, PE Format.
"""

import struct
from collections.abc import Callable, Iterator

import msgspec

ReadAt = Callable[[int, int], bytes]

#: Windows loads no program with more sections (PE Format, COFF File Header).
SECTIONS = 96
#: The sector in which places in the file are counted, whatever the header says.
_SECTOR = 512
#: The largest alignment that the format allows.
_LARGEST_ALIGNMENT = 0x10000

_PE32, _PE32_PLUS = 0x10B, 0x20B
_RESOURCES, _CERTIFICATES = 2, 4
_DIRECTORIES = 16


class Section(msgspec.Struct, frozen=True):
    """One section: where it lies in the file, cut to what is there, and where in memory."""

    name: bytes
    start: int
    size: int
    address: int
    memory: int


class Part(msgspec.Struct, frozen=True):
    """A part of the file, or (for resources) of the memory image. `size` 0: it is not there."""

    start: int = 0
    size: int = 0


class PeLayout(msgspec.Struct, frozen=True, kw_only=True):
    """Where things are in a Windows program."""

    sections: tuple[Section, ...]
    #: Where the last section ends in the file.
    end: int
    #: 32-bit program.
    narrow: bool
    #: The signatures, in the file; never inside of a section.
    certificates: Part = Part()
    #: The resource tree; `start` is an address in memory.
    resources: Part = Part()

    def place_of(self, address: int) -> int | None:
        """Return where in the file an address of the memory image lies; None if it is not in the file."""
        for section in self.sections:
            within = address - section.address
            if 0 <= within < section.size:
                return section.start + within
        return None


def layout_of(read_at: ReadAt, size: int) -> PeLayout | None:
    """Return the layout of a program of `size` bytes; None if it is none."""
    dos = read_at(0, 64)
    if len(dos) < 64 or not dos.startswith((b"MZ", b"ZM")):
        return None
    place = struct.unpack_from("<I", dos, 60)[0]
    header = read_at(place, 24 + 112 + 8 * _DIRECTORIES) if place < size else b""
    if len(header) < 24 + 2 or not header.startswith(b"PE\0\0"):
        return None
    count, optional_size = struct.unpack_from("<H12xH", header, 6)
    optional = header[24:]
    table = read_at(place + 24 + optional_size, 40 * min(count, SECTIONS))
    alignment = _alignment(optional)
    sections = tuple(_sections(table, alignment, size))
    end = max((section.start + section.size for section in sections if section.size), default=0)
    return PeLayout(
        sections=sections,
        end=end,
        narrow=optional[:2] == struct.pack("<H", _PE32),
        certificates=_certificates(_directory(optional, _CERTIFICATES), end, size),
        resources=_directory(optional, _RESOURCES),
    )


def overlay_of_head(head: bytes) -> int:
    """Return where a program's sections end as its first bytes tell, whether the file goes on so far or not.

    0 if they do not tell.
    """
    layout = layout_of(lambda place, size: head[place : place + size], 1 << 40)
    return layout.end if layout is not None else 0


def section_ranges(layout: PeLayout) -> Iterator[Part]:
    """Yield the parts of the file that section signatures are made over: each section with bytes in the file."""
    for section in layout.sections:
        if section.size:
            yield Part(section.start, section.size)


def _alignment(optional: bytes) -> int:
    """Return the unit in which sections lie in the file, as the header claims; a sector if that is nonsense."""
    if len(optional) < 40:
        return _SECTOR
    alignment: int = struct.unpack_from("<I", optional, 36)[0]
    return alignment if 0 < alignment <= _LARGEST_ALIGNMENT else _SECTOR


def _sections(table: bytes, alignment: int, size: int) -> Iterator[Section]:
    rows = [struct.unpack_from("<8sIIII", table, at) for at in range(0, len(table) - 39, 40)]
    if any(start % alignment and not start % _SECTOR for *_, length, start in rows if length):
        alignment = _SECTOR
    for name, memory, address, length, place in rows:
        # Loaders round the place down and the length up.
        start = place - place % alignment
        rounded = length + -length % alignment
        yield Section(name.rstrip(b"\0"), start, max(0, min(rounded, size - start)), address, memory)


def _directory(optional: bytes, which: int) -> Part:
    magic = struct.unpack_from("<H", optional)[0]
    base = {_PE32: 96, _PE32_PLUS: 112}.get(magic)
    if base is None or len(optional) < base:
        return Part()
    count = struct.unpack_from("<I", optional, base - 4)[0]
    at = base + 8 * which
    if which >= count or len(optional) < at + 8:
        return Part()
    return Part(*struct.unpack_from("<II", optional, at))


def _certificates(told: Part, end: int, size: int) -> Part:
    """Return where the signatures really are: behind the sections and wholly in the file, or not at all."""
    if told.size < 8 or told.start < end or told.start + told.size > size:
        return Part()
    return told
