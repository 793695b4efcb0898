"""The journal: devices on one side, what happened to the chosen device on the other, details below."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.core.text import _, current
from medscan_gui.core.words import Light
from medscan_gui.gui.cards.desk import CardDesk
from medscan_gui.gui.models.scans import ScanColumn
from medscan_gui.gui.pages.base import Page
from medscan_gui.gui.pages.journal_details import THREATS
from medscan_gui.gui.pages.journal_edit import DeviceDialog
from medscan_gui.gui.pages.journal_loader import JournalLoader, Query, ScanPage
from medscan_gui.gui.pages.journal_read import CommittedAction, CommittedScan, read_action, read_scan
from medscan_gui.gui.pages.journal_repair import can_start_anew, confirm_new_journal, start_anew
from medscan_gui.gui.pages.journal_saving import ListSaver, findings_file, problems_file
from medscan_gui.gui.pages.journal_verify import chain_sentence
from medscan_gui.gui.pages.journal_view import JournalView
from medscan_gui.gui.reports import ReportSaver, suggested_name
from medscan_gui.gui.unlock.doors import UnlockDoor
from medscan_gui.gui.unlock.flow import Unlocking
from medscan_gui.store.journal import ChainReport, DeviceSummary, Journal
from medscan_gui.store.summaries import ScanSummary

if TYPE_CHECKING:
    from medscan_gui.services import Services


class JournalPage(Page):
    """Reads the journal beside the window's thread and shows it; the parts live in `JournalView`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = JournalView(self)
        self.loader = JournalLoader(self)
        self.reports = ReportSaver(self)
        self.lists = ListSaver(self)
        self.cards = CardDesk(self)
        self.unlocking = Unlocking(self.view.details.locked_notice, UnlockDoor(), self)
        #: Id of the scan whose locked files can be read with passwords; "" if it is not the newest of its place.
        self._unlockable = ""
        self._order = (ScanColumn.DATE, True)
        self._wanted = ""
        self._wanted_device = ""
        self._problem: Message | None = None
        self._connect()
        self._add_keys()

    def _connect(self) -> None:
        view, loader = self.view, self.loader
        loader.devices_came.connect(self._show_devices)
        loader.scans_came.connect(self._show_scans)
        loader.count_came.connect(view.show_count)
        loader.failed.connect(self._show_problem)
        self.reports.saved.connect(self._report_saved)
        self.reports.failed.connect(view.say)
        self.lists.said.connect(view.say)
        view.bar.changed.connect(self.refresh)
        view.devices.chosen.connect(self._device_chosen)
        view.scans.order_wanted.connect(self._sort)
        view.scans.more_wanted.connect(self._more)
        view.table.selectionModel().currentRowChanged.connect(self._line_chosen)
        view.table.activated.connect(self._open_details)
        view.report.clicked.connect(self.save_report)
        view.export.clicked.connect(self.save_list)
        view.verify.clicked.connect(self.verify)
        view.edit.clicked.connect(self.edit_device)
        view.card.clicked.connect(self.edit_card)
        view.details.table_wanted.connect(self.save_table)
        view.details.connected.wanted.connect(self.show_scan)
        view.action.scan_wanted.connect(self.show_scan)
        view.action.report.clicked.connect(self.save_report)
        self.unlocking.ready.connect(self.session_wanted)
        self.unlocking.failed.connect(view.say)
        self.cards.saved.connect(self._card_saved)
        self.cards.failed.connect(view.say)
        view.notice.acted.connect(self.start_new_journal)
        view.show_all.clicked.connect(view.bar.clear)

    def _add_keys(self) -> None:
        inside = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for key, slot in (
            (QKeySequence.StandardKey.Find, self.view.bar.focus_search),
            (QKeySequence.StandardKey.Print, self.save_report),
            (QKeySequence("Ctrl+E"), self.save_list),
            (QKeySequence.StandardKey.Refresh, self.refresh),
        ):
            QShortcut(key, self, slot, context=inside)

    # --- what the window calls ---

    def set_services(self, services: "Services") -> None:
        """Take the opened journal and show it."""
        super().set_services(services)
        self.loader.use(services.journal)
        self._problem = services.journal.problem
        self._show_banner()
        self.refresh()

    def retranslate(self) -> None:
        """Set every text again."""
        self.view.retranslate()
        self.view.details.connected.procedure.retranslate()
        self.unlocking.retranslate()
        self._show_banner()
        self._show_title()

    def activated(self) -> None:
        """Show what happened meanwhile."""
        self.refresh()

    def journal_changed(self) -> None:
        """Show a scan that was just recorded."""
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read devices and scans again; choice and order stay."""
        self.loader.devices(self.view.bar.text)
        self._ask_scans()

    @Slot(str)
    def show_scan(self, wanted: str) -> None:
        """Bring up one scan or action, whatever is filtered now."""
        self._wanted = wanted
        if self.view.scans.row_of(wanted) >= 0:
            self._look_for_wanted()
            return
        self.view.due.clear_choice()
        self.view.devices.choose("")
        self.view.bar.clear()

    def show_device(self, device_id: str) -> None:
        """Bring up the scans of one device."""
        self._wanted_device = device_id
        self.view.due.clear_choice()
        self.view.bar.clear()

    # --- devices and scans ---

    def _ask_scans(self) -> None:
        self.loader.scans(self._query())

    def _query(self) -> Query:
        chosen, bar = self.view.devices.current, self.view.bar
        return Query(chosen.device.id if chosen else "", bar.text, bar.light, *self._order)

    @Slot()
    def _more(self) -> None:
        self.loader.more(self._query(), self.view.scans.rowCount())

    @Slot(object)
    def _show_devices(self, devices: tuple[DeviceSummary, ...]) -> None:
        self.view.devices.show_devices(devices)
        if self._wanted_device:
            self.view.devices.choose(self._wanted_device)
            self._wanted_device = ""
        self._show_title()

    @Slot(object)
    def _device_chosen(self, _device: DeviceSummary | None) -> None:
        self._show_title()
        self._ask_scans()

    @Slot(int, bool)
    def _sort(self, column: int, descending: bool) -> None:
        if (ScanColumn(column), descending) != self._order:
            self._order = (ScanColumn(column), descending)
            self._ask_scans()

    @Slot(object)
    def _show_scans(self, page: ScanPage) -> None:
        model = self.view.scans
        if page.offset:
            model.append(page.scans, complete=page.complete)
        else:
            self.view.keep_selection(partial(model.replace, page.scans, complete=page.complete))
        if self._wanted:
            self._look_for_wanted()
        self.view.show_emptiness(self.view.bar.active)

    def _look_for_wanted(self) -> None:
        if self.view.scans.row_of(self._wanted) >= 0:
            self.view.select(self._wanted)
        elif not self.view.scans.complete:
            self.view.scans.fetchMore()
            return
        self._wanted = ""

    def _show_title(self) -> None:
        self.view.show_title(self.view.devices.current, writable=self._journal() is not None)

    @Slot(QModelIndex, QModelIndex)
    def _line_chosen(self, current_index: QModelIndex, _previous: QModelIndex) -> None:
        entry = self.view.scans.entry(current_index.row())
        if entry is None or self.services is None:
            self._offer_unlocking(None)
            self.view.show_record(None, None)
        elif isinstance(entry, ScanSummary):
            self.loader.ask("record", partial(read_scan, self.services.journal, entry.id), self._show_record)
        else:
            self.loader.ask("record", partial(read_action, self.services.journal, entry.id), self._show_action)

    def _show_record(self, found: object) -> None:
        assert isinstance(found, CommittedScan)  # noqa: S101  # our own answer to our own question
        details = self.view.details
        if details.record != found.record or found.record.light is Light.SCANNING:
            self.view.show_record(found.record, found.position)
            if self.services is not None:
                operator = self.services.settings.current.operator_default
                details.connected.procedure.show_procedure(self.services, found.record, operator)
        details.show_connected(found.connected)
        self._offer_unlocking(found)

    def _offer_unlocking(self, found: CommittedScan | None) -> None:
        """Offer to enter passwords where that can still be done: in the newest result of a place."""
        wanted = found.record.id if found is not None and found.newest else ""
        if wanted != self._unlockable:
            self._unlockable = wanted
            record = found.record if found is not None and wanted else None
            operator = self.services.settings.current.operator_default if self.services is not None else ""
            self.unlocking.show_result(self.services, record, operator)

    def _show_action(self, found: object) -> None:
        assert isinstance(found, CommittedAction)  # noqa: S101  # our own answer to our own question
        self._offer_unlocking(None)
        if self.view.action.action != found.action:
            self.view.show_action(found.action, found.position)

    @Slot(QModelIndex)
    def _open_details(self, _index: QModelIndex) -> None:
        shown_action = self.view.action.action is not None
        tabs = self.view.action.tabs if shown_action else self.view.details.tabs
        tabs.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # --- files ---

    @Slot()
    def save_report(self) -> None:
        """Write the PDF report of the chosen scan or action again."""
        record, action = self.view.details.record, self.view.action.action
        if action is not None and self.services is not None and self.view.action.report.isEnabled():
            self.reports.ask_and_save_action(self, self.services, action)
        elif record is not None and self.services is not None and self.view.report.isEnabled():
            self.reports.ask_and_save(self, self.services, record)

    @Slot(object)
    def _report_saved(self, path: Path) -> None:
        self.view.say(_("Saved: {file}").format(file=shown(str(path), 200)))

    @Slot()
    def save_list(self) -> None:
        """Write all that fits the search, in the order on screen, as CSV or JSON."""
        if self.view.scans.rowCount() and self.services is not None:
            self.loader.all(self._query(), self._save_all)

    def _save_all(self, page: object) -> None:
        assert isinstance(page, ScanPage)  # noqa: S101  # our own answer to our own question
        assert self.services is not None  # noqa: S101  # asked for with services
        self.lists.ask_and_save(page.scans, self.services.reports_folder)

    @Slot(int)
    def save_table(self, which: int) -> None:
        """Write the threats of the chosen scan, or its items not read, as a table."""
        record = self.view.details.record
        if record is None or self.services is None:
            return
        make, name = (findings_file, "threats") if which == THREATS else (problems_file, "not-read")
        file = suggested_name(record, f"_{name}.csv")
        self.lists.save(self.services.reports_folder, file, partial(make, record, current()))

    # --- the journal itself ---

    def _journal(self) -> Journal | None:
        """Return the journal if it can be written."""
        journal = self.services.journal if self.services else None
        return journal if isinstance(journal, Journal) and not journal.read_only else None

    @Slot()
    def verify(self) -> None:
        """Recompute the chain of the whole journal, and say the result."""
        if self.services is None:
            return
        self.view.verify.setEnabled(False)
        self.view.say(_("Verifying the journal…"))
        self.loader.ask("verify", self.services.journal.verify, self._verified)

    def _verified(self, report: object) -> None:
        assert isinstance(report, ChainReport)  # noqa: S101  # our own answer to our own question
        self.view.verify.setEnabled(True)
        self.view.say(chain_sentence(report))
        if report.lists_rebuilt:
            self.refresh()

    @Slot()
    def edit_device(self) -> None:
        """Ask for what is known of the chosen device, and add it to the journal."""
        chosen, journal = self.view.devices.current, self._journal()
        if chosen is None or journal is None:
            return
        dialog = DeviceDialog(chosen.device, self)
        dialog.suggest(self.loader, journal)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.loader.ask("device", partial(journal.save_device, dialog.device), self._device_saved)
        dialog.stop_suggesting(self.loader)
        dialog.deleteLater()

    def _device_saved(self, _nothing: object) -> None:
        self.view.say(_("The device was saved. Its earlier entries stay in the journal."))
        self.refresh()

    @Slot()
    def edit_card(self) -> None:
        """Open the policy card of the chosen device or of its model."""
        chosen = self.view.devices.current
        if chosen is not None and self._journal() is not None and self.services is not None:
            self.cards.edit(self.services, chosen.device, self.services.settings.current.operator_default)

    @Slot(str)
    def _card_saved(self, sentence: str) -> None:
        self.view.say(sentence)
        self.refresh()

    @Slot(object)
    def _show_problem(self, problem: Message) -> None:
        self._problem = problem
        self.view.verify.setEnabled(self.services is not None)
        self._show_banner()

    def _show_banner(self) -> None:
        """Offer what helps. The window already shows the journal's own problem above every page."""
        problem = self._problem
        if problem is not None and can_start_anew(problem):
            offer = _("MedScan can start a new journal. The present file is kept beside it, unchanged.")
            self.view.notice.show_text(offer, _("Start a new journal beside it…"))
        elif problem is not None and self.services is not None and problem != self.services.journal.problem:
            self.view.notice.show_text(current().sentence(problem))
        else:
            self.view.notice.show_text("")

    @Slot()
    def start_new_journal(self) -> None:
        """Keep the damaged journal beside a new one, once the operator has confirmed it."""
        if self.services is None or not confirm_new_journal(self):
            return
        self.loader.ask("new", partial(start_anew, self.services), self._new_journal)

    def _new_journal(self, journal: object) -> None:
        assert isinstance(journal, Journal)  # noqa: S101  # our own answer to our own question
        assert self.services is not None  # noqa: S101  # asked for with services
        self.services.journal.close()
        self.services.journal = journal
        self.set_services(self.services)
        self.journal_replaced.emit()
        self.view.say(_("A new journal was started. The old one was kept beside it, unchanged."))

    def changeEvent(self, event: QEvent) -> None:
        """Draw the small lights anew when the theme changed."""
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "view"):
            self.view.bar.retranslate()
        super().changeEvent(event)
