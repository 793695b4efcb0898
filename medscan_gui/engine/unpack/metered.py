"""A content whose reading is charged: what an opener reads over and over ends like what it writes without end."""

from collections.abc import Iterator
from contextlib import contextmanager

from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.source import Source


class MeteredSource(Source):
    """Another source, each byte read of it charged. Reading may raise BudgetSpentError."""

    def __init__(self, source: Source, budget: Budget) -> None:
        super().__init__(source.name, source.size)
        self._source = source
        self._budget = budget
        self._types = source.types

    def read_at(self, position: int, size: int) -> bytes:
        """See `Source`."""
        part = self._source.read_at(position, size)
        self._budget.charge_read(len(part))
        return part

    @contextmanager
    def descriptor(self) -> Iterator[int | None]:
        """See `Source`."""
        with self._source.descriptor() as descriptor:
            yield descriptor
