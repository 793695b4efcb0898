"""Which characters the report's own fonts can draw, and how the others are written.

Typst refuses a document that holds a character without a glyph (PDF/A and PDF/UA forbid it), and
file names are the attacker's: everything is checked against the fonts' own tables before Typst sees it.
"""

import struct
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from medscan_gui.core.names import shown

#: Endings of the font files that are read.
FONT_SUFFIXES = (".ttf", ".otf")

#: Combining marks that one letter may carry; more of them would pile up over the lines around.
MARKS_ALLOWED = 2

#: Right-to-left letters are written as numbers: beside Latin ones they reorder a line, so that
#: the end of a file name appears elsewhere. The attached record holds them as they are.
_REORDERING = frozenset({"R", "AL", "AN"})

_BREAK = "\u200b"
#: Characters without a place to break a line after which one is made.
RUN_BEFORE_BREAK = 14


class FontError(ValueError):
    """A font file could not be read."""


@lru_cache(maxsize=4)
def drawable(font_folder: Path) -> frozenset[int]:
    """Return the code points that the fonts of a folder draw, together.

    Raises FontError if a font is damaged or there is none, OSError if the folder cannot be read.
    """
    fonts = sorted(path for path in font_folder.iterdir() if path.suffix.lower() in FONT_SUFFIXES)
    if not fonts:
        raise FontError(f"no font in {font_folder}")
    covered: set[int] = set()
    for path in fonts:
        try:
            covered.update(_character_map(path.read_bytes()))
        except (struct.error, IndexError) as error:
            raise FontError(f"damaged font {path.name}") from error
    return frozenset(covered)


def _character_map(font: bytes) -> Iterator[int]:
    """Yield the code points of a font's `cmap` table (OpenType specification, formats 4 and 12)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    entries = (struct.unpack_from(">4sIII", font, 12 + 16 * index) for index in range(tables))
    start = next((offset for tag, _sum, offset, _length in entries if tag == b"cmap"), None)
    if start is None:
        raise FontError("font without a character map")
    (subtables,) = struct.unpack_from(">H", font, start + 2)
    offsets = {struct.unpack_from(">HHI", font, start + 4 + 8 * index)[2] for index in range(subtables)}
    for offset in sorted(offsets):
        (kind,) = struct.unpack_from(">H", font, start + offset)
        if kind == 4:
            yield from _format_4(font, start + offset)
        elif kind == 12:
            yield from _format_12(font, start + offset)


def _format_4(font: bytes, at: int) -> Iterator[int]:
    (doubled,) = struct.unpack_from(">H", font, at + 6)
    shape = f">{doubled // 2}H"
    ends = struct.unpack_from(shape, font, at + 14)
    starts = struct.unpack_from(shape, font, at + 16 + doubled)
    deltas = struct.unpack_from(shape, font, at + 16 + 2 * doubled)
    ranges_at = at + 16 + 3 * doubled
    ranges = struct.unpack_from(shape, font, ranges_at)
    for index, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", font, ranges_at + 2 * index + offset + 2 * (code - first))
            if (glyph and offset) or (not offset and (code + delta) & 0xFFFF):
                yield code


def _format_12(font: bytes, at: int) -> Iterator[int]:
    (groups,) = struct.unpack_from(">I", font, at + 12)
    for index in range(groups):
        first, last, glyph = struct.unpack_from(">III", font, at + 16 + 12 * index)
        yield from range(first if glyph else first + 1, min(last, 0x10FFFF) + 1)


def printable(text: str, covered: frozenset[int]) -> str:
    """Return `text` with every character that the fonts cannot draw, or that would disturb, as ``<U+XXXX>``."""
    if text.isascii() and text.isprintable():
        return text
    parts: list[str] = []
    marks = 0
    for character in shown(text):
        marks = marks + 1 if unicodedata.combining(character) else 0
        plain = (
            ord(character) in covered
            and marks <= MARKS_ALLOWED
            and unicodedata.bidirectional(character) not in _REORDERING
        )
        parts.append(character if plain else f"<U+{ord(character):04X}>")
    return "".join(parts)


def breakable(text: str) -> str:
    """Return `text` with places where a line may break: after separators, and inside long runs."""
    if len(text) <= RUN_BEFORE_BREAK:
        return text
    parts: list[str] = []
    run = 0
    for character in text:
        if run >= RUN_BEFORE_BREAK and not unicodedata.combining(character):
            parts.append(_BREAK)
            run = 0
        parts.append(character)
        run = 0 if character in " /\\-_." else run + 1
        if character in "/\\_.":
            parts.append(_BREAK)
    return "".join(parts)
