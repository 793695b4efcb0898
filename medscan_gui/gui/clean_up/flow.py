"""From a result to a clean-up: may it be, what would it do, is it wanted; then a session to follow."""

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from medscan_gui.core.events import Finished
from medscan_gui.core.messages import Message
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Fate, Place
from medscan_gui.gui.clean_up.dialog import CleanUpDialog
from medscan_gui.gui.clean_up.doors import CleanUpDoor
from medscan_gui.gui.clean_up.errands import Errands

if TYPE_CHECKING:
    from medscan_gui.response.plan import CleanUpPlan
    from medscan_gui.services import Services


class CleanUpFlow(QObject):
    """Asks beside the window's thread; whatever is slow there leaves the window alive."""

    #: A clean-up may be offered for the result shown.
    offered = Signal()
    #: Why not (a Message).
    refused = Signal(object)
    #: The operator has confirmed: the session to follow.
    ready = Signal(object)
    #: Something is being prepared, or no longer.
    preparing = Signal(bool)
    #: A sentence: what went wrong.
    failed = Signal(str)

    def __init__(self, door: CleanUpDoor, window: QWidget) -> None:
        super().__init__(window)
        self._door = door
        self._window = window
        self._services: Services | None = None
        self._record: ScanRecord | None = None
        self._dialog: CleanUpDialog | None = None
        self._errands = Errands(self)
        self._errands.failed.connect(self._failed)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._errands.busy

    def show_result(self, services: "Services | None", finished: Finished | None) -> None:
        """Find out whether a clean-up may be offered for this result: `offered` or `refused` follows, or nothing."""
        self.forget()
        if services is None or finished is None or not self._has_threats(finished.record):
            return
        self._services, self._record = services, finished.record
        self._errands.ask("refusal", partial(self._door.refusal, services, finished.record), self._told)

    def forget(self) -> None:
        """The result is not shown any more."""
        self._record = None
        self._errands.forget()
        if self._dialog is not None:
            self._dialog.reject()

    @staticmethod
    def _has_threats(record: ScanRecord) -> bool:
        return any(found.fate is Fate.IN_PLACE for found in record.findings)

    def _told(self, refusal: object) -> None:
        if isinstance(refusal, Message):
            self.refused.emit(refusal)
        else:
            self.offered.emit()

    # --- the question --------------------------------------------------------------------------------

    def ask(self, paths: Collection[bytes] | None, operator: str) -> None:
        """Show what cleaning up these files (raw paths; None for all) would do; `ready` follows if it is wanted."""
        if self._services is None or self._record is None:
            return
        chosen = _indexes(self._record, paths)
        self.preparing.emit(True)
        work = partial(self._door.plan, self._services, self._record, chosen)
        self._errands.ask("plan", work, partial(self._confirm, self._record, chosen, operator))

    def _confirm(self, record: ScanRecord, chosen: tuple[int, ...] | None, operator: str, plan: object) -> None:
        from medscan_gui.response.plan import CleanUpPlan

        assert isinstance(plan, CleanUpPlan)  # noqa: S101  # our own answer to our own question
        self.preparing.emit(False)
        if self._services is None or record is not self._record:
            return
        if not self._wanted(plan, record):
            return
        self.preparing.emit(True)
        work = partial(self._door.session, self._services, record, chosen, operator)
        self._errands.ask("session", work, self._begin)

    def _wanted(self, plan: "CleanUpPlan", record: ScanRecord) -> bool:
        assert self._services is not None  # noqa: S101  # asked for with services
        self._dialog = CleanUpDialog(plan, record, self._services.paths, self._window)
        answer = self._dialog.exec()
        self._dialog.deleteLater()
        self._dialog = None
        return answer == QDialog.DialogCode.Accepted and record is self._record

    def _begin(self, session: object) -> None:
        self.preparing.emit(False)
        self.ready.emit(session)

    def _failed(self, sentence: str) -> None:
        self.preparing.emit(False)
        self.failed.emit(sentence)


def _indexes(record: ScanRecord, paths: Collection[bytes] | None) -> tuple[int, ...] | None:
    if paths is None:
        return None
    return tuple(
        index
        for index, found in enumerate(record.findings)
        if found.chain[0] in paths and found.place is Place.FILE
    )
