"""The controls of a policy card: lists of lines, hours, days, a date. What nobody touched keeps its bytes."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QDate, Qt, QTime, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QDateEdit, QGridLayout, QLineEdit, QPlainTextEdit, QTimeEdit, QWidget

from medscan_gui.core.names import shown
from medscan_gui.core.policy import Weekday
from medscan_gui.core.text import _, current
from medscan_gui.gui.widgets import Label, row

#: Characters of one text that are shown for editing.
_SHOWN = 2000
#: Lines of a list that are seen without scrolling.
_LINES = 3


class Field(Protocol):
    """What every control of a card can do. `edited` tells each change by the operator."""

    def value(self) -> object:
        """Return what the card takes."""

    def set_value(self, value: object) -> None:
        """Show what a card has."""

    def retranslate(self) -> None:
        """Speak the language in use."""


class LineField(QLineEdit):
    """One line of text."""

    def __init__(self, longest: int) -> None:
        super().__init__()
        self._before = ""
        self.setMaxLength(longest)

    def value(self) -> str:
        """Return the text; untouched, as it came."""
        return self.text().strip() if self.isModified() else self._before

    def set_value(self, value: object) -> None:
        """Show a text."""
        self._before = str(value)
        self.setText(shown(self._before, self.maxLength()))
        self.setModified(False)

    def retranslate(self) -> None:
        """Nothing here speaks."""


class TextField(QPlainTextEdit):
    """A longer text; Tab leads on."""

    def __init__(self, lines: int = _LINES) -> None:
        super().__init__()
        self._before = ""
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 26)

    def value(self) -> object:
        """Return the text; untouched, as it came."""
        return self.toPlainText().strip() if self.document().isModified() else self._before

    def set_value(self, value: object) -> None:
        """Show a text."""
        self._before = str(value)
        self._show(self._before)

    def _show(self, text: str) -> None:
        self.setPlainText("\n".join(shown(line, _SHOWN) for line in text.split("\n")))
        self.document().setModified(False)

    def retranslate(self) -> None:
        """Nothing here speaks."""


class LinesField(TextField):
    """A list, one entry on each line; empty lines are no entries."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[str, ...] = ()
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)

    def value(self) -> tuple[str, ...]:
        """Return the entries; untouched, as they came."""
        if not self.document().isModified():
            return self._entries
        lines = (line.strip() for line in self.toPlainText().splitlines())
        return tuple(dict.fromkeys(line for line in lines if line))

    def set_value(self, value: object) -> None:
        """Show the entries of a list."""
        self._entries = tuple(map(str, value)) if isinstance(value, Sequence) else ()
        # An entry that holds a line break is shown as one line: it was one entry.
        self._show("\n".join(shown(entry, _SHOWN) for entry in self._entries))


class _Clock(QTimeEdit):
    """A time of the day that the mouse wheel changes only once it has the focus."""

    def __init__(self, begin: QTime) -> None:
        super().__init__(begin)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setDisplayFormat("HH:mm")
        self.lineEdit().setTextMargins(6, 0, 0, 0)
        self.setFixedWidth(100)
        self.setEnabled(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the form scroll unless the field was chosen on purpose."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _Day(QDateEdit):
    """A day that the mouse wheel changes only once it has the focus."""

    def __init__(self, day: QDate) -> None:
        super().__init__(day)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCalendarPopup(True)
        self.setFixedWidth(150)
        self.setEnabled(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the form scroll unless the field was chosen on purpose."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class HoursField(QWidget):
    """Two times of a day, or any time."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.only = QCheckBox()
        self.begin, self.end = _Clock(QTime(7, 0)), _Clock(QTime(19, 0))
        self._until = Label()
        for clock in (self.begin, self.end):
            clock.timeChanged.connect(self.edited)
            self.only.toggled.connect(clock.setEnabled)
        self.only.toggled.connect(self.edited)
        self.setLayout(row([self.only, self.begin, self._until, self.end, None]))
        self.setFocusProxy(self.only)

    def value(self) -> str:
        """Return ``07:00-19:30``, or "" for any time."""
        if not self.only.isChecked():
            return ""
        return f"{self.begin.time().toString('HH:mm')}-{self.end.time().toString('HH:mm')}"

    def set_value(self, value: object) -> None:
        """Show the hours of a card."""
        begin, _dash, end = str(value).partition("-")
        self.only.setChecked(bool(value))
        if value:
            self.begin.setTime(QTime.fromString(begin, "HH:mm"))
            self.end.setTime(QTime.fromString(end, "HH:mm"))

    def retranslate(self) -> None:
        """Speak the language in use."""
        self.only.setText(_("Only from"))
        self._until.setText(_("to"))
        self.begin.setAccessibleName(_("Scans are allowed from"))
        self.end.setAccessibleName(_("Scans are allowed to"))


def day_words() -> dict[Weekday, str]:
    """Return the days of the week, Monday first."""
    words = (
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
    )  # fmt: skip
    return dict(zip(Weekday, words, strict=True))


class DaysField(QWidget):
    """Days of the week; none means any."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.boxes = {day: QCheckBox() for day in Weekday}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(0)
        for place, box in enumerate(self.boxes.values()):
            grid.addWidget(box, place // 3, place % 3)
            box.toggled.connect(self.edited)
        grid.setColumnStretch(3, 1)
        self.setLayout(grid)
        self.setFocusProxy(self.boxes[Weekday.MONDAY])

    def value(self) -> tuple[Weekday, ...]:
        """Return the days that are ticked, Monday first."""
        return tuple(day for day, box in self.boxes.items() if box.isChecked())

    def set_value(self, value: object) -> None:
        """Tick these days."""
        chosen = frozenset(value) if isinstance(value, Sequence) else frozenset()
        for day, box in self.boxes.items():
            box.setChecked(day in chosen)

    def retranslate(self) -> None:
        """Speak the language in use."""
        for day, words in day_words().items():
            self.boxes[day].setText(words)


class DateField(QWidget):
    """A day, or none."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.given = QCheckBox()
        self.day = _Day(QDate.currentDate().addMonths(1))
        self.given.toggled.connect(self.day.setEnabled)
        self.given.toggled.connect(self.edited)
        self.day.dateChanged.connect(self.edited)
        self.setLayout(row([self.given, self.day, None]))
        self.setFocusProxy(self.given)

    def value(self) -> str:
        """Return an ISO date; "" for none."""
        return self.day.date().toString(Qt.DateFormat.ISODate) if self.given.isChecked() else ""

    def set_value(self, value: object) -> None:
        """Show a day; one that no calendar has counts as none."""
        day = QDate.fromString(str(value), Qt.DateFormat.ISODate)
        self.given.setChecked(day.isValid())
        if day.isValid():
            self.day.setDate(day)

    def retranslate(self) -> None:
        """Speak the language in use."""
        self.given.setText(_("Due on"))
        self.day.setDisplayFormat("dd/MM/yyyy" if current().language == "fr" else "yyyy-MM-dd")
        self.day.setAccessibleName(_("Day on which the next scan is due"))


class TickField(QCheckBox):
    """Yes or no, with what a yes means beside it."""

    def value(self) -> bool:
        """Return whether it is ticked."""
        return self.isChecked()

    def set_value(self, value: object) -> None:
        """Tick it or not."""
        self.setChecked(bool(value))

    def retranslate(self) -> None:
        """The form gives it its words."""
