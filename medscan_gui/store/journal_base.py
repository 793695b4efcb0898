"""What every part of the journal stands on: reading, writing, appending, and where an entry stands."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from sqlalchemy import Connection

from medscan_gui.core.messages import Message
from medscan_gui.core.record import canonical_json
from medscan_gui.store import entries, index, opening
from medscan_gui.store.chain import Entry, Head, Position, short_code
from medscan_gui.store.database import Database
from medscan_gui.store.errors import JournalError, JournalProblem, journal_error
from medscan_gui.store.kinds import Kind
from medscan_gui.store.liveness import RunningScans

RUNNING_FOLDER = "running"

log = logging.getLogger(__name__)


class JournalBase:
    """An open journal's file. Thread-safe."""

    def __init__(self, database: Database, clock: opening.Clock, problem: Message | None) -> None:
        self._database = database
        self._clock = clock
        self._running = RunningScans(database.path.parent / RUNNING_FOLDER)
        self._station = ""
        #: Lists that did not agree with the entries were made again, and no check has told so yet.
        self._mended = False
        self.problem = problem

    @property
    def read_only(self) -> bool:
        """The journal can be read but takes no entry."""
        return self._database.read_only

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._database.reading() as connection:
                yield connection
        except msgspec.ValidationError as error:
            raise journal_error(JournalProblem.DAMAGED, self._database.path, "lists") from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self.read_only:
            raise journal_error(JournalProblem.READ_ONLY, self._database.path)
        try:
            with self._database.writing() as connection:
                yield connection
        except msgspec.ValidationError as error:
            raise journal_error(JournalProblem.DAMAGED, self._database.path, "lists") from error

    def _append(self, connection: Connection, kind: Kind, body: bytes) -> Entry:
        entry = entries.append(connection, kind, body, self._clock())
        try:
            index.add(connection, entry)
        except msgspec.DecodeError:  # somebody put nonsense in the lists: that must cost no entry
            log.error("the lists of the journal could not be read; they are made again", exc_info=True)
            index.rebuild(connection, entries.all_entries(connection))
            self._mended = True
        return entry

    def _begin(self, record_id: str, kind: Kind, body: bytes) -> None:
        """Enter that something begins, held by this process from before the entry until it ends."""
        self._running.hold(record_id)  # before the entry: else another MedScan could take it for dead
        try:
            with self._writing() as connection:
                self._append(connection, kind, body)
        except BaseException:
            self._running.release(record_id)
            raise

    def _intact_entry(self, connection: Connection, sequence: int) -> Entry | None:
        """Return an entry; None if there is none. Raises JournalError(DAMAGED) if its hash does not fit."""
        entry = entries.entry_at(connection, sequence)
        if entry is not None and not entry.intact:
            raise journal_error(JournalProblem.DAMAGED, self._database.path, f"entry {entry.sequence}")
        return entry

    def _position_of(self, entry: Entry | Head) -> Position:
        return Position(
            sequence=entry.sequence,
            hash=entry.hash.hex(),
            short_code=short_code(entry.hash),
            station=self._station,
        )


def encoded(value: object) -> bytes:
    """Return the body of an entry. Raises JournalError(NOT_TEXT)."""
    try:
        return canonical_json(value)
    except UnicodeEncodeError as error:  # half a character, from a broken clipboard or keyboard
        raise JournalError(JournalProblem.NOT_TEXT) from error
