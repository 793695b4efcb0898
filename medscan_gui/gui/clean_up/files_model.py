"""The files of a clean-up as a table: what will happen to each. Fifty thousand rows cost nothing until seen."""

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from medscan_gui.core.finding import Finding
from medscan_gui.core.names import shown
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _, current, ngettext_
from medscan_gui.gui.models.findings import finding_name
from medscan_gui.gui.models.phrases import number, size
from medscan_gui.gui.models.roles import ROOT, Index, plain_tip

if TYPE_CHECKING:
    from medscan_gui.response.plan import CleanUpPlan, PlannedFile

_CELL = 400


class FileColumn(IntEnum):
    """Columns of the list of files."""

    FILE = 0
    THREAT = 1
    SIZE = 2
    HAPPENS = 3


class PlannedFilesModel(QAbstractTableModel):
    """Rows are the files of a plan; those that cannot be removed come first."""

    def __init__(self, plan: "CleanUpPlan", record: ScanRecord, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._findings: tuple[Finding, ...] = record.findings
        self._rows = sorted(plan.files, key=lambda file: file.obstacle is None)

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return how many files there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(FileColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section == FileColumn.SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        titles = (_("File"), _("Threat"), _("Size"), _("What happens"))
        return titles[section] if 0 <= section < len(titles) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        file, column = self._rows[index.row()], FileColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(file, column, _CELL)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._cell(file, column, 1000))
        if role == Qt.ItemDataRole.TextAlignmentRole and column is FileColumn.SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _cell(self, file: "PlannedFile", column: FileColumn, limit: int) -> str:
        match column:
            case FileColumn.FILE:
                return shown(file.where, limit)
            case FileColumn.THREAT:
                return self._threats(file)
            case FileColumn.SIZE:
                return size(file.size)
            case FileColumn.HAPPENS:
                return happens(file, limit)

    def _threats(self, file: "PlannedFile") -> str:
        names = dict.fromkeys(finding_name(self._findings[place]) for place in file.findings)
        if not names:
            return "–"
        first, more = next(iter(names)), len(names) - 1
        if not more:
            return first
        return ngettext_("{name} and {count} more", "{name} and {count} more", more).format(
            name=first, count=number(more)
        )


def happens(file: "PlannedFile", limit: int = _CELL) -> str:
    """Return what will happen to one file, and why if it stays."""
    if file.obstacle is not None:
        return _("Stays: {why}").format(why=shown(current().sentence(file.obstacle), limit))
    return _("The whole archive goes into quarantine") if file.members else _("Goes into quarantine")
