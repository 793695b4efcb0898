"""Tables, triggers and views of the file: are they the ones that this program makes?

A trigger of somebody else's could falsify the lists again after each rebuild; a missing one of ours
would let entries be changed.
"""

import sqlite3
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, StaticPool, create_engine

from medscan_gui.store.migrations import migrate
from medscan_gui.store.schema import index_tables

_OBJECTS = "SELECT type, name, coalesce(sql, '') FROM sqlite_master"


class _Form(NamedTuple):
    type: str
    name: str
    sql: str

    @property
    def watched(self) -> bool:
        """Entries and other tables are the migrations' affair."""
        return self.type in {"trigger", "view"} or self.name.lower().startswith("index_")

    @property
    def compared(self) -> tuple[str, str, str]:
        return self.type, self.name, "".join(self.sql.split())


def _forms(connection: Connection) -> list[_Form]:
    rows = connection.exec_driver_sql(_OBJECTS).all()
    return [form for form in (_Form(*map(str, row)) for row in rows) if form.watched]


@cache
def _ours() -> tuple[_Form, ...]:
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(":memory:"), poolclass=StaticPool)
    try:
        with engine.begin() as connection:
            migrate(connection)
            index_tables.create_all(connection)
            return tuple(_forms(connection))
    finally:
        engine.dispose()


def are_ours(connection: Connection) -> bool:
    """Say whether triggers and views, and the tables of the lists, are exactly ours."""
    return {form.compared for form in _forms(connection)} == {form.compared for form in _ours()}


def drop_lists(connection: Connection) -> None:
    """Drop every table and view of the lists, and all triggers; put the triggers of ours back."""
    for kind in ("trigger", "view", "table"):
        for form in _forms(connection):
            if form.type == kind:
                quoted = form.name.replace('"', '""')
                connection.exec_driver_sql(f'DROP {kind.upper()} "{quoted}"')
    for form in _ours():
        if form.type == "trigger":
            connection.exec_driver_sql(form.sql)
