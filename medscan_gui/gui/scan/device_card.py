"""The device that a scan belongs to: four optional fields, completed from the journal, never in the way."""

import uuid
from collections.abc import Mapping, Sequence

import msgspec
from PySide6.QtCore import QStringListModel, Qt, Signal, Slot
from PySide6.QtWidgets import QCompleter, QGridLayout, QLineEdit, QWidget

from medscan_gui.core.device import Device
from medscan_gui.core.text import _
from medscan_gui.gui.widgets import Card, Label, row

#: Longest text that a field takes, in characters.
_LONGEST = 120

FIELDS = ("asset_number", "name", "department", "operator")


class DeviceCard(Card):
    """Fields for asset number, device, department and operator. `asset_typed` asks who that is."""

    asset_typed = Signal(str)
    submitted = Signal()
    #: Device or operator may be another one.
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=20)
        self._base = Device(id=str(uuid.uuid4()))
        self._touched = False
        self.title = Label(role="heading")
        self.optional = Label(role="soft")
        self.fields = {name: QLineEdit() for name in FIELDS}
        self._labels = {name: Label(role="small") for name in FIELDS}
        self._words = {name: QStringListModel(self) for name in FIELDS}
        self.body.addLayout(row([self.title, self.optional, None], gap=10))
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(4)
        for place, (name, edit) in enumerate(self.fields.items()):
            edit.setMaxLength(_LONGEST)
            edit.setCompleter(self._completer(name))
            edit.textEdited.connect(self._edited)
            edit.returnPressed.connect(self.submitted)
            self._labels[name].setBuddy(edit)
            grid.addWidget(self._labels[name], 0, place)
            grid.addWidget(edit, 1, place)
            grid.setColumnStretch(place, 1)
        self.fields["asset_number"].editingFinished.connect(self._asset_finished)
        self.body.addLayout(grid)

    def _completer(self, name: str) -> QCompleter:
        completer = QCompleter(self._words[name], self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(8)
        if name == "asset_number":
            completer.activated.connect(self._completed)
        return completer

    def set_suggestions(self, suggestions: Mapping[str, Sequence[str]]) -> None:
        """Complete the fields from these words."""
        for name, words in suggestions.items():
            self._words[name].setStringList(list(words))

    def show_device(self, device: Device, *, replace: bool = False) -> None:
        """Fill the fields with what is known of a device; keeps what the operator typed unless `replace`."""
        if self._touched and not replace:
            return
        self._base = device
        self._touched = False
        for name in ("asset_number", "name", "department"):
            self.fields[name].setText(getattr(device, name)[:_LONGEST])
        self.changed.emit()

    def show_operator(self, operator: str) -> None:
        """Propose an operator where none is written."""
        if not self.operator:
            self.fields["operator"].setText(operator[:_LONGEST])
            self.changed.emit()

    def forget_edits(self) -> None:
        """Follow the target again: the next scan is of something else."""
        self._touched = False

    @property
    def touched(self) -> bool:
        """The operator wrote something about the device."""
        return self._touched

    @property
    def operator(self) -> str:
        """Who scans, as typed."""
        return self.fields["operator"].text().strip()

    @property
    def unknown_asset(self) -> str:
        """An asset number was typed that is not that of the device shown; "" otherwise."""
        typed = self.fields["asset_number"].text().strip()
        return typed if typed != self._base.asset_number else ""

    def device(self) -> Device:
        """Return the device as it stands in the fields.

        Another asset number than the known one is another device, with an identity of its own.
        """
        typed = {name: self.fields[name].text().strip() for name in ("asset_number", "name", "department")}
        device: Device = msgspec.structs.replace(self._base, **typed)
        known = self._base.asset_number
        if known and device.asset_number and device.asset_number != known:
            return Device(id=str(uuid.uuid4()), **typed)
        return device

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.title.setText(_("Which device is it?"))
        self.optional.setText(_("Optional: you can scan without filling this in."))
        texts = {
            "asset_number": _("Asset number"),
            "name": _("Device"),
            "department": _("Department"),
            "operator": _("Operator"),
        }
        for name, text in texts.items():
            self._labels[name].setText(text)
            self.fields[name].setAccessibleName(text)

    @Slot(str)
    def _edited(self, _text: str) -> None:
        self._touched = self._touched or self.sender() is not self.fields["operator"]
        self.changed.emit()

    @Slot(str)
    def _completed(self, text: str) -> None:
        self.asset_typed.emit(text)

    @Slot()
    def _asset_finished(self) -> None:
        if self.unknown_asset:
            self.asset_typed.emit(self.unknown_asset)
