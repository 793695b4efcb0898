"""How much of this computer a scan reads: two choices side by side, each with a line that says what it reads."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from medscan_gui.core.text import _
from medscan_gui.core.words import ScanDepth
from medscan_gui.gui.widgets import Label, Panel, column, row


class _Way(Panel):
    """One choice: a button, and below it what the choice means; a click anywhere chooses it."""

    def __init__(self) -> None:
        super().__init__("sunken")
        self.button = QRadioButton()
        self.note = Label(role="small", wrap=True)
        self.note.setIndent(36)  # below the words of the button
        layout = column([self.button, self.note], gap=0)
        layout.setContentsMargins(4, 0, 8, 2)
        self.setLayout(layout)

    def mouseReleaseEvent(self, _event: object) -> None:
        """Choose it: fingers are wider than the mark."""
        self.button.click()

    def say(self, title: str, note: str) -> None:
        """Set the texts; screen readers hear both with the button."""
        self.button.setText(title)
        self.button.setAccessibleName(title)
        self.button.setAccessibleDescription(note)
        self.note.setText(note)


class DepthChoice(QWidget):
    """Full scan or quick scan; full unless the operator says otherwise. The arrow keys go from one to the other."""

    changed = Signal()
    #: Enter: scan, as everywhere on the page.
    confirmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ways = {ScanDepth.FULL: _Way(), ScanDepth.QUICK: _Way()}
        self._group = QButtonGroup(self)
        for way in self._ways.values():
            self._group.addButton(way.button)
        layout = row(list(self._ways.values()), gap=12)
        for place in range(layout.count()):
            layout.setStretch(place, 1)
        self.setLayout(layout)
        self.choose(ScanDepth.FULL)
        self._group.buttonToggled.connect(self._toggled)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Start the scan on Enter, which the buttons leave alone."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.confirmed.emit()
            return
        super().keyPressEvent(event)

    @property
    def chosen(self) -> ScanDepth:
        """What is chosen."""
        return next((depth for depth, way in self._ways.items() if way.button.isChecked()), ScanDepth.FULL)

    def choose(self, depth: ScanDepth) -> None:
        """Choose a depth."""
        self._ways[depth].button.setChecked(True)

    def button(self, depth: ScanDepth) -> QRadioButton:
        """Return the button of a depth."""
        return self._ways[depth].button

    @Slot(object, bool)
    def _toggled(self, _button: object, checked: bool) -> None:  # as the signal carries it
        if checked:
            self.changed.emit()

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self._ways[ScanDepth.FULL].say(
            _("Full scan"),
            _("Every file, and what is running. It can take hours."),
        )
        self._ways[ScanDepth.QUICK].say(
            _("Quick scan"),
            _("Where malware runs, starts and arrives. About two minutes."),
        )
