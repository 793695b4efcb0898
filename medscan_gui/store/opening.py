"""Opening a journal's file: made if there is none, checked before it is trusted, never overwritten."""

import logging
import os
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from medscan_gui import __version__
from medscan_gui.core.record import canonical_json
from medscan_gui.store import comparison, entries, index
from medscan_gui.store.database import BUSY_SECONDS, Database
from medscan_gui.store.errors import FULL_ERRNOS, JournalProblem, journal_error, os_error
from medscan_gui.store.files import free_name, sync_folder
from medscan_gui.store.kinds import JournalCreated, Kind
from medscan_gui.store.migrations import MIGRATIONS, Migration, migrate, newest, version_of
from medscan_gui.store.schema import APPLICATION_ID

JOURNAL_NAME = "journal.sqlite"

#: Up to these sizes (bytes) the file is checked wholly at each start; a key reads some 20 MB a second.
FULL_CHECK_BYTES = 4 * 1024 * 1024
QUICK_CHECK_BYTES = 32 * 1024 * 1024
#: Entries at the end of the chain whose hashes are checked at each start, whatever the size of the journal.
TAIL_CHECKED = 200
#: Up to so many entries all lists are compared with them at each start (0.1 s); beyond, the newest of them.
COMPARED_WHOLE = 2_000
TAIL_COMPARED = 500
#: Bytes of these entries' bodies together: a record of 60,000 threats has some 30 MB. The last entry is always checked.
TAIL_BYTES = 16 * 1024 * 1024

_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100
# Offsets in SQLite's file header (sqlite.org/fileformat2.html, section 1.3), big-endian.
_USER_VERSION_AT = 60
_APPLICATION_ID_AT = 68

Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


def check_header(path: Path, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Look at the file's first bytes before SQLite touches it: a newer journal must not change at all.

    Raises JournalError: DAMAGED, NOT_A_JOURNAL, NEWER, CANNOT_OPEN.
    """
    try:
        with path.open("rb") as stream:
            header = stream.read(_HEADER_BYTES)
    except OSError as error:
        raise journal_error(JournalProblem.CANNOT_OPEN, path, type(error).__name__) from error
    if len(header) < _HEADER_BYTES and _MAGIC.startswith(header[: len(_MAGIC)]):
        raise journal_error(JournalProblem.DAMAGED, path, f"{len(header)} bytes")  # we never make a short file
    if not header.startswith(_MAGIC):
        raise journal_error(JournalProblem.NOT_A_JOURNAL, path)
    if _number_at(header, _APPLICATION_ID_AT) != APPLICATION_ID:
        raise journal_error(JournalProblem.NOT_A_JOURNAL, path)
    version = _number_at(header, _USER_VERSION_AT)
    if version == 0:
        raise journal_error(JournalProblem.DAMAGED, path, "format 0")  # ours are made whole, with their number
    _refuse_newer(path, version, migrations)


def _number_at(header: bytes, offset: int) -> int:
    return int.from_bytes(header[offset : offset + 4], "big")


def _refuse_newer(path: Path, found: int, migrations: tuple[Migration, ...]) -> None:
    if found > newest(migrations):
        raise journal_error(JournalProblem.NEWER, path, found=found, known=newest(migrations))


def create(
    path: Path,
    clock: Clock,
    *,
    removable: bool,
    replaces: str = "",
    migrations: tuple[Migration, ...] = MIGRATIONS,
    busy_seconds: float = BUSY_SECONDS,
) -> None:
    """Make a new journal at `path` unless there is one by now. It appears whole or not at all.

    Raises JournalError.
    """
    unfinished = path.with_name(f"{path.name}.new-{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _creation_lock(path, busy_seconds):
            if path.exists():
                return
            _refuse_orphan(path)
            unfinished.touch()
            try:
                _fill(unfinished, clock, removable=removable, replaces=replaces, migrations=migrations)
                unfinished.rename(path)
            finally:
                for leftover in (unfinished, _rollback_of(unfinished)):
                    leftover.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise os_error(error, path) from error


@contextmanager
def _creation_lock(path: Path, busy_seconds: float) -> Iterator[None]:
    """Let one MedScan at a time create; where the file system knows no locks, go on without."""
    name = path.with_name(f"{path.name}.lock")
    lock = FileLock(name, timeout=busy_seconds, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise journal_error(JournalProblem.BUSY, path) from error
    except NotImplementedError:
        pass
    try:
        yield
    finally:
        lock.release()


def _rollback_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")


def _refuse_orphan(path: Path) -> None:
    """A rollback journal whose main file is gone would be played back into the new file: never."""
    with suppress(FileNotFoundError):
        if _rollback_of(path).stat().st_size > 0:
            raise journal_error(JournalProblem.DAMAGED, path, "rollback journal without its file")


def _fill(
    path: Path, clock: Clock, *, removable: bool, replaces: str, migrations: tuple[Migration, ...]
) -> None:
    body = JournalCreated(station=str(uuid.uuid4()), program=__version__, replaces=replaces)
    database = Database(path, removable=removable)
    try:
        with database.writing() as connection:
            migrate(connection, migrations)
            index.prepare(connection)
            index.add(
                connection, entries.append(connection, Kind.JOURNAL_CREATED, canonical_json(body), clock())
            )
    finally:
        database.close()


def is_writable(path: Path) -> bool:
    """Say whether the journal and its folder take writes: SQLite needs both, for its rollback journal.

    Really tries: permission bits tell nothing of a write-protected medium, or of Windows' access lists.
    """
    probe = path.with_name(f"{path.name}.probe-{uuid.uuid4().hex}")
    try:
        with path.open("rb+"):
            pass
        probe.touch()
        probe.unlink()
    except OSError as error:
        # A full medium is not a protected one: the write that fails will say so.
        return error.errno in FULL_ERRNOS
    return True


def check(database: Database) -> None:
    """Check the file, by its size, and the end of the chain. Raises JournalError(DAMAGED) and others."""
    try:
        size = database.path.stat().st_size
    except OSError as error:
        raise journal_error(JournalProblem.GONE, database.path, type(error).__name__) from error
    with database.reading() as connection:
        if size <= FULL_CHECK_BYTES:
            _pragma_check(connection, database.path, "integrity_check")
        elif size <= QUICK_CHECK_BYTES:
            _pragma_check(connection, database.path, "quick_check")
        if not _tail_is_intact(connection):
            raise journal_error(JournalProblem.DAMAGED, database.path, "end of the chain")


def _pragma_check(connection: Connection, path: Path, pragma: str) -> None:
    result = str(connection.exec_driver_sql(f"PRAGMA {pragma}(1)").scalar())
    if result != "ok":
        raise journal_error(JournalProblem.DAMAGED, path, result[:200])


def _tail_is_intact(connection: Connection) -> bool:
    try:
        length = entries.tail_length(connection, TAIL_CHECKED, TAIL_BYTES)
        return entries.head_of(connection).sequence > 0 and entries.tail_is_intact(connection, length)
    except DBAPIError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
            return False  # no such table or column
        raise


def bring_up_to_date(
    database: Database, clock: Clock, migrations: tuple[Migration, ...] = MIGRATIONS
) -> Path | None:
    """Do the missing migrations, after a backup, and rebuild a stale index; return the backup's path, if any.

    Raises JournalError; then the file is as it was.
    """
    backup = None
    with database.reading() as connection:
        version = version_of(connection)
        _refuse_newer(database.path, version, migrations)
        if version == newest(migrations) and _index_is_current(connection, database.path):
            return None
    with database.writing() as connection:
        version = version_of(connection)  # another MedScan may have done it meanwhile
        if version < newest(migrations):
            backup = _back_up(database, version, clock())
            migrate(connection, migrations)
        if backup or not _index_is_current(connection, database.path):
            index.rebuild(connection, entries.all_entries(connection))
    return backup


def _index_is_current(connection: Connection, path: Path) -> bool:
    """Say whether the lists go up to the last entry.

    Raises JournalError(DAMAGED) if they know entries that are no longer there: to rebuild them would remove the
    trace of that.
    """
    head = entries.head_of(connection)
    if index.reaches_beyond(connection, head):
        raise journal_error(JournalProblem.DAMAGED, path, f"entries after {head.sequence} are missing")
    return index.is_current(connection, head)


def lists_agree(database: Database) -> bool:
    """Compare the lists with all entries, or in a large journal with the newest. Raises JournalError."""
    with database.reading() as connection:
        return _lists_agree(connection, database.path)


def mend_lists(database: Database) -> bool:
    """Rebuild the lists if they do not agree with the entries; say whether that was so. Raises JournalError."""
    if lists_agree(database):
        return False
    with database.writing() as connection:
        if _lists_agree(connection, database.path):  # another MedScan has done it meanwhile
            return True
        log.error("the lists of the journal did not agree with its entries; they are made again")
        index.rebuild(connection, entries.all_entries(connection))
    return True


def _lists_agree(connection: Connection, path: Path) -> bool:
    if not _index_is_current(connection, path):
        return False
    end = entries.head_of(connection).sequence
    most = end if end <= COMPARED_WHOLE else TAIL_COMPARED
    return comparison.newest_agree(connection, end, entries.tail_length(connection, most, TAIL_BYTES))


def _back_up(database: Database, version: int, now: datetime) -> Path:
    path = database.path
    target = free_name(path.with_name(f"journal-format-{version}-{now:%Y%m%d-%H%M%S}.sqlite"))
    try:
        database.copy_to(target)
        with target.open("rb+") as stream:
            os.fsync(stream.fileno())
        sync_folder(path.parent)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            target.unlink(missing_ok=True)
        raise journal_error(JournalProblem.BACKUP_FAILED, path, type(error).__name__) from error
    return target


def set_aside(path: Path, now: datetime) -> str:
    """Rename a journal's files so that a new one can be made; return the new name. Raises JournalError.

    The rollback journal goes first: alone with a new file, it would be played back into it.
    """
    aside = free_name(path.with_name(f"journal-set-aside-{now:%Y%m%d-%H%M%S}.sqlite"))
    try:
        with suppress(FileNotFoundError):
            _rollback_of(path).rename(_rollback_of(aside))
        with suppress(FileNotFoundError):
            path.rename(aside)
        sync_folder(path.parent)
    except OSError as error:
        raise os_error(error, path) from error
    return aside.name
