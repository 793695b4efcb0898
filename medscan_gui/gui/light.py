"""The light: large, drawn, told by shape, symbol, colour and word at once."""

import math

from PySide6.QtCore import QElapsedTimer, QEvent, QRectF, QSize, QTimer, Slot
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from medscan_gui.core.messages import Message
from medscan_gui.core.text import _, current
from medscan_gui.core.words import Light
from medscan_gui.gui.light_shapes import paint_light
from medscan_gui.gui.theme import theme

#: Milliseconds between two pictures of the pulse, and of one whole pulse. Slow: a breath, no alarm.
_PICTURE_MS, _PULSE_MS = 50, 2400


def light_word(light: Light) -> str:
    """Return the word that always stands beside the colour."""
    return current().sentence(Message.of(f"light.{light.value}"))


def light_meaning(light: Light) -> str:
    """Return what this state of the light means, for those who do not see it."""
    return {
        Light.BLUE: _("No threat was found."),
        Light.GREEN: _("Threats were found and removed."),
        Light.RED: _("A threat was found. Someone must act."),
        Light.AMBER: _("The scan could not conclude."),
        Light.IDLE: _("Nothing has been scanned yet."),
        Light.SCANNING: _("A scan is running. There is no result yet."),
    }[light]


class LightWidget(QWidget):
    """Shows one state of the light. It pulses only while scanning, visible, and movement is welcome."""

    def __init__(self, size: int = 176, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._light = Light.IDLE
        self._paused = False
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_PICTURE_MS)
        self._timer.timeout.connect(self._next_picture)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.retranslate()

    @property
    def light(self) -> Light:
        """The state shown."""
        return self._light

    @property
    def pulsing(self) -> bool:
        """Whether the light moves at this moment."""
        return self._timer.isActive()

    def set_light(self, light: Light) -> None:
        """Show another state."""
        self._light = light
        self.retranslate()
        self._run_pulse()
        self.update()

    def set_paused(self, paused: bool) -> None:
        """Stand still while the scan is paused."""
        self._paused = paused
        self._run_pulse()
        self.update()

    def retranslate(self) -> None:
        """Tell screen readers in the language in use."""
        self.setAccessibleName(_("Light: {word}").format(word=light_word(self._light)))
        self.setAccessibleDescription(light_meaning(self._light))

    def sizeHint(self) -> QSize:
        """Return the size asked for at construction."""
        return QSize(self._size, self._size)

    def minimumSizeHint(self) -> QSize:
        """Return the size asked for at construction."""
        return self.sizeHint()

    def _run_pulse(self) -> None:
        moving = (
            self._light is Light.SCANNING and self.isVisible() and not self._paused and not theme().reduced_motion
        )
        if moving and not self._timer.isActive():
            self._clock.start()
            self._timer.start()
        elif not moving:
            self._timer.stop()

    @Slot()
    def _next_picture(self) -> None:
        self.update()

    def _glow(self) -> float:
        if self._light is not Light.SCANNING:
            return 0.0
        if not self._timer.isActive():
            return 0.6
        return 0.5 - 0.5 * math.cos(2 * math.pi * self._clock.elapsed() / _PULSE_MS)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to pulse again."""
        super().showEvent(event)
        self._run_pulse()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: stop the movement."""
        super().hideEvent(event)
        self._timer.stop()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint when the theme changed."""
        if event.type() is QEvent.Type.StyleChange:
            self._run_pulse()
            self.update()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the light."""
        painter = QPainter(self)
        colours = theme().tokens.lights[self._light]
        paint_light(painter, QRectF(self.rect()), self._light, colours, glow=self._glow())
        painter.end()
