"""Write the content of a restored file, and make sure that it is what was taken away."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from medscan_gui.core.quarantine import FileFacts
from medscan_gui.system.files.content import Region, digest_of
from medscan_gui.system.files.problems import OriginalError


def write_checked(
    descriptor: int,
    facts: FileFacts,
    content: Iterable[bytes],
    beside: Callable[[bytes], None],
    cancelled: Callable[[], bool],
) -> None:
    """Write the data regions to a new, open file, sync it, read it back and compare; holes stay holes.

    What follows the data in `content`, the streams, goes to `beside`. Raises OSError, OriginalError
    (files.not_the_same, files.cancelled).
    """
    _write(descriptor, facts, content, beside, cancelled)
    os.fsync(descriptor)
    _forget_cached(descriptor)
    if digest_of(descriptor, facts.size, facts.extents, cancelled) != facts.sha256:
        raise OriginalError("files.not_the_same")


def _write(
    descriptor: int,
    facts: FileFacts,
    content: Iterable[bytes],
    beside: Callable[[bytes], None],
    cancelled: Callable[[], bool],
) -> None:
    regions = iter(_checked_regions(facts))
    position, room = 0, 0
    total, following = sum(stream.size for stream in facts.streams), 0
    for chunk in _heeding(content, cancelled):
        rest = chunk
        while rest:
            if not room:
                position, room = next(regions, (0, 0))
            if not room:
                following += len(rest)
                if following > total:
                    raise OriginalError("files.not_the_same")
                beside(bytes(rest))
                break
            written = _write_at(descriptor, rest[:room], position)
            position, room, rest = position + written, room - written, rest[written:]
    if room or next(regions, None) is not None or following != total:
        raise OriginalError("files.not_the_same")
    os.ftruncate(descriptor, facts.size)


def _heeding(content: Iterable[bytes], cancelled: Callable[[], bool]) -> Iterator[memoryview]:
    for chunk in content:
        if cancelled():
            raise OriginalError("files.cancelled")
        yield memoryview(chunk)


def _checked_regions(facts: FileFacts) -> tuple[Region, ...]:
    """Return the regions, if they are ones of a file of that size: somebody may have written them by hand."""
    end = 0
    for offset, length in facts.extents:
        if offset < end or length <= 0:
            raise OriginalError("files.not_the_same")
        end = offset + length
    if end > facts.size:
        raise OriginalError("files.not_the_same")
    return facts.extents


if sys.platform == "win32":

    def _write_at(descriptor: int, data: memoryview, offset: int) -> int:
        os.lseek(descriptor, offset, os.SEEK_SET)
        return os.write(descriptor, data)

    def _forget_cached(_descriptor: int) -> None:
        """Windows offers no such call for an open file."""

else:

    def _write_at(descriptor: int, data: memoryview, offset: int) -> int:
        return os.pwrite(descriptor, data, offset)

    def _forget_cached(descriptor: int) -> None:
        """Ask that what is read back comes from the medium."""
        with suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
