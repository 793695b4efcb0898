"""A short table of facts: what it is on the left, its value on the right."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from medscan_gui.core.names import shown
from medscan_gui.core.text import _
from medscan_gui.gui.models.roles import ROOT, Index, plain_tip

Fact = tuple[str, str]

_CELL = 2000


class FactsModel(QAbstractTableModel):
    """Rows are (name, value) pairs; values are escaped for showing."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._facts: tuple[Fact, ...] = ()

    def set_facts(self, facts: Iterable[Fact]) -> None:
        """Show these facts, in this order."""
        self.beginResetModel()
        self._facts = tuple((name, shown(value, _CELL)) for name, value in facts)
        self.endResetModel()

    def as_text(self) -> str:
        """Return all facts as lines of text, for the clipboard."""
        return "\n".join(f"{name}\t{value}" for name, value in self._facts)

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return how many facts there are."""
        return 0 if parent.isValid() else len(self._facts)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return 2: name and value."""
        return 0 if parent.isValid() else 2

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        titles = (_("What"), _("Value"))
        return titles[section] if 0 <= section < len(titles) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid() or not 0 <= index.row() < len(self._facts):
            return None
        text = self._facts[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        return plain_tip(text) if role == Qt.ItemDataRole.ToolTipRole and index.column() == 1 and text else None
