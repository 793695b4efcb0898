"""What 7-Zip's ``l -slt -ba`` says is inside an archive.

One block of ``Key = value`` lines for each entry, ended by an empty line. 7-Zip writes names as UTF-8 and puts ``_`` in
place of line breaks in whatever an archive says (names and comments), so that no entry can be forged by a name; and
``-ba`` leaves out what is said of the archive as a whole, whose comment may have several lines.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: The longest line that is taken whole: longer names keep their beginning.
LINE_BYTES = 64 << 10
_FOLDER_MARK = b"D"


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


def entries_of(lines: Iterable[bytes]) -> Iterator[Entry]:
    """Yield the entries of a listing; lines that are not understood are passed over."""
    fields: dict[bytes, bytes] = {}
    for line in lines:
        key, equals, value = line.rstrip(b"\r\n").partition(b" = ")
        if not equals and key.endswith(b" ="):
            key, equals = key[:-2], b"="
        if fields and not key:
            yield _entry(fields)
            fields = {}
        elif equals:
            fields.setdefault(key, value)
    if fields:
        yield _entry(fields)


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
        return int(text[:20], base)
    except ValueError:
        return -1
