"""What is wrong with the values of a card, field by field, in words that say what to change."""

from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

import msgspec

from medscan_gui.core.folders import folder_fault
from medscan_gui.core.policy import PolicyCard
from medscan_gui.core.text import _, current, ngettext_

_TYPES = get_type_hints(PolicyCard, include_extras=True)

#: As the types of `core.policy.PolicyCard` bound them: entries of a list, characters of a line, a folder, a note.
MOST_ENTRIES, LINE, FOLDER, NOTE = 100, 200, 1000, 2000


def faults(values: Mapping[str, object]) -> dict[str, str]:
    """Return what is wrong, by field; empty if `values` make a card."""
    found = {}
    for name, value in values.items():
        if words := next(_faults_of(name, value), ""):
            found[name] = words
    return found


def card_of(values: Mapping[str, object]) -> PolicyCard:
    """Return the card of these values. Raises msgspec.ValidationError if `faults` would have found any."""
    return msgspec.convert(msgspec.to_builtins(dict(values)), PolicyCard)


def _faults_of(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, tuple):
        yield from _list_faults(value, FOLDER if name in {"headers_only", "protected"} else LINE)
    if name in {"headers_only", "protected"}:
        wrong = (folder_fault(folder, whole=name == "protected") for folder in value)
        yield from (current().sentence(fault) for fault in wrong if fault is not None)
    if isinstance(value, str) and len(value) > (longest := NOTE if name == "note" else LINE):
        yield _too_long(longest)
    if name == "scan_hours" and value and value[:5] == value[6:]:
        yield _("The two times are the same. Choose another one, or untick the box for any time.")
    try:
        msgspec.convert(msgspec.to_builtins(value), _TYPES[name])
        str(value).encode()  # half a character cannot be recorded
    except (msgspec.ValidationError, UnicodeEncodeError):
        yield _("This value is not allowed here. Type it again.")


def _list_faults(entries: tuple[str, ...], longest: int) -> Iterator[str]:
    if len(entries) > MOST_ENTRIES:
        template = ngettext_("At most {count} line.", "At most {count} lines.", MOST_ENTRIES)
        yield template.format(count=MOST_ENTRIES)
    if any(len(entry) > longest for entry in entries):
        yield _too_long(longest)


def _too_long(longest: int) -> str:
    template = ngettext_("At most {count} character on a line.", "At most {count} characters on a line.", longest)
    return template.format(count=longest)
