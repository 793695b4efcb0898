"""What happened, what it means, what to do next: three cards in the order in which one needs them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.core.text import _, current
from medscan_gui.export.advice import Advice
from medscan_gui.gui.theme.icons import IconLabel
from medscan_gui.gui.widgets import Card, Label, column, row

_LONGEST = 2000

#: Reasons that "what happened" always says in its own words; of accepted files only one sentence of it speaks.
_SAID = frozenset({"verdict.no_threat", "verdict.threats_left", "verdict.threats_removed"})
_ACCEPTED = ("advice.happened.accepted", "verdict.threats_accepted")


def spoken(message: Message) -> str:
    """Return a message as a sentence of bounded length, safe to show."""
    return shown(current().sentence(message), _LONGEST)


def _is_said(reason: Message, happened: Message) -> bool:
    return reason == happened or reason.code in _SAID or (happened.code, reason.code) == _ACCEPTED


class AdviceCard(Card):
    """A title and its sentences; numbered if they are steps."""

    def __init__(self, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=16)
        self.title = Label(role="heading")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        self.body.addLayout(row([IconLabel(icon_name, 22), self.title, None], gap=10))
        self.body.addLayout(self._lines)
        self.body.addStretch(1)

    @property
    def sentences(self) -> list[str]:
        """The sentences shown."""
        return [label.text() for label in self.findChildren(Label) if label is not self.title]

    def show_sentences(self, sentences: list[str], *, numbered: bool = False, lead: str = "") -> None:
        """Show these sentences in place of the ones before, below a `lead` that has no number."""
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        if lead:
            self._lines.addWidget(_Step(0, lead))
        for place, sentence in enumerate(sentences, 1):
            self._lines.addWidget(_Step(place if numbered and len(sentences) > 1 else 0, sentence))


class _Step(QWidget):
    """One sentence that can be selected and copied, with its number if it has one."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__()
        text = Label(sentence, wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = row(gap=8)
        if number:
            mark = Label(f"{number}.", "strong")
            mark.setFixedWidth(mark.fontMetrics().horizontalAdvance("99.") + 4)
            mark.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
            layout.addWidget(mark)
        layout.addWidget(text, 1)
        self.setLayout(layout)


class AdviceCards(QWidget):
    """The three cards: the past and its meaning at the left, the next steps at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._advice: Advice | None = None
        self._reasons: tuple[Message, ...] = ()
        self._clean_up_first = False
        self.happened, self.means, self.next = AdviceCard("what"), AdviceCard("means"), AdviceCard("next")
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(16)
        grid.addLayout(column([self.happened, self.means], gap=16), 0, 0)
        grid.addWidget(self.next, 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.setLayout(grid)

    def offer_clean_up(self, offered: bool) -> None:  # said by its name
        """Say before the next steps that a clean-up is the other way: they begin with unplugging the medium."""
        if offered != self._clean_up_first:
            self._clean_up_first = offered
            self.retranslate()

    def show_advice(self, advice: Advice, reasons: tuple[Message, ...] = ()) -> None:
        """Show the advice of a record; `reasons` are listed under what happened where they add to it."""
        self._advice = advice
        self._reasons = tuple(reason for reason in reasons if not _is_said(reason, advice.happened))
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.happened.title.setText(_("What happened"))
        self.means.title.setText(_("What it means"))
        self.next.title.setText(_("What to do next"))
        if self._advice is None:
            return
        happened = [self._advice.happened, *self._reasons]
        self.happened.show_sentences([spoken(message) for message in happened])
        self.means.show_sentences([spoken(self._advice.means)])
        lead = ""
        if self._clean_up_first:
            lead = _(
                "If this medium may be cleaned, do that first: “Clean up…” moves the threats into the quarantine "
                "and checks that they are gone. If not:"
            )
        self.next.show_sentences([spoken(message) for message in self._advice.next_steps], numbered=True, lead=lead)
