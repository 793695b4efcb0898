"""How the window looks: colour tokens, style sheet, icons."""

from medscan_gui.gui.theme.manager import Theme, theme
from medscan_gui.gui.theme.tokens import DARK, LIGHT, LightColours, Tokens, contrast

__all__ = ["DARK", "LIGHT", "LightColours", "Theme", "Tokens", "contrast", "theme"]
