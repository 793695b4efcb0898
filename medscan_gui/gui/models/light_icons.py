"""The states of the light as small pictures for lists and texts, in the colours of the theme."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap

from medscan_gui.core.words import Light
from medscan_gui.gui.light_shapes import paint_light
from medscan_gui.gui.theme import theme

#: Device pixel ratios that an icon is drawn for.
_RATIOS = (1.0, 2.0, 3.0)


def light_image(light: Light, size: int, ratio: float = 2.0) -> QImage:
    """Return one state of the light as a picture of `size` logical pixels."""
    pixels = round(size * ratio)
    image = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint_light(painter, QRectF(0, 0, pixels, pixels), light, theme().tokens.lights[light])
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def light_icon(light: Light, size: int = 24) -> QIcon:
    """Return one state of the light as an icon. Make it anew when the theme changes."""
    made = QIcon()
    for ratio in _RATIOS:
        pixmap = QPixmap.fromImage(light_image(light, size, ratio))
        # A selected row must not tint the light: its colour is its meaning.
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected, QIcon.Mode.Disabled):
            made.addPixmap(pixmap, mode)
    return made


class LightIcons:
    """Icons of all states, drawn once for each theme."""

    def __init__(self, size: int = 24) -> None:
        self._size = size
        self._drawn: dict[tuple[str, Light], QIcon] = {}

    def __call__(self, light: Light) -> QIcon:
        """Return the icon of a state in the colours of the theme in use."""
        key = (theme().tokens.name, light)
        if key not in self._drawn:
            self._drawn[key] = light_icon(light, self._size)
        return self._drawn[key]
