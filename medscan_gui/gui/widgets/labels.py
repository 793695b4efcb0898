"""Text on the screen. Always plain: a file name must never be taken for mark-up."""

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

LabelRole = Literal["", "display", "title", "heading", "strong", "figure", "soft", "small", "word"]


class Label(QLabel):
    """A label in one of the roles of the style sheet; wraps if asked to."""

    def __init__(
        self, text: str = "", role: LabelRole = "", *, wrap: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setWordWrap(wrap)
        if wrap:
            self.setMinimumWidth(60)
        self.setText(text)


class ElidedLabel(QWidget):
    """One line of text, shortened in the middle to fit: the end of a path says the most.

    The whole text is its accessible name; there is no tool tip, since a hostile one could fill the screen.
    """

    def __init__(
        self, text: str = "", *, soft: bool = False, strong: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        if strong:
            self.setProperty("role", "heading")
        self._text = ""
        self._soft = soft
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def text(self) -> str:
        """Return the whole text."""
        return self._text

    def setText(self, text: str) -> None:  # noqa: N802  # as QLabel calls it
        """Show `text`, which must already be escaped."""
        if text == self._text:
            return
        self._text = text
        self.setAccessibleName(text)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of one line."""
        return QSize(200, self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        """Return the height of one line."""
        return QSize(40, self.fontMetrics().height() + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits."""
        from medscan_gui.gui.theme import theme

        painter = QPainter(self)
        painter.setPen(theme().tokens.ink_soft if self._soft else theme().tokens.ink)
        shown = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideMiddle, self.width())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        painter.end()
