"""Push buttons with an icon that follows the theme."""

from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from medscan_gui.gui.theme.icons import icon
from medscan_gui.gui.theme.manager import theme

ButtonRole = Literal["", "primary", "scan", "quiet", "rail"]

#: Pixels between icon and text, beyond the few that the style gives.
_ICON_GAP = 6


class Button(QPushButton):
    """A push button in one of the roles of the style sheet. Enter presses it, as Space does."""

    def __init__(
        self,
        text: str = "",
        role: ButtonRole = "",
        icon_name: str = "",
        *,
        icon_size: int = 20,
        size: Literal["", "large"] = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon_name = icon_name
        self._icon_size = icon_size
        self._role = role
        self.setProperty("role", role)
        self.setProperty("size", size)
        self.setAutoDefault(False)
        self.setIconSize(QSize(icon_size + _ICON_GAP, icon_size))
        self._dress()

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        if name != self._icon_name:
            self._icon_name = name
            self._dress()

    def _dress(self) -> None:
        if not self._icon_name:
            return
        tokens = theme().tokens
        colours = {
            "primary": tokens.on_accent,
            "scan": tokens.on_accent,
            "rail": tokens.on_rail,
            "quiet": tokens.accent,
        }
        gap = self.iconSize().width() - self._icon_size
        self.setIcon(icon(self._icon_name, self._icon_size, colours.get(self._role, tokens.ink), gap))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press on Enter too: who navigates by keyboard expects it outside dialogs as well."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon again when the theme changed."""
        if event.type() is QEvent.Type.StyleChange:
            self._dress()
        super().changeEvent(event)
