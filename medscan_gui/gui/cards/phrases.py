"""Words of policy cards that several screens share."""

from medscan_gui.core.device import Device
from medscan_gui.core.names import shown
from medscan_gui.core.policy import CardInForce, CardOrigin, StoredCard, summary
from medscan_gui.core.text import _, current
from medscan_gui.gui.models.phrases import date_time

_CELL = 120


def model_title(make: str, model: str) -> str:
    """Return make and model in one, escaped for showing; "" if neither is known."""
    return shown(" ".join(part for part in (make, model) if part), _CELL)


def has_model(device: Device) -> bool:
    """Say whether a card can go by the make and model of this device."""
    return bool(device.make.strip() and device.model.strip())


def origin_words(origin: CardOrigin) -> str:
    """Return where the card in force comes from."""
    return {
        CardOrigin.DEVICE: _("card of this device"),
        CardOrigin.MODEL: _("card of this model"),
        CardOrigin.MEDIUM_DEFAULT: _("no card: what holds for removable media"),
        CardOrigin.DEVICE_DEFAULT: _("no card: what holds for medical devices"),
    }[origin]


def saved_words(stored: StoredCard) -> str:
    """Return who saved a card, and when."""
    when = date_time(stored.saved)
    if not stored.operator:
        return _("saved on {date}").format(date=when)
    return _("saved on {date} by {person}").format(date=when, person=shown(stored.operator, _CELL))


def card_words(in_force: CardInForce, due: str = "") -> str:
    """Return what a card says, in one line; `due` as in `core.policy.summary`."""
    words = " · ".join(current().sentence(part) for part in summary(in_force, due))
    return words[:1].upper() + words[1:]
