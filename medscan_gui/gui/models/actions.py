"""What was done about threats, in words, and the files of one action as a table."""

from collections import Counter
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ActionStop, ItemResult
from medscan_gui.core.names import shown, shown_raw
from medscan_gui.core.text import _, current, ngettext_, pgettext_
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.models.roles import ROOT, SORT_ROLE, VALUE_ROLE, Index, plain_tip
from medscan_gui.store.summaries import ActionSummary

_CELL = 400

#: What needs attention sorts first.
_RESULT_ORDER = {ItemResult.UNCERTAIN: 0, ItemResult.NOT_DONE: 1, ItemResult.DONE: 2}


def action_word(kind: ActionKind) -> str:
    """Return what was done, as a title."""
    return {
        ActionKind.CLEAN_UP: _("Clean-up"),
        ActionKind.RESTORE: _("Restored"),
        ActionKind.DESTROY: pgettext_("action", "Destroyed"),
        ActionKind.EXPORT: pgettext_("action", "Exported"),
        ActionKind.SETTLE: pgettext_("action", "Settled"),
    }[kind]


def action_icon(kind: ActionKind) -> str:
    """Return the name of its icon: a drawing in ink, since the colours of the light mean results."""
    return {ActionKind.CLEAN_UP: "quarantine", ActionKind.SETTLE: "refresh"}.get(kind, kind.value)


def action_sentence(kind: ActionKind, done: int, wanted: int) -> str:
    """Return how many files were asked for and how many it was done with."""
    templates: dict[ActionKind, Callable[[], str]] = {
        ActionKind.CLEAN_UP: lambda: ngettext_(
            "{done} of {count} file is in the quarantine", "{done} of {count} files are in the quarantine", wanted
        ),
        ActionKind.RESTORE: lambda: ngettext_(
            "{done} of {count} file was restored", "{done} of {count} files were restored", wanted
        ),
        ActionKind.DESTROY: lambda: ngettext_(
            "{done} of {count} file was destroyed", "{done} of {count} files were destroyed", wanted
        ),
        ActionKind.EXPORT: lambda: ngettext_(
            "{done} of {count} file was exported", "{done} of {count} files were exported", wanted
        ),
        ActionKind.SETTLE: lambda: ngettext_(
            "{done} of {count} file that was left half-way is settled",
            "{done} of {count} files that were left half-way are settled",
            wanted,
        ),
    }
    return templates[kind]().format(done=number(done), count=number(wanted))


def stop_words(stop: ActionStop | None) -> str:
    """Return how an action ended, if not by itself; "" otherwise."""
    if stop is None:
        return _("not over yet")
    return {
        ActionStop.COMPLETED: "",
        ActionStop.CANCELLED: _("cancelled"),
        ActionStop.CUT_OFF: _("cut off"),
    }[stop]


def action_line(action: ActionSummary) -> str:
    """Return the few words of an action in a list, beside `action_word`."""
    template = ngettext_("{done} of {count} file", "{done} of {count} files", action.wanted)
    words = template.format(done=number(action.done), count=number(action.wanted))
    return " · ".join(part for part in (words, stop_words(action.stop)) if part)


def action_headline(action: ActionRecord) -> str:
    """Return the one sentence of an action."""
    words = action_sentence(action.kind, action.count(ItemResult.DONE), action.wanted)
    said = _("{name}: {value}").format(name=action_word(action.kind), value=words)
    parts = (said, stop_words(action.stop))
    return " · ".join(part for part in parts if part)


def result_word(result: ItemResult) -> str:
    """Return what became of one file."""
    return {
        ItemResult.DONE: _("done"),
        ItemResult.NOT_DONE: _("not done"),
        ItemResult.UNCERTAIN: _("cut off half-way"),
    }[result]


class ActionColumn(IntEnum):
    """Columns of the files of an action."""

    RESULT = 0
    WHERE = 1
    WHY = 2
    PLACE = 3
    ENTRY = 4
    SHA256 = 5


class ActionItemsModel(QAbstractTableModel):
    """Rows are ActionItem values; what was not done comes first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ActionItem] = []

    def set_items(self, items: Sequence[ActionItem]) -> None:
        """Show these files."""
        self.beginResetModel()
        self._rows = sorted(items, key=lambda item: (_RESULT_ORDER[item.result], item.chain))
        self.endResetModel()

    def retranslate(self) -> None:
        """Speak the language in use."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(ActionColumn) - 1)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(ActionColumn) - 1))

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return how many files there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(ActionColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        titles = (_("Result"), _("File"), _("Why"), _("Restored to"), _("Entry"), _("SHA-256"))
        return titles[section] if 0 <= section < len(titles) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows, tells or sorts by."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        item, column = self._rows[index.row()], ActionColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _cell(item, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(shown(_cell(item, column), 1000))
        return {SORT_ROLE: _sort_key(item, column), VALUE_ROLE: item}.get(role)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, results by what needs attention."""
        if not 0 <= column < len(ActionColumn):
            return
        self.beginResetModel()
        by = ActionColumn(column)
        self._rows.sort(key=lambda item: _sort_key(item, by), reverse=order == Qt.SortOrder.DescendingOrder)
        self.endResetModel()

    @property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Why files were not done, each reason with the number of its files, the commonest first."""
        counts = Counter(item.why for item in self._rows if item.why is not None)
        return tuple((shown(current().sentence(why), _CELL), count) for why, count in counts.most_common())

    @property
    def has_places(self) -> bool:
        """Whether any file was restored to another place than its own."""
        return any(item.place for item in self._rows)


def _cell(item: ActionItem, column: ActionColumn) -> str:
    match column:
        case ActionColumn.RESULT:
            return result_word(item.result)
        case ActionColumn.WHERE:
            return shown(item.where, _CELL)
        case ActionColumn.WHY:
            return shown(current().sentence(item.why), _CELL) if item.why else "–"
        case ActionColumn.PLACE:
            return shown_raw(item.place, _CELL) or "–"
        case ActionColumn.ENTRY:
            return shown(item.entry, 64) or "–"
        case ActionColumn.SHA256:
            return shown(item.sha256, 64) or "–"


def _sort_key(item: ActionItem, column: ActionColumn) -> int | str:
    if column is ActionColumn.RESULT:
        return _RESULT_ORDER[item.result]
    return _cell(item, column).casefold()
