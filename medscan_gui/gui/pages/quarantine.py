"""The quarantine: every file that a clean-up took, and putting back, destroying or exporting what is chosen."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from medscan_gui.core.action import ActionKind
from medscan_gui.core.messages import Message
from medscan_gui.core.quarantine import VaultEntry
from medscan_gui.core.text import current
from medscan_gui.gui.clean_up.errands import Errands
from medscan_gui.gui.models.quarantine_rows import Row
from medscan_gui.gui.pages.base import Page
from medscan_gui.gui.pages.quarantine_destroy import DestroyDialog
from medscan_gui.gui.pages.quarantine_export import ExportDialog
from medscan_gui.gui.pages.quarantine_loader import QuarantineLoader
from medscan_gui.gui.pages.quarantine_restore import RestoreDialog
from medscan_gui.gui.pages.quarantine_steps import left_out_words
from medscan_gui.gui.pages.quarantine_task import Task, TaskRunner
from medscan_gui.gui.pages.quarantine_view import DETAILS, NOTHING, PROGRESS, RESULT, QuarantineView

if TYPE_CHECKING:
    from medscan_gui.core.events import CleanUpProgress
    from medscan_gui.response.quarantine import Done, Quarantine
    from medscan_gui.services import Services

Why = Callable[[VaultEntry], Message | None]


class QuarantinePage(Page):
    """Reads the vault beside the window's thread and shows it; the parts live in `QuarantineView`."""

    #: Everything asked for has been read and is on screen.
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = QuarantineView(self)
        self.loader = QuarantineLoader(self)
        self.runner = TaskRunner(self)
        self._errands = Errands(self)
        self._quarantine: Quarantine | None = None
        self._read_once = False
        self._incoming: list[Row] = []
        self._wanted_action = ""
        self._dialog: QDialog | None = None
        self._connect()
        self._add_keys()

    def _connect(self) -> None:
        view = self.view
        self.loader.came.connect(self._rows_came)
        self.loader.over.connect(self._all_came)
        self.runner.progressed.connect(self._progressed)
        self.runner.over.connect(self._task_over)
        self._errands.failed.connect(self._failed)
        view.bar.changed.connect(self._narrow)
        view.show_all.clicked.connect(view.bar.clear)
        view.table.selectionModel().selectionChanged.connect(self._selected)
        view.details.restore_button.clicked.connect(self.restore_files)
        view.details.destroy_button.clicked.connect(self.destroy_files)
        view.details.export_button.clicked.connect(self.export_files)
        view.progress.cancel.clicked.connect(self.stop_work)
        view.progress.pause_wanted.connect(self.runner.pause)
        view.progress.go_on_wanted.connect(self.runner.resume)
        view.result.closed.connect(self._result_read)

    def _add_keys(self) -> None:
        inside = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for key, slot in (
            (QKeySequence.StandardKey.Find, self.view.bar.focus_search),
            (QKeySequence("Ctrl+R"), self.restore_files),
            (QKeySequence("Ctrl+E"), self.export_files),
            (QKeySequence("F5"), self.refresh),
        ):
            QShortcut(key, self, slot, context=inside)
        # In the search field, Del deletes a letter.
        here = Qt.ShortcutContext.WidgetShortcut
        QShortcut(QKeySequence.StandardKey.Delete, self.view.table, self.destroy_files, context=here)

    # --- what the window calls -----------------------------------------------------------------------

    def set_services(self, services: "Services") -> None:
        """Take the opened services; the vault is read on the first visit."""
        from medscan_gui.response.quarantine import Quarantine

        super().set_services(services)
        self._quarantine = Quarantine(services)
        if self._read_once:
            self.refresh()

    def activated(self) -> None:
        """Read the vault on the first visit."""
        if not self._read_once:
            self.refresh()

    def journal_changed(self) -> None:
        """A clean-up may have put files here."""
        if self._read_once:
            self.refresh()

    def retranslate(self) -> None:
        """Set every text again."""
        self.view.retranslate()
        self.view.show_count(reading=self.loader.busy)
        self._show_chosen()

    @property
    def at_work(self) -> bool:
        """Whether something is being done to entries."""
        return self.runner.running

    @Slot()
    def stop_work(self) -> None:
        """Begin nothing more."""
        if self.runner.running:
            self.view.progress.stopping()
            self.runner.cancel()

    @property
    def busy(self) -> bool:
        """Whether anything is still to come."""
        return self.loader.busy or self.runner.running or self._errands.busy

    def show_action(self, action_id: str) -> None:
        """Bring up what one clean-up put here."""
        self._wanted_action = action_id
        self.view.bar.clear()
        self.refresh()

    # --- reading -------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Read everything again; what is shown stays until the new list is complete."""
        self._read_once = True
        if self._quarantine is None:
            return
        self.view.notice.show_text("")
        self._incoming = []
        self.loader.read(self._quarantine.entries)
        self.view.show_count(reading=True)

    @Slot(object, bool)
    def _rows_came(self, rows: list[Row], first: bool) -> None:  # as the signal carries it
        if first:
            self._incoming = []
        self._incoming += rows
        # An empty list fills as rows arrive; one that is being read is not pulled away under the reader.
        if self.view.entries.total == len(self._incoming) - len(rows):
            self.view.entries.append(rows)
        self.view.show_count(reading=True)

    @Slot(str)
    def _all_came(self, problem: str) -> None:
        view = self.view
        chosen = frozenset(row.id for row in view.chosen())
        view.entries.replace(self._incoming)
        self._incoming = []
        view.bar.offer_devices(view.entries.devices())
        if self._wanted_action:
            chosen = self._of_action()
        view.choose(chosen)
        view.notice.show_text(problem)
        view.show_count(reading=False)
        self._show_chosen()
        self.settled.emit()

    def _of_action(self) -> frozenset[str]:
        wanted, self._wanted_action = self._wanted_action, ""
        rows = (self.view.entries.row(place) for place in range(self.view.entries.rowCount()))
        return frozenset(row.id for row in rows if row and row.entry and row.entry.action_id == wanted)

    @Slot()
    def _narrow(self) -> None:
        chosen = frozenset(row.id for row in self.view.chosen())
        self.view.entries.narrow(self.view.bar.wanted)
        self.view.choose(chosen)
        self.view.show_count(reading=self.loader.busy)
        self._show_chosen()

    # --- what is chosen ------------------------------------------------------------------------------

    @Slot()
    def _selected(self) -> None:
        self._show_chosen()

    def _show_chosen(self) -> None:
        view, quarantine = self.view, self._quarantine
        if view.below.currentIndex() in (PROGRESS, RESULT):
            return
        rows = view.chosen()
        view.below.setCurrentIndex(DETAILS if rows else NOTHING)
        view.below.setVisible(bool(view.entries.rowCount()))
        if not rows or quarantine is None:
            return
        view.details.show_rows(rows)
        entries = [row.entry for row in rows if row.entry is not None and row.damage is None]
        destroy = any(quarantine.why_not_destroyed(entry) is None for entry in entries)
        view.details.allow(
            restore=any(quarantine.why_not_restored(entry) is None for entry in entries),
            export=any(entry.held for entry in entries),
            destroy=destroy,
            why_not="" if destroy or not entries else self._why_not_destroyed(entries),
        )

    def _why_not_destroyed(self, entries: list[VaultEntry]) -> str:
        assert self._quarantine is not None  # noqa: S101  # asked for with a quarantine
        held = [entry for entry in entries if entry.held]
        why = self._quarantine.why_not_destroyed(held[0]) if held else None
        return current().sentence(why) if why else ""

    def _sorted_out(self, why_not: Why) -> tuple[list[VaultEntry], str]:
        """Return the chosen entries that can be acted upon, and a sentence about those that cannot."""
        fit: list[VaultEntry] = []
        reason: Message | None = None
        rows = self.view.chosen()
        for row in rows:
            refusal = row.damage or (why_not(row.entry) if row.entry else None)
            if refusal is None and row.entry is not None:
                fit.append(row.entry)
            else:
                reason = reason or refusal
        return fit, left_out_words(len(rows) - len(fit), current().sentence(reason) if reason else "")

    # --- acting --------------------------------------------------------------------------------------

    @property
    def _operator(self) -> str:
        return self.services.settings.current.operator_default if self.services else ""

    def _ready(self) -> "Quarantine | None":
        return None if self.runner.running or self._errands.busy or self._dialog else self._quarantine

    def _asked(self, dialog: QDialog) -> bool:
        self._dialog = dialog
        answer = dialog.exec()
        self._dialog = None
        dialog.deleteLater()
        return answer == QDialog.DialogCode.Accepted

    @Slot()
    def restore_files(self) -> None:
        """Ask where the chosen files go, and put them back."""
        if (quarantine := self._ready()) is None:
            return
        entries, left_out = self._sorted_out(quarantine.why_not_restored)
        if not entries:
            return
        dialog = RestoreDialog(entries, self._operator, left_out, self)
        if self._asked(dialog):
            folder, operator, reason = dialog.answer
            ids = [entry.id for entry in entries]
            work = partial(quarantine.restore, ids, operator=operator, folder=folder, reason=reason)
            self._begin(ActionKind.RESTORE, work)

    @Slot()
    def destroy_files(self) -> None:
        """Ask twice, and destroy the chosen files that may be destroyed."""
        if (quarantine := self._ready()) is None:
            return
        entries, left_out = self._sorted_out(quarantine.why_not_destroyed)
        if not entries:
            return
        dialog = DestroyDialog(entries, self._operator, left_out, self)
        if self._asked(dialog):
            operator, reason = dialog.answer
            ids = [entry.id for entry in entries]
            self._begin(ActionKind.DESTROY, partial(quarantine.destroy, ids, operator=operator, reason=reason))

    @Slot()
    def export_files(self) -> None:
        """Ask for a file and a password, and write the chosen samples there."""
        from medscan_gui.core.quarantine import USUAL_PASSWORD

        if (quarantine := self._ready()) is None or self.services is None:
            return
        entries, left_out = self._sorted_out(_why_not_exported)
        if not entries:
            return
        file = _free_name(self.services.reports_folder)
        dialog = ExportDialog(entries, self._operator, left_out, self, file=file, password=USUAL_PASSWORD)
        if self._asked(dialog):
            target, password, operator, reason = dialog.answer
            ids = [entry.id for entry in entries]
            work = partial(quarantine.export, ids, target, password, operator=operator, reason=reason)
            self._begin(ActionKind.EXPORT, work)

    def _begin(self, kind: ActionKind, make: Callable[[], Task]) -> None:
        """Read the chosen entries beside the window's thread, then follow the task."""
        self.view.progress.begin(kind)
        self.view.below.setCurrentIndex(PROGRESS)
        self.view.progress.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
        self._errands.ask("task", make, self._follow)

    def _follow(self, task: object) -> None:
        from medscan_gui.response.quarantine import QuarantineTask

        assert isinstance(task, QuarantineTask)  # noqa: S101  # our own answer to our own question
        self.runner.start(task)
        if self.view.progress.paused:  # it was pressed while the entries were still being read
            self.runner.pause()

    @Slot(object)
    def _progressed(self, progress: "CleanUpProgress") -> None:
        self.view.progress.show_progress(progress)

    @Slot(object)
    def _task_over(self, done: "Done | None") -> None:
        self.view.result.show_done(done)
        self.view.below.setCurrentIndex(RESULT)
        self.refresh()
        self.work_over.emit()

    @Slot()
    def _result_read(self) -> None:
        self.view.below.setCurrentIndex(NOTHING)
        self._show_chosen()
        self.view.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self.view.below.setCurrentIndex(NOTHING)
        self._show_chosen()
        self.view.notice.show_text(sentence)


def _why_not_exported(entry: VaultEntry) -> Message | None:
    return None if entry.held else Message.of("quarantine.not_held")


def _free_name(folder: Path) -> Path:
    """Return a name in the folder that nothing has: an export never replaces anything."""
    start = folder if folder.is_dir() else Path.home()
    for number in range(1, 1000):
        name = "MedScan-samples.zip" if number == 1 else f"MedScan-samples-{number}.zip"
        if not (start / name).exists():
            return start / name
    return start / "MedScan-samples.zip"
