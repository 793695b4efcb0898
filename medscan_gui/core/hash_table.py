"""Packed tables of digests: millions of known contents in one file that is mapped and never loaded.

A file holds a header, one table for each kind of digest, and the names:

- header, 60 bytes: ``MSHASHES``, version, flags, number of tables, start and length of the names, their number, all of
  32 bits, then the author's text (28 bytes are reserved);
- for each table 48 bytes: kind, bits of the index, number of records, number of sizes (32 bits each), then the starts
  of the index, of the records and of the sizes (64 bits each), 8 reserved bytes;
- index: 2^bits + 1 numbers of 32 bits, how many records come before those that begin with these bits;
- records: digest, size of the content (`ANY_SIZE`: any) and number of the name, sorted;
- sizes: the sizes of all records, each once, sorted: a content of another size need not be hashed;
- names: for each one a start of 32 bits, and one more for the end; then the names, UTF-8. The last one is the author.

Numbers are little-endian. Everything in a file is a claim: each place is checked against the file's real length
before it is read, and what a file says wrongly is at most a name or a digest that nobody has.
"""

import struct
from bisect import bisect_left
from enum import IntEnum
from itertools import pairwise
from mmap import mmap

MAGIC = b"MSHASHES"
VERSION = 1
ALLOW = 1
"""Flag: contents in this file are known to be harmless."""

HEADER = struct.Struct("<8sIIIQQI20x")
ENTRY = struct.Struct("<IIIIQQQ8x")
_NUMBER = struct.Struct("<I")

ANY_SIZE = 0xFFFFFFFF
MAX_TABLES = 8
MAX_RECORDS = 50_000_000
MAX_NAME = 200
"""Longest name, in bytes of UTF-8."""
INDEX_BITS = (8, 16)

SELF_TEST_SAMPLE = b"MedScan looks this sentence up in every table of digests before a scan. It is harmless.\n"
"""In every table of threats and of each kind: a table in which it is not found is not used."""
SELF_TEST_NAME = "MedScan.Table.SelfTest"


class HashKind(IntEnum):
    """What a table's digests are made over, and how."""

    MD5 = 1
    SHA1 = 2
    SHA256 = 3
    #: Of one section of a Windows program.
    SECTION_MD5 = 4
    SECTION_SHA1 = 5
    SECTION_SHA256 = 6

    @property
    def algorithm(self) -> str:
        """Its name in hashlib."""
        return ("md5", "sha1", "sha256")[(self - 1) % 3]

    @property
    def bytes(self) -> int:
        """Length of a digest."""
        return (16, 20, 32)[(self - 1) % 3]

    @property
    def of_section(self) -> bool:
        """It is made over a section, not over a whole content."""
        return self >= HashKind.SECTION_MD5


class HashTableError(ValueError):
    """The bytes are no table that can be used. The text says why, in words for technicians."""


class HashTable:
    """The records of one kind."""

    def __init__(self, data: "memoryview[int]", entry: tuple[int, ...], names: "_Names") -> None:
        """Raises HashTableError."""
        kind, self._bits, self.count, sizes, index, records, sizes_at = entry
        try:
            self.kind = HashKind(kind)
        except ValueError as error:
            raise HashTableError(f"kind {kind}") from error
        if self._bits not in INDEX_BITS or not 0 < self.count <= MAX_RECORDS or not 0 < sizes <= self.count:
            raise HashTableError("counts")
        self._record = self.kind.bytes + 8
        self._names = names
        self._index = _part(data, index, 4 * ((1 << self._bits) + 1)).cast("I")
        self._records = _part(data, records, self._record * self.count)
        self._sizes = _part(data, sizes_at, 4 * sizes).cast("I")
        self._check_index()

    def _check_index(self) -> None:
        steps = self._index.tolist()
        if steps[0] != 0 or steps[-1] != self.count or any(a > b for a, b in pairwise(steps)):
            raise HashTableError("index")

    def has_size(self, size: int) -> bool:
        """Say whether a content of this size can be in the table at all."""
        sizes = self._sizes
        if sizes[-1] == ANY_SIZE:
            return True
        place = bisect_left(sizes, size)
        return place < len(sizes) and sizes[place] == size

    def find(self, digest: bytes, size: int) -> str | None:
        """Return the name under which a content with this digest and size is known; None if it is not."""
        first = int.from_bytes(digest[:2], "big") >> (16 - self._bits)
        low, high = self._index[first], self._index[first + 1]
        length, step, records = len(digest), self._record, self._records
        while low < high:
            middle = (low + high) // 2
            if bytes(records[middle * step : middle * step + length]) < digest:
                low = middle + 1
            else:
                high = middle
        return self._name_at(low, digest, size)

    def _name_at(self, place: int, digest: bytes, size: int) -> str | None:
        """Return the name of the first record from `place` on that is this digest with this size."""
        step = self._record
        while place < self.count and self._records[place * step : place * step + len(digest)] == digest:
            known, name = struct.unpack_from("<II", self._records, place * step + len(digest))
            if known in {size, ANY_SIZE}:
                return self._names.name(name)
            place += 1
        return None

    def check_order(self) -> None:
        """Compare each record with the one before. Takes seconds for millions. Raises HashTableError."""
        before, step = b"", self._record
        sizes = set(self._sizes.tolist())
        for place in range(0, len(self._records), step):
            record = bytes(self._records[place : place + step - 4])
            if record <= before:
                raise HashTableError("records are not sorted, or one stands twice")
            if _NUMBER.unpack_from(record, step - 8)[0] not in sizes:
                raise HashTableError("a record has a size that is not listed")
            before = record


class HashFile:
    """One file of tables, in memory or mapped."""

    def __init__(self, content: bytes | mmap) -> None:
        """Check all places and counts. Raises HashTableError."""
        data = memoryview(content)
        if len(data) < HEADER.size:
            raise HashTableError("shorter than a header")
        magic, version, flags, tables, names_at, names_length, names = HEADER.unpack_from(data)
        if magic != MAGIC or version != VERSION or flags & ~ALLOW:
            raise HashTableError("no table of digests that this program knows")
        if not 0 < tables <= MAX_TABLES:
            raise HashTableError("number of tables")
        self._names = _Names(_part(data, names_at, names_length), names)
        #: Contents in it are known to be harmless.
        self.allow = bool(flags & ALLOW)
        #: Who made the list, and its licence: told with every finding.
        self.author = self._names.name(names - 1)
        entries = _part(data, HEADER.size, ENTRY.size * tables)
        self.tables = tuple(HashTable(data, entry, self._names) for entry in ENTRY.iter_unpack(entries))
        if len({table.kind for table in self.tables}) != tables:
            raise HashTableError("a kind stands twice")
        if self.allow and {table.kind for table in self.tables} != {HashKind.SHA256}:
            raise HashTableError("harmless contents are told by SHA-256 alone")

    @property
    def count(self) -> int:
        """Records of all tables."""
        return sum(table.count for table in self.tables)

    def check_order(self) -> None:
        """See `HashTable.check_order`."""
        for table in self.tables:
            table.check_order()


class _Names:
    """The names of one file."""

    def __init__(self, data: "memoryview[int]", count: int) -> None:
        if not 0 < count <= MAX_RECORDS:
            raise HashTableError("number of names")
        self._starts = _part(data, 0, 4 * (count + 1)).cast("I")
        self._text = data[4 * (count + 1) :]
        self._count = count

    def name(self, number: int) -> str:
        """Return a name, bounded; "?" if there is none of that number."""
        if number >= self._count:
            return "?"
        start, end = self._starts[number], self._starts[number + 1]
        return bytes(self._text[start : min(end, start + MAX_NAME)]).decode("utf-8", "replace") or "?"


def _part(data: "memoryview[int]", start: int, length: int) -> "memoryview[int]":
    """Return a part of the file. Raises HashTableError if it is not wholly in it, or lies at an odd place."""
    if start % 4 or start + length > len(data):
        raise HashTableError("a part lies outside of the file")
    return data[start : start + length]
