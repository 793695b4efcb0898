"""Compressed streams: gzip, bzip2, xz, lzma, lzip, zstd, compress, lz4, Flash. Several of them are one content."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator

from medscan_gui.engine.file_type import HEAD_BYTES, FileType, types_of
from medscan_gui.engine.unpack.base import Format, Member, UnpackError, Unpacking, cut_short, damaged, not_opened
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.decoding import (
    LZMA_MEMORY,
    ChecksumError,
    Feed,
    Inflater,
    decode,
    lzma_alone,
    zstd_frames,
)
from medscan_gui.engine.unpack.lz4 import lz4_frames
from medscan_gui.engine.unpack.lzw import uncompressed
from medscan_gui.engine.unpack.source import Source

#: What a stream's name loses when it is unpacked, and what it gets instead.
_ENDINGS = {
    b".gz": b"",
    b".bz2": b"",
    b".xz": b"",
    b".lzma": b"",
    b".lz": b"",
    b".zst": b"",
    b".z": b"",
    b".lz4": b"",
    b".tgz": b".tar",
    b".tbz2": b".tar",
    b".txz": b".tar",
    b".tlz": b".tar",
    b".tzst": b".tar",
    b".svgz": b".svg",
}
_CONTENT = b"[content]"

_GZIP_MARK = b"\x1f\x8b\x08"
_LZIP_MARK = b"LZIP\x01"
#: Flags of a gzip header (RFC 1952, 2.3.1).
_HEADER_SUM, _EXTRA, _NAME, _COMMENT = 2, 4, 8, 16
_TEXT_BYTES = 64 << 10

Streams = Callable[[Feed, Budget], Iterator[bytes]]
"""Yields what all streams from a place on hold, and leaves the feed behind the last one."""


def _opener(streams: Streams, *, mark: bytes = b"") -> Callable[[Source, Unpacking], Iterator[Member]]:
    """Return an opener; another stream that begins with `mark` is looked for behind a broken one."""

    def open_stream(source: Source, unpacking: Unpacking) -> Iterator[Member]:
        feed = Feed(source, 0)
        failed: list[UnpackError] = []
        yield Member(_inner_name(source, feed), _watched(streams(feed, unpacking.budget), failed))
        rest = feed.position
        if failed:
            # Behind a fault nothing is where it should be: another stream may hide there.
            rest = source.find(mark, len(mark)) if mark else -1
        elif (found := _not_zero(source, rest, unpacking.budget)) < 0 or _is_known(source, found):
            rest = found
        if rest >= 0:
            yield Member(b"[overlay]", source.chunks(rest))

    return open_stream


def _watched(chunks: Iterator[bytes], failed: list[UnpackError]) -> Iterator[bytes]:
    try:
        yield from chunks
    except ChecksumError:
        raise
    except UnpackError as error:
        failed.append(error)
        raise


def _inner_name(source: Source, feed: Feed) -> bytes:
    if name := _gzip_name(feed):
        return name
    for ending, instead in _ENDINGS.items():
        if source.name.lower().endswith(ending) and len(source.name) > len(ending):
            return source.name[: -len(ending)] + instead
    return _CONTENT


def _not_zero(source: Source, position: int, budget: Budget) -> int:
    """Return where the first byte from `position` on lies that is not zero; -1 if all are: padding."""
    for part in source.chunks(position):
        budget.check()
        if rest := part.lstrip(b"\0"):
            return position + len(part) - len(rest)
        position += len(part)
    return -1


def _is_known(source: Source, position: int) -> bool:
    """Say whether something that has a mark begins there: zeros in front of it are filling."""
    return bool(types_of(source.read_at(position, HEAD_BYTES), lambda: b""))


def _gzip_name(feed: Feed) -> bytes:
    """Return the name in a gzip header; b"" if there is none."""
    head = feed.source.read_at(0, 1024)
    if not head.startswith(_GZIP_MARK) or len(head) < 12 or not head[3] & _NAME:
        return b""
    start = 10
    if head[3] & _EXTRA:
        start += 2 + int.from_bytes(head[10:12], "little")
    return head[start:].split(b"\0", 1)[0]


def _gunzipped(feed: Feed, budget: Budget) -> Iterator[bytes]:
    wrong = False
    first = True
    while _gzip_header(feed, first=first):
        first = False
        crc, size = 0, 0
        for part in decode(Inflater(), feed, budget):
            crc = zlib.crc32(part, crc)
            size += len(part)
            yield part
        end = feed.take(8)
        if len(end) < 8:
            raise cut_short()
        told = (int.from_bytes(end[:4], "little"), int.from_bytes(end[4:], "little"))
        wrong = wrong or told != (crc, size & 0xFFFFFFFF)
        _skip_zeros(feed)
    if wrong:
        raise ChecksumError


def _gzip_header(feed: Feed, *, first: bool) -> bool:
    """Read over a header; returns whether there is one. Raises UnpackError."""
    head = feed.take(10)
    if not head.startswith(_GZIP_MARK) and not (first and head):
        feed.give_back(len(head))
        return False
    if len(head) < 10:
        raise cut_short()
    if head[2] != 8:
        raise damaged(f"gzip method {head[2]}")
    flags = head[3]
    if flags & _EXTRA:
        feed.take(int.from_bytes(feed.take(2), "little"))
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            _skip_text(feed)
    if flags & _HEADER_SUM:
        feed.take(2)
    return True


def _skip_zeros(feed: Feed) -> None:
    """Go to the next member if nothing but zeros lies between: readers of tapes pass over those."""
    behind = feed.position
    while part := feed.take(_TEXT_BYTES):
        if rest := part.lstrip(b"\0"):
            feed.give_back(len(rest))
            if rest.startswith(_GZIP_MARK[: len(rest)]):
                return
            break
    feed.position = behind


def _skip_text(feed: Feed) -> None:
    while text := feed.take(_TEXT_BYTES):
        end = text.find(b"\0")
        if end >= 0:
            feed.give_back(len(text) - end - 1)
            return


def _bunzipped(feed: Feed, budget: Budget) -> Iterator[bytes]:
    yield from decode(bz2.BZ2Decompressor(), feed, budget)
    while _next_is(feed, b"BZh"):
        yield from decode(bz2.BZ2Decompressor(), feed, budget)


def _unxzed(feed: Feed, budget: Budget) -> Iterator[bytes]:
    mark = b"\xfd7zXZ\0"
    while True:
        yield from decode(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=LZMA_MEMORY), feed, budget)
        behind = feed.position
        while _next_is(feed, b"\0\0\0\0"):  # padding between streams
            budget.check()
            feed.position += 4
        if not _next_is(feed, mark):
            feed.position = behind
            return


def _next_is(feed: Feed, mark: bytes) -> bool:
    head = feed.take(len(mark))
    feed.give_back(len(head))
    return head == mark


def _unlzmaed(feed: Feed, budget: Budget) -> Iterator[bytes]:
    head = feed.take(13)
    if len(head) < 13:
        raise cut_short()
    size = int.from_bytes(head[5:13], "little", signed=True)
    yield from lzma_alone(head[:1], int.from_bytes(head[1:5], "little"), size, feed, budget)


def _unlziped(feed: Feed, budget: Budget) -> Iterator[bytes]:
    """Yield what all members hold (lzip's manual, "File format"). Raises UnpackError."""
    wrong = False
    while _next_is(feed, _LZIP_MARK):
        head = feed.take(6)
        if len(head) < 6:
            raise cut_short()
        crc, size = 0, 0
        for part in lzma_alone(b"\x5d", _lzip_dictionary(head[5]), -1, feed, budget):
            crc = zlib.crc32(part, crc)
            size += len(part)
            yield part
        end = feed.take(20)
        if len(end) < 20:
            raise cut_short()
        told = (int.from_bytes(end[:4], "little"), int.from_bytes(end[4:12], "little"))
        wrong = wrong or told != (crc, size)
    if wrong:
        raise ChecksumError


def _lzip_dictionary(coded: int) -> int:
    """Return the dictionary's size: a power of two, less some sixteenths of it."""
    base = 1 << max(12, min(coded & 0x1F, 29))
    return max(4096, base - base // 16 * (coded >> 5))


def _unflashed(feed: Feed, budget: Budget) -> Iterator[bytes]:
    """Yield the content of a Flash file whose body is compressed (Adobe, SWF File Format Specification 19, 2)."""
    head = feed.take(8)
    if head.startswith(b"C"):
        yield from decode(Inflater(zlib.MAX_WBITS), feed, budget)
        return
    more = feed.take(9)  # compressed length, then LZMA's properties and dictionary
    if len(more) < 9:
        raise cut_short()
    size = max(0, int.from_bytes(head[4:], "little") - 8)
    yield from lzma_alone(more[4:5], int.from_bytes(more[5:], "little"), size, feed, budget)


def _unzstded(feed: Feed, budget: Budget) -> Iterator[bytes]:
    yield from zstd_frames(feed, budget)
    if not feed.position:
        raise not_opened("zstd") if feed.source.size >= 18 else cut_short()


FORMATS: tuple[Format, ...] = (
    Format(
        name="gzip",
        kinds=(FileType.GZIP,),
        opener=_opener(_gunzipped, mark=_GZIP_MARK),
        library="own",
        read="all members as one content; what follows them; name and checksums",
        not_read="the comment in the header as a content of its own",
        samples=("gzip.gz",),
    ),
    Format(
        name="bzip2",
        kinds=(FileType.BZIP2,),
        opener=_opener(_bunzipped, mark=b"BZh"),
        library="own",
        read="all streams as one content; what follows them",
        not_read="-",
        samples=("bzip2.bz2",),
    ),
    Format(
        name="xz",
        kinds=(FileType.XZ,),
        opener=_opener(_unxzed, mark=b"\xfd7zXZ\0"),
        library="own",
        read="all streams as one content, all filters; what follows them",
        not_read="dictionaries of more than 64 MiB (LIMIT_REACHED)",
        samples=("xz.xz",),
    ),
    Format(
        name="lzma",
        kinds=(FileType.LZMA,),
        opener=_opener(_unlzmaed),
        library="own",
        read="the stream; what follows it",
        not_read="what reaches back more than 64 MiB (LIMIT_REACHED); the format has no checksum",
        samples=("lzma.lzma",),
    ),
    Format(
        name="lzip",
        kinds=(FileType.LZIP,),
        opener=_opener(_unlziped, mark=_LZIP_MARK),
        library="own",
        read="all members as one content, with their checksums; what follows them",
        not_read="what reaches back more than 64 MiB (LIMIT_REACHED)",
        samples=("lzip.lz",),
    ),
    Format(
        name="Flash (compressed)",
        kinds=(FileType.FLASH,),
        opener=_opener(_unflashed),
        library="own",
        read="the content of .swf files compressed with zlib or LZMA; what follows it",
        not_read="contents that the program in it unpacks itself",
        samples=("flash.swf",),
    ),
    Format(
        name="zstd",
        kinds=(FileType.ZSTD,),
        opener=_opener(_unzstded, mark=b"\x28\xb5\x2f\xfd"),
        library="zstandard",
        read="all frames as one content; what follows them",
        not_read="windows of more than 128 MiB (LIMIT_REACHED); frames that need a dictionary (DAMAGED)",
        samples=("zstd.zst",),
    ),
    Format(
        name="compress (.Z)",
        kinds=(FileType.COMPRESS,),
        opener=_opener(uncompressed),
        library="own",
        read="the content",
        not_read="whether it was cut short: the format has neither an end mark nor a checksum",
        samples=("compress.Z",),
    ),
    Format(
        name="lz4",
        kinds=(FileType.LZ4,),
        opener=_opener(lz4_frames, mark=b"\x04\x22\x4d\x18"),
        library="own",
        read="all frames as one content, checksums of up to 8 MB; what follows them",
        not_read="frames that need a dictionary; the legacy frame of Linux kernels",
        samples=("lz4.lz4",),
    ),
)
