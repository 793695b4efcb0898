"""The list of targets: an icon, a name, a second line; one is chosen, by mouse, keyboard or touch."""

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from medscan_gui.gui.scan.targets import Choice
from medscan_gui.gui.theme import theme
from medscan_gui.gui.theme.icons import paint_icon

Index = QModelIndex | QPersistentModelIndex

CHOICE_ROLE = Qt.ItemDataRole.UserRole + 1
_ICON, _PAD, _GAP, _MARK = 32, 14, 16, 20


class TargetModel(QAbstractListModel):
    """The lines of the chooser."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[Choice, ...] = ()

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The lines shown."""
        return self._choices

    def set_choices(self, choices: tuple[Choice, ...]) -> bool:
        """Show these lines; True if that changed anything."""
        if choices == self._choices:
            return False
        self.beginResetModel()
        self._choices = choices
        self.endResetModel()
        return True

    def retranslate(self) -> None:
        """Speak the language in use."""
        if self._choices:
            self.dataChanged.emit(self.index(0), self.index(len(self._choices) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature; the value is immutable
        """Return how many targets there are."""
        return 0 if parent.isValid() else len(self._choices)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a line shows, or says to a screen reader."""
        if not index.isValid() or not 0 <= index.row() < len(self._choices):
            return None
        choice = self._choices[index.row()]
        if role == CHOICE_ROLE:
            return choice
        if role == Qt.ItemDataRole.DisplayRole:
            return choice.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{choice.title}, {choice.detail}"
        return None


class TargetDelegate(QStyledItemDelegate):
    """Draws one target as a card with a mark that says whether it is the chosen one."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the height of two lines of text and their space."""
        metrics = QFontMetrics(option.font)
        return QSize(240, 2 * metrics.lineSpacing() + 2 * _PAD + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one target."""
        choice: Choice = index.data(CHOICE_ROLE)
        tokens = theme().tokens
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        rect: QRect = option.rect
        box = QRectF(rect).adjusted(2, 3, -2, -3)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        border = tokens.focus if focused else tokens.accent if chosen else tokens.line
        painter.setPen(QPen(QColor(border), 2 if chosen or focused else 1))
        painter.setBrush(QColor(tokens.selected if chosen else tokens.hover if hovered else tokens.surface))
        painter.drawRoundedRect(box, 9, 9)
        middle = box.center().y()
        icon_box = QRectF(box.left() + _PAD, middle - _ICON / 2, _ICON, _ICON)
        paint_icon(painter, choice.icon, icon_box, tokens.ink)
        self._paint_mark(painter, QRectF(box.right() - _PAD - _MARK, middle - _MARK / 2, _MARK, _MARK), chosen)
        left = icon_box.right() + _GAP
        self._paint_texts(painter, option, choice, QRectF(left, box.top(), box.right() - 48 - left, box.height()))
        painter.restore()

    @staticmethod
    def _paint_mark(painter: QPainter, box: QRectF, chosen: bool) -> None:
        tokens = theme().tokens
        painter.setBrush(QColor(tokens.surface))
        painter.setPen(QPen(QColor(tokens.accent if chosen else tokens.line_strong), 2))
        painter.drawEllipse(box)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent))
            painter.drawEllipse(box.adjusted(5, 5, -5, -5))

    @staticmethod
    def _paint_texts(painter: QPainter, option: QStyleOptionViewItem, choice: Choice, box: QRectF) -> None:
        tokens = theme().tokens
        strong = QFont(option.font)
        strong.setWeight(QFont.Weight.DemiBold)
        for font, text, colour, top in (
            (strong, choice.title, tokens.ink, True),
            (QFont(option.font), choice.detail, tokens.ink_soft, False),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            half = QRectF(box.left(), box.top() if top else box.center().y(), box.width(), box.height() / 2)
            half.adjust(0, 6 if top else 0, 0, 0 if top else -6)
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, int(half.width()))
            vertical = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(half, int(vertical | Qt.AlignmentFlag.AlignLeft), shown)
