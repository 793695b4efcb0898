"""The index: what lists, searches and suggestions are read from, derived entry by entry.

It is written in the same transaction as the entry, so it never lags behind; a form of an older
program is thrown away and rebuilt from the entries when the journal is opened. What somebody else
wrote in it is found by `comparison`.
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError

from medscan_gui.core.action import ActionRecord
from medscan_gui.core.device import Device
from medscan_gui.core.finding import Finding
from medscan_gui.core.names import shown, shown_chain
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Light, Stop, TargetKind
from medscan_gui.store import forms, index_actions, index_latest, index_threats, open_threats, schema
from medscan_gui.store.chain import Entry, Head
from medscan_gui.store.index_values import counted, key_of, local_day, shown_target
from medscan_gui.store.kinds import ACTIONS, ENDS, SCANS, Kind, action_of, device_of, record_of
from medscan_gui.store.search import NAME_CHARACTERS, bounded_rows, fold, search_text

#: Grows with every change of the index tables or of what is written in them.
INDEX_VERSION = 4

DEVICE_FIELDS = ("name", "asset_number", "department", "make", "model", "serial")
SUGGESTED_DEVICE_FIELDS = ("name", "asset_number", "department", "make", "model")


def prepare(connection: Connection) -> None:
    """Make the index tables and mark them as going up to no entry."""
    schema.index_tables.create_all(connection)
    connection.execute(delete(schema.index_state))
    empty = Head()
    connection.execute(
        insert(schema.index_state).values(version=INDEX_VERSION, sequence=empty.sequence, hash=empty.hash)
    )


def is_current(connection: Connection, head: Head) -> bool:
    """Say whether the index has today's form and goes up to `head`."""
    return _states(connection) == [(INDEX_VERSION, head.sequence, head.hash)]


def reaches_beyond(connection: Connection, head: Head) -> bool:
    """Say whether the index knows entries after `head`: then they are missing, since both are committed as one."""
    return any(
        version == INDEX_VERSION and isinstance(sequence, int) and sequence > head.sequence
        for version, sequence, _hash in _states(connection)
    )


def _states(connection: Connection) -> list[tuple[object, object, object]]:
    try:
        rows = connection.exec_driver_sql("SELECT version, sequence, hash FROM index_state LIMIT 2").all()
    except DBAPIError:  # the table is missing or has other columns
        return []
    return [(version, sequence, digest) for version, sequence, digest in rows]


def rebuild(connection: Connection, entries: Iterable[Entry]) -> None:
    """Throw the index away and derive it again from all `entries`, in their order."""
    forms.drop_lists(connection)
    prepare(connection)
    last: Entry | None = None
    for last in entries:
        _enter(connection, last)
    if last is not None:
        _mark(connection, last)


def add(connection: Connection, entry: Entry) -> None:
    """Enter what this entry says. Kinds and bodies that this version cannot read change nothing."""
    _enter(connection, entry)
    _mark(connection, entry)


def _mark(connection: Connection, entry: Entry) -> None:
    connection.execute(update(schema.index_state).values(sequence=entry.sequence, hash=entry.hash))


def _enter(connection: Connection, entry: Entry) -> None:
    if entry.kind == Kind.DEVICE_SAVED and (device := device_of(entry.body)):
        _add_device(connection, device, entry.sequence, saved=True)
        _suggest(connection, entry.sequence, device)
    elif entry.kind in SCANS and (record := record_of(entry.body)):
        _add_scan(connection, entry, record)
    elif entry.kind in ACTIONS and (action := action_of(entry.body)):
        _add_action(connection, entry, action)
    else:
        index_latest.add(connection, entry)


_put_device = upsert(schema.devices)
_PUT_DEVICE = _put_device.on_conflict_do_update(
    index_elements=["device_id"],
    set_={column.name: column for column in _put_device.excluded if column.name != "device_id"},
    where=(schema.devices.c.saved == 0) | (_put_device.excluded.saved == 1),
)


def device_values(device: Device, sequence: int, *, saved: bool) -> dict[str, object]:
    """Return the row of the list of devices that an entry makes."""
    values = {field: str(getattr(device, field)) for field in DEVICE_FIELDS}
    return {
        "device_id": device.id,
        **values,
        "sequence": sequence,
        "saved": int(saved),
        "asset_key": key_of(device.asset_number),
        "serial_key": key_of(device.serial),
        "make_key": key_of(device.make),
        "model_key": key_of(device.model),
        "search": search_text(values.values()),
    }


def _add_device(connection: Connection, device: Device, sequence: int, *, saved: bool) -> None:
    connection.execute(_PUT_DEVICE, device_values(device, sequence, saved=saved))


def is_saved(connection: Connection, device: Device) -> bool:
    """Say whether the operator saved this device with exactly these fields."""
    table = schema.devices
    row = connection.execute(select(table).where(table.c.device_id == device.id, table.c.saved == 1)).one_or_none()
    return row is not None and all(getattr(row, field) == getattr(device, field) for field in DEVICE_FIELDS)


_put_scan = upsert(schema.scans)
_PUT_SCAN = _put_scan.on_conflict_do_update(
    index_elements=["scan_id"],
    set_={column.name: column for column in _put_scan.excluded if column.name not in {"scan_id", "sequence"}},
)


def scan_values(entry: Entry, record: ScanRecord) -> dict[str, object]:
    """Return the row of the list of scans that this entry makes."""
    ended = entry.kind in ENDS
    return {
        "scan_id": record.id,
        "sequence": entry.sequence,
        "end_sequence": entry.sequence if ended else None,
        "started": record.started,
        "ended": record.ended,
        "device_id": record.device.id,
        "operator": record.operator,
        "target": shown_target(record.target),
        "target_kind": record.target.kind.value,
        "target_key": open_threats.target_key(record.target),
        "light": record.light.value if ended else Light.SCANNING.value,
        "verdict": record.verdict.kind.value if ended else "",
        "stop": record.stop.value if ended else "",
        "threats": counted(record.evidence.threats_found),
        "not_read": counted(record.coverage.items_not_read),
        "accepted": counted(record.evidence.threats_accepted),
        "follows": record.follows,
        "action": record.action,
        "day": _day_of(entry, record),
        "search": search_text((record.operator, shown_target(record.target))),
    }


def _day_of(entry: Entry, record: ScanRecord) -> str:
    """Return the day from which the next scan is counted.

    The scan that verifies a clean-up and a quick scan read only some folders, and the scan of one file is no scan of
    the device.
    """
    whole = entry.kind == Kind.SCAN_FINISHED and record.stop is Stop.COMPLETED
    if not whole or record.follows or record.target.quick or record.target.kind is TargetKind.FILE:
        return ""
    return local_day(record.ended, record.utc_offset_min)


def _add_scan(connection: Connection, entry: Entry, record: ScanRecord) -> None:
    if entry.kind != Kind.SCAN_FINISHED and _has_finished(connection, record.id):
        return  # a result outranks whatever is said later of the same scan
    connection.execute(_PUT_SCAN, scan_values(entry, record))
    _add_device(connection, record.device, entry.sequence, saved=False)
    _suggest(connection, entry.sequence, record.device, record.operator)
    if entry.kind in ENDS:
        _add_findings(connection, record)
        index_threats.change(connection, record.device.id, lambda known: open_threats.after_scan(known, record))


def _add_action(connection: Connection, entry: Entry, action: ActionRecord) -> None:
    if not index_actions.add(connection, entry, action):
        return
    _add_device(connection, action.device, entry.sequence, saved=False)
    _suggest(connection, entry.sequence, action.device, action.operator)
    if entry.kind == Kind.ACTION_ENDED:
        index_threats.change(connection, action.device.id, lambda known: open_threats.after_action(known, action))


# Statements that a rebuild runs for each scan are built once: building costs more than running.
_SELECT_END = select(schema.scans.c.end_sequence, schema.scans.c.stop).where(
    schema.scans.c.scan_id == bindparam("scan")
)
_DELETE_FINDINGS = delete(schema.findings).where(schema.findings.c.scan_id == bindparam("scan"))
_INSERT_FINDINGS = insert(schema.findings)


def _has_finished(connection: Connection, scan_id: str) -> bool:
    row = connection.execute(_SELECT_END, {"scan": scan_id}).one_or_none()
    return row is not None and row.end_sequence is not None and row.stop != Stop.CUT_OFF


def finding_rows(record: ScanRecord) -> list[dict[str, object]]:
    """Return the rows in which the findings of a record are searched."""
    return [
        {"scan_id": record.id, "device_id": record.device.id, "search": text}
        for text in bounded_rows(map(_finding_text, record.findings))
    ]


def _add_findings(connection: Connection, record: ScanRecord) -> None:
    connection.execute(_DELETE_FINDINGS, {"scan": record.id})
    if rows := finding_rows(record):
        connection.execute(_INSERT_FINDINGS, rows)


def _finding_text(finding: Finding) -> str:
    where = shown(shown_chain(finding.chain[-4:], NAME_CHARACTERS), NAME_CHARACTERS)
    return search_text((finding.rule, finding.family, finding.sha256, where))


_put_suggestion = upsert(schema.suggestions).values(
    field=bindparam("field"), value=bindparam("value"), folded=bindparam("folded"), sequence=bindparam("sequence")
)
_PUT_SUGGESTION = _put_suggestion.on_conflict_do_update(
    index_elements=["field", "value"], set_={"sequence": _put_suggestion.excluded.sequence}
)


def _suggest(connection: Connection, sequence: int, device: Device, operator: str = "") -> None:
    rows = [
        {"field": field, "value": value, "folded": fold(value), "sequence": sequence}
        for field, value in suggested(device, operator)
    ]
    if rows:
        connection.execute(_PUT_SUGGESTION, rows)


def suggested(device: Device, operator: str = "") -> Iterator[tuple[str, str]]:
    """Yield the fields and values that an entry adds to the suggestions."""
    values = {field: str(getattr(device, field)) for field in SUGGESTED_DEVICE_FIELDS} | {"operator": operator}
    for field, value in values.items():
        if stripped := value.strip():
            yield field, stripped
