"""The devices of the journal as a list; the first row stands for all of them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt
from PySide6.QtGui import QIcon

from medscan_gui.core.names import shown
from medscan_gui.core.text import _, ngettext_
from medscan_gui.core.words import Light
from medscan_gui.gui.light import light_word
from medscan_gui.gui.models.phrases import ago, day, number
from medscan_gui.gui.models.roles import DETAIL_ROLE, ROOT, VALUE_ROLE, Index, plain_tip
from medscan_gui.gui.models.scans import device_title
from medscan_gui.store.journal import DeviceSummary

_CELL = 200
#: Role under which a row says whether its next scan is overdue.
OVERDUE_ROLE = Qt.ItemDataRole.UserRole + 4
#: Role under which a row says whether threats are open although its light is not RED.
OPEN_ROLE = Qt.ItemDataRole.UserRole + 5
#: Days ahead that "soon" means.
SOON_DAYS = 30


class Due(StrEnum):
    """Which devices a list is narrowed down to."""

    ANY = ""
    OVERDUE = "overdue"
    SOON = "soon"


def today() -> date:
    """Return this computer's day."""
    return datetime.now().astimezone().date()


def _due_day(summary: DeviceSummary) -> date | None:
    try:
        return date.fromisoformat(summary.next_scan) if summary.next_scan else None
    except ValueError:
        return None


def overdue(summary: DeviceSummary, now: date) -> bool:
    """Say whether the day on which the device was to be scanned is past."""
    due = _due_day(summary)
    return due is not None and due < now


def is_due(summary: DeviceSummary, which: Due, now: date) -> bool:
    """Say whether a device belongs to a list that is narrowed down so."""
    due = _due_day(summary)
    if which is Due.ANY:
        return True
    return due is not None and due < now + timedelta(days=SOON_DAYS + 1 if which is Due.SOON else 0)


class DevicesModel(QAbstractListModel):
    """Row 0 is "All devices"; the others are DeviceSummary values in the journal's order."""

    def __init__(
        self, icon: Callable[[Light], QIcon], parent: QObject | None = None, *, now: Callable[[], date] = today
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._now = now
        self._rows: tuple[DeviceSummary, ...] = ()

    def set_devices(self, devices: Sequence[DeviceSummary]) -> None:
        """Show these devices."""
        self.beginResetModel()
        self._rows = tuple(devices)
        self.endResetModel()

    def device(self, row: int) -> DeviceSummary | None:
        """Return the device of a row; None for "All devices" and beyond the rows."""
        return self._rows[row - 1] if 1 <= row <= len(self._rows) else None

    def row_of(self, device_id: str) -> int:
        """Return the row of a device, or 0 (all devices) if it is not listed."""
        return next((row for row, summary in enumerate(self._rows, 1) if summary.device.id == device_id), 0)

    def retranslate(self) -> None:
        """Speak the language in use, and show the ages of now."""
        self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows), 0))

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return how many rows there are, "All devices" included."""
        return 0 if parent.isValid() else len(self._rows) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a row shows or tells."""
        if not index.isValid() or not 0 <= index.row() <= len(self._rows):
            return None
        summary = self.device(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return device_title(summary.device.title) if summary else _("All devices")
            case Qt.ItemDataRole.DecorationRole:
                return self._icon(summary.light if summary else Light.IDLE)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(self._lines(summary)) if summary else None
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._lines(summary) if summary else _("All devices")
            case _:
                late = summary is not None and overdue(summary, self._now())
                unseen = summary is not None and summary.threats_open > 0 and summary.light is not Light.RED
                shown_here = {DETAIL_ROLE: self._detail(summary), VALUE_ROLE: summary}
                return {**shown_here, OVERDUE_ROLE: late, OPEN_ROLE: unseen}.get(role)

    def _detail(self, summary: DeviceSummary | None) -> tuple[str, ...]:
        if summary is not None:
            return _place(summary), _latest(summary), _open(summary), self._due(summary)
        count = len(self._rows)
        total = sum(row.scans for row in self._rows)
        devices = ngettext_("{count} device", "{count} devices", count).format(count=number(count))
        return devices, scans_words(total)

    def _due(self, summary: DeviceSummary) -> str:
        due, now = _due_day(summary), self._now()
        if due is None:
            return ""
        if due == now:
            return _("Next scan due today")
        template = _("OVERDUE since {date}") if due < now else _("Next scan due {date}")
        return template.format(date=day(due))

    def _lines(self, summary: DeviceSummary) -> str:
        lines = (device_title(summary.device.title), *self._detail(summary))
        return ", ".join(line for line in lines if line)


def entries_words(count: int) -> str:
    """Return a number of scans and actions in words."""
    return ngettext_("{count} entry", "{count} entries", count).format(count=number(count))


def scans_words(count: int) -> str:
    """Return a number of scans in words."""
    return ngettext_("{count} scan", "{count} scans", count).format(count=number(count))


def _place(summary: DeviceSummary) -> str:
    device = summary.device
    parts = [device.asset_number if device.name else "", device.department]
    return " · ".join(shown(part, _CELL) for part in parts if part)


def _open(summary: DeviceSummary) -> str:
    # A light is of one scan: after a part was scanned again, or a file was put back, this is what counts.
    count = summary.threats_open
    if not count:
        return ""
    return ngettext_("{count} threat still there", "{count} threats still there", count).format(count=number(count))


def _latest(summary: DeviceSummary) -> str:
    if summary.never_scanned:
        return _("Never scanned")
    if not summary.latest_scan_id:
        return f"{light_word(Light.SCANNING)} · {scans_words(summary.scans)}"
    parts = [light_word(summary.light), ago(summary.latest_scan), scans_words(summary.scans)]
    if summary.scanning:
        parts.insert(0, light_word(Light.SCANNING))
    return " · ".join(parts)
