"""The threats of one scan, worst first, as a table. Rows may be chosen, file by file, with check boxes."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt, Signal

from medscan_gui.core.finding import Finding, worst_first
from medscan_gui.core.names import shown
from medscan_gui.core.text import _, current, ngettext_, pgettext_
from medscan_gui.core.words import SEVERITY_ORDER, Fate, Place
from medscan_gui.gui.models.phrases import number, severity_word
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
    #: What became of it.
    FATE = 5


def finding_name(finding: Finding) -> str:
    """Return the name of a threat for people: its family if the rule names one, else the rule."""
    return shown(finding.family or finding.rule, _CELL)


class FindingsModel(QAbstractTableModel):
    """Rows are Findings, sorted worst first until a view asks for another order.

    What is chosen is the file on disk: all rows of one file, members of an archive included, are chosen together.
    """

    #: Another set of files is chosen.
    choice_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Finding] = []
        self._choosing = False
        self._chosen: set[bytes] = set()
        self._accepted: set[str] = set()
        self._uncertain: frozenset[bytes] = frozenset()
        self._sorted: tuple[FindingColumn, bool] | None = None
        self._choosable: frozenset[bytes] = frozenset()

    def set_findings(self, findings: tuple[Finding, ...], uncertain: Iterable[bytes] = ()) -> None:
        """Show these findings, worst first; nothing is chosen.

        `uncertain`: raw paths of files of which a clean-up does not know whether they were removed.
        """
        self.beginResetModel()
        self._rows = list(worst_first(findings))
        self._chosen.clear()
        self._accepted.clear()
        self._uncertain = frozenset(uncertain)
        self._sorted = None
        self._choosable = frozenset(found.chain[0] for found in self._rows if _removable(found))
        self.endResetModel()
        self.choice_changed.emit()

    @property
    def tells_fates(self) -> bool:
        """Whether any row has more to say about its fate than that it was found."""
        return bool(self._accepted) or any(found.fate is not Fate.IN_PLACE or found.why for found in self._rows)

    @property
    def outside(self) -> int:
        """How many threats that are still there lie in no file: they can be neither removed nor accepted."""
        return sum(_in_place(found) and found.place is not Place.FILE for found in self._rows)

    # --- choosing ------------------------------------------------------------------------------------

    def offer_choice(self, offered: bool) -> None:  # said by its name
        """Show check boxes, or take them away and forget what was chosen."""
        if offered == self._choosing:
            return
        self._choosing = offered
        self.choose_none()
        self._changed(FindingColumn.SEVERITY)

    @property
    def choosing(self) -> bool:
        """Whether check boxes are shown."""
        return self._choosing

    @property
    def choosable(self) -> frozenset[bytes]:
        """Raw paths of the files that can be chosen: those with a threat that is still there."""
        return self._choosable

    @property
    def chosen(self) -> frozenset[bytes]:
        """Raw paths of the files that are chosen."""
        return frozenset(self._chosen)

    def findings_of(self, paths: Iterable[bytes]) -> tuple[Finding, ...]:
        """Return the threats of these files that are still there, in the order shown."""
        wanted = self._choosable.intersection(paths)
        return tuple(found for found in self._rows if found.chain[0] in wanted and _removable(found))

    def same_contents(self, paths: Iterable[bytes]) -> tuple[Finding, ...]:
        """Return the threats of these files and of all others of the same content, in the order shown."""
        wanted = frozenset(paths)
        contents = self.contents_of(wanted)
        return tuple(
            found
            for found in self._rows
            if _removable(found) and (found.chain[0] in wanted or found.content in contents)
        )

    def contents_of(self, paths: Iterable[bytes]) -> frozenset[str]:
        """Return the contents (SHA-256) of these files, as far as they are known."""
        return frozenset(found.content for found in self.findings_of(paths) if found.content)

    def files_of(self, contents: Iterable[str]) -> int:
        """Return how many files with a threat that is still there have one of these contents."""
        wanted = frozenset(contents)
        return len({found.chain[0] for found in self._rows if _removable(found) and found.content in wanted})

    def choose(self, paths: Iterable[bytes], *, chosen: bool = True) -> None:
        """Choose these files, or no longer."""
        wanted = self._choosable.intersection(paths)
        after = self._chosen | wanted if chosen else self._chosen - wanted
        if after != self._chosen:
            self._chosen = after
            self._changed(FindingColumn.SEVERITY)
            self.choice_changed.emit()

    def choose_all(self) -> None:
        """Choose every file with a threat that is still there."""
        if self._choosing:
            self.choose(self._choosable)

    def choose_none(self) -> None:
        """Choose no file."""
        self.choose(self._chosen, chosen=False)

    # --- accepting -----------------------------------------------------------------------------------

    def mark_accepted(self, contents: Iterable[str], *, accepted: bool = True) -> None:
        """Mark rows of these contents (SHA-256) as accepted from the next scan on, or no longer."""
        self._accepted = self._accepted.union(contents) if accepted else self._accepted.difference(contents)
        self._sorted = None
        self._changed(FindingColumn.FATE)

    def _changed(self, column: FindingColumn) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, column), self.index(len(self._rows) - 1, column))

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
        titles = (
            _("Severity"),
            _("Threat"),
            _("Where"),
            _("Author of the rule"),
            _("SHA-256"),
            _("What became of it"),
        )
        return titles[section] if 0 <= section < len(titles) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows, tells or sorts by."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        finding = self._rows[index.row()]
        column = FindingColumn(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._cell(finding, column)
            case Qt.ItemDataRole.ToolTipRole:
                return _tool_tip(finding, column, self._cell(finding, column))
            case Qt.ItemDataRole.CheckStateRole:
                return self._check_state(finding, column)
            case _ if role == SORT_ROLE:
                return self._sort_key(finding, column)
            case _:
                return finding if role == VALUE_ROLE else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let the boxes of files that can be chosen be ticked."""
        flags = super().flags(index)
        if index.isValid() and self.data(index, Qt.ItemDataRole.CheckStateRole) is not None:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Choose the file of a row, or no longer."""
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        if self._check_state(self._rows[index.row()], FindingColumn(index.column())) is None:
            return False
        path = self._rows[index.row()].chain[0]
        self.choose([path], chosen=Qt.CheckState(value) is Qt.CheckState.Checked)
        return True

    def _check_state(self, finding: Finding, column: FindingColumn) -> Qt.CheckState | None:
        offered = self._choosing and column is FindingColumn.SEVERITY and finding.place is Place.FILE
        if not offered or finding.chain[0] not in self._choosable:
            return None
        return Qt.CheckState.Checked if finding.chain[0] in self._chosen else Qt.CheckState.Unchecked

    def _sort_key(self, finding: Finding, column: FindingColumn) -> int | str:
        if column is FindingColumn.SEVERITY:
            return SEVERITY_ORDER[finding.severity]
        return self._cell(finding, column).casefold()

    def _cell(self, finding: Finding, column: FindingColumn) -> str:
        if column is FindingColumn.FATE and _removable(finding) and finding.content in self._accepted:
            return _("Accepted from the next scan on")
        if column is FindingColumn.FATE and _in_place(finding) and finding.chain[0] in self._uncertain:
            return _uncertain_words(finding)
        return _cell(finding, column)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, severities by their rank."""
        if not 0 <= column < len(FindingColumn):
            return
        by = FindingColumn(column)
        descending = order == Qt.SortOrder.DescendingOrder
        if (by, descending) == self._sorted:
            return  # Qt asks twice, and fifty thousand rows take their time
        self._sorted = (by, descending)
        self.beginResetModel()
        self._rows.sort(key=lambda found: self._sort_key(found, by), reverse=descending)
        self.endResetModel()


def _in_place(finding: Finding) -> bool:
    return finding.fate is Fate.IN_PLACE


def _removable(finding: Finding) -> bool:
    """Say whether it is still there, in a file: a process or a boot sector cannot go into the quarantine."""
    return _in_place(finding) and finding.place is Place.FILE


def fate_words(finding: Finding) -> str:
    """Return what became of a threat in words: removed, accepted, or still there and why."""
    match finding.fate:
        case Fate.REMOVED:
            return _("Removed, kept in the quarantine") if finding.entry else pgettext_("threat", "Removed")
        case Fate.ACCEPTED:
            return _("Accepted by the hospital")
        case Fate.IN_PLACE:
            if finding.why is None:
                return _("Still there")
            return _("Still there: {why}").format(why=shown(current().sentence(finding.why), _CELL))


def outside_words(count: int) -> str:
    """Return why threats that lie in no file cannot be chosen."""
    return ngettext_(
        "{count} of the threats lies in no file (memory of a program, autostart entry, sectors of a disk): MedScan "
        "does not change those, so it can be neither cleaned up nor kept. A specialist must act.",
        "{count} of the threats lie in no file (memory of a program, autostart entry, sectors of a disk): MedScan "
        "does not change those, so they can be neither cleaned up nor kept. A specialist must act.",
        count,
    ).format(count=number(count))


def _uncertain_words(finding: Finding) -> str:
    if finding.why is None:
        return _("Not certain whether it was removed")
    why = shown(current().sentence(finding.why), _CELL)
    return _("Not certain whether it was removed: {why}").format(why=why)


def _cell(finding: Finding, column: FindingColumn) -> str:
    match column:
        case FindingColumn.SEVERITY:
            return severity_word(finding.severity)
        case FindingColumn.NAME:
            return finding_name(finding)
        case FindingColumn.WHERE:
            return shown(finding.where, _CELL)
        case FindingColumn.AUTHOR:
            return shown(finding.author, _CELL) or _("unknown")
        case FindingColumn.SHA256:
            return shown(finding.sha256, 64) or _("could not be computed")
        case FindingColumn.FATE:
            return fate_words(finding)


def _tool_tip(finding: Finding, column: FindingColumn, cell: str) -> str:
    # Qt takes text that looks like HTML for HTML in tool tips: a hostile name must not be drawn as such.
    if column is FindingColumn.NAME:
        cell = _("Rule {rule}. {description}").format(rule=finding.rule, description=finding.description)
    return plain_tip(shown(cell, 1000))
