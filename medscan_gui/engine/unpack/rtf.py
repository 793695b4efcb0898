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
from medscan_gui.engine.unpack.base import Format, Member, Unpacking, cut_short, damaged
from medscan_gui.engine.unpack.ole_objects import native_object, open_ole1
from medscan_gui.engine.unpack.rtf_tokens import Kind, Token, is_closed, tokens
from medscan_gui.engine.unpack.source import MemorySource, Source

#: Groups that hold data, and what their content is called.
_NAMES = {b"objdata": b"object", b"pict": b"picture", b"datastore": b"datastore", b"themedata": b"themedata"}
_WORDS = re.compile(rb"\\(objdata|pict|datastore|themedata)(?![A-Za-z])")
_WINDOW, _OVERLAP = 1 << 20, 16
_NO_DIGITS = bytes(byte for byte in range(256) if byte not in b"0123456789abcdefABCDEF")
_OLE1, _OLE2 = b"\x01\x05\0\0\x02\0\0\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Objects within the data of one object that are looked at: real ones have none.
_MOST_NESTED = 32

_Thing = Member | RuleMatch
_Found = Generator[_Thing, None, int]


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
        #: Known once all is decoded: the place behind it, its first bytes, what stood in between.
        self.end = start
        self.front = b""
        self.ambiguous = False
        self.nested: list[int] = []

    def decoded(self) -> Iterator[bytes]:
        """Yield the bytes piece by piece."""
        depth, digit = 0, b""
        for token in tokens(self._source, self._start, self._budget):
            self.end = token.end
            if token.kind is Kind.OPEN:
                depth += 1
                self.ambiguous = True
            elif token.kind is Kind.CLOSE:
                depth -= 1
                if depth < 0:
                    return
            elif not depth or self._reading.groups:
                part, digit = self._part(token, digit)
                if part:
                    self.front = (self.front + part[:64])[:64]
                    yield part

    def _part(self, token: Token, digit: bytes) -> tuple[bytes, bytes]:
        """Return the bytes of one token, and the digit that waits for its second half."""
        text = b""
        if token.kind is Kind.TEXT:
            text = token.value
        elif token.kind is Kind.RAW:
            return token.value, digit
        elif token.kind is Kind.WORD and token.value == b"objdata":
            self.nested.append(token.end)
        elif token.kind is Kind.SYMBOL and token.value:
            self.ambiguous = True
            text = bytes([int(token.value, 16)]) if self._reading.characters else b""
        digits = digit + text.translate(None, _NO_DIGITS)
        even = len(digits) & ~1
        return bytes.fromhex(digits[:even].decode()), digits[even:]


def open_rtf(source: Source, unpacking: Unpacking) -> Iterator[Member | RuleMatch]:
    """Yield the data of objects, pictures and stores, decoded."""
    numbers = dict.fromkeys(_NAMES, 0)
    at = 0
    while (found := _next(source, at)) is not None:
        unpacking.budget.check()
        word, start = found
        numbers[word] += 1
        name = b"%s %d" % (_NAMES[word], numbers[word])
        if word == b"objdata":
            at = yield from _objects(source, start, name, unpacking)
        else:
            data = _Data(source, start, _OTHERS[0], unpacking)
            yield Member(b"[" + name + b"]", data.decoded())
            at = data.end
    if not is_closed(source, unpacking.budget):
        raise cut_short("group")


def _objects(source: Source, start: int, name: bytes, unpacking: Unpacking) -> _Found:
    """Yield an object, and those within its data; returns the place behind it."""
    outer = yield from _object(source, start, name, unpacking)
    for number, place in enumerate(outer.nested[:_MOST_NESTED], 1):
        yield from _object(source, place, b"%s.%d" % (name, number), unpacking)
    if len(outer.nested) > _MOST_NESTED:
        raise damaged("objects within objects")
    return outer.end


def _object(source: Source, start: int, name: bytes, unpacking: Unpacking) -> Generator[_Thing, None, "_Data"]:
    """Yield an object in all the ways in which it may be read; returns what the first one met."""
    first = data = _Data(source, start, _FIRST, unpacking)
    for reading in (_FIRST, *_OTHERS):
        if reading is not _FIRST:
            data = _Data(source, start, reading, unpacking)
        yield Member(b"[" + name + reading.name + b"]", data.decoded())
        if data.front and not data.front.startswith((_OLE1, _OLE2)):
            again = _Data(source, start, reading, unpacking)
            yield from _disguised(again, name, unpacking)
        if not first.ambiguous:
            break
    return first


def _disguised(data: _Data, name: bytes, unpacking: Unpacking) -> Iterator[_Thing]:
    """Yield what an object holds whose front is no known one: Office does not look at its version."""
    most = unpacking.limits.member_in_memory
    content = _bounded(data.decoded(), most)
    if native_object(content[:65536]) is not None:
        yield from open_ole1(MemorySource(b"", content), unpacking)
    elif (place := content.find(_OLE2)) >= 0:
        yield Member(b"[" + name + b" storage]", (content[place:],))
    if len(content) >= most:
        raise damaged("object without a header")


def _bounded(parts: Iterator[bytes], most: int) -> bytes:
    taken = bytearray()
    for part in parts:
        taken += part[: most - len(taken)]
        if len(taken) >= most:
            break
    return bytes(taken)


def _next(source: Source, at: int) -> tuple[bytes, int] | None:
    """Return the next word that begins data, and the place behind it."""
    while at < source.size:
        window = source.read_at(at, _WINDOW)
        found = _WORDS.search(window)
        # A word at the very end of the window may go on behind it.
        if found is not None and (found.end() < len(window) or at + len(window) >= source.size):
            return found[1], at + found.end()
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
