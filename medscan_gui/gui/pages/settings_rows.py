"""One setting on the screen: what it is, what it does in one sentence, and its control."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSizePolicy, QSpinBox, QWidget

from medscan_gui.core.text import _, ngettext_
from medscan_gui.gui.pages.settings_engines import EngineSwitches
from medscan_gui.gui.unlock.password_lines import PasswordLines
from medscan_gui.gui.widgets import Label, column, row

#: Width of all controls, in pixels: one line down the page.
CONTROL_WIDTH = 300


class Choice(QComboBox):
    """A drop-down list that the mouse wheel changes only once it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll unless the list was chosen on purpose."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Number(QSpinBox):
    """A number field that the mouse wheel changes only once it has the focus; tells its value once typed."""

    def __init__(self, lowest: int, highest: int) -> None:
        super().__init__()
        self.setRange(lowest, highest)
        self.setKeyboardTracking(False)
        self.lineEdit().setTextMargins(6, 0, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll unless the field was chosen on purpose."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Days(Number):
    """A number of days, with its unit in the form that fits the number."""

    def __init__(self, lowest: int, highest: int) -> None:
        super().__init__(lowest, highest)
        self.valueChanged.connect(self.say_unit)
        self.say_unit()

    @Slot()
    def say_unit(self) -> None:
        """Write the unit in the language in use."""
        before, _count, after = ngettext_("{count} day", "{count} days", self.value()).partition("{count}")
        self.setPrefix(before)
        self.setSuffix(after)


Control = Choice | Number | QLineEdit | QCheckBox | PasswordLines | EngineSwitches


class SettingRow(QWidget):
    """Title and sentence on the left, the control on the right, perhaps a button beside it."""

    def __init__(self, control: Control, beside: QWidget | None = None) -> None:
        super().__init__()
        self.control = control
        self.title = Label(role="strong")
        self.title.setBuddy(control)
        self.note = Label(role="soft", wrap=True)
        self.by_hospital = Label(role="small", wrap=True)
        self.by_hospital.hide()
        words = QWidget()
        words.setLayout(column([self.title, self.note, self.by_hospital, None], gap=2))
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        control.setFixedWidth(CONTROL_WIDTH)
        right = column([control] if beside is None else [control, beside], gap=6)
        right.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        layout = row([words], gap=24)
        layout.addLayout(right)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    def say(self, title: str, note: str) -> None:
        """Set title and sentence; screen readers hear both with the control."""
        self.title.setText(title)
        self.note.setText(note)
        self.control.setAccessibleName(title)
        self.control.setAccessibleDescription(note)

    def mark_hospital(self, *, given: bool, in_use: bool) -> None:
        """Say whether the hospital's administrator gave this computer a value, and whether it is in use."""
        self.by_hospital.setVisible(given)
        self.by_hospital.setText(
            _("Set by your hospital for this computer.")
            if in_use
            else _("Your hospital set another value for this computer; yours is in use.")
        )
