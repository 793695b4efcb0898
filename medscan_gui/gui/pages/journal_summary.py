"""The words of one scan: what happened, what to do, what the hospital accepts, which card it followed."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.core.policy import CardInForce
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _, current
from medscan_gui.export.advice import advice
from medscan_gui.gui.cards.phrases import card_words, origin_words
from medscan_gui.gui.models.acceptances import accepted_name, day_words
from medscan_gui.gui.widgets import Label


class Summary(QScrollArea):
    """Shows one record in sentences that can be copied."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = QVBoxLayout()
        self._lines.setContentsMargins(4, 12, 12, 4)
        self._lines.setSpacing(6)
        inside = QWidget()
        inside.setLayout(self._lines)
        self.setWidgetResizable(True)
        self.setWidget(inside)

    def show_record(self, record: ScanRecord) -> None:
        """Show this record."""
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        told = advice(record)
        reasons = record.verdict.reasons
        # "No threat was found" is the headline already; how much was read says more.
        said_already = not reasons or reasons == (Message.of(f"verdict.{record.verdict.kind.value}"),)
        if record.follows:
            title = _("Check after a clean-up") if record.action else _("Locked files, read with passwords")
            self._section(title, [_follow_up_words(record)])
        self._section(_("What happened"), _sentences((told.happened,) if said_already else reasons))
        self._section(_("What it means for the device"), _sentences([told.means]))
        self._section(_("What to do next"), _sentences(told.next_steps), numbered=len(told.next_steps) > 1)
        if record.accepted:
            self._section(_("Accepted by the hospital"), map(accepted_words, record.accepted))
        if record.card is not None:
            self._section(_("Policy card of this scan"), [_card_words(record.card)])
        self._lines.addStretch(1)

    def _section(self, title: str, texts: Iterable[str], *, numbered: bool = False) -> None:
        self._lines.addWidget(Label(title, "strong"))
        for place, text in enumerate(texts, 1):
            words = shown(text, 2000)
            label = Label(f"{place}. {words}" if numbered else words, wrap=True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._lines.addWidget(label)
        self._lines.addSpacing(6)


def _sentences(messages: Iterable[Message]) -> list[str]:
    return [current().sentence(message) for message in messages]


def _follow_up_words(record: ScanRecord) -> str:
    if not record.action:
        return _(
            "MedScan read the files again that were locked by a password. The light is drawn from both scans together."
        )
    if record.places:
        return _(
            "MedScan read again every place that the clean-up touched. The light is drawn from both scans together."
        )
    return _("MedScan read everything again after the clean-up. The light is drawn from both scans together.")


def accepted_words(one: Acceptance) -> str:
    """Return which file is accepted, why, by whom and until when."""
    template = _("{file}: {reason} (accepted by {person}, no end)")
    if one.until:
        template = _("{file}: {reason} (accepted by {person}, until {date})")
    return template.format(
        file=accepted_name(one),
        reason=shown(one.reason, 400) or "–",
        person=shown(one.person, 120) or "–",
        date=day_words(one.until),
    )


def _card_words(card: CardInForce) -> str:
    return _("{card} ({origin})").format(card=card_words(card), origin=origin_words(card.origin))
