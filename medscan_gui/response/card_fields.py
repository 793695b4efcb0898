"""The fields of a policy card as files spell them: one place for tables (CSV) and for TOML.

A field's kind follows from its type in `core.policy`, so that a new one is read and written without more work.
"""

import difflib
import re
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, get_type_hints

import msgspec

from medscan_gui.core.folders import folder_fault
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown
from medscan_gui.core.policy import PolicyCard, Weekday

#: Every field of a card, in the order in which files list them.
FIELDS: tuple[str, ...] = PolicyCard.__struct_fields__
#: What tells whose card it is. `device` is MedScan's own number of a device.
IDENTITY = ("device", "asset_number", "serial", "name", "department", "make", "model")

_TYPES: dict[str, Any] = get_type_hints(PolicyCard, include_extras=True)
_DEFAULTS: dict[str, Any] = msgspec.to_builtins(PolicyCard())
_FOLDERS = frozenset({"headers_only", "protected"})

#: As spreadsheets and people write them, in English and French, folded.
_YES = frozenset({"yes", "y", "true", "1", "x", "oui", "o", "vrai"})
_NO = frozenset({"no", "n", "false", "0", "", "non", "faux"})
#: One bar separates two entries of a list, two bars are one bar of an entry.
_BAR = re.compile(r"(?<!\|)\|(?!\|)")
_WRITTEN_DAY = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")


class FieldKind(StrEnum):
    """How a field is written."""

    YES_NO = "yes_no"
    NUMBER = "number"
    DAY = "day"
    HOURS = "hours"
    WEEKDAYS = "weekdays"
    LIST = "list"
    TEXT = "text"


class FieldError(MedScanError):
    """A value that a card cannot take."""


def kind_of(name: str) -> FieldKind:
    """Return how a field of the card is written."""
    named = {"next_scan": FieldKind.DAY, "scan_hours": FieldKind.HOURS, "scan_days": FieldKind.WEEKDAYS}
    if name in named:
        return named[name]
    default = _DEFAULTS[name]
    if isinstance(default, bool):
        return FieldKind.YES_NO
    if isinstance(default, int):
        return FieldKind.NUMBER
    return FieldKind.LIST if isinstance(default, (list, tuple)) else FieldKind.TEXT


def default_of(name: str) -> Any:
    """Return a field's default, in the types of JSON."""
    return _DEFAULTS[name]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that was probably meant, or ""."""
    names, typed = list(known), "_".join(re.split(r"[\s_-]+", name.strip().lower()))
    beginning = [one for one in names if len(typed) > 2 and one.startswith(typed)]
    return next(iter(beginning or difflib.get_close_matches(typed, names, n=1, cutoff=0.6)), "")


def unknown_key(name: str, known: Iterable[str]) -> Message:
    """Return the sentence for a key or column that no card has."""
    if meant := nearest(name[:100], known):
        return Message.of("cards.unknown_key_near", key=shown(name, 60), near=meant)
    return Message.of("cards.unknown_key", key=shown(name, 60))


# --- values ----------------------------------------------------------------------------------------


def check(name: str, value: object) -> Any:
    """Return a value in the types of JSON, if the field takes it. Raises FieldError."""
    if isinstance(value, date) and not isinstance(value, datetime) and kind_of(name) is FieldKind.DAY:
        value = value.isoformat()
    try:
        msgspec.convert(value, _TYPES[name])
        if name == "next_scan":
            msgspec.convert({name: value}, PolicyCard)  # a day that the calendar has
        msgspec.json.encode(value).decode().encode()  # half a character cannot be recorded
    except (msgspec.ValidationError, UnicodeError, TypeError, OverflowError) as error:
        raise FieldError(_fault(name, value)) from error
    if name in _FOLDERS and isinstance(value, list):
        for folder in value:
            if fault := folder_fault(folder, whole=name == "protected"):
                raise FieldError(fault)
    return value


def _fault(name: str, value: object) -> Message:
    kind = kind_of(name)
    if kind is FieldKind.LIST:
        return Message.of("cards.bad_list", characters=1000 if name in _FOLDERS else 200)
    if kind is FieldKind.TEXT:
        return Message.of("cards.bad_text", characters=2000 if name == "note" else 200)
    if kind is FieldKind.NUMBER:
        lowest, highest = (5, 100) if name == "cpu_share" else (0, 3650)
        return Message.of("cards.bad_number", value=_said(value), lowest=lowest, highest=highest)
    return Message.of(f"cards.bad_{kind.value}", value=_said(value))


def _said(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return shown(", ".join(str(one)[:60] for one in value[:20]), 60)
    return shown(value if isinstance(value, str) else repr(value)[:200], 60)


# --- text of cells ---------------------------------------------------------------------------------


def from_text(name: str, text: str, *, day_first: bool) -> Any:
    """Return the value that a cell means, in the types of JSON. Raises FieldError.

    `day_first`: a date with slashes begins with the day, as European spreadsheets write it.
    """
    kind, text = kind_of(name), text.strip()
    if kind is FieldKind.YES_NO:
        return check(name, _yes_no(text))
    if not text:
        return default_of(name)
    if kind is FieldKind.NUMBER:
        return check(name, int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text)
    if kind is FieldKind.DAY:
        return check(name, _day(text, day_first=day_first))
    if kind in {FieldKind.LIST, FieldKind.WEEKDAYS}:
        entries = [part.strip().replace("||", "|") for part in _BAR.split(text)]
        return check(name, [_weekday(one) if kind is FieldKind.WEEKDAYS else one for one in entries if one])
    return check(name, text.replace(" ", "") if kind is FieldKind.HOURS else text)


def _yes_no(text: str) -> bool | str:
    folded = text.casefold()
    if folded in _YES or folded in _NO:
        return folded in _YES
    return text


_DAYS = {
    spelling: day.value
    for day, spellings in zip(
        Weekday,
        ("monday lun lundi", "tuesday mar mardi", "wednesday mer mercredi", "thursday jeu jeudi",
         "friday ven vendredi", "saturday sam samedi", "sunday dim dimanche"),
        strict=True,
    )
    for spelling in (day.value, *spellings.split())
}  # fmt: skip


def _weekday(text: str) -> str:
    return _DAYS.get(text.casefold().rstrip("."), text)


def _day(text: str, *, day_first: bool) -> str:
    """Return a day as ISO date: spreadsheets rewrite it in their country's order as soon as they open the file."""
    found = _WRITTEN_DAY.fullmatch(text)
    if found is None:
        return text
    first, second, year = int(found[1]), int(found[3]), found[4]
    if day_first or found[2] == "." or first > 12:
        return f"{year}-{second:02}-{first:02}"
    if second > 12:
        return f"{year}-{first:02}-{second:02}"
    raise FieldError(Message.of("cards.bad_day_order", value=shown(text, 60)))


def to_text(value: Any) -> str:
    """Return a value (in the types of JSON) as a cell; `from_text` reads it back."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return " | ".join(str(entry).replace("|", "||") for entry in value)
    return str(value)


def card_values(card: PolicyCard) -> dict[str, Any]:
    """Return a card's fields in the types of JSON."""
    values: dict[str, Any] = msgspec.to_builtins(card)
    return values


def card_from(values: dict[str, Any]) -> PolicyCard:
    """Return the card of checked values; what is missing has its default. Raises msgspec.ValidationError."""
    return msgspec.convert(values, PolicyCard)
