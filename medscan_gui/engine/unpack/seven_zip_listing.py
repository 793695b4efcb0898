"""What 7-Zip's ``l -slt`` says of an archive, and is inside it.

First a block on the archive as a whole, up to a line of dashes; then one block of ``Key = value`` lines for each
entry, ended by an empty line. 7-Zip writes names as UTF-8 and puts ``_`` in place of line breaks in what is said of
entries, so that a name cannot forge one. An archive's own comment may have several lines, and could: an entry too many
then makes the sizes wrong, which is noticed; of the block on the whole only what comes in front of the comment counts.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: The longest line that is taken whole: longer names keep their beginning.
LINE_BYTES = 64 << 10
_FOLDER_MARK = b"D"
_LINE_END = b"\r\n" if sys.platform == "win32" else b"\n"
_EMPTY = frozenset({b"\n", b"\r\n"})
_KEYS = frozenset({b"Path", b"Size", b"CRC", b"Encrypted", b"Folder", b"Attributes", b"Solid", b"Offset"})
_DASHES = b"----------"
_ERRORS = frozenset({b"Unexpected end of archive", b"Headers Error", b"Unavailable data", b"Unsupported feature"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a listing. Sizes are what the archive claims."""

    #: As 7-Zip writes it, which is how it is asked for; b"" for what has no name (the disk in a virtual disk).
    name: bytes
    #: Bytes of its content; -1 if the archive does not say.
    size: int = -1
    #: CRC of its content; -1 if the archive does not say. Of which kind is the format's own matter.
    crc: int = -1
    encrypted: bool = False
    folder: bool = False
    #: Its place in a solid stream that says its sizes in front of the contents (NSIS); -1 for all others.
    solid_at: int = -1


class Listing:
    """What is said of the archive as a whole; known once its entries are being read."""

    def __init__(self) -> None:
        #: Bytes behind the end of the archive.
        self.tail = 0
        #: What is wrong with it, in 7-Zip's words.
        self.errors = b""

    def entries(self, lines: Iterable[bytes]) -> Iterator[Entry]:
        """Yield the entries of a listing; lines that are not understood are passed over."""
        rest = iter(lines)
        self._read_head(rest)
        fields: dict[bytes, bytes] = {}
        for line in rest:
            key, _equals, value = line.partition(b" = ")
            if key in _KEYS:
                if key not in fields:
                    fields[key] = value.removesuffix(_LINE_END)
            elif fields and line in _EMPTY:
                yield _entry(fields)
                fields = {}
        if fields:
            yield _entry(fields)

    def _read_head(self, lines: Iterator[bytes]) -> None:
        before = b""
        for line in lines:
            key, _equals, value = line.rstrip(b"\r\n").partition(b" = ")
            if key == _DASHES:
                return
            if key in _ERRORS:
                self.errors += key + b"\n"
            if key == b"Tail Size" and before == b"Physical Size":
                self.tail = max(0, _number(value, 10))
            before = key


def _entry(fields: dict[bytes, bytes]) -> Entry:
    solid = fields.get(b"Solid") == b"+"
    return Entry(
        name=fields.get(b"Path", b""),
        size=_number(fields.get(b"Size", b""), 10),
        crc=_number(fields.get(b"CRC", b""), 16),
        encrypted=fields.get(b"Encrypted") == b"+",
        folder=_is_folder(fields),
        solid_at=_number(fields.get(b"Offset", b""), 10) if solid else -1,
    )


def _is_folder(fields: dict[bytes, bytes]) -> bool:
    said = fields.get(b"Folder")
    if said is not None:
        return said == b"+"
    letters = fields.get(b"Attributes", b"").partition(b" ")[0]
    return _FOLDER_MARK in letters and letters.isupper()


def _number(text: bytes, base: int) -> int:
    try:
        return max(-1, int(text[:20], base))
    except ValueError:
        return -1
