"""A button that must be held down: for what cannot be undone. Mouse, finger, Space or Enter."""

from PySide6.QtCore import QElapsedTimer, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from medscan_gui.core.text import _
from medscan_gui.gui.theme import theme
from medscan_gui.gui.widgets import Button

#: Milliseconds that the button must be held, and between two pictures of its progress.
HOLD_MS, _PICTURE_MS = 2000, 40
#: Pixels of the bar that fills.
_BAR = 5
_KEYS = frozenset({Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter})


class HoldButton(Button):
    """`held` is emitted once it was held long enough; letting go earlier does nothing."""

    held = Signal()

    def __init__(self, text: str, icon_name: str, *, hold_ms: int = HOLD_MS, parent: QWidget | None = None) -> None:
        super().__init__(text, icon_name=icon_name, parent=parent)
        self._hold_ms = hold_ms
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(min(_PICTURE_MS, hold_ms))
        self._timer.timeout.connect(self._tick)
        self.setAccessibleDescription(_("Hold the button, the space bar or Enter down until the bar is full."))
        self.pressed.connect(self._begin)
        self.released.connect(self._stop)

    @property
    def share(self) -> float:
        """How much of the time it has been held, 0 to 1."""
        if not self._timer.isActive():
            return 0.0
        return min(1.0, self._clock.elapsed() / self._hold_ms)

    @Slot()
    def _begin(self) -> None:
        self._clock.start()
        self._timer.start()
        self.update()

    @Slot()
    def _stop(self) -> None:
        self._timer.stop()
        self.update()

    @Slot()
    def _tick(self) -> None:
        if self._clock.elapsed() >= self._hold_ms:
            self._stop()
            self.setDown(False)
            self.held.emit()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Begin on Space or Enter; the repeats that a held key sends are not new presses."""
        if event.key() not in _KEYS:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat() and not self._timer.isActive():
            self.setDown(True)
            self._begin()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go."""
        if event.key() not in _KEYS:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self.setDown(False)
            self._stop()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Who looks elsewhere has let go."""
        self.setDown(False)
        self._stop()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button, and how far it is."""
        super().paintEvent(event)
        share = self.share
        if share <= 0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme().tokens.accent))
        width = (self.width() - 8) * share
        painter.drawRoundedRect(QRectF(4, self.height() - _BAR - 3, width, _BAR), _BAR / 2, _BAR / 2)
        painter.end()
