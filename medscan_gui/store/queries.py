"""Lists, searches and suggestions, read from the index inside a transaction of the caller's.

The index may have been altered: values that make no sense raise msgspec.ValidationError.
"""

from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, or_, select

from medscan_gui.core.device import Device
from medscan_gui.core.words import Light
from medscan_gui.store.index import DEVICE_FIELDS, key_of
from medscan_gui.store.schema import devices, findings, open_threats, scans, suggestions
from medscan_gui.store.search import fold, words_of
from medscan_gui.store.summaries import DeviceSummary, ScanSummary

#: What scans can be sorted by here; numbers only, since SQLite does not sort words as people do.
ScanOrder = Literal["date", "light", "threats", "not_read"]
SuggestionField = Literal["operator", "department", "make", "model", "name", "asset_number"]


def _device_of(row: Row[Any]) -> Device:
    return msgspec.convert({"id": row.device_id, **_device_fields(row)}, Device)


def _device_fields(row: Row[Any]) -> dict[str, object]:
    return {field: getattr(row, field) for field in DEVICE_FIELDS}


def _contains(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return func.instr(column, word) > 0  # unlike LIKE, % and _ mean themselves


# --- scans ---


def _scan_matches(word: str) -> ColumnElement[bool]:
    return or_(
        _contains(scans.c.search, word),
        _contains(devices.c.search, word),
        exists().where(findings.c.scan_id == scans.c.scan_id, _contains(findings.c.search, word)),
    )


def _chosen_scans(device_id: str | None, search: str, light: Light | None) -> ColumnElement[bool]:
    conditions = [_scan_matches(word) for word in words_of(search)]
    if device_id is not None:
        conditions.append(scans.c.device_id == device_id)
    if light is not None:
        conditions.append(scans.c.light == light.value)
    return and_(True, *conditions)


#: Precedence of the lights: the most serious first.
LIGHTS_IN_ORDER = (Light.RED, Light.AMBER, Light.GREEN, Light.BLUE, Light.IDLE, Light.SCANNING)
_ORDERED: dict[ScanOrder, ColumnElement[Any]] = {
    "date": scans.c.sequence,  # clocks of old computers are wrong, the journal's order is not
    "light": case({light.value: place for place, light in enumerate(LIGHTS_IN_ORDER)}, value=scans.c.light),
    "threats": scans.c.threats,
    "not_read": scans.c.not_read,
}

_scans_with_devices = scans.join(devices, devices.c.device_id == scans.c.device_id)


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
    column = _ORDERED[order]
    device_columns = [devices.c[field] for field in DEVICE_FIELDS]
    statement = (
        select(scans, *device_columns)
        .select_from(_scans_with_devices)
        .where(_chosen_scans(device_id, search, light))
        .order_by(column.desc() if descending else column, scans.c.sequence.desc())
    )
    rows = connection.execute(_page(statement, limit, offset)).all()
    return tuple(_scan_summary(row) for row in rows)


def scan_count(connection: Connection, device_id: str | None, *, search: str, light: Light | None) -> int:
    """Return how many scans are chosen."""
    statement = (
        select(func.count()).select_from(_scans_with_devices).where(_chosen_scans(device_id, search, light))
    )
    return int(connection.execute(statement).scalar_one())


def _page(statement: Select[Any], limit: int | None, offset: int) -> Select[Any]:
    return statement.limit(-1 if limit is None else limit).offset(offset)


def _scan_summary(row: Row[Any]) -> ScanSummary:
    facts = {
        "id": row.scan_id,
        "sequence": row.sequence,
        "started": row.started,
        "ended": row.ended,
        "device": {"id": row.device_id, **_device_fields(row)},
        "operator": row.operator,
        "target": row.target,
        "target_kind": row.target_kind,
        "light": row.light,
        "verdict": row.verdict or None,
        "stop": row.stop or None,
        "threats": row.threats,
        "not_read": row.not_read,
    }
    return msgspec.convert(facts, ScanSummary)


# --- devices ---


def _device_matches(word: str) -> ColumnElement[bool]:
    return or_(
        _contains(devices.c.search, word),
        exists().where(scans.c.device_id == devices.c.device_id, _contains(scans.c.search, word)),
        exists().where(findings.c.device_id == devices.c.device_id, _contains(findings.c.search, word)),
    )


def _of_device(statement: Select[Any]) -> ColumnElement[Any]:
    return statement.where(scans.c.device_id == devices.c.device_id).correlate(devices).scalar_subquery()


_latest_ended = _of_device(
    select(scans.c.scan_id).where(scans.c.end_sequence.is_not(None)).order_by(scans.c.sequence.desc()).limit(1)
)
_newest = _of_device(select(func.max(scans.c.sequence)))
_number = _of_device(select(func.count()))
_running = _of_device(select(func.count()).where(scans.c.light == Light.SCANNING.value))
_open = (
    select(func.coalesce(func.sum(open_threats.c.threats), 0))
    .where(open_threats.c.device_id == devices.c.device_id)
    .correlate(devices)
    .scalar_subquery()
)


def device_list(
    connection: Connection, *, search: str, light: Light | None, limit: int | None, offset: int
) -> tuple[DeviceSummary, ...]:
    """Return the devices chosen: the latest scanned or saved first."""
    latest = scans.alias("latest")
    statement = (
        select(
            devices,
            func.coalesce(latest.c.light, Light.IDLE.value).label("light"),
            func.coalesce(latest.c.started, "").label("latest_scan"),
            func.coalesce(latest.c.scan_id, "").label("latest_scan_id"),
            _number.label("number"),
            _running.label("running"),
            _open.label("threats_open"),
        )
        .select_from(devices.outerjoin(latest, latest.c.scan_id == _latest_ended))
        .where(and_(True, *(_device_matches(word) for word in words_of(search))))
        .order_by(func.max(devices.c.sequence, func.coalesce(_newest, 0)).desc())
    )
    if light is not None:
        statement = statement.where(func.coalesce(latest.c.light, Light.IDLE.value) == light.value)
    rows = connection.execute(_page(statement, limit, offset)).all()
    return tuple(_device_summary(row) for row in rows)


def _device_summary(row: Row[Any]) -> DeviceSummary:
    facts = {
        "device": {"id": row.device_id, **_device_fields(row)},
        "light": row.light,
        "latest_scan": row.latest_scan,
        "latest_scan_id": row.latest_scan_id,
        "scans": row.number,
        "scanning": bool(row.running),
        "threats_open": row.threats_open,
    }
    return msgspec.convert(facts, DeviceSummary)


def device(connection: Connection, device_id: str) -> Device | None:
    """Return the device of this id as it is known today."""
    row = connection.execute(select(devices).where(devices.c.device_id == device_id)).one_or_none()
    return _device_of(row) if row else None


def find_device(connection: Connection, asset_number: str, serial: str) -> Device | None:
    """Return the device of this inventory number, or else of this serial number; the latest, if there are several."""
    for column, number in ((devices.c.asset_key, asset_number), (devices.c.serial_key, serial)):
        if key := key_of(number):
            row = connection.execute(
                select(devices).where(column == key).order_by(devices.c.sequence.desc()).limit(1)
            ).one_or_none()
            if row:
                return _device_of(row)
    return None


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


def unended(connection: Connection) -> dict[str, int]:
    """Return the scans that have begun and not ended: id -> number of the entry that began them."""
    rows = connection.execute(
        select(scans.c.scan_id, scans.c.sequence)
        .where(scans.c.end_sequence.is_(None))
        .order_by(scans.c.sequence)
    )
    return {row.scan_id: row.sequence for row in rows.all()}
