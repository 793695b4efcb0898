"""Objects and other data that RTF documents hold as hexadecimal digits or raw bytes.

Whoever hides an object writes anything between its digits: blanks, control words, groups, characters by number. Office
leaves out what is no digit; whether digits in groups of their own count depends on the group, so that where there are
such groups, the data are given both ways.
"""

import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.unpack.base import Format, Member, UnpackError, Unpacking, cut_short, damaged
from medscan_gui.engine.unpack.ole_objects import open_ole1
from medscan_gui.engine.unpack.rtf_tokens import Kind, is_closed, letters, tokens
from medscan_gui.engine.unpack.source import MemorySource, Source

#: Groups that hold data, and what their content is called.
_NAMES = {b"objdata": b"object", b"pict": b"picture", b"datastore": b"datastore", b"themedata": b"themedata"}
#: The number behind a control word belongs to it, and so does one blank (RTF specification, "Control Word").
_WORDS = re.compile(rb"\\(objdata|pict|datastore|themedata)(?![A-Za-z])(-?[0-9]{1,200}+\x20?|)")
#: Windows in which they are looked for grow from the first size to the second.
_FIRST_WINDOW, _WINDOW, _OVERLAP = 4 << 10, 1 << 20, 256
_NO_DIGITS = bytes(byte for byte in range(256) if byte not in b"0123456789abcdefABCDEF")
_OLE1, _OLE2 = b"\x01\x05\0\0\x02\0\0\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Objects within the data of one object that are looked at: real ones have none.
_MOST_NESTED = 2
#: So much of the data of an object is kept while it is decoded.
_KEPT = 1 << 20
#: Decoded bytes are given in pieces of this size.
_PIECE = 64 << 10

_Thing = Member | RuleMatch
_Yielding = Generator[_Thing, None, "_Object"]


class _Reading(NamedTuple):
    """One way to read the data of a group."""

    name: bytes
    #: Digits in groups within the group count.
    groups: bool = True
    #: Characters by number (``\\'34``) count as the characters that they are.
    characters: bool = False


_FIRST = _Reading(b"")
_OTHERS = (_Reading(b", without groups", groups=False), _Reading(b", with characters", characters=True))


class _Data:
    """The data of one group, decoded once."""

    def __init__(self, source: Source, start: int, reading: _Reading, unpacking: Unpacking) -> None:
        self._source = source
        self._start = start
        self._reading = reading
        self._budget = unpacking.budget
        #: Known once all is decoded: the place behind it, its first bytes, what stood in between,
        #: and where objects within it begin.
        self.end = start
        self.front = bytearray()
        self.groups = False
        self.characters = False
        self.nested: list[int] = []

    def decoded(self) -> Iterator[bytes]:
        """Yield the bytes piece by piece."""
        waiting = bytearray()
        for part in self._parts():
            waiting += part
            if len(waiting) >= _PIECE:
                yield bytes(waiting)
                waiting.clear()
        yield bytes(waiting)

    def _parts(self) -> Iterator[bytes]:
        depth, digit = 0, b""
        for kind, value, end in tokens(self._source, self._start, self._budget):
            self.end = end
            if kind == Kind.OPEN:
                depth += 1
                self.groups = True
            elif kind == Kind.CLOSE:
                depth -= 1
                if depth < 0:
                    return
            elif not depth or self._reading.groups:
                part, digit = self._part(kind, value, digit)
                if part:
                    if len(self.front) < _KEPT:
                        self.front += part[: _KEPT - len(self.front)]
                    yield part

    def _part(self, kind: int, value: bytes, digit: bytes) -> tuple[bytes, bytes]:
        """Return the bytes of one token, and the digit that waits for its second half."""
        if kind == Kind.RAW:
            return value, digit
        if kind == Kind.WORD:
            if value == b"objdata":
                self.nested.append(self.end)
            return b"", digit
        if kind == Kind.SYMBOL:
            self.characters = True
            value = bytes([int(value, 16)]) if self._reading.characters and value else b""
        digits = digit + letters(value).translate(None, _NO_DIGITS)
        even = len(digits) & ~1
        return bytes.fromhex(digits[:even].decode()), digits[even:]

    def needs(self, reading: _Reading) -> bool:
        """Say whether another reading than this first one would give anything else."""
        return self.characters if reading.characters else self.groups


class _Object(NamedTuple):
    """What became of one object."""

    #: The place behind it, and objects within its data.
    end: int
    nested: list[int]
    #: Why no reading of it could be opened.
    trouble: UnpackError | None


def open_rtf(source: Source, unpacking: Unpacking) -> Iterator[_Thing]:
    """Yield the data of objects, pictures and stores, decoded. Raises UnpackError at the end for what breaks off."""
    numbers = dict.fromkeys(_NAMES, 0)
    at, trouble = 0, None
    while (found := _next(source, at)) is not None:
        unpacking.budget.check()
        word, start, number = found
        numbers[word] += 1
        name = b"%s %d" % (_NAMES[word], numbers[word])
        if word == b"objdata":
            outer = yield from _objects(source, start, name, unpacking)
            at, trouble = outer.end, trouble or outer.trouble
            if number:
                # Whoever writes digits right behind the word may mean them as data all the same.
                name += b", with its number"
                again = yield from _object(source, start - number, name, unpacking)
                trouble = trouble and again.trouble
        else:
            data = _Data(source, start, _OTHERS[0], unpacking)
            yield Member(b"[" + name + b"]", data.decoded())
            at = data.end
    if not is_closed(source, unpacking.budget):
        raise cut_short("group")
    if trouble is not None:
        raise trouble


def _objects(source: Source, start: int, name: bytes, unpacking: Unpacking) -> _Yielding:
    """Yield an object, and those within its data."""
    outer = yield from _object(source, start, name, unpacking)
    trouble = outer.trouble
    # The first ones, and the last: what stands before it may be there to be forgotten.
    for number, place in enumerate(dict.fromkeys((*outer.nested[:_MOST_NESTED], *outer.nested[-1:])), 1):
        inner = yield from _object(source, place, b"%s.%d" % (name, number), unpacking)
        trouble = trouble or inner.trouble
    if len(outer.nested) > _MOST_NESTED + 1:
        trouble = damaged("objects within objects")
    return outer._replace(trouble=trouble)


def _object(source: Source, start: int, name: bytes, unpacking: Unpacking) -> _Yielding:
    """Yield an object in all the ways in which it may be read."""
    first: _Data | None = None
    known, trouble = False, None
    for reading in (_FIRST, *_OTHERS):
        if first is not None and not first.needs(reading):
            continue
        data = _Data(source, start, reading, unpacking)
        yield Member(b"[" + name + reading.name + b"]", data.decoded())
        first = first or data
        if data.front.startswith((_OLE1, _OLE2)):
            known = True
        elif data.front:
            try:
                whole = bytes(data.front) if len(data.front) < _KEPT else _again(source, start, reading, unpacking)
                yield from _disguised(whole, name, unpacking)
            except UnpackError as error:
                trouble = trouble or error
    return _Object(first.end if first else start, first.nested if first else [], None if known else trouble)


def _disguised(content: bytes, name: bytes, unpacking: Unpacking) -> Iterator[_Thing]:
    """Yield what an object holds whose front is no known one: Office does not look at its version."""
    if (place := content.find(_OLE2)) >= 0:
        yield Member(b"[" + name + b" storage]", (content[place:],))
    else:
        yield from open_ole1(MemorySource(b"", content), unpacking)


def _again(source: Source, start: int, reading: _Reading, unpacking: Unpacking) -> bytes:
    """Return all data of an object. Raises UnpackError if there are too many."""
    most = unpacking.limits.member_in_memory
    taken = bytearray()
    for part in _Data(source, start, reading, unpacking).decoded():
        taken += part
        if len(taken) > most:
            raise damaged("object without a header")
    return bytes(taken)


def _next(source: Source, at: int) -> tuple[bytes, int, int] | None:
    """Return the next word that begins data, the place behind it, and the bytes of its number (and a blank)."""
    size = _FIRST_WINDOW
    while at < source.size:
        window = source.read_at(at, size)
        size = min(4 * size, _WINDOW)
        found = _WORDS.search(window)
        # A word at the very end of the window may go on behind it.
        if found is not None and (found.end() < len(window) or at + len(window) >= source.size):
            return found[1], at + found.end(), len(found[2])
        at += max(1, len(window) - _OVERLAP) if at + len(window) < source.size else len(window)
    return None


FORMATS: tuple[Format, ...] = (
    Format(
        name="RTF",
        kinds=(FileType.RTF,),
        opener=open_rtf,
        library="own",
        read="data of objects however they are disguised (blanks, control words, groups, raw bytes), of pictures, of "
        "the data store and the theme",
        not_read="targets of links and templates (matched as they lie)",
        samples=("object.rtf",),
    ),
)
