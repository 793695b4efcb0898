"""A sentence that the operator should see, in ink: the colours of the light are for results alone."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from medscan_gui.gui.theme.icons import IconLabel
from medscan_gui.gui.widgets.buttons import Button
from medscan_gui.gui.widgets.labels import Label
from medscan_gui.gui.widgets.panels import Panel, row


class Notice(Panel):
    """An icon, a sentence that says what to do, and perhaps one button for doing it. Hidden when empty."""

    acted = Signal()

    def __init__(self, parent: QWidget | None = None, *, icon_name: str = "notice") -> None:
        super().__init__("notice", parent)
        self._label = Label(wrap=True)
        self.button = Button()
        self.button.clicked.connect(self.acted)
        self._icon = IconLabel(icon_name, 22)
        layout = row([self._icon, self._label, self.button], gap=12)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.show_text("")

    @property
    def text(self) -> str:
        """The sentence shown, or ""."""
        return self._label.text()

    def show_text(self, text: str, action: str = "") -> None:
        """Show this sentence, with a button if `action` names one; hide on ""."""
        self._label.setText(text)
        self.setAccessibleName(text)
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.setVisible(bool(text))
