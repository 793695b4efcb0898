"""Runs of encoded characters in a text, from a line that begins one to a mark that ends it, in linear time.

A text can begin a run at every other line and end none of them: given each to its end, that is the square of its
size. So what begins inside another one's run is given up to the next beginning only, and only the first few of them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.unpack.base import UnpackError
from medscan_gui.engine.unpack.source import Source

#: Beginnings inside of one run that are given by themselves.
_WITHIN = 64
#: Runs of one text.
_RUNS = 4000


class Start(NamedTuple):
    """Where a run begins, where its first encoded line is, and what it is called."""

    place: int
    body: int
    name: bytes


def runs(source: Source, starts: Iterator[Start], end_mark: bytes, stop: int) -> Iterator[tuple[Start, int]]:
    """Yield each run with where it ends: before `end_mark`, or at `stop`. `starts` are in order.

    Raises UnpackError at last if there were more than are given.
    """
    closes = _Closes(source, end_mark, stop)
    until, within, given = 0, 0, 0
    left_out = False
    start = next(starts, None)
    while start is not None:
        following = next(starts, None)
        end = closes.behind(start.body)
        inside = start.place < until
        within = within + 1 if inside else 0
        if within <= _WITHIN and given < _RUNS:
            given += 1
            yield start, (min(end, following.place) if inside and following else end)
        else:
            left_out = True
        until = max(until, end)
        start = following
    if left_out:
        raise UnpackError(Outcome.LIMIT_REACHED, Cause.TOO_MANY_MEMBERS, "runs within runs")


class _Closes:
    """Where runs end; asked for places in order, it reads everything once."""

    def __init__(self, source: Source, mark: bytes, stop: int) -> None:
        self._source, self._mark, self._stop = source, mark, stop
        self._next = -1

    def behind(self, place: int) -> int:
        if self._next < place:
            found = self._source.find(self._mark, place, self._stop) if self._mark else -1
            self._next = self._stop if found < 0 else found
        return self._next
