"""One policy card as a TOML file: to write by hand, keep beside the device's papers, and send."""

import textwrap
import tomllib
from typing import Any

import tomli_w

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.core.text import Words
from medscan_gui.response.card_fields import FIELDS, IDENTITY, FieldError, check, default_of, unknown_key
from medscan_gui.response.cards import CardLine, CardsFileError, Fault

MAX_BYTES = 256 * 1024
"""A card has at most 100 folders of 1,000 characters in two lists; a usual one has some hundred bytes."""

#: The table that says whose card it is.
WHOSE = "for"


def read_toml(data: bytes) -> CardLine:
    """Return the card of a file. Raises CardsFileError with every fault of it."""
    document = _document(data)
    faults: list[Fault] = []
    identity = _identity(document.pop(WHOSE, {}), faults)
    values = {}
    for key, value in document.items():
        if key not in FIELDS:
            faults.append(Fault(0, unknown_key(key, (*FIELDS, WHOSE)), shown(key, 60)))
            continue
        try:
            values[key] = check(key, value)
        except FieldError as error:
            faults.append(Fault(0, error.message, key))
    if faults:
        raise CardsFileError(faults)
    # A file is the whole card: what it leaves out has its default.
    return CardLine(0, identity, {name: values.get(name, default_of(name)) for name in FIELDS})


def _document(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise CardsFileError([Fault(0, Message.of("cards.too_large_toml", kilobytes=MAX_BYTES >> 10))])
    try:
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        # The parser's own words are English and for programmers; it ends them with the place.
        where = str(error).rpartition("(")[2].rstrip(")") if "(" in str(error) else ""
        raise CardsFileError([Fault(_line_in(where), Message("cards.no_toml"))]) from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise CardsFileError([Fault(0, Message("cards.no_toml"))]) from error


def _line_in(where: str) -> int:
    words = where.replace(",", " ").split()
    return next((int(word) for word in words if word.isascii() and word.isdigit()), 0)


def _identity(table: object, faults: list[Fault]) -> dict[str, str]:
    if not isinstance(table, dict):
        faults.append(Fault(0, Message("cards.for_is_a_table"), WHOSE))
        return {}
    identity = {}
    for key, value in table.items():
        if key not in IDENTITY:
            faults.append(Fault(0, unknown_key(key, IDENTITY), f"{WHOSE}.{shown(key, 60)}"))
        elif not isinstance(value, str):
            faults.append(Fault(0, Message.of("cards.bad_text", characters=200), f"{WHOSE}.{key}"))
        else:
            identity[key] = value
    return identity


def write_toml(line: CardLine) -> bytes:
    """Return the card as a file that `read_toml` reads back."""
    document: dict[str, Any] = {name: line.values.get(name, default_of(name)) for name in FIELDS}
    document[WHOSE] = {name: value for name, value in line.identity.items() if value}
    return tomli_w.dumps(document, multiline_strings=False).encode()


def template(words: Words) -> bytes:
    """Return a file to fill in: every field with what it does, and its careful default."""
    parts = [_comment(words.sentence_of("cards.template"))]
    for name in FIELDS:
        value = tomli_w.dumps({name: default_of(name)})
        parts.append(f"{_comment(words.sentence_of(f'card.field.{name}'))}{value}")
    parts.append(_comment(words.sentence_of("cards.template_for")) + f"[{WHOSE}]\n")
    parts[-1] += "".join(f'{name} = ""\n' for name in IDENTITY if name != "device")
    return "\n".join(parts).encode()


def _comment(text: str) -> str:
    return "".join(f"# {line}\n" for line in textwrap.wrap(text, 100, break_long_words=False))
