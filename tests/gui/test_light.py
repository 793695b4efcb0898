"""The light: told by its shape, its symbol and its name, not by its colour alone."""

from collections.abc import Callable
from itertools import combinations

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAccessible, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from medscan_gui.core.words import Light
from medscan_gui.gui.light import LightWidget
from medscan_gui.gui.light_shapes import SILHOUETTES, paint_light
from medscan_gui.gui.theme import LIGHT, LightColours, theme

Show = Callable[[QWidget], None]
RESULTS = (Light.BLUE, Light.GREEN, Light.RED, Light.AMBER)


def _picture(light: Light, colours: LightColours, size: int = 64) -> QImage:
    image = QImage(size, size, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    paint_light(painter, QRectF(0, 0, size, size), light, colours)
    painter.end()
    return image


def _difference(one: QImage, other: QImage) -> float:
    pairs = zip(bytes(one.constBits()), bytes(other.constBits()), strict=True)
    return sum(abs(a - b) > 64 for a, b in pairs) / (one.width() * one.height())


@pytest.mark.parametrize(("one", "other"), list(combinations(Light, 2)))
def test_states_differ_without_any_colour(qapp: QApplication, one: Light, other: Light) -> None:
    grey = LightColours("#808080", "#202020", "#ffffff", "#ffffff", "#000000")
    assert _difference(_picture(one, grey), _picture(other, grey)) > 0.04


def test_results_have_silhouettes_of_their_own(qapp: QApplication) -> None:
    outlines = set()
    for light in RESULTS:
        path = SILHOUETTES[light]()
        elements = [path.elementAt(place) for place in range(path.elementCount())]
        outlines.add(tuple((round(element.x), round(element.y)) for element in elements))
    assert len(outlines) == 4


@pytest.mark.parametrize("light", list(Light))
def test_screen_readers_hear_the_state(shown: Show, light: Light) -> None:
    widget = LightWidget()
    shown(widget)
    widget.set_light(light)
    heard = QAccessible.queryAccessibleInterface(widget)
    assert heard.text(QAccessible.Text.Name).startswith("Light: ")
    assert len(heard.text(QAccessible.Text.Description)) > 10
    names = set()
    for one in Light:
        widget.set_light(one)
        names.add(widget.accessibleName())
    assert len(names) == len(Light)


def pulses(widget: LightWidget) -> bool:
    return widget.pulsing


def test_it_pulses_only_while_scanning_and_seen(shown: Show) -> None:
    widget = LightWidget()
    shown(widget)
    assert not pulses(widget)
    widget.set_light(Light.SCANNING)
    assert pulses(widget)
    widget.hide()
    assert not pulses(widget)
    widget.show()
    assert pulses(widget)
    widget.set_paused(True)
    assert not pulses(widget)
    widget.set_paused(False)
    assert pulses(widget)
    for light in RESULTS:
        widget.set_light(light)
        assert not pulses(widget)


def test_it_stands_still_where_movement_is_unwelcome(shown: Show) -> None:
    theme().reduced_motion = True
    widget = LightWidget()
    shown(widget)
    widget.set_light(Light.SCANNING)
    assert not pulses(widget)


def test_the_pulse_moves(qtbot: QtBot, shown: Show) -> None:
    widget = LightWidget()
    shown(widget)
    widget.set_light(Light.SCANNING)
    first = widget.grab().toImage()
    qtbot.waitUntil(lambda: widget.grab().toImage() != first)


def test_the_pulse_has_no_colour(qapp: QApplication) -> None:
    colours = LIGHT.lights[Light.SCANNING]
    for colour in (colours.fill, colours.edge, colours.symbol):
        channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert max(channels) - min(channels) < 32
