"""Acceptances, cards and ticked steps: which entry counts is in the index, what it says in the entry itself.

An index that names an entry that is missing, altered or of another key raises msgspec.ValidationError.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Select, select

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ProcedureStep
from medscan_gui.core.policy import StoredCard
from medscan_gui.store import entries, index_latest, kinds
from medscan_gui.store.schema import acceptances, cards, steps

_Value = TypeVar("_Value")


def _latest(
    connection: Connection, statement: Select[Any], decode: Callable[[bytes], _Value | None]
) -> Iterator[_Value]:
    """Yield what the entries say that a statement names (number and key of each row), checked."""
    listed = connection.execute(statement).all()
    rows = {row[0]: tuple(row) for row in listed}
    columns = [column.name for column in statement.selected_columns]
    found = 0
    for entry in entries.entries_at(connection, rows):
        found += 1
        made = index_latest.row_of(entry)
        value = decode(entry.body)
        says = tuple(made[1].get(name) for name in columns) if made else ()
        if value is None or not entry.intact or says != rows[entry.sequence]:
            raise msgspec.ValidationError(f"entry {entry.sequence}")
        yield value
    if found != len(listed):
        raise msgspec.ValidationError("entries are missing")


def acceptance_list(connection: Connection, *, withdrawn: bool) -> tuple[Acceptance, ...]:
    """Return the latest acceptance of each content, the latest first."""
    statement = select(acceptances.c.sequence, acceptances.c.sha256).order_by(acceptances.c.sequence.desc())
    latest = _latest(connection, statement, kinds.acceptance_of)
    return tuple(acceptance for acceptance in latest if withdrawn or not acceptance.withdrawn)


def acceptance(connection: Connection, sha256: str) -> Acceptance | None:
    """Return the latest acceptance of this content."""
    statement = select(acceptances.c.sequence, acceptances.c.sha256).where(acceptances.c.sha256 == sha256)
    return next(_latest(connection, statement, kinds.acceptance_of), None)


_CARDS = select(cards.c.sequence, cards.c.device_id, cards.c.make_key, cards.c.model_key)


def card(connection: Connection, key: tuple[str, str, str] | None) -> StoredCard | None:
    """Return the card of a device or model (see `index_latest.card_key`), also one that says it was taken away."""
    if key is None:
        return None
    device_id, make, model = key
    statement = _CARDS.where(cards.c.device_id == device_id, cards.c.make_key == make, cards.c.model_key == model)
    return next(_latest(connection, statement, kinds.card_of), None)


def card_list(connection: Connection) -> tuple[StoredCard, ...]:
    """Return the cards of all devices and models that have one, the latest first."""
    latest = _latest(connection, _CARDS.order_by(cards.c.sequence.desc()), kinds.card_of)
    return tuple(stored for stored in latest if stored.card is not None)


_STEPS = select(steps.c.sequence, steps.c.scan_id, steps.c.step)


def step_list(connection: Connection, scan_id: str) -> tuple[ProcedureStep, ...]:
    """Return the latest of each step that was ticked or unticked after a scan, the latest last."""
    statement = _STEPS.where(steps.c.scan_id == scan_id).order_by(steps.c.sequence)
    return tuple(_latest(connection, statement, kinds.step_of))


def step(connection: Connection, scan_id: str, name: str) -> ProcedureStep | None:
    """Return the latest of one step."""
    statement = _STEPS.where(steps.c.scan_id == scan_id, steps.c.step == name)
    return next(_latest(connection, statement, kinds.step_of), None)
