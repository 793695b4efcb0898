"""Policy cards: what the hospital and the manufacturer allow on one device, or on every device of a model."""

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated

import msgspec

from medscan_gui.core.folders import folder_patterns
from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown

_Line = Annotated[str, msgspec.Meta(max_length=200)]
_Folder = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
_Folders = Annotated[tuple[_Folder, ...], msgspec.Meta(max_length=100)]
#: Two times of a day, ``07:00-19:30``; the second may be the next day's.
_Hours = Annotated[str, msgspec.Meta(pattern=r"\A(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?\Z")]
_Date = Annotated[str, msgspec.Meta(pattern=r"\A([0-9]{4}-[0-9]{2}-[0-9]{2})?\Z")]


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

    def __post_init__(self) -> None:
        """Raise ValueError (msgspec.ValidationError where a card is read) for a day that no calendar has."""
        if self.next_scan:
            date.fromisoformat(self.next_scan)


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


def folded_person(name: str) -> str:
    """Return a person's name as it is compared: without case, accents and spaces that are too many.

    No lock: anybody can type any name. It keeps a slip of the keyboard from stopping the right person.
    """
    letters = unicodedata.normalize("NFKD", name)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


def _within(hours: str, now: time) -> bool:
    begin, end = (time.fromisoformat(part) for part in hours.split("-"))
    return begin <= now < end if begin < end else now >= begin or now < end


def scan_refusal(card: PolicyCard, operator: str, now: datetime) -> Message | None:
    """Return why this card forbids `operator` to scan at `now` (local time); None if it allows it.

    Hours that go past midnight belong to the day on which they begin.
    """
    who = folded_person(operator)
    if card.scan_by and (not who or who not in {folded_person(name) for name in card.scan_by}):
        return Message.of("card.not_this_operator", names=shown(", ".join(card.scan_by), 1000))
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


def folders_as_patterns(folders: Iterable[str], roots: tuple[bytes, ...] = ()) -> tuple[bytes, ...]:
    """Return the raw paths that these folders of a card mean for the engine: absolute, or relative to each root.

    `roots` are the target's. A whole disk, or a path with ``..``, means no folder.
    """
    return tuple(dict.fromkeys(pattern for folder in folders for pattern in folder_patterns(folder, roots)))


# --- the one line before the scan ------------------------------------------------------------------


def summary(in_force: CardInForce, due: str = "") -> tuple[Message, ...]:
    """Return what the operator is told of the card before the scan, most important first, as short phrases.

    `due` is the day (ISO) on which the next scan is due, where the journal knows better than the card.
    """
    return tuple(_phrases(in_force.card, due or in_force.card.next_scan))


def _phrases(card: PolicyCard, due: str) -> Iterator[Message]:
    yield Message("card.line.clean_up" if card.clean_up else "card.line.detect_only")
    if card.gentle:
        yield Message.of("card.line.gentle", share=card.cpu_share)
    for code, entries in (
        ("headers_only", card.headers_only), ("protected", card.protected), ("scan_by", card.scan_by),
    ):  # fmt: skip
        if entries:
            yield Message.of(f"card.line.{code}", count=len(entries))
    yield from _when(card)
    if call := whom_to_call(card):
        yield Message.of("card.line.contact", contact=call)
    if card.approval:
        yield Message.of("card.line.approval", reference=shown(card.approval, 200))
    if due:
        yield Message.of("card.line.due", date=shown(due, 20))


def _when(card: PolicyCard) -> Iterator[Message]:
    if card.scan_hours:
        yield Message.of("card.line.hours", hours=card.scan_hours)
    if days := set(card.scan_days):
        yield Message.of("card.line.days", count=len(days))


def whom_to_call(card: PolicyCard) -> str:
    """Return manufacturer and contact as one text, escaped for showing; "" if the card names neither."""
    return shown(", ".join(text for text in (card.manufacturer.strip(), card.contact.strip()) if text), 300)
