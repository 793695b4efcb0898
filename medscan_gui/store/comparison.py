"""Do the lists say what the entries say? All of them, row by row, or only what the newest entries touch.

The lists are ordinary tables: whoever can write the file can write anything in them. Values are
read as SQLite holds them, of whatever type; a table that cannot be read does not agree.
"""

import sqlite3
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from medscan_gui.store import entries, forms, index_threats, schema
from medscan_gui.store.chain import Entry
from medscan_gui.store.expected import ACTION_COLUMNS, SCAN_COLUMNS, Expected, Row, digest_of
from medscan_gui.store.kinds import ENDS, Kind
from medscan_gui.store.open_threats import OpenThreats
from medscan_gui.store.search import fold

_BATCH = 1_000


def lists_agree(connection: Connection, expected: Expected) -> bool:
    """Compare every row of every list with what all entries say, and the tables themselves with ours."""
    return _readable_and(_all_agree, connection, expected)


def newest_agree(connection: Connection, end: int, length: int) -> bool:
    """Compare what the last `length` of `end` entries say with the lists; what only older ones say stays unseen.

    If that is all entries, compare everything.
    """
    after = max(0, end - length)
    expected = Expected()
    for entry in entries.all_entries(connection, after=after):
        expected.follow(entry)
    if after == 0:
        return lists_agree(connection, expected)
    return _readable_and(_newest_agree, connection, expected, after)


def _readable_and(compare: Callable[..., bool], connection: Connection, *facts: object) -> bool:
    try:
        return compare(connection, *facts)
    except DBAPIError as error:
        # No such table or column; without a code: text that is no UTF-8.
        if getattr(error.orig, "sqlite_errorcode", None) in {None, sqlite3.SQLITE_ERROR}:
            return False
        raise


def _all_agree(connection: Connection, expected: Expected) -> bool:
    devices = {device_id: digest for device_id, (digest, _saved) in expected.devices.items()}
    return (
        forms.are_ours(connection)
        and _same(_rows_with_begin(connection, schema.scans, SCAN_COLUMNS), _begun(expected.scans))
        and _same(_rows_with_begin(connection, schema.actions, ACTION_COLUMNS), _begun(expected.actions))
        and _same(_latest_rows(connection), expected.latest)
        and _same(_device_rows(connection), devices)
        and _same(_open_rows(connection), dict(_open_expected(expected)))
        and _same(_suggestion_rows(connection), dict(_suggestions_expected(expected)))
        and _grouped(connection, schema.findings) == expected.findings
        and _grouped(connection, schema.action_items) == expected.action_items
    )


def _same(rows: Iterable[tuple[Hashable, object]], expected: Mapping[Any, object]) -> bool:
    remaining = dict(expected)
    for key, value in rows:
        if key not in remaining or remaining.pop(key) != value:
            return False
    return not remaining


def _rows(connection: Connection, table: Table, columns: Iterable[str], where: str = "") -> Iterator[tuple[Any, ...]]:
    """Yield rows as SQLite holds them, without the conversions of column types."""
    statement = f"SELECT {', '.join(columns)} FROM {table.name} {where}"  # noqa: S608  # our own names
    with connection.exec_driver_sql(statement, execution_options={"yield_per": _BATCH}) as rows:
        for row in rows:
            yield tuple(row)


def _begun(rows: Mapping[str, Row]) -> dict[str, tuple[int, bytes]]:
    return {record_id: (row.sequence, row.digest) for record_id, row in rows.items()}


def _rows_with_begin(
    connection: Connection, table: Table, columns: tuple[str, ...]
) -> Iterator[tuple[Hashable, object]]:
    for sequence, *row in _rows(connection, table, ("sequence", *columns)):
        yield row[0], (sequence, digest_of(row))


def _latest_rows(connection: Connection) -> Iterator[tuple[Hashable, object]]:
    for table in schema.LATEST:
        keys = len(table.primary_key)
        for row in _rows(connection, table, table.columns.keys()):
            yield (table.name, *row[:keys]), row


def _device_rows(connection: Connection) -> Iterator[tuple[Hashable, object]]:
    for row in _rows(connection, schema.devices, schema.devices.columns.keys()):
        yield row[0], digest_of(row)


def _open_rows(connection: Connection) -> Iterator[tuple[Hashable, object]]:
    columns = ("device_id", "target_key", "target", "threats", "sources")
    for device_id, key, *row in _rows(connection, schema.open_threats, columns):
        yield (device_id, key), tuple(row)


def _open_expected(expected: Expected) -> Iterator[tuple[tuple[str, bytes], tuple[bytes, int, bytes]]]:
    for device_id, places in expected.open_threats.items():
        for key, left in places.items():
            yield (device_id, key), index_threats.row_of(left)


def _suggestion_rows(connection: Connection) -> Iterator[tuple[Hashable, object]]:
    columns = ("field", "value", "folded", "sequence")
    for field, value, folded, sequence in _rows(connection, schema.suggestions, columns):
        yield (field, value), (folded, sequence)


def _suggestions_expected(expected: Expected) -> Iterator[tuple[tuple[str, str], tuple[str, int]]]:
    for (field, value), sequence in expected.suggestions.items():
        yield (field, value), (fold(value), sequence)


def _grouped(connection: Connection, table: Table) -> dict[Any, tuple[bytes, ...]]:
    """Return the digests of the rows of each record (the first column is its id), sorted."""
    found: dict[Any, list[bytes]] = {}
    for row in _rows(connection, table, table.columns.keys()):
        found.setdefault(row[0], []).append(digest_of(row))
    return {record_id: tuple(sorted(digests)) for record_id, digests in found.items()}


# --- the newest entries only ---


class _List(NamedTuple):
    """A list in which each scan or action has one row, and what its result says, by an entry of it."""

    table: Table
    columns: tuple[str, ...]
    ends: frozenset[Kind]
    rows_of: Callable[[Expected], Mapping[str, Row]]


_LISTS = (
    _List(schema.scans, SCAN_COLUMNS, ENDS, lambda expected: expected.scans),
    _List(schema.actions, ACTION_COLUMNS, frozenset({Kind.ACTION_ENDED}), lambda expected: expected.actions),
)


def _newest_agree(connection: Connection, expected: Expected, after: int) -> bool:
    return (
        forms.are_ours(connection)
        and all(
            _row_agrees(connection, list_, record_id, row, after)
            for list_ in _LISTS
            for record_id, row in list_.rows_of(expected).items()
        )
        and all(_is_latest(connection, key[0], row) for key, row in expected.latest.items())
        and all(_threats_stand(connection, device, places) for device, places in expected.open_threats.items())
    )


def _row_agrees(connection: Connection, list_: _List, record_id: str, expected: Row, after: int) -> bool:
    names = ", ".join(("sequence", *list_.columns))
    statement = f"SELECT {names} FROM {list_.table.name} WHERE {list_.columns[0]} = ?"  # noqa: S608  # our own names
    rows = connection.exec_driver_sql(statement, (record_id,)).all()
    if len(rows) != 1:
        return False
    sequence, *row = rows[0]
    if digest_of(row) != expected.digest:
        return _ended_before(connection, list_, row, after)
    return not expected.begun or sequence == expected.sequence or sequence <= after


def _ended_before(connection: Connection, list_: _List, row: list[Any], after: int) -> bool:
    """A result among the older entries outranks what the newest say of the same scan or action."""
    end = row[list_.columns.index("end_sequence")]
    entry: Entry | None = entries.entry_at(connection, end) if isinstance(end, int) and end <= after else None
    if entry is None or not entry.intact or entry.kind not in list_.ends:
        return False
    older = Expected()
    older.follow(entry)
    known = list_.rows_of(older).get(row[0])
    return known is not None and known.standing > 0 and known.digest == digest_of(row)


def _is_latest(connection: Connection, name: object, row: tuple[object, ...]) -> bool:
    """What the newest entries say of a key is the latest that was said of it."""
    table = next(table for table in schema.LATEST if table.name == name)
    keys = " AND ".join(f"{column.name} = ?" for column in table.primary_key)
    values = row[: len(table.primary_key)]
    columns = ", ".join(table.columns.keys())
    statement = f"SELECT {columns} FROM {table.name} WHERE {keys}"  # noqa: S608  # our own names
    return [tuple(found) for found in connection.exec_driver_sql(statement, values)] == [row]


def _threats_stand(connection: Connection, device_id: str, places: Mapping[bytes, OpenThreats]) -> bool:
    """What older entries left open can only add to these threats."""
    rows = connection.exec_driver_sql(
        "SELECT target_key, threats FROM index_open_threats WHERE device_id = ?", (device_id,)
    ).all()
    listed = {row.target_key: row.threats for row in rows if isinstance(row.threats, int)}
    return all(listed.get(key, 0) >= left.threats for key, left in places.items())
