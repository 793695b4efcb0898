"""Everything about one scan: its sentence and reasons, threats, items not read, technical facts."""

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QScrollArea, QSizePolicy, QTabWidget, QTreeView, QWidget

from medscan_gui.core.names import shown
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _
from medscan_gui.export.model import JournalPosition
from medscan_gui.gui.light import LightWidget, light_word
from medscan_gui.gui.models.facts import FactsModel
from medscan_gui.gui.models.findings import FindingColumn, FindingsModel
from medscan_gui.gui.models.opinions import opinion_rows, opinion_titles
from medscan_gui.gui.models.phrases import ago, date_time, headline, number
from medscan_gui.gui.models.problems import ProblemsModel
from medscan_gui.gui.models.scans import HistoryRow, device_title
from medscan_gui.gui.models.slowest import slow_rows, slow_titles
from medscan_gui.gui.models.text_table import TextTable
from medscan_gui.gui.pages.copy_table import CopyTable
from medscan_gui.gui.pages.journal_connected import ConnectedPanel
from medscan_gui.gui.pages.journal_facts import record_facts
from medscan_gui.gui.pages.journal_summary import Summary
from medscan_gui.gui.scan.lists import opinions_table, slowest_table
from medscan_gui.gui.widgets import Button, Label, Notice, column, row
from medscan_gui.gui.widgets.panels import GAP

#: Places of the tabs.
SUMMARY, THREATS, NOT_READ, DONE, OPINIONS, SLOWEST, TECHNICAL = range(7)


class ScanDetails(QWidget):
    """Shows one committed record. Empty until `show_record`."""

    #: THREATS or NOT_READ: this list is wanted as a file.
    table_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._record: ScanRecord | None = None
        self._position: JournalPosition | None = None
        self._light = LightWidget(52)
        self.headline = Label(role="heading", wrap=True)
        self.subline = Label(role="soft", wrap=True)
        self.locked_notice = Notice(icon_name="key")
        self.summary = Summary()
        self.connected = ConnectedPanel()
        self._entries: tuple[HistoryRow, ...] = ()
        self.as_table = Button(role="quiet", icon_name="save")
        self.as_table.clicked.connect(self._table_clicked)
        self.tabs = QTabWidget()
        self.findings = FindingsModel(self)
        self.problems = ProblemsModel(self)
        self.facts = FactsModel(self)
        self._findings_table = CopyTable()
        self._findings_table.setModel(self.findings)
        self._findings_table.setSortingEnabled(True)
        self._problems_tree = _problem_tree(self.problems)
        self.opinions, self.slowest = TextTable(opinion_titles, self), TextTable(slow_titles, self)
        self._opinions_table, self._slowest_table = opinions_table(self.opinions), slowest_table(self.slowest)
        self._facts_table = CopyTable()
        self._facts_table.setModel(self.facts)
        self._lay_out()

    def _lay_out(self) -> None:
        header = self._findings_table.horizontalHeader()
        header.setSortIndicatorShown(True)
        header.setSortIndicator(FindingColumn.SEVERITY, Qt.SortOrder.AscendingOrder)
        for section, width in enumerate((120, 170, 330, 160, 180, 220)):
            header.resizeSection(section, width)
        header.setStretchLastSection(True)
        header.moveSection(FindingColumn.FATE, FindingColumn.NAME)  # what became of it is asked first
        facts = self._facts_table.horizontalHeader()
        facts.hide()
        facts.resizeSection(0, 300)
        facts.setStretchLastSection(True)
        self._facts_table.verticalHeader().setDefaultSectionSize(28)
        done = QScrollArea()
        done.setWidgetResizable(True)
        done.setWidget(self.connected)
        tables = (self._opinions_table, self._slowest_table, self._facts_table)
        for page in (self.summary, self._findings_table, self._problems_tree, done, *tables):
            self.tabs.addTab(page, "")
        self.tabs.currentChanged.connect(self._offer_table)
        self.tabs.setDocumentMode(True)
        words = column([self.headline, self.subline, None], gap=2)
        self._tools = column([self.as_table, None], gap=4)
        self._top = row([self._light, words], gap=12)
        self._top.addLayout(self._tools)
        self._top.setStretch(1, 1)
        layout = column([self._top, self.locked_notice, self.tabs], gap=GAP)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.tabs.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def add_tool(self, button: QWidget) -> None:
        """Put a button beside the headline."""
        self._tools.insertWidget(0, button)

    @property
    def record(self) -> ScanRecord | None:
        """The record shown."""
        return self._record

    @property
    def position(self) -> JournalPosition | None:
        """Its place in the journal."""
        return self._position

    def show_record(self, record: ScanRecord | None, position: JournalPosition | None) -> None:
        """Show a record, or nothing."""
        self._record = record
        self._position = position
        self.findings.set_findings(record.findings if record else ())
        if record is not None:
            self.problems.set_problems(record.problems, record.coverage)
        self.retranslate()

    def show_connected(self, entries: tuple[HistoryRow, ...]) -> None:
        """Show what was done after this scan."""
        self._entries = entries
        self.connected.show_entries(entries)
        self._say_titles()

    @Slot()
    def _offer_table(self) -> None:
        place = self.tabs.currentIndex()
        rows = {THREATS: self.findings.rowCount(), NOT_READ: self.problems.rowCount()}
        self.as_table.setVisible(rows.get(place, 0) > 0)

    @Slot()
    def _table_clicked(self) -> None:
        self.table_wanted.emit(self.tabs.currentIndex())

    def retranslate(self) -> None:
        """Set every text again."""
        self._light.retranslate()
        self._findings_table.setAccessibleName(_("Threats"))
        self._problems_tree.setAccessibleName(_("Items not read, by reason"))
        self._facts_table.setAccessibleName(_("Technical facts"))
        self._opinions_table.setAccessibleName(_("Second opinions"))
        self._slowest_table.setAccessibleName(_("Slowest items"))
        self.tabs.setAccessibleName(_("Details of the scan"))
        self.as_table.setText(_("Save as a table…"))
        self.connected.retranslate()
        self._say_titles()
        self._offer_table()
        record = self._record
        if record is None:
            return
        self._light.set_light(record.light)
        self.headline.setText(f"{light_word(record.light)} · {headline(record.verdict.kind, record.stop)}")
        self.subline.setText(_subline(record))
        self.findings.retranslate()
        self._findings_table.setColumnHidden(FindingColumn.FATE, not self.findings.tells_fates)
        self.problems.retranslate()
        self._lay_out_problems()
        self.facts.set_facts(record_facts(record, self._position))
        self.opinions.set_rows(opinion_rows(record))
        self.slowest.set_rows(slow_rows(record))
        self.summary.show_record(record)

    def _say_titles(self) -> None:
        for index, title in enumerate(self._titles(self._record)):
            self.tabs.setTabText(index, title)
        self.tabs.setTabVisible(THREATS, self.findings.rowCount() > 0)
        self.tabs.setTabVisible(NOT_READ, self.problems.rowCount() > 0)
        record = self._record
        self.tabs.setTabVisible(OPINIONS, record is not None and bool(record.opinions))
        self.tabs.setTabVisible(SLOWEST, record is not None and bool(record.slowest))

    def _lay_out_problems(self) -> None:
        groups = self.problems.rowCount()
        for group in range(groups):
            self._problems_tree.setFirstColumnSpanned(group, QModelIndex(), True)
        if groups == 1:
            self._problems_tree.expandAll()

    def _titles(self, record: ScanRecord | None) -> tuple[str, ...]:
        threats = record.evidence.threats_found if record else 0
        not_read = record.coverage.items_not_read if record else 0
        return (
            _("Summary"),
            _("Threats ({count})").format(count=number(threats)),
            _("Not read ({count})").format(count=number(not_read)),
            _("Follow-up ({count})").format(count=number(len(self._entries))),
            _("Second opinions"),
            _("Slowest items"),
            _("Technical"),
        )


def _subline(record: ScanRecord) -> str:
    parts = (
        f"{date_time(record.started)} ({ago(record.started)})",
        device_title(record.device.title),
        shown(record.target.shown, 160),
        shown(record.operator, 80),
    )
    return " · ".join(part for part in parts if part)


def _problem_tree(model: ProblemsModel) -> QTreeView:
    tree = QTreeView()
    tree.setModel(model)
    tree.setUniformRowHeights(True)
    tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    tree.setAlternatingRowColors(True)
    tree.header().setStretchLastSection(False)
    tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    tree.header().resizeSection(1, 220)
    return tree
