"""The index: what lists, searches and suggestions are read from, derived entry by entry.

It is written in the same transaction as the entry, so it never lags behind; a form of an older
program is thrown away and rebuilt from the entries when the journal is opened. What somebody else
wrote in it is found by `comparison`.
"""

from collections.abc import Iterable, Iterator

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError

from medscan_gui.core.device import Device, Target
from medscan_gui.core.finding import Finding
from medscan_gui.core.names import shown, shown_chain
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Light, Stop
from medscan_gui.store import forms, open_threats, schema
from medscan_gui.store.chain import Entry, Head
from medscan_gui.store.kinds import ENDS, SCANS, Kind, device_of, record_of
from medscan_gui.store.search import NAME_CHARACTERS, fold, search_text

#: Grows with every change of the index tables or of what is written in them.
INDEX_VERSION = 2

DEVICE_FIELDS = ("name", "asset_number", "department", "make", "model", "serial")
SUGGESTED_DEVICE_FIELDS = ("name", "asset_number", "department", "make", "model")

#: Findings of one scan that can be searched. The record keeps all of them.
FINDINGS_INDEXED = 20_000


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
        "search": search_text(values.values()),
    }


def _add_device(connection: Connection, device: Device, sequence: int, *, saved: bool) -> None:
    connection.execute(_PUT_DEVICE, device_values(device, sequence, saved=saved))


def is_saved(connection: Connection, device: Device) -> bool:
    """Say whether the operator saved this device with exactly these fields."""
    table = schema.devices
    row = connection.execute(select(table).where(table.c.device_id == device.id, table.c.saved == 1)).one_or_none()
    return row is not None and all(getattr(row, field) == getattr(device, field) for field in DEVICE_FIELDS)


def key_of(number: str) -> str:
    """Return the form in which inventory and serial numbers are compared: no case, no spaces, no accents."""
    return "".join(fold(number).split())


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
        "target": _shown_target(record.target),
        "target_kind": record.target.kind.value,
        "light": record.light.value if ended else Light.SCANNING.value,
        "verdict": record.verdict.kind.value if ended else "",
        "stop": record.stop.value if ended else "",
        "threats": record.evidence.threats_found,
        "not_read": record.coverage.items_not_read,
        "search": search_text((record.operator, _shown_target(record.target))),
    }


def _shown_target(target: Target) -> str:
    return shown(target.shown, NAME_CHARACTERS)


def _add_scan(connection: Connection, entry: Entry, record: ScanRecord) -> None:
    if entry.kind != Kind.SCAN_FINISHED and _has_finished(connection, record.id):
        return  # a result outranks whatever is said later of the same scan
    connection.execute(_PUT_SCAN, scan_values(entry, record))
    _add_device(connection, record.device, entry.sequence, saved=False)
    _suggest(connection, entry.sequence, record.device, record.operator)
    if entry.kind in ENDS:
        _add_findings(connection, record)
        _add_open_threats(connection, record)


# Statements that a rebuild runs for each scan are built once: building costs more than running.
_SELECT_END = select(schema.scans.c.end_sequence, schema.scans.c.stop).where(
    schema.scans.c.scan_id == bindparam("scan")
)
_DELETE_FINDINGS = delete(schema.findings).where(schema.findings.c.scan_id == bindparam("scan"))
_INSERT_FINDINGS = insert(schema.findings)
_SELECT_THREATS = select(schema.open_threats).where(schema.open_threats.c.device_id == bindparam("device"))
_DELETE_THREATS = delete(schema.open_threats).where(
    schema.open_threats.c.device_id == bindparam("device"), schema.open_threats.c.target_key == bindparam("key")
)


def _has_finished(connection: Connection, scan_id: str) -> bool:
    row = connection.execute(_SELECT_END, {"scan": scan_id}).one_or_none()
    return row is not None and row.end_sequence is not None and row.stop != Stop.CUT_OFF


def finding_rows(record: ScanRecord) -> list[dict[str, object]]:
    """Return the rows in which the findings of a record are searched."""
    return [
        {"scan_id": record.id, "device_id": record.device.id, "search": _finding_text(finding)}
        for finding in record.findings[:FINDINGS_INDEXED]
    ]


def _add_findings(connection: Connection, record: ScanRecord) -> None:
    connection.execute(_DELETE_FINDINGS, {"scan": record.id})
    if rows := finding_rows(record):
        connection.execute(_INSERT_FINDINGS, rows)


def _finding_text(finding: Finding) -> str:
    where = shown(shown_chain(finding.chain[-4:], NAME_CHARACTERS), NAME_CHARACTERS)
    return search_text((finding.rule, finding.family, finding.sha256, where))


def _add_open_threats(connection: Connection, record: ScanRecord) -> None:
    rows = connection.execute(_SELECT_THREATS, {"device": record.device.id}).all()
    known = {row.target_key: open_threats.OpenThreats(_target_of(row.target), row.threats) for row in rows}
    after = open_threats.after_scan(known, record)
    for key in known.keys() - after.keys():
        connection.execute(_DELETE_THREATS, {"device": record.device.id, "key": key})
    for key, left in after.items():
        if known.get(key) != left:
            _put_threats(connection, record.device.id, key, left)


_put_open = upsert(schema.open_threats)
_PUT_THREATS = _put_open.on_conflict_do_update(
    index_elements=["device_id", "target_key"],
    set_={"target": _put_open.excluded.target, "threats": _put_open.excluded.threats},
)


def _put_threats(connection: Connection, device_id: str, key: bytes, left: open_threats.OpenThreats) -> None:
    target = msgspec.json.encode(left.target)
    row = {"device_id": device_id, "target_key": key, "target": target, "threats": left.threats}
    connection.execute(_PUT_THREATS, row)


def _target_of(data: bytes) -> Target:
    return msgspec.json.decode(data, type=Target)


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
