"""The content of an open file: where it holds data, and the digest of the whole.

Holes are never read: a file may claim exabytes. They count as zeros in the digest.
"""

import errno
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

from medscan_gui.system.files.problems import OriginalError

Region = tuple[int, int]
"""Offset and length in bytes of a part that holds data."""

CHUNK = 1 << 20
"""Bytes that are read at once."""

#: Regions that are kept apart; beyond, the smallest holes count as data.
MOST_REGIONS = 20_000

_ZEROS = memoryview(bytes(CHUNK))


UNGUARDED: AbstractContextManager[None] = nullcontext()
"""Nothing to heed around a removal."""


def never() -> bool:
    """Nobody cancels."""
    return False


class WholeDigest:
    """SHA-256 of a whole file of which only the data regions are seen, in rising order."""

    def __init__(self, cancelled: Callable[[], bool] = never) -> None:
        self._hash = hashlib.sha256()
        self._position = 0
        self._cancelled = cancelled

    def add(self, offset: int, chunk: bytes) -> None:
        """Take the bytes at `offset`. Raises OriginalError when cancelled."""
        self._zeros_until(offset)
        self._hash.update(chunk)
        self._position += len(chunk)
        self._heed()

    def end(self, size: int) -> str:
        """Return the digest in lower-case hexadecimal of the file of this size."""
        self._zeros_until(size)
        return self._hash.hexdigest()

    def _zeros_until(self, offset: int) -> None:
        while self._position < offset:
            step = min(CHUNK, offset - self._position)
            self._hash.update(_ZEROS[:step])
            self._position += step
            self._heed()

    def _heed(self) -> None:
        if self._cancelled():
            raise OriginalError("files.cancelled")


def data_regions(descriptor: int, size: int) -> tuple[Region, ...]:
    """Return where an open file of `size` bytes holds data, in order; the whole where that is not told."""
    regions: list[Region] = []
    gap = 0
    try:
        for region in _told_regions(descriptor, size):
            _join(regions, region, gap)
            while len(regions) > MOST_REGIONS:
                gap = max(gap * 2, 4096)
                regions = _joined(regions, gap)
    except OSError:
        return ((0, size),) if size else ()
    return tuple(regions)


if sys.platform == "win32":

    def _told_regions(_descriptor: int, size: int) -> Iterator[Region]:
        if size:
            yield 0, size

else:

    def _told_regions(descriptor: int, size: int) -> Iterator[Region]:
        position = 0
        while position < size:
            try:
                start = os.lseek(descriptor, position, os.SEEK_DATA)
            except OSError as error:
                if error.errno == errno.ENXIO:  # nothing but a hole up to the end
                    return
                raise
            end = min(os.lseek(descriptor, start, os.SEEK_HOLE), size)
            if start >= size:
                return
            if start < position or end <= start:  # a file system that talks nonsense
                raise OSError(errno.EINVAL, "regions out of order")
            yield start, end - start
            position = end


def _join(regions: list[Region], region: Region, gap: int) -> None:
    offset, length = region
    if regions and offset - sum(regions[-1]) <= gap:
        regions[-1] = (regions[-1][0], offset + length - regions[-1][0])
    else:
        regions.append(region)


def _joined(regions: list[Region], gap: int) -> list[Region]:
    joined: list[Region] = []
    for region in regions:
        _join(joined, region, gap)
    return joined


def read_regions(descriptor: int, regions: tuple[Region, ...]) -> Iterator[tuple[int, bytes]]:
    """Yield the data with its offsets. Raises OSError, and OriginalError if the file became shorter."""
    for offset, length in regions:
        position, end = offset, offset + length
        while position < end:
            chunk = read_at(descriptor, min(CHUNK, end - position), position)
            if not chunk:
                raise OriginalError("files.changed")
            yield position, chunk
            position += len(chunk)


if sys.platform == "win32":

    def read_at(descriptor: int, size: int, offset: int) -> bytes:
        """Return up to `size` bytes at `offset`. Raises OSError."""
        os.lseek(descriptor, offset, os.SEEK_SET)
        return os.read(descriptor, size)

else:

    def read_at(descriptor: int, size: int, offset: int) -> bytes:
        """Return up to `size` bytes at `offset`. Raises OSError."""
        return os.pread(descriptor, size, offset)


def digest_of(
    descriptor: int, size: int, regions: tuple[Region, ...], cancelled: Callable[[], bool] = never
) -> str:
    """Return the digest of a whole open file. Raises OSError, OriginalError (shorter now, cancelled)."""
    digest = WholeDigest(cancelled)
    for offset, chunk in read_regions(descriptor, regions):
        digest.add(offset, chunk)
    return digest.end(size)
