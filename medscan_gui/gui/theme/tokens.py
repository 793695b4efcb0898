"""Every colour of the window, once for a light and once for a dark screen.

The colours of the light (`Tokens.lights`) mean a result. They are used for nothing else: not for
severities, not for buttons, not for messages. Everything else is ink on paper with one accent, a
dark petrol that cannot be taken for a result.
"""

from dataclasses import dataclass, fields

from medscan_gui.core.words import Light


@dataclass(frozen=True, slots=True)
class LightColours:
    """One state of the light.

    `fill` is the lamp, `edge` the rim that sets it off from any background, `symbol` is drawn on
    the lamp, `tint` is the background of the headline and `word` is text on that tint.
    """

    fill: str
    edge: str
    symbol: str
    tint: str
    word: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one screen, as ``#rrggbb``."""

    name: str
    window: str
    surface: str
    sunken: str
    hover: str
    selected: str
    line: str
    line_strong: str
    ink: str
    ink_soft: str
    ink_disabled: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    focus: str
    rail: str
    rail_hover: str
    rail_selected: str
    on_rail: str
    on_rail_soft: str
    rail_focus: str
    notice: str
    notice_line: str
    lights: dict[Light, LightColours]

    def plain(self) -> dict[str, str]:
        """Return every colour by name, for the style sheet; those of the light are left out."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "lights"}


LIGHT = Tokens(
    name="light",
    window="#eef1f3",
    surface="#ffffff",
    sunken="#f5f7f8",
    hover="#eaf0f1",
    selected="#dcebed",
    line="#d3dadf",
    line_strong="#74818c",
    ink="#15202a",
    ink_soft="#4b5965",
    ink_disabled="#7d8993",
    accent="#1d5561",
    accent_hover="#174650",
    accent_pressed="#143b46",
    on_accent="#ffffff",
    focus="#15202a",
    rail="#1b2b35",
    rail_hover="#263a46",
    rail_selected="#32505c",
    on_rail="#ffffff",
    on_rail_soft="#bccad3",
    rail_focus="#ffffff",
    notice="#e4e9ed",
    notice_line="#4b5965",
    lights={
        Light.BLUE: LightColours("#1257c9", "#0b3d91", "#ffffff", "#e7effc", "#0b3d91"),
        Light.GREEN: LightColours("#157a3c", "#0c5428", "#ffffff", "#e4f4ea", "#0c5428"),
        Light.RED: LightColours("#c8161d", "#8c0d12", "#ffffff", "#fdeaea", "#8c0d12"),
        Light.AMBER: LightColours("#f5ab00", "#7a4b00", "#241600", "#fdf3dc", "#6b4100"),
        Light.IDLE: LightColours("#e3e9ed", "#74818c", "#74818c", "#ffffff", "#15202a"),
        Light.SCANNING: LightColours("#e9edf0", "#74818c", "#4b5965", "#ffffff", "#15202a"),
    },
)

DARK = Tokens(
    name="dark",
    window="#12191f",
    surface="#1b252d",
    sunken="#161f26",
    hover="#25323b",
    selected="#24404a",
    line="#34424d",
    line_strong="#7f8f9b",
    ink="#eef3f6",
    ink_soft="#b4c1cb",
    ink_disabled="#7f8d98",
    accent="#8cc3cd",
    accent_hover="#a5d3db",
    accent_pressed="#74afba",
    on_accent="#0d1b20",
    focus="#ffffff",
    rail="#0c1217",
    rail_hover="#1a252d",
    rail_selected="#24404a",
    on_rail="#ffffff",
    on_rail_soft="#a9b7c2",
    rail_focus="#ffffff",
    notice="#26333d",
    notice_line="#b4c1cb",
    lights={
        Light.BLUE: LightColours("#2f78f0", "#9cc0ff", "#ffffff", "#16263f", "#b4d0ff"),
        Light.GREEN: LightColours("#1f8a49", "#8fdcab", "#ffffff", "#142c1f", "#a3e5bb"),
        Light.RED: LightColours("#d92a30", "#ffaaa8", "#ffffff", "#3a1a1d", "#ffc2c0"),
        Light.AMBER: LightColours("#f5ab00", "#ffd98a", "#241600", "#33270f", "#ffd98a"),
        Light.IDLE: LightColours("#2b3944", "#7f8f9b", "#9aa9b4", "#1b252d", "#eef3f6"),
        Light.SCANNING: LightColours("#dfe6ea", "#9aa9b4", "#35434e", "#1b252d", "#eef3f6"),
    },
)


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, 0 to 1 (WCAG 2.2, definition)."""
    red, green, blue = (_linear(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition)."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
