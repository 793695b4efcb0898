"""From the bytes of a sample back to files: the file itself with its holes, and its alternate streams."""

from collections.abc import Iterable, Iterator

from medscan_gui.core.quarantine import VaultEntry

MAX_HOLES = 1024**3
"""Bytes of holes written out; a file with more (a disk image, or a trap) is handed over as it is held."""
_ZEROS = bytes(1024 * 1024)


def is_plain(entry: VaultEntry) -> bool:
    """Say whether the sample can be cut into whole files: its facts fit one another, and the holes are bounded."""
    facts = entry.facts
    held, end = 0, 0
    for offset, length in facts.extents:
        if offset < end or length < 0:
            return False
        held += length
        end = offset + length
    streams = [stream.size for stream in facts.streams]
    fits = min(streams, default=0) >= 0 and held + sum(streams) == entry.sample_size and end <= facts.size
    return fits and facts.size - held <= MAX_HOLES


def pieces_of(entry: VaultEntry) -> Iterator[tuple[int, int]]:
    """Yield (zeros to write, then bytes of the sample to take) for the file itself, where `is_plain`."""
    end = 0
    for offset, length in entry.facts.extents:
        yield offset - end, length
        end = offset + length
    yield entry.facts.size - end, 0


class Taker:
    """Takes so many bytes at a time from chunks of any size."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""

    def take(self, size: int) -> Iterator[bytes]:
        """Yield the next `size` bytes, or fewer if the chunks end."""
        while size > 0:
            chunk = self._rest or next(self._chunks, b"")
            if not chunk:
                return
            yield chunk[:size]
            self._rest = chunk[size:]
            size -= len(chunk[:size])

    def rest(self) -> Iterator[bytes]:
        """Yield what is left; to the end, since only that proves the whole."""
        if self._rest:
            yield self._rest
            self._rest = b""
        yield from self._chunks


def zeros(size: int) -> Iterator[bytes]:
    """Yield `size` zero bytes."""
    while size > 0:
        yield _ZEROS[:size]
        size -= len(_ZEROS)


def main_content(entry: VaultEntry, taker: Taker) -> Iterator[bytes]:
    """Yield the whole logical content of the file itself, where `is_plain`."""
    for gap, length in pieces_of(entry):
        yield from zeros(gap)
        yield from taker.take(length)
