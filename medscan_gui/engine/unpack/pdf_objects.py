"""All objects of a PDF, in the order of the file, whatever its cross-reference tables say.

Readers start at the tables and see one revision; what an attacker wants to hide lies where they do not look. So the
file is read from front to end for ``n g obj``, in streams and comments too, since a table may point there. No
reference is followed, so no loop can be one. Objects may therefore lie within one another: what is read more than
once is counted, and once that is too much, objects within others are left out, and `limited` says so.
"""

import re
from collections.abc import Iterator

import msgspec

from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.pdf_skim import end_of, number_before
from medscan_gui.engine.unpack.pdf_syntax import Ref, Value, parse
from medscan_gui.engine.unpack.source import Source

#: So much is read at a time; an object is looked at up to the second length, a long one again up to the third.
_STEP = 1 << 20
_OBJECT = 256 << 10
_LONG_OBJECT = 8 << 20
#: Bytes in front of ``obj`` in which its numbers stand; far ones are looked for in the second length.
_BEFORE_BYTES = 160
_NEAR = 16
_FAR_BEFORE = 64 << 10
#: Bytes that may be read beyond three times the file. Healthy files stay below one time.
_MORE_WORK = 2 << 20
#: What an object within another one costs at least.
_STREAM_WORK = 2048

_BEFORE = re.compile(rb"(\d{1,10})[\0\t\n\f\r ]{1,64}(\d{1,10})[\0\t\n\f\r ]{0,64}\Z")
_MAY_STAND_BEFORE = frozenset(b"\0\t\n\f\r 0123456789")
_STREAM = re.compile(rb"(?:[\0\t\n\f\r ]++|%[^\r\n]*+[\r\n])*+stream(?:\r\n|\n|\r)?")
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
        #: Something was left out: too long, or too much within one another.
        self.limited = False
        self._work = 0
        #: The place behind the text of the last object.
        self._text_end = 0
        #: Up to where streams were given, and where ends of streams were looked for and found.
        self._given = 0
        self._ends: dict[bytes, tuple[int, int]] = {}

    def __iter__(self) -> Iterator[PdfObject]:
        """Yield all objects."""
        self._work = 3 * self._source.size + _MORE_WORK
        self._given = 0
        self._ends.clear()
        place = 0
        base, text = 0, b""
        while True:
            self._budget.check()
            if place - base > _STEP or not text:
                base = max(0, place - _BEFORE_BYTES)
                text = self._source.read_at(base, _STEP + _OBJECT)
            found = text.find(b"obj", place - base, _STEP + 3)
            if found < 0:
                if base + len(text) >= self._source.size and len(text) <= _STEP + 3:
                    return
                place = base + min(len(text), _STEP + 3) - 2
                text = b""
                continue
            place = base + found + 3
            ref = self._ref(text, found, base)
            if ref is None:
                continue
            one = self._object(ref, text, found + 3, place)
            if one is not None:
                yield one
            if self._work < 0:
                place = max(place, self._text_end)

    def _ref(self, text: bytes, found: int, base: int) -> Ref | None:
        """Return the numbers in front of ``obj``, which stands at `found`."""
        if not found or text[found - 1] not in _MAY_STAND_BEFORE:
            return None
        before = _BEFORE.search(text, max(0, found - _NEAR), found) if found >= _NEAR else None
        if before is None or before.start() == found - _NEAR:
            before = _BEFORE.search(text, max(0, found - _BEFORE_BYTES), found)
        if before is not None:
            return Ref(int(before[1]), int(before[2]))
        if not self._may(512):
            return None
        start = max(0, base + found - _FAR_BEFORE)
        far = self._source.read_at(start, base + found - start)
        numbers, looked = number_before(far)
        self._work -= looked
        # Nothing but blanks, as far as it was looked.
        self.limited |= numbers is None and looked >= len(far) > 0 and start > 0
        return None if numbers is None else Ref(*numbers)

    def _may(self, work: int) -> bool:
        """Charge work; once too much was done, something is left out."""
        self._work -= work
        self.limited |= self._work < 0
        return self._work >= 0

    def _object(self, ref: Ref, text: bytes, begin: int, place: int) -> PdfObject | None:
        """Return the object that begins at `begin` in `text`, which is `place` in the file."""
        limit = min(begin + _OBJECT, len(text))
        end, ended = end_of(text, begin, limit)
        self._may(end - begin)
        file_end = place + limit - begin >= self._source.size
        if not ended and not file_end:
            if self._work >= 0:
                text, begin = self._source.read_at(place, _LONG_OBJECT), 0
                end, ended = end_of(text, 0, len(text))
                self._may(end)
                file_end = place + len(text) >= self._source.size
            self.limited |= not ended and not file_end
        one = PdfObject(ref=ref, text=text[begin:end], cut=not ended and file_end)
        self._text_end = place + end - begin
        if text.startswith(b"stream", end):
            return self._stream(one, text, begin, end, place)
        return one

    def _stream(self, one: PdfObject, text: bytes, begin: int, end: int, place: int) -> PdfObject | None:
        value, after = parse(one.text)
        opened = _STREAM.match(text, begin + after, end + 8)
        if opened is None or not isinstance(value, dict):
            return one
        one.text = one.text[:after]
        one.stream = value
        one.start = place + opened.end() - begin
        one.end, one.cut = self._stream_end(one.start, value.get(b"Length"))
        if one.start < self._given and not self._may(one.end - one.start + _STREAM_WORK):
            return None
        self._given = max(self._given, one.end)
        return one

    def _stream_end(self, start: int, length: Value) -> tuple[int, bool]:
        """Return where a stream's content ends: where it says, if an end stands there, or at the next end."""
        if isinstance(length, Ref):
            length = self.lengths.get(length.number)
        said = start + length if isinstance(length, int) and length >= 0 else self._source.size
        if said < self._source.size and _ENDS.match(self._source.read_at(said, 64)):
            return said, False
        end = self._next(b"endstream", start)
        if end < 0:
            end = self._next(b"endobj", start)
        if end < 0:
            return self._source.size, True
        line_end = self._source.read_at(max(start, end - 2), min(2, end - start))
        return end - (2 if line_end == b"\r\n" else line_end[-1:] in {b"\n", b"\r"}), False

    def _next(self, mark: bytes, start: int) -> int:
        """Return where a mark stands next; never looks twice at the same bytes, as streams are asked for in order."""
        looked_from, found = self._ends.get(mark, (-1, -2))
        if not (looked_from <= start and (found == -1 or start <= found)):
            found = self._source.find(mark, start)
            self._ends[mark] = (start, found)
        return found
