"""The scan page: one button, one light. Before, during and after a scan share the band at the top.

A clean-up is asked for in the result, runs in the same band, and ends in the result of the scan that verifies it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from medscan_gui.core.action import ActionItem
from medscan_gui.core.device import Target
from medscan_gui.core.events import CleanUpProgress, Finished, Preparing, Progress, Started
from medscan_gui.core.finding import Finding
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.record import ScanRecord, SignatureFacts
from medscan_gui.core.text import _
from medscan_gui.core.words import Light, ScanDepth
from medscan_gui.gui.clean_up.after import Aftermath
from medscan_gui.gui.clean_up.doors import CleanUpDoor
from medscan_gui.gui.clean_up.progress import CleaningView
from medscan_gui.gui.clean_up.words import cleaning_words, verifying_words
from medscan_gui.gui.pages.base import Page
from medscan_gui.gui.scan.actions import ScanActions
from medscan_gui.gui.scan.card_watch import CardWatch
from medscan_gui.gui.scan.device_memory import DeviceMemory
from medscan_gui.gui.scan.hero import Hero
from medscan_gui.gui.scan.phrases import ready_words, result_words, running_words, whose_words
from medscan_gui.gui.scan.ready import ReadyView
from medscan_gui.gui.scan.result import ResultView
from medscan_gui.gui.scan.running import RunningView
from medscan_gui.gui.scan.stage import Stage
from medscan_gui.gui.scan.targets import Choice, Sight
from medscan_gui.gui.scan_thread import ScanRunner, Session
from medscan_gui.gui.unlock.doors import UnlockDoor
from medscan_gui.gui.unlock.flow import Unlocking
from medscan_gui.gui.unlock.words import unlocking_words
from medscan_gui.gui.widgets import column
from medscan_gui.gui.widgets.panels import GROUP_GAP, PAGE_MARGIN

if TYPE_CHECKING:
    from medscan_gui.session import ScanRequest, Services
    from medscan_gui.store.chain import Position

#: Stages in which something runs that can be paused and cancelled.
UNDER_WAY = (Stage.CLEANING, Stage.RUNNING)

SessionFactory = Callable[["Services", "ScanRequest"], Session]
"""Makes the session of a request; tests put their own here."""


def real_session(services: "Services", request: "ScanRequest") -> Session:
    """Return the session that really scans."""
    from medscan_gui.session import ScanSession

    return ScanSession(services, request)


def real_target(path: str) -> Target:
    """Return the target at a path that the operator picked."""
    from medscan_gui.system.volumes import target_for_path

    return target_for_path(path)


class ScanPage(Page):
    """Chooses, scans, tells the result. The result stays until `new_scan`, whatever page is looked at."""

    scan_began = Signal()
    #: Finished, or None for a scan that died without a record.
    scan_over = Signal(object)
    signatures_seen = Signal(object)
    #: What a clean-up (id of its action) put into the quarantine is to be shown.
    quarantine_wanted = Signal(str)

    def __init__(
        self,
        session_factory: SessionFactory = real_session,
        target_for_path: Callable[[str], Target] = real_target,
        parent: QWidget | None = None,
        *,
        door: CleanUpDoor | None = None,
        unlock_door: UnlockDoor | None = None,
    ) -> None:
        super().__init__(parent)
        self._session_factory = session_factory
        self.stage = Stage.READY
        self._waiting_to_start = False
        self._paused = False
        self._verifying = False
        #: The scan whose locked files are being read.
        self._locked: ScanRecord | None = None
        self._target: Target | None = None
        self._finished: Finished | None = None
        self.runner = ScanRunner(self)
        self.buttons = ScanActions()
        self.hero = Hero(self.buttons)
        self.ready = ReadyView(target_for_path)
        self.cleaning = CleaningView()
        self.running = RunningView()
        self.result = ResultView()
        self.memory = DeviceMemory(self.ready.device, self)
        self.cards = CardWatch(self.ready, self)
        self.after = Aftermath(door or CleanUpDoor(), self, self.result, self.buttons)
        self.unlocking = Unlocking(self.result.locked_notice, unlock_door or UnlockDoor(), self)
        self.views = QStackedWidget()
        for view in (self.ready, self.cleaning, self.running, self.result):
            self.views.addWidget(view)
        layout = column([self.hero, self.views], margins=PAGE_MARGIN, gap=GROUP_GAP)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._connect()
        self._shortcuts = [self._shortcut(*pair) for pair in self._keys()]
        self._show_stage(Stage.READY)

    def _connect(self) -> None:
        buttons = self.buttons
        buttons.scan.clicked.connect(self.start)
        buttons.pause.clicked.connect(self.toggle_pause)
        buttons.cancel.clicked.connect(self.cancel)
        buttons.report.clicked.connect(self.save_report)
        buttons.record.clicked.connect(self.save_record)
        buttons.again.clicked.connect(self.new_scan)
        self.ready.scan_wanted.connect(self.start)
        self.ready.chooser.chosen.connect(self._target_chosen)
        self.ready.chooser.depth_changed.connect(self._show_hero)
        self.cards.desk.failed.connect(self.said)
        self.after.session_ready.connect(self._clean_up)
        self.after.again_wanted.connect(self.scan_again)
        self.unlocking.ready.connect(self.unlock)
        self.unlocking.failed.connect(self.result.notice.show_text)
        self.result.quarantine_wanted.connect(self.quarantine_wanted)
        self.runner.cleaning.connect(self._cleaning_progressed)
        self.runner.files_cleaned.connect(self._files_cleaned)
        self.runner.preparing.connect(self._preparing)
        self.runner.started.connect(self._started)
        self.runner.progressed.connect(self._progressed)
        self.runner.threats_found.connect(self._threats_found)
        self.runner.finished.connect(self._scan_finished)

    def _keys(self) -> tuple[tuple[QKeySequence, Callable[[], None]], ...]:
        return (
            (QKeySequence("F5"), self.start),
            (QKeySequence("Esc"), self.escape),
            (QKeySequence("Ctrl+P"), self.save_report),
            (QKeySequence("F8"), self.clean_up),
            (QKeySequence(QKeySequence.StandardKey.Undo), self.undo),
        )

    def _shortcut(self, keys: QKeySequence, action: Callable[[], None]) -> QShortcut:
        shortcut = QShortcut(keys, self)
        shortcut.activated.connect(action)
        return shortcut

    # --- what the window calls -----------------------------------------------------------------------

    def set_services(self, services: "Services") -> None:
        """Take the opened services; starts the scan that was asked for meanwhile."""
        super().set_services(services)
        self.memory.set_services(services)
        self.cards.set_services(services)
        if self._waiting_to_start:
            self._waiting_to_start = False
            self.start()

    def show_sight(self, sight: Sight) -> None:
        """Show what is plugged in."""
        self.ready.chooser.show_sight(sight)

    def show_signatures(self, facts: SignatureFacts) -> None:
        """Show version and age of the signatures."""
        self.buttons.show_signatures(facts)

    def settings_changed(self) -> None:
        """Follow new settings."""
        self.memory.settings_changed()

    @property
    def at_work(self) -> bool:
        """Whether a scan or a clean-up is under way."""
        return self.runner.running

    def stop_work(self) -> None:
        """Cancel it; its record is written."""
        if self.runner.running:
            self.cancel()

    def journal_changed(self) -> None:
        """Complete the fields from what the journal knows now."""
        self.memory.refresh()
        self.cards.look()

    def activated(self) -> None:
        """Look again at what may have changed on other pages."""
        self.cards.look()

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.buttons.retranslate()
        self.ready.retranslate()
        self.cleaning.retranslate()
        self.running.retranslate()
        self.result.retranslate()
        self.unlocking.retranslate()
        self._show_hero()

    # --- the scan ------------------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        """Scan the chosen target. Waits for the services if they are still being opened."""
        if self.stage is not Stage.READY or self.ready.chooser.target is None:
            return
        self._waiting_to_start = True
        if self.services is None:
            self._show_hero()
        else:
            self.memory.resolve(self._start_now)

    def _start_now(self) -> None:
        target = self.ready.chooser.target
        if not self._waiting_to_start or self.stage is not Stage.READY or target is None or self.services is None:
            return
        from medscan_gui.session import ScanRequest

        self._waiting_to_start = False
        self._target = target
        self._finished = None
        request = ScanRequest(target, self.ready.device.device(), self.ready.device.operator)
        try:
            session = self._session_factory(self.services, request)
        except MedScanError as refusal:
            self.ready.card_line.show_refusal(refusal.message)
            self._show_hero()
            return
        self._locked = None
        self._begin(session)

    def _begin(self, session: Session) -> None:
        self._show_paused(paused=False)
        self._verifying = False
        self.running.begin()
        self._show_stage(Stage.RUNNING)
        self.runner.start(session)
        self.scan_began.emit()

    @Slot(object, object)
    def unlock(self, session: Session, record: ScanRecord) -> None:
        """Follow the scan that reads the locked files of `record` with passwords. Nothing happens while one runs."""
        if self.runner.running:
            return
        self._waiting_to_start = False
        self._forget_result()
        self._locked, self._target = record, record.target
        self._begin(session)

    @Slot(object)
    def _clean_up(self, session: Session) -> None:
        """Follow a clean-up that the operator has confirmed."""
        if self.stage is not Stage.RESULT or self.runner.running:
            return
        self._show_paused(paused=False)
        self._verifying, self._locked = True, None
        self._forget_result()
        self.cleaning.begin()
        self._show_stage(Stage.CLEANING)
        self.runner.start(session)
        self.scan_began.emit()

    @Slot()
    def clean_up(self) -> None:
        """Ask about removing all threats of the result."""
        if self.stage is Stage.RESULT:
            self.after.clean_up_all()

    @Slot()
    def undo(self) -> None:
        """Take back that files were accepted."""
        if self.stage is Stage.RESULT:
            self.after.undo()

    @Slot()
    def scan_again(self) -> None:
        """Scan the same target once more."""
        target = self._finished.record.target if self._finished else None
        self.new_scan()
        if target is not None and target != self.ready.chooser.target:
            self.ready.chooser.choose_target(target)
        self.start()

    @Slot()
    def toggle_pause(self) -> None:
        """Hold the scan, or go on."""
        if self.stage not in UNDER_WAY:
            return
        self._show_paused(paused=not self._paused)
        (self.runner.pause if self._paused else self.runner.resume)()
        self._show_hero()

    @Slot()
    def cancel(self) -> None:
        """End the scan at once, without a question; the result says that it was cancelled."""
        self._waiting_to_start = False
        if self.stage in UNDER_WAY:
            self.buttons.stopping()
            self.runner.cancel()
        elif self.stage is Stage.READY:
            self._show_hero()

    @Slot()
    def escape(self) -> None:
        """Go to the Cancel button; from there, cancel. One slip of a finger must not cost an hour's scan."""
        if self.stage in UNDER_WAY and not self.buttons.cancel.hasFocus():
            self.buttons.cancel.setFocus()
        else:
            self.cancel()

    @Slot()
    def new_scan(self) -> None:
        """Go back to choosing."""
        if self.stage is not Stage.RESULT:
            return
        self._forget_result()
        self.ready.chooser.depth_choice.choose(ScanDepth.FULL)
        self.ready.device.forget_edits()
        self._show_stage(Stage.READY)
        self.memory.refresh()
        if target := self.ready.chooser.target:
            self.memory.follow(target)

    @Slot()
    def save_report(self) -> None:
        """Ask for a place and write the PDF report."""
        if self.stage is Stage.RESULT and self._finished and self.services:
            self.result.save_report(self.services, self._finished)

    @Slot()
    def save_record(self) -> None:
        """Ask for a place and write the record that the journal did not take."""
        if self.stage is Stage.RESULT and self._finished and self.services:
            self.result.save_record(self.services, self._finished)

    # --- what the scan says --------------------------------------------------------------------------

    @Slot(object)
    def _cleaning_progressed(self, event: CleanUpProgress) -> None:
        self.cleaning.show_progress(event)

    @Slot(object)
    def _files_cleaned(self, items: list[ActionItem]) -> None:
        self.cleaning.show_files(items)

    @Slot(object)
    def _preparing(self, event: Preparing) -> None:
        if self.stage is Stage.CLEANING:
            self.running.begin(verifying=True)
            self._show_stage(Stage.RUNNING)
        self.running.show_step(event)

    @Slot(object)
    def _started(self, event: Started) -> None:
        self.running.show_step(None)
        self.show_signatures(event.signatures)
        self.signatures_seen.emit(event.signatures)

    @Slot(object)
    def _progressed(self, event: Progress) -> None:
        self.running.show_progress(event)

    @Slot(object)
    def _threats_found(self, findings: list[Finding]) -> None:
        self.running.show_threats(findings)

    @Slot(object)
    def _scan_finished(self, finished: Finished | None) -> None:
        self._finished = finished
        self.result.show_result(finished, self._position_of(finished))
        self._show_stage(Stage.RESULT)
        self._show_what_follows(finished)
        if self.services is not None and self.services.settings.current.sound:
            QApplication.beep()
        self.scan_over.emit(finished)

    def _forget_result(self) -> None:
        self.after.forget()
        self.unlocking.forget()

    def _show_what_follows(self, finished: Finished | None) -> None:
        operator = finished.record.operator if self._locked and finished else self.ready.device.operator
        self.after.show_result(self.services, finished, operator)
        self.unlocking.show_result(self.services, finished.record if finished else None, operator)
        if self.services is not None and finished is not None:
            self.result.show_procedure(self.services, finished.record, operator)
        else:
            self.result.procedure.clear()

    def _position_of(self, finished: Finished | None) -> "Position | None":
        if finished is None or not finished.committed or self.services is None:
            return None
        try:
            return self.services.journal.position(finished.record.id)
        except MedScanError:
            return None  # the journal went away since; the record itself says what it proves

    @Slot(object)
    def _target_chosen(self, target: Target) -> None:
        self.memory.follow(target)
        if self.stage is Stage.READY:
            self._show_hero()

    # --- what is shown -------------------------------------------------------------------------------

    def _show_stage(self, stage: Stage) -> None:
        self.stage = stage
        finished = self._finished
        self.buttons.show_stage(
            stage, has_record=finished is not None, committed=finished is not None and finished.committed
        )
        self.views.setCurrentIndex(list(Stage).index(stage))
        self._show_hero()
        first = self.buttons.first(stage, has_record=finished is not None)
        self.setFocusProxy(first)
        if self.isVisible():
            first.setFocus()

    def _show_paused(self, *, paused: bool) -> None:
        self._paused = paused
        self.hero.light.set_paused(paused)
        self.cleaning.show_paused(paused=paused)
        self.running.show_paused(paused=paused)
        self.buttons.show_paused(paused=paused)

    def _show_hero(self) -> None:
        if self.stage is Stage.READY:
            words = ready_words(self.ready.chooser.choice, waiting=self._waiting_to_start)
            self.hero.show_state(Light.IDLE, *words)
        elif self.stage in UNDER_WAY:
            self.hero.show_state(Light.SCANNING, *self._words_under_way())
        elif self._finished is None:
            self.hero.show_state(Light.AMBER, _("The scan could not conclude."), "", "")
        else:
            record = self._finished.record
            self.hero.show_state(record.light, *result_words(record))

    def _words_under_way(self) -> tuple[str, str, str]:
        card = self.ready.device
        whose = whose_words(card.device(), card.operator)
        if self.stage is Stage.CLEANING:
            return cleaning_words(self._target, whose, paused=self._paused)
        if (locked := self._locked) is not None:
            return unlocking_words(paused=self._paused), Choice(locked.target).title, whose_words(locked.device, "")
        words = verifying_words if self._verifying else running_words
        return words(self._target, whose, paused=self._paused)
