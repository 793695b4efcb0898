"""Keeping files: the dialog, the entry in the journal, and taking it back right after."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.finding import Finding
from medscan_gui.gui.clean_up.doors import CleanUpDoor
from medscan_gui.gui.clean_up.errands import Errands
from medscan_gui.gui.clean_up.keep_dialog import KeepDialog

if TYPE_CHECKING:
    from medscan_gui.services import Services


class Keeping(QObject):
    """`kept` and `withdrawn` carry the acceptances once the journal has them."""

    kept = Signal(object)
    withdrawn = Signal(object)
    failed = Signal(str)

    def __init__(self, door: CleanUpDoor, window: QWidget) -> None:
        super().__init__(window)
        self._door = door
        self._window = window
        self._latest: tuple[Acceptance, ...] = ()
        self._dialog: KeepDialog | None = None
        self._errands = Errands(self)
        self._errands.failed.connect(self.failed)

    @property
    def busy(self) -> bool:
        """Whether the journal is being written."""
        return self._errands.busy

    @property
    def can_undo(self) -> bool:
        """Whether the latest acceptances can be withdrawn."""
        return bool(self._latest)

    def forget(self) -> None:
        """The result is not shown any more: nothing is left to undo."""
        self._latest = ()
        self._errands.forget()
        if self._dialog is not None:
            self._dialog.reject()

    def ask(self, services: "Services", findings: Sequence[Finding], *, person: str, scan_id: str) -> None:
        """Ask why these files are kept, and enter the answer in the journal."""
        if not findings or self._errands.busy:
            return
        self._dialog = KeepDialog(findings, person=person, scan_id=scan_id, parent=self._window)
        answer = self._dialog.exec()
        acceptances = self._dialog.acceptances()
        self._dialog.deleteLater()
        self._dialog = None
        if answer == QDialog.DialogCode.Accepted and acceptances:
            self._errands.ask("keep", partial(self._enter, services, acceptances), self._entered)

    def undo(self, services: "Services") -> None:
        """Withdraw what was accepted last."""
        if not self._latest or self._errands.busy:
            return
        taken_back = tuple(msgspec.structs.replace(accepted, withdrawn=True) for accepted in self._latest)
        self._errands.ask("undo", partial(self._enter, services, taken_back), self._taken_back)

    def _enter(self, services: "Services", acceptances: tuple[Acceptance, ...]) -> tuple[Acceptance, ...]:
        for accepted in acceptances:
            self._door.accept(services, accepted)
        return acceptances

    def _entered(self, acceptances: object) -> None:
        assert isinstance(acceptances, tuple)  # noqa: S101  # our own answer to our own question
        self._latest = acceptances
        self.kept.emit(acceptances)

    def _taken_back(self, acceptances: object) -> None:
        self._latest = ()
        self.withdrawn.emit(acceptances)
