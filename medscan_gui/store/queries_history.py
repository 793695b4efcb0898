"""Lists of actions, and of scans and actions together. As in `queries`."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, literal, null, or_, select, union_all

from medscan_gui.core.words import Light
from medscan_gui.store import queries
from medscan_gui.store.index import DEVICE_FIELDS
from medscan_gui.store.queries import ORDERED, ScanOrder, chosen_scans, contains, device_fields, scans_with_devices
from medscan_gui.store.schema import action_items, actions, devices, scans
from medscan_gui.store.search import words_of
from medscan_gui.store.summaries import ActionSummary, ScanSummary

_actions_with_devices = actions.join(devices, devices.c.device_id == actions.c.device_id)
_device_columns = tuple(devices.c[field] for field in DEVICE_FIELDS)


def _action_matches(word: str) -> ColumnElement[bool]:
    return or_(
        contains(actions.c.search, word),
        contains(devices.c.search, word),
        exists().where(action_items.c.action_id == actions.c.action_id, contains(action_items.c.search, word)),
    )


def _chosen_actions(device_id: str | None, search: str, scan_id: str | None = None) -> ColumnElement[bool]:
    conditions = [_action_matches(word) for word in words_of(search)]
    if device_id is not None:
        conditions.append(actions.c.device_id == device_id)
    if scan_id is not None:
        conditions.append(actions.c.scan_id == scan_id)
    return and_(True, *conditions)


def action_list(
    connection: Connection, device_id: str | None, *, scan_id: str | None, limit: int | None
) -> tuple[ActionSummary, ...]:
    """Return actions, newest first."""
    statement = (
        select(actions, *_device_columns)
        .select_from(_actions_with_devices)
        .where(_chosen_actions(device_id, "", scan_id))
        .order_by(actions.c.sequence.desc())
    )
    return tuple(_action_summary(row) for row in connection.execute(queries.page(statement, limit, 0)).all())


def _action_summary(row: Row[Any]) -> ActionSummary:
    facts = {
        "id": row.action_id,
        "sequence": row.sequence,
        "kind": row.kind,
        "started": row.started,
        "ended": row.ended,
        "device": {"id": row.device_id, **device_fields(row)},
        "operator": row.operator,
        "target": row.target,
        "scan_id": row.scan_id,
        "stop": row.stop or None,
        "wanted": row.wanted,
        "done": row.done,
        "not_done": row.not_done,
        "uncertain": row.uncertain,
        "destination": row.destination,
    }
    return msgspec.convert(facts, ActionSummary)


# --- scans and actions in one list ---

#: Columns that scans and actions have both, but for what they are searched by.
_SHARED = tuple(
    column.name for column in scans.columns if column.name in actions.c and column.name not in {"search", "scan_id"}
)
_OF_SCANS = tuple(column.name for column in scans.columns if column.name not in {*_SHARED, "search", "scan_id"})
_OF_ACTIONS = tuple(column.name for column in actions.columns if column.name not in {*_SHARED, "search", "scan_id"})

_scan_columns = (
    literal(0).label("what"),
    scans.c.scan_id,
    *(scans.c[name].label(name) for name in _SHARED),  # SQLite sorts the two together by these names only
    *(scans.c[name] for name in _OF_SCANS),
    *(null().label(name) for name in _OF_ACTIONS),
    *_device_columns,
)
_action_columns = (
    literal(1).label("what"),
    actions.c.scan_id,
    *(actions.c[name].label(name) for name in _SHARED),
    *(null().label(name) for name in _OF_SCANS),
    *(actions.c[name] for name in _OF_ACTIONS),
    *_device_columns,
)


def history(
    connection: Connection,
    device_id: str | None,
    *,
    search: str,
    light: Light | None,
    order: ScanOrder,
    descending: bool,
    limit: int | None,
    offset: int,
) -> tuple[ScanSummary | ActionSummary, ...]:
    """Return scans and actions in the journal's order; in any other order all scans come first.

    Actions have no light: if one is chosen, they are left out.
    """
    if light is not None:
        return queries.scan_list(
            connection,
            device_id,
            search=search,
            light=light,
            order=order,
            descending=descending,
            limit=limit,
            offset=offset,
        )
    key = ORDERED[order]
    all_ = union_all(
        select(*_scan_columns, key.label("place"))
        .select_from(scans_with_devices)
        .where(chosen_scans(device_id, search, None)),
        select(*_action_columns, (actions.c.sequence if order == "date" else literal(0)).label("place"))
        .select_from(_actions_with_devices)
        .where(_chosen_actions(device_id, search)),
    )
    what, place, sequence = (all_.selected_columns[name] for name in ("what", "place", "sequence"))
    ordered = place.desc() if descending else place.asc()
    keys = (ordered,) if order == "date" else (what, ordered, sequence.desc())
    statement = all_.order_by(*keys).limit(-1 if limit is None else limit).offset(offset)
    rows = connection.execute(statement).all()
    return tuple(_action_summary(row) if row.what else queries.scan_summary(row) for row in rows)


def history_count(connection: Connection, device_id: str | None, *, search: str, light: Light | None) -> int:
    """Return how many scans and actions are chosen."""
    scans_chosen = queries.scan_count(connection, device_id, search=search, light=light)
    if light is not None:
        return scans_chosen
    statement = (
        select(func.count()).select_from(_actions_with_devices).where(_chosen_actions(device_id, search))
    )
    return scans_chosen + int(connection.execute(statement).scalar_one())


# --- one action ---


def last_entry_of(connection: Connection, action_id: str) -> int | None:
    """Return the number of the entry that says most of this action: its end, or else its beginning."""
    row = connection.execute(
        select(actions.c.end_sequence, actions.c.sequence).where(actions.c.action_id == action_id)
    ).one_or_none()
    if row is None:
        return None
    return int(row.end_sequence if row.end_sequence is not None else row.sequence)


def unended(connection: Connection) -> dict[str, int]:
    """Return the actions that have begun and not ended: id -> number of the entry that began them."""
    rows = connection.execute(
        select(actions.c.action_id, actions.c.sequence)
        .where(actions.c.end_sequence.is_(None))
        .order_by(actions.c.sequence)
    )
    return {row.action_id: row.sequence for row in rows.all()}
