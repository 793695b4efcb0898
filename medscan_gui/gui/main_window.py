"""The main window: navigation, pages, notices, status. It is painted before anything slow is opened."""

import importlib
import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox, QStackedWidget, QWidget

from medscan_gui.core.messages import Message
from medscan_gui.core.record import SignatureFacts
from medscan_gui.core.text import _, current, on_language_change
from medscan_gui.gui.language import Language
from medscan_gui.gui.navigation import Navigation
from medscan_gui.gui.pages.base import Page
from medscan_gui.gui.pages.scan import ScanPage
from medscan_gui.gui.scan.stage import Stage
from medscan_gui.gui.status import StatusStrip
from medscan_gui.gui.theme import theme
from medscan_gui.gui.widgets import Notice, column, row

if TYPE_CHECKING:
    from medscan_gui.core.record import ScanRecord
    from medscan_gui.gui.scan_thread import Session
    from medscan_gui.session import Services
    from medscan_gui.store.settings import Settings
    from medscan_gui.system.paths import Paths

log = logging.getLogger(__name__)

#: Pages made on their first visit: module and class.
_LATER = {
    "journal": ("medscan_gui.gui.pages.journal", "JournalPage"),
    "quarantine": ("medscan_gui.gui.pages.quarantine", "QuarantinePage"),
    "settings": ("medscan_gui.gui.pages.settings", "SettingsPage"),
    "help": ("medscan_gui.gui.pages.help", "HelpPage"),
    "about": ("medscan_gui.gui.pages.about", "AboutPage"),
}

#: Milliseconds that a cancelled scan may take to end before the window closes without it.
CLOSE_PATIENCE_MS = 10_000


class MainWindow(QMainWindow):
    """Shows one page at a time. `painted` is emitted once, after the first real picture."""

    painted = Signal()
    closed = Signal()

    def __init__(self, paths: "Paths", scan_page: ScanPage | None = None) -> None:
        super().__init__()
        self._paths = paths
        self._services: Services | None = None
        self._painted = False
        self._closing = False
        self._question: QMessageBox | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(CLOSE_PATIENCE_MS)
        self._patience.timeout.connect(self.close)
        self.language = Language(paths)
        self.pages: dict[str, Page] = {}
        self.navigation = Navigation()
        self.stack = QStackedWidget()
        self.fault_notice, self.journal_notice, self.settings_notice = Notice(), Notice(), Notice()
        self.signature_notice = Notice(icon_name="signatures")
        self.strip = StatusStrip(paths)
        self.scan_page = scan_page or ScanPage()
        self._lay_out()
        self._add_page("scan", self.scan_page)
        self._connect()
        self._forget_language = on_language_change(self.retranslate)
        self.retranslate()
        self.setMinimumSize(1024, 700)
        self.resize(1280, 800)
        self.scan_page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        self._notices = QWidget()
        notices = (self.fault_notice, self.signature_notice, self.journal_notice, self.settings_notice)
        inside = column(notices, gap=8)
        inside.setContentsMargins(24, 12, 24, 0)
        self._notices.setLayout(inside)
        self._notices.hide()
        content = column([self._notices, self.stack, self.strip], gap=0)
        content.setStretch(1, 1)
        whole = row([self.navigation, content], gap=0)
        whole.setStretch(1, 1)
        centre = QWidget()
        centre.setLayout(whole)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        self.navigation.wanted.connect(self.show_page)
        self.scan_page.scan_over.connect(self._scan_over)
        self.scan_page.quarantine_wanted.connect(self._show_quarantine)
        self.scan_page.signatures_seen.connect(self.strip.show_signatures)
        self.fault_notice.acted.connect(self._fault_read)

    # --- pages ---------------------------------------------------------------------------------------

    def page(self, name: str) -> Page:
        """Return a page, made now if this is its first visit."""
        if name not in self.pages:
            module, kind = _LATER[name]
            self._add_page(name, getattr(importlib.import_module(module), kind)())
        return self.pages[name]

    def _add_page(self, name: str, page: Page) -> None:
        self.pages[name] = page
        self.stack.addWidget(page)
        page.show_scan_wanted.connect(self._show_scan)
        page.show_device_wanted.connect(self._show_device)
        page.settings_saved.connect(self._settings_saved)
        page.said.connect(self._said)
        page.journal_replaced.connect(self.retranslate)
        page.session_wanted.connect(self._follow)
        page.work_over.connect(self._work_over)
        if self._services is not None:
            page.set_services(self._services)
        page.retranslate()

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Bring a page to the front."""
        page = self.page(name)
        self.navigation.show_page(name)
        self.stack.setCurrentWidget(page)
        page.activated()
        page.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _show_scan(self, scan_id: str) -> None:
        self.show_page("journal")
        if show := getattr(self.pages["journal"], "show_scan", None):
            show(scan_id)

    @Slot(str)
    def _show_device(self, device_id: str) -> None:
        self.show_page("journal")
        if show := getattr(self.pages["journal"], "show_device", None):
            show(device_id)

    @Slot(str)
    def _show_quarantine(self, action_id: str) -> None:
        self.show_page("quarantine")
        if show := getattr(self.pages["quarantine"], "show_action", None):
            show(action_id)

    @Slot(object, object)
    def _follow(self, session: "Session", record: "ScanRecord") -> None:
        """Bring up the scan page with a scan that another page has prepared."""
        if self.scan_page.at_work:
            self._said(_("Another scan is running. Enter the passwords again when it has ended."))
            return
        self.show_page("scan")
        self.scan_page.unlock(session, record)

    # --- what arrives --------------------------------------------------------------------------------

    def set_services(self, services: "Services") -> None:
        """Take the opened services and tell every page."""
        self._services = services
        self.strip.show_services(services)
        self._show_problems()
        for page in self.pages.values():
            page.set_services(services)

    def show_signatures(self, facts: SignatureFacts, problem: Message | None = None) -> None:
        """Show version and age of the signatures, or why they cannot be used."""
        self.strip.show_signatures(facts)
        self.scan_page.show_signatures(facts)
        self._signature_problem = problem
        self._show_problems()

    def show_fault(self, sentence: str) -> None:
        """Tell the operator about a fault of the program itself."""
        self.fault_notice.show_text(sentence, _("Understood"))
        self._show_notices()

    _signature_problem: Message | None = None

    def _show_problems(self) -> None:
        words = current()
        problem = self._signature_problem
        self.signature_notice.show_text(words.sentence(problem) if problem else "")
        if self._services is not None:
            journal, settings = self._services.journal.problem, self._services.settings.problem
            self.journal_notice.show_text(words.sentence(journal) if journal else "")
            self.settings_notice.show_text(words.sentence(settings) if settings else "")
        self._show_notices()

    def _show_notices(self) -> None:
        notices = (self.fault_notice, self.signature_notice, self.journal_notice, self.settings_notice)
        self._notices.setVisible(any(notice.text for notice in notices))

    @Slot()
    def _fault_read(self) -> None:
        self.fault_notice.show_text("")
        self._show_notices()

    @Slot(str)
    def _said(self, sentence: str) -> None:
        self.fault_notice.show_text(sentence, _("Understood"))
        self._show_notices()

    @Slot(object)
    def _settings_saved(self, settings: "Settings") -> None:
        theme().choose(settings.theme)
        self.language.choose(settings.language)
        self.scan_page.settings_changed()

    @Slot(object)
    def _scan_over(self, _finished: object) -> None:
        self._journal_grew("scan")

    @Slot()
    def _work_over(self) -> None:
        self._journal_grew("quarantine")

    def _journal_grew(self, by: str) -> None:
        """Something that ran has ended, and the journal has its record."""
        self._withdraw_question()
        for name, page in self.pages.items():
            if name != by:
                page.journal_changed()
        if self._closing:
            self.close()

    @property
    def _at_work(self) -> bool:
        return any(page.at_work for page in self.pages.values())

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.setWindowTitle(_("MedScan"))
        self.navigation.retranslate()
        self.strip.retranslate()
        for page in self.pages.values():
            page.retranslate()
        self._show_problems()

    # --- the end -------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask while anything runs; then cancel it and wait for its record, but not for ever."""
        if self._at_work and not self._closing:
            event.ignore()
            if _session_ends() or self._may_stop():
                self.leave()
            return
        self._patience.stop()
        self._forget_language()
        event.accept()
        self.closed.emit()

    def leave(self) -> None:
        """Close without a question: what is under way is cancelled first, and its record written."""
        self._closing = True
        self._withdraw_question()
        if self._at_work:
            for page in self.pages.values():
                page.stop_work()
            self._patience.start()
        else:
            self.close()

    def _withdraw_question(self) -> None:
        if self._question is not None:
            self._question.reject()

    def _may_stop(self) -> bool:
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)
        title, question, consequence, go_on = self._closing_words()
        box.setWindowTitle(title)
        box.setText(question)
        box.setInformativeText(consequence)
        stop = box.addButton(_("Stop and close"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(go_on, QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        self._question = box
        box.exec()
        self._question = None
        box.deleteLater()
        return box.clickedButton() is stop

    def _closing_words(self) -> tuple[str, str, str, str]:
        """Return title, question, consequence and the word for staying."""
        if self.scan_page.stage is Stage.RUNNING:
            return (
                _("A scan is running"),
                _("A scan is running. Stop it and close MedScan?"),
                _("The journal will say that this scan was cancelled. It gives no result."),
                _("Go on scanning"),
            )
        if self.scan_page.stage is Stage.CLEANING:
            return (
                _("A clean-up is running"),
                _("Threats are being removed. Stop and close MedScan?"),
                _("Files already removed stay in the quarantine, all others stay where they are. Nothing is lost."),
                _("Go on cleaning up"),
            )
        return (
            _("The quarantine is at work"),
            _("Files of the quarantine are being dealt with. Stop and close MedScan?"),
            _("The file at hand is finished, the others stay as they are. Nothing is lost."),
            _("Go on"),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Note the first picture."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self.painted.emit)


def _session_ends() -> bool:
    """The operator logs off or shuts the computer down: no time for questions."""
    application = QApplication.instance()
    return isinstance(application, QApplication) and application.isSavingSession()
