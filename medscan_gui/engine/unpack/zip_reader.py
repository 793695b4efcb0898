"""Where the entries of a zip archive are: by its central directory, and by every local header that it leaves out.

Archives that are broken on purpose say one thing in one place and another thing in the other, and each unpacker
believes another one. So whatever any header says is an entry, and what disagrees is given both ways.
"""

import re
from collections.abc import Iterator

import msgspec

from medscan_gui.engine.file_type import TAIL_BYTES
from medscan_gui.engine.unpack.base import Unpacking
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.searching import places
from medscan_gui.engine.unpack.source import Source
from medscan_gui.engine.unpack.zip_records import (
    CENTRAL_BYTES,
    END_BYTES,
    END_MARK,
    FLAG_DESCRIPTOR,
    LOCAL_BYTES,
    STORED,
    Directory,
    Record,
    central_at,
    central_length,
    read_central,
    read_end,
    read_local,
)

#: End records that are tried: comments and contents can hold their mark too.
_ENDS = 64
_PIECE = 1 << 20
#: Entries that are asked whether offsets are to be shifted.
_SHIFT_TRIED = 8
#: A local header with a name and a method that any unpacker knows (APPNOTE.TXT 4.4.5): programs have the mark too.
_HEADER = re.compile(
    rb"PK\x03\x04(?=[\0-\xff]{4}[\x00-\x0e\x12\x13\x14\x5d-\x63]\0[\0-\xff]{16}(?:[^\0][\0-\xff]|\0[^\0])..)", re.DOTALL
)
_RECORD = re.compile(rb"PK(?:\x07\x08|\x03\x04|\x01\x02|\x05\x06)")


class Entry(msgspec.Struct, kw_only=True):
    """One entry, in all the ways in which its headers can be read.

    Whoever reads it sets `end` to where its data ended before asking for the next one.
    """

    views: list[Record]
    #: Checksums that any header tells.
    checksums: frozenset[int] = frozenset()
    end: int
    #: Its central record is in the directory: sizes and checksum are known.
    listed: bool = True


class Listing(msgspec.Struct, kw_only=True):
    """What the central directory holds: the place that each record points to, and its own place."""

    entries: list[tuple[int, int]]
    #: There are more entries than may be looked at.
    more: bool = False


def find_directory(source: Source) -> Directory | None:
    """Return the central directory that the last sound end record leads to; None if there is none."""
    begin = max(0, source.size - TAIL_BYTES)
    data = source.read_at(begin, TAIL_BYTES)
    found = len(data)
    for _try in range(_ENDS):
        found = data.rfind(END_MARK, 0, found + len(END_MARK) - 1) if found else -1
        if found < 0:
            break
        if (directory := read_end(source, begin + found)) is not None:
            return directory
    return None


def list_entries(source: Source, directory: Directory, unpacking: Unpacking) -> Listing:
    """Read through the central directory, in pieces; counts are believed only if the records are there."""
    entries: list[tuple[int, int]] = []
    most = unpacking.budget.members_left + 1
    at = directory.start
    data, begin = b"", at
    while len(entries) < most:
        if len(data) < at - begin + CENTRAL_BYTES or not _whole(data, at - begin):
            unpacking.budget.check()
            data, begin = source.read_at(at, max(_PIECE, 4 * 0xFFFF)), at
        record = read_central(data, at - begin)
        if record is None:
            break
        entries.append((record.header + directory.shift, at))
        at += central_length(data, at - begin)
    if directory.shift and entries and not _is_shifted(source, directory, entries):
        entries = [(position - directory.shift, at) for position, at in entries]
    entries.sort()
    return Listing(entries=entries, more=len(entries) >= most)


def _is_shifted(source: Source, directory: Directory, entries: list[tuple[int, int]]) -> bool:
    """Say whether what was put before the archive must be added to its offsets: some tools adjust them."""
    some = entries[:_SHIFT_TRIED]
    marked = sum(read_local(source, position) is not None for position, _at in some)
    plain = sum(read_local(source, position - directory.shift) is not None for position, _at in some)
    return marked >= plain


def _whole(data: bytes, at: int) -> bool:
    length = central_length(data, at)
    return not length or at + length <= len(data)


def entry_is_here(source: Source, directory: Directory, place: tuple[int, int]) -> bool:
    """Say whether a listed entry has its local header in this content, whatever part of an archive it is said to be."""
    position, at = place
    central = central_at(source, at)
    local = read_local(source, position) or read_local(source, position - directory.shift)
    return central is not None and local is not None and central.name == local.name


def entry_at(source: Source, directory: Directory, place: tuple[int, int]) -> Entry | None:
    """Return a listed entry with its local header; None if the place that it points to is not in this content."""
    position, at = place
    if (central := central_at(source, at)) is None:
        return None
    local = read_local(source, position)
    if local is None and directory.shift:
        local = read_local(source, position - directory.shift)
    if local is None:
        return _headless(source, central, position)
    return _both(central, local)


def _both(central: Record, local: Record) -> Entry:
    central = msgspec.structs.replace(central, header=local.header, data=local.data)
    checksums = {central.crc}
    if local.flags & FLAG_DESCRIPTOR:
        local = msgspec.structs.replace(
            local, packed=local.packed or central.packed, size=local.size or central.size, crc=local.crc or central.crc
        )
    checksums.add(local.crc)
    views = [central]
    if _meaning(local) != _meaning(central):
        views.append(local)
    return Entry(views=views, checksums=frozenset(checksums), end=_stated_end(central))


def _headless(source: Source, central: Record, position: int) -> Entry | None:
    """Return an entry whose local header has lost its mark, or is not there at all."""
    local = read_local(source, position, marked=False)
    data = position + LOCAL_BYTES + len(central.name)
    if local is not None and local.name == central.name:
        data = local.data
    if position < 0 or data > source.size:
        return None
    views = [msgspec.structs.replace(central, header=position, data=place) for place in (data, position)]
    # The end is not believed: an entry that is elsewhere must not hide what is here.
    return Entry(views=views, checksums=frozenset({central.crc}), end=position)


def _meaning(record: Record) -> tuple[object, ...]:
    """Return all of a record that changes what is read."""
    ends_itself = record.method != STORED and not record.encrypted
    return record.name, record.method, record.encrypted, record.aes, ends_itself or record.packed


def _stated_end(record: Record) -> int:
    return record.data + record.packed


def stray_entries(source: Source, start: int, end: int, budget: Budget) -> Iterator[Entry]:
    """Yield entries of local headers between `start` and `end` that no central record leads to."""
    while (found := _next_header(source, start, end, budget)) is not None:
        local = found
        entry = Entry(
            views=[local],
            checksums=frozenset() if local.flags & FLAG_DESCRIPTOR and not local.crc else frozenset({local.crc}),
            end=_stated_end(local),
            listed=False,
        )
        yield entry
        start = max(local.header + LOCAL_BYTES, entry.end)


def _next_header(source: Source, start: int, end: int, budget: Budget) -> Record | None:
    """Return the next local header; most follow right behind one another."""
    for place in places(source, _HEADER, start, end, length=LOCAL_BYTES, budget=budget):
        if (local := read_local(source, place)) is not None:
            return local
    return None


def next_mark(source: Source, start: int, budget: Budget) -> int:
    """Return where stored data without a stated size ends: at the next record of any kind, or with the content."""
    return next(places(source, _RECORD, start, source.size, length=4, budget=budget), source.size)


def is_first_part(source: Source) -> bool:
    """Say whether the content begins as the first part of a split archive does (APPNOTE.TXT 8.5.3)."""
    return source.read_at(0, 4) == b"PK\x07\x08"


def count_disagrees(directory: Directory, listing: Listing) -> bool:
    """Say whether the directory holds fewer records than its end record says."""
    found = len(listing.entries)
    if listing.more or found >= directory.entries:
        return False
    return not (directory.narrow and found % (1 << 16) == directory.entries)


def ends_of(directory: Directory | None, source: Source) -> tuple[int, int]:
    """Return where the entries end at the latest, and where the archive does."""
    if directory is None:
        return source.size, source.size
    return directory.start, max(directory.behind, directory.end + END_BYTES)
