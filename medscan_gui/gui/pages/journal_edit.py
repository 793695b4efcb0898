"""The form of a device. What is saved is added to the journal; what was there before stays."""

from functools import partial

import msgspec
from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QWidget

from medscan_gui.core.device import Device
from medscan_gui.core.names import shown
from medscan_gui.core.text import _
from medscan_gui.gui.pages.journal_loader import AnyJournal, JournalLoader
from medscan_gui.gui.widgets import Label, column
from medscan_gui.gui.widgets.panels import GROUP_GAP, PAGE_MARGIN
from medscan_gui.store.journal import SuggestionField

#: Characters of one field; an inventory knows no longer ones.
MAX_LENGTH = 120

FIELDS = ("name", "asset_number", "department", "make", "model", "serial")
_SUGGESTED: tuple[SuggestionField, ...] = ("department", "make", "model")


class DeviceDialog(QDialog):
    """Asks for what is known of a device; `device` is the answer once accepted."""

    def __init__(self, device: Device, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = device
        self.setMinimumWidth(520)
        self.fields = {name: _field(getattr(device, name)) for name in FIELDS}
        self._labels = {name: Label() for name in FIELDS}
        self._note = Label(role="soft", wrap=True)
        self._title = Label(role="heading")
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for name, field in self.fields.items():
            self._labels[name].setBuddy(field)
            form.addRow(self._labels[name], field)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.setLayout(
            column([self._title, form, self._note, self.buttons], margins=PAGE_MARGIN, gap=GROUP_GAP)
        )
        self.retranslate()

    @property
    def device(self) -> Device:
        """The device as the form says; fields that were not touched keep what they were, byte for byte."""
        changed = {name: field.text().strip() for name, field in self.fields.items() if field.isModified()}
        return msgspec.structs.replace(self._before, **changed)

    def suggest(self, loader: JournalLoader, journal: AnyJournal) -> None:
        """Complete fields with what the journal knows, once it has told."""
        for name in _SUGGESTED:
            loader.ask(_question(name), partial(journal.suggestions, name, "", 200), partial(self._offer, name))

    def stop_suggesting(self, loader: JournalLoader) -> None:
        """Take no more answers: the dialog is about to go."""
        for name in _SUGGESTED:
            loader.forget(_question(name))

    def _offer(self, name: str, values: object) -> None:
        assert isinstance(values, tuple)  # noqa: S101  # our own answer to our own question
        completer = QCompleter(QStringListModel([shown(value) for value in values], self), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.fields[name].setCompleter(completer)

    def retranslate(self) -> None:
        """Set every text."""
        self.setWindowTitle(_("Edit device"))
        self._title.setText(_("What is known of this device"))
        self._note.setText(_("The change is added to the journal. Earlier entries and reports stay as they are."))
        names = (_("Name"), _("Asset number"), _("Department"), _("Make"), _("Model"), _("Serial number"))
        for field, name in zip(FIELDS, names, strict=True):
            self._labels[field].setText(name)
            self.fields[field].setAccessibleName(name)
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setText(_("Save"))
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(_("Cancel"))


def _question(name: str) -> str:
    return f"suggestions-{name}"


def _field(value: str) -> QLineEdit:
    field = QLineEdit()
    field.setMaxLength(MAX_LENGTH)
    field.setText(shown(value, MAX_LENGTH))
    field.setModified(False)
    return field
