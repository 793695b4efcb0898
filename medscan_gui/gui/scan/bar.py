"""The progress bar of a scan: a share of the way, or a slow sweep while the whole is still unknown."""

from PySide6.QtCore import QElapsedTimer, QEvent, QRectF, QSize, QTimer, Slot
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPainterPath, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from medscan_gui.gui.theme import theme

_STEPS = 1000
_HEIGHT = 14
#: Milliseconds between two pictures, and of one sweep.
_PICTURE_MS, _SWEEP_MS = 50, 2600
#: Share of the bar that sweeps.
_PIECE = 0.22


class ScanBar(QProgressBar):
    """A QProgressBar to those who cannot see it, with an own picture for those who can."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self.setFixedHeight(_HEIGHT)
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_PICTURE_MS)
        self._timer.timeout.connect(self._next_picture)
        self.show_share(None)

    @property
    def sweeping(self) -> bool:
        """Whether the bar moves at this moment."""
        return self._timer.isActive()

    def show_share(self, share: float | None, *, still: bool = False) -> None:
        """Show the share done, 0 to 1; None sweeps, unless the scan stands `still`."""
        if share is None:
            if self.maximum():
                self.setRange(0, 0)
        else:
            self.setRange(0, _STEPS)
            self.setValue(round(min(1.0, max(0.0, share)) * _STEPS))
        self._run(sweep=share is None and not still)

    def sizeHint(self) -> QSize:
        """Return a bar of the usual height."""
        return QSize(200, _HEIGHT)

    def _run(self, *, sweep: bool) -> None:
        moving = sweep and self.isVisible() and not theme().reduced_motion
        if moving and not self._timer.isActive():
            self._clock.start()
            self._timer.start()
        elif not moving:
            self._timer.stop()

    @Slot()
    def _next_picture(self) -> None:
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Sweep again."""
        super().showEvent(event)
        self._run(sweep=not self.maximum())

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: stop the movement."""
        super().hideEvent(event)
        self._timer.stop()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint when the theme changed."""
        if event.type() is QEvent.Type.StyleChange:
            self.update()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the groove and what fills it."""
        tokens = theme().tokens
        box = QRectF(self.rect())
        groove = QPainterPath()
        groove.addRoundedRect(box, box.height() / 2, box.height() / 2)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(groove, QColor(tokens.line))
        painter.setClipPath(groove)
        piece = QPainterPath()
        piece.addRoundedRect(self._filled(box), box.height() / 2, box.height() / 2)
        painter.fillPath(piece, QColor(tokens.accent))
        painter.end()

    def _filled(self, box: QRectF) -> QRectF:
        if self.maximum():
            return QRectF(box.left(), box.top(), box.width() * self.value() / self.maximum(), box.height())
        width = box.width() * _PIECE
        share = (self._clock.elapsed() % _SWEEP_MS) / _SWEEP_MS if self._timer.isActive() else 0.0
        return QRectF(box.left() - width + share * (box.width() + width), box.top(), width, box.height())
