"""Colours: readable by WCAG 2.2 AA, and those of the light are the light's alone."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from medscan_gui.core.words import Light
from medscan_gui.gui.theme import DARK, LIGHT, Tokens, contrast, theme
from medscan_gui.gui.theme.icons import icon_pixmap
from medscan_gui.gui.theme.manager import style_sheet

BOTH = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])

TEXT_ON = [
    (text, paper)
    for text in ("ink", "ink_soft")
    for paper in ("window", "surface", "sunken", "hover", "selected", "notice")
] + [
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_accent", "accent_pressed"),
    ("accent", "surface"),
    ("on_rail", "rail"),
    ("on_rail", "rail_hover"),
    ("on_rail", "rail_selected"),
    ("on_rail_soft", "rail"),
    ("surface", "ink"),
]
EDGES = [
    ("line_strong", "surface"),
    ("line_strong", "window"),
    ("focus", "surface"),
    ("focus", "window"),
    ("rail_focus", "rail"),
    ("notice_line", "notice"),
    ("accent", "line"),
    ("accent", "surface"),
    ("ink_disabled", "surface"),
]


def test_the_measure_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@BOTH
@pytest.mark.parametrize(("text", "paper"), TEXT_ON)
def test_text_is_readable(tokens: Tokens, text: str, paper: str) -> None:
    assert contrast(getattr(tokens, text), getattr(tokens, paper)) >= 4.5


@BOTH
@pytest.mark.parametrize(("edge", "paper"), EDGES)
def test_controls_and_focus_stand_out(tokens: Tokens, edge: str, paper: str) -> None:
    assert contrast(getattr(tokens, edge), getattr(tokens, paper)) >= 3


@BOTH
@pytest.mark.parametrize("light", list(Light))
def test_the_light_stands_out(tokens: Tokens, light: Light) -> None:
    colours = tokens.lights[light]
    assert contrast(colours.symbol, colours.fill) >= 3
    assert contrast(colours.edge, colours.tint) >= 3
    assert contrast(colours.edge, tokens.surface) >= 3
    assert contrast(colours.word, colours.tint) >= 4.5
    assert contrast(tokens.ink, colours.tint) >= 4.5
    assert contrast(tokens.ink_soft, colours.tint) >= 4.5


def _hue(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


@BOTH
def test_the_colours_of_the_light_are_used_for_nothing_else(tokens: Tokens) -> None:
    results = [tokens.lights[light] for light in (Light.BLUE, Light.GREEN, Light.RED, Light.AMBER)]
    taken = [_hue(colour) for colours in results for colour in (colours.fill, colours.edge)]
    for name, colour in tokens.plain().items():
        if colour.startswith("#"):
            nearest = min(sum(abs(a - b) for a, b in zip(_hue(colour), one, strict=True)) for one in taken)
            assert nearest > 60, f"{name} looks like a colour of the light"


@BOTH
def test_the_style_sheet_takes_every_colour_from_the_tokens(tokens: Tokens) -> None:
    source = (theme().resources / "style" / "medscan.qss").read_text(encoding="utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|:\s*(?:red|green|blue|orange|yellow|white|black)\b", source)
    assert "$" not in style_sheet(tokens, theme().resources).replace("$names", "")


@BOTH
def test_every_picture_of_the_style_sheet_exists(tokens: Tokens) -> None:
    pictures = re.findall(r'url\("([^"]+)"\)', style_sheet(tokens, theme().resources))
    assert pictures
    assert [picture for picture in pictures if not Path(picture).is_file()] == []


def test_the_choice_overrides_the_system(qapp: QApplication) -> None:
    theme().choose("dark")
    assert theme().tokens is DARK
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK.window
    assert DARK.accent in qapp.styleSheet()
    theme().choose("light")
    assert theme().tokens is LIGHT
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == LIGHT.window


def test_a_change_of_the_system_is_followed_only_if_wanted(qapp: QApplication) -> None:
    seen: list[str] = []
    theme().changed.connect(seen_here := lambda: seen.append(theme().tokens.name))
    theme().choose("light")
    QGuiApplication.styleHints().colorSchemeChanged.emit(QGuiApplication.styleHints().colorScheme())
    theme().changed.disconnect(seen_here)
    assert set(seen) == {"light"}


def test_every_icon_draws_something(qapp: QApplication) -> None:
    names = [path.stem for path in (theme().resources / "icons").glob("*.svg")]
    assert len(names) > 20
    for name in names:
        image = icon_pixmap(name, 24, "#000000").toImage()
        inked = sum(image.pixelColor(x, y).alpha() > 128 for x in range(24) for y in range(24))
        assert inked > 10, name


def test_the_base_font_is_large_enough(qapp: QApplication) -> None:
    assert 11 <= qapp.font().pointSizeF() <= 13
