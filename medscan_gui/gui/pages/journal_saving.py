"""Lists of the journal as files: asks where, writes beside the window's thread, all or nothing."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from medscan_gui.core.messages import MedScanError
from medscan_gui.core.names import shown
from medscan_gui.core.record import ScanRecord, canonical_json
from medscan_gui.core.text import Words, _, current
from medscan_gui.export.formats import findings_csv, history_csv, problems_csv
from medscan_gui.export.saving import write_whole
from medscan_gui.gui.background import Errand
from medscan_gui.gui.models.scans import HistoryRow

SUGGESTED_NAME = "MedScan-journal.csv"


def ask_where(parent: QWidget, suggested: Path) -> Path | None:
    """Ask for a file to write; None if the operator declines. Qt asks before one would be overwritten."""
    kinds = ";;".join((_("Table (*.csv)"), _("Data (*.json)")))
    chosen, _kind = QFileDialog.getSaveFileName(parent, _("Save the list"), str(suggested), kinds)
    if not chosen:
        return None
    path = Path(chosen)
    return path if path.suffix else path.with_suffix(suggested.suffix)


class ListSaver(QObject):
    """Writes lists; `said` carries the sentence that tells the result, `saved` the path."""

    said = Signal(str)
    saved = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        #: Replaced in tests: a file dialog of the system cannot be answered there.
        self.ask_where: Callable[[QWidget, Path], Path | None] = ask_where

    def ask_and_save(self, entries: Sequence[HistoryRow], folder: Path) -> None:
        """Ask for a place and write these entries there: as data if the name ends in ``.json``, else as a table."""
        self.save(folder, SUGGESTED_NAME, partial(_history_file, tuple(entries), current()))

    def save(self, folder: Path, name: str, make: Callable[[Path], bytes]) -> None:
        """Ask for a place, and write there what `make` makes for the path chosen."""
        start = folder if folder.is_dir() else Path.home()
        path = self.ask_where(self._window, start / name)
        if path is None:
            return
        errand = Errand(partial(_write, make, path), "list", self)
        errand.done.connect(self._written)
        errand.failed.connect(self._not_written)
        errand.over.connect(errand.deleteLater)
        errand.start()

    @Slot(object)
    def _written(self, path: Path) -> None:
        self.said.emit(_("Saved: {file}").format(file=shown(str(path), 200)))
        self.saved.emit(path)

    @Slot(object)
    def _not_written(self, error: BaseException) -> None:
        if not isinstance(error, MedScanError):
            raise error
        self.said.emit(current().sentence(error.message))


def _write(make: Callable[[Path], bytes], path: Path) -> Path:
    write_whole(path, make(path))
    return path


def _history_file(entries: tuple[HistoryRow, ...], words: Words, path: Path) -> bytes:
    return canonical_json(entries) if path.suffix.lower() == ".json" else history_csv(entries, words)


def findings_file(record: ScanRecord, words: Words, path: Path) -> bytes:
    """Return the threats of a scan as a file."""
    return canonical_json(record.findings) if path.suffix.lower() == ".json" else findings_csv(record, words)


def problems_file(record: ScanRecord, words: Words, path: Path) -> bytes:
    """Return the items of a scan that were not read as a file."""
    return canonical_json(record.problems) if path.suffix.lower() == ".json" else problems_csv(record, words)
