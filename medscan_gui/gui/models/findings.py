"""The threats of one scan, worst first, as a table."""

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from medscan_gui.core.finding import Finding, worst_first
from medscan_gui.core.names import shown
from medscan_gui.core.text import _
from medscan_gui.core.words import SEVERITY_ORDER
from medscan_gui.gui.models.phrases import severity_word
from medscan_gui.gui.models.roles import ROOT, SORT_ROLE, VALUE_ROLE, Index, plain_tip

#: Longest text of one cell, in characters; the tool tip and the copy hold more.
_CELL = 400


class FindingColumn(IntEnum):
    """Columns of the list of threats."""

    SEVERITY = 0
    NAME = 1
    WHERE = 2
    AUTHOR = 3
    SHA256 = 4


def finding_name(finding: Finding) -> str:
    """Return the name of a threat for people: its family if the rule names one, else the rule."""
    return shown(finding.family or finding.rule, _CELL)


class FindingsModel(QAbstractTableModel):
    """Rows are Findings, sorted worst first until a view asks for another order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Finding] = []

    def set_findings(self, findings: tuple[Finding, ...]) -> None:
        """Show these findings, worst first."""
        self.beginResetModel()
        self._rows = list(worst_first(findings))
        self.endResetModel()

    def finding(self, row: int) -> Finding:
        """Return the finding of a row. Raises IndexError."""
        return self._rows[row]

    def retranslate(self) -> None:
        """Speak the language in use."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(FindingColumn) - 1)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(FindingColumn) - 1))

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return how many threats there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(FindingColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        titles = (_("Severity"), _("Threat"), _("Where"), _("Author of the rule"), _("SHA-256"))
        return titles[section] if 0 <= section < len(titles) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows, tells or sorts by."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        finding = self._rows[index.row()]
        column = FindingColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _cell(finding, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tool_tip(finding, column)
        if role == SORT_ROLE:
            return _sort_key(finding, column)
        return finding if role == VALUE_ROLE else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, severities by their rank."""
        if not 0 <= column < len(FindingColumn):
            return
        self.beginResetModel()
        by = FindingColumn(column)
        self._rows.sort(key=lambda found: _sort_key(found, by), reverse=order == Qt.SortOrder.DescendingOrder)
        self.endResetModel()


def _cell(finding: Finding, column: FindingColumn) -> str:
    match column:
        case FindingColumn.SEVERITY:
            word = severity_word(finding.severity)
            return _("{severity} (removed)").format(severity=word) if finding.removed else word
        case FindingColumn.NAME:
            return finding_name(finding)
        case FindingColumn.WHERE:
            return shown(finding.where, _CELL)
        case FindingColumn.AUTHOR:
            return shown(finding.author, _CELL) or _("unknown")
        case FindingColumn.SHA256:
            return shown(finding.sha256, 64) or _("could not be computed")


def _tool_tip(finding: Finding, column: FindingColumn) -> str:
    # Qt takes text that looks like HTML for HTML in tool tips: a hostile name must not be drawn as such.
    if column is FindingColumn.NAME:
        text = _("Rule {rule}. {description}").format(rule=finding.rule, description=finding.description)
    else:
        text = _cell(finding, column)
    return plain_tip(shown(text, 1000))


def _sort_key(finding: Finding, column: FindingColumn) -> int | str:
    if column is FindingColumn.SEVERITY:
        return SEVERITY_ORDER[finding.severity]
    return _cell(finding, column).casefold()
