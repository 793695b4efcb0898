"""Asks for the passwords of locked files. Nothing is kept of them unless the operator says so."""

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QWidget

from medscan_gui.core.messages import MedScanError
from medscan_gui.core.names import shown_raw
from medscan_gui.core.text import _, current, ngettext_
from medscan_gui.gui.clean_up.fit import fit
from medscan_gui.gui.clean_up.lines import lines_table
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.unlock.password_lines import PasswordLines
from medscan_gui.gui.unlock.words import kept_passwords
from medscan_gui.gui.widgets import Button, Label, Notice, column, row
from medscan_gui.gui.widgets.panels import PAGE_MARGIN, Content

_NAME = 200
#: Pixels: a few lines of passwords.
_FIELD_HEIGHT = 116


class PasswordDialog(QDialog):
    """Once accepted, `passwords` are the answer, and `kept` those of the settings if they are to be kept."""

    def __init__(
        self,
        files: Sequence[bytes],
        read: Callable[[str], tuple[str, ...]],
        before: Collection[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._read = read
        self._before = before
        self.passwords: tuple[str, ...] = ()
        self.kept: tuple[str, ...] | None = None
        self.setWindowTitle(_("Locked files"))
        self.heading = Label(_heading(len(files)), "title", wrap=True)
        self.note = Label(
            _("MedScan tries each password on each of these files and reads what it opens. Passwords never go into "
              "the journal or a report."),
            wrap=True,
        )  # fmt: skip
        self.list = lines_table([shown_raw(path, _NAME) for path in files])
        self.list.setAccessibleName(_("Locked files"))
        self.field = PasswordLines()
        self.field.setFixedHeight(_FIELD_HEIGHT)
        self.show_words = QCheckBox(_("Show the passwords"))
        self.show_words.toggled.connect(self.field.show_words)
        self.keep = QCheckBox(_("Keep them for later scans"))
        self.error = Notice()
        self.cancel = Button(_("Cancel"))
        self.confirm = Button(_("Read the locked files"), role="primary", icon_name="key")
        self._lay_out()
        self.cancel.clicked.connect(self.reject)
        self.confirm.clicked.connect(self.confirm_passwords)
        self.field.confirmed.connect(self.confirm_passwords)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        name = Label(_("Passwords, one on each line"), "strong", wrap=True)
        name.setBuddy(self.field)
        keys = Label(_("Enter begins the next line, Ctrl+Enter starts."), "small", wrap=True)
        self.field.setAccessibleName(name.text())
        self.field.setAccessibleDescription(keys.text())
        kept = Label(
            _("They are then written in MedScan’s settings, where whoever has this key or computer can read them."),
            "small",
            wrap=True,
        )
        kept.setIndent(34)  # below the words of the box
        self.keep.setAccessibleDescription(kept.text())
        keep = column([self.keep, kept], gap=0)
        buttons = row([None, self.confirm, self.cancel], gap=12)
        entry = column([name, self.field, keys, self.show_words], gap=4)
        parts: list[Content] = [self.heading, self.note, self.list, entry, keep, self.error, buttons]
        self.setLayout(column(parts, margins=PAGE_MARGIN, gap=14))
        self.setMinimumWidth(680)

    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as the sentences need."""
        super().showEvent(event)
        fit(self)

    @Slot()
    def confirm_passwords(self) -> None:
        """Take the passwords, or say what is wrong with them."""
        try:
            passwords = self._read(self.field.text())
            self.kept = kept_passwords(self._before, passwords) if self.keep.isChecked() else None
        except MedScanError as error:
            self.error.show_text(current().sentence(error.message))
            fit(self)
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.passwords = passwords
        self.accept()


def _heading(count: int) -> str:
    return ngettext_(
        "Passwords for {count} locked file", "Passwords for {count} locked files", count
    ).format(count=number(count))  # fmt: skip
