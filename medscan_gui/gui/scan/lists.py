"""The lists of a result: items not read, technical facts, and the menu that copies them as text."""

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeView, QWidget

from medscan_gui.core.text import _
from medscan_gui.gui.models.facts import FactsModel
from medscan_gui.gui.models.problems import ProblemsModel
from medscan_gui.gui.models.text_table import TextTable
from medscan_gui.gui.pages.copy_table import CopyTable, copy_selection


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


def opinions_table(model: TextTable) -> CopyTable:
    """Return the table of second opinions."""
    return _wide_table(model, (None, 250, 105, 140, 95, None))


def slowest_table(model: TextTable) -> CopyTable:
    """Return the table of the slowest items."""
    return _wide_table(model, (110, None, 110, 320))


def _wide_table(model: TextTable, widths: tuple[int | None, ...]) -> CopyTable:
    """Return a table of this many pixels a column; None takes what is left."""
    table = CopyTable()
    table.setModel(model)
    header = table.horizontalHeader()
    for section, width in enumerate(widths):
        if width is None:
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
        else:
            header.resizeSection(section, width)
    _offer_copy(table)
    return table


class CopyMenu(QMenu):
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
    menu = CopyMenu(view)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.customContextMenuRequested.connect(menu.open_at)
