"""LZ4 frames (lz4_Frame_format.md 1.6.4) with their blocks and checksums."""

import struct
from collections.abc import Generator, Iterator

from medscan_gui.engine.unpack.base import cut_short, damaged, not_opened
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.decoding import ChecksumError, Feed

_MARK = b"\x04\x22\x4d\x18"
_SKIPPED = range(0x184D2A50, 0x184D2A60)
_VERSION, _VERSION_1 = 0xC0, 0x40
_INDEPENDENT, _BLOCK_SUM, _SIZE, _CONTENT_SUM, _DICTIONARY = 0x20, 0x10, 8, 4, 1
_BLOCK_BYTES = {4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20}
_STORED = 1 << 31
_WINDOW = 64 << 10
_LEAST_MATCH = 4
#: A number takes ten times the memory of its bytes.
_SUM_STEP = 256 << 10
#: Contents and blocks beyond are not summed up: in Python that takes a second for 12 MB.
_SUMMED = 8 << 20

_WORD = 0xFFFFFFFF
_PRIMES = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)


def lz4_frames(feed: Feed, budget: Budget) -> Iterator[bytes]:
    """Yield what all frames from here on hold; leaves `feed` behind the last one. Raises UnpackError."""
    wrong = False
    while True:
        mark = feed.take(4)
        if mark == _MARK:
            wrong = (yield from _frame(feed, budget)) or wrong
        elif int.from_bytes(mark, "little") in _SKIPPED:
            size = int.from_bytes(feed.take(4), "little")
            feed.position += size
            if feed.position > feed.end:
                raise cut_short()
        else:
            feed.give_back(len(mark))
            break
    if wrong:
        raise ChecksumError


def _frame(feed: Feed, budget: Budget) -> Generator[bytes, None, bool]:
    """Yield the content of one frame; returns whether a checksum is wrong."""
    flags, most = _header(feed)
    total = Sum32()
    wrong = False
    window = b""
    summed = 0
    while size := _number(feed):
        budget.check()
        block = _exactly(feed, size & ~_STORED, most)
        summed += len(block)
        if flags & _BLOCK_SUM:
            told = _number(feed)
            wrong = wrong or (summed <= _SUMMED and told != _sum_of(block))
        part = block if size & _STORED else _block(block, window, most)
        if not flags & _INDEPENDENT:
            window = (window + part)[-_WINDOW:]
        if flags & _CONTENT_SUM and total.size <= _SUMMED:
            total.update(part)
        yield part
    if flags & _CONTENT_SUM:
        told = _number(feed)
        wrong = wrong or (total.size <= _SUMMED and told != total.value())
    return wrong


def _header(feed: Feed) -> tuple[int, int]:
    """Return the flags and the largest size of a block. Raises UnpackError."""
    head = feed.take(2)
    if len(head) < 2:
        raise cut_short()
    flags, most = head[0], _BLOCK_BYTES.get(head[1] >> 4 & 7)
    if flags & _VERSION != _VERSION_1 or most is None:
        raise damaged("lz4 header")
    head += _exactly(feed, (8 if flags & _SIZE else 0) + (4 if flags & _DICTIONARY else 0), 12)
    if _exactly(feed, 1, 1)[0] != _sum_of(head) >> 8 & 0xFF:
        raise damaged("lz4 header's checksum")
    if flags & _DICTIONARY:
        raise not_opened("lz4 with a dictionary")
    return flags, most


def _number(feed: Feed) -> int:
    return int.from_bytes(_exactly(feed, 4, 4), "little")


def _exactly(feed: Feed, size: int, most: int) -> bytes:
    if size > most:
        raise damaged("lz4 block size")
    data = feed.take(size)
    if len(data) < size:
        raise cut_short()
    return data


def _block(data: bytes, window: bytes, most: int) -> bytes:
    """Return what a block holds: sequences of literals and of matches within what came before."""
    out = bytearray(window)
    most += len(window)
    at = 0
    try:
        while True:
            token = data[at]
            literals, at = _length(data, at + 1, token >> 4)
            out += data[at : at + literals]
            at += literals
            if at == len(data):
                break
            back = data[at] | data[at + 1] << 8
            match, at = _length(data, at + 2, token & 15)
            _copy(out, back, match + _LEAST_MATCH, most)
    except IndexError:
        raise damaged("lz4 block") from None
    if len(out) > most:
        raise damaged("lz4 block")
    return bytes(memoryview(out)[len(window) :])


def _length(data: bytes, at: int, length: int) -> tuple[int, int]:
    if length == 15:
        more = 255
        while more == 255:
            more = data[at]
            length += more
            at += 1
    return length, at


def _copy(out: bytearray, back: int, size: int, most: int) -> None:
    if not 0 < back <= len(out) or len(out) + size > most:
        raise damaged("lz4 match")
    begin = len(out) - back
    if size <= back:
        out += out[begin : begin + size]
    else:
        out += (out[begin:] * (size // back + 1))[:size]


class Sum32:
    """xxHash32 with seed 0 (xxhash_spec.md 0.2.0), piece by piece."""

    def __init__(self) -> None:
        first, second = _PRIMES[0], _PRIMES[1]
        self._lanes = ((first + second) & _WORD, second, 0, -first & _WORD)
        self._rest = b""
        self.size = 0

    def update(self, data: bytes) -> None:
        """Take in a piece."""
        for start in range(0, len(data), _SUM_STEP):
            self._update(data[start : start + _SUM_STEP])

    def _update(self, data: bytes) -> None:
        self.size += len(data)
        data = self._rest + data
        whole = len(data) & ~15
        self._rest = data[whole:]
        if not whole:
            return
        prime, other = _PRIMES[0], _PRIMES[1]
        lanes = list(self._lanes)
        words = struct.unpack(f"<{whole // 4}I", data[:whole])
        for lane in range(4):
            value = lanes[lane]
            for word in words[lane::4]:
                value = (value + word * other) & _WORD
                value = ((value << 13 | value >> 19) & _WORD) * prime & _WORD
            lanes[lane] = value
        self._lanes = (lanes[0], lanes[1], lanes[2], lanes[3])

    def value(self) -> int:
        """Return the sum of all that came."""
        one, two, three, four, five = _PRIMES
        if self.size >= 16:
            value = sum(_rotated(lane, turn) for lane, turn in zip(self._lanes, (1, 7, 12, 18), strict=True))
        else:
            value = five
        value = (value + self.size) & _WORD
        rest = self._rest
        for at in range(0, len(rest) & ~3, 4):
            value = (value + int.from_bytes(rest[at : at + 4], "little") * three) & _WORD
            value = _rotated(value, 17) * four & _WORD
        for byte in rest[len(rest) & ~3 :]:
            value = _rotated((value + byte * five) & _WORD, 11) * one & _WORD
        value = (value ^ value >> 15) * two & _WORD
        value = (value ^ value >> 13) * three & _WORD
        return value ^ value >> 16


def _rotated(value: int, turn: int) -> int:
    return (value << turn | value >> (32 - turn)) & _WORD


def _sum_of(data: bytes) -> int:
    total = Sum32()
    total.update(data)
    return total.value()
