"""PDF's objects (ISO 32000-1, 7.3), read as tolerantly as readers do: whatever is wrong, something is returned."""

import re
from collections.abc import Iterator
from typing import NamedTuple


class Ref(NamedTuple):
    """A reference to another object."""

    number: int
    generation: int


class Name(bytes):
    """A name, without its slash and with its escapes undone."""

    __slots__ = ()


Value = int | float | bytes | Name | Ref | None | list["Value"] | dict[bytes, "Value"]

#: Arrays and dictionaries within one another; deeper ones are read as if they were side by side.
_DEPTH = 64
#: Values of one object that are kept.
_VALUES = 100_000

_SPACE = rb"\0\t\n\f\r "
_DELIMITERS = rb"()<>\[\]{}/%"
_TOKEN = re.compile(
    rb"[" + _SPACE + rb"]+|%[^\r\n]*"  # group 0 alone: nothing
    rb"|(<<|\[|>>|\])"
    rb"|/([^" + _SPACE + _DELIMITERS + rb"]*)"
    rb"|<([^<>]*)>?"
    rb"|(\()"
    rb"|([^" + _SPACE + _DELIMITERS + rb"]+)"
    rb"|."
)
_ESCAPED_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_NOT_HEX = bytes(sorted(set(range(256)) - set(b"0123456789abcdefABCDEF")))
_STRING_PART = re.compile(rb"[()\\]")
_OCTAL = re.compile(rb"[0-7]{1,3}")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b""}
_WORDS = {b"true": True, b"false": False}
#: Words that no object holds: it ends there, whatever is still open.
_STOPS = frozenset({b"stream", b"endstream", b"endobj", b"obj", b"trailer", b"xref", b"startxref"})


def parse(text: bytes, place: int = 0) -> tuple[Value, int]:
    """Return the object that begins at `place`, and where it ends; None for nothing that can be read."""
    return _Parser(text, place).parse()


class _Parser:
    def __init__(self, text: bytes, place: int) -> None:
        self._text = text
        self._place = place
        #: What is open: the values so far, and whether it is a dictionary.
        self._open: list[tuple[list[Value], bool]] = []
        self._values = 0

    def parse(self) -> tuple[Value, int]:
        while (found := _TOKEN.match(self._text, self._place)) is not None and self._values < _VALUES:
            start, self._place = self._place, found.end()
            kind = found.lastindex
            if kind is None:
                continue
            if kind == 5 and found[5] in _STOPS:
                self._place = start
                break
            if kind == 1:
                done = self._bracket(found[1])
                if done is not None:
                    return done, self._place
                continue
            value = self._word(found[5]) if kind == 5 else self._simple(kind, found)
            if not self._open:
                return value, self._place
            self._values += 1
            self._open[-1][0].append(value)
        return self._unwound(), self._place

    def _bracket(self, mark: bytes) -> Value:
        """Open or close an array or dictionary; returns it if it is the whole object."""
        if mark in {b"<<", b"["}:
            if len(self._open) < _DEPTH:
                self._open.append(([], mark == b"<<"))
            return None
        if not self._open:
            return None
        value = _built(*self._open.pop())
        if not self._open:
            return value
        self._values += 1
        self._open[-1][0].append(value)
        return None

    def _unwound(self) -> Value:
        """Close what is still open."""
        value: Value = None
        while self._open:
            values, is_dictionary = self._open.pop()
            if value is not None:
                values.append(value)
            value = _built(values, is_dictionary)
        return value

    def _simple(self, kind: int, found: "re.Match[bytes]") -> Value:
        if kind == 2:
            return Name(_ESCAPED_NAME.sub(_unescaped, found[2]))
        if kind == 3:
            digits = found[3].translate(None, _NOT_HEX)
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        return self._string()

    def _string(self) -> bytes:
        """Read a string whose opening bracket was passed."""
        out = bytearray()
        depth, place = 1, self._place
        while (found := _STRING_PART.search(self._text, place)) is not None:
            out += self._text[place : found.start()]
            place = found.end()
            mark = found[0]
            if mark == b"\\":
                part, place = _escape(self._text, place)
                out += part
                continue
            depth += 1 if mark == b"(" else -1
            if not depth:
                self._place = place
                return bytes(out)
            out += mark
        self._place = len(self._text)
        return bytes(out) + self._text[place:]

    def _word(self, word: bytes) -> Value:
        if word == b"R" and self._open:
            values = self._open[-1][0]
            number, generation = values[-2:] if len(values) > 1 else (None, None)
            if isinstance(number, int) and isinstance(generation, int):
                del values[-2:]
                return Ref(number, generation)
        if word in _WORDS or len(word) > 20:
            return _WORDS.get(word)
        try:
            return int(word)
        except ValueError:
            pass
        try:
            return float(word)
        except ValueError:
            return None


def _built(values: list[Value], is_dictionary: bool) -> Value:
    if not is_dictionary:
        return values
    built: dict[bytes, Value] = {}
    key: Name | None = None
    for value in values:
        if key is None:
            key = value if isinstance(value, Name) else None
        else:
            built[bytes(key)] = value
            key = None
    return built


def _unescaped(found: "re.Match[bytes]") -> bytes:
    return bytes.fromhex(found[1].decode("ascii"))


def _escape(text: bytes, place: int) -> tuple[bytes, int]:
    """Return what stands for the escape behind a backslash at `place`, and what follows it."""
    if octal := _OCTAL.match(text, place):
        return bytes([int(octal[0], 8) & 255]), octal.end()
    mark = text[place : place + 1]
    if mark == b"\r" and text[place + 1 : place + 2] == b"\n":
        return b"", place + 2
    return _ESCAPES.get(mark, mark), place + 1


def text_of(string: bytes) -> bytes:
    """Return a text string (7.9.2.2) in UTF-8; as it stands if it is not marked as UTF-16."""
    for mark, codec in ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le")):
        if string.startswith(mark):
            return string[2:].decode(codec, "replace").encode()
    return string.removeprefix(b"\xef\xbb\xbf")


def dictionaries(value: Value) -> Iterator[dict[bytes, Value]]:
    """Yield all dictionaries within a value, itself included."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield one
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
