"""The widgets of the quarantine page and how they are laid out; `QuarantinePage` gives them life."""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSplitter, QStackedWidget, QWidget

from medscan_gui.core.text import _, ngettext_
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.models.quarantine import EntryColumn, QuarantineModel
from medscan_gui.gui.models.quarantine_rows import Row
from medscan_gui.gui.pages.copy_table import CopyTable
from medscan_gui.gui.pages.quarantine_bar import QuarantineBar
from medscan_gui.gui.pages.quarantine_details import EntryDetails
from medscan_gui.gui.pages.quarantine_progress import TaskProgress, TaskResult
from medscan_gui.gui.widgets import Button, Card, Label, Notice, column, row
from medscan_gui.gui.widgets.panels import GAP, GROUP_GAP, PAGE_MARGIN

#: Below this width (pixels) the operator is left to the details.
_NARROW = 1150
#: Places of the stack below the list.
NOTHING, DETAILS, PROGRESS, RESULT = range(4)


class QuarantineTable(CopyTable):
    """Shows a QuarantineModel; several rows can be chosen, a click on a title sorts."""

    def __init__(self, model: QuarantineModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.horizontalHeader()
        widths = {
            EntryColumn.DEVICE: 156,
            EntryColumn.THREAT: 104,
            EntryColumn.TAKEN: 158,
            EntryColumn.OPERATOR: 120,
            EntryColumn.SIZE: 78,
            EntryColumn.STATE: 146,
        }
        for section, width in widths.items():
            header.resizeSection(section, width)
        for free in (EntryColumn.NAME, EntryColumn.FOLDER):
            header.setSectionResizeMode(free, QHeaderView.ResizeMode.Stretch)
        header.setSortIndicator(EntryColumn.TAKEN, Qt.SortOrder.DescendingOrder)
        header.setSortIndicatorClearable(False)
        self.setSortingEnabled(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave to the details what has no room."""
        super().resizeEvent(event)
        self.setColumnHidden(EntryColumn.OPERATOR, self.width() < _NARROW)


class QuarantineView:
    """All parts of the page, by name."""

    def __init__(self, page: QWidget) -> None:
        self.title = Label(role="title")
        self.bar = QuarantineBar()
        self.notice = Notice()
        self.count = Label(role="soft")
        self.entries = QuarantineModel(page)
        self.table = QuarantineTable(self.entries)
        self.empty = Label(role="soft", wrap=True)
        self.show_all = Button()
        self.nothing_chosen = Label(role="soft", wrap=True)
        self.details, self.progress, self.result = EntryDetails(), TaskProgress(), TaskResult()
        self.lists, self.below = QStackedWidget(), QStackedWidget()
        self.lists.addWidget(self.table)
        self.lists.addWidget(_centred(self.empty, self.show_all))
        for part in (_centred(self.nothing_chosen), self.details, self.progress, self.result):
            self.below.addWidget(part)
        above = QWidget()
        above.setLayout(column([self.count, self.lists], gap=GAP))
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(above)
        split.addWidget(self.below)
        split.setSizes([340, 320])
        split.setChildrenCollapsible(False)
        top = row([self.title, 12, self.bar], gap=12)
        top.setStretch(2, 1)
        layout = column([top, self.notice, split], margins=PAGE_MARGIN, gap=GROUP_GAP)
        layout.setStretch(2, 1)
        page.setLayout(layout)

    def retranslate(self) -> None:
        """Set every text again."""
        self.title.setText(_("Quarantine"))
        self.table.setAccessibleName(_("Files in the quarantine"))
        self.show_all.setText(_("Show everything"))
        self.nothing_chosen.setText(_("Choose a file to see its details here, and what can be done with it."))
        for part in (self.bar, self.entries, self.details, self.progress, self.result):
            part.retranslate()

    def show_count(self, *, reading: bool) -> None:
        """Say how many entries are shown, and of how many."""
        shown, total = self.entries.rowCount(), self.entries.total
        said = ngettext_("{shown} of {count} entry", "{shown} of {count} entries", total).format(
            shown=number(shown), count=number(total)
        )
        if shown == total:
            said = ngettext_("{count} entry", "{count} entries", total).format(count=number(total))
        self.count.setText(_("{entries}, reading…").format(entries=said) if reading else said)
        self._show_emptiness(reading=reading)

    def _show_emptiness(self, *, reading: bool) -> None:
        narrowed = self.bar.wanted.active
        self.lists.setCurrentIndex(0 if self.entries.rowCount() or reading else 1)
        self.show_all.setVisible(narrowed)
        if narrowed:
            self.empty.setText(_("No entry fits this search. Try fewer words, another state, or all devices."))
        else:
            self.empty.setText(
                _(
                    "The quarantine is empty. Files that a clean-up removes are kept here, encrypted, "
                    "until you put them back or destroy them."
                )
            )

    def chosen(self) -> list[Row]:
        """Return the rows that are chosen, in the order shown."""
        places = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [row for place in places if (row := self.entries.row(place)) is not None]

    def choose(self, ids: frozenset[str]) -> None:
        """Choose these entries, as far as they are shown."""
        places = self.entries.places_of(ids) if ids else []
        model, last = self.entries, len(EntryColumn) - 1
        selection = QItemSelection()
        for first, end in _runs(places):
            selection.select(model.index(first, 0), model.index(end, last))
        chooser = self.table.selectionModel()
        if places:
            first_place = model.index(places[0], 0)
            chooser.setCurrentIndex(first_place, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.table.scrollTo(first_place)
        chooser.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)


def _runs(places: list[int]) -> list[tuple[int, int]]:
    """Return ascending places as runs of neighbours: first and last of each."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def _centred(*widgets: QWidget) -> Card:
    card = Card(margin=32, gap=16)
    card.body.addStretch(1)
    for widget in widgets:
        if isinstance(widget, Label):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            card.body.addWidget(widget)
        else:
            card.body.addWidget(widget, 0, Qt.AlignmentFlag.AlignCenter)
    card.body.addStretch(1)
    return card
