"""Web pages: what is written into their addresses (``data:``), and scripts that undo an encoding.

The page itself is matched as it stands, and rows of encoded characters in it are the matter of `scripts`. Here are
the parts that are too short, or too mixed, to be seen there.
"""

import re
from collections.abc import Iterator
from itertools import chain
from urllib.parse import unquote_to_bytes

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack import text_codes
from medscan_gui.engine.unpack.base import Format, Member, Unpacking
from medscan_gui.engine.unpack.source import Source

#: A page is looked at in parts of this size that overlap by the next one.
_PART = 4 << 20
_OVERLAP = 64 << 10
#: An address of data that is longer than a part is read on, up to its end.
_ADDRESS_ENDS = re.compile(rb"[\"'<>`]|(?<=[^,])[)\s]")
_DATA = re.compile(rb"(?i:data:)([A-Za-z0-9.+/-]{0,100}(?:;[A-Za-z0-9=.\"+ -]{1,100})*),")
#: So much is read of one at first: pages may have very many short ones.
_ADDRESS = 4096

_SCRIPT = re.compile(rb"<script\b[^>]{0,1000}>(.*?)(?:</script|\Z)", re.IGNORECASE | re.DOTALL)
#: What a script that undoes an encoding calls, in lower case.
_CALLS = (b"unescape", b"charcode", b"atob(", b"execute", b"eval(", b"chr(", b"decodeuri")
_MARKS = (b"data:", *_CALLS)


def open_html(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield what a page carries. See `base.Opener`."""
    place, datas, scripts = 0, 0, 0
    done = 0
    while place < source.size:
        text = source.read_at(place, _PART)
        last = place + len(text) >= source.size
        for found in _DATA.finditer(text):
            unpacking.budget.check()
            start = place + found.end()
            if start >= done and (last or found.end() < len(text) - 1000):
                datas += 1
                address = _Address(source, start)
                encoded = b"base64" in found[1].lower()
                chunks = address.characters()
                content = text_codes.base64(map(unquote_to_bytes, chunks)) if encoded else _unquoted(chunks)
                yield Member(b"[data %d]" % datas, content)
                done = address.place  # what is within it is looked for in the member
        for found in _SCRIPT.finditer(text):
            unpacking.budget.check()
            script = found[1]
            lowered = script.lower()
            if any(call in lowered for call in _CALLS):
                scripts += 1
                yield Member(b"[script %d]" % scripts, [script])
        place += len(text) - (0 if last else _OVERLAP)


class _Address:
    """What an address of data holds, up to where it ends. `place` is where reading got."""

    def __init__(self, source: Source, place: int) -> None:
        self._source = source
        self.place = place

    def characters(self) -> Iterator[bytes]:
        """Yield it as it stands."""
        start = self.place
        first = self._source.chunks(start, start + _ADDRESS)
        for chunk in chain(first, self._source.chunks(start + _ADDRESS)):
            end = _ADDRESS_ENDS.search(chunk)
            part = chunk if end is None else chunk[: end.start()]
            self.place += len(part)
            yield part
            if end is not None:
                return


def _unquoted(chunks: Iterator[bytes]) -> Iterator[bytes]:
    left = b""
    for chunk in chunks:
        text = left + chunk
        cut = text.rfind(b"%", -2)
        left = text[cut:] if cut >= 0 else b""
        yield unquote_to_bytes(text[: len(text) - len(left)])
    yield unquote_to_bytes(left)


def is_worth(source: Source) -> bool:
    """Say whether a page has what is looked for here."""
    for chunk in source.chunks():
        lowered = chunk.lower()
        if any(mark in lowered for mark in _MARKS):
            return True
    return False


FORMATS: tuple[Format, ...] = (
    Format(
        name="HTML",
        kinds=(FileType.HTML,),
        opener=open_html,
        library="own",
        read="data: addresses, base64 or not; scripts that undo an encoding, with their layers; encoded scripts",
        not_read="what only a browser would make of it",
        samples=("page.html",),
        worth=is_worth,
    ),
)
