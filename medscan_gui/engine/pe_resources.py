"""The resources of a Windows program: a walk through a tree that an attacker has drawn.

Directories may point at each other and at themselves; each is entered once, and there is an end to their number.
"""

import struct
from collections.abc import Callable, Iterator

import msgspec

from medscan_gui.engine.pe_sections import PeLayout

ReadAt = Callable[[int, int], bytes]

#: Type, name and language: Windows knows no deeper trees.
_LEVELS = 3
#: Entries looked at, and directories entered.
_ENTRIES = 20_000
_DIRECTORIES = 5_000

_NAMED = 0x80000000


class Resource(msgspec.Struct, frozen=True):
    """One resource: its numbers or names from type to language, and where it lies in the file."""

    path: tuple[str, ...]
    start: int
    size: int


class TooManyError(Exception):
    """The tree has more entries than any program has."""


def resources_of(layout: PeLayout, read_at: ReadAt, size: int) -> Iterator[Resource]:
    """Yield the resources of a program of `size` bytes, as far as they lie in the file. Raises TooManyError."""
    base = layout.place_of(layout.resources.start) if layout.resources.size else None
    if base is None:
        return
    pending: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    entered = {0}
    looked_at = 0
    while pending:
        place, path = pending.pop()
        for name, target in _entries(read_at, base, place):
            looked_at += 1
            if looked_at > _ENTRIES or len(entered) > _DIRECTORIES:
                raise TooManyError
            below, deeper = target & ~_NAMED, (*path, name)
            if not target & _NAMED:
                yield from _leaf(layout, read_at(base + below, 8), deeper, size)
            elif below not in entered and len(deeper) < _LEVELS:
                entered.add(below)
                pending.append((below, deeper))


def _entries(read_at: ReadAt, base: int, place: int) -> list[tuple[str, int]]:
    header = read_at(base + place, 16)
    if len(header) < 16:
        return []
    count = sum(struct.unpack_from("<HH", header, 12))
    table = read_at(base + place + 16, 8 * min(count, _ENTRIES + 1))
    whole = len(table) - len(table) % 8
    return [(_name(read_at, base, name), target) for name, target in struct.iter_unpack("<II", table[:whole])]


def _name(read_at: ReadAt, base: int, name: int) -> str:
    if not name & _NAMED:
        return str(name)
    place = base + (name & ~_NAMED)
    length = int.from_bytes(read_at(place, 2), "little")
    return read_at(place + 2, 2 * min(length, 64)).decode("utf-16-le", "replace")


def _leaf(layout: PeLayout, entry: bytes, path: tuple[str, ...], size: int) -> Iterator[Resource]:
    if len(entry) < 8:
        return
    address, length = struct.unpack("<II", entry)
    start = layout.place_of(address)
    if start is not None and length:
        yield Resource(path, start, min(length, size - start))
