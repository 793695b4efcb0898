"""What became of each file of an action, as a table: those that were not done come first."""

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ItemResult
from medscan_gui.core.names import shown, shown_raw
from medscan_gui.core.text import _, current, pgettext_
from medscan_gui.gui.models.roles import ROOT, Index, plain_tip

_CELL = 400
_ORDER = {ItemResult.UNCERTAIN: 0, ItemResult.NOT_DONE: 1, ItemResult.DONE: 2}


class ItemColumn(IntEnum):
    """Columns of the list."""

    RESULT = 0
    FILE = 1
    WHY = 2


class ActionItemsModel(QAbstractTableModel):
    """Rows are the files of one or several actions of one kind."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kind = ActionKind.RESTORE
        self._rows: list[ActionItem] = []

    def set_actions(self, actions: tuple[ActionRecord, ...]) -> None:
        """Show what became of the files of these actions."""
        self.beginResetModel()
        if actions:
            self._kind = actions[0].kind
        items = [item for action in actions for item in action.items]
        # What was done but not wholly (owner, times) deserves to be seen before what went smoothly.
        self._rows = sorted(items, key=lambda item: (_ORDER[item.result], item.why is None))
        self.endResetModel()

    def retranslate(self) -> None:
        """Speak the language in use."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(ItemColumn) - 1)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(ItemColumn) - 1))

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return how many files there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(ItemColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (_("Result"), _("File"), _("Remark"))[section] if 0 <= section < len(ItemColumn) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        text = self._cell(self._rows[index.row()], ItemColumn(index.column()))
        return text if role == Qt.ItemDataRole.DisplayRole else plain_tip(text)

    def _cell(self, item: ActionItem, column: ItemColumn) -> str:
        match column:
            case ItemColumn.RESULT:
                return result_words(self._kind, item.result)
            case ItemColumn.FILE:
                return shown(item.where, _CELL)
            case ItemColumn.WHY:
                return _remark(item)


def _remark(item: ActionItem) -> str:
    if item.why is not None:
        return shown(current().sentence(item.why), _CELL)
    if item.place:
        return _("Now at {place}").format(place=shown_raw(item.place, _CELL))
    return ""


def result_words(kind: ActionKind, result: ItemResult) -> str:
    """Return what became of one file in words."""
    match result:
        case ItemResult.DONE:
            return {
                ActionKind.CLEAN_UP: pgettext_("file", "Removed"),
                ActionKind.RESTORE: _("Put back"),
                ActionKind.DESTROY: _("Destroyed"),
                ActionKind.EXPORT: _("Exported"),
                ActionKind.SETTLE: pgettext_("file", "Settled"),
            }[kind]
        case ItemResult.NOT_DONE:
            return _("Not done")
        case ItemResult.UNCERTAIN:
            return _("Not certain")
