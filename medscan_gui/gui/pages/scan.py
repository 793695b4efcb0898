"""The scan page: one button, one light. Before, during and after a scan share the band at the top."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from medscan_gui.core.device import Target
from medscan_gui.core.events import Finished, Preparing, Progress, Started
from medscan_gui.core.finding import Finding
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.record import SignatureFacts
from medscan_gui.core.text import _, current
from medscan_gui.core.words import Light
from medscan_gui.gui.pages.base import Page
from medscan_gui.gui.scan.actions import ScanActions
from medscan_gui.gui.scan.device_memory import DeviceMemory
from medscan_gui.gui.scan.hero import Hero
from medscan_gui.gui.scan.phrases import ready_words, result_words, running_words, whose_words
from medscan_gui.gui.scan.ready import ReadyView
from medscan_gui.gui.scan.result import ResultView
from medscan_gui.gui.scan.running import RunningView
from medscan_gui.gui.scan.stage import Stage
from medscan_gui.gui.scan.targets import Sight
from medscan_gui.gui.scan_thread import ScanRunner, Session
from medscan_gui.gui.widgets import column
from medscan_gui.gui.widgets.panels import GROUP_GAP, PAGE_MARGIN

if TYPE_CHECKING:
    from medscan_gui.session import ScanRequest, Services
    from medscan_gui.store.chain import Position

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

    def __init__(
        self,
        session_factory: SessionFactory = real_session,
        target_for_path: Callable[[str], Target] = real_target,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session_factory = session_factory
        self.stage = Stage.READY
        self._waiting_to_start = False
        self._paused = False
        self._target: Target | None = None
        self._finished: Finished | None = None
        self.runner = ScanRunner(self)
        self.buttons = ScanActions()
        self.hero = Hero(self.buttons)
        self.ready = ReadyView(target_for_path)
        self.running = RunningView()
        self.result = ResultView()
        self.memory = DeviceMemory(self.ready.device, self)
        self.views = QStackedWidget()
        for view in (self.ready, self.running, self.result):
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

    def journal_changed(self) -> None:
        """Complete the fields from what the journal knows now."""
        self.memory.refresh()

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.buttons.retranslate()
        self.ready.retranslate()
        self.running.retranslate()
        self.result.retranslate()
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
        self._show_paused(paused=False)
        self.running.begin()
        self._show_stage(Stage.RUNNING)
        self.runner.start(self._session_factory(self.services, request))
        self.scan_began.emit()

    @Slot()
    def toggle_pause(self) -> None:
        """Hold the scan, or go on."""
        if self.stage is not Stage.RUNNING:
            return
        self._show_paused(paused=not self._paused)
        (self.runner.pause if self._paused else self.runner.resume)()
        self._show_hero()

    @Slot()
    def cancel(self) -> None:
        """End the scan at once, without a question; the result says that it was cancelled."""
        self._waiting_to_start = False
        if self.stage is Stage.RUNNING:
            self.buttons.stopping()
            self.runner.cancel()
        elif self.stage is Stage.READY:
            self._show_hero()

    @Slot()
    def escape(self) -> None:
        """Go to the Cancel button; from there, cancel. One slip of a finger must not cost an hour's scan."""
        if self.stage is Stage.RUNNING and not self.buttons.cancel.hasFocus():
            self.buttons.cancel.setFocus()
        else:
            self.cancel()

    @Slot()
    def new_scan(self) -> None:
        """Go back to choosing."""
        if self.stage is not Stage.RESULT:
            return
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
    def _preparing(self, event: Preparing) -> None:
        self.running.show_step(current().sentence(event.step))

    @Slot(object)
    def _started(self, event: Started) -> None:
        self.running.show_step("")
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
        if self.services is not None and self.services.settings.current.sound:
            QApplication.beep()
        self.scan_over.emit(finished)

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
        self.buttons.show_paused(paused=paused)

    def _show_hero(self) -> None:
        if self.stage is Stage.READY:
            words = ready_words(self.ready.chooser.choice, waiting=self._waiting_to_start)
            self.hero.show_state(Light.IDLE, *words)
        elif self.stage is Stage.RUNNING:
            words = running_words(self._target, self._whose(), paused=self._paused)
            self.hero.show_state(Light.SCANNING, *words)
        elif self._finished is None:
            self.hero.show_state(Light.AMBER, _("The scan could not conclude."), "", "")
        else:
            record = self._finished.record
            self.hero.show_state(record.light, *result_words(record))

    def _whose(self) -> str:
        card = self.ready.device
        return whose_words(card.device(), card.operator)
