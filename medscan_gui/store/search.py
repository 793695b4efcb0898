"""Search text: what is searched is folded, so that “echographe” finds “Échographe”."""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from medscan_gui.core.names import shown

#: Words of one search that count; more are ignored.
MAX_WORDS = 12
#: Characters of one name that are kept for searching (its beginning and its end).
NAME_CHARACTERS = 1_000
#: Findings of one scan, and files of one action, that can be searched, and the characters of all of them
#: together. The record keeps all of them.
ROWS_SEARCHED = 20_000
CHARACTERS_SEARCHED = 8_000_000


def fold(text: str) -> str:
    """Return `text` without case, accents and compatibility forms, hostile characters written as numbers."""
    if text.isascii() and text.isprintable():
        return text.lower()
    return _fold_short(text) if len(text) <= _SHORT else _fold(text)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", shown(text))
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()


#: Names of devices and operators come again and again while a journal is checked.
_SHORT = 100
_fold_short = lru_cache(maxsize=4096)(_fold)


def words_of(search: str) -> tuple[str, ...]:
    """Return the folded words of what was typed; all of them must be found."""
    return tuple(fold(search[:NAME_CHARACTERS]).split()[:MAX_WORDS])


def search_text(parts: Iterable[str]) -> str:
    """Return the folded text of several fields; the line break between them is in no word."""
    return "\n".join(fold(part) for part in parts if part)


def bounded_rows(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts of a record's rows that are kept for searching: the first, up to both bounds."""
    characters = 0
    for text in islice(texts, ROWS_SEARCHED):
        characters += len(text)
        if characters > CHARACTERS_SEARCHED:
            return
        yield text
