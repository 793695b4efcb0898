"""Policy cards: what the hospital and the manufacturer allow on one device, or on every device of a model."""

from datetime import datetime, time
from enum import StrEnum
from typing import Annotated

import msgspec

from medscan_gui.core.messages import Message

_Line = Annotated[str, msgspec.Meta(max_length=200)]
_Folder = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
_Folders = Annotated[tuple[_Folder, ...], msgspec.Meta(max_length=100)]
#: Two times of a day, ``07:00-19:30``; the second may be the next day's.
_Hours = Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$")]
_Date = Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


class Weekday(StrEnum):
    """Days of the week, Monday first, as cards write them."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


class CardOrigin(StrEnum):
    """Where the card in force comes from; the first that exists counts."""

    DEVICE = "device"
    MODEL = "model"
    #: No card: a removable medium may be cleaned, any other device may not.
    MEDIUM_DEFAULT = "medium_default"
    DEVICE_DEFAULT = "device_default"


class PolicyCard(msgspec.Struct, frozen=True, kw_only=True):
    """What may be done to a device. Every default is the careful one.

    Folders are written as people write them: absolute (``D:\\Images``, ``/var/lib/images``), or relative to
    the root of whatever is scanned (``Images``). They take all that is below them.
    """

    #: Threats may be removed at the operator's word; otherwise the device is only looked at.
    clean_up: bool = False
    #: Names of those who may scan; empty: anybody.
    scan_by: Annotated[tuple[_Line, ...], msgspec.Meta(max_length=100)] = ()
    #: When it may be scanned, by this computer's clock; empty: at any time, on any day.
    scan_hours: _Hours = ""
    scan_days: tuple[Weekday, ...] = ()
    #: Folders (patient images) of whose files only the beginning is checked: a DICOM header that hides a
    #: program is a threat, and a file that begins like a program is scanned wholly.
    headers_only: _Folders = ()
    #: Folders in which nothing is ever removed: the manufacturer's application.
    protected: _Folders = ()
    #: Scan gently, for a device in use: lowest priority, and at most this share of one processor core, in percent.
    gentle: bool = False
    cpu_share: Annotated[int, msgspec.Meta(ge=5, le=100)] = 50
    manufacturer: _Line = ""
    contact: _Line = ""
    #: Reference of the manufacturer's or the hospital's approval to scan.
    approval: _Line = ""
    #: Day on which the next scan is due, as ISO date; with an interval it moves on from each complete scan.
    next_scan: _Date = ""
    interval_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 0
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class StoredCard(msgspec.Struct, frozen=True, kw_only=True):
    """A card as the journal keeps it: of one device, or of all devices of a make and model. The latest counts.

    `card` None means that the card was taken away.
    """

    device_id: str = ""
    make: str = ""
    model: str = ""
    card: PolicyCard | None
    saved: str
    operator: str = ""


class CardInForce(msgspec.Struct, frozen=True, kw_only=True):
    """The card that one scan follows, and where it comes from."""

    card: PolicyCard
    origin: CardOrigin


MEDIUM_CARD = PolicyCard(clean_up=True)
DEVICE_CARD = PolicyCard()

_WEEKDAYS = tuple(Weekday)


def _within(hours: str, now: time) -> bool:
    begin, end = (time.fromisoformat(part) for part in hours.split("-"))
    return begin <= now < end if begin < end else now >= begin or now < end


def scan_refusal(card: PolicyCard, operator: str, now: datetime) -> Message | None:
    """Return why this card forbids `operator` to scan at `now` (local time); None if it allows it.

    Hours that go past midnight belong to the day on which they begin.
    """
    allowed = {" ".join(name.casefold().split()) for name in card.scan_by}
    if allowed and " ".join(operator.casefold().split()) not in allowed:
        return Message.of("card.not_this_operator", names=", ".join(card.scan_by))
    if card.scan_hours and not _within(card.scan_hours, now.time()):
        return Message.of("card.not_at_this_hour", hours=card.scan_hours)
    if card.scan_days and _WEEKDAYS[_day_begun(card.scan_hours, now)] not in card.scan_days:
        return Message.of("card.not_on_this_day")
    return None


def _day_begun(hours: str, now: datetime) -> int:
    """Return the weekday (Monday 0) on which the hours that `now` lies in began."""
    if hours:
        begin, end = (time.fromisoformat(part) for part in hours.split("-"))
        if begin >= end and now.time() < end:
            return (now.weekday() - 1) % 7
    return now.weekday()
