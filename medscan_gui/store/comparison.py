"""Do the lists say what the entries say? All of them, row by row, or only what the newest entries touch.

The lists are ordinary tables: whoever can write the file can write anything in them. Values are
read as SQLite holds them, of whatever type; a table that cannot be read does not agree.
"""

import sqlite3
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from medscan_gui.store import entries, forms, schema
from medscan_gui.store.chain import Entry
from medscan_gui.store.expected import SCAN_COLUMNS, Expected, ScanRow, digest_of
from medscan_gui.store.kinds import ENDS
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
    scans = {scan_id: (row.sequence, row.digest) for scan_id, row in expected.scans.items()}
    devices = {device_id: digest for device_id, (digest, _saved) in expected.devices.items()}
    return (
        forms.are_ours(connection)
        and _same(_scan_rows(connection), scans)
        and _same(_device_rows(connection), devices)
        and _same(_open_rows(connection), dict(_open_expected(expected)))
        and _same(_suggestion_rows(connection), dict(_suggestions_expected(expected)))
        and _findings(connection) == expected.findings
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


def _scan_rows(connection: Connection) -> Iterator[tuple[Hashable, object]]:
    for sequence, *row in _rows(connection, schema.scans, ("sequence", *SCAN_COLUMNS)):
        yield row[0], (sequence, digest_of(row))


def _device_rows(connection: Connection) -> Iterator[tuple[Hashable, object]]:
    for row in _rows(connection, schema.devices, schema.devices.columns.keys()):
        yield row[0], digest_of(row)


def _open_rows(connection: Connection) -> Iterator[tuple[Hashable, object]]:
    for device_id, key, target, threats in _rows(connection, schema.open_threats, schema.open_threats.columns.keys()):
        yield (device_id, key), (target, threats)


def _open_expected(expected: Expected) -> Iterator[tuple[tuple[str, bytes], tuple[bytes, int]]]:
    for device_id, places in expected.open_threats.items():
        for key, left in places.items():
            yield (device_id, key), (msgspec.json.encode(left.target), left.threats)


def _suggestion_rows(connection: Connection) -> Iterator[tuple[Hashable, object]]:
    columns = ("field", "value", "folded", "sequence")
    for field, value, folded, sequence in _rows(connection, schema.suggestions, columns):
        yield (field, value), (folded, sequence)


def _suggestions_expected(expected: Expected) -> Iterator[tuple[tuple[str, str], tuple[str, int]]]:
    for (field, value), sequence in expected.suggestions.items():
        yield (field, value), (fold(value), sequence)


def _findings(connection: Connection) -> dict[Any, tuple[bytes, ...]]:
    found: dict[Any, list[bytes]] = {}
    for row in _rows(connection, schema.findings, ("scan_id", "device_id", "search")):
        found.setdefault(row[0], []).append(digest_of(row))
    return {scan_id: tuple(sorted(digests)) for scan_id, digests in found.items()}


# --- the newest entries only ---


def _newest_agree(connection: Connection, expected: Expected, after: int) -> bool:
    return (
        forms.are_ours(connection)
        and all(_scan_agrees(connection, scan_id, row, after) for scan_id, row in expected.scans.items())
        and all(_threats_stand(connection, device, places) for device, places in expected.open_threats.items())
    )


def _scan_agrees(connection: Connection, scan_id: str, expected: ScanRow, after: int) -> bool:
    statement = f"SELECT sequence, {', '.join(SCAN_COLUMNS)} FROM index_scans WHERE scan_id = ?"  # noqa: S608
    rows = connection.exec_driver_sql(statement, (scan_id,)).all()
    if len(rows) != 1:
        return False
    sequence, *row = rows[0]
    if digest_of(row) != expected.digest:
        return _ended_before(connection, scan_id, row, after)
    return not expected.begun or sequence == expected.sequence or sequence <= after


def _ended_before(connection: Connection, scan_id: str, row: list[Any], after: int) -> bool:
    """A result among the older entries outranks what the newest say of the same scan."""
    end = row[SCAN_COLUMNS.index("end_sequence")]
    entry: Entry | None = entries.entry_at(connection, end) if isinstance(end, int) and end <= after else None
    if entry is None or not entry.intact or entry.kind not in ENDS:
        return False
    older = Expected()
    older.follow(entry)
    known = older.scans.get(scan_id)
    return known is not None and known.finished and known.digest == digest_of(row)


def _threats_stand(connection: Connection, device_id: str, places: Mapping[bytes, OpenThreats]) -> bool:
    """What older entries left open can only add to these threats."""
    rows = connection.exec_driver_sql(
        "SELECT target_key, threats FROM index_open_threats WHERE device_id = ?", (device_id,)
    ).all()
    listed = {row.target_key: row.threats for row in rows if isinstance(row.threats, int)}
    return all(listed.get(key, 0) >= left.threats for key, left in places.items())
