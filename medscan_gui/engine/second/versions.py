"""Versions and dates that ClamAV tells, and the age of its signatures."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from medscan_gui.core.record import timestamp

#: "ClamAV 1.4.6/28001/Thu Nov 19 03:10:07 2026"; only the first part without official signatures.
_VERSION = re.compile(r"ClamAV ([0-9][0-9A-Za-z.+~-]{0,40})(?:/([0-9]{1,10})/([A-Za-z0-9: ]{10,40}))?")

#: Since this version ClamAV names the limit that a file exceeded, and takes all our options.
OLDEST = (0, 103)

#: A clock that is behind the signatures by more than this many days tells no age.
_CLOCK_SLACK_DAYS = 1


class Versions(NamedTuple):
    """What ClamAV told. `date` is when its signatures were made, if it told."""

    engine: str
    database: str = ""
    date: datetime | None = None

    @property
    def stamp(self) -> str:
        """The date as records write it; "" if there is none."""
        return timestamp(self.date) if self.date else ""

    def age_days(self, now: datetime) -> int | None:
        """Return the age of the signatures in days; None if it is not known, or the clock cannot be right."""
        if self.date is None:
            return None
        days = (now - self.date).days
        return None if days < -_CLOCK_SLACK_DAYS else max(0, days)

    @property
    def known_to_tell(self) -> bool:
        """It is new enough to say what it leaves out."""
        numbers = tuple(int(part) for part in re.findall(r"\d+", self.engine)[:2])
        return numbers >= OLDEST


def read_versions(text: str) -> Versions | None:
    """Read the answer to the question for the version; None if it is none."""
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        return None
    engine, database, date = match.groups()
    return Versions(engine, database or "", _read_date(date) if date else None)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: As C's ctime writes it; `strptime` would go by the language of the computer.
_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})")


def _read_date(text: str) -> datetime | None:
    match = _DATE.fullmatch(text)
    if match is None or match[1] not in _MONTHS:
        return None
    day, hour, minute, second, year = map(int, match.groups()[1:])
    try:
        # In the local time of the process that tells: hours do not matter for an age in days.
        return datetime(year, _MONTHS.index(match[1]) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
