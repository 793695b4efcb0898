"""Lists of devices, with what is known of their scans, threats and cards. As in `queries`."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, or_, select

from medscan_gui.core.device import Device
from medscan_gui.core.policy import CardOrigin
from medscan_gui.core.words import Light
from medscan_gui.store.index_values import key_of
from medscan_gui.store.queries import contains, device_fields, device_of, page
from medscan_gui.store.schema import cards, devices, findings, open_threats, scans
from medscan_gui.store.search import words_of
from medscan_gui.store.summaries import DeviceSummary


def _device_matches(word: str) -> ColumnElement[bool]:
    return or_(
        contains(devices.c.search, word),
        exists().where(scans.c.device_id == devices.c.device_id, contains(scans.c.search, word)),
        exists().where(findings.c.device_id == devices.c.device_id, contains(findings.c.search, word)),
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

# --- when the next scan is due ---

_own = cards.alias("own_card")
_models = cards.alias("models_card")
_last_day = func.coalesce(
    _of_device(select(scans.c.day).where(scans.c.day != "").order_by(scans.c.sequence.desc()).limit(1)), ""
)
_appointed = func.coalesce(_own.c.next_scan, _models.c.next_scan, "")
_interval = func.coalesce(_own.c.interval_days, _models.c.interval_days, 0)
_saved = func.coalesce(_own.c.saved_day, _models.c.saved_day, "")
#: A day that was appointed counts until a complete scan on that day or later; then, and without one, the
#: interval counts from the last complete scan. A device that has none yet is due since its card was saved.
_due = case(
    (and_(_appointed != "", or_(_last_day == "", _last_day < _appointed)), _appointed),
    (_interval <= 0, ""),
    (_last_day == "", _saved),
    else_=func.coalesce(func.date(_last_day, func.printf("+%d days", _interval)), ""),
)
_origin = case(
    (_own.c.present == 1, CardOrigin.DEVICE.value), (_models.c.present == 1, CardOrigin.MODEL.value), else_=""
)
_latest = scans.alias("latest")
_device_light = func.coalesce(_latest.c.light, Light.IDLE.value)
_joined = (
    devices.outerjoin(_latest, _latest.c.scan_id == _latest_ended)
    .outerjoin(_own, and_(_own.c.device_id == devices.c.device_id, _own.c.present == 1))
    .outerjoin(
        _models,
        and_(
            _models.c.device_id == "",
            _models.c.make_key == devices.c.make_key,
            _models.c.model_key == devices.c.model_key,
            _models.c.present == 1,
        ),
    )
)


def device_list(
    connection: Connection, *, search: str, light: Light | None, due_by: str | None, limit: int | None, offset: int
) -> tuple[DeviceSummary, ...]:
    """Return the devices chosen: the latest scanned or saved first, or those due by a day, the longest due first."""
    due = _due.label("due")
    latest_first = func.max(devices.c.sequence, func.coalesce(_newest, 0)).desc()
    statement = (
        select(
            devices,
            _device_light.label("light"),
            func.coalesce(_latest.c.started, "").label("latest_scan"),
            func.coalesce(_latest.c.scan_id, "").label("latest_scan_id"),
            _number.label("number"),
            _running.label("running"),
            _open.label("threats_open"),
            due,
            _origin.label("origin"),
        )
        .select_from(_joined)
        .where(and_(True, *(_device_matches(word) for word in words_of(search))))
    )
    if light is not None:
        statement = statement.where(_device_light == light.value)
    if due_by is None:
        statement = statement.order_by(latest_first)
    else:
        statement = statement.where(_due != "", _due <= due_by).order_by(due, latest_first)
    rows = connection.execute(page(statement, limit, offset)).all()
    return tuple(_device_summary(row) for row in rows)


def _device_summary(row: Row[Any]) -> DeviceSummary:
    facts = {
        "device": {"id": row.device_id, **device_fields(row)},
        "light": row.light,
        "latest_scan": row.latest_scan,
        "latest_scan_id": row.latest_scan_id,
        "scans": row.number,
        "scanning": bool(row.running),
        "threats_open": row.threats_open,
        "next_scan": row.due,
        "card_origin": row.origin or None,
    }
    return msgspec.convert(facts, DeviceSummary)


def device(connection: Connection, device_id: str) -> Device | None:
    """Return the device of this id as it is known today."""
    row = connection.execute(select(devices).where(devices.c.device_id == device_id)).one_or_none()
    return device_of(row) if row else None


def find_device(connection: Connection, asset_number: str, serial: str) -> Device | None:
    """Return the device of this inventory number, or else of this serial number; the latest, if there are several."""
    for column, number in ((devices.c.asset_key, asset_number), (devices.c.serial_key, serial)):
        if key := key_of(number):
            row = connection.execute(
                select(devices).where(column == key).order_by(devices.c.sequence.desc()).limit(1)
            ).one_or_none()
            if row:
                return device_of(row)
    return None
