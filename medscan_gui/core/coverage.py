"""The ledger of outcomes of a scan: what was counted, and what became of each item."""

import msgspec

from medscan_gui.core.words import ACCEPTED_SKIPS, READ_OUTCOMES, Cause, Outcome


class CoverageLine(msgspec.Struct, frozen=True, order=True):
    """How many items ended with one Outcome for one Cause, and how many bytes they held."""

    outcome: Outcome
    cause: Cause
    items: int
    bytes: int = 0


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger, closed. `items_counted` is what the walk found; the lines say what became of it."""

    lines: tuple[CoverageLine, ...] = ()
    items_counted: int = 0
    #: The walk reached the end of the target: the count is the whole count.
    walk_complete: bool = False
    #: How many of the items counted are members of containers, not files of the target.
    members: int = 0

    def total(self, *outcomes: Outcome) -> int:
        """Return how many items ended with one of `outcomes` (with any, if none is given)."""
        return sum(line.items for line in self.lines if not outcomes or line.outcome in outcomes)

    @property
    def items_read(self) -> int:
        """Items of which every byte was looked at."""
        return self.total(*READ_OUTCOMES)

    @property
    def items_unchanged(self) -> int:
        """Items that count as read because they are what they were when they were last found clean."""
        return sum(line.items for line in self.lines if line.cause is Cause.UNCHANGED)

    @property
    def items_accepted(self) -> int:
        """Items that the policy accepts not to read."""
        return sum(line.items for line in self.lines if is_accepted(line.outcome, line.cause))

    @property
    def items_not_read(self) -> int:
        """Items that should have been read and were not."""
        return self.total() - self.items_read - self.items_accepted

    @property
    def items_not_reached(self) -> int:
        """Items not read because the scan ended first; a part of `items_not_read`."""
        return self.total(Outcome.CANCELLED)

    @property
    def bytes_read(self) -> int:
        """Bytes of the items that were read."""
        return sum(line.bytes for line in self.lines if line.outcome in READ_OUTCOMES)


def is_accepted(outcome: Outcome, cause: Cause) -> bool:
    """Say whether policy accepts that an item with this outcome was not read.

    A process that ended by itself holds nothing any more.
    """
    if outcome is Outcome.VANISHED:
        return cause is Cause.PROCESS_ENDED
    return outcome is Outcome.SKIPPED_BY_POLICY and cause in ACCEPTED_SKIPS


class CoverageLedger:
    """The ledger while it is being written. Not thread-safe: one scan, one writer."""

    def __init__(self) -> None:
        self._items: dict[tuple[Outcome, Cause], int] = {}
        self._bytes: dict[tuple[Outcome, Cause], int] = {}
        self.items_counted = 0
        self.members = 0
        self.walk_complete = False
        self.items_ended = 0
        self.bytes_ended = 0

    def add(self, outcome: Outcome, cause: Cause = Cause.NONE, items: int = 1, size: int = 0) -> None:
        """Enter `items` items that ended with `outcome`; `size` is their bytes together."""
        key = (outcome, cause)
        self._items[key] = self._items.get(key, 0) + items
        self._bytes[key] = self._bytes.get(key, 0) + size
        self.items_ended += items
        self.bytes_ended += size

    def close(self) -> Coverage:
        """Return the ledger as a value, lines in a fixed order."""
        lines = [
            CoverageLine(outcome, cause, count, self._bytes[outcome, cause])
            for (outcome, cause), count in self._items.items()
            if count
        ]
        return Coverage(
            lines=tuple(sorted(lines)),
            items_counted=self.items_counted,
            walk_complete=self.walk_complete,
            members=self.members,
        )
