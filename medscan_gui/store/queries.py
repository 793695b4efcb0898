"""Lists, searches and suggestions, read from the index inside a transaction of the caller's.

The index may have been altered: values that make no sense raise msgspec.ValidationError.
"""

from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, or_, select

from medscan_gui.core.device import Device
from medscan_gui.core.words import Light
from medscan_gui.store.index import DEVICE_FIELDS
from medscan_gui.store.schema import devices, findings, scans, suggestions
from medscan_gui.store.search import fold, words_of
from medscan_gui.store.summaries import ScanSummary

#: What scans can be sorted by here; numbers only, since SQLite does not sort words as people do.
ScanOrder = Literal["date", "light", "threats", "not_read"]
SuggestionField = Literal["operator", "department", "make", "model", "name", "asset_number"]


def device_of(row: Row[Any]) -> Device:
    """Return the device that a row tells of."""
    return msgspec.convert({"id": row.device_id, **device_fields(row)}, Device)


def device_fields(row: Row[Any]) -> dict[str, object]:
    """Return what a row tells of a device, but for its id."""
    return {field: getattr(row, field) for field in DEVICE_FIELDS}


def contains(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """Say that a column holds this folded word."""
    return func.instr(column, word) > 0  # unlike LIKE, % and _ mean themselves


# --- scans ---


def _scan_matches(word: str) -> ColumnElement[bool]:
    return or_(
        contains(scans.c.search, word),
        contains(devices.c.search, word),
        exists().where(findings.c.scan_id == scans.c.scan_id, contains(findings.c.search, word)),
    )


def chosen_scans(device_id: str | None, search: str, light: Light | None) -> ColumnElement[bool]:
    """Return the condition on scans joined with devices."""
    conditions = [_scan_matches(word) for word in words_of(search)]
    if device_id is not None:
        conditions.append(scans.c.device_id == device_id)
    if light is not None:
        conditions.append(scans.c.light == light.value)
    return and_(True, *conditions)


#: Precedence of the lights: the most serious first.
LIGHTS_IN_ORDER = (Light.RED, Light.AMBER, Light.GREEN, Light.BLUE, Light.IDLE, Light.SCANNING)
#: What each order sorts by.
ORDERED: dict[ScanOrder, ColumnElement[Any]] = {
    "date": scans.c.sequence,  # clocks of old computers are wrong, the journal's order is not
    "light": case({light.value: place for place, light in enumerate(LIGHTS_IN_ORDER)}, value=scans.c.light),
    "threats": scans.c.threats,
    "not_read": scans.c.not_read,
}

scans_with_devices = scans.join(devices, devices.c.device_id == scans.c.device_id)


def scan_list(
    connection: Connection,
    device_id: str | None,
    *,
    search: str,
    light: Light | None,
    order: ScanOrder,
    descending: bool,
    limit: int | None,
    offset: int,
) -> tuple[ScanSummary, ...]:
    """Return the scans chosen, in this order; those that are equal in it newest first."""
    column = ORDERED[order]
    device_columns = [devices.c[field] for field in DEVICE_FIELDS]
    statement = (
        select(scans, *device_columns)
        .select_from(scans_with_devices)
        .where(chosen_scans(device_id, search, light))
        .order_by(column.desc() if descending else column, scans.c.sequence.desc())
    )
    rows = connection.execute(page(statement, limit, offset)).all()
    return tuple(scan_summary(row) for row in rows)


def scan_count(connection: Connection, device_id: str | None, *, search: str, light: Light | None) -> int:
    """Return how many scans are chosen."""
    statement = (
        select(func.count()).select_from(scans_with_devices).where(chosen_scans(device_id, search, light))
    )
    return int(connection.execute(statement).scalar_one())


def page(statement: Select[Any], limit: int | None, offset: int) -> Select[Any]:
    """Return the part of a list that is asked for."""
    return statement.limit(-1 if limit is None else limit).offset(offset)


def scan_summary(row: Row[Any]) -> ScanSummary:
    """Return what a list shows of the scan in this row."""
    facts = {
        "id": row.scan_id,
        "sequence": row.sequence,
        "started": row.started,
        "ended": row.ended,
        "device": {"id": row.device_id, **device_fields(row)},
        "operator": row.operator,
        "target": row.target,
        "target_kind": row.target_kind,
        "light": row.light,
        "verdict": row.verdict or None,
        "stop": row.stop or None,
        "threats": row.threats,
        "not_read": row.not_read,
        "accepted": row.accepted,
        "follows": row.follows,
        "action": row.action,
    }
    return msgspec.convert(facts, ScanSummary)


# --- suggestions ---


def suggestion_list(
    connection: Connection, field: SuggestionField, prefix: str, limit: int
) -> tuple[str, ...]:
    """Return what was typed in `field` before: what begins with `prefix` first, then what holds it; latest first."""
    wanted = fold(prefix.strip())
    place = func.instr(suggestions.c.folded, wanted) if wanted else None
    statement = select(suggestions.c.value).where(suggestions.c.field == field)
    if place is not None:
        statement = statement.where(place > 0).order_by(place != 1)
    rows = connection.execute(statement.order_by(suggestions.c.sequence.desc()).limit(limit))
    return msgspec.convert(tuple(rows.scalars().all()), tuple[str, ...])


# --- one scan ---


def last_entry_of(connection: Connection, scan_id: str) -> int | None:
    """Return the number of the entry that says most of this scan: its end, or else its beginning."""
    row = connection.execute(
        select(scans.c.end_sequence, scans.c.sequence).where(scans.c.scan_id == scan_id)
    ).one_or_none()
    if row is None:
        return None
    return int(row.end_sequence if row.end_sequence is not None else row.sequence)


def latest_ended(connection: Connection, device_id: str, key: bytes) -> str:
    """Return the newest scan of this device and target key that has ended; "" if there is none."""
    statement = (
        select(scans.c.scan_id)
        .where(scans.c.device_id == device_id, scans.c.target_key == key, scans.c.end_sequence.is_not(None))
        .order_by(scans.c.sequence.desc())
        .limit(1)
    )
    return msgspec.convert(connection.execute(statement).scalar() or "", str)


def unended(connection: Connection) -> dict[str, int]:
    """Return the scans that have begun and not ended: id -> number of the entry that began them."""
    rows = connection.execute(
        select(scans.c.scan_id, scans.c.sequence)
        .where(scans.c.end_sequence.is_(None))
        .order_by(scans.c.sequence)
    )
    return {row.scan_id: row.sequence for row in rows.all()}
