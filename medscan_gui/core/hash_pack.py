"""Lists of digests as text, and the packed tables made of them.

Lines that are read: ``hash:size:name`` of ClamAV's .hdb and .hsb, ``size:hash:name`` of its .mdb and .msb (sections of
programs), and plain lists: a digest, then (after a blank, a comma or a semicolon) a name. Blank lines and those that
begin with ``#`` are left out.
"""

import hashlib
import re
import struct
from collections.abc import Iterable, Iterator, Mapping

from medscan_gui.core.hash_table import (
    ALLOW,
    ANY_SIZE,
    ENTRY,
    HEADER,
    INDEX_BITS,
    MAGIC,
    MAX_NAME,
    SELF_TEST_NAME,
    SELF_TEST_SAMPLE,
    VERSION,
    HashKind,
)

#: From so many records on, the larger index.
_LARGE = 4096

_KINDS = {32: HashKind.MD5, 40: HashKind.SHA1, 64: HashKind.SHA256}
_SECTION = HashKind.SECTION_MD5 - HashKind.MD5
_DIGEST = rb"([0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})"
_WHOLE = re.compile(_DIGEST + rb":(\d{1,12}|\*):([^:]{1,400})(?::\d{1,6}){0,2}")
_OF_SECTION = re.compile(rb"(\d{1,12}):" + _DIGEST + rb":([^:]{1,400})(?::\d{1,6}){0,2}")
_PLAIN = re.compile(_DIGEST + rb"(?:[ \t,;*]+(.{0,400}))?")


class ListError(ValueError):
    """A line that is none of a list; `line` (from 1) says which."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


class Packer:
    """Takes lists, and gives the file."""

    def __init__(self, *, author: str, allow: bool = False) -> None:
        """`author` is told with every finding: who made the list, its licence. `allow`: harmless contents."""
        self._author = author.encode("utf-8")[:MAX_NAME].decode("utf-8", "ignore").strip() or "?"
        self._allow = allow
        self._names: dict[bytes, int] = {}
        self._records: dict[HashKind, set[bytes]] = {}

    def add_lines(self, lines: Iterable[bytes]) -> int:
        """Take the lines of one list; returns how many digests they held. Raises ListError."""
        taken = 0
        for number, line in enumerate(lines, 1):
            text = line.strip()
            if text and not text.startswith(b"#"):
                self._add_line(number, text)
                taken += 1
        return taken

    def _add_line(self, number: int, text: bytes) -> None:
        if (found := _WHOLE.fullmatch(text)) is not None:
            digest, size, name = found.groups()
            self._add(number, digest, ANY_SIZE if size == b"*" else int(size), name)
        elif (found := _OF_SECTION.fullmatch(text)) is not None:
            size, digest, name = found.groups()
            self._add(number, digest, int(size), name, _SECTION)
        elif (found := _PLAIN.fullmatch(text)) is not None:
            self._add(number, found[1], ANY_SIZE, found[2] or b"?")
        else:
            raise ListError(number, "no digest that is known")

    def _add(self, number: int, digest: bytes, size: int, name: bytes, section: int = 0) -> None:
        if size != ANY_SIZE and not 0 < size < ANY_SIZE:
            raise ListError(number, "size")
        kind = HashKind(_KINDS[len(digest)] + section)
        if self._allow and kind is not HashKind.SHA256:
            raise ListError(number, "harmless contents are told by SHA-256 alone")
        self.add(kind, bytes.fromhex(digest.decode("ascii")), size, name.strip()[:MAX_NAME])

    def add(self, kind: HashKind, digest: bytes, size: int, name: bytes) -> None:
        """Take one digest. `name` is cut to what is text."""
        clean = name.decode("utf-8", "ignore").encode("utf-8") or b"?"
        number = self._names.setdefault(clean, len(self._names))
        self._records.setdefault(kind, set()).add(digest + struct.pack("<II", size, number))

    def pack(self) -> bytes:
        """Return the file: the same lists give the same bytes. Raises ListError if there is nothing in them."""
        if not self._records:
            raise ListError(0, "no digest at all")
        if not self._allow:
            self._add_self_test()
        places, order = self._sorted_names()
        entries = b""
        parts: list[bytes] = []
        at = HEADER.size + ENTRY.size * len(self._records)
        for kind in sorted(self._records):
            entry, table = _table(kind, self._sorted(kind, places), at)
            entries += entry
            parts += table
            at += sum(map(len, table))
        names = _names([*order, self._author.encode("utf-8")])
        flags = ALLOW if self._allow else 0
        header = HEADER.pack(MAGIC, VERSION, flags, len(self._records), at, len(names), len(order) + 1)
        return b"".join([header, entries, *parts, names])

    def _add_self_test(self) -> None:
        for kind in list(self._records):
            digest = hashlib.new(kind.algorithm, SELF_TEST_SAMPLE, usedforsecurity=False).digest()
            self.add(kind, digest, len(SELF_TEST_SAMPLE), SELF_TEST_NAME.encode())

    def _sorted_names(self) -> tuple[Mapping[int, int], list[bytes]]:
        order = sorted(self._names)
        return {self._names[name]: place for place, name in enumerate(order)}, order

    def _sorted(self, kind: HashKind, places: Mapping[int, int]) -> list[bytes]:
        """Return the records with their names' final numbers; of several names for one content, the first."""
        known: dict[bytes, int] = {}
        for record in self._records[kind]:
            content, place = record[:-4], places[int.from_bytes(record[-4:], "little")]
            known[content] = min(place, known.get(content, place))
        return [content + struct.pack("<I", known[content]) for content in sorted(known)]


def _table(kind: HashKind, records: list[bytes], at: int) -> tuple[bytes, list[bytes]]:
    """Return a table's entry and its parts, which begin at `at`."""
    bits = INDEX_BITS[len(records) >= _LARGE]
    counts = [0] * ((1 << bits) + 1)
    for record in records:
        counts[(int.from_bytes(record[:2], "big") >> (16 - bits)) + 1] += 1
    index = struct.pack(f"<{len(counts)}I", *_running(counts))
    sizes = sorted({int.from_bytes(record[-8:-4], "little") for record in records})
    body = b"".join(records)
    starts = (at, at + len(index), at + len(index) + len(body))
    entry = ENTRY.pack(kind, bits, len(records), len(sizes), *starts)
    return entry, [index, body, struct.pack(f"<{len(sizes)}I", *sizes)]


def _running(counts: list[int]) -> Iterator[int]:
    total = 0
    for count in counts:
        total += count
        yield total


def _names(names: list[bytes]) -> bytes:
    starts = _running([0, *map(len, names)])
    return struct.pack(f"<{len(names) + 1}I", *starts) + b"".join(names)
