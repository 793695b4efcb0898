"""Handing samples to the security team: as a zip with a password, which keeps antivirus programs off."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QWidget

from medscan_gui.core.names import shown
from medscan_gui.core.quarantine import VaultEntry
from medscan_gui.core.text import _, ngettext_
from medscan_gui.gui.clean_up.fit import fit
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.pages.quarantine_steps import WIDTH, WhoAndWhy, files_list
from medscan_gui.gui.widgets import Button, ElidedLabel, Label, Notice, column, row
from medscan_gui.gui.widgets.panels import PAGE_MARGIN, Content

_LONGEST = 200


class ExportDialog(QDialog):
    """Asks for a file and a password; both have a proposal."""

    def __init__(
        self,
        entries: Sequence[VaultEntry],
        operator: str,
        left_out: str,
        parent: QWidget | None = None,
        *,
        file: Path,
        password: str,
    ) -> None:
        super().__init__(parent)
        self._file = file
        count = len(entries)
        self.setWindowTitle(_("Export for analysis"))
        heading = ngettext_("Export {count} file for analysis", "Export {count} files for analysis", count)
        self.note = Label(_explanation(), wrap=True)
        self.left_out = Notice()
        self.left_out.show_text(left_out)
        self.password = QLineEdit(password)
        self.password.setMaxLength(_LONGEST)
        self.place = ElidedLabel(shown(str(file), 300))
        self.choose = Button(_("Choose…"), icon_name="folder")
        self.who = WhoAndWhy(operator, required=False)
        self.cancel = Button(_("Cancel"))
        self.confirm = Button(
            ngettext_("Export {count} file", "Export {count} files", count).format(count=number(count)),
            icon_name="export",
        )
        self.cancel.setDefault(True)
        self._complete_form()
        buttons = row([None, self.confirm, self.cancel], gap=12)
        title = Label(heading.format(count=number(count)), "title")
        parts: list[Content] = [title, self.note, self.left_out, files_list(entries), self.who, buttons]
        self.setLayout(column(parts, margins=PAGE_MARGIN, gap=14))
        self.setMinimumWidth(WIDTH)
        self.cancel.clicked.connect(self.reject)
        self.confirm.clicked.connect(self.accept)
        self.choose.clicked.connect(self._choose_file)
        self.password.textChanged.connect(self._complete)
        self.confirm.setFocus(Qt.FocusReason.OtherFocusReason)

    def _complete_form(self) -> None:
        """Put password and file above the fields for who and why, so that all stand in line."""
        label = Label(_("Password"))
        label.setBuddy(self.password)
        self.password.setAccessibleName(_("Password"))
        place = row([self.place, self.choose], gap=12)
        place.setStretch(0, 1)
        self.who.form.insertRow(0, label, self.password)
        self.who.form.insertRow(1, Label(_("File")), place)

    @property
    def answer(self) -> tuple[Path, str, str, str]:
        """File, password, operator and reason."""
        return (self._file, self.password.text(), *self.who.answer)

    @Slot()
    def _choose_file(self) -> None:
        kinds = _("Zip archive (*.zip)")
        never_replaced = QFileDialog.Option.DontConfirmOverwrite
        title, proposed = _("Save the archive"), str(self._file)
        chosen, _kind = QFileDialog.getSaveFileName(self, title, proposed, kinds, options=never_replaced)
        if chosen:
            self._file = Path(chosen) if Path(chosen).suffix else Path(chosen).with_suffix(".zip")
            self.place.setText(shown(str(self._file), 300))

    @Slot()
    def _complete(self) -> None:
        self.confirm.setEnabled(bool(self.password.text()))

    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as the sentences need."""
        super().showEvent(event)
        fit(self)


def _explanation() -> str:
    return _(
        "The samples go into a zip archive, encrypted with AES-256, with a list of what they are. Analysts expect the "
        "password “infected”: it hides nothing, it only keeps antivirus programs from deleting the samples. "
        "Names inside are neutral, so that nothing can be started by accident. Give it to specialists only."
    )
