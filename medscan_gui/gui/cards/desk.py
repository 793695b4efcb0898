"""Opens the card of a device from any page, and keeps what is saved beside the window's thread."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from medscan_gui.core.device import Device
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.names import shown
from medscan_gui.core.policy import StoredCard
from medscan_gui.core.text import _, current
from medscan_gui.export.saving import write_whole
from medscan_gui.gui.background import Errand
from medscan_gui.gui.cards.editor import CardEditor
from medscan_gui.gui.cards.known import CardsKnown, keep_card, read_cards

if TYPE_CHECKING:
    from medscan_gui.services import Services
    from medscan_gui.store.journal import Journal, NoJournal


SUGGESTED_NAME = "MedScan-card.toml"


def ask_where(parent: QWidget, suggested: Path) -> Path | None:
    """Ask for a file to write; None if the operator declines."""
    chosen, _kind = QFileDialog.getSaveFileName(parent, _("Save the card"), str(suggested), _("Card (*.toml)"))
    if not chosen:
        return None
    path = Path(chosen)
    return path if path.suffix else path.with_suffix(".toml")


def write_card(journal: "Journal | NoJournal", card: StoredCard, path: Path) -> Path:
    """Write one card of the journal as a file that can be imported. Raises MedScanError."""
    from medscan_gui.response.cards import known_lines
    from medscan_gui.response.cards_toml import write_toml

    whose = {"device": card.device_id} if card.device_id else {"make": card.make, "model": card.model}
    lines = known_lines(journal)
    line = next(line for line in lines if whose.items() <= line.identity.items())
    write_whole(path, write_toml(line))
    return path


class CardDesk(QObject):
    """One editor at a time. `saved` carries the sentence to show once the journal has the card, `failed` why not."""

    saved = Signal(str)
    failed = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._services: Services | None = None
        self._device: Device | None = None
        self._operator = ""
        self._errand: Errand | None = None
        self.editor: CardEditor | None = None
        #: Replaced in tests: a file dialog of the system cannot be answered there.
        self.ask_where: Callable[[QWidget, Path], Path | None] = ask_where

    @property
    def busy(self) -> bool:
        """Whether the journal is being asked."""
        return self._errand is not None

    def edit(self, services: "Services", device: Device, operator: str) -> None:
        """Open the editor with what the journal has for this device."""
        if self.editor is not None or self.busy:
            return
        self._services, self._device, self._operator = services, device, operator
        self._send(Errand(partial(read_cards, services.journal, device), "cards", self), self._open)

    def _send(self, errand: Errand, answer: object) -> None:
        self._errand = errand
        errand.over.connect(self._over)
        errand.done.connect(answer)
        errand.failed.connect(self._failed)
        errand.start()

    @Slot(object)
    def _over(self, errand: Errand) -> None:
        errand.deleteLater()
        self._errand = None

    @Slot(object)
    def _open(self, known: CardsKnown) -> None:
        assert self._device is not None  # noqa: S101  # asked for with a device
        self.editor = CardEditor(self._device, known, self._operator, self._window)
        self.editor.save_wanted.connect(self._keep)
        self.editor.file_wanted.connect(self._ask_file)
        self.editor.finished.connect(self._closed)
        self.editor.open()

    @Slot()
    def _closed(self) -> None:
        if self.editor is not None:
            self.editor.deleteLater()
            self.editor = None

    @Slot(object)
    def _keep(self, card: StoredCard) -> None:
        assert self._services is not None  # noqa: S101  # asked for with services
        assert self._device is not None  # noqa: S101
        work = partial(keep_card, self._services.journal, self._device, card)
        words = _("The card was saved.") if card.card else _("The card was taken away.")
        self._send(Errand(work, "card", self), partial(self._kept, words))

    @Slot(object)
    def _ask_file(self, card: StoredCard) -> None:
        assert self._services is not None  # noqa: S101  # asked for with services
        folder = self._services.reports_folder
        start = folder if folder.is_dir() else Path.home()
        path = self.ask_where(self.editor or self._window, start / SUGGESTED_NAME)
        if path is not None and not self.busy:
            work = partial(write_card, self._services.journal, card, path)
            self._send(Errand(work, "card-file", self), self._file_written)

    @Slot(object)
    def _file_written(self, path: Path) -> None:
        if self.editor is not None:
            self.editor.notice.show_text(_("Saved: {file}").format(file=shown(str(path), 200)))

    def _kept(self, words: str, _nothing: object) -> None:
        if self.editor is not None:
            self.editor.accept()
        self.saved.emit(words)

    @Slot(object)
    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, MedScanError):
            raise error
        words = current().sentence(error.message)
        if self.editor is not None:
            self.editor.show_failure(words)
        else:
            self.failed.emit(words)
