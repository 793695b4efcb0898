"""The list of devices: the latest light, the title, and when it was scanned last."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QComboBox, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from medscan_gui.core.text import _, ngettext_
from medscan_gui.gui.models.devices import OPEN_ROLE, OVERDUE_ROLE, SOON_DAYS, DevicesModel, Due, is_due, today
from medscan_gui.gui.models.light_icons import LightIcons
from medscan_gui.gui.models.roles import DETAIL_ROLE
from medscan_gui.gui.theme import theme
from medscan_gui.gui.theme.icons import paint_icon
from medscan_gui.store.journal import DeviceSummary

_MARGIN = 12
_ICON = 26
_GAP = 3
#: Size of the lines below the title, as the style sheet has small text.
_DETAIL_POINTS = 10.0


class DeviceDelegate(QStyledItemDelegate):
    """Draws one device: light, title, place, and its latest scan in words."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of the lines that this device has."""
        lines = 1 + sum(1 for line in index.data(DETAIL_ROLE) or () if line)
        metrics = option.fontMetrics
        return QSize(200, lines * (metrics.height() + _GAP) + 2 * _MARGIN - _GAP)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint background, light and lines."""
        rect: QRect = option.rect
        state = option.state
        tokens = theme().tokens
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(tokens.selected))
            painter.fillRect(QRect(rect.left(), rect.top(), 4, rect.height()), QColor(tokens.accent))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(tokens.hover))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(tokens.line))
        icon = QRect(rect.left() + _MARGIN, rect.top() + _MARGIN, _ICON, _ICON)
        if index.row() > 0:
            index.data(Qt.ItemDataRole.DecorationRole).paint(painter, icon)
        # Beside what the lines say in words; in ink, since the colours of the light mean results.
        marks = [name for name, role in (("notice", OPEN_ROLE), ("due", OVERDUE_ROLE)) if index.data(role)]
        for place, name in enumerate(marks):
            top = rect.top() + _MARGIN + _ICON + 8 + place * 26
            paint_icon(painter, name, QRectF(rect.left() + _MARGIN + 2, top, 22, 22), tokens.ink)
        self._paint_lines(painter, option, index, rect.adjusted(2 * _MARGIN + _ICON, _MARGIN, -_MARGIN, 0))
        painter.restore()

    @staticmethod
    def _paint_lines(
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        rect: QRect,
    ) -> None:
        tokens = theme().tokens
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold)
        top = rect.top()
        colour = tokens.ink
        for line in (index.data(), *(index.data(DETAIL_ROLE) or ())):
            if not line:
                continue
            painter.setFont(font)
            metrics = painter.fontMetrics()
            painter.setPen(QColor(colour))
            shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, rect.width())
            box = QRect(rect.left(), top, rect.width(), metrics.height())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
            top += metrics.height() + _GAP
            font.setWeight(QFont.Weight.Normal)
            font.setPointSizeF(_DETAIL_POINTS)
            colour = tokens.ink_soft


class DueFilter(QComboBox):
    """Narrows the devices down to those whose next scan is due."""

    narrowed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        for due in Due:
            self.addItem("", due.value)
        self.currentIndexChanged.connect(self._changed)

    @Slot()
    def _changed(self) -> None:
        self.narrowed.emit(Due(self.currentData()))

    def clear_choice(self) -> None:
        """List every device."""
        self.setCurrentIndex(0)

    def retranslate(self) -> None:
        """Speak the language in use."""
        self.setAccessibleName(_("Which devices are listed"))
        template = ngettext_("Next scan: within {count} day", "Next scan: within {count} days", SOON_DAYS)
        soon = template.format(count=SOON_DAYS)
        for place, words in enumerate((_("Next scan: any"), _("Next scan: overdue"), soon)):
            self.setItemText(place, words)


class DeviceList(QListView):
    """The devices; `chosen` carries a DeviceSummary, or None for all devices."""

    chosen = Signal(object)

    def __init__(self, icons: LightIcons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.devices = DevicesModel(icons, self)
        self._all: tuple[DeviceSummary, ...] = ()
        self._due = Due.ANY
        self.setModel(self.devices)
        self.setItemDelegate(DeviceDelegate(self))
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setMinimumWidth(230)
        self.setCurrentIndex(self.devices.index(0, 0))
        self.selectionModel().currentRowChanged.connect(self._row_changed)

    @property
    def current(self) -> DeviceSummary | None:
        """The chosen device; None for all devices."""
        return self.devices.device(self.currentIndex().row())

    def show_devices(self, devices: tuple[DeviceSummary, ...]) -> None:
        """Show these devices, as narrowed down, and keep the choice, where it is still listed."""
        self._all = devices
        now = today()
        devices = tuple(summary for summary in devices if is_due(summary, self._due, now))
        before = self.current
        selection = self.selectionModel()
        selection.blockSignals(True)
        self.devices.set_devices(devices)
        row = self.devices.row_of(before.device.id) if before else 0
        self.setCurrentIndex(self.devices.index(row, 0))
        selection.blockSignals(False)
        self.viewport().update()
        if before is not None and row == 0:
            self.chosen.emit(None)

    def narrow(self, due: Due) -> None:
        """List only devices that are due so."""
        self._due = due
        self.show_devices(self._all)

    def choose(self, device_id: str) -> None:
        """Choose a device by its id, or all devices if it is not listed."""
        self.setCurrentIndex(self.devices.index(self.devices.row_of(device_id), 0))

    def retranslate(self) -> None:
        """Speak the language in use."""
        self.setAccessibleName(_("Devices"))
        self.devices.retranslate()

    @Slot(QModelIndex, QModelIndex)
    def _row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self.chosen.emit(self.devices.device(current.row()))
