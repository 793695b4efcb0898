"""Reading and appending entries, inside a transaction of the caller's."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from medscan_gui.core.record import timestamp
from medscan_gui.store.chain import ChainCheck, Entry, Head
from medscan_gui.store.ids import time_ordered_id
from medscan_gui.store.schema import entries

_BATCH = 500


def head_of(connection: Connection) -> Head:
    """Return the end of the chain."""
    row = connection.execute(
        select(entries.c.sequence, entries.c.hash).order_by(entries.c.sequence.desc()).limit(1)
    ).one_or_none()
    return Head(_number(row.sequence), _blob(row.hash)) if row else Head()


def append(connection: Connection, kind: str, body: bytes, now: datetime) -> Entry:
    """Add an entry after the head. The transaction must hold the write lock."""
    entry = Entry.following(
        head_of(connection), entry_id=time_ordered_id(now), kind=kind, written=timestamp(now), body=body
    )
    connection.execute(
        insert(entries).values(
            sequence=entry.sequence,
            id=entry.id,
            kind=entry.kind,
            written=entry.written,
            previous=entry.previous,
            hash=entry.hash,
            body=entry.body,
        )
    )
    return entry


def entry_at(connection: Connection, sequence: int) -> Entry | None:
    """Return one entry, or None if there is none of that number."""
    row = connection.execute(select(entries).where(entries.c.sequence == sequence)).one_or_none()
    return _entry(row) if row else None


def entries_at(connection: Connection, sequences: Iterable[int]) -> Iterator[Entry]:
    """Yield the entries of these numbers that there are, in the order in which they are asked for."""
    wanted = list(sequences)
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        rows = connection.execute(select(entries).where(entries.c.sequence.in_(batch))).all()
        found = {entry.sequence: entry for entry in map(_entry, rows)}
        yield from (found[sequence] for sequence in batch if sequence in found)


def all_entries(connection: Connection, after: int = 0) -> Iterator[Entry]:
    """Yield the entries in the order of their numbers, one in memory at a time: a body may have 100 MB."""
    statement = select(entries).where(entries.c.sequence > after).order_by(entries.c.sequence)
    with connection.execute(statement, execution_options={"yield_per": 1}) as rows:
        for row in rows:
            yield _entry(row)


def tail_length(connection: Connection, most: int, most_bytes: int) -> int:
    """Return how many of the last entries have bodies of at most so many bytes together: `most` or fewer, but one."""
    sizes = connection.execute(
        select(func.length(entries.c.body)).order_by(entries.c.sequence.desc()).limit(most)
    ).scalars()
    length, total = 0, 0
    for size in sizes:
        total += _number(size)
        if length and total > most_bytes:
            break
        length += 1
    return length


def tail_is_intact(connection: Connection, length: int) -> bool:
    """Check the hashes and links of the last `length` entries."""
    end = head_of(connection).sequence
    before = max(0, end - length)
    anchor = entry_at(connection, before) if before else None
    if before and anchor is None:
        return False
    check = ChainCheck(Head(before, anchor.hash) if anchor else None)
    check.follow_all(all_entries(connection, after=before))
    return check.first_bad is None and check.entries == end - before


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        sequence=_number(row.sequence),
        id=_text(row.id),
        kind=_text(row.kind),
        written=_text(row.written),
        previous=_blob(row.previous),
        hash=_blob(row.hash),
        body=_blob(row.body),
    )


# SQLite keeps any type in any column of a table that somebody else made: a value of a type that we
# never write becomes one that no hash fits.


def _number(value: object) -> int:
    return value if isinstance(value, int) else -1


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _blob(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
