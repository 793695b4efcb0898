"""The scans and actions of the journal as one table: rows arrive in pages, order is made elsewhere.

Sixty thousand rows are sorted off the window's thread (`sort_scans`); the model only ever takes
finished tuples, so that no call of a view can block.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QIcon

from medscan_gui.core.names import shown
from medscan_gui.core.text import _
from medscan_gui.core.words import Light, Stop
from medscan_gui.gui.light import light_word
from medscan_gui.gui.models.actions import action_icon, action_line, action_sentence, action_word
from medscan_gui.gui.models.phrases import ago, date_time, number
from medscan_gui.gui.models.roles import ROOT, SORT_ROLE, VALUE_ROLE, Index, plain_tip
from medscan_gui.gui.theme.icons import icon as ink_icon
from medscan_gui.store.queries import LIGHTS_IN_ORDER
from medscan_gui.store.summaries import ActionSummary, ScanSummary

#: One line of the journal.
HistoryRow = ScanSummary | ActionSummary
_Row = TypeVar("_Row", bound=ScanSummary | ActionSummary)

#: Precedence of the lights: the most serious sorts first.
LIGHT_ORDER = {light: place for place, light in enumerate(LIGHTS_IN_ORDER)}

_CELL = 300


class ScanColumn(IntEnum):
    """Columns of the list of scans."""

    LIGHT = 0
    DATE = 1
    DEVICE = 2
    TARGET = 3
    OPERATOR = 4
    THREATS = 5
    NOT_READ = 6


#: Columns of numbers, written on the right.
_NUMBERS = frozenset({ScanColumn.THREATS, ScanColumn.NOT_READ})


def sort_key(entry: HistoryRow, column: ScanColumn) -> int | str:
    """Return the native value of a cell, by which its column is sorted. Actions have no light and no counts."""
    if column is ScanColumn.DATE:
        return entry.sequence  # clocks of old computers are wrong, the journal's order is not
    if column not in _VALUES:
        return _cell(entry, column).casefold()
    return _VALUES[column](entry) if isinstance(entry, ScanSummary) else len(LIGHT_ORDER)


_VALUES: dict[ScanColumn, Callable[[ScanSummary], int]] = {
    ScanColumn.LIGHT: lambda scan: LIGHT_ORDER[scan.light],
    ScanColumn.THREATS: lambda scan: scan.threats,
    ScanColumn.NOT_READ: lambda scan: scan.not_read,
}


def sort_scans(entries: Sequence[_Row], column: ScanColumn, *, descending: bool) -> tuple[_Row, ...]:
    """Return entries that come newest first sorted by a column; those that are equal stay newest first."""
    return tuple(sorted(entries, key=lambda entry: sort_key(entry, column), reverse=descending))


class ScansModel(QAbstractTableModel):
    """Rows are HistoryRow values; `sort` only asks, whoever feeds the model answers with `replace`."""

    #: (column, descending): the view wants another order.
    order_wanted = Signal(int, bool)
    #: The view has come to the end of the rows that have arrived.
    more_wanted = Signal()

    def __init__(self, icon: Callable[[Light], QIcon], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._rows: list[HistoryRow] = []
        self._complete = True
        self._asked = False

    @property
    def complete(self) -> bool:
        """Whether nothing follows the rows that have arrived."""
        return self._complete

    def replace(self, rows: Sequence[HistoryRow], *, complete: bool = True) -> None:
        """Show these rows instead of all others."""
        self.beginResetModel()
        self._rows = list(rows)
        self._complete, self._asked = complete, False
        self.endResetModel()

    def append(self, rows: Sequence[HistoryRow], *, complete: bool = True) -> None:
        """Show these rows after the others."""
        self._complete, self._asked = complete, False
        if not rows:
            return
        self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
        self._rows.extend(rows)
        self.endInsertRows()

    def entry(self, row: int) -> HistoryRow | None:
        """Return the scan or action of a row, or None beyond the rows."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def rows(self) -> tuple[HistoryRow, ...]:
        """Return all rows that have arrived, in the order shown."""
        return tuple(self._rows)

    def row_of(self, wanted: str) -> int:
        """Return the row of a scan or an action, or -1."""
        return next((row for row, entry in enumerate(self._rows) if entry.id == wanted), -1)

    def retranslate(self) -> None:
        """Speak the language in use, and show the ages of now."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(ScanColumn) - 1)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(ScanColumn) - 1))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Ask for another order; the rows stay as they are until it comes."""
        if 0 <= column < len(ScanColumn):
            self.order_wanted.emit(column, order == Qt.SortOrder.DescendingOrder)

    def canFetchMore(self, parent: Index = ROOT) -> bool:  # noqa: N802  # Qt's name
        """Say whether more rows can be asked for."""
        return not parent.isValid() and not self._complete

    def fetchMore(self, parent: Index = ROOT) -> None:  # noqa: N802  # Qt's name
        """Ask for more rows, once; they arrive later, with `append`."""
        if self.canFetchMore(parent) and not self._asked:
            self._asked = True
            self.more_wanted.emit()

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return how many rows have arrived."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(ScanColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(ScanColumn):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(ScanColumn(section))
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            _("Light"),
            _("Date"),
            _("Device"),
            _("Scanned"),
            _("Operator"),
            _("Threats"),
            _("Not read"),
        )[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows, tells or sorts by."""
        entry = self.entry(index.row()) if index.isValid() else None
        if entry is None:
            return None
        column = ScanColumn(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cell(entry, column)
            case Qt.ItemDataRole.DecorationRole:
                return self._decoration(entry) if column is ScanColumn.LIGHT else None
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(_tip(entry, column))
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case _:
                return {SORT_ROLE: sort_key(entry, column), VALUE_ROLE: entry}.get(role)

    def _decoration(self, entry: HistoryRow) -> QIcon:
        return self._icon(entry.light) if isinstance(entry, ScanSummary) else ink_icon(action_icon(entry.kind), 22)


def cut_off_word() -> str:
    """Return the word of a scan that was cut off; the AMBER light stands beside it."""
    return _("CUT OFF")


def scan_light_word(scan: ScanSummary) -> str:
    """Return the word of a scan's light; for one that was cut off, that it was."""
    return cut_off_word() if scan.stop is Stop.CUT_OFF else light_word(scan.light)


def device_title(title: str) -> str:
    """Return a device's title for showing, or that it has none."""
    return shown(title, _CELL) or _("Device without a name")


def target_words(scan: ScanSummary) -> str:
    """Return what a scan read; for one that verifies a clean-up, that it did."""
    target = shown(scan.target, _CELL)
    if not scan.follows:
        return target
    template = _("After clean-up: {target}") if scan.action else _("Locked files: {target}")
    return template.format(target=target)


_CELLS: dict[ScanColumn, Callable[[ScanSummary], str]] = {
    ScanColumn.LIGHT: scan_light_word,
    ScanColumn.TARGET: target_words,
    ScanColumn.THREATS: lambda scan: number(scan.threats),
    ScanColumn.NOT_READ: lambda scan: number(scan.not_read),
}
_ACTION_CELLS: dict[ScanColumn, Callable[[ActionSummary], str]] = {
    ScanColumn.LIGHT: lambda action: action_word(action.kind),
    ScanColumn.TARGET: action_line,
    ScanColumn.THREATS: lambda _action: "–",
    ScanColumn.NOT_READ: lambda _action: "–",
}


def _cell(entry: HistoryRow, column: ScanColumn) -> str:
    match column:
        case ScanColumn.DATE:
            return date_time(entry.started)
        case ScanColumn.DEVICE:
            return device_title(entry.device.title)
        case ScanColumn.OPERATOR:
            return shown(entry.operator, _CELL) or "–"
        case _:
            return _CELLS[column](entry) if isinstance(entry, ScanSummary) else _ACTION_CELLS[column](entry)


def _tip(entry: HistoryRow, column: ScanColumn) -> str:
    if column is ScanColumn.DATE:
        return ago(entry.started)
    if isinstance(entry, ActionSummary):
        words = action_sentence(entry.kind, entry.done, entry.wanted)
        return words if column is ScanColumn.LIGHT else _cell(entry, column)
    if column is ScanColumn.LIGHT and entry.stop is Stop.CUT_OFF:
        return _("{light}: cut off before its end").format(light=light_word(entry.light))
    return _cell(entry, column)


def _alignment(column: ScanColumn) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
