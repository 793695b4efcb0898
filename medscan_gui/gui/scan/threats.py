"""The list of threats in a result: what they are, and which files are chosen for what comes next."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from medscan_gui.core.finding import Finding
from medscan_gui.core.text import _
from medscan_gui.core.words import Place
from medscan_gui.gui.models.findings import FindingColumn, FindingsModel
from medscan_gui.gui.models.roles import VALUE_ROLE, Index
from medscan_gui.gui.pages.copy_table import CopyTable
from medscan_gui.gui.scan.lists import CopyMenu
from medscan_gui.gui.theme import theme
from medscan_gui.gui.theme.icons import paint_icon

#: Pixels of the bars, and of the room that they take.
_BARS, _ROOM = 18, QSize(22, 18)


class SeverityDelegate(QStyledItemDelegate):
    """Puts bars before the word of a severity: in ink, since the colours of the light mean results.

    A click anywhere in a cell with a box ticks it: fingers are wider than boxes.
    """

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802  # Qt's name
        """Leave room for the bars."""
        super().initStyleOption(option, index)
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        option.decorationSize = _ROOM

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the cell, then the bars in the room left."""
        super().paint(painter, option, index)
        finding = index.data(VALUE_ROLE)
        if isinstance(finding, Finding):
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_icon(painter, f"severity-{finding.severity.value}", self._place(option, index), theme().tokens.ink)
            painter.restore()

    def _place(self, option: QStyleOptionViewItem, index: Index) -> QRectF:
        filled = QStyleOptionViewItem(option)
        self.initStyleOption(filled, index)
        style = filled.widget.style()
        room = style.subElementRect(QStyle.SubElement.SE_ItemViewItemDecoration, filled, filled.widget)
        return QRectF(room.left(), room.center().y() - _BARS / 2 + 1, _BARS, _BARS)

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, _option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Tick the box of the row, or untick it."""
        state = index.data(Qt.ItemDataRole.CheckStateRole)
        if state is None or event.type() is not QEvent.Type.MouseButtonRelease:
            return False
        if not isinstance(event, QMouseEvent) or event.button() is not Qt.MouseButton.LeftButton:
            return False
        if event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier):
            return False  # rows are being selected
        ticked = Qt.CheckState(state) is Qt.CheckState.Checked
        after = Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked
        return model.setData(index, after, Qt.ItemDataRole.CheckStateRole)


class ThreatTable(CopyTable):
    """Threats, worst first. Space ticks the selected rows, Ctrl+A all of them, Ctrl+C copies."""

    clean_up_wanted = Signal()
    keep_wanted = Signal()

    def __init__(self, model: FindingsModel) -> None:
        super().__init__()
        self._threats = model
        self.setModel(model)
        self._delegate = SeverityDelegate(self)
        self.setItemDelegateForColumn(FindingColumn.SEVERITY, self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.horizontalHeader()
        header.setSortIndicator(FindingColumn.SEVERITY, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        widths = {
            FindingColumn.SEVERITY: 160,
            FindingColumn.NAME: 170,
            FindingColumn.AUTHOR: 180,
            FindingColumn.SHA256: 170,
            FindingColumn.FATE: 320,
        }
        for section, width in widths.items():
            header.resizeSection(section, width)
        header.setSectionResizeMode(FindingColumn.WHERE, QHeaderView.ResizeMode.Stretch)
        header.moveSection(header.visualIndex(FindingColumn.FATE), 2)
        self._keeping = False
        self._menu = ThreatMenu(self)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu.open_at)
        self.show_fates()

    @Slot()
    def show_fates(self) -> None:
        """Show what became of the threats where there is something to tell; the rule's author makes room for it."""
        told = self._threats.tells_fates
        self.setColumnHidden(FindingColumn.FATE, not told)
        self.setColumnHidden(FindingColumn.AUTHOR, told)
        self.setColumnHidden(FindingColumn.SHA256, told)

    @property
    def keeping(self) -> bool:
        """Whether files may be kept from here."""
        return self._keeping

    def offer_keeping(self, offered: bool) -> None:  # said by its name
        """Offer to keep files, or not: on a device that is only looked at, nothing is decided beside it."""
        self._keeping = offered

    @property
    def threats(self) -> FindingsModel:
        """The model shown."""
        return self._threats

    def selected_paths(self) -> frozenset[bytes]:
        """Return the raw paths of the files whose rows are selected."""
        rows = self.selectionModel().selectedRows()
        found = (self._threats.finding(index.row()) for index in rows)
        return frozenset(one.chain[0] for one in found if one.place is Place.FILE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, clean up, copy, or do what a table does."""
        offered = self._threats.choosing
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.selectAll()
            self._threats.choose_all()
        elif offered and event.key() == Qt.Key.Key_Space and not event.modifiers():
            self._tick_selected()
        elif offered and event.key() == Qt.Key.Key_Delete and self._threats.chosen:
            self.clean_up_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _tick_selected(self) -> None:
        selected = self.selected_paths() & self._threats.choosable
        self._threats.choose(selected, chosen=not selected <= self._threats.chosen)


class ThreatMenu(CopyMenu):
    """The menu of the list: what can be done about the selected threats; then copying."""

    def __init__(self, table: ThreatTable) -> None:
        super().__init__(table)
        self._table = table
        self._clean_up, self._keep, self._leave = QAction(self), QAction(self), QAction(self)
        self._clean_up.triggered.connect(self._clean_up_these)
        self._keep.triggered.connect(self._keep_these)
        self._leave.triggered.connect(self._leave_these)
        first = self.actions()[0]
        self.insertActions(first, [self._clean_up, self._keep, self._leave])
        self._line = self.insertSeparator(first)

    @Slot(QPoint)
    def open_at(self, place: QPoint) -> None:
        """Open in the language in use, with what can be done here."""
        model = self._table.threats
        these = self._table.selected_paths() & model.choosable
        self._clean_up.setText(_("Clean up…"))
        self._keep.setText(_("Keep (accept this content)…"))
        self._leave.setText(_("Leave where it is"))
        self._clean_up.setVisible(model.choosing)
        self._leave.setVisible(model.choosing)
        self._keep.setVisible(self._table.keeping)
        self._line.setVisible(model.choosing or self._table.keeping)
        for action in (self._clean_up, self._keep):
            action.setEnabled(bool(these))
        self._leave.setEnabled(bool(these & model.chosen))
        super().open_at(place)

    def _choose_these(self) -> None:
        """A selected row that is ticked stands for all that are ticked; else the selected rows are chosen."""
        model, these = self._table.threats, self._table.selected_paths()
        if not these & model.chosen:
            model.choose_none()
            model.choose(these)

    @Slot()
    def _clean_up_these(self) -> None:
        self._choose_these()
        self._table.clean_up_wanted.emit()

    @Slot()
    def _keep_these(self) -> None:
        self._choose_these()
        self._table.keep_wanted.emit()

    @Slot()
    def _leave_these(self) -> None:
        self._table.threats.choose(self._table.selected_paths(), chosen=False)
