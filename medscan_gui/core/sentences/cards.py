"""Sentences of policy cards."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "card.not_this_operator": N_(
        "The policy card of this device allows only these people to scan it: {names}. Enter your name as operator if "
        "you are one of them, or ask one of them."
    ),
    "card.not_at_this_hour": N_(
        "The policy card of this device allows scans only at these hours: {hours}. Come back then, or ask for the "
        "card to be changed."
    ),
    "card.not_on_this_day": N_(
        "The policy card of this device allows no scan on this day of the week. Come back on another day, or ask for "
        "the card to be changed."
    ),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
