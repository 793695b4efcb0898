"""The widgets of the journal page and how they are laid out; `JournalPage` gives them life."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QFrame, QSplitter, QStackedWidget, QWidget

from medscan_gui.core.action import ActionRecord
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _
from medscan_gui.export.model import JournalPosition
from medscan_gui.gui.models.devices import entries_words
from medscan_gui.gui.models.light_icons import LightIcons
from medscan_gui.gui.models.scans import ScanColumn, ScansModel, device_title
from medscan_gui.gui.pages.journal_action import ActionDetails
from medscan_gui.gui.pages.journal_bar import FilterBar
from medscan_gui.gui.pages.journal_details import ScanDetails
from medscan_gui.gui.pages.journal_devices import DeviceList, DueFilter
from medscan_gui.gui.pages.journal_table import ScanTable
from medscan_gui.gui.widgets import Button, Card, ElidedLabel, Label, Notice, column, row
from medscan_gui.gui.widgets.panels import GAP, GROUP_GAP, PAGE_MARGIN
from medscan_gui.store.journal import DeviceSummary


class JournalView:
    """All parts of the page, by name."""

    def __init__(self, page: QWidget) -> None:
        icons = LightIcons()
        self.title = Label(role="title")
        self.bar = FilterBar(icons)
        self.verify = Button(icon_name="key")
        self.export = Button(icon_name="save")
        self.notice = Notice()
        self.told = Label(role="soft", wrap=True)
        self.told.hide()
        self.devices = DeviceList(icons)
        self.due = DueFilter()
        self.due.narrowed.connect(self.devices.narrow)
        self.scans = ScansModel(icons, page)
        self.table = ScanTable(self.scans)
        self.device_title = ElidedLabel(strong=True)
        self.count = Label(role="soft")
        self.card = Button(role="quiet", icon_name="card")
        self.edit = Button(role="quiet", icon_name="device")
        self.report = Button(role="primary", icon_name="report")
        self.details = ScanDetails()
        self.action = ActionDetails()
        self.empty = Label(role="soft", wrap=True)
        self.nothing_chosen = Label(role="soft", wrap=True)
        self.show_all = Button()
        self._lists = QStackedWidget()
        self._below = QStackedWidget()
        self._lay_out(page)

    def _lay_out(self, page: QWidget) -> None:
        self._lists.addWidget(self.table)
        self._lists.addWidget(_centred(self.empty, self.show_all))
        details = Card(margin=16)
        self.details.add_tool(self.report)
        details.body.addWidget(self.details, 1)
        self._below.addWidget(_centred(self.nothing_chosen))
        self._below.addWidget(details)
        action = Card(margin=16)
        action.body.addWidget(self.action, 1)
        self._below.addWidget(action)
        heading = row([self.device_title, self.count, self.card, self.edit], gap=12)
        heading.setStretch(0, 1)
        above = QWidget()
        above.setLayout(column([heading, self._lists], gap=GAP))
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(above)
        right.addWidget(self._below)
        right.setSizes([290, 370])
        right.setChildrenCollapsible(False)
        across = QSplitter(Qt.Orientation.Horizontal)
        left = QWidget()
        left.setLayout(column([self.due, self.devices], gap=GAP))
        across.addWidget(left)
        across.addWidget(right)
        across.setStretchFactor(0, 1)
        across.setStretchFactor(1, 5)
        across.setSizes([296, 744])
        across.setChildrenCollapsible(False)
        top = row([self.title, 12, self.bar, self.verify, self.export], gap=12)
        top.setStretch(2, 1)
        layout = column([top, self.notice, self.told, across], margins=PAGE_MARGIN, gap=GROUP_GAP)
        layout.setStretch(3, 1)
        page.setLayout(layout)

    def retranslate(self) -> None:
        """Set every text again."""
        self.title.setText(_("Journal"))
        self.verify.setText(_("Verify journal"))
        self.export.setText(_("Export…"))
        self.report.setText(_("PDF report…"))
        self.edit.setText(_("Edit device…"))
        self.card.setText(_("Policy card…"))
        self.show_all.setText(_("Show everything"))
        self.table.retranslate()
        self.nothing_chosen.setText(_("Choose a line to see its details here."))
        self.bar.retranslate()
        self.due.retranslate()
        self.devices.retranslate()
        self.scans.retranslate()
        self.details.retranslate()
        self.action.retranslate()

    @Slot(str)
    def say(self, sentence: str) -> None:
        """Show the result of something the operator asked for."""
        self.told.setText(sentence)
        self.told.setVisible(bool(sentence))

    def show_title(self, device: DeviceSummary | None, *, writable: bool) -> None:
        """Name what the list of scans belongs to."""
        self.device_title.setText(device_title(device.device.title) if device else _("All devices"))
        for button in (self.card, self.edit):
            button.setVisible(device is not None)
            button.setEnabled(writable)
        self.table.show_devices(device is None)

    def show_action(self, action: ActionRecord, position: JournalPosition | None) -> None:
        """Show one action below the list."""
        self.details.show_record(None, None)
        self.report.setEnabled(False)
        self.action.show_action(action, position)
        self.action.report.setEnabled(bool(action.ended))
        self._below.setCurrentIndex(2)

    def show_record(self, record: ScanRecord | None, position: JournalPosition | None) -> None:
        """Show one scan below the list, or that nothing is chosen."""
        self.action.show_action(None, None)
        self.details.show_record(record, position)
        self.report.setEnabled(record is not None and bool(record.ended or record.verdict.reasons))
        self._below.setCurrentIndex(0 if record is None else 1)

    @Slot(object)
    def show_count(self, count: int) -> None:
        """Say how many scans and actions fit."""
        self.count.setText(entries_words(count))

    def show_emptiness(self, filtered: bool) -> None:  # said by its name
        """Say why there is nothing on screen, if there is nothing."""
        count = self.scans.rowCount()
        self.export.setEnabled(count > 0)
        self._lists.setCurrentIndex(0 if count else 1)
        self._below.setVisible(count > 0)
        self.show_all.setVisible(filtered)
        if filtered:
            self.empty.setText(_("Nothing fits this search. Try fewer words, another light, or all devices."))
        else:
            self.empty.setText(
                _("No scan has been recorded yet. Press Scan once, and the result will be kept here, device by device.")
            )

    def keep_selection(self, change: Callable[[], None]) -> None:
        """Change the rows and select again the line that was selected, or the first one."""
        selected = self.scans.entry(self.table.currentIndex().row())
        with QSignalBlocker(self.table.selectionModel()):
            change()
        self.select(selected.id if selected else "")

    def select(self, wanted: str) -> None:
        """Select a scan or an action by its id; the first line if it is not listed."""
        row_number = max(0, self.scans.row_of(wanted)) if wanted else 0
        index = self.scans.index(row_number, ScanColumn.LIGHT)
        self.table.setCurrentIndex(index)
        if index.isValid():
            self.table.scrollTo(index)
        else:
            self.show_record(None, None)


def _centred(*widgets: QWidget) -> QFrame:
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
