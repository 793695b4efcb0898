"""What can be done after a scan: clean up, keep, undo. Joins the questions to the result and to its buttons."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.events import Finished
from medscan_gui.core.messages import Message
from medscan_gui.core.text import _
from medscan_gui.gui.clean_up.doors import CleanUpDoor
from medscan_gui.gui.clean_up.flow import CleanUpFlow
from medscan_gui.gui.clean_up.keeping import Keeping
from medscan_gui.gui.scan.actions import ScanActions
from medscan_gui.gui.scan.result import ResultView

if TYPE_CHECKING:
    from medscan_gui.services import Services


#: Refusals by a policy card that allows to look only: nothing at all is offered then.
_LOOK_ONLY = frozenset({"clean_up.detect_only", "clean_up.detect_only_default"})


class Aftermath(QObject):
    """`session_ready` carries a confirmed clean-up; `again_wanted` asks for the same scan once more."""

    session_ready = Signal(object)
    again_wanted = Signal()

    def __init__(self, door: CleanUpDoor, window: QWidget, result: ResultView, buttons: ScanActions) -> None:
        super().__init__(window)
        self._result, self._buttons = result, buttons
        self._services: Services | None = None
        self._finished: Finished | None = None
        self._operator = ""
        self.flow = CleanUpFlow(door, window)
        self.keeping = Keeping(door, window)
        self._connect()

    def _connect(self) -> None:
        flow, keeping, result = self.flow, self.keeping, self._result
        flow.offered.connect(self._offer)
        flow.refused.connect(self._refuse)
        flow.preparing.connect(self._preparing)
        flow.ready.connect(self.session_ready)
        flow.failed.connect(self._failed)
        keeping.kept.connect(self._kept)
        keeping.withdrawn.connect(self._withdrawn)
        keeping.failed.connect(self._failed)
        self._buttons.clean_up.clicked.connect(self.clean_up_all)
        for source in (result.choice_bar, result.threat_table):
            source.clean_up_wanted.connect(self.clean_up_chosen)
            source.keep_wanted.connect(self.keep_chosen)
        result.kept_notice.acted.connect(self.again_wanted)
        result.kept_notice.undo.clicked.connect(self.undo)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self.flow.busy or self.keeping.busy

    def show_result(self, services: "Services | None", finished: Finished | None, operator: str) -> None:
        """Offer what can be done about this result."""
        self.forget()
        self._services, self._finished, self._operator = services, finished, operator
        self.flow.show_result(services, finished)

    def forget(self) -> None:
        """The result is not shown any more."""
        self._finished = None
        self.flow.forget()
        self.keeping.forget()
        self._buttons.offer_clean_up(False)
        self._result.choice_bar.show_nothing()
        self._result.advice.offer_clean_up(False)
        self._result.threat_table.offer_keeping(False)
        self._result.kept_notice.show_text("")

    @property
    def _on_a_medium(self) -> bool:
        return self._finished is not None and self._finished.record.target.removable

    # --- cleaning up ---------------------------------------------------------------------------------

    @Slot()
    def _offer(self) -> None:
        self._buttons.offer_clean_up(True)
        self._result.choice_bar.show_offer()
        self._result.advice.offer_clean_up(self._on_a_medium)
        self._result.threat_table.offer_keeping(True)

    @Slot(object)
    def _refuse(self, why: Message) -> None:
        self._result.choice_bar.show_refusal(why)
        self._result.threat_table.offer_keeping(why.code not in _LOOK_ONLY)

    @Slot(bool)
    def _preparing(self, preparing: bool) -> None:  # as the signal carries it
        self._buttons.clean_up.setEnabled(not preparing)
        self._result.choice_bar.setEnabled(not preparing)
        self._result.notice.show_text(_("Looking at the files…") if preparing else "")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._result.notice.show_text(sentence)

    @Slot()
    def clean_up_all(self) -> None:
        """Ask about the files that are chosen; if none is, about every file with a threat that is still there."""
        if self._buttons.clean_up.isEnabled() and not self._buttons.clean_up.isHidden():
            self.flow.ask(self._result.threats.chosen or None, self._operator)

    @Slot()
    def clean_up_chosen(self) -> None:
        """Ask about the files that are chosen."""
        chosen = self._result.threats.chosen
        if chosen and self._result.threats.choosing:
            self.flow.ask(chosen, self._operator)

    # --- keeping -------------------------------------------------------------------------------------

    @Slot()
    def keep_chosen(self) -> None:
        """Ask why the chosen files are kept."""
        if self._services is None or self._finished is None or not self._result.threat_table.keeping:
            return
        model = self._result.threats
        findings = model.same_contents(model.chosen)
        if not model.choosing:
            model.choose_none()
        self.keeping.ask(self._services, findings, person=self._operator, scan_id=self._finished.record.id)

    @Slot(object)
    def _kept(self, acceptances: tuple[Acceptance, ...]) -> None:
        self._mark(acceptances, accepted=True)
        self._result.kept_notice.show_kept(self._result.threats.files_of(one.sha256 for one in acceptances))
        self._result.show_top()

    @Slot(object)
    def _withdrawn(self, acceptances: tuple[Acceptance, ...]) -> None:
        self._mark(acceptances, accepted=False)
        self._result.kept_notice.show_text("")
        self._result.notice.show_text(_("Taken back: the files are threats again. The journal keeps both entries."))

    def _mark(self, acceptances: tuple[Acceptance, ...], *, accepted: bool) -> None:
        self._result.threats.mark_accepted([one.sha256 for one in acceptances], accepted=accepted)
        self._result.threat_table.show_fates()

    @Slot()
    def undo(self) -> None:
        """Withdraw what was accepted last."""
        if self._services is not None and self.keeping.can_undo:
            self.keeping.undo(self._services)
