"""From a result with locked files to the scan that reads them: the offer, the question, then a session to follow."""

from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _
from medscan_gui.gui.clean_up.errands import Errands
from medscan_gui.gui.unlock.dialog import PasswordDialog
from medscan_gui.gui.unlock.doors import UnlockDoor
from medscan_gui.gui.unlock.words import locked_words
from medscan_gui.gui.widgets import Notice

if TYPE_CHECKING:
    from medscan_gui.services import Services


class Unlocking(QObject):
    """Gives one notice its sentence and its button. Asks beside the window's thread; `failed` carries a sentence."""

    #: The session to follow, and the record whose locked files it reads.
    ready = Signal(object, object)
    failed = Signal(str)

    def __init__(self, notice: Notice, door: UnlockDoor, window: QWidget) -> None:
        super().__init__(window)
        self._notice, self._door, self._window = notice, door, window
        self._services: Services | None = None
        self._record: ScanRecord | None = None
        self._operator = ""
        self._files: tuple[bytes, ...] = ()
        self._dialog: PasswordDialog | None = None
        self._errands = Errands(self)
        self._errands.failed.connect(self._failed)
        notice.acted.connect(self.ask)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._errands.busy

    @property
    def offered(self) -> bool:
        """Whether the result shown has locked files."""
        return bool(self._files)

    def show_result(self, services: "Services | None", record: ScanRecord | None, operator: str) -> None:
        """Offer to enter passwords, if anything in this result is locked."""
        self.forget()
        if services is None or record is None:
            return
        self._services, self._record, self._operator = services, record, operator
        self._files = self._door.locked(record)
        self.retranslate()

    def forget(self) -> None:
        """The result is not shown any more."""
        self._record, self._files = None, ()
        self._errands.forget()
        if self._dialog is not None:
            self._dialog.reject()
        self._notice.button.setEnabled(True)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the language in use."""
        record = self._record
        self._notice.show_text(
            locked_words(record, len(self._files)) if record is not None else "", _("Enter passwords…")
        )

    @Slot()
    def ask(self) -> None:
        """Ask for passwords; `ready` follows if they are given."""
        services, record = self._services, self._record
        if services is None or record is None or not self._files or self._dialog is not None:
            return
        kept = services.settings.current.passwords
        self._dialog = dialog = PasswordDialog(self._files, self._door.passwords, kept, self._window)
        answer = dialog.exec()
        self._dialog = None
        dialog.deleteLater()
        if answer != QDialog.DialogCode.Accepted or record is not self._record:
            return
        if dialog.kept is not None:
            self._keep(services, dialog.kept)
        self._notice.button.setEnabled(False)
        work = partial(self._door.session, services, record, dialog.passwords, self._operator)
        self._errands.ask("session", work, partial(self._begin, record))

    def _keep(self, services: "Services", passwords: tuple[str, ...]) -> None:
        """Use these passwords from now on, and write them beside the window's thread."""
        settings = msgspec.structs.replace(services.settings.current, passwords=passwords)
        services.settings.current = settings
        self._errands.ask("settings", partial(services.settings.save, settings), _nothing)

    def _begin(self, record: ScanRecord, session: object) -> None:
        self._notice.button.setEnabled(True)
        if record is self._record:
            self.ready.emit(session, record)

    def _failed(self, sentence: str) -> None:
        self._notice.button.setEnabled(True)
        self.failed.emit(sentence)


def _nothing(_result: object) -> None:
    """Nothing follows."""
