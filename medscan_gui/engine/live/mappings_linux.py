"""The mappings of a process of Linux, from /proc/PID/smaps (proc(5)): which of them hold what no file does."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_HEADER = re.compile(rb"([0-9a-f]+)-([0-9a-f]+) (\S{4}) [0-9a-f]+ \S+ (\d+) *(.*)")
_FIGURE = re.compile(rb"(Rss|Anonymous|Swap): +(\d+) kB")
#: What the kernel shows each process of itself.
_OF_KERNEL = (b"[vvar", b"[vdso]", b"[vsyscall]")
#: VmFlags of memory that belongs to a device: reading it may do something.
_OF_DEVICE = frozenset({b"io", b"pf"})
#: Files that lie in memory alone.
_IN_MEMORY = (b"/memfd:", b"/dev/shm/", b"/dev/zero", b"/SYSV", b"/anon_hugepage")


class Mapping(NamedTuple):
    """One mapping to read. `of_file`: only its changed pages hold what the file behind it does not."""

    start: int
    end: int
    of_file: bool
    #: Bytes of it that the process had when it was asked.
    held: int


class _Facts:
    def __init__(self, header: re.Match[bytes]) -> None:
        self.start, self.end = int(header[1], 16), int(header[2], 16)
        self.readable = header[3].startswith(b"r")
        self.path = header[5]
        self.of_file = header[4] != b"0" and not self._is_unnamed()
        self.figures: dict[bytes, int] = {}
        self.flags: frozenset[bytes] = frozenset()

    def _is_unnamed(self) -> bool:
        return self.path.startswith(_IN_MEMORY) or self.path.endswith(b" (deleted)")

    def wanted(self) -> bool:
        if not self.readable or self.path.startswith(_OF_KERNEL) or self.flags & _OF_DEVICE:
            return False
        return self.held() > 0

    def held(self) -> int:
        figure = b"Anonymous" if self.of_file else b"Rss"
        return (self.figures.get(figure, 0) + self.figures.get(b"Swap", 0)) << 10

    def mapping(self) -> Mapping:
        return Mapping(self.start, self.end, self.of_file, self.held())


def mappings(lines: Iterable[bytes]) -> Iterator[Mapping]:
    """Yield the mappings of smaps that hold something which no file on disk does."""
    at_hand: _Facts | None = None
    for line in lines:
        if header := _HEADER.match(line):
            if at_hand is not None and at_hand.wanted():
                yield at_hand.mapping()
            at_hand = _Facts(header)
        elif at_hand is not None:
            _note(at_hand, line)
    if at_hand is not None and at_hand.wanted():
        yield at_hand.mapping()


def _note(facts: _Facts, line: bytes) -> None:
    if line.startswith(b"VmFlags:"):
        facts.flags = frozenset(line.split()[1:])
    elif figure := _FIGURE.match(line):
        facts.figures[figure[1]] = int(figure[2])
