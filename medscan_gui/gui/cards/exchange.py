"""The cards of the whole fleet as files: a table for all of them, or TOML for one."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown
from medscan_gui.core.text import _, current, ngettext_
from medscan_gui.export.saving import write_whole
from medscan_gui.gui.background import Errand
from medscan_gui.gui.cards.preview import CardsPreview
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.widgets import Button, Card, Label, Notice, row

if TYPE_CHECKING:
    from medscan_gui.response.cards import CardChange, Fault
    from medscan_gui.services import Services
    from medscan_gui.store.journal import Journal, NoJournal

SUGGESTED_NAME = "MedScan-cards.csv"
#: More than any file of cards may have (`response.cards_csv`): the reader says so itself.
_MOST_BYTES = (16 << 20) + 1


class _Read(NamedTuple):
    """What a file would change, or what is wrong with it."""

    file: str
    changes: "tuple[CardChange, ...]" = ()
    faults: "tuple[Fault, ...]" = ()


class CardsSection(Card):
    """A section of the settings: how many cards there are, import and export."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, gap=12)
        self._services: Services | None = None
        self._errands: set[Errand] = set()
        self._count = 0
        self.preview: CardsPreview | None = None
        self.heading, self.lead = Label(role="heading"), Label(role="soft", wrap=True)
        self.count = Label()
        self.notice = Notice()
        self.bring, self.take = Button(icon_name="open"), Button(icon_name="save")
        self.bring.clicked.connect(self.ask_import)
        self.take.clicked.connect(self.ask_export)
        for part in (self.heading, self.lead, self.notice):
            self.body.addWidget(part)
        self.body.addLayout(row([self.count, None, self.bring, self.take]))

    def set_services(self, services: "Services") -> None:
        """Take the journal."""
        self._services = services
        self.refresh()

    def refresh(self) -> None:
        """Count the cards again."""
        if self._services is not None:
            self._ask(partial(_count_cards, self._services.journal), self._counted)

    def retranslate(self) -> None:
        """Set every text again."""
        self.heading.setText(_("Policy cards"))
        self.lead.setText(
            _(
                "What is allowed on each device, or on every device of a model. Edit one card in the journal, beside "
                "its device; edit all of them in a spreadsheet: export the table, change it, and import it again."
            )
        )
        self.bring.setText(_("Import cards…"))
        self.take.setText(_("Export cards…"))
        self._counted(self._count)

    @property
    def busy(self) -> bool:
        """Whether something is still being read or written."""
        return bool(self._errands)

    def _ask(self, work: Callable[[], object], answer: Callable[..., None]) -> None:
        errand = Errand(work, "cards", self)
        errand.done.connect(answer)
        errand.failed.connect(self._failed)
        errand.over.connect(self._over)
        self._errands.add(errand)
        errand.start()

    @Slot(object)
    def _over(self, errand: Errand) -> None:
        self._errands.discard(errand)
        errand.deleteLater()

    @Slot(object)
    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, MedScanError):
            raise error
        words = current().sentence(error.message)
        if self.preview is not None:
            self.preview.show_failure(words)
        else:
            self.notice.show_text(words)

    @Slot(object)
    def _counted(self, count: int) -> None:
        self._count = count
        self.count.setText(ngettext_("{count} card", "{count} cards", count).format(count=number(count)))
        self.take.setEnabled(self._services is not None)

    # --- out -----------------------------------------------------------------------------------------

    @Slot()
    def ask_export(self) -> None:
        """Ask for a place and write all cards there, with a line for each device that has none."""
        if self._services is None:
            return
        folder = self._services.reports_folder
        start = folder if folder.is_dir() else Path.home()
        chosen, _kind = QFileDialog.getSaveFileName(
            self, _("Export cards"), str(start / SUGGESTED_NAME), _("Table (*.csv)")
        )
        if chosen:
            path = Path(chosen)
            self.export_to(path if path.suffix else path.with_suffix(".csv"))

    def export_to(self, path: Path) -> None:
        """Write all cards to this file."""
        if self._services is not None:
            self._ask(partial(_export, self._services.journal, path, current().language), self._exported)

    @Slot(object)
    def _exported(self, path: Path) -> None:
        self.notice.show_text(_("Saved: {file}").format(file=shown(str(path), 200)))

    # --- in ------------------------------------------------------------------------------------------

    @Slot()
    def ask_import(self) -> None:
        """Ask for a file of cards, and show what it would change."""
        if self._services is None:
            return
        folder = self._services.reports_folder
        start = folder if folder.is_dir() else Path.home()
        kinds = _("Policy cards (*.csv *.toml)")
        chosen, _kind = QFileDialog.getOpenFileName(self, _("Import cards"), str(start), kinds)
        if chosen:
            self.import_from(Path(chosen))

    def import_from(self, path: Path) -> None:
        """Read this file, and show what it would change; nothing is entered before that is confirmed."""
        if self._services is not None and self.preview is None:
            self.notice.show_text("")
            self._ask(partial(_read, self._services.journal, path), self._show_preview)

    @Slot(object)
    def _show_preview(self, found: _Read) -> None:
        assert self._services is not None  # noqa: S101  # asked for with services
        operator = self._services.settings.current.operator_default
        self.preview = CardsPreview(found.file, found.changes, found.faults, operator, self.window())
        self.preview.enter_wanted.connect(self._enter)
        self.preview.finished.connect(self._closed)
        self.preview.open()

    @Slot()
    def _closed(self) -> None:
        if self.preview is not None:
            self.preview.deleteLater()
            self.preview = None

    @Slot(str)
    def _enter(self, operator: str) -> None:
        assert self._services is not None  # noqa: S101  # asked for with services
        assert self.preview is not None  # noqa: S101
        self._ask(partial(_apply, self._services.journal, self.preview.changes, operator), self._entered)

    @Slot(object)
    def _entered(self, count: int) -> None:
        if self.preview is not None:
            self.preview.accept()
        words = ngettext_("{count} card was entered.", "{count} cards were entered.", count)
        self.notice.show_text(words.format(count=number(count)))
        self.refresh()


class UnreadableFileError(MedScanError):
    """A file that the system does not let us read."""


def _count_cards(journal: "Journal | NoJournal") -> int:
    return len(journal.cards())


def _export(journal: "Journal | NoJournal", path: Path, language: str) -> Path:
    from medscan_gui.response.cards import known_lines
    from medscan_gui.response.cards_csv import write_csv

    write_whole(path, write_csv(known_lines(journal, devices=True), delimiter=";" if language == "fr" else ","))
    return path


def _read(journal: "Journal | NoJournal", path: Path) -> _Read:
    from medscan_gui.response.cards import CardsFileError, plan
    from medscan_gui.response.cards_csv import read_csv
    from medscan_gui.response.cards_toml import read_toml

    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UnreadableFileError(Message.of("cards.not_read", file=shown(str(path), 200), detail=detail)) from error
    try:
        lines = (read_toml(data),) if path.suffix.lower() == ".toml" else read_csv(data)
        return _Read(path.name, plan(journal, lines))
    except CardsFileError as error:
        return _Read(path.name, faults=error.faults)


def _apply(journal: "Journal | NoJournal", changes: "tuple[CardChange, ...]", operator: str) -> int:
    from medscan_gui.response.cards import apply

    return apply(journal, changes, operator=operator, now=datetime.now(UTC))
