"""Which sectors of a disk belong to no file: what lies before, between and behind its partitions, and their boot code.

Pure: what a disk is divided into is asked elsewhere.
"""

from collections.abc import Iterator
from typing import NamedTuple

from medscan_gui.engine import limits

#: A disk without partitions has its boot code, and most file systems their own data, within this.
_BEGINNING = 1 << 20


class Part(NamedTuple):
    """One partition: its name, and where it lies on the disk, in bytes."""

    name: bytes
    start: int
    end: int


class Stretch(NamedTuple):
    """Bytes of a disk to read, and what they are."""

    what: bytes
    start: int
    end: int


def stretches_of(size: int, parts: list[Part]) -> Iterator[Stretch]:
    """Yield what is to be read of a disk of `size` bytes, each byte once where that is possible."""
    parts = sorted((part for part in parts if 0 <= part.start < part.end <= size), key=lambda part: part.start)
    if size <= 0:
        return
    if not parts:
        yield Stretch(b"first sectors", 0, min(size, _BEGINNING))
        yield from _edges(b"after the first sectors", min(size, _BEGINNING), size, end_only=True)
        return
    at = 0
    for number, part in enumerate(parts):
        what = b"first sectors" if number == 0 else b"gap before " + part.name
        yield from _edges(what, at, part.start)
        yield Stretch(b"boot sectors of " + part.name, part.start, min(part.end, part.start + limits.VOLUME_BEGINNING))
        at = max(at, part.end)
    yield from _edges(b"behind the last partition", at, size)


def _edges(what: bytes, start: int, end: int, *, end_only: bool = False) -> Iterator[Stretch]:
    """Yield a gap, or both of its ends if it is long: that is where boot code is put aside."""
    if end <= start:
        return
    edge = limits.GAP_EDGE
    if end - start <= 2 * edge and not end_only:
        yield Stretch(what, start, end)
        return
    if not end_only:
        yield Stretch(what + b", beginning", start, start + edge)
    yield Stretch(what + b", end", max(start, end - edge), end)
