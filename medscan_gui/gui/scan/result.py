"""After a scan: the advice first, then the lists and the technical facts."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QTabWidget, QWidget

from medscan_gui.core.action import ActionRecord, ItemResult
from medscan_gui.core.events import Finished
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _, current
from medscan_gui.export.advice import Advice, advice, told_reasons
from medscan_gui.gui.clean_up.choice_bar import ChoiceBar
from medscan_gui.gui.clean_up.kept_notice import KeptNotice
from medscan_gui.gui.clean_up.words import done_words
from medscan_gui.gui.models.facts import FactsModel
from medscan_gui.gui.models.findings import FindingsModel, outside_words
from medscan_gui.gui.models.opinions import opinion_rows, opinion_titles
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.models.problems import ProblemsModel
from medscan_gui.gui.models.slowest import slow_rows, slow_titles
from medscan_gui.gui.models.text_table import TextTable
from medscan_gui.gui.pages.journal_facts import record_facts
from medscan_gui.gui.reports import ReportSaver
from medscan_gui.gui.scan.advice_cards import AdviceCards, spoken
from medscan_gui.gui.scan.lists import NotReadTree, facts_table, opinions_table, slowest_table
from medscan_gui.gui.scan.procedure_panel import ProcedurePanel
from medscan_gui.gui.scan.threats import ThreatTable
from medscan_gui.gui.widgets import Label, Notice, column, scrolled
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


#: Places of the last tabs; second opinions and slowest items only where there are some.
OPINIONS, SLOWEST, TECHNICAL = 3, 4, 5
#: Pixels: the heading of a list and two of its rows; the titles of the tabs.
_FEW_ROWS, _TITLES = 104, 44


class ResultTabs(QTabWidget):
    """Takes the height that is left, and asks for no more than a list needs to be read: it scrolls by itself.

    A QTabWidget would ask for the height of its largest page, and the page around it would scroll as well.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setDocumentMode(True)

    def hasHeightForWidth(self) -> bool:
        """Return False, whatever the pages wish."""
        return False

    def sizeHint(self) -> QSize:
        """Return the least height."""
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return titles, and a list of a few rows below the line that is above the list of threats."""
        layout = page.layout() if (page := self.widget(0)) is not None else None
        above = layout.minimumSize().height() - _FEW_ROWS if layout is not None else 0
        return QSize(super().minimumSizeHint().width(), _TITLES + max(0, above) + _FEW_ROWS)


class ResultView(QWidget):
    """Shows one finished scan. `notice` is where a report or a saved record is announced."""

    #: The quarantine is to be shown: what this clean-up (id of its action) put there.
    quarantine_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._record: ScanRecord | None = None
        self._saved_file: Path | None = None
        self.saver = ReportSaver(self)
        self._position: Position | None = None
        self.save_notice = Notice(icon_name="save")
        self.notice = Notice(icon_name="report")
        self.done_notice = Notice(icon_name="quarantine")
        self.kept_notice = KeptNotice()
        self.locked_notice = Notice(icon_name="key")
        self._action: ActionRecord | None = None
        self.advice = AdviceCards()
        self.threats, self.problems, self.facts = FindingsModel(self), ProblemsModel(self), FactsModel(self)
        self.threat_table = ThreatTable(self.threats)
        self.choice_bar = ChoiceBar(self.threats)
        self.outside = Label(role="soft", wrap=True)
        self.outside.setContentsMargins(4, 0, 4, 6)
        threats = QWidget()
        threats.setLayout(column([self.choice_bar, self.outside, self.threat_table], gap=0))
        self.procedure = ProcedurePanel()
        self.procedure.counted.connect(self._show_procedure)
        self._procedure_steps = (0, 0)
        self.not_read_tree = NotReadTree(self.problems)
        self.facts_table = facts_table(self.facts)
        self.opinions, self.slowest = TextTable(opinion_titles, self), TextTable(slow_titles, self)
        self.opinions_table, self.slowest_table = opinions_table(self.opinions), slowest_table(self.slowest)
        self.tabs = ResultTabs()
        self.threat_table.setMinimumHeight(_FEW_ROWS)
        procedure = scrolled(column([self.procedure, None]))
        pages = (
            threats, self.not_read_tree, procedure, self.opinions_table, self.slowest_table, self.facts_table,
        )  # fmt: skip
        for view in pages:
            self.tabs.addTab(view, "")
        notices = (self.save_notice, self.notice, self.done_notice, self.kept_notice, self.locked_notice)
        layout = column([*notices, self.advice, self.tabs], gap=12)
        layout.setStretch(len(notices) + 1, 1)
        self.scroll_area = scrolled(layout)
        self.setLayout(column([self.scroll_area]))
        self.saver.saved.connect(self._saved)
        self.saver.failed.connect(self._not_saved)
        self.notice.acted.connect(self._open_saved)
        self.done_notice.acted.connect(self._show_quarantine)

    @property
    def record(self) -> ScanRecord | None:
        """The record shown."""
        return self._record

    def show_result(self, finished: Finished | None, position: "Position | None") -> None:
        """Show a finished scan, or that a scan died without a result."""
        self.notice.show_text("")
        self._action = finished.action if finished else None
        self._record = finished.record if finished else None
        self._position = position
        self.tabs.setVisible(self._record is not None)
        self.save_notice.show_text(spoken(finished.save_error) if finished and finished.save_error else "")
        if self._record is None:
            self.advice.show_advice(NO_RESULT)
            return
        record = self._record
        self.advice.show_advice(advice(record), told_reasons(record))
        self.threats.set_findings(record.findings, _uncertain(self._action))
        self.threat_table.show_fates()
        self.problems.set_problems(record.problems, record.coverage)
        self._show_tabs(record)
        self.retranslate()
        self.show_top()

    def show_top(self) -> None:
        """Show the beginning of the page."""
        self.scroll_area.verticalScrollBar().setValue(0)

    def show_procedure(self, services: "Services", record: ScanRecord, operator: str) -> None:
        """Show the hospital's procedure for this result."""
        self.procedure.show_procedure(services, record, operator)

    def _show_procedure(self, done: int, steps: int) -> None:
        self._procedure_steps = (done, steps)
        self.tabs.setTabVisible(2, steps > 0)
        words = _("Procedure ({done} of {count})")
        self.tabs.setTabText(2, words.format(done=number(done), count=number(steps)))

    def _show_tabs(self, record: ScanRecord) -> None:
        self.tabs.setTabVisible(0, bool(record.findings))
        self.tabs.setTabVisible(1, record.coverage.items_not_read > 0)
        self.tabs.setTabVisible(OPINIONS, bool(record.opinions))
        self.tabs.setTabVisible(SLOWEST, bool(record.slowest))
        self.tabs.setCurrentIndex(0 if record.findings else 1 if record.coverage.items_not_read > 0 else TECHNICAL)
        if self.problems.rowCount() == 1:
            self.not_read_tree.expandAll()

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.advice.retranslate()
        self.choice_bar.retranslate()
        self.kept_notice.retranslate()
        self.procedure.retranslate()
        self._show_procedure(*self._procedure_steps)
        action = self._action
        self.done_notice.show_text(done_words(action) if action else "", _("Open the quarantine") if action else "")
        self.tabs.setAccessibleName(_("Lists of the result"))
        self.threat_table.setAccessibleName(_("Threats"))
        self.not_read_tree.setAccessibleName(_("Items not read, by reason"))
        self.facts_table.setAccessibleName(_("Technical facts"))
        self.opinions_table.setAccessibleName(_("Second opinions"))
        self.slowest_table.setAccessibleName(_("Slowest items"))
        self.tabs.setTabText(TECHNICAL, _("Technical"))
        self.tabs.setTabText(OPINIONS, _("Second opinions"))
        self.tabs.setTabText(SLOWEST, _("Slowest items"))
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
        self.opinions.set_rows(opinion_rows(record))
        self.slowest.set_rows(slow_rows(record))
        self._say_outside()

    def _say_outside(self) -> None:
        """Say why some threats cannot be chosen; where none can, the line above says it."""
        outside = self.threats.outside if self.threats.choosable else 0
        self.outside.setText(outside_words(outside))
        self.outside.setVisible(outside > 0)

    @Slot()
    def _show_quarantine(self) -> None:
        if self._action is not None:
            self.quarantine_wanted.emit(self._action.id)

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


def _uncertain(action: ActionRecord | None) -> Iterator[bytes]:
    """Yield the raw paths of the files of which a clean-up does not know whether they were removed."""
    for item in action.items if action else ():
        if item.result is ItemResult.UNCERTAIN:
            yield item.chain[0]
