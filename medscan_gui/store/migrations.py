"""Numbered steps from an empty file to today's journal. A step, once released, is never edited.

The number of the last step done stands in the file's header (`PRAGMA user_version`). Steps run in
one transaction, after a backup of the file: either all are done or none.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from medscan_gui.store.schema import APPLICATION_ID


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its number and its statements."""

    number: int
    statements: tuple[str, ...]


_CREATE = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    """
    CREATE TABLE entries (
        sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
        id TEXT NOT NULL UNIQUE CHECK (typeof(id) = 'text'),
        kind TEXT NOT NULL CHECK (typeof(kind) = 'text'),
        written TEXT NOT NULL CHECK (typeof(written) = 'text'),
        previous BLOB NOT NULL UNIQUE CHECK (typeof(previous) = 'blob' AND length(previous) = 32),
        hash BLOB NOT NULL UNIQUE CHECK (typeof(hash) = 'blob' AND length(hash) = 32),
        body BLOB NOT NULL CHECK (typeof(body) = 'blob')
    )
    """,
    """
    CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    """
    CREATE TRIGGER entries_never_go BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    # Also what keeps INSERT OR REPLACE from replacing: it never meets an existing row.
    """
    CREATE TRIGGER entries_follow_the_head BEFORE INSERT ON entries
    WHEN NEW.sequence IS NOT coalesce((SELECT max(sequence) FROM entries), 0) + 1
        OR NEW.previous IS NOT
            coalesce((SELECT hash FROM entries ORDER BY sequence DESC LIMIT 1), zeroblob(32))
        OR EXISTS (SELECT 1 FROM entries WHERE id = NEW.id OR hash = NEW.hash)
    BEGIN SELECT RAISE(ABORT, 'an entry follows the head'); END
    """,
)

MIGRATIONS: tuple[Migration, ...] = (Migration(1, _CREATE),)


def newest(migrations: tuple[Migration, ...]) -> int:
    """Return the number of the format these steps lead to."""
    return migrations[-1].number


def version_of(connection: Connection) -> int:
    """Return the number of the last step done in this file."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def migrate(connection: Connection, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Do the steps that are not done yet, inside the caller's transaction."""
    done = version_of(connection)
    for step in migrations:
        if step.number <= done:
            continue
        for statement in step.statements:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"PRAGMA user_version = {step.number:d}")
