"""Marks looked for in contents of any size: near ones first, each piece read once, whatever the marks lead to."""

import re
from collections.abc import Iterator

from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.source import Source

_FIRST = 4 << 10
_MOST = 1 << 20


def places(
    source: Source, pattern: re.Pattern[bytes], start: int, end: int, *, length: int, budget: Budget
) -> Iterator[int]:
    """Yield where `pattern` matches between `start` and `end`; no match of it may need more than `length` bytes.

    A pattern that looks ahead finds matches that overlap.
    """
    size = _FIRST
    while start < end:
        budget.check()
        data = source.read_at(start, min(size + length - 1, end - start))
        if not data:
            return
        whole = min(size, len(data))
        for match in pattern.finditer(data):
            if match.start() >= whole:
                break
            yield start + match.start()
        start += whole
        size = min(size * 4, _MOST)
