"""The list of scans as a file: asks where, writes beside the window's thread, all or nothing."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from medscan_gui.core.messages import MedScanError
from medscan_gui.core.names import shown
from medscan_gui.core.record import canonical_json
from medscan_gui.core.text import Words, _, current
from medscan_gui.export.formats import scans_csv
from medscan_gui.export.saving import write_whole
from medscan_gui.gui.background import Errand
from medscan_gui.store.journal import ScanSummary

SUGGESTED_NAME = "MedScan-journal.csv"


def ask_where(parent: QWidget, suggested: Path) -> Path | None:
    """Ask for a file to write; None if the operator declines. Qt asks before one would be overwritten."""
    kinds = ";;".join((_("Table (*.csv)"), _("Data (*.json)")))
    chosen, _kind = QFileDialog.getSaveFileName(parent, _("Export the list of scans"), str(suggested), kinds)
    if not chosen:
        return None
    path = Path(chosen)
    return path if path.suffix else path.with_suffix(suggested.suffix)


class ListSaver(QObject):
    """Writes lists of scans; `said` carries the sentence that tells the result, `saved` the path."""

    said = Signal(str)
    saved = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        #: Replaced in tests: a file dialog of the system cannot be answered there.
        self.ask_where: Callable[[QWidget, Path], Path | None] = ask_where

    def ask_and_save(self, scans: tuple[ScanSummary, ...], folder: Path) -> None:
        """Ask for a place and write these scans there: as data if the name ends in ``.json``, else as a table."""
        start = folder if folder.is_dir() else Path.home()
        path = self.ask_where(self._window, start / SUGGESTED_NAME)
        if path is None:
            return
        errand = Errand(partial(_write, scans, current(), path), "list", self)
        errand.done.connect(self._written)
        errand.failed.connect(self._not_written)
        errand.done.connect(errand.deleteLater)
        errand.failed.connect(errand.deleteLater)
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


def _write(scans: tuple[ScanSummary, ...], words: Words, path: Path) -> Path:
    if path.suffix.lower() == ".json":
        write_whole(path, canonical_json(scans))
    else:
        write_whole(path, scans_csv(scans, words))
    return path
