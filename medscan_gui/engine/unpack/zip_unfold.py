"""The content of one entry of a zip archive: decrypted, decompressed, and compared with what its headers tell."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator

import msgspec

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.unpack.base import UnpackError, cut_short, damaged, locked, not_opened
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.decoding import (
    LZMA_MEMORY,
    PIECE,
    STEP_INFLATE64,
    Feed,
    Inflater,
    Inflater64,
    decode,
    lzma_alone,
    zstd_frames,
)
from medscan_gui.engine.unpack.source import Source
from medscan_gui.engine.unpack.zip_crypto import (
    OLD_HEADER,
    AesFeed,
    Keys,
    OldFeed,
    aes_feed,
    checksum,
    old_keys,
    spellings,
)
from medscan_gui.engine.unpack.zip_other import method_name
from medscan_gui.engine.unpack.zip_reader import Entry, next_mark
from medscan_gui.engine.unpack.zip_records import AES, DEFLATED, FLAG_DESCRIPTOR, STORED, Record

#: Bytes that must unfold without a fault before a password, or a doubt about a header, is believed.
_PROBE = 64 << 10
#: Up to this packed size a password is proven by the checksum of the whole content.
_PROVEN = 256 << 10
#: Entries of one archive on which every password is tried; on more, only those that have opened one.
_LOCKED_TRIED = 64
#: AE-2 leaves the checksum out.
_AE2 = 2


def _inflate(feed: Feed, _size: int, budget: Budget) -> Iterator[bytes]:
    return decode(Inflater(), feed, budget)


def _inflate64(feed: Feed, _size: int, budget: Budget) -> Iterator[bytes]:
    return decode(Inflater64(), feed, budget, STEP_INFLATE64)


def _bunzip2(feed: Feed, _size: int, budget: Budget) -> Iterator[bytes]:
    return decode(bz2.BZ2Decompressor(), feed, budget)


def _unxz(feed: Feed, _size: int, budget: Budget) -> Iterator[bytes]:
    return decode(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=LZMA_MEMORY), feed, budget)


def _unlzma(feed: Feed, _size: int, budget: Budget) -> Iterator[bytes]:
    """Version of the SDK, length of the properties, properties, stream (APPNOTE.TXT 5.8.8)."""
    head = feed.take(9)
    if len(head) < 9:
        raise cut_short()
    if head[2:4] != b"\x05\0":
        raise damaged("LZMA properties")
    # Its end is marked, or it simply ends with the packed data: what is missing then is judged by the checksum.
    try:
        yield from lzma_alone(head[4:5], int.from_bytes(head[5:9], "little"), -1, feed, budget)
    except UnpackError as error:
        if error.ending[1] is not Cause.CUT_SHORT:
            raise


def _unzstd(feed: Feed, _size: int, budget: Budget) -> Iterator[bytes]:
    start = feed.position
    yield from zstd_frames(feed, budget)
    if feed.position == start:
        raise damaged("no zstd frame")


_DECODERS: dict[int, Callable[[Feed, int, Budget], Iterator[bytes]]] = {
    DEFLATED: _inflate,
    9: _inflate64,
    12: _bunzip2,
    14: _unlzma,
    20: _unzstd,
    93: _unzstd,
    95: _unxz,
}
#: Methods whose streams do not say where they end.
_NEED_AN_END = frozenset({14, 20, 93})


class Locks:
    """The passwords for one archive; those that have opened an entry come first."""

    def __init__(self, passwords: tuple[str, ...]) -> None:
        self._spellings = list(spellings(passwords))
        self._keys: dict[bytes, Keys] = {}
        self._locked = 0
        self._worked = 0
        #: The one that opened the last entry.
        self.password = b""

    def open(self, source: Source, record: Record, budget: Budget) -> Feed | None:
        """Return an entry's decrypted data; None if no password opens it."""
        tried = self._spellings if self._locked < _LOCKED_TRIED else self._spellings[: self._worked]
        for place, password in enumerate(tried):
            budget.check()
            if (feed := self._fitting(source, record, password, budget)) is not None:
                self._spellings.insert(0, self._spellings.pop(place))
                self.password = password
                self._worked = max(self._worked, 1) if place < self._worked else self._worked + 1
                return feed
        self._locked += 1
        return None

    def _fitting(self, source: Source, record: Record, password: bytes, budget: Budget) -> Feed | None:
        if record.method == AES:
            return aes_feed(source, record, record.aes, password) if record.aes else None
        if (keys := self._keys.get(password)) is None:
            keys = self._keys[password] = old_keys(password)
        feed = OldFeed(source, record, keys)
        if feed.may_fit(record) and _proven(feed, record, budget):
            return OldFeed(source, record, keys)
        return None


def _proven(feed: Feed, record: Record, budget: Budget) -> bool:
    """Say whether a password that passed the check byte is right: one in 256 wrong ones does."""
    wholly = record.packed <= _PROVEN
    parts = _bounded(_unfolded(feed, record.method, record.size, budget), record.size if wholly else 0)
    try:
        crc = checksum(_charged(parts, budget))
    except UnpackError:
        return False
    return not wholly or crc == record.crc


def _charged(chunks: Iterator[bytes], budget: Budget) -> Iterator[bytes]:
    """Yield chunks that nobody keeps: they are charged all the same."""
    for part in chunks:
        budget.charge(len(part))
        yield part


def _bounded(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """Yield chunks until `most` bytes (a probe, at least) have come."""
    most = max(most, _PROBE)
    for part in chunks:
        yield part
        most -= len(part)
        if most < 0:
            return


def _unfolded(feed: Feed, method: int, size: int, budget: Budget) -> Iterator[bytes]:
    if (decoder := _DECODERS.get(method)) is not None:
        yield from decoder(feed, size, budget)
    elif method == STORED:
        while part := feed.take(PIECE):
            yield part
    else:
        raise not_opened(method_name(method))


def is_plain(source: Source, record: Record, budget: Budget) -> bool:
    """Say whether an entry that is marked as encrypted is not: readers that ignore the mark would open it."""
    if record.method == STORED:
        return (
            record.packed == record.size != 0 and record.packed >= OLD_HEADER and _plain_stored(source, record, budget)
        )
    if record.method not in _DECODERS or not record.packed:
        return False
    feed = Feed(source, record.data, record.data + record.packed)
    came = 0
    try:
        for part in _charged(_bounded(_unfolded(feed, record.method, record.size, budget), _PROBE), budget):
            came += len(part)
    except UnpackError:
        return False
    return came >= _PROBE or (came > 0 and feed.end - feed.position < STEP_INFLATE64)


def _plain_stored(source: Source, record: Record, budget: Budget) -> bool:
    data = source.chunks(record.data, record.data + record.packed)
    return checksum(_charged(data, budget)) == record.crc


class Unfolding(msgspec.Struct, kw_only=True):
    """One way to read one entry."""

    source: Source
    entry: Entry
    record: Record
    budget: Budget
    #: The data decrypted; None if they are plain.
    opened: Feed | None = None
    #: Bytes that came out.
    came: int = 0
    #: Where the data ended; -1 if that is not known.
    end: int = -1
    #: It went wrong in a way that another reading of the same bytes may explain.
    doubtful: bool = False

    def chunks(self) -> Iterator[bytes]:
        """Yield the content. Raises UnpackError at the end if it is not what the headers tell."""
        feed = self.opened or Feed(self.source, self.record.data, self._limit())
        crc = 0
        try:
            for part in _unfolded(feed, self._method(), self.record.size, self.budget):
                crc = zlib.crc32(part, crc)
                self.came += len(part)
                yield part
        except UnpackError as error:
            self.doubtful = error.ending[0] is Outcome.DAMAGED
            raise
        self.end = feed.position if self.opened is None else self.record.data + self.record.packed
        self._verify(feed, crc)

    def _method(self) -> int:
        if self.opened is not None and self.record.method == AES and self.record.aes:
            return self.record.aes.method
        return self.record.method

    def _limit(self) -> int | None:
        """Return where the data end at the latest; None for the content's own end."""
        record = self.record
        if record.method not in _DECODERS and not record.packed and not self.entry.listed:
            streamed = record.flags & FLAG_DESCRIPTOR
            return next_mark(self.source, record.data, self.budget) if streamed else record.data
        if record.method in _DECODERS and not (record.method in _NEED_AN_END and record.packed):
            return None  # the stream ends itself, whatever the headers say
        return record.data + record.packed

    def _verify(self, feed: Feed, crc: int) -> None:
        record = self.record
        if isinstance(feed, AesFeed):
            feed.verify()
            if record.aes is not None and record.aes.version == _AE2:
                return
        elif record.method == STORED and self.opened is None and record.data + record.packed > self.source.size:
            self.doubtful = True
            raise cut_short()
        if crc not in (self.entry.checksums or self._told_behind(self.end)):
            self.doubtful = True
            if self.opened is not None and record.method == STORED:
                raise locked("the password may be another one")
            raise damaged("checksum")

    def _told_behind(self, position: int) -> frozenset[int]:
        """Return the checksums that a descriptor behind the data may tell: its mark may be left out."""
        head = self.source.read_at(position, 8)
        return frozenset({int.from_bytes(head[:4], "little"), int.from_bytes(head[4:], "little")})


def readings(unfolding: Unfolding) -> Iterator[tuple[bytes, Iterator[bytes]]]:
    """Yield name and content of other readings of an entry that went wrong: its method may be a lie."""
    record = unfolding.record
    if not unfolding.doubtful or unfolding.opened is not None:
        return
    source, budget = unfolding.source, unfolding.budget
    if record.method != STORED and not unfolding.came and record.packed:
        yield b"[stored] " + record.name, source.chunks(record.data, record.data + record.packed)
    elif record.method == STORED:
        plain = msgspec.structs.replace(record, method=DEFLATED, packed=max(record.packed, 1))
        if is_plain(source, plain, budget):
            yield b"[inflated] " + record.name, decode(Inflater(), Feed(source, record.data), budget)
