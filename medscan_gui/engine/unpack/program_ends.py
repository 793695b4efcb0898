"""Where programs of Linux and macOS end in their file, as their own headers tell; what lies behind was appended.

Layouts: Tool Interface Standard, ELF 1.2, and System V ABI (64-bit); Apple, OS X ABI Mach-O File Format Reference.
"""

import struct
from collections.abc import Callable, Iterator

ReadAt = Callable[[int, int], bytes]

#: Headers of a program that are looked at; more are no program that anything loads.
_ENTRIES = 4096
#: Commands of a Mach-O, in bytes, that are looked at.
_COMMANDS = 1 << 20
#: Parts of a Mach-O for several architectures.
_ARCHITECTURES = 44

_SEGMENT, _SYMBOLS, _SEGMENT_64 = 0x1, 0x2, 0x19
#: Commands with the place and size of data at the end: signature, rebase and export information (mach-o/loader.h).
_LINKED = frozenset({0x1D, 0x1E, 0x26, 0x29, 0x2B, 0x2E, 0x80000033, 0x80000034})
_DYLD_INFO = frozenset({0x22, 0x80000022})


def end_of_elf(read_at: ReadAt) -> int:
    """Return where an ELF program ends; 0 if it does not tell."""
    head = read_at(0, 64)
    if len(head) < 52 or head[4] not in {1, 2} or head[5] not in {1, 2}:
        return 0
    order, wide = "<" if head[5] == 1 else ">", head[4] == 2
    form = order + ("QQIHHHHHH" if wide else "IIIHHHHHH")
    at = 32 if wide else 28
    if len(head) < at + struct.calcsize(form):
        return 0
    segments, sections, _flags, own, segment, segment_count, section, count, _ = struct.unpack_from(form, head, at)
    if segment_count > _ENTRIES or count > _ENTRIES:
        return 0
    ends = [int(own), segments + segment * segment_count, sections + section * count]
    ends += _parts(read_at(segments, segment * segment_count), segment, order, (8, 32) if wide else (4, 16), wide)
    ends += _sections(read_at(sections, section * count), section, order, wide)
    return int(max(ends))


def _parts(table: bytes, step: int, order: str, places: tuple[int, int], wide: bool) -> Iterator[int]:
    word = struct.Struct(order + ("Q" if wide else "I"))
    if step < places[1] + word.size:
        return
    for at in range(0, len(table) - step + 1, step):
        start, size = (word.unpack_from(table, at + place)[0] for place in places)
        yield int(start + size)


def _sections(table: bytes, step: int, order: str, wide: bool) -> Iterator[int]:
    places = (24, 32) if wide else (16, 20)
    if step < places[1] + 8:
        return
    kinds = [struct.unpack_from(order + "I", table, at + 4)[0] for at in range(0, len(table) - step + 1, step)]
    for kind, end in zip(kinds, _parts(table, step, order, places, wide), strict=False):
        if kind != 8:  # .bss and the like have no bytes in the file
            yield end


def end_of_macho(read_at: ReadAt) -> int:
    """Return where a Mach-O program ends, for one architecture or several; 0 if it does not tell."""
    magic = read_at(0, 4)
    if magic in {b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"}:
        return _end_of_fat(read_at, wide=magic == b"\xca\xfe\xba\xbf")
    order = {b"\xfe\xed\xfa": ">"}.get(magic[:3], "<")
    wide = b"\xcf" in magic
    head = read_at(0, 32 if wide else 28)
    if len(head) < 28:
        return 0
    count, size = struct.unpack_from(order + "II", head, 16)
    if count > _ENTRIES or size > _COMMANDS:
        return 0
    return int(max((size + len(head), *_commands(read_at(len(head), size), count, order))))


def _end_of_fat(read_at: ReadAt, *, wide: bool) -> int:
    count = int.from_bytes(read_at(4, 4), "big")
    form = struct.Struct(">8xQQ8x" if wide else ">8xII4x")
    table = read_at(8, form.size * min(count, _ARCHITECTURES))
    whole = len(table) - len(table) % form.size
    return max((start + size for start, size in form.iter_unpack(table[:whole])), default=0)


def _commands(commands: bytes, count: int, order: str) -> Iterator[int]:
    at = 0
    for _command in range(count):
        if at + 8 > len(commands):
            return
        kind, size = struct.unpack_from(order + "II", commands, at)
        if size < 8:
            return
        yield from _ends_of(kind, commands[at : at + size], order)
        at += size


def _ends_of(kind: int, command: bytes, order: str) -> Iterator[int]:
    for words, place in _fields(kind):
        form = struct.Struct(order + words)
        if len(command) >= place + form.size:
            start, size = form.unpack_from(command, place)
            yield start + size


def _fields(kind: int) -> tuple[tuple[str, int], ...]:
    """Return form and place of the pairs (start, size) in a command."""
    if kind == _SEGMENT_64:
        return (("QQ", 40),)
    if kind == _SEGMENT:
        return (("II", 32),)
    if kind in _LINKED:
        return (("II", 8),)
    if kind in _DYLD_INFO:
        return tuple(("II", place) for place in range(8, 48, 8))
    return (("II", 16),) if kind == _SYMBOLS else ()
