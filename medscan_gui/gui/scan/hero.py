"""The band at the top of the scan page: the light, one sentence, and what can be done now.

It stays in its place before, during and after a scan, so that the eye knows where the result is.
"""

from PySide6.QtCore import QEvent, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from medscan_gui.core.words import Light
from medscan_gui.gui.light import LightWidget, light_word
from medscan_gui.gui.theme import theme
from medscan_gui.gui.widgets import ElidedLabel, Label, column, row

LIGHT_SIZE = 160


class Hero(QFrame):
    """Light, word, headline and a second line on the left; `actions` on the right."""

    def __init__(self, actions: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.light = LightWidget(LIGHT_SIZE)
        self.word = Label(role="word")
        self.headline = Label(role="display", wrap=True)
        self.subject = ElidedLabel(strong=True)
        self.line = Label(role="soft", wrap=True)
        texts = column([None, self.word, self.headline, 2, self.subject, self.line, None], gap=4)
        layout = row([self.light, 20, texts, 16, actions], gap=0)
        layout.setContentsMargins(20, 16, 24, 16)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        # Not Fixed: a headline that needs a third line gets it, whatever the width.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def show_state(self, light: Light, headline: str, subject: str, line: str) -> None:
        """Show one state of the light: its sentence, what it is about, and a quieter second line."""
        if light is not self.light.light:
            self.light.set_light(light)
        self.light.retranslate()
        # Before and during a scan the headline says the same as the word.
        self.word.setText(light_word(light))
        self.word.setVisible(light not in (Light.IDLE, Light.SCANNING))
        self.headline.setText(headline)
        self.subject.setText(subject)
        self.subject.setVisible(bool(subject))
        self.line.setText(line)
        self.line.setVisible(bool(line))
        self._colour_word()
        self.update()

    def _colour_word(self) -> None:
        # The one text that wears a colour of the light: the light's own name.
        palette = self.word.palette()
        colour = QColor(theme().tokens.lights[self.light.light].word)
        palette.setColor(self.word.foregroundRole(), colour)
        self.word.setPalette(palette)
        self.word.setStyleSheet(f"color: {colour.name()};")

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of the new theme."""
        if event.type() is QEvent.Type.PaletteChange:
            self._colour_word()
            self.update()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the band: a tint of the light's colour."""
        colours = theme().tokens.lights[self.light.light]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.light.light not in (Light.IDLE, Light.SCANNING)
        painter.setPen(QPen(QColor(colours.edge if lit else theme().tokens.line), 2 if lit else 1))
        painter.setBrush(QColor(colours.tint))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        painter.end()
