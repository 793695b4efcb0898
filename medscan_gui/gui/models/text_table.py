"""A table of finished texts: titles, rows of cells, each with what its tool tip says."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from medscan_gui.core.names import shown
from medscan_gui.gui.models.roles import ROOT, Index, plain_tip

#: Longest text of one cell and of a tool tip, in characters.
_CELL, _TIP = 400, 1000

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Titles(NamedTuple):
    """The titles of the columns; `numbers`: places of those that hold numbers."""

    words: tuple[str, ...]
    numbers: frozenset[int] = frozenset()


class TextTable(QAbstractTableModel):
    """Rows are tuples of texts, which need not be escaped yet. `titles` is asked for each time: languages change."""

    def __init__(self, titles: Callable[[], Titles], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ask_titles = titles
        self._titles = titles()
        self._rows: tuple[Sequence[str], ...] = ()

    def set_rows(self, rows: Iterable[Sequence[str]]) -> None:
        """Show these rows, in this order."""
        self.beginResetModel()
        self._titles = self._ask_titles()
        self._rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self._titles.words)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._titles.words):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section in self._titles.numbers:
            return _RIGHT
        return self._titles.words[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        text = self._rows[index.row()][index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shown(text, _CELL)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(shown(text, _TIP)) if text else None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if index.column() in self._titles.numbers else None
            case _:
                return None
