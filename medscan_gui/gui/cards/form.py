"""The form of a policy card: every field in plain words, checked as it is typed."""

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from medscan_gui.core.policy import PolicyCard
from medscan_gui.core.text import _
from medscan_gui.gui.cards.check import LINE, card_of, faults
from medscan_gui.gui.cards.fields import DateField, DaysField, HoursField, LineField, LinesField, TextField, TickField
from medscan_gui.gui.pages.settings_rows import Days, Number
from medscan_gui.gui.theme.icons import IconLabel
from medscan_gui.gui.widgets import Card, Label, column, line, row

#: Which fields stand together, in the order of the questions that a hospital asks.
GROUPS = (
    ("allowed", ("clean_up", "protected", "headers_only")),
    ("when", ("scan_by", "scan_hours", "scan_days")),
    ("use", ("gentle", "cpu_share")),
    ("next", ("next_scan", "interval_days")),
    ("maker", ("manufacturer", "contact", "approval", "note")),
)
#: Width of the controls, in pixels.
_CONTROL = 420


class _NumberField(Number):
    """A number of the card."""

    def set_value(self, value: object) -> None:
        self.setValue(value if isinstance(value, int) else self.minimum())

    def retranslate(self) -> None:
        self.setSuffix(_(" percent of one core"))


class _DaysField(Days):
    """A number of days; none says that nothing repeats."""

    def set_value(self, value: object) -> None:
        self.setValue(value if isinstance(value, int) else self.minimum())

    def retranslate(self) -> None:
        self.setSpecialValueText(_("Not repeated"))
        self.say_unit()


class FieldRow(QWidget):
    """Title and help on the left, the control on the right, what is wrong with it below."""

    def __init__(self, control: Any) -> None:
        super().__init__()
        self.control = control
        self.title, self.help = Label(role="strong", wrap=True), Label(role="soft", wrap=True)
        self.title.setBuddy(control)
        self.fault = Label(role="strong", wrap=True)
        self._fault_line = QWidget()
        warning = row([IconLabel("notice", 20), self.fault], gap=8)
        warning.setStretch(1, 1)
        self._fault_line.setLayout(warning)
        words = QWidget()
        words.setLayout(column([self.title, self.help, None], gap=2))
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        control.setFixedWidth(_CONTROL)
        right = column([control, self._fault_line, None], gap=4)
        layout = row([words], gap=24)
        layout.addLayout(right)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.show_fault("")

    def say(self, title: str, words: str) -> None:
        """Set title and help; screen readers hear both with the control."""
        self.title.setText(title)
        self.help.setText(words)
        self.control.setAccessibleName(title)
        self.control.setAccessibleDescription(words)

    def show_fault(self, words: str) -> None:
        """Say what is wrong; "" for nothing."""
        self.fault.setText(words)
        self._fault_line.setVisible(bool(words))


class CardForm(QWidget):
    """Shows a card and makes one of what was typed. `edited` tells each change of the operator's."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = {name: FieldRow(control) for name, control in _controls().items()}
        self._headings = {name: Label(role="heading") for name, _names in GROUPS}
        self._showing = False
        cards = []
        for group, names in GROUPS:
            card = Card(gap=14)
            card.body.addWidget(self._headings[group])
            for place, name in enumerate(names):
                if place:
                    card.body.addWidget(line())
                card.body.addWidget(self.rows[name])
            cards.append(card)
        self.setLayout(column([*cards, None], gap=16))
        for field_row in self.rows.values():
            _edited_signal(field_row.control).connect(self._edited)
        self.rows["gentle"].control.toggled.connect(self.rows["cpu_share"].control.setEnabled)
        self.show_card(PolicyCard())
        self.retranslate()

    def show_card(self, card: PolicyCard) -> None:
        """Show a card; nothing counts as typed."""
        self._showing = True
        for name, field_row in self.rows.items():
            field_row.control.set_value(getattr(card, name))
        self.rows["cpu_share"].control.setEnabled(card.gentle)
        self._showing = False
        self._check()

    def _values(self) -> dict[str, object]:
        values: dict[str, object] = {}
        for name, field_row in self.rows.items():
            value = field_row.control.value
            values[name] = value() if callable(value) else value
        return values

    def card(self) -> PolicyCard:
        """Return the card as typed. Raises msgspec.ValidationError while `valid` is False."""
        return card_of(self._values())

    @property
    def valid(self) -> bool:
        """Whether what was typed makes a card."""
        return not faults(self._values())

    @Slot()
    def _edited(self) -> None:
        if not self._showing:
            self._check()
            self.edited.emit()

    def _check(self) -> None:
        found = faults(self._values())
        for name, field_row in self.rows.items():
            field_row.show_fault(found.get(name, ""))

    def show_first_fault(self) -> QWidget | None:
        """Go to the first field that is wrong, and return it."""
        found = faults(self._values())
        for _group, names in GROUPS:
            for name in names:
                if name in found:
                    control: QWidget = self.rows[name].control
                    control.setFocus(Qt.FocusReason.OtherFocusReason)
                    return self.rows[name]
        return None

    def retranslate(self) -> None:
        """Set every text again."""
        for name, words in _headings().items():
            self._headings[name].setText(words)
        for name, (title, words) in _words().items():
            self.rows[name].say(title, words)
            self.rows[name].control.retranslate()
        self.rows["clean_up"].control.setText(_("Threats may be removed"))
        self.rows["gentle"].control.setText(_("Scan gently"))
        self._check()


def _controls() -> dict[str, QWidget]:
    return {
        "clean_up": TickField(),
        "protected": LinesField(),
        "headers_only": LinesField(),
        "scan_by": LinesField(),
        "scan_hours": HoursField(),
        "scan_days": DaysField(),
        "gentle": TickField(),
        "cpu_share": _NumberField(5, 100),
        "next_scan": DateField(),
        "interval_days": _DaysField(0, 3650),
        "manufacturer": LineField(LINE),
        "contact": LineField(LINE),
        "approval": LineField(LINE),
        "note": TextField(),
    }


def _edited_signal(control: Any) -> Any:
    match control:
        case TextField() | LineField():
            return control.textChanged
        case TickField():
            return control.toggled
        case Number():
            return control.valueChanged
        case _:
            return control.edited


def _headings() -> dict[str, str]:
    return {
        "allowed": _("What may be done"),
        "when": _("Who may scan, and when"),
        "use": _("A device in use"),
        "next": _("The next scan"),
        "maker": _("Manufacturer and approval"),
    }


def _words() -> dict[str, tuple[str, str]]:
    return {
        "clean_up": (
            _("Clean-up"),
            _(
                "Off: the device is only looked at, and no removal is ever offered. Turn it on for a medical device "
                "only if its manufacturer agrees."
            ),
        ),
        "protected": (
            _("Folders in which nothing is removed"),
            _("The manufacturer’s application, for instance. One folder on each line, with all that is below it."),
        ),
        "headers_only": (
            _("Folders of patient images"),
            _(
                "Only the beginning of each file is checked there: a program hidden in an image is still found. "
                "One folder on each line."
            ),
        ),
        "scan_by": (_("People who may scan"), _("One name on each line. Leave it empty for anybody.")),
        "scan_hours": (_("Hours"), _("By this computer’s clock. They may go past midnight.")),
        "scan_days": (_("Days"), _("Leave all unticked for any day.")),
        "gentle": (_("Low priority"), _("The scan takes longer and leaves the computer to the device’s own work.")),
        "cpu_share": (_("Share of the processor"), _("At most this much while scanning gently.")),
        "next_scan": (_("Next scan"), _("The journal marks the device once this day is past.")),
        "interval_days": (_("Repeat every"), _("Each complete scan moves the next one on by so many days.")),
        "manufacturer": (_("Manufacturer"), _("Whom to call when a threat is found on the device.")),
        "contact": (_("Contact"), _("Telephone or address of the manufacturer’s service.")),
        "approval": (_("Approval"), _("Reference of the manufacturer’s or the hospital’s agreement to scan.")),
        "note": (_("Note"), _("Anything else that whoever scans should know.")),
    }


def field_titles() -> dict[str, str]:
    """Return the titles of a card's fields, by name."""
    return {name: title for name, (title, _words_) in _words().items()}
