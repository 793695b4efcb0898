"""The list of actions: what each entry of an action makes of it."""

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from medscan_gui.core.action import ActionItem, ActionRecord, ActionStop, ItemResult
from medscan_gui.core.names import shown, shown_chain, shown_raw
from medscan_gui.store import schema
from medscan_gui.store.chain import Entry
from medscan_gui.store.index_values import counted, shown_target
from medscan_gui.store.kinds import Kind, standing
from medscan_gui.store.search import NAME_CHARACTERS, bounded_rows, search_text

_put = upsert(schema.actions)
_PUT = _put.on_conflict_do_update(
    index_elements=["action_id"],
    set_={column.name: column for column in _put.excluded if column.name not in {"action_id", "sequence"}},
)
_SELECT_END = select(schema.actions.c.end_sequence, schema.actions.c.stop).where(
    schema.actions.c.action_id == bindparam("action")
)
_DELETE_ITEMS = delete(schema.action_items).where(schema.action_items.c.action_id == bindparam("action"))
_INSERT_ITEMS = insert(schema.action_items)


def action_values(entry: Entry, action: ActionRecord) -> dict[str, object]:
    """Return the row of the list of actions that this entry makes."""
    ended = entry.kind == Kind.ACTION_ENDED
    texts = (action.operator, shown(action.reason, NAME_CHARACTERS), action.destination)
    return {
        "action_id": action.id,
        "sequence": entry.sequence,
        "end_sequence": entry.sequence if ended else None,
        "kind": action.kind.value,
        "started": action.started,
        "ended": action.ended,
        "device_id": action.device.id,
        "scan_id": action.scan_id,
        "operator": action.operator,
        "target": shown_target(action.target),
        "destination": shown(action.destination, NAME_CHARACTERS),
        "stop": action.stop.value if ended else "",
        "wanted": counted(action.wanted),
        "done": action.count(ItemResult.DONE),
        "not_done": action.count(ItemResult.NOT_DONE),
        "uncertain": action.count(ItemResult.UNCERTAIN),
        "search": search_text((*texts, shown_target(action.target))),
    }


def item_rows(action: ActionRecord) -> list[dict[str, object]]:
    """Return the rows in which the files of an action are searched."""
    return [{"action_id": action.id, "search": text} for text in bounded_rows(map(_item_text, action.items))]


def _item_text(item: ActionItem) -> str:
    where = shown(shown_chain(item.chain[-4:], NAME_CHARACTERS), NAME_CHARACTERS)
    place = shown_raw(item.place, NAME_CHARACTERS)
    return search_text((item.sha256, item.entry, where, place))


def add(connection: Connection, entry: Entry, action: ActionRecord) -> bool:
    """Enter what this entry says of an action; False if another entry of the same one outweighs it."""
    if standing(entry.kind, action) < _standing_now(connection, action.id):
        return False
    connection.execute(_PUT, action_values(entry, action))
    connection.execute(_DELETE_ITEMS, {"action": action.id})
    if rows := item_rows(action):
        connection.execute(_INSERT_ITEMS, rows)
    return True


def _standing_now(connection: Connection, action_id: str) -> int:
    row = connection.execute(_SELECT_END, {"action": action_id}).one_or_none()
    if row is None or row.end_sequence is None:
        return 0
    return 1 if row.stop == ActionStop.CUT_OFF else 2
