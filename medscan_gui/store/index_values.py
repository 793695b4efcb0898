"""Values of the index that several of its parts write: keys, numbers and days in one form each."""

from datetime import UTC, timedelta

from medscan_gui.core.device import Target
from medscan_gui.core.names import shown
from medscan_gui.core.record import moment_of
from medscan_gui.store.search import NAME_CHARACTERS, fold

#: The largest number that SQLite keeps (sqlite.org/datatype3.html).
_LARGEST = 2**63 - 1


def key_of(number: str) -> str:
    """Return the form in which numbers, makes and models are compared: no case, no spaces, no accents."""
    return "".join(fold(number).split())


def counted(number: int) -> int:
    """Return a count as it can be kept: entries that others wrote may hold any number."""
    return max(-_LARGEST, min(number, _LARGEST))


def shown_target(target: Target) -> str:
    """Return label and place of a target, escaped and bounded."""
    return shown(target.shown, NAME_CHARACTERS)


def local_day(stamp: str, offset_minutes: int) -> str:
    """Return the day (ISO date) of a record's time where it was recorded; "" if the time makes no sense."""
    moment = moment_of(stamp)
    if moment is None:
        return ""
    try:
        return (moment.astimezone(UTC) + timedelta(minutes=offset_minutes)).date().isoformat()
    except OverflowError:
        return ""
