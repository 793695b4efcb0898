"""What narrows the quarantine down: a search field, a device, a state."""

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from medscan_gui.core.text import _
from medscan_gui.gui.models.quarantine import Wanted
from medscan_gui.gui.models.quarantine_rows import Standing, standing_words
from medscan_gui.gui.widgets import row

#: Milliseconds without a keystroke before the list is searched.
_TYPING_MS = 200
#: Longer searches help nobody; the field takes no more characters.
_LONGEST = 200


class QuarantineBar(QWidget):
    """`changed` says that something else is looked for."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setMaxLength(_LONGEST)
        self.search.setMinimumWidth(200)
        self.devices, self.states = QComboBox(), QComboBox()
        self.devices.addItem("", "")
        self.devices.setMaximumWidth(260)
        for standing in (None, *Standing):
            self.states.addItem("", standing.value if standing else "")
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self.changed)
        self.search.textChanged.connect(self._typing.start)
        self.search.returnPressed.connect(self.search_now)
        for box in (self.devices, self.states):
            box.currentIndexChanged.connect(self.search_now)
        here = Qt.ShortcutContext.WidgetShortcut
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self.search, self.search.clear, context=here)
        layout = row([self.search, self.devices, self.states], gap=12)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    @property
    def wanted(self) -> Wanted:
        """What is looked for."""
        state = self.states.currentData()
        return Wanted(self.search.text().strip(), self.devices.currentData() or "", Standing(state) if state else None)

    @Slot()
    def search_now(self) -> None:
        """Do not wait for more keystrokes."""
        self._typing.stop()
        self.changed.emit()

    @Slot()
    def clear(self) -> None:
        """Look for everything."""
        with QSignalBlocker(self.search), QSignalBlocker(self.devices), QSignalBlocker(self.states):
            self.search.clear()
            self.devices.setCurrentIndex(0)
            self.states.setCurrentIndex(0)
        self.search_now()

    @Slot()
    def focus_search(self) -> None:
        """Begin to type a search."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def offer_devices(self, devices: Mapping[str, str]) -> None:
        """Offer these devices, id and title; the choice stays."""
        chosen = self.devices.currentData()
        with QSignalBlocker(self.devices):
            while self.devices.count() > 1:
                self.devices.removeItem(1)
            for device_id, title in devices.items():
                self.devices.addItem(title or _("Unnamed device"), device_id)
            self.devices.setCurrentIndex(max(0, self.devices.findData(chosen)))

    def retranslate(self) -> None:
        """Set every text again."""
        self.search.setPlaceholderText(_("Search files, devices, threats (Ctrl+F)"))
        self.search.setAccessibleName(_("Search the quarantine"))
        self.devices.setAccessibleName(_("Device"))
        self.devices.setItemText(0, _("All devices"))
        self.states.setAccessibleName(_("State"))
        self.states.setItemText(0, _("All states"))
        for place, standing in enumerate(Standing, 1):
            self.states.setItemText(place, standing_words(standing))
