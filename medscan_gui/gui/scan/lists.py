"""The lists of a result: threats, items not read, technical facts. All can be copied as text."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from medscan_gui.core.finding import Finding
from medscan_gui.core.text import _
from medscan_gui.gui.models.facts import FactsModel
from medscan_gui.gui.models.findings import FindingColumn, FindingsModel
from medscan_gui.gui.models.problems import ProblemsModel
from medscan_gui.gui.models.roles import VALUE_ROLE
from medscan_gui.gui.pages.copy_table import CopyTable, copy_selection
from medscan_gui.gui.theme import theme
from medscan_gui.gui.theme.icons import paint_icon

Index = QModelIndex | QPersistentModelIndex

_SHA_CHARACTERS = 64


class SeverityDelegate(QStyledItemDelegate):
    """Puts bars before the word of a severity: in ink, since the colours of the light mean results."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802  # Qt's name
        """Leave room for the bars."""
        super().initStyleOption(option, index)
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        option.decorationSize = QSize(22, 18)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the cell, then the bars in the room left."""
        super().paint(painter, option, index)
        finding = index.data(VALUE_ROLE)
        if isinstance(finding, Finding):
            box = QRectF(option.rect.left() + 8, option.rect.center().y() - 8, 18, 18)
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_icon(painter, f"severity-{finding.severity.value}", box, theme().tokens.ink)
            painter.restore()


class ThreatTable(CopyTable):
    """Threats, worst first; rows can be copied with Ctrl+C or from the menu."""

    def __init__(self, model: FindingsModel) -> None:
        super().__init__()
        self.setModel(model)
        self._delegate = SeverityDelegate(self)
        self.setItemDelegateForColumn(FindingColumn.SEVERITY, self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.horizontalHeader()
        header.setSortIndicator(FindingColumn.SEVERITY, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        widths = {
            FindingColumn.SEVERITY: 140,
            FindingColumn.NAME: 180,
            FindingColumn.AUTHOR: 190,
            FindingColumn.SHA256: 180,
        }
        for section, width in widths.items():
            header.resizeSection(section, width)
        header.setSectionResizeMode(FindingColumn.WHERE, QHeaderView.ResizeMode.Stretch)
        _offer_copy(self)


class NotReadTree(QTreeView):
    """Items that were not read, by reason; lines can be copied."""

    def __init__(self, model: ProblemsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().resizeSection(1, 220)
        _offer_copy(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected lines, or do what a tree does."""
        if event.matches(QKeySequence.StandardKey.Copy):
            copy_lines(self)
            return
        super().keyPressEvent(event)


def copy_lines(view: QTreeView) -> str:
    """Put the selected lines of a tree on the clipboard, in the order shown; return that text."""
    selected = [index for index in view.selectedIndexes() if index.column() == 0]
    selected.sort(key=lambda index: view.visualRect(index).top())
    rows = [(str(index.data() or ""), str(index.siblingAtColumn(1).data() or "")) for index in selected]
    text = "\n".join("\t".join(cell for cell in cells if cell) for cells in rows)
    if text:
        QGuiApplication.clipboard().setText(text)
    return text


def facts_table(model: FactsModel) -> CopyTable:
    """Return a table of facts: names at the left, values at the right."""
    table = CopyTable()
    table.setModel(model)
    table.horizontalHeader().hide()
    table.horizontalHeader().resizeSection(0, 320)
    table.horizontalHeader().setStretchLastSection(True)
    table.verticalHeader().setDefaultSectionSize(30)
    return table


class _CopyMenu(QMenu):
    """The menu of a list: copy what is selected, or everything."""

    def __init__(self, view: CopyTable | QTreeView) -> None:
        super().__init__(view)
        self._view = view
        self._copy = QAction(self)
        self._copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self._copy.triggered.connect(self.copy)
        self._everything = QAction(self)
        self._everything.triggered.connect(self.select_everything)
        self.addActions([self._copy, self._everything])

    @Slot()
    def copy(self) -> None:
        """Copy what is selected."""
        if isinstance(self._view, QTreeView):
            copy_lines(self._view)
        else:
            copy_selection(self._view)

    @Slot()
    def select_everything(self) -> None:
        """Copy every line."""
        self._view.selectAll()
        self.copy()

    @Slot(QPoint)
    def open_at(self, place: QPoint) -> None:
        """Open in the language in use."""
        self._copy.setText(_("Copy"))
        self._everything.setText(_("Copy everything"))
        self.popup(self._view.viewport().mapToGlobal(place))


def _offer_copy(view: CopyTable | QTreeView) -> None:
    menu = _CopyMenu(view)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.customContextMenuRequested.connect(menu.open_at)
