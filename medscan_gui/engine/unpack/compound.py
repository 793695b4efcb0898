"""Reading of OLE2 compound files, however damaged ([MS-CFB] 2.1 to 2.6).

Libraries refuse a file whose tables contradict each other, and take whole streams into memory. Here every stream is
given piece by piece, as far as its chain goes; where the tables are missing, sectors are taken as they lie. Each
contradiction is remembered as the file's `trouble`.
"""

import struct
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.unpack.base import UnpackError, cut_short, damaged
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.source import MemorySource, Source
from medscan_gui.engine.unpack.wide_text import utf8

#: Kinds of directory entries ([MS-CFB] 2.6.1).
STORAGE, STREAM, ROOT = 1, 2, 5

#: The highest number of a real sector; those above are marks (free, end of chain, sectors of tables).
_LAST_SECTOR = 0xFFFFFFFA
#: Our own mark for a place of a table that is not there.
_UNKNOWN = 0xFFFFFFFB
_HEADER = struct.Struct("<8s16x2x H 2x H H 6x 4x 4x L 4x L L L L L")
_ENTRY = struct.Struct("<64s H B x L L L 16s 4x 16x L Q")
_HEADER_BYTES = 512
_ENTRY_BYTES = 128
#: Streams below this size lie in sectors of 64 bytes (fixed by [MS-CFB] 2.2).
_MINI_CUTOFF = 4096
_MINI_SHIFT = 6
#: Directory entries that are read; more would only fill the memory.
_MOST_ENTRIES = 300_000
#: Storages above a stream that its name shows.
_MOST_PARENTS = 16
_ROOT_NAME = "Root Entry".encode("utf-16-le")
_PIECE = 1 << 20


@dataclass(slots=True)
class Entry:
    """One storage or stream. `name` is its own name in UTF-8, lone surrogates kept."""

    index: int
    name: bytes
    kind: int
    left: int
    right: int
    child: int
    clsid: bytes
    start: int
    size: int
    #: Index of the storage that it lies in; -1 for the root, and for what no storage leads to.
    parent: int = -1
    #: The tree of the directory leads to it.
    reached: bool = False


class CompoundFile:
    """The directory of a compound file, and its streams. Raises UnpackError if there is no directory at all."""

    def __init__(self, source: Source, budget: Budget) -> None:
        self._source = source
        self._budget = budget
        #: The first contradiction that was met; more may come while streams are read.
        self.trouble: UnpackError | None = None
        header = source.read_at(0, _HEADER_BYTES)
        if len(header) < _HEADER_BYTES:
            raise cut_short("header")
        _magic, major, shift, _mini, directory, _cutoff, minifat, _minis, difat, _difats = _fields(header)
        if shift not in {9, 12}:
            self._note(damaged(f"sector shift {shift}"))
            shift = 12 if major == 4 else 9
        self._shift = shift
        self._long_sizes = major >= 4
        self._first_minifat = minifat
        #: Sectors that the file has room for, the last one perhaps in part.
        self._sectors = max(0, -(-source.size >> shift) - 1)
        self._fat = self._read_fat(header, difat)
        self.entries = self._read_directory(directory)
        self._place_entries()
        self._mini: tuple[array[int], array[int]] | None = None

    def streams(self) -> Iterator[Entry]:
        """Yield all streams; those that the directory's tree does not lead to as well."""
        return (entry for entry in self.entries if entry.kind == STREAM)

    def inside(self, storage: int) -> dict[bytes, Entry]:
        """Return the entries of one storage by their name in lower case."""
        return {entry.name.lower(): entry for entry in self.entries if entry.parent == storage}

    def at_root(self, name: bytes) -> Entry | None:
        """Return the stream of this name (any case) in the root storage."""
        name = name.lower()
        return next((one for one in self.streams() if one.parent == 0 and one.name.lower() == name), None)

    def path(self, entry: Entry) -> bytes:
        """Return the names from below the root down to `entry`, joined by slashes."""
        names = [entry.name]
        at = entry.parent
        while at > 0 and len(names) < _MOST_PARENTS:
            names.append(self.entries[at].name)
            at = self.entries[at].parent
        if at > 0:
            names.append(b"...")
        return b"/".join(reversed(names))

    def read(self, entry: Entry, most: int) -> bytes:
        """Return the first `most` bytes of a stream, or as many as can be had."""
        parts: list[bytes] = []
        left = most
        try:
            for part in self.chunks(entry):
                parts.append(part[:left])
                left -= len(part)
                if left <= 0:
                    break
        except UnpackError as error:
            self._note(error)
        return b"".join(parts)

    def source_of(self, entry: Entry) -> Source:
        """Return a stream as a content that can be read at any place; as long as its chain is, at most."""
        size = self._size(entry)
        if size < _MINI_CUTOFF:
            return MemorySource(entry.name, self.read(entry, size))
        sectors = array("I", self._chain(entry.start, -(-size >> self._shift)))
        return _Stream(entry.name, min(size, len(sectors) << self._shift), self._source, sectors, self._shift)

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """Yield the content of a stream. Raises UnpackError where its chain ends too early."""
        size = self._size(entry)
        trouble = self.trouble
        parts = self._mini_chunks(entry.start, size) if size < _MINI_CUTOFF else self._chunks(entry.start, size)
        for part in parts:
            yield part
            size -= len(part)
        if not entry.reached:
            self.trouble = trouble  # a left-over: nobody else reads it either
        elif size > 0:
            raise cut_short("stream")

    def _size(self, entry: Entry) -> int:
        return entry.size if self._long_sizes else entry.size & 0xFFFFFFFF

    def _chunks(self, start: int, size: int) -> Iterator[bytes]:
        for first, count in self._runs(start, -(-size >> self._shift)):
            at = (first + 1) << self._shift
            want = min(size, count << self._shift)
            size -= want
            while want > 0 and (part := self._source.read_at(at, min(want, _PIECE))):
                yield part
                at += len(part)
                want -= len(part)
            if want > 0:
                return

    def _runs(self, start: int, most: int) -> Iterator[tuple[int, int]]:
        """Yield the sectors of a chain as runs of neighbours: first sector and count."""
        first, count = start, 0
        for sector in self._chain(start, most):
            if sector == first + count and count << self._shift < _PIECE:
                count += 1
                continue
            if count:
                yield first, count
            first, count = sector, 1
        if count:
            yield first, count

    def _chain(self, sector: int, most: int) -> Iterator[int]:
        """Yield the sectors of a chain, at most as many as the file has: a loop ends there."""
        last, waymark, next_waymark = self._sectors, -1, 1
        for number in range(min(most, last)):
            if sector >= last:
                if sector <= _LAST_SECTOR:
                    self._note(cut_short("sector after the end"))
                return
            yield sector
            if number == next_waymark:  # Brent: a loop comes by the waymark again
                waymark, next_waymark = sector, 2 * next_waymark
                self._budget.check()
            sector = self._after(sector)
            if sector == waymark:
                self._note(damaged("loop of sectors"))
                return

    def _after(self, sector: int) -> int:
        following = self._fat[sector] if sector < len(self._fat) else _UNKNOWN
        if following == _UNKNOWN:
            self._note(cut_short("sector table"))
            return sector + 1
        return following

    def _mini_chunks(self, start: int, size: int) -> Iterator[bytes]:
        if self._mini is None:
            self._mini = self._read_mini()
        fat, sectors = self._mini
        sector, per_sector = start, self._shift - _MINI_SHIFT
        for _ in range(-(-size >> _MINI_SHIFT)):
            if sector >> per_sector >= len(sectors):
                return
            at = (sectors[sector >> per_sector] + 1) << self._shift
            at += (sector & ((1 << per_sector) - 1)) << _MINI_SHIFT
            want = min(size, 1 << _MINI_SHIFT)
            part = self._source.read_at(at, want)
            yield part
            if len(part) < want:
                return
            size -= want
            sector = fat[sector] if sector < len(fat) else sector + 1

    def _read_mini(self) -> "tuple[array[int], array[int]]":
        """Return the table of the small sectors, and the sectors that hold them."""
        table = array("I")
        for sector in self._chain(self._first_minifat, self._sectors):
            table.extend(self._table_sector(sector))
        holders = array("I", self._chain(self.entries[0].start, self._sectors) if self.entries else ())
        return table, holders

    def _read_fat(self, header: bytes, difat: int) -> "array[int]":
        fat = array("I")
        # What lies behind the end of the file needs no entry; a list that goes on for ever ends here.
        enough = -(-self._sectors >> (self._shift - 2)) + 1
        for number, sector in enumerate(self._fat_sectors(header, difat)):
            if number >= enough:
                break
            fat.extend(self._table_sector(sector))
        return fat

    def _fat_sectors(self, header: bytes, difat: int) -> Iterator[int]:
        for sector in struct.unpack_from("<109L", header, 76):
            if sector <= _LAST_SECTOR:
                yield sector
        seen: set[int] = set()
        while difat < self._sectors and difat not in seen:
            seen.add(difat)
            table = self._table_sector(difat)
            for sector in table[:-1]:
                if sector <= _LAST_SECTOR:
                    yield sector
            difat = table[-1]
        if difat <= _LAST_SECTOR:
            self._note(damaged("list of sector tables"))

    def _table_sector(self, sector: int) -> "array[int]":
        """Return one sector of a table; places that the file does not have are unknown."""
        size = 1 << self._shift
        data = self._source.read_at((sector + 1) << self._shift, size)
        table = array("I", data[: len(data) & ~3])
        if sys.byteorder == "big":
            table.byteswap()
        if len(data) < size:
            self._note(cut_short("table"))
            table.extend([_UNKNOWN] * ((size >> 2) - len(table)))
        return table

    def _read_directory(self, start: int) -> list[Entry]:
        entries = self._entries_from(start)
        if not entries or entries[0].kind != ROOT:
            self._note(damaged("no root entry"))
            found = self._source.find(_ROOT_NAME, _HEADER_BYTES)
            entries = self._entries_from((found >> self._shift) - 1) if found >= 0 else entries
        if not entries:
            raise self.trouble or damaged("no directory")
        return entries

    def _entries_from(self, start: int) -> list[Entry]:
        entries: list[Entry] = []
        for sector in self._chain(start, self._sectors):
            data = self._source.read_at((sector + 1) << self._shift, 1 << self._shift)
            for at in range(0, len(data) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
                entries.append(_entry(len(entries), data[at : at + _ENTRY_BYTES]))
            if len(entries) > _MOST_ENTRIES:
                self._note(UnpackError(Outcome.LIMIT_REACHED, Cause.TOO_MANY_MEMBERS))
                break
        return entries

    def _place_entries(self) -> None:
        """Find the storage of each entry. Each is visited once, whatever its pointers say."""
        entries = self.entries
        entries[0].reached = True
        waiting = [(entries[0].child, 0)]
        while waiting:
            index, parent = waiting.pop()
            if index >= len(entries) or entries[index].kind not in {STORAGE, STREAM}:
                if index <= _LAST_SECTOR:
                    self._note(damaged("directory"))
                continue
            entry = entries[index]
            if entry.reached:
                self._note(damaged("directory with a loop"))
                continue
            entry.reached, entry.parent = True, parent
            waiting += ((entry.left, parent), (entry.right, parent))
            if entry.kind == STORAGE:
                waiting.append((entry.child, index))

    def _note(self, trouble: UnpackError) -> None:
        self.trouble = self.trouble or trouble


class _Stream(Source):
    """A stream in sectors of the file."""

    def __init__(self, name: bytes, size: int, source: Source, sectors: "array[int]", shift: int) -> None:
        super().__init__(name, size)
        self._source = source
        self._sectors = sectors
        self._shift = shift

    def read_at(self, position: int, size: int) -> bytes:
        """See `Source`."""
        parts = []
        end = min(position + size, self.size)
        while position < end:
            index, within = position >> self._shift, position & ((1 << self._shift) - 1)
            want = min(end - position, (1 << self._shift) - within)
            part = self._source.read_at(((self._sectors[index] + 1) << self._shift) + within, want)
            parts.append(part)
            if len(part) < want:
                break
            position += want
        return b"".join(parts)


def _fields(header: bytes) -> tuple[int, ...]:
    fields: tuple[int, ...] = _HEADER.unpack_from(header)
    return fields


def _entry(index: int, data: bytes) -> Entry:
    raw, length, kind, left, right, child, clsid, start, size = _ENTRY.unpack(data)
    name = raw[: min(max(length - 2, 0), 62) & ~1]
    return Entry(index, utf8(name), kind, left, right, child, clsid, start, size)
