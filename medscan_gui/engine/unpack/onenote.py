"""Files attached to OneNote sections ([MS-ONESTORE] 2.6.13).

Attachments lie one by one as they are, each between two marks, so that they are found without following the store's
own lists, and found too where those are damaged.
"""

from collections.abc import Iterator

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.unpack.base import Format, Member, Unpacking, cut_short, damaged, locked, not_opened
from medscan_gui.engine.unpack.source import Source

#: guidHeader and guidFooter of a FileDataStoreObject.
_HEADER = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
_FOOTER = bytes.fromhex("22a7fb71790f0b4abb13899256426b24")
#: After the header: size (8 bytes), 4 unused, 8 reserved; then the file, up to a multiple of 8.
_SIZE_AT, _DATA_AT = 16, 36
#: guidFileFormat: the store as a file, or as servers transmit it ([MS-ONESTORE] 2.3.1, 2.8).
_FORMAT_AT = 48
_AS_FILE = bytes.fromhex("3fdd9a101b91f549a5d01791edc8aed8")
#: Header of the data of an encrypted section (2.5.19).
_ENCRYPTED = (0xFB6BA385DAD1A067).to_bytes(8, "little")
#: The header of a store is so long; a place in it tells how long the file was.
_STORE_HEADER = 1024
_LENGTH_AT = 196


def open_onenote(source: Source, unpacking: Unpacking) -> Iterator[Member | RuleMatch]:
    """Yield the attachments."""
    number, trouble = 0, None
    place = source.find(_HEADER)
    while place >= 0:
        unpacking.budget.check()
        number += 1
        start = place + _DATA_AT
        size = int.from_bytes(source.read_at(place + _SIZE_AT, 8), "little")
        yield Member(b"[attachment %d]" % number, source.chunks(start, start + size), size=size)
        footer = start + size
        if start + size > source.size:
            trouble = trouble or cut_short("attachment")
            footer = start  # a size that is a lie hides no attachment behind it
        elif _FOOTER not in source.read_at(start + size, 7 + len(_FOOTER)):
            trouble = trouble or damaged("attachment")
            footer = start
        place = source.find(_HEADER, footer)
    _refuse(source)
    if _count(source, _FOOTER, number, unpacking) > number:
        raise damaged("attachment without a header")
    if trouble is not None:
        raise trouble


def _count(source: Source, mark: bytes, most: int, unpacking: Unpacking) -> int:
    """Return how often `mark` is there, counted up to one more than `most`."""
    number, place = 0, source.find(mark)
    while place >= 0 and number <= most:
        unpacking.budget.check()
        number += 1
        place = source.find(mark, place + len(mark))
    return number


def _refuse(source: Source) -> None:
    """Raise UnpackError for what cannot be read wholly."""
    if source.size < _STORE_HEADER:
        raise cut_short("header")
    header = source.read_at(0, _STORE_HEADER)
    if header[_FORMAT_AT : _FORMAT_AT + 16] != _AS_FILE:
        raise not_opened("packaged store")
    if source.find(_ENCRYPTED) >= 0:
        raise locked("section")
    if int.from_bytes(header[_LENGTH_AT : _LENGTH_AT + 8], "little") > source.size:
        raise cut_short("store")


FORMATS: tuple[Format, ...] = (
    Format(
        name="OneNote section",
        kinds=(FileType.ONENOTE,),
        opener=open_onenote,
        library="own",
        read="attached files; texts and pictures as they lie",
        not_read="names of attachments; sections encrypted by password (told as encrypted); sections as servers "
        "transmit them (told as not opened)",
        samples=("attachment.one",),
    ),
)
