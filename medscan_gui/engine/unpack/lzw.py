"""The streams of compress(1): LZW with codes of 9 to 16 bits, which come in groups of eight of one width."""

from collections.abc import Iterator

from medscan_gui.engine.unpack.base import cut_short, damaged
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.decoding import Feed

_BITS, _RESERVED, _BLOCKS = 0x1F, 0x60, 0x80
_LEAST, _MOST = 9, 16
_CLEAR = 256
#: Strings are kept up to this length, and each so long one as a foothold; the others are put together from those.
_KEPT = 64
_FOOTHOLD = 256
#: Bytes of strings that are kept at most.
_KEPT_BYTES = 32 << 20
_PIECE = 256 << 10
_STEP = 64 << 10


class _Strings:
    """The table: each string is an older one and one more byte."""

    def __init__(self, first: int) -> None:
        self._older = [0] * first
        self._last = [b""] * first
        self._length = [1] * first
        self._kept: list[bytes | None] = [bytes((code,)) for code in range(256)]
        self._kept += [b""] * (first - 256)
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._older)

    def add(self, code: int, last: bytes) -> None:
        """Add the string of `code` and one more byte."""
        length = self._length[code] + 1
        whole = None
        if length <= _KEPT or (not length % _FOOTHOLD and self._bytes + length <= _KEPT_BYTES):
            whole = self.get(code) + last
            self._bytes += length
        self._older.append(code)
        self._last.append(last)
        self._length.append(length)
        self._kept.append(whole)

    def get(self, code: int) -> bytes:
        """Return the string of a code that is in the table."""
        if (whole := self._kept[code]) is not None:
            return whole
        tail: list[bytes] = []
        while (begin := self._kept[code]) is None:
            tail.append(self._last[code])
            code = self._older[code]
        return begin + b"".join(reversed(tail))


def uncompressed(feed: Feed, budget: Budget) -> Iterator[bytes]:
    """Yield what a stream holds. Raises UnpackError."""
    head = feed.take(3)
    if len(head) < 3:
        raise cut_short()
    bits = head[2] & _BITS
    if not _LEAST <= bits <= _MOST or head[2] & _RESERVED:
        raise damaged("compress header")
    parts: list[bytes] = []
    size = 0
    for string in _strings(_Codes(feed), bits, blocks=bool(head[2] & _BLOCKS)):
        parts.append(string)
        size += len(string)
        if size >= _PIECE:
            budget.check()
            yield b"".join(parts)
            parts.clear()
            size = 0
        elif len(parts) >= _STEP:
            budget.check()
    if parts:
        yield b"".join(parts)


class _Codes:
    """Codes of the width at hand; a change of width starts a new group."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._data = b""
        self._at = 0
        self._group: list[int] = []
        self.width = _LEAST

    def next(self) -> int:
        """Return the next code; -1 at the end."""
        if not self._group:
            self._group = self._next_group()
        return self._group.pop() if self._group else -1

    def restart(self, width: int) -> None:
        """Go on behind the group at hand with codes of `width`."""
        self.width = width
        self._group = []

    def _next_group(self) -> list[int]:
        width = self.width
        if self._at + width > len(self._data):
            self._data = self._data[self._at :] + self._feed.take(_STEP)
            self._at = 0
        group = self._data[self._at : self._at + width]
        self._at += len(group)
        number = int.from_bytes(group, "little")
        mask = (1 << width) - 1
        codes = [number >> place * width & mask for place in range(len(group) * 8 // width)]
        codes.reverse()
        return codes


def _strings(codes: _Codes, bits: int, *, blocks: bool) -> Iterator[bytes]:
    first = _CLEAR + 1 if blocks else _CLEAR
    strings = _Strings(first)
    before, last = -1, b""
    while (code := _next_code(codes, strings, bits)) >= 0:
        if blocks and code == _CLEAR:
            codes.restart(_LEAST)
            strings = _Strings(first)
            before = -1
            continue
        if before < 0:
            if code >= _CLEAR:
                raise damaged("compress code")
            last = strings.get(code)
        else:
            last = _following(strings, before, last, code, 1 << bits)
        yield last
        before = code


def _next_code(codes: _Codes, strings: _Strings, bits: int) -> int:
    if len(strings) > (1 << codes.width) - 1 and codes.width < bits:
        codes.restart(codes.width + 1)
    return codes.next()


def _following(strings: _Strings, before: int, last: bytes, code: int, most: int) -> bytes:
    """Return the string of `code` and add to the table what it follows on."""
    known = len(strings)
    if code > known or (code == known and known >= most):
        raise damaged("compress code")
    if code == known:
        strings.add(before, last[:1])
        return last + last[:1]
    string = strings.get(code)
    if known < most:
        strings.add(before, string[:1])
    return string
