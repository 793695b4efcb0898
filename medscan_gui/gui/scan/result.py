"""After a scan: the advice first, then the lists and the technical facts."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QTabWidget, QWidget

from medscan_gui.core.events import Finished
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _, current
from medscan_gui.export.advice import Advice, advice
from medscan_gui.gui.models.facts import FactsModel
from medscan_gui.gui.models.findings import FindingsModel
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.models.problems import ProblemsModel
from medscan_gui.gui.pages.journal_facts import record_facts
from medscan_gui.gui.reports import ReportSaver
from medscan_gui.gui.scan.advice_cards import AdviceCards, spoken
from medscan_gui.gui.scan.lists import NotReadTree, ThreatTable, facts_table
from medscan_gui.gui.widgets import Notice, column, scrolled
from medscan_gui.system.opener import open_file

if TYPE_CHECKING:
    from medscan_gui.session import Services
    from medscan_gui.store.chain import Position

#: Said when a scan died without a record, which is a fault of the program.
NO_RESULT = Advice(
    happened=Message.of("verdict.not_ended"),
    means=Message.of("advice.means.amber_blind"),
    next_steps=(Message.of("scan.internal_error"),),
)


class ResultView(QWidget):
    """Shows one finished scan. `notice` is where a report or a saved record is announced."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._record: ScanRecord | None = None
        self._saved_file: Path | None = None
        self.saver = ReportSaver(self)
        self._position: Position | None = None
        self.save_notice = Notice(icon_name="save")
        self.notice = Notice(icon_name="report")
        self.advice = AdviceCards()
        self.threats, self.problems, self.facts = FindingsModel(self), ProblemsModel(self), FactsModel(self)
        self.threat_table = ThreatTable(self.threats)
        self.not_read_tree = NotReadTree(self.problems)
        self.facts_table = facts_table(self.facts)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setMinimumHeight(196)
        for view in (self.threat_table, self.not_read_tree, self.facts_table):
            self.tabs.addTab(view, "")
        layout = column([self.save_notice, self.notice, self.advice, self.tabs], gap=16)
        layout.setStretch(3, 1)
        self.scroll_area = scrolled(layout)
        self.setLayout(column([self.scroll_area]))
        self.saver.saved.connect(self._saved)
        self.saver.failed.connect(self._not_saved)
        self.notice.acted.connect(self._open_saved)

    @property
    def record(self) -> ScanRecord | None:
        """The record shown."""
        return self._record

    def show_result(self, finished: Finished | None, position: "Position | None") -> None:
        """Show a finished scan, or that a scan died without a result."""
        self.notice.show_text("")
        self._record = finished.record if finished else None
        self._position = position
        self.tabs.setVisible(self._record is not None)
        self.save_notice.show_text(spoken(finished.save_error) if finished and finished.save_error else "")
        if self._record is None:
            self.advice.show_advice(NO_RESULT)
            return
        record = self._record
        self.advice.show_advice(advice(record), record.verdict.reasons)
        self.threats.set_findings(record.findings)
        self.problems.set_problems(record.problems, record.coverage)
        self._show_tabs(record)
        self.retranslate()
        self.scroll_area.verticalScrollBar().setValue(0)

    def _show_tabs(self, record: ScanRecord) -> None:
        self.tabs.setTabVisible(0, bool(record.findings))
        self.tabs.setTabVisible(1, record.coverage.items_not_read > 0)
        self.tabs.setCurrentIndex(0 if record.findings else 1 if record.coverage.items_not_read > 0 else 2)
        if self.problems.rowCount() == 1:
            self.not_read_tree.expandAll()

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.advice.retranslate()
        self.tabs.setAccessibleName(_("Lists of the result"))
        self.threat_table.setAccessibleName(_("Threats"))
        self.not_read_tree.setAccessibleName(_("Items not read, by reason"))
        self.facts_table.setAccessibleName(_("Technical facts"))
        self.tabs.setTabText(2, _("Technical"))
        record = self._record
        if record is None:
            return
        self.tabs.setTabText(0, _("Threats ({count})").format(count=number(record.evidence.threats_found)))
        self.tabs.setTabText(1, _("Not read ({count})").format(count=number(record.coverage.items_not_read)))
        self.threats.retranslate()
        self.problems.retranslate()
        if self.problems.rowCount() == 1:
            self.not_read_tree.expandAll()
        self.facts.set_facts(record_facts(record, self._position))

    # --- reports -------------------------------------------------------------------------------------

    def save_report(self, services: "Services", finished: Finished) -> None:
        """Ask for a place and write the PDF report there."""
        self.saver.ask_and_save(self, services, finished.record, committed=finished.committed)

    def save_record(self, services: "Services", finished: Finished) -> None:
        """Ask for a place and write the record there."""
        self.saver.ask_and_save_record(self, services, finished.record)

    @Slot(object)
    def _saved(self, file: Path) -> None:
        self._saved_file = file
        self.notice.show_text(_("Saved: {file}").format(file=shown(str(file), 200)), _("Open"))
        if file.suffix == ".pdf":
            self._open_saved()

    @Slot(str)
    def _not_saved(self, sentence: str) -> None:
        self._saved_file = None
        self.notice.show_text(sentence)

    @Slot()
    def _open_saved(self) -> None:
        if self._saved_file is None:
            return
        try:
            open_file(self._saved_file)
        except MedScanError as error:
            self.notice.show_text(current().sentence(error.message))
