"""Saving a report or a record: asks where, writes beside the window's thread, opens what was written."""

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from medscan_gui.core.action import ActionRecord
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.record import ScanRecord, encode_record, moment_of
from medscan_gui.core.text import _, current
from medscan_gui.export.saving import write_whole
from medscan_gui.gui.background import Errand

if TYPE_CHECKING:
    from medscan_gui.services import Services

_UNFIT = re.compile(r"[^\w.-]+")
_LONGEST = 60


def suggested_name(record: ScanRecord | ActionRecord, suffix: str) -> str:
    """Return a file name for a scan or an action: device and date; letters that every file system takes."""
    moment = moment_of(record.started)
    stamp = moment.astimezone().strftime("%Y-%m-%d_%Hh%M") if moment else "scan"
    device = _UNFIT.sub("-", record.device.asset_number or record.device.name or record.target.label)
    device = device.strip("-.")[:_LONGEST]
    return "_".join(part for part in ("MedScan", device, stamp) if part) + suffix


def _write_report(services: "Services", record: ScanRecord, committed: bool, file: Path) -> Path:
    from medscan_gui.response.reports import scan_report

    write_whole(file, scan_report(services, record, committed=committed))
    return file


def _write_action_report(services: "Services", action: ActionRecord, file: Path) -> Path:
    from medscan_gui.response.reports import action_report

    write_whole(file, action_report(services, action))
    return file


def _write_record(record: ScanRecord, file: Path) -> Path:
    write_whole(file, encode_record(record))
    return file


class ReportSaver(QObject):
    """Saves one thing at a time. `saved` carries the Path, `failed` the sentence to show."""

    saved = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._errand: Errand | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being written."""
        return self._errand is not None

    def ask_and_save(
        self, window: QWidget, services: "Services", record: ScanRecord, *, committed: bool = True
    ) -> None:
        """Ask for a place and write the PDF report there."""
        folder = services.reports_folder
        name = suggested_name(record, ".pdf")
        if file := self._ask(window, _("Save the PDF report"), folder, name, _("PDF report (*.pdf)")):
            self.save_report(services, record, file, committed=committed)

    def save_report(
        self, services: "Services", record: ScanRecord, file: Path, *, committed: bool = True
    ) -> None:
        """Write the PDF report to `file` beside the window's thread."""
        self._send(Errand(partial(_write_report, services, record, committed, file), "report", self))

    def ask_and_save_action(self, window: QWidget, services: "Services", action: ActionRecord) -> None:
        """Ask for a place and write the PDF report of an action there."""
        name = suggested_name(action, f"_{action.kind.value}.pdf")
        kinds = _("PDF report (*.pdf)")
        if file := self._ask(window, _("Save the PDF report"), services.reports_folder, name, kinds):
            self._send(Errand(partial(_write_action_report, services, action, file), "report", self))

    def ask_and_save_record(self, window: QWidget, services: "Services", record: ScanRecord) -> None:
        """Ask for a place and write the whole record there, as JSON."""
        name = suggested_name(record, ".json")
        if file := self._ask(window, _("Save the record"), services.reports_folder, name, _("Record (*.json)")):
            self._send(Errand(partial(_write_record, record, file), "record", self))

    @staticmethod
    def _ask(window: QWidget, title: str, folder: Path, name: str, kinds: str) -> Path | None:
        start = folder if folder.is_dir() else Path.home()
        chosen, _kind = QFileDialog.getSaveFileName(window, title, str(start / name), kinds)
        if not chosen:
            return None
        file = Path(chosen)
        return file if file.suffix else file.with_suffix(Path(name).suffix)

    def _send(self, errand: Errand) -> None:
        if self._errand is not None:
            return
        self._errand = errand
        errand.done.connect(self._done)
        errand.failed.connect(self._failed)
        errand.start()

    def _over(self) -> None:
        if self._errand is not None:
            self._errand.deleteLater()
            self._errand = None

    @Slot(object)
    def _done(self, file: Path) -> None:
        self._over()
        self.saved.emit(file)

    @Slot(object)
    def _failed(self, error: BaseException) -> None:
        self._over()
        if not isinstance(error, MedScanError):
            raise error
        self.failed.emit(current().sentence(error.message))
