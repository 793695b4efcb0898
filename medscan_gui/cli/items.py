"""One line for each file of an action, and for what became of a threat."""

from medscan_gui.core.action import ActionItem, ItemResult
from medscan_gui.core.finding import Finding
from medscan_gui.core.text import _, current
from medscan_gui.core.words import Fate


def item_line(item: ActionItem) -> str:
    """Say what became of one file."""
    why = current().sentence(item.why) if item.why else ""
    if item.result is ItemResult.DONE:
        line = _("Done: {place}")
    elif item.result is ItemResult.UNCERTAIN:
        line = _("Not certain: {place}")
    else:
        line = _("Not done: {place}")
    text = line.format(place=item.where)
    return _("{name}: {value}").format(name=text, value=why) if why else text


def fate_line(found: Finding) -> str:
    """Say what became of one threat."""
    fate = current().sentence_of(f"fate.{found.fate}")
    if found.fate is Fate.REMOVED:
        return _("{fate}; in the quarantine as {entry}").format(fate=fate, entry=found.entry)
    if found.why is None:
        return fate
    return _("{name}: {value}").format(name=fate, value=current().sentence(found.why))
