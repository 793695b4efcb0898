"""Keeps the line of the policy card true while target, device and operator are being chosen."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from medscan_gui.core.device import Device, Target
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.policy import CardInForce, scan_refusal
from medscan_gui.gui.cards.desk import CardDesk
from medscan_gui.gui.clean_up.errands import Errands
from medscan_gui.gui.scan.ready import ReadyView

if TYPE_CHECKING:
    from medscan_gui.services import Services

#: Milliseconds without a change before the journal is asked.
_STILL_MS = 150


class _Answer(NamedTuple):
    card: CardInForce | None
    refusal: Message | None


class CardWatch(QObject):
    """Asks the journal beside the window's thread; opens the editor when the line asks for it."""

    def __init__(self, ready: ReadyView, window: QWidget) -> None:
        super().__init__(window)
        self._ready = ready
        self._services: Services | None = None
        self._errands = Errands(self)
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(_STILL_MS)
        self._still.timeout.connect(self.look)
        self.desk = CardDesk(window)
        self.desk.saved.connect(self.look)
        ready.chooser.chosen.connect(self._changed)
        ready.device.changed.connect(self._changed)
        ready.card_wanted.connect(self._edit)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._errands.busy or self._still.isActive() or self.desk.busy

    def set_services(self, services: "Services") -> None:
        """Begin to look."""
        self._services = services
        self._changed()

    @Slot()
    def _changed(self, *_what: object) -> None:
        self._still.start()

    @Slot()
    def look(self, *_what: object) -> None:
        """Show the card of what is chosen now."""
        target = self._ready.chooser.target
        if self._services is None or target is None:
            self._ready.card_line.show_card(None, None)
            return
        card = self._ready.device
        self._errands.ask("card", partial(_read, self._services, card.device(), target, card.operator), self._show)

    def _show(self, answer: object) -> None:
        assert isinstance(answer, _Answer)  # noqa: S101  # our own answer to our own question
        self._ready.card_line.show_card(answer.card, answer.refusal)

    @Slot()
    def _edit(self) -> None:
        if self._services is not None:
            self.desk.edit(self._services, self._ready.device.device(), self._ready.device.operator)


def _read(services: "Services", device: Device, target: Target, operator: str) -> _Answer:
    from medscan_gui.services import card_in_force

    try:
        in_force = card_in_force(services, device, target)
    except MedScanError as error:
        return _Answer(None, error.message)
    return _Answer(in_force, scan_refusal(in_force.card, operator, datetime.now().astimezone()))
