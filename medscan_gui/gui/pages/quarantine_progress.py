"""While something is done to entries of the quarantine, and what became of each of them afterwards."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QWidget

from medscan_gui.core.action import ActionKind, ItemResult
from medscan_gui.core.events import CleanUpProgress
from medscan_gui.core.names import shown, shown_raw
from medscan_gui.core.text import _, current
from medscan_gui.gui.clean_up.words import done_words
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.models.quarantine_items import ActionItemsModel, ItemColumn
from medscan_gui.gui.pages.copy_table import CopyTable
from medscan_gui.gui.scan.bar import ScanBar
from medscan_gui.gui.scan.phrases import time_left
from medscan_gui.gui.widgets import Button, Card, ElidedLabel, Label, Notice, column, row

if TYPE_CHECKING:
    from medscan_gui.response.quarantine import Done

_LONGEST = 400
#: Pixels of a row whose remark takes two lines.
_TWO_LINES = 48


class TaskProgress(Card):
    """A bar, how many files, the one at hand; Pause and Cancel. `pause_wanted` and `go_on_wanted` are pressed there."""

    pause_wanted = Signal()
    go_on_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=20, gap=12)
        self._kind = ActionKind.RESTORE
        self._progress = CleanUpProgress()
        self.title = Label(role="heading")
        self.count = Label(role="heading")
        self.bar = ScanBar()
        self.current = ElidedLabel()
        self.left = Label(role="soft")
        self.pause = Button(icon_name="pause")
        self.cancel = Button(icon_name="cancel")
        self._paused = False
        self.pause.clicked.connect(self._toggle_pause)
        self.body.addLayout(row([self.title, None, self.count]))
        self.body.addWidget(self.bar)
        self.body.addWidget(self.current)
        self.body.addLayout(row([self.left, None, self.pause, self.cancel], gap=12))
        self.body.addStretch(1)

    def begin(self, kind: ActionKind) -> None:
        """Show that something begins."""
        self._kind = kind
        self._paused = False
        for button in (self.pause, self.cancel):
            button.setEnabled(True)
        self.show_progress(CleanUpProgress())
        self.retranslate()

    @property
    def paused(self) -> bool:
        """Whether a pause was asked for."""
        return self._paused

    def stopping(self) -> None:
        """It is on its way to its end: nothing more to press."""
        for button in (self.pause, self.cancel):
            button.setEnabled(False)

    @Slot()
    def _toggle_pause(self) -> None:
        self._paused = not self._paused
        (self.pause_wanted if self._paused else self.go_on_wanted).emit()
        self.retranslate()

    def show_progress(self, progress: CleanUpProgress) -> None:
        """Show how far it is."""
        self._progress = progress
        self.bar.show_share(progress.fraction, still=self._paused)
        done, total = number(progress.files_done), number(progress.files_total)
        self.count.setText(_("{done} of {total}").format(done=done, total=total) if progress.files_total else "")
        self.current.setText(shown_raw(progress.current, _LONGEST) if progress.current else "–")
        self.left.setText(_("Time left: {time}").format(time=time_left(progress.left)))

    def retranslate(self) -> None:
        """Set every text again."""
        titles = {
            ActionKind.RESTORE: _("Putting files back…"),
            ActionKind.DESTROY: _("Destroying files…"),
            ActionKind.EXPORT: _("Exporting files…"),
        }
        title = titles.get(self._kind, "")
        self.bar.setAccessibleName(title)
        self.title.setText(_("Paused after the file at hand") if self._paused else title)
        self.pause.setText(_("Go on") if self._paused else _("Pause"))
        self.pause.set_icon("play" if self._paused else "pause")
        self.cancel.setText(_("Cancel"))
        self.show_progress(self._progress)


class TaskResult(Card):
    """What became of each file; `closed` puts it away."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=16, gap=10)
        self._done: Done | None = None
        self.title = Label(role="heading", wrap=True)
        self.trouble, self.back = Notice(), Notice()
        self.items = ActionItemsModel(self)
        self.table = CopyTable()
        self.table.setModel(self.items)
        self.close_button = Button()
        self.close_button.clicked.connect(self.closed)
        header = self.table.horizontalHeader()
        header.resizeSection(ItemColumn.RESULT, 120)
        header.resizeSection(ItemColumn.FILE, 330)
        header.setSectionResizeMode(ItemColumn.WHY, QHeaderView.ResizeMode.Stretch)
        self.table.setWordWrap(True)
        self.table.verticalHeader().setDefaultSectionSize(_TWO_LINES)
        head = row([column([self.title]), self.close_button], gap=12)
        head.setStretch(0, 1)
        self.body.addLayout(head)
        self.body.addWidget(self.trouble)
        self.body.addWidget(self.back)
        self.body.addWidget(self.table, 1)
        self.table.setMinimumHeight(120)

    def show_done(self, done: "Done | None") -> None:
        """Show the end of a task; None for one that died by a fault of the program."""
        self._done = done
        self.items.set_actions(done.actions if done else ())
        self.retranslate()
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def all_done(self) -> bool:
        """Whether every file was done, without a remark."""
        items = [item for action in self._done.actions for item in action.items] if self._done else []
        return bool(items) and all(item.result is ItemResult.DONE and item.why is None for item in items)

    def retranslate(self) -> None:
        """Set every text again."""
        self.close_button.setText(_("Close the list"))
        self.table.setAccessibleName(_("What became of each file"))
        self.items.retranslate()
        done = self._done
        self.title.setText(result_title(done))
        error = done.save_error if done else None
        self.trouble.show_text(shown(current().sentence(error), _LONGEST) if error else "")
        back = _("The threats are there again. Treat the place as infected, and scan it again before it is used.")
        self.back.show_text(back if _threats_are_back(done) else "")


def _threats_are_back(done: "Done | None") -> bool:
    actions = done.actions if done else ()
    return any(
        action.kind is ActionKind.RESTORE and any(item.result is not ItemResult.NOT_DONE for item in action.items)
        for action in actions
    )


def result_title(done: "Done | None") -> str:
    """Return the end of a task in one sentence."""
    if done is None:
        return _("It was stopped by a fault of the program. The list shows how each entry stands now.")
    if not done.actions:
        return _("Nothing was done.")
    import msgspec

    first = done.actions[0]
    items = tuple(item for action in done.actions for item in action.items)
    wanted = sum(max(action.wanted, len(action.items)) for action in done.actions)
    return done_words(msgspec.structs.replace(first, items=items, wanted=wanted))
