"""ActiveMime: a compound file packed with deflate, which Office puts into web pages and into e-mail (``.mso``).

No specification describes the header; its length differs between versions, so that the packed data are looked for.
"""

import zlib
from collections.abc import Iterator

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.unpack.base import Format, Member, Unpacking, not_opened
from medscan_gui.engine.unpack.powerpoint import inflated
from medscan_gui.engine.unpack.source import Source

#: The packed data begin within so many bytes.
_HEADER = 4096


def open_active_mime(source: Source, _unpacking: Unpacking) -> Iterator[Member | RuleMatch]:
    """Yield what is packed."""
    start = _start(source.read_at(0, _HEADER + 64))
    if start < 0:
        raise not_opened("no packed data")
    yield Member(b"[unpacked]", inflated(source.chunks(start)))


def _start(front: bytes) -> int:
    """Return where data packed by zlib (RFC 1950: the header is a multiple of 31) begin; -1 if nowhere."""
    place = front.find(b"\x78")
    while 0 <= place < _HEADER:
        if int.from_bytes(front[place : place + 2], "big") % 31 == 0 and _unpacks(front[place:]):
            return place
        place = front.find(b"\x78", place + 1)
    return -1


def _unpacks(data: bytes) -> bool:
    try:
        return bool(zlib.decompressobj().decompress(data, 4))
    except zlib.error:
        return False


FORMATS: tuple[Format, ...] = (
    Format(
        name="ActiveMime (mso)",
        kinds=(FileType.ACTIVE_MIME,),
        opener=open_active_mime,
        library="own",
        read="the compound file inside",
        not_read="",
        samples=("macro.mso",),
    ),
)
