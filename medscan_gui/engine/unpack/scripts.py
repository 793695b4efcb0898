"""Texts that carry another content, written so that nobody sees it: scripts above all.

What comes out is a member, and looked at like any other: layers upon layers are opened one by one, as deep as
containers are.
"""

import re
import zlib
from collections.abc import Iterator

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack import text_codes
from medscan_gui.engine.unpack.base import Format, Member, Unpacking
from medscan_gui.engine.unpack.metered import MeteredSource
from medscan_gui.engine.unpack.script_encoder import encoded_scripts
from medscan_gui.engine.unpack.script_gate import has_zeros, is_script, is_wide, is_worth
from medscan_gui.engine.unpack.script_layers import SURE, Row, from_hex, is_believed, narrow, rows, utf8, written
from medscan_gui.engine.unpack.source import Source

#: A text is looked at in parts of this size; rows of base64 may be longer.
_PART = 16 << 20
_BEGINNING = 4096
_INFLATES = re.compile(rb"flate|gzip|zlib", re.IGNORECASE)
_NOT_OF_ROW = re.compile(rb"[^A-Za-z0-9+/\r\n \t]")


def open_text(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield what a text carries. See `base.Opener`."""
    source = MeteredSource(source, unpacking.budget)
    head = source.read_at(0, 256)
    if is_wide(head):
        yield Member(b"[text]", utf8(source.chunks()))
        if has_zeros(head):
            return
        # The mark of UTF-16 alone: some interpreters pass over it.
    for number, chunks in enumerate(encoded_scripts(source, unpacking.budget), 1):
        yield Member(b"[encoded script %d]" % number, chunks)
    yield from _Text(source, unpacking).members()


class _Text:
    def __init__(self, source: Source, unpacking: Unpacking) -> None:
        self._source = source
        self._budget = unpacking.budget
        self._sure = not is_script(source)
        self._counts: dict[bytes, int] = {}

    def members(self) -> Iterator[Member]:
        """Yield everything that rows of characters stand for."""
        place = 0
        while place < self._source.size:
            self._budget.check()
            text = self._source.read_at(place, _PART)
            following = place + len(text)
            inflates = _INFLATES.search(text) is not None
            for row in rows(text):
                self._budget.check()
                if row.end >= len(text) and following < self._source.size:
                    # It goes on behind this part: read on from its beginning, or to its end if it is all there is.
                    if row.start:
                        following = place + row.start
                    else:
                        stream = _Run(self._source, place)
                        yield Member(self._name(b"base64"), text_codes.base64(stream.characters()))
                        following = max(following, stream.place)
                        if row.is_hex:  # so far: who knows
                            yield Member(self._name(b"hex"), from_hex(_Run(self._source, place).characters()))
                    break
                yield from self._row(row, inflates=inflates)
            for name, content in written(text):
                yield Member(self._name(name), narrow(content, iter(())))
            place = following

    def _name(self, way: bytes) -> bytes:
        self._counts[way] = self._counts.get(way, 0) + 1
        return b"[%s %d]" % (way, self._counts[way])

    def _row(self, row: Row, *, inflates: bool) -> Iterator[Member]:
        if self._sure and row.size < SURE // 2:
            return
        chunks = row.decoded()
        head = _first(chunks)
        if is_believed(head, row.size):
            yield Member(self._name(b"hex" if row.is_hex else b"base64"), narrow(head, chunks))
        if inflates and _inflates(head):
            yield Member(self._name(b"deflate"), _inflated(row.decoded()))


def _first(chunks: Iterator[bytes]) -> bytes:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _BEGINNING:
            break
    return head


def _inflates(head: bytes) -> bool:
    """Say whether a content begins as a deflated one, without any header of its own."""
    try:
        return len(zlib.decompressobj(-zlib.MAX_WBITS).decompress(head, 1 << 16)) > 16
    except zlib.error:
        return False


def _inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for chunk in chunks:
        data = chunk
        while data and not inflater.eof:
            try:
                yield inflater.decompress(data, 1 << 20)
            except zlib.error:
                return  # it was none
            data = inflater.unconsumed_tail


class _Run:
    """A row of base64 that is longer than a part: read where it stands. `place` is where it got."""

    def __init__(self, source: Source, place: int) -> None:
        self._source = source
        self.place = place

    def characters(self) -> Iterator[bytes]:
        """Yield its characters, without blanks and line ends."""
        for chunk in self._source.chunks(self.place):
            end = _NOT_OF_ROW.search(chunk)
            part = chunk if end is None else chunk[: end.start()]
            self.place += len(part)
            yield part.translate(None, b" \t\r\n")
            if end is not None:
                return


FORMATS: tuple[Format, ...] = (
    Format(
        name="Script layers",
        kinds=(FileType.TEXT, FileType.SCRIPT),
        opener=open_text,
        library="own",
        read=(
            "base64, hexadecimal, escapes, lists of numbers and chr() in scripts and other texts, deflated or not, in "
            "layers; Script Encoder; UTF-16"
        ),
        not_read="what only running a script would show; short rows in texts that are no scripts by name",
        samples=("layers.ps1", "encoded.vbe"),
        worth=is_worth,
    ),
)
