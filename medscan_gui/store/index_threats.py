"""The list of open threats, as one scan or action of a device changes it."""

from collections.abc import Callable, Mapping

import msgspec
from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from medscan_gui.core.device import Target
from medscan_gui.store import schema
from medscan_gui.store.index_values import counted
from medscan_gui.store.open_threats import OpenThreats, Source

Places = Mapping[bytes, OpenThreats]

# Statements that a rebuild runs for each scan are built once: building costs more than running.
_SELECT = select(schema.open_threats).where(schema.open_threats.c.device_id == bindparam("device"))
_DELETE = delete(schema.open_threats).where(
    schema.open_threats.c.device_id == bindparam("device"), schema.open_threats.c.target_key == bindparam("key")
)
_put = upsert(schema.open_threats)
_PUT = _put.on_conflict_do_update(
    index_elements=["device_id", "target_key"],
    set_={name: _put.excluded[name] for name in ("target", "threats", "sources")},
)


def row_of(place: OpenThreats) -> tuple[bytes, int, bytes]:
    """Return the columns `target`, `threats` and `sources` of a place."""
    return msgspec.json.encode(place.target), counted(place.threats), msgspec.json.encode(place.sources)


def change(connection: Connection, device_id: str, after: Callable[[Places], Places]) -> None:
    """Put in the list what `after` makes of the device's open threats.

    Raises msgspec.ValidationError or DecodeError if somebody put nonsense in the list.
    """
    rows = connection.execute(_SELECT, {"device": device_id}).all()
    known = {row.target_key: _place(row.target, row.sources) for row in rows}
    left = after(known)
    for key in known.keys() - left.keys():
        connection.execute(_DELETE, {"device": device_id, "key": key})
    for key, place in left.items():
        if known.get(key) != place:
            target, threats, sources = row_of(place)
            row = {"target": target, "threats": threats, "sources": sources}
            connection.execute(_PUT, {"device_id": device_id, "target_key": key, **row})


def _place(target: object, sources: object) -> OpenThreats:
    if not (isinstance(target, bytes) and isinstance(sources, bytes)):
        raise msgspec.ValidationError("open threats of a type that is never written")
    return OpenThreats(
        msgspec.json.decode(target, type=Target), msgspec.json.decode(sources, type=tuple[Source, ...])
    )
