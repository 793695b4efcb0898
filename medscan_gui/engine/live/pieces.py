"""From many regions of memory to few contents for the matcher: small ones together, large ones in pieces."""

from collections.abc import Callable, Iterator

from medscan_gui.engine import limits

#: What lies between regions that are no neighbours: nothing may match across them.
_BETWEEN = bytes(16)
#: A program that was loaded without a file: rules look for these at the beginning of a content.
_PROGRAMS = (b"MZ", b"\x7fELF")

Emit = Callable[[memoryview], None]
"""Takes one content; it is only valid during the call."""


class Pieces:
    """Gathers what is read into pieces, each but the first of a region beginning with the end of the one before."""

    def __init__(self, emit: Emit, size: int = limits.MEMORY_PIECE, overlap: int = limits.MEMORY_OVERLAP) -> None:
        self._emit = emit
        self._buffer = bytearray(size)
        self._overlap = overlap
        self._filled = 0
        #: Bytes at the beginning of the buffer that were in the piece before.
        self._known = 0

    def begin(self, head: bytes) -> None:
        """Say that another region begins, with these bytes."""
        if head.startswith(_PROGRAMS):
            self.finish()
        elif self._filled and self._filled + len(_BETWEEN) < len(self._buffer):
            self._buffer[self._filled : self._filled + len(_BETWEEN)] = _BETWEEN
            self._filled += len(_BETWEEN)

    def add(self, data: bytes) -> None:
        """Add what comes next in the region at hand."""
        for part in _parts(data, len(self._buffer) - self._overlap):
            if self._filled + len(part) > len(self._buffer):
                self._go_on()
            self._buffer[self._filled : self._filled + len(part)] = part
            self._filled += len(part)

    def finish(self) -> None:
        """Give out what is gathered."""
        if self._filled > self._known:
            self._give()
        self._filled = self._known = 0

    def _go_on(self) -> None:
        self._give()
        tail = bytes(self._buffer[max(0, self._filled - self._overlap) : self._filled])
        self._buffer[: len(tail)] = tail
        self._filled = self._known = len(tail)

    def _give(self) -> None:
        with memoryview(self._buffer) as whole:
            self._emit(whole[: self._filled])


def _parts(data: bytes, most: int) -> Iterator[bytes]:
    if len(data) <= most:
        yield data
        return
    for start in range(0, len(data), most):
        yield data[start : start + most]
