"""A field for passwords, one on each line, hidden behind dots until the operator wants to see them."""

from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

_DOT = 0x25CF  # as on no keyboard: one that is typed over dots could not be told from them
_BREAK = 0x2029  # how Qt's documents write the end of a line

#: Longest paste, in characters: far more than all passwords that are taken.
_PASTE = 1 << 16


class PasswordLines(QPlainTextEdit):
    """While hidden, the field itself holds dots alone: nothing to copy, nothing for a screen reader to say aloud."""

    #: The operator has left the field after a change.
    edited = Signal()
    #: Ctrl+Enter: done.
    confirmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._units: list[int] = []
        self._hidden = True
        self._changed = False
        self._drawing = False
        self.setUndoRedoEnabled(False)  # it would bring dots back as passwords
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
            | Qt.InputMethodHint.ImhMultiLine
        )
        self.document().contentsChange.connect(self._follow)
        self.textChanged.connect(self._hide_what_was_typed)

    # --- the text ------------------------------------------------------------------------------------

    def text(self) -> str:
        """Return what was typed, lines apart by line feeds; half characters as question marks."""
        return _text(self._units).replace(chr(_BREAK), "\n")

    def set_text(self, text: str) -> None:
        """Show other passwords, without telling that they were edited."""
        if text == self.text():
            return
        self._units = _units(text.replace("\n", chr(_BREAK)))
        self._draw()
        self._changed = False

    @property
    def hidden(self) -> bool:
        """Whether dots stand for the characters."""
        return self._hidden

    @Slot(bool)
    def show_words(self, shown: bool) -> None:  # as a check box says it
        """Show the characters themselves, or dots."""
        self._hidden = not shown
        self._draw()

    def _draw(self) -> None:
        place = self.textCursor().position()
        self._drawing = True
        self.setPlainText(_text(self._seen()).replace(chr(_BREAK), "\n"))
        self._drawing = False
        cursor = self.textCursor()
        cursor.setPosition(min(place, len(self._units)))
        self.setTextCursor(cursor)

    def _seen(self) -> list[int]:
        return [_DOT if self._hidden and unit != _BREAK else unit for unit in self._units]

    @Slot(int, int, int)
    def _follow(self, place: int, _removed: int, added: int) -> None:
        """Take over what was changed: what is behind the dots is known here alone."""
        now = _units(self.document().toRawText())
        before = self._seen()
        if self._drawing or now == before:
            return
        # Qt tells more than has changed at times; what is the same at both ends was not typed.
        added = min(added, len(now) - place)
        removed = len(before) + added - len(now)
        while added and removed and now[place + added - 1] == before[place + removed - 1]:
            added, removed = added - 1, removed - 1
        while added and removed and now[place] == before[place]:
            place, added, removed = place + 1, added - 1, removed - 1
        self._units[place : place + removed] = now[place : place + added]
        self._changed = True

    @Slot()
    def _hide_what_was_typed(self) -> None:
        if self._hidden and not self._drawing and _units(self.document().toRawText()) != self._seen():
            self._draw()

    # --- keys and paste ------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Confirm on Ctrl+Enter; Enter begins the next line."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.confirmed.emit()
            return
        if enter and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.insertPlainText("\n")  # a line feed within a line is none of a password
            return
        super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802  # Qt's name
        """Paste text of bounded length."""
        if source.hasText():
            self.insertPlainText(source.text()[:_PASTE])

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that something was edited."""
        super().focusOutEvent(event)
        if self._changed and event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._changed = False
            self.edited.emit()


def _units(text: str) -> list[int]:
    """Return the UTF-16 units of a text: the positions that Qt counts by."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return [raw[place] | raw[place + 1] << 8 for place in range(0, len(raw), 2)]


def _text(units: list[int]) -> str:
    raw = b"".join(unit.to_bytes(2, "little") for unit in units)
    return raw.decode("utf-16-le", "replace")
