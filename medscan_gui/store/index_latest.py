"""Tables that name the latest entry of each key: acceptances, cards, ticked steps."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects.sqlite import insert as upsert

from medscan_gui.core.policy import StoredCard
from medscan_gui.store import schema
from medscan_gui.store.chain import Entry
from medscan_gui.store.index_values import key_of, local_day
from medscan_gui.store.kinds import Kind, acceptance_of, card_of, step_of

Row = dict[str, object]

_DIGEST = re.compile(r"[0-9a-f]{64}")


def is_digest(text: str) -> bool:
    """Say whether this is a SHA-256 as records write it; what is accepted must be a content."""
    return _DIGEST.fullmatch(text) is not None


def card_key(card: StoredCard) -> tuple[str, str, str] | None:
    """Return what tells whose card it is; None for one that names neither a device nor a make or model."""
    if card.device_id:
        return card.device_id, "", ""
    return model_key(card.make, card.model)


def model_key(make: str, model: str) -> tuple[str, str, str] | None:
    """Return what tells a model's card; None if both are empty."""
    keys = key_of(make), key_of(model)
    return ("", *keys) if any(keys) else None


def _acceptance(entry: Entry) -> Row | None:
    accepted = acceptance_of(entry.body)
    if accepted is None or not is_digest(accepted.sha256):
        return None
    return {"sha256": accepted.sha256, "sequence": entry.sequence}


def _card(entry: Entry) -> Row | None:
    stored = card_of(entry.body)
    key = card_key(stored) if stored else None
    if stored is None or key is None:
        return None
    card = stored.card
    return {
        "device_id": key[0],
        "make_key": key[1],
        "model_key": key[2],
        "sequence": entry.sequence,
        "present": int(card is not None),
        "next_scan": card.next_scan if card else "",
        "interval_days": card.interval_days if card else 0,
        "saved_day": local_day(stored.saved, 0),
    }


def _step(entry: Entry) -> Row | None:
    step = step_of(entry.body)
    return {"scan_id": step.scan_id, "step": step.step, "sequence": entry.sequence} if step else None


_READERS: dict[str, tuple[Table, Callable[[Entry], Row | None]]] = {
    Kind.FILE_ACCEPTED: (schema.acceptances, _acceptance),
    Kind.CARD_SAVED: (schema.cards, _card),
    Kind.STEP_TICKED: (schema.steps, _step),
}


def row_of(entry: Entry) -> tuple[Table, Row] | None:
    """Return the table and the row that this entry makes; None if it makes none."""
    if entry.kind not in _READERS:
        return None
    table, read = _READERS[entry.kind]
    row = read(entry)
    return (table, row) if row else None


def _putting(table: Table) -> Insert:
    put = upsert(table)
    keys = [column.name for column in table.primary_key]
    return put.on_conflict_do_update(
        index_elements=keys, set_={column.name: column for column in put.excluded if column.name not in keys}
    )


_PUT: dict[str, Any] = {table.name: _putting(table) for table in schema.LATEST}


def add(connection: Connection, entry: Entry) -> None:
    """Enter this entry as the latest of its key, if it is of these kinds."""
    if made := row_of(entry):
        table, row = made
        connection.execute(_PUT[table.name], row)
