"""The project's own icons: one-colour SVG drawings, painted in the ink of the theme."""

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from medscan_gui.gui.theme.manager import theme

#: Icons drawn so far, by name, size, colours and gap: drawing one costs about a millisecond.
_drawn: dict[tuple[str, int, str, str, int], QIcon] = {}


@lru_cache(maxsize=256)
def _drawing(path: str, colour: str) -> QByteArray:
    source = Path(path).read_text(encoding="utf-8")
    return QByteArray(source.replace("currentColor", colour).encode())


def _ratios() -> set[float]:
    """Return the device pixel ratios of the screens at hand."""
    return {screen.devicePixelRatio() for screen in QGuiApplication.screens()} or {1.0}


def icon_path(name: str) -> Path:
    """Return the file of the icon `name`."""
    return theme().resources / "icons" / f"{name}.svg"


def paint_icon(painter: QPainter, name: str, box: QRectF, colour: str) -> None:
    """Paint one icon into `box`."""
    renderer = QSvgRenderer(_drawing(str(icon_path(name)), colour))
    renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
    renderer.render(painter, box)


def icon_pixmap(name: str, size: int, colour: str, ratio: float = 1.0, gap: int = 0) -> QPixmap:
    """Return one icon as a picture of `size` logical pixels, with `gap` empty ones at its right."""
    pixels = round(size * ratio)
    pixmap = QPixmap(pixels + round(gap * ratio), pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_icon(painter, name, QRectF(0, 0, pixels, pixels), colour)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def icon(name: str, size: int = 20, colour: str = "", gap: int = 0) -> QIcon:
    """Return an icon in `colour` (default: the theme's ink). Make it anew when the theme changes."""
    tokens = theme().tokens
    key = (name, size, colour or tokens.ink, tokens.ink_disabled, gap)
    if key not in _drawn:
        made = QIcon()
        for ratio in _ratios():
            made.addPixmap(icon_pixmap(name, size, key[2], ratio, gap))
            made.addPixmap(icon_pixmap(name, size, key[3], ratio, gap), QIcon.Mode.Disabled)
        _drawn[key] = made
    return _drawn[key]


class IconLabel(QWidget):
    """A drawing beside a text that says the same: decoration, so not in the accessibility tree's way."""

    def __init__(self, name: str, size: int = 24, *, soft: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._soft = soft
        self.setFixedSize(QSize(size, size))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._name = name
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the icon in the ink of the theme."""
        tokens = theme().tokens
        painter = QPainter(self)
        paint_icon(painter, self._name, QRectF(self.rect()), tokens.ink_soft if self._soft else tokens.ink)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint when the theme changed."""
        if event.type() is QEvent.Type.StyleChange:
            self.update()
        super().changeEvent(event)
