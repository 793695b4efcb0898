"""Which cards the journal has for a device, and which of them is in force."""

from typing import NamedTuple

from medscan_gui.core.device import Device
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.policy import DEVICE_CARD, CardOrigin, PolicyCard, StoredCard
from medscan_gui.gui.cards.phrases import has_model
from medscan_gui.store.journal import Journal, NoJournal


class CardsKnown(NamedTuple):
    """The cards of one device and of its model, as the journal has them; None where there is none."""

    device: StoredCard | None = None
    model: StoredCard | None = None

    def stored(self, origin: CardOrigin) -> StoredCard | None:
        """Return the card of the device or of the model, if it was not taken away."""
        found = {CardOrigin.DEVICE: self.device, CardOrigin.MODEL: self.model}.get(origin)
        return found if found is not None and found.card is not None else None

    @property
    def origin(self) -> CardOrigin | None:
        """Where the card in force comes from; None if there is none and what is scanned decides."""
        return next((one for one in (CardOrigin.DEVICE, CardOrigin.MODEL) if self.stored(one)), None)

    def card(self, origin: CardOrigin) -> PolicyCard:
        """Return the card to begin editing with: its own, else the one in force, else the careful one."""
        for one in (origin, self.origin):
            if one is not None and (stored := self.stored(one)) is not None and stored.card is not None:
                return stored.card
        return DEVICE_CARD


def read_cards(journal: Journal | NoJournal, device: Device) -> CardsKnown:
    """Return the cards of a device and of its model. Raises JournalError."""
    model = journal.card_of_model(device.make, device.model) if has_model(device) else None
    return CardsKnown(journal.card_of(device.id), model)


def keep_card(journal: Journal | NoJournal, device: Device, card: StoredCard) -> None:
    """Save a card; a device that the journal does not know yet is saved first, so that its list shows it.

    Raises JournalError.
    """
    if card.device_id:
        try:
            known = journal.device(device.id)
        except MedScanError:
            known = None
        if known is None:
            journal.save_device(device)
    journal.save_card(card)
