"""Digests of known contents: packed tables, mapped, and looked up only for sizes that they hold."""

import hashlib
import mmap
import os
import stat
from collections.abc import Iterable, Sequence
from typing import Protocol

from medscan_gui.core.bundle import TableKind
from medscan_gui.core.hash_table import (
    SELF_TEST_NAME,
    SELF_TEST_SAMPLE,
    HashFile,
    HashKind,
    HashTable,
    HashTableError,
)
from medscan_gui.core.words import Severity
from medscan_gui.engine import limits
from medscan_gui.engine.file_kinds import FileType
from medscan_gui.engine.match.base import RuleMatch, RulesRefusedError
from medscan_gui.engine.pe_sections import layout_of, section_ranges
from medscan_gui.engine.places import NO_FOLLOW, os_path
from medscan_gui.engine.protocol import MatchEngine, TableOrder

#: A table up to this size is read; a larger one is mapped, so that all workers share its pages.
_READ_UP_TO = 16 << 20

#: Names of programs that are unwanted rather than harmful begin so (ClamAV's naming).
_UNWANTED = ("PUA.", "PUA/")

_OPEN_FLAGS = os.O_RDONLY | NO_FOLLOW | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


class Readable(Protocol):
    """A content as it is asked for its digests (`unpack.source.Source`)."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def types(self) -> tuple[FileType, ...]:
        """What it is."""

    def read_at(self, position: int, size: int) -> bytes:
        """Return bytes of it."""

    def chunks(self, position: int = 0, end: int | None = None) -> Iterable[bytes]:
        """Yield a part of it piece by piece."""


class HashMatcher:
    """Looks contents up in all tables of a bundle."""

    def __init__(self, files: Sequence[tuple[str, HashFile]]) -> None:
        """`files`: relative path and content of each."""
        #: Digests in all tables.
        self.hashes = sum(file.count for _path, file in files)
        threats = [(path, file, table) for path, file in files if not file.allow for table in file.tables]
        self._whole = [entry for entry in threats if not entry[2].kind.of_section]
        self._sections = [entry for entry in threats if entry[2].kind.of_section]
        self._allowed = [table for _path, file in files if file.allow for table in file.tables]

    def proves_itself(self) -> bool:
        """Look the sample up in every table of threats, as contents are looked up."""
        sample = len(SELF_TEST_SAMPLE)
        for _path, _file, table in (*self._whole, *self._sections):
            digest = _digests([SELF_TEST_SAMPLE], {table.kind.algorithm})[table.kind.algorithm]
            if not table.has_size(sample) or table.find(digest, sample) is None:
                return False
        return True

    def matches(self, source: Readable) -> list[RuleMatch]:
        """Return what a content is known as; one of a size that no table holds is not even read.

        Raises OSError if it cannot be read.
        """
        found = self._look_up(self._whole, source, 0, source.size)
        if self._sections and FileType.PE in source.types:
            layout = layout_of(source.read_at, source.size)
            for part in section_ranges(layout) if layout is not None else ():
                found += self._look_up(self._sections, source, part.start, part.start + part.size)
        return list(dict.fromkeys(found))

    def allows(self, sha256: str, size: int) -> bool:
        """Say whether the content with this SHA-256 (hexadecimal) is known to be harmless."""
        if not self._allowed or not sha256:
            return False
        digest = bytes.fromhex(sha256)
        return any(table.has_size(size) and table.find(digest, size) is not None for table in self._allowed)

    def _look_up(
        self, tables: list[tuple[str, HashFile, HashTable]], source: Readable, start: int, end: int
    ) -> list[RuleMatch]:
        size = end - start
        asked = [entry for entry in tables if entry[2].has_size(size)]
        if not asked:
            return []
        digests = _digests(source.chunks(start, end), {table.kind.algorithm for _path, _file, table in asked})
        found = []
        for path, file, table in asked:
            name = table.find(digests[table.kind.algorithm], size)
            if name is not None and name != SELF_TEST_NAME:
                found.append(_match(name, path, file, table.kind))
        return found


def open_table(order: TableOrder) -> HashFile:
    """Open a table, compare all of it with what was verified, and check it. Raises RulesRefusedError.

    What is compared is what is used: the same bytes, or the same mapping.
    """
    try:
        descriptor = os.open(os_path(order.place), _OPEN_FLAGS)
        try:
            content = _content(descriptor, order.size)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise _refused(order, str(error)) from error
    if len(content) != order.size or hashlib.sha256(content).hexdigest() != order.sha256:
        raise _refused(order, "changed since it was verified")
    try:
        file = HashFile(content)
    except HashTableError as error:
        raise _refused(order, str(error)) from error
    if file.allow is not (order.kind is TableKind.ALLOW) or file.count != order.hashes:
        raise _refused(order, "not what the manifest says")
    return file


def open_tables(orders: Iterable[TableOrder]) -> HashMatcher | None:
    """Open all tables of a bundle; None if it has none. Raises RulesRefusedError."""
    files = [(order.path, open_table(order)) for order in orders]
    return HashMatcher(files) if files else None


def _content(descriptor: int, size: int) -> bytes | mmap.mmap:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise ValueError("no file")
    if size > _READ_UP_TO:
        return mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
    with os.fdopen(os.dup(descriptor), "rb") as stream:
        return stream.read(size + 1)


def _refused(order: TableOrder, reason: str) -> RulesRefusedError:
    return RulesRefusedError(order.path, 0, reason)


def _digests(chunks: Iterable[bytes], algorithms: set[str]) -> dict[str, bytes]:
    """Return the digests of a content by their names, all from one pass."""
    sums = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
    for part in chunks:
        for one in sums.values():
            one.update(part)
    return {name: one.digest() for name, one in sums.items()}


def _match(name: str, path: str, file: HashFile, kind: HashKind) -> RuleMatch:
    what = "A section of this program" if kind.of_section else "This content"
    return RuleMatch(
        rule=name[: limits.RULE_CHARS],
        rule_file=path[: limits.META_CHARS],
        severity=Severity.MEDIUM if name.startswith(_UNWANTED) else Severity.HIGH,
        author=file.author[: limits.META_CHARS],
        description=f"{what} is on a list of known threats, by its {_SHOWN[kind.algorithm]}",
        engine=MatchEngine.HASHES,
    )


_SHOWN = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"}
