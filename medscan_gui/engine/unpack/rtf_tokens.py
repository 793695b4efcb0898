"""The few rules of RTF that decide where data begin, end and what belongs to them (RTF specification 1.9.1)."""

import re
from collections.abc import Iterator
from enum import IntEnum

from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.source import Source

#: Windows grow from the first size to the second: most data are short.
_FIRST_WINDOW, _WINDOW = 4 << 10, 1 << 20
#: Control words with their numbers are seldom longer; a longer one may be cut in two at the end of a window.
_WORD = 512
_TOKEN = re.compile(
    rb"""
    # Text, and what does not interrupt it: other control words and symbols, empty groups.
    (?P<text>(?:[^\\{}]++ | \\(?!(?:bin|objdata)(?![A-Za-z]))[A-Za-z]++(?:-?[0-9]++)?\x20?
        | \\[^A-Za-z'] | \{[ \t\r\n]*+\} )++)
    | (?P<open>\{) | (?P<close>\})
    | \\(?P<word>bin|objdata)(?P<number>-?[0-9]{1,200}+)?\x20?
    | \\'(?P<symbol>[0-9A-Fa-f]{0,2})
    | (?P<stray>\\)
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTROL = re.compile(rb"\\(?:[A-Za-z]++(?:-?[0-9]++)?\x20?|[^A-Za-z])", re.DOTALL)


class Kind(IntEnum):
    """What a token is: the number of its group in the expression."""

    #: Text with all between that does not interrupt it: see `letters`.
    TEXT = 1
    OPEN = 2
    CLOSE = 3
    #: One of the two words that matter within data: ``bin`` and ``objdata``.
    WORD = 4
    #: A character by its number (``\\'41``).
    SYMBOL = 6
    STRAY = 7
    #: A piece of the raw bytes behind ``\\binN``.
    RAW = 8


#: The number of a word.
_NUMBER = 5


Token = tuple[int, bytes, int]
"""Kind; the word, the text or the raw bytes; the place behind it."""


def letters(text: bytes) -> bytes:
    """Return a text without the control words and symbols in it."""
    return _CONTROL.sub(b"", text) if b"\\" in text else text


def tokens(source: Source, at: int, budget: Budget) -> Iterator[Token]:
    """Yield the tokens from `at` on, up to the end of the source."""
    size = _FIRST_WINDOW
    while at < source.size:
        window = source.read_at(at, size)
        size = min(4 * size, _WINDOW)
        budget.check()
        # What begins near the end of a window may go on behind it, and is left to the next one.
        whole = len(window) if at + len(window) >= source.size else len(window) - _WORD
        start, place = at, 0
        while place < whole and (found := _TOKEN.match(window, place)) is not None:
            kind, place = found.lastindex or 0, found.end()
            if kind == Kind.TEXT and place > whole:
                place = _cut(window, found.start(), place) if whole < len(window) else place
            kind = Kind.WORD if kind == _NUMBER else kind
            at = start + place
            yield kind, window[found.start(kind) : min(found.end(kind), place)], at
            if kind == Kind.WORD and found[kind] == b"bin" and (raw := int(found[_NUMBER] or b"0")) > 0:
                yield from _raw(source, at, raw)
                at += raw
                break


def _cut(window: bytes, start: int, end: int) -> int:
    """Return where a text that reaches into the end of a window is cut: in front of the last control word in it."""
    last = window.rfind(b"\\", max(start + 1, end - _WORD), end)
    return last if last > 0 else end


def _raw(source: Source, at: int, size: int) -> Iterator[Token]:
    for part in source.chunks(at, at + size):
        at += len(part)
        yield Kind.RAW, part, at


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
    for kind, _value, _end in tokens(source, 0, budget):
        if kind == Kind.OPEN:
            depth += 1
        elif kind == Kind.CLOSE:
            depth -= 1
            if depth <= 0:
                return True
    return False
