"""One line before a scan: what the policy card allows, where it comes from, and whether it forbids this scan."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from medscan_gui.core.messages import Message
from medscan_gui.core.policy import CardInForce
from medscan_gui.core.text import _, current
from medscan_gui.gui.cards.phrases import card_words, origin_words
from medscan_gui.gui.theme.icons import IconLabel
from medscan_gui.gui.widgets import Button, Label, Notice, Panel, column, row


class CardLine(Panel):
    """`edit_wanted` asks for the editor. Hidden until `show_card`."""

    edit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("sunken", parent)
        self._card: CardInForce | None = None
        self._refusal: Message | None = None
        self._due = ""
        self.words = Label(wrap=True)
        self.origin = Label(role="small", wrap=True)
        self.edit = Button(role="quiet")
        self.edit.clicked.connect(self.edit_wanted)
        self.warning = Notice()
        line = row([IconLabel("card", 22, soft=True), column([self.words, self.origin], gap=0), self.edit], gap=12)
        line.setStretch(1, 1)
        self.setLayout(column([line, self.warning], gap=8))
        self.layout().setContentsMargins(14, 6, 8, 6)  # type: ignore[union-attr]  # it was just set
        self.retranslate()
        self.hide()

    def show_card(self, card: CardInForce | None, refusal: Message | None, due: str = "") -> None:
        """Show the card that the scan will follow, and why it would be refused; None and None hide the line.

        `due`: the day (ISO) of the next scan, where the journal knows better than the card.
        """
        self._card, self._refusal, self._due = card, refusal, due
        self._say()

    def show_refusal(self, refusal: Message) -> None:
        """Say why the scan was refused, whatever the card shown."""
        self.show_card(self._card, refusal)

    @property
    def text(self) -> str:
        """What the line says of the card."""
        return self.words.text()

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.edit.setText(_("Card…"))
        self.edit.setAccessibleName(_("Policy card of this device"))
        self._say()

    def _say(self) -> None:
        card, refusal = self._card, self._refusal
        self.words.setText(card_words(card, self._due) if card else "")
        origin = origin_words(card.origin) if card else ""
        self.origin.setText(origin[:1].upper() + origin[1:])
        self.words.setVisible(card is not None)
        self.origin.setVisible(card is not None)
        self.setAccessibleName(self.words.text())
        self.warning.show_text(current().sentence(refusal) if refusal else "")
        self.setVisible(card is not None or refusal is not None)
