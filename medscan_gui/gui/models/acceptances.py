"""The files that the hospital accepts although a signature matches them, as a table."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.names import shown
from medscan_gui.core.text import _
from medscan_gui.gui.models.phrases import date_time, day
from medscan_gui.gui.models.roles import ROOT, VALUE_ROLE, Index, plain_tip

_CELL = 300


class AcceptedColumn(IntEnum):
    """Columns of the list of accepted files."""

    FILE = 0
    UNTIL = 1
    PERSON = 2
    REASON = 3
    SHA256 = 4


def today() -> str:
    """Return this computer's day as ISO date."""
    return datetime.now().astimezone().date().isoformat()


class AcceptancesModel(QAbstractTableModel):
    """Rows are Acceptance values; those whose last day is past say so."""

    def __init__(self, day_now: Callable[[], str] = today, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._today = day_now
        self._rows: tuple[Acceptance, ...] = ()

    def set_acceptances(self, acceptances: Sequence[Acceptance]) -> None:
        """Show these, those that count first."""
        now = self._today()
        self.beginResetModel()
        self._rows = tuple(sorted(acceptances, key=lambda one: (not one.counts_on(now), one.shown_name.casefold())))
        self.endResetModel()

    def acceptance(self, row: int) -> Acceptance | None:
        """Return the acceptance of a row, or None beyond the rows."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def retranslate(self) -> None:
        """Speak the language in use."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(AcceptedColumn) - 1)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(AcceptedColumn) - 1))

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return how many there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(AcceptedColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        titles = (_("File"), _("Until"), _("Accepted by"), _("Reason"), _("SHA-256"))
        return titles[section] if 0 <= section < len(titles) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows or tells."""
        one = self.acceptance(index.row()) if index.isValid() else None
        if one is None:
            return None
        column = AcceptedColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(one, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._tip(one, column))
        return one if role == VALUE_ROLE else None

    def _cell(self, one: Acceptance, column: AcceptedColumn) -> str:
        match column:
            case AcceptedColumn.FILE:
                return accepted_name(one)
            case AcceptedColumn.UNTIL:
                return self._until(one)
            case AcceptedColumn.PERSON:
                return shown(one.person, _CELL) or "–"
            case AcceptedColumn.REASON:
                return shown(one.reason, _CELL) or "–"
            case AcceptedColumn.SHA256:
                return shown(one.sha256, 64)

    def _until(self, one: Acceptance) -> str:
        if not one.until:
            return _("no end")
        if one.counts_on(self._today()):
            return day_words(one.until)
        return _("EXPIRED on {date}").format(date=day_words(one.until))

    def _tip(self, one: Acceptance, column: AcceptedColumn) -> str:
        if column is AcceptedColumn.PERSON:
            return date_time(one.accepted)
        return shown(self._cell(one, column), 1000)


def accepted_name(one: Acceptance) -> str:
    """Return the name by which people know the file; the beginning of its number if it has none."""
    return shown(one.shown_name, _CELL) or shown(one.sha256, 64)[:16]


def day_words(iso: str) -> str:
    """Return an ISO date as it is written in the language in use; anything else as it is."""
    try:
        return day(date.fromisoformat(iso))
    except ValueError:
        return shown(iso, 20)
