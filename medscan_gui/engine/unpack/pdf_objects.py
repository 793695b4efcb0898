"""All objects of a PDF, in the order of the file, whatever its cross-reference tables say.

Readers start at the tables and see one revision; what an attacker wants to hide lies where they do not look. So the
file is read from front to end for ``n g obj``. No reference is followed, so no loop can be one.
"""

import re
from collections.abc import Iterator

import msgspec

from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.pdf_syntax import Ref, Value, parse
from medscan_gui.engine.unpack.source import Source

#: So much is read at a time; an object is looked at up to this length, less for what is no stream.
_STEP = 1 << 20
_OBJECT = 256 << 10

_BEFORE = re.compile(rb"(\d{1,10})[\0\t\n\f\r ]{1,64}(\d{1,10})[\0\t\n\f\r ]{1,64}\Z")
_BEFORE_BYTES = 160
_STREAM = re.compile(rb"[\0\t\n\f\r ]*(?:%[^\r\n]*[\r\n]+[\0\t\n\f\r ]*)*stream(?:\r\n|\n|\r)?")
_ENDS = re.compile(rb"[\0\t\n\f\r ]*end(?:stream|obj)")


class PdfObject(msgspec.Struct, kw_only=True):
    """One object. A stream has a dictionary and, in the file, a beginning and an end."""

    ref: Ref
    #: Its text as it stands, without the content of a stream; bounded.
    text: bytes
    #: Its dictionary, if it is a stream.
    stream: dict[bytes, Value] | None = None
    start: int = 0
    end: int = 0
    #: The file ends before it does.
    cut: bool = False


class Objects:
    """The objects of one file; can be read more than once."""

    def __init__(self, source: Source, budget: Budget) -> None:
        self._source = source
        self._budget = budget
        #: Lengths that are objects of their own. Known after the first reading.
        self.lengths: dict[int, int] = {}

    def __iter__(self) -> Iterator[PdfObject]:
        """Yield all objects."""
        place = 0
        base, text = 0, b""
        while True:
            self._budget.check()
            if place - base > _STEP - _OBJECT or not text:
                base = max(0, place - _BEFORE_BYTES)
                text = self._source.read_at(base, _STEP + _OBJECT)
            found = text.find(b"obj", place - base)
            if found < 0:
                if base + len(text) >= self._source.size:
                    return
                place = base + len(text) - 3
                text = b""
                continue
            place = base + found + 3
            if place - base > _STEP and base + len(text) < self._source.size:
                place, text = place - 3, b""
                continue
            before = _BEFORE.search(text[max(0, found - _BEFORE_BYTES) : found])
            if before is None:
                continue
            one = self._object(Ref(int(before[1]), int(before[2])), text, found + 3, place)
            yield one
            if one.end > place:
                place, text = one.end, text if one.end < base + _STEP - _OBJECT else b""

    def _object(self, ref: Ref, text: bytes, begin: int, place: int) -> PdfObject:
        """Return the object that begins at `begin` in `text`, which is `place` in the file."""
        limit = begin + _OBJECT
        end = text.find(b"endobj", begin, limit)
        cut = end < 0 and limit > len(text)
        if end >= 0:
            limit = end
        stream = text.find(b"stream", begin, limit)
        if stream >= 0:
            # The word may also stand in a string: then a closer look at all of it tells.
            for stop in (stream + 16, limit):
                part = text[begin:stop]
                value, after = parse(part)
                opened = _STREAM.match(part, after)
                if opened is not None and isinstance(value, dict):
                    content = place + opened.end()
                    content_end, cut = self._stream_end(content, value.get(b"Length"))
                    return PdfObject(ref=ref, text=part[:after], stream=value, start=content, end=content_end, cut=cut)
        return PdfObject(ref=ref, text=text[begin:limit], cut=cut)

    def _stream_end(self, start: int, length: Value) -> tuple[int, bool]:
        """Return where a stream's content ends: where it says, if an end stands there, or at the next end."""
        if isinstance(length, Ref):
            length = self.lengths.get(length.number)
        said = start + length if isinstance(length, int) and length >= 0 else self._source.size
        if said < self._source.size and _ENDS.match(self._source.read_at(said, 64)):
            return said, False
        end = self._source.find(b"endstream", start)
        if end < 0:
            end = self._source.find(b"endobj", start)
        if end < 0:
            return self._source.size, True
        line_end = self._source.read_at(max(start, end - 2), min(2, end - start))
        return end - (2 if line_end == b"\r\n" else line_end[-1:] in {b"\n", b"\r"}), False
