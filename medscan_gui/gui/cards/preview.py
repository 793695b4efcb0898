"""What a file of cards would change, line by line, or all that is wrong with it: shown before anything is entered."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHeaderView, QWidget

from medscan_gui.core.names import shown
from medscan_gui.core.policy import PolicyCard
from medscan_gui.core.text import _, current, ngettext_
from medscan_gui.gui.cards.check import LINE
from medscan_gui.gui.cards.fields import LineField
from medscan_gui.gui.cards.form import field_titles
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.models.roles import ROOT, Index, plain_tip
from medscan_gui.gui.pages.copy_table import CopyTable
from medscan_gui.gui.widgets import Button, Label, Notice, column, row
from medscan_gui.gui.widgets.panels import PAGE_MARGIN

if TYPE_CHECKING:
    from medscan_gui.response.cards import CardChange, Fault

_CELL = 1000
#: Rows up to which long lines are wrapped: working out heights takes time.
_WRAPPED = 500
#: Characters of one value.
_VALUE = 120


class LinesModel(QAbstractTableModel):
    """Rows of (line of the file, whose, what)."""

    def __init__(self, titles: tuple[str, str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles = titles
        self._rows: tuple[tuple[str, str, str], ...] = ()

    def set_rows(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Show these rows."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return 3."""
        return 0 if parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return self._titles[section] if 0 <= section < len(self._titles) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        text = self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        return plain_tip(text) if role == Qt.ItemDataRole.ToolTipRole else None


class CardsPreview(QDialog):
    """`enter_wanted` carries the operator's name once the changes are confirmed; close it when they are entered."""

    enter_wanted = Signal(str)

    def __init__(
        self,
        file: str,
        changes: "Sequence[CardChange]",
        faults: "Sequence[Fault]",
        operator: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.changes = tuple(change for change in changes if change.changes)
        self.setWindowTitle(_("Import policy cards"))
        title = _("What is wrong with this file") if faults else _("What this file changes")
        self.title = Label(title, "title")
        self.lead = Label(role="soft", wrap=True)
        self.notice = Notice()
        whose = _("Column") if faults else _("Whose card")
        what = _("What is wrong") if faults else _("What changes")
        self.model = LinesModel((_("Line"), whose, what), self)
        self.table = CopyTable()
        self.table.setModel(self.model)
        self.table.setAccessibleName(title)
        header = self.table.horizontalHeader()
        header.resizeSection(0, 80)
        header.resizeSection(1, 260)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.person = LineField(LINE)
        self.person.setText(shown(operator, LINE))
        self.person.setFixedWidth(220)
        self.person.setAccessibleName(_("Your name"))
        self._person_title = Label(_("Your name"))
        self.cancel = Button(_("Close") if faults or not self.changes else _("Cancel"))
        self.enter = Button(role="primary", icon_name="save")
        self.cancel.clicked.connect(self.reject)
        self.enter.clicked.connect(self._enter)
        buttons = row([self._person_title, self.person, None, self.cancel, self.enter])
        layout = column([self.title, self.lead, self.notice, self.table], margins=PAGE_MARGIN, gap=12)
        layout.addLayout(buttons)
        layout.setStretch(3, 1)
        self.setLayout(layout)
        self.resize(960, 600)
        self._fill(shown(file, 200), tuple(changes), tuple(faults))
        self.table.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.table.setWordWrap(self.model.rowCount() <= _WRAPPED)
        if self.table.wordWrap():
            self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def _fill(self, file: str, changes: "tuple[CardChange, ...]", faults: "tuple[Fault, ...]") -> None:
        if faults:
            self.model.set_rows([_fault_row(fault) for fault in faults])
            self.lead.setText(
                _("“{file}” was not taken: nothing was changed. Correct these lines and import it again.").format(
                    file=file
                )
            )
        else:
            self.model.set_rows([_change_row(change) for change in self.changes])
            same = len(changes) - len(self.changes)
            words = ngettext_(
                "“{file}”: {count} card is already as the file says.",
                "“{file}”: {count} cards are already as the file says.",
                same,
            )
            self.lead.setText(words.format(file=file, count=number(same)) if same else f"“{file}”")
        count = len(self.changes)
        self.enter.setText(
            ngettext_("Enter {count} change", "Enter {count} changes", count).format(count=number(count))
        )
        for part in (self.enter, self.person, self._person_title):
            part.setVisible(not faults and count > 0)
        if not faults and not count:
            self.lead.setText(_("“{file}” changes nothing: the journal has all these cards already.").format(file=file))

    @Slot()
    def _enter(self) -> None:
        if not self.person.text().strip():
            self.notice.show_text(_("Enter your name: the journal keeps who changed a card."))
            self.person.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.enter.setEnabled(False)
        self.enter_wanted.emit(" ".join(self.person.text().split()))

    def show_failure(self, sentence: str) -> None:
        """Say why nothing was entered."""
        self.enter.setEnabled(True)
        self.notice.show_text(sentence)


def _fault_row(fault: "Fault") -> tuple[str, str, str]:
    where = number(fault.line) if fault.line else _("file")
    return where, shown(fault.column, 100) or "–", shown(current().sentence(fault.what), _CELL)


def _change_row(change: "CardChange") -> tuple[str, str, str]:
    whose = change.title if change.device is not None else _("model {model}").format(model=change.title)
    return number(change.line), whose, " · ".join(_changes(change))


def _changes(change: "CardChange") -> list[str]:
    parts = []
    if change.is_new_device:
        parts.append(_("new device"))
    elif change.device_fields:
        parts.append(_("what is known of the device"))
    if change.after is None and change.before is not None:
        parts.append(_("the card is taken away"))
    elif change.before is None and change.after is not None:
        parts.append(_("new card"))
    if change.after is not None:
        parts += _values(change.before or PolicyCard(), change.after, change.fields)
    return parts


def _values(before: PolicyCard, after: PolicyCard, names: Sequence[str]) -> Iterator[str]:
    titles = field_titles()
    for name in names:
        values = (_value_words(getattr(card, name)) for card in (before, after))
        yield "{}: {} → {}".format(titles.get(name, name), *values)


def _value_words(value: object) -> str:
    match value:
        case bool():
            return _("yes") if value else _("no")
        case tuple():
            return shown(", ".join(map(str, value)), _VALUE) or "–"
        case _:
            return shown(str(value), _VALUE) or "–"
