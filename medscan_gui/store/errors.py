"""What can be wrong with a journal, each with its sentence; everything else that is raised is a bug."""

import errno
import shutil
import sqlite3
from enum import StrEnum
from pathlib import Path

import sqlalchemy.exc

from medscan_gui.core.messages import MedScanError, Message, Parameter
from medscan_gui.core.names import shown

#: Below this many free bytes a write error is told as a full disk: SQLite needs a few pages to say so itself.
_NEARLY_FULL = 64 * 1024


class JournalProblem(StrEnum):
    """Why the journal could not be opened, read or written. Each value is a message code."""

    DAMAGED = "journal.damaged"
    NOT_A_JOURNAL = "journal.not_a_journal"
    NEWER = "journal.newer"
    READ_ONLY = "journal.read_only"
    LISTS_DIFFER = "journal.lists_differ"
    CANNOT_OPEN = "journal.cannot_open"
    FULL = "journal.full"
    BUSY = "journal.busy"
    GONE = "journal.gone"
    IO_ERROR = "journal.io_error"
    UNFINISHED = "journal.unfinished"
    BACKUP_FAILED = "journal.backup_failed"
    UNKNOWN_SCAN = "journal.unknown_scan"
    UNKNOWN_ACTION = "journal.unknown_action"
    NOT_TEXT = "journal.not_text"
    NONE = "journal.none"


class JournalError(MedScanError):
    """The journal cannot do what was asked: `code` says why, `message` is the sentence for the operator."""

    def __init__(self, code: JournalProblem, **params: Parameter) -> None:
        super().__init__(Message.of(code.value, **params))
        self.code = code


class JournalRefusedError(JournalError):
    """Nothing can be recorded, for a reason that was known before: its sentence is told again."""

    def __init__(self, message: Message) -> None:
        known = {problem.value for problem in JournalProblem}
        super().__init__(JournalProblem(message.code) if message.code in known else JournalProblem.NONE)
        self.message = message


def journal_error(code: JournalProblem, path: Path, detail: str = "", **params: Parameter) -> JournalError:
    """Return the error `code` about the journal file `path`; `detail` is for technicians, never translated."""
    return JournalError(
        code, folder=shown(str(path.parent), 200), file=shown(path.name, 100), detail=detail, **params
    )


_BY_CODE = {
    sqlite3.SQLITE_CORRUPT: JournalProblem.DAMAGED,
    sqlite3.SQLITE_NOTADB: JournalProblem.NOT_A_JOURNAL,
    sqlite3.SQLITE_FULL: JournalProblem.FULL,
    sqlite3.SQLITE_BUSY: JournalProblem.BUSY,
    sqlite3.SQLITE_LOCKED: JournalProblem.BUSY,
    sqlite3.SQLITE_PROTOCOL: JournalProblem.BUSY,
    sqlite3.SQLITE_PERM: JournalProblem.READ_ONLY,
    sqlite3.SQLITE_READONLY: JournalProblem.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: JournalProblem.CANNOT_OPEN,
    sqlite3.SQLITE_IOERR: JournalProblem.IO_ERROR,
    sqlite3.SQLITE_AUTH: JournalProblem.CANNOT_OPEN,
}

_BY_EXTENDED_CODE = {
    sqlite3.SQLITE_READONLY_DBMOVED: JournalProblem.GONE,
    # A hot rollback journal lies beside the file and cannot be played back.
    sqlite3.SQLITE_READONLY_ROLLBACK: JournalProblem.UNFINISHED,
    sqlite3.SQLITE_READONLY_CANTLOCK: JournalProblem.UNFINISHED,
}

_MEDIUM_PROBLEMS = {JournalProblem.CANNOT_OPEN, JournalProblem.IO_ERROR, JournalProblem.READ_ONLY}


def known_error(error: sqlite3.Error | sqlalchemy.exc.DBAPIError, path: Path) -> JournalError | None:
    """Return the JournalError that a database error means, or None if it is a bug of ours."""
    cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
    if not isinstance(cause, sqlite3.Error):
        return None
    number: int | None = getattr(cause, "sqlite_errorcode", None)
    name = str(getattr(cause, "sqlite_errorname", type(cause).__name__))
    problem = _problem_of(cause, number)
    if problem is None:
        return None
    if problem in _MEDIUM_PROBLEMS:
        problem = _look_closer(problem, path)
    return journal_error(problem, path, name)


FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def os_error(error: OSError, path: Path) -> JournalError:
    """Return the JournalError that an error of the file system means."""
    problem = JournalProblem.CANNOT_OPEN
    if error.errno in FULL_ERRNOS:
        problem = JournalProblem.FULL
    elif error.errno == errno.EIO:
        problem = JournalProblem.IO_ERROR
    return journal_error(problem, path, errno.errorcode.get(error.errno or 0, type(error).__name__))


def _problem_of(cause: sqlite3.Error, number: int | None) -> JournalProblem | None:
    if number is None:  # pysqlite's own: text in the file that is no UTF-8
        return JournalProblem.DAMAGED if isinstance(cause, sqlite3.OperationalError) else None
    return _BY_EXTENDED_CODE.get(number) or _BY_CODE.get(number & 0xFF)


def _look_closer(problem: JournalProblem, path: Path) -> JournalProblem:
    """SQLite says "I/O error" for a key that was pulled out and for some full disks: ask the file system."""
    try:
        if not path.exists():
            return JournalProblem.GONE
        if problem is JournalProblem.IO_ERROR and shutil.disk_usage(path.parent).free < _NEARLY_FULL:
            return JournalProblem.FULL
    except OSError:
        return JournalProblem.GONE
    return problem
