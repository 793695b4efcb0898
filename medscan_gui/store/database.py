"""One SQLite file through SQLAlchemy: its settings, its transactions, its errors as sentences."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, quote_from_bytes

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError

from medscan_gui.core.names import raw_bytes
from medscan_gui.store.errors import known_error

BUSY_SECONDS = 5.0
"""How long to wait for another MedScan that is writing; one commit takes some 50 ms on a slow key."""

_WRITE = "medscan_write"


class Database:
    """The journal's file. Thread-safe: each transaction has a connection of its own.

    `removable` media get synchronous=EXTRA; `read_only` never writes, not even to recover.
    """

    def __init__(
        self, path: Path, *, removable: bool, read_only: bool = False, busy_seconds: float = BUSY_SECONDS
    ) -> None:
        self.path = path
        self.read_only = read_only
        self._removable = removable
        self._busy_seconds = busy_seconds
        self._engine = self._make_engine()

    def _make_engine(self) -> Engine:
        engine = create_engine(
            "sqlite://", creator=self._connect, poolclass=QueuePool, pool_size=4, max_overflow=16
        )
        event.listen(engine, "begin", _begin)
        return engine

    def _connect(self) -> sqlite3.Connection:
        mode = "ro" if self.read_only else "rw"  # never "rwc": a file that vanished must not come back empty
        connection = sqlite3.connect(
            f"{file_uri(self.path)}?mode={mode}",
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,  # transactions are begun by us, see _begin
            check_same_thread=False,
        )
        try:
            for pragma in self._pragmas():
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _pragmas(self) -> Iterator[str]:
        yield "trusted_schema = OFF"  # a hostile file's schema may call no function with effects
        yield "cell_size_check = ON"
        yield "mmap_size = 0"  # a key that is pulled out must give an error, not a fault
        yield "foreign_keys = ON"
        yield "recursive_triggers = ON"
        if not self.read_only:
            yield "journal_mode = TRUNCATE"  # WAL fails on FAT
            yield f"synchronous = {'EXTRA' if self._removable else 'FULL'}"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection with one consistent view. Raises JournalError."""
        with self._transaction(write=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection that holds the write lock from the start; commits at the end, or undoes all.

        Raises JournalError; then nothing was written.
        """
        with self._transaction(write=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Connection]:
        try:
            with self._engine.connect().execution_options(**{_WRITE: write}) as connection, connection.begin():
                yield connection
        except (DBAPIError, sqlite3.Error) as error:
            # Connections to a file that moved or a medium that came back are of no use any more.
            self._engine.dispose()
            if known := known_error(error, self.path):
                raise known from error
            raise

    def copy_to(self, target: Path) -> None:
        """Write a consistent copy of the committed state. Raises sqlite3.Error, OSError."""
        source = sqlite3.connect(f"{file_uri(self.path)}?mode=ro", uri=True, timeout=self._busy_seconds)
        try:
            copy = sqlite3.connect(target)
            try:
                source.backup(copy)
            finally:
                copy.close()
        finally:
            source.close()

    def close(self) -> None:
        """Close every connection. The next transaction would open a new one."""
        self._engine.dispose()


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def file_uri(path: Path) -> str:
    """Return the path as SQLite's URI; `Path.as_uri` writes a share as an authority, which SQLite refuses."""
    absolute = path.absolute()
    if sys.platform == "win32":
        text = absolute.as_posix()
        return "file://" + quote(text if text.startswith("/") else f"/{text}", safe="/:")
    else:  # noqa: RET505  # a branch for each platform, as the type checker reads it
        return "file://" + quote_from_bytes(raw_bytes(str(absolute)))
