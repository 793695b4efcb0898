"""The items of one scan that were not read, grouped by reason, as a tree of two levels."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt

from medscan_gui.core.coverage import Coverage, is_accepted
from medscan_gui.core.finding import ItemProblem
from medscan_gui.core.names import shown
from medscan_gui.core.text import _
from medscan_gui.core.words import READ_OUTCOMES, Cause, Outcome
from medscan_gui.gui.models.phrases import not_read_reason, number
from medscan_gui.gui.models.roles import ROOT, VALUE_ROLE, Index, plain_tip

_CELL = 400


class ProblemGroup(NamedTuple):
    """Items that share one reason. `counted` is how many there are; some may not be listed."""

    outcome: Outcome
    cause: Cause
    counted: int
    items: tuple[ItemProblem, ...]


def group_problems(problems: Iterable[ItemProblem], coverage: Coverage) -> tuple[ProblemGroup, ...]:
    """Group items by reason, the largest group first; the ledger's counts decide, not the list's."""
    listed: dict[tuple[Outcome, Cause], list[ItemProblem]] = {}
    for problem in problems:
        listed.setdefault((problem.outcome, problem.cause), []).append(problem)
    counted: dict[tuple[Outcome, Cause], int] = dict.fromkeys(listed, 0)
    for line in coverage.lines:
        if line.outcome not in READ_OUTCOMES and not is_accepted(line.outcome, line.cause):
            counted[line.outcome, line.cause] = counted.get((line.outcome, line.cause), 0) + line.items
    groups = [
        ProblemGroup(outcome, cause, max(count, len(items := listed.get((outcome, cause), []))), tuple(items))
        for (outcome, cause), count in counted.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.counted, group.outcome, group.cause)))


class ProblemsModel(QAbstractItemModel):
    """First level: reasons with their counts; second level: the items, and a line for those not listed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._groups: tuple[ProblemGroup, ...] = ()

    def set_problems(self, problems: Iterable[ItemProblem], coverage: Coverage) -> None:
        """Show these items; `coverage` gives the whole counts."""
        self.beginResetModel()
        self._groups = group_problems(problems, coverage)
        self.endResetModel()

    def retranslate(self) -> None:
        """Speak the language in use."""
        self.beginResetModel()
        self.endResetModel()

    # Internal id 0 marks a group; an item carries its group's row + 1.
    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        """Return the index of a cell."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, child: Index = ROOT) -> QModelIndex:  # type: ignore[override]  # Qt overloads it
        """Return the group of an item."""
        if not child.isValid() or child.internalId() == 0:
            return QModelIndex()
        return self.createIndex(int(child.internalId()) - 1, 0, 0)

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return how many reasons there are, or how many lines one reason has."""
        if not parent.isValid():
            return len(self._groups)
        if parent.internalId() != 0 or parent.column() != 0:
            return 0
        group = self._groups[parent.row()]
        return len(group.items) + (1 if group.counted > len(group.items) else 0)

    def columnCount(self, _parent: Index = ROOT) -> int:
        """Return how many columns there are: the item and the technical detail."""
        return 2

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        titles = (_("Reason and items"), _("Detail for technicians"))
        return titles[section] if 0 <= section < len(titles) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a line shows."""
        if not index.isValid():
            return None
        if index.internalId() == 0:
            return self._group_data(self._groups[index.row()], index.column(), role)
        return self._item_data(self._groups[int(index.internalId()) - 1], index.row(), index.column(), role)

    def _group_data(self, group: ProblemGroup, column: int, role: int) -> str | ProblemGroup | None:
        if role == VALUE_ROLE:
            return group
        if role != Qt.ItemDataRole.DisplayRole or column != 0:
            return None
        reason = not_read_reason(group.outcome, group.cause)
        return _("{reason} ({count})").format(reason=reason, count=number(group.counted))

    def _item_data(self, group: ProblemGroup, row: int, column: int, role: int) -> str | ItemProblem | None:
        if row >= len(group.items):
            return self._unlisted(group) if role == Qt.ItemDataRole.DisplayRole and column == 0 else None
        problem = group.items[row]
        if role == VALUE_ROLE:
            return problem
        text = shown(problem.where if column == 0 else problem.detail, _CELL)
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        return plain_tip(text) if role == Qt.ItemDataRole.ToolTipRole and text else None

    @staticmethod
    def _unlisted(group: ProblemGroup) -> str:
        count = number(group.counted - len(group.items))
        if not group.items:
            return _("{count}, counted but not listed by name").format(count=count)
        return _("… and {count} more, counted but not listed by name").format(count=count)
