"""Hostile names: raw bytes are what is stored, an escaped form is what is shown.

A file name is whatever an attacker wrote on a medium: it can hold control characters that move a
cursor, overrides that reverse the reading direction, bytes that are no text at all, or 32 kB.
"""

import os
import sys
import unicodedata
from functools import lru_cache

#: Code points that are invisible or change how their neighbours are drawn, beyond category C*:
#: Hangul and Khmer fillers, and the blank braille cell (Unicode 15, DerivedCoreProperties).
_INVISIBLE = frozenset({0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, 0x2800})


def raw_bytes(path: str) -> bytes:
    """Return the bytes of a path as the operating system gave it (on Windows: WTF-8)."""
    if sys.platform == "win32":
        return path.encode("utf-8", "surrogatepass")
    return os.fsencode(path)


def path_of(raw: bytes) -> str:
    """Return the path that `raw_bytes` gave; the inverse of it."""
    if sys.platform == "win32":
        return raw.decode("utf-8", "surrogatepass")
    return os.fsdecode(raw)


def with_separator(folder: bytes) -> bytes:
    """Return a folder's raw path with the system's separator behind it."""
    separator = os.sep.encode()
    return folder if folder.endswith(separator) else folder + separator


def parent_of(raw: bytes) -> bytes:
    """Return the raw path of the folder that a path lies in."""
    return raw_bytes(os.path.dirname(path_of(raw)))  # noqa: PTH120  # Path would change the raw name


def rebased(path: bytes, root: bytes, new_root: bytes) -> bytes | None:
    """Return a raw path in or at `root` as it is below `new_root`; None if it is not there."""
    if path == root or path.startswith(with_separator(root)):
        return new_root + path[len(root) :]
    return None


@lru_cache(maxsize=4096)  # names come by tens of thousands, their characters are few
def _shown_character(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # surrogateescape: a byte that is no text
        return f"<0x{code - 0xDC00:02X}>"
    category = unicodedata.category(character)
    if category[0] == "C" or category in {"Zl", "Zp"} or code in _INVISIBLE:
        return f"<U+{code:04X}>"
    return character


def shown(name: str, limit: int | None = None) -> str:
    """Return `name` with every character that could deceive the reader written as its number.

    A lone byte becomes ``<0xE9>``, a control, override or invisible character ``<U+202E>``.
    With `limit` (characters, at least 16), a longer result keeps its beginning and its end
    around an ellipsis, since the end of a path says the most.
    """
    text = name if name.isascii() and name.isprintable() else "".join(map(_shown_character, name))
    if limit is None or len(text) <= limit:
        return text
    head = limit // 3
    return f"{text[:head]}…{text[-(limit - head - 1) :]}"


def shown_raw(raw: bytes, limit: int | None = None) -> str:
    """Return the escaped form of raw name bytes, as in `shown`; never raises."""
    return shown(raw.decode("utf-8", "surrogateescape"), limit)


def shown_chain(chain: tuple[bytes, ...], limit: int | None = None) -> str:
    """Return an Item's chain of names, container first: ``export.zip » setup.exe``."""
    return " » ".join(shown_raw(link, limit) for link in chain)


#: Longest text that a record takes from the operator, in characters. More is a slip of a scanner or of a paste.
TYPED_CHARACTERS = 200


def one_line(text: str) -> str:
    """Return what was typed as a record can hold it: one line of real text, of bounded length."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())[:TYPED_CHARACTERS]
