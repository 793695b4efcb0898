"""Putting files back: where to, then what it means."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QRadioButton, QWidget

from medscan_gui.core.names import raw_bytes, shown
from medscan_gui.core.quarantine import VaultEntry
from medscan_gui.core.text import _, ngettext_
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.pages.quarantine_steps import TwoSteps, WhoAndWhy, files_list
from medscan_gui.gui.widgets import Button, ElidedLabel, Label, Notice, column, row


class RestoreAnswer(NamedTuple):
    """What the operator decided; `folder` None stands for the files' own places."""

    folder: bytes | None
    operator: str
    reason: str


class RestoreDialog(TwoSteps):
    """Asks where these entries go, and says that the threats come back with them."""

    def __init__(
        self, entries: Sequence[VaultEntry], operator: str, left_out: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(_("Restore"), parent)
        count = len(entries)
        self._count = count
        self._folder = ""
        self.own = QRadioButton(_("To their own places"))
        self.elsewhere = QRadioButton(_("Into a folder:"))
        self.own.setChecked(True)
        self.folder = ElidedLabel()
        self.choose = Button(_("Choose…"), icon_name="folder")
        self.who = WhoAndWhy(operator, required=False)
        self.left_out = Notice()
        self.left_out.show_text(left_out)
        self.warning = Notice()
        self.where = Label(wrap=True)
        self._lay_out(entries)
        self.add_confirm(
            Button(
                ngettext_("Put {count} file back", "Put {count} files back", count).format(count=number(count)),
                icon_name="restore",
            )
        )
        self.confirm.clicked.connect(self.accept)
        self.choose.clicked.connect(self._choose_folder)
        self.own.toggled.connect(self._complete)
        self._complete()

    def _lay_out(self, entries: Sequence[VaultEntry]) -> None:
        count = len(entries)
        heading = ngettext_("Put {count} file back?", "Put {count} files back?", count).format(count=number(count))
        place = row([self.elsewhere, self.folder, self.choose], gap=12)
        place.setStretch(1, 1)
        first, second = QWidget(), QWidget()
        first.setLayout(column([Label(heading, "title"), self.left_out, self.own, place, self.who, None], gap=14))
        back = Label(_("The threat comes back"), "title")
        second.setLayout(column([back, self.warning, self.where, files_list(entries), None], gap=14))
        self.steps.addWidget(first)
        self.steps.addWidget(second)

    @property
    def answer(self) -> RestoreAnswer:
        """What was decided."""
        operator, reason = self.who.answer
        folder = raw_bytes(self._folder) if self.elsewhere.isChecked() else None
        return RestoreAnswer(folder, operator, reason)

    def choose_folder(self, folder: str) -> None:
        """Put the files into this folder."""
        self._folder = folder
        self.folder.setText(shown(folder, 300))
        self.elsewhere.setChecked(True)
        self._complete()

    @Slot()
    def _choose_folder(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, _("Folder for the restored files"), self._folder):
            self.choose_folder(folder)

    @Slot()
    def _complete(self) -> None:
        self.forward.setEnabled(self.own.isChecked() or bool(self._folder))

    def prepare_second(self) -> None:
        """Say what it means, with the place that was chosen."""
        self.warning.show_text(
            ngettext_(
                "This file was found to hold a threat. Put it back only if you know that it is harmless, "
                "or if specialists ask for it. The light of the next scan there is red again.",
                "These files were found to hold threats. Put them back only if you know that they are harmless, "
                "or if specialists ask for them. The light of the next scan there is red again.",
                self._count,
            )
        )
        self.where.setText(_own_words() if self.own.isChecked() else _folder_words(self._folder))


def _own_words() -> str:
    return _(
        "Each file goes back to its own place, with its times and rights. A file that stands there by now is "
        "never overwritten: then nothing is put back, and the list says so."
    )


def _folder_words(folder: str) -> str:
    return _(
        "The files go into {folder}, with their times and rights. A file of the same name that stands there is "
        "never overwritten: then nothing is put back, and the list says so."
    ).format(folder=shown(folder, 200))
