"""The elements of a DICOM data set (PS3.5, 7), read from front to end and without recursion.

What is nested is read as it comes: only where each open sequence ends is kept, so ten thousand sequences within one
another are ten thousand numbers. Of a value, only its place is told: what patients are called is none of our business.
"""

import struct
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.source import Source

UNDEFINED = 0xFFFFFFFF
PIXEL_DATA = 0x7FE00010
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD

#: Kinds of values with a length of two bytes, and with one of four (PS3.5, 7.1.2).
_SHORT = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_PIECES = frozenset((b"OB", b"OW"))

_WINDOW = 64 << 10
_CHECK_EVERY = 1024


class Element(NamedTuple):
    """One value: where it begins, and how many bytes it claims."""

    tag: int
    #: Its kind; b"" if the data set does not say.
    kind: bytes
    start: int
    size: int
    #: It is a piece of a value in pieces (from 1), or a value in one (0).
    piece: int
    #: It belongs to the data set itself, not to a sequence in it.
    outermost: bool


class Stop(Enum):
    """Why reading ended."""

    END = "end"
    #: What follows cannot be an element.
    OTHER_DATA = "other data"
    #: A value claims more than there is, or something stays open.
    CUT_SHORT = "cut short"


class Elements:
    """Iterates over a data set once; afterwards `stop` and `place` say where and why it ended."""

    def __init__(self, source: Source, budget: Budget, start: int) -> None:
        self._source = source
        self._budget = budget
        self.place = start
        self.stop = Stop.END
        head = source.read_at(start, 8)
        # As the first element shows it, whatever the header says: writers err, and readers look.
        self._explicit = head[4:6] in _SHORT or head[4:6] in _LONG
        self._order = ">" if head[:1] == b"\0" and head[1:2] != b"\0" else "<"
        self._tag = struct.Struct(self._order + "HH").unpack_from
        self._u32 = struct.Struct(self._order + "I").unpack_from
        self._u16 = struct.Struct(self._order + "H").unpack_from
        #: Ends of what is open; None for what an end mark closes.
        self._open: list[int | None] = []
        #: Pieces of the value at hand so far; -1 if it is in one.
        self._pieces = -1
        self._pieces_of = (0, b"")
        self._base, self._text = 0, b""

    def __iter__(self) -> Iterator[Element]:
        """Yield all values in the order of the file."""
        count = 0
        while self.stop is Stop.END and self.place < self._source.size:
            count += 1
            if not count % _CHECK_EVERY:
                self._budget.check()
            one = self._next()
            if one is not None:
                yield one
        if self.stop is Stop.END and (self._pieces >= 0 or None in self._open):
            self.stop = Stop.CUT_SHORT

    def _at(self, size: int) -> int:
        """Have `size` bytes at hand; returns where in the text they are, -1 if there are not so many."""
        at = self.place - self._base
        if at < 0 or at + size > len(self._text):
            self._base, self._text, at = self.place, self._source.read_at(self.place, _WINDOW), 0
        return at if len(self._text) - at >= size else -1

    def _next(self) -> Element | None:
        while self._open and (end := self._open[-1]) is not None and self.place >= end:
            self._open.pop()
        at = self._at(8)
        if at < 0:
            self.stop = Stop.CUT_SHORT if self._open else Stop.OTHER_DATA
            return None
        group, number = self._tag(self._text, at)
        tag = group << 16 | number
        if group == 0xFFFE:
            return self._mark(tag, int(self._u32(self._text, at + 4)[0]))
        if self._pieces >= 0:
            self._pieces = -1  # a value in pieces that has no end mark
        return self._value(tag, at)

    def _mark(self, tag: int, size: int) -> Element | None:
        """Pass a mark of sequences."""
        if tag == _ITEM and self._pieces >= 0:
            self._pieces += 1
            start = self.place + 8
            return self._given(self._pieces_of[0], self._pieces_of[1], start, size, self._pieces)
        if tag == _ITEM and self._open:
            self._open.append(None if size == UNDEFINED else self.place + 8 + size)
        elif tag == _SEQUENCE_END and self._pieces >= 0:
            self._pieces = -1
        elif tag in {_ITEM_END, _SEQUENCE_END} and self._open:
            if self._open[-1] is None:
                self._open.pop()
        else:
            self.stop = Stop.OTHER_DATA
            return None
        self.place += 8
        return None

    def _value(self, tag: int, at: int) -> Element | None:
        kind = self._text[at + 4 : at + 6] if self._explicit else b""
        header = 8
        if kind in _SHORT:
            size = int(self._u16(self._text, at + 6)[0])
        elif kind in _LONG:
            header = 12
            at = self._at(12)
            if at < 0:
                self.stop = Stop.CUT_SHORT
                return None
            size = int(self._u32(self._text, at + 8)[0])
        elif kind and not self._open:
            self.stop = Stop.OTHER_DATA
            return None
        else:  # also within values of unknown kind, which are written without kinds (PS3.5, 6.2.2)
            kind, size = b"", int(self._u32(self._text, at + 4)[0])
        start = self.place + header
        if size == UNDEFINED and (kind in _PIECES or (tag == PIXEL_DATA and not kind)):
            self._pieces, self._pieces_of, self.place = 0, (tag, kind), start
            return None
        if size == UNDEFINED or kind == b"SQ" or (kind in {b"", b"UN"} and self._begins_with_item(start, size)):
            self._open.append(None if size == UNDEFINED else start + size)
            self.place = start
            return None
        return self._given(tag, kind, start, size, 0)

    def _begins_with_item(self, start: int, size: int) -> bool:
        if size < 8:
            return False
        return self._source.read_at(start, 4) == struct.pack(self._order + "HH", 0xFFFE, 0xE000)

    def _given(self, tag: int, kind: bytes, start: int, size: int, piece: int) -> Element:
        left = self._source.size - start
        if size > left:
            self.stop = Stop.CUT_SHORT
        self.place = start + min(size, max(left, 0))
        return Element(tag, kind, start, size, piece, not self._open)

    def number(self, one: Element) -> int:
        """Return a number of the data set that is not longer than four bytes, or is written in digits; 0 if none."""
        raw = self._source.read_at(one.start, min(one.size, 16))
        if one.size in {2, 4} and one.kind not in {b"IS", b"DS"} and not raw.strip(b" \0").isdigit():
            return int((self._u16 if one.size == 2 else self._u32)(raw)[0]) if len(raw) == one.size else 0
        digits = raw.strip(b" \0")
        return int(digits) if digits.isdigit() else 0
