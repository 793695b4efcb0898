"""Compressed streams decoded piece by piece, each piece bounded, whatever the stream claims or expands to."""

import lzma
import zlib
from collections.abc import Iterator
from typing import Protocol

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.unpack.base import UnpackError, cut_short, damaged
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.source import Source

#: Bytes that one step gives at most (inflate64 and zstd, which cannot be told so, are fed in crumbs instead).
PIECE = 1 << 20
#: Bytes that one step reads.
STEP = 64 << 10
#: Most streams are short: they are not read far beyond their end.
_FIRST_STEP = 4 << 10
#: Deflate64 gives up to 65,538 bytes for 17 bits, zstd a block of 128 KiB for 4 bytes: at most 8 and 16 MB a step.
STEP_INFLATE64 = 256
STEP_ZSTD = 512
#: Memory that a stream may make its decoder hold: 64 MiB is the largest window of `xz -9`, 128 that of plain `zstd -d`.
LZMA_MEMORY = 96 << 20
ZSTD_WINDOW = 128 << 20

_LZMA_DICTIONARY = 64 << 20
_ZSTD_FRAME = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPED = range(0x184D2A50, 0x184D2A60)


class ChecksumError(UnpackError):
    """All was read, and its checksum is another one."""

    def __init__(self) -> None:
        super().__init__(Outcome.DAMAGED, Cause.NONE, "checksum")


class Feed:
    """A part of a content, read forward; what a decoder did not use can be given back."""

    def __init__(self, source: Source, position: int, end: int | None = None) -> None:
        self.source = source
        self.position = position
        self.end = source.size if end is None else min(end, source.size)

    def take(self, size: int) -> bytes:
        """Return the next bytes, `size` at most; none at the end."""
        data = self.source.read_at(self.position, max(0, min(size, self.end - self.position)))
        self.position += len(data)
        return data

    def give_back(self, size: int) -> None:
        """Take it that the last `size` bytes were not read."""
        self.position -= size


class Decoder(Protocol):
    """What the decoders of the standard library have in common."""

    @property
    def eof(self) -> bool:
        """Its stream has ended."""

    @property
    def needs_input(self) -> bool:
        """It has nothing left to give of what it got."""

    @property
    def unused_data(self) -> bytes:
        """What it got beyond the end of its stream."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take `data` and give up to `max_length` bytes."""


class Inflater:
    """Deflate without a wrapper (RFC 1951), or with that of zlib."""

    def __init__(self, bits: int = -zlib.MAX_WBITS) -> None:
        self._inner = zlib.decompressobj(bits)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        """See `Decoder`."""
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        """See `Decoder`."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """See `Decoder`."""
        out = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        # A full piece may have left more inside of zlib, though all input is used.
        self.needs_input = not self._inner.unconsumed_tail and len(out) < max_length
        return out


class Inflater64:
    """Deflate64; does not tell what it did not use of the last crumb."""

    needs_input = True
    unused_data = b""

    def __init__(self) -> None:
        import inflate64

        self._inner = inflate64.Inflater()

    @property
    def eof(self) -> bool:
        """See `Decoder`."""
        return bool(self._inner.eof)

    def decompress(self, data: bytes, max_length: int) -> bytes:  # noqa: ARG002  # bounded by what it is fed
        """See `Decoder`."""
        out: bytes = self._inner.inflate(data)
        return out


class ZstdDecoder:
    """One zstd frame."""

    needs_input = True

    def __init__(self) -> None:
        import zstandard

        self._inner = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()

    @property
    def eof(self) -> bool:
        """See `Decoder`."""
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        """See `Decoder`."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:  # noqa: ARG002  # bounded by what it is fed
        """See `Decoder`."""
        return self._inner.decompress(data)


def decode(decoder: Decoder, feed: Feed, budget: Budget, step: int = STEP) -> Iterator[bytes]:
    """Yield what one stream holds, and leave `feed` right behind it.

    Raises UnpackError: damaged, or cut short if `feed` ends first.
    """
    size = min(step, _FIRST_STEP)
    while not decoder.eof:
        budget.check()
        data = feed.take(size) if decoder.needs_input else b""
        size = min(4 * size, step)
        if not data and decoder.needs_input:
            raise cut_short()
        if part := _decoded(decoder, data):
            yield part
        else:
            budget.charge(len(data) - len(decoder.unused_data))  # what gives nothing is work too
    feed.give_back(len(decoder.unused_data))


def _decoded(decoder: Decoder, data: bytes) -> bytes:
    try:
        return decoder.decompress(data, PIECE)
    except MemoryError:
        raise
    except Exception as error:  # each library has its own
        if "emory" in str(error):  # liblzma's limit, zstd's window
            raise too_much_memory(str(error)) from error
        raise damaged(f"{type(error).__name__}: {error}") from error


def too_much_memory(detail: str) -> UnpackError:
    """Return the error for a stream that wants more memory than it may have."""
    return UnpackError(Outcome.LIMIT_REACHED, Cause.MEMORY, detail)


def lzma_alone(properties: bytes, dictionary: int, size: int, feed: Feed, budget: Budget) -> Iterator[bytes]:
    """Yield what a raw LZMA1 stream holds; `size` is its uncompressed size, -1 if its end is marked.

    A dictionary that is larger than allowed is made smaller: few streams really reach back that far.
    """
    allowed = min(dictionary, _LZMA_DICTIONARY)
    header = properties[:1] + allowed.to_bytes(4, "little") + (size & (1 << 64) - 1).to_bytes(8, "little")
    decoder = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=LZMA_MEMORY)
    _decoded(decoder, header)
    try:
        yield from decode(decoder, feed, budget)
    except UnpackError as error:
        if allowed < dictionary and error.ending[1] is not Cause.CUT_SHORT:
            raise too_much_memory(f"dictionary of {dictionary} bytes") from error
        raise


def zstd_frames(feed: Feed, budget: Budget) -> Iterator[bytes]:
    """Yield what all zstd frames from here on hold (RFC 8878); leaves `feed` behind the last one."""
    while True:
        budget.check()
        head = feed.take(18)
        mark = int.from_bytes(head[:4], "little")
        feed.give_back(len(head))
        if mark in _ZSTD_SKIPPED and len(head) >= 8:
            feed.position += 8 + int.from_bytes(head[4:8], "little")
            if feed.position > feed.end:
                raise cut_short()
        elif head.startswith(_ZSTD_FRAME):
            if (window := _zstd_window(head)) > ZSTD_WINDOW:
                raise too_much_memory(f"zstd window of {window} bytes")
            yield from decode(ZstdDecoder(), feed, budget, STEP_ZSTD)
        else:
            return


def _zstd_window(head: bytes) -> int:
    """Return the window that a frame asks for (RFC 8878, 3.1.1.1.2), in bytes; 0 if that is its content's size."""
    if len(head) < 6 or head[4] & 0x20:
        return 0
    exponent, mantissa = head[5] >> 3, head[5] & 7
    base = 1 << (10 + exponent)
    return base + (base >> 3) * mantissa
