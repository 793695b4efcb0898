"""The quarantine as a table: rows arrive in batches, and are searched and sorted where they are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from medscan_gui.core.text import _
from medscan_gui.gui.models.phrases import ago, date_time, size
from medscan_gui.gui.models.quarantine_rows import Row, Standing, standing_words, state_words
from medscan_gui.gui.models.roles import ROOT, VALUE_ROLE, Index, plain_tip


class EntryColumn(IntEnum):
    """Columns of the list."""

    NAME = 0
    FOLDER = 1
    DEVICE = 2
    THREAT = 3
    TAKEN = 4
    OPERATOR = 5
    SIZE = 6
    STATE = 7


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed down to; everything empty shows all."""

    search: str = ""
    device_id: str = ""
    standing: Standing | None = None

    @property
    def active(self) -> bool:
        """Whether anything is narrowed down."""
        return bool(self.search or self.device_id or self.standing)

    def fits(self, row: Row) -> bool:
        """Say whether a row is shown: every word of the search must be somewhere in it."""
        if self.standing is not None and row.standing is not self.standing:
            return False
        if self.device_id and row.device_id != self.device_id:
            return False
        return all(word in row.text for word in self.search.casefold().split())


_KEYS: dict[EntryColumn, Callable[[Row], Any]] = {
    EntryColumn.NAME: lambda row: row.name.casefold(),
    EntryColumn.FOLDER: lambda row: row.folder.casefold(),
    EntryColumn.DEVICE: lambda row: row.device.casefold(),
    EntryColumn.THREAT: lambda row: row.threat.casefold(),
    EntryColumn.TAKEN: lambda row: (row.taken, row.id),
    EntryColumn.OPERATOR: lambda row: row.operator.casefold(),
    EntryColumn.SIZE: lambda row: row.size,
    EntryColumn.STATE: lambda row: row.standing.value,
}


class QuarantineModel(QAbstractTableModel):
    """All rows are known; those that fit are shown, the newest first until another order is asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[Row] = []
        self._shown: list[Row] = []
        self._wanted = Wanted()
        self._order = (EntryColumn.TAKEN, True)

    @property
    def total(self) -> int:
        """How many entries there are, shown or not."""
        return len(self._all)

    def replace(self, rows: Sequence[Row]) -> None:
        """Take these rows instead of all others."""
        self._all = list(rows)
        self._show()

    def append(self, rows: Sequence[Row]) -> None:
        """Take more rows; they stand at the end until `settle` puts all in order."""
        self._all.extend(rows)
        fitting = [row for row in rows if self._wanted.fits(row)]
        if fitting:
            self.beginInsertRows(QModelIndex(), len(self._shown), len(self._shown) + len(fitting) - 1)
            self._shown.extend(fitting)
            self.endInsertRows()

    def settle(self) -> None:
        """Put all rows in order: no more are on their way."""
        self._show()

    def narrow(self, wanted: Wanted) -> None:
        """Show what fits."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._show()

    def _show(self) -> None:
        column, descending = self._order
        fitting: Iterable[Row] = filter(self._wanted.fits, self._all) if self._wanted.active else self._all
        rows = sorted(fitting, key=_KEYS[column], reverse=descending)
        self.beginResetModel()
        self._shown = rows
        self.endResetModel()

    def row(self, place: int) -> Row | None:
        """Return the row at a place, or None beyond the rows."""
        return self._shown[place] if 0 <= place < len(self._shown) else None

    def places_of(self, ids: frozenset[str]) -> list[int]:
        """Return the places of these entries among those shown."""
        return [place for place, row in enumerate(self._shown) if row.id in ids]

    def devices(self) -> dict[str, str]:
        """Return the devices of all entries, id and title, sorted by title."""
        found = {row.device_id: row.device for row in self._all if row.device_id}
        return dict(sorted(found.items(), key=lambda pair: pair[1].casefold()))

    def retranslate(self) -> None:
        """Speak the language in use."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(EntryColumn) - 1)
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, len(EntryColumn) - 1))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column."""
        wanted = (EntryColumn(column), order == Qt.SortOrder.DescendingOrder) if column >= 0 else self._order
        if wanted != self._order:
            self._order = wanted
            self._show()

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return how many entries are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(EntryColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(EntryColumn):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(EntryColumn(section))
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            _("File"),
            _("Place"),
            _("Device"),
            _("Threat"),
            _("Taken"),
            _("By"),
            _("Size"),
            _("State"),
        )[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows or tells."""
        row = self.row(index.row()) if index.isValid() else None
        if row is None:
            return None
        column = EntryColumn(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cell(row, column)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(_tip(row, column))
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case _:
                return row if role == VALUE_ROLE else None


def _cell(row: Row, column: EntryColumn) -> str:
    match column:
        case EntryColumn.TAKEN:
            return date_time(row.taken)
        case EntryColumn.SIZE:
            return size(row.size) if row.entry else "–"
        case EntryColumn.STATE:
            return standing_words(row.standing)
        case _:
            return (row.name, row.folder, row.device, row.threat, "", row.operator)[column] or "–"


def _tip(row: Row, column: EntryColumn) -> str:
    if column is EntryColumn.STATE:
        return state_words(row)
    return ago(row.taken) if column is EntryColumn.TAKEN else _cell(row, column)


def _alignment(column: EntryColumn) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column is EntryColumn.SIZE else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
