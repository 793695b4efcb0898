"""Batches that wait for a worker: as the lines they came in, compressed when there are many."""

import zlib
from collections import deque

#: Lines wait as they are up to this many bytes; beyond it they wait compressed.
_RAW_BYTES = 4 << 20
#: Lines compressed together.
_BLOCK_BYTES = 128 << 10


class _Lines:
    """A queue of lines: the front as it is, the rest in compressed blocks."""

    def __init__(self) -> None:
        self._front: deque[bytes] = deque()
        self._front_bytes = 0
        self._blocks: deque[bytes] = deque()
        self._block_bytes = 0
        self._open: list[bytes] = []
        self._open_bytes = 0

    def __bool__(self) -> bool:
        return bool(self._front or self._blocks or self._open)

    @property
    def memory(self) -> int:
        """Memory taken by the lines."""
        return self._front_bytes + self._block_bytes + self._open_bytes

    def put_back(self, line: bytes) -> None:
        self._front.appendleft(line)
        self._front_bytes += len(line)

    def put(self, line: bytes) -> None:
        if not self._blocks and not self._open and self._front_bytes < _RAW_BYTES:
            self._front.append(line)
            self._front_bytes += len(line)
            return
        self._open.append(line)
        self._open_bytes += len(line)
        if self._open_bytes >= _BLOCK_BYTES:
            block = zlib.compress(b"".join(self._open), 1)
            self._blocks.append(block)
            self._block_bytes += len(block)
            self._open, self._open_bytes = [], 0

    def take(self) -> bytes:
        if not self._front:
            self._refill()
        line = self._front.popleft()
        self._front_bytes -= len(line)
        return line

    def _refill(self) -> None:
        if self._blocks:
            block = self._blocks.popleft()
            self._block_bytes -= len(block)
            lines = zlib.decompress(block).splitlines(keepends=True)
        else:
            lines, self._open, self._open_bytes = self._open, [], 0
        self._front.extend(lines)
        self._front_bytes += sum(map(len, lines))


class Backlog:
    """Batches in the order they were found, large files apart.

    Large files are given out first, so that the last of them does not keep one core busy while the others
    have nothing left; the small ones beside them go to whoever asks for those.
    """

    def __init__(self) -> None:
        self._small = _Lines()
        self._large = _Lines()

    def __bool__(self) -> bool:
        return bool(self._small or self._large)

    @property
    def memory(self) -> int:
        """Memory taken by the batches that wait."""
        return self._small.memory + self._large.memory

    def put(self, line: bytes, *, large: bool) -> None:
        """Add a batch; `line` ends with a newline."""
        (self._large if large else self._small).put(line)

    def put_back(self, line: bytes) -> None:
        """Return what a lost worker left, to be given out next."""
        self._small.put_back(line)

    def take(self, *, prefer_large: bool) -> bytes:
        """Take a batch. Raises IndexError if none waits."""
        first, second = (self._large, self._small) if prefer_large else (self._small, self._large)
        return first.take() if first else second.take()
