"""The theme in use: follows the system unless the settings say otherwise."""

from pathlib import Path
from string import Template
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from medscan_gui.gui.theme.motion import less_motion_wanted
from medscan_gui.gui.theme.tokens import DARK, LIGHT, Tokens

ThemeChoice = Literal["system", "light", "dark"]

#: Points; the system's own font size is kept if it is larger.
BASE_POINTS = 11.0

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}

#: Where the resources lie in a source tree; `Theme.install` is told where they really are.
_RESOURCES = Path(__file__).resolve().parents[3] / "resources"


class Theme(QObject):
    """The one theme of the process. `changed` tells those who paint with their own hands."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tokens: Tokens = LIGHT
        self.resources = _RESOURCES
        self.choice: ThemeChoice = "system"
        #: The operator or the system asked for less movement: nothing pulses.
        self.reduced_motion = False
        self._installed = False

    def install(self, resources: Path | None = None) -> None:
        """Dress the QApplication, and follow the system from now on."""
        application = _application()
        self.resources = resources or self.resources
        if not self._installed:
            self._installed = True
            application.setStyle(QStyleFactory.create("Fusion"))
            _set_base_font(application)
            self.reduced_motion = less_motion_wanted()
            application.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._apply()

    def choose(self, choice: ThemeChoice) -> None:
        """Follow the system, or stay light or dark."""
        self.choice = choice
        _application().styleHints().setColorScheme(_SCHEMES[choice])
        self._apply()

    @Slot()
    def _system_changed(self) -> None:
        self._apply()

    def _wanted(self) -> Tokens:
        if self.choice == "system":
            dark = _application().styleHints().colorScheme() is Qt.ColorScheme.Dark
            return DARK if dark else LIGHT
        return DARK if self.choice == "dark" else LIGHT

    def _apply(self) -> None:
        application = _application()
        self.tokens = self._wanted()
        application.setPalette(palette_of(self.tokens))
        application.setStyleSheet(style_sheet(self.tokens, self.resources))
        self.changed.emit()


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication), "the theme needs a QApplication"  # noqa: S101  # a bug, not an input
    return application


def _set_base_font(application: QApplication) -> None:
    font = QFont(application.font())
    if font.pointSizeF() < BASE_POINTS:
        font.setPointSizeF(BASE_POINTS)
    application.setFont(font)


def palette_of(tokens: Tokens) -> QPalette:
    """Return the palette for what the style sheet does not reach (dialogs, menus, text cursors)."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: tokens.window,
        QPalette.ColorRole.WindowText: tokens.ink,
        QPalette.ColorRole.Base: tokens.surface,
        QPalette.ColorRole.AlternateBase: tokens.sunken,
        QPalette.ColorRole.Text: tokens.ink,
        QPalette.ColorRole.PlaceholderText: tokens.ink_soft,
        QPalette.ColorRole.Button: tokens.surface,
        QPalette.ColorRole.ButtonText: tokens.ink,
        QPalette.ColorRole.BrightText: tokens.ink,
        QPalette.ColorRole.ToolTipBase: tokens.ink,
        QPalette.ColorRole.ToolTipText: tokens.surface,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.on_accent,
        QPalette.ColorRole.Link: tokens.accent,
        QPalette.ColorRole.LinkVisited: tokens.accent,
        QPalette.ColorRole.Light: tokens.surface,
        QPalette.ColorRole.Midlight: tokens.hover,
        QPalette.ColorRole.Mid: tokens.line,
        QPalette.ColorRole.Dark: tokens.line_strong,
        QPalette.ColorRole.Shadow: tokens.line_strong,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.ink_disabled))
    return palette


def style_sheet(tokens: Tokens, resources: Path) -> str:
    """Return the style sheet in these colours.

    Raises KeyError if the sheet names a colour that is no token, OSError if it cannot be read.
    """
    template = Template((resources / "style" / "medscan.qss").read_text(encoding="utf-8"))
    assets = (resources / "style").as_posix()
    return template.substitute(tokens.plain(), assets=assets)


_theme: Theme | None = None


def theme() -> Theme:
    """Return the theme of this process, made on first use."""
    global _theme  # noqa: PLW0603  # one theme per process, and it must not exist before Qt does
    if _theme is None:
        _theme = Theme()
    return _theme
