"""The few rules of RTF that decide where data begin, end and what belongs to them (RTF specification 1.9.1)."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.source import Source

_WINDOW = 1 << 20
#: A control word, its number and its space are no longer than this; a longer one is cut, as a reader would.
_WORD = 512
_TOKEN = re.compile(rb"([{}])|\\(?:([A-Za-z]{1,256})(-?[0-9]{1,200})?[ ]?|'([0-9A-Fa-f]{0,2})|[^A-Za-z']?)|([^\\{}]+)")


class Kind(Enum):
    """What a token is."""

    OPEN = 1
    CLOSE = 2
    WORD = 3
    #: A character by its number (``\\'41``), or a symbol.
    SYMBOL = 4
    TEXT = 5
    #: A piece of the raw bytes behind ``\\binN``.
    RAW = 6


class Token(NamedTuple):
    """One token; `value` is the word, the text or the raw bytes, `end` the place behind it."""

    kind: Kind
    value: bytes
    end: int


def tokens(source: Source, at: int, budget: Budget) -> Iterator[Token]:
    """Yield the tokens from `at` on, up to the end of the source."""
    while at < source.size:
        window = source.read_at(at, _WINDOW)
        budget.check()
        whole = len(window) if at + len(window) >= source.size else len(window) - _WORD
        start, place = at, 0
        while place < whole:
            found = _TOKEN.match(window, place)
            if found is None:  # cannot be: each byte begins some token
                return
            place = found.end()
            if found[2] == b"bin" and (size := int(found[3] or b"0")) > 0:
                at = start + place
                yield Token(Kind.WORD, b"bin", at)
                yield from _raw(source, at, size)
                at += size
                break
            at = start + place
            yield _token(found, at)
        else:
            at = start + place


def _raw(source: Source, at: int, size: int) -> Iterator[Token]:
    for part in source.chunks(at, at + size):
        at += len(part)
        yield Token(Kind.RAW, part, at)


def _token(found: re.Match[bytes], end: int) -> Token:
    if found[5] is not None:
        return Token(Kind.TEXT, found[5], end)
    if found[1] is not None:
        return Token(Kind.OPEN if found[1] == b"{" else Kind.CLOSE, b"", end)
    if found[2] is not None:
        return Token(Kind.WORD, found[2], end)
    return Token(Kind.SYMBOL, found[4] or b"", end)


def is_closed(source: Source, budget: Budget) -> bool:
    """Say whether the outermost group ends."""
    return _balanced(source) or _closes(source, budget)


def _balanced(source: Source) -> bool:
    """Say quickly whether all groups end; False where counting alone does not tell."""
    depth = 0
    for part in source.chunks():
        if b"\\\\" in part or b"\\bin" in part:
            return False
        depth += part.count(b"{") - part.count(b"}") + part.count(b"\\}") - part.count(b"\\{")
    return not depth


def _closes(source: Source, budget: Budget) -> bool:
    depth = 0
    for token in tokens(source, 0, budget):
        if token.kind is Kind.OPEN:
            depth += 1
        elif token.kind is Kind.CLOSE:
            depth -= 1
            if depth <= 0:
                return True
    return False
