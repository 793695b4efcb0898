"""What a process holds in memory, region by region. Only read: the process is neither stopped nor changed."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.protocol import OfProcess
from medscan_gui.engine.troubles import Ending

ENDED: Ending = (Outcome.VANISHED, Cause.PROCESS_ENDED, "")
PROTECTED: Ending = (Outcome.SKIPPED_BY_POLICY, Cause.PROTECTED_PROCESS, "")
NO_RIGHT: Ending = (Outcome.UNREADABLE, Cause.NO_PERMISSION, "")


class NoMemoryError(Exception):
    """A process cannot be read; `ending` says what that makes of it."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(*ending)
        self.ending = ending


class Region(NamedTuple):
    """One stretch of memory: where it begins, and its content piece by piece."""

    start: int
    parts: Iterator[bytes]


Regions = Callable[[OfProcess], Iterator[Region]]
"""Yields the regions of a process that may hold what no file on disk does. Raises NoMemoryError."""
