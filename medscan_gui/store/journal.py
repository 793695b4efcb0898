"""The journal: the append-only record of every scan, read device by device.

SQLite in the data folder. Entries are only ever added, each carries the hash of the one before,
and an entry that was committed survives whatever happens next. See docs/journal.md.
"""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import msgspec
from sqlalchemy import Connection

from medscan_gui.core.device import Device, Target
from medscan_gui.core.messages import Message
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Light
from medscan_gui.store import cut_off, entries, index, opening, queries, queries_devices, verification
from medscan_gui.store.chain import ChainReport, Entry, Position
from medscan_gui.store.database import BUSY_SECONDS, Database
from medscan_gui.store.errors import JournalError, JournalProblem, journal_error
from medscan_gui.store.journal_actions import ActionJournal
from medscan_gui.store.journal_base import encoded
from medscan_gui.store.journal_policy import PolicyJournal
from medscan_gui.store.kinds import Kind, record_of, station_of
from medscan_gui.store.no_journal import NoJournal
from medscan_gui.store.open_threats import target_key
from medscan_gui.store.queries import ScanOrder, SuggestionField
from medscan_gui.store.summaries import ActionSummary, DeviceSummary, ScanSummary

__all__ = [
    "ActionSummary",
    "ChainReport",
    "DeviceSummary",
    "Journal",
    "JournalError",
    "JournalProblem",
    "NoJournal",
    "Position",
    "ScanOrder",
    "ScanSummary",
    "SuggestionField",
]

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Journal(ActionJournal, PolicyJournal):
    """An open journal. Thread-safe; two MedScans may have the same one open.

    Every method may raise JournalError, whose sentence says what happened and what to do.
    """

    def __init__(self, database: Database, clock: opening.Clock, problem: Message | None) -> None:
        """Use `Journal.open`."""
        super().__init__(database, clock, problem)
        #: The copy that was made before this journal was brought to a new format; None if it was not.
        self.backup: Path | None = None

    # --- opening and closing ---

    @classmethod
    def open(
        cls, directory: Path, *, removable: bool, clock: opening.Clock = _now, busy_seconds: float = BUSY_SECONDS
    ) -> Self:
        """Open the journal in `directory`; make it if there is none. Scans that were cut off stay to be recovered.

        A journal that cannot be written is opened for reading, with `problem` set. `busy_seconds` is how long
        to wait for another MedScan that is writing. Raises JournalError: damaged, no journal, newer, cannot be
        opened, full, busy; nothing was changed then.
        """
        path = directory / opening.JOURNAL_NAME
        if not path.exists():
            opening.create(path, clock, removable=removable, busy_seconds=busy_seconds)
        opening.check_header(path)
        read_only = not opening.is_writable(path)
        database = Database(path, removable=removable, read_only=read_only, busy_seconds=busy_seconds)
        problem = journal_error(JournalProblem.READ_ONLY, path).message if read_only else None
        journal = cls(database, clock, problem)
        try:
            opening.check(database)
            if not read_only:
                journal.backup = opening.bring_up_to_date(database, clock)
                journal._mended = opening.mend_lists(database)
            elif not opening.lists_agree(database):
                journal.problem = journal_error(JournalProblem.LISTS_DIFFER, path).message
            journal._station = journal._read_station()
        except BaseException:
            database.close()
            raise
        return journal

    @classmethod
    def set_aside_and_create(
        cls, directory: Path, *, removable: bool, clock: opening.Clock = _now, busy_seconds: float = BUSY_SECONDS
    ) -> Self:
        """Rename the journal that is there (damaged, presumably), make a new one, and open it.

        Only at the operator's word. The new journal's first entry names the old file. Raises JournalError.
        """
        path = directory / opening.JOURNAL_NAME
        replaced = opening.set_aside(path, clock())
        opening.create(path, clock, removable=removable, replaces=replaced, busy_seconds=busy_seconds)
        return cls.open(directory, removable=removable, clock=clock, busy_seconds=busy_seconds)

    def close(self) -> None:
        """Close the file. Scans that this process still runs count as cut off from here on."""
        self._running.release_all()
        self._database.close()

    @property
    def path(self) -> Path:
        """The journal's file."""
        return self._database.path

    @property
    def station(self) -> str:
        """The random name of this journal, given when it was made."""
        return self._station

    def _read_station(self) -> str:
        with self._reading() as connection:
            first = entries.entry_at(connection, 1)
        return station_of(first.body) if first and first.kind == Kind.JOURNAL_CREATED else ""

    # --- recording ---

    def begin_scan(self, record_stub: ScanRecord) -> None:
        """Commit that a scan begins, before its engine starts; from here on it cannot vanish without trace."""
        self._begin(record_stub.id, Kind.SCAN_STARTED, encoded(record_stub))

    def finish_scan(self, record: ScanRecord) -> Position:
        """Commit the record of a scan that has ended, and return where it stands.

        May be called again with the same record after an error: it is never entered twice.
        """
        body = encoded(record)
        with self._writing() as connection:
            entry = self._finished_already(connection, record.id, body)
            entry = entry or self._append(connection, Kind.SCAN_FINISHED, body)
        self._running.release(record.id)
        return self._position_of(entry)

    def _finished_already(self, connection: Connection, scan_id: str, body: bytes) -> Entry | None:
        sequence = queries.last_entry_of(connection, scan_id)
        entry = entries.entry_at(connection, sequence) if sequence else None
        if entry is None or entry.kind != Kind.SCAN_FINISHED:
            return None
        if entry.body != body:
            raise ValueError(f"scan {scan_id} already has another result")
        return entry

    def recover_cut_off(self, now: datetime | None = None) -> tuple[str, ...]:
        """Enter as cut off every scan that began, has no end and is run by no living MedScan; return their ids."""
        if self.read_only:
            return ()
        with self._reading() as connection:
            candidates = queries.unended(connection)
        dead = {scan_id for scan_id in candidates if not self._running.is_running(scan_id)}
        if not dead:
            return ()
        with self._writing() as connection:
            return cut_off.enter(connection, dead, now or self._clock())

    def save_device(self, device: Device) -> None:
        """Enter what is known of a device from now on; nothing is entered if that changes nothing."""
        body = encoded(device)
        with self._writing() as connection:
            if not index.is_saved(connection, device):
                self._append(connection, Kind.DEVICE_SAVED, body)

    # --- reading ---

    def devices(
        self,
        search: str = "",
        *,
        light: Light | None = None,
        due_by: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[DeviceSummary, ...]:
        """Return devices, the latest scanned or saved first.

        `search`: words that must all be found in the device, its operators, targets or findings.
        `due_by`: only those whose next scan is due on this day (ISO date) or before, the longest due first.
        """
        with self._reading() as connection:
            return queries_devices.device_list(
                connection, search=search, light=light, due_by=due_by, limit=limit, offset=offset
            )

    def scans(
        self,
        device_id: str | None = None,
        *,
        search: str = "",
        light: Light | None = None,
        order: ScanOrder = "date",
        descending: bool = True,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[ScanSummary, ...]:
        """Return scans (of one device, or of all), newest first unless another order is asked for."""
        with self._reading() as connection:
            return queries.scan_list(
                connection,
                device_id,
                search=search,
                light=light,
                order=order,
                descending=descending,
                limit=limit,
                offset=offset,
            )

    def count_scans(self, device_id: str | None = None, *, search: str = "", light: Light | None = None) -> int:
        """Return how many scans `scans` would return without a limit."""
        with self._reading() as connection:
            return queries.scan_count(connection, device_id, search=search, light=light)

    def latest_scan(self, device_id: str, target: Target) -> str:
        """Return the id of the newest scan of this device at the same place that has ended; "" if there is none.

        A volume is the same place wherever it is mounted. Scans that were cut off have ended, too.
        """
        with self._reading() as connection:
            return queries.latest_ended(connection, device_id, target_key(target))

    def device(self, device_id: str) -> Device | None:
        """Return the device of this id as it is known today, or None."""
        with self._reading() as connection:
            return queries_devices.device(connection, device_id)

    def find_device(self, *, asset_number: str = "", serial: str = "") -> Device | None:
        """Return the device of this inventory number, or else of this serial number, or None."""
        with self._reading() as connection:
            return queries_devices.find_device(connection, asset_number, serial)

    def suggestions(self, field: SuggestionField, prefix: str = "", limit: int = 20) -> tuple[str, ...]:
        """Return what was typed in `field` before and fits `prefix`, latest first."""
        with self._reading() as connection:
            return queries.suggestion_list(connection, field, prefix, limit)

    def record(self, scan_id: str) -> ScanRecord:
        """Return the record of a scan (its beginning, as long as it runs). Raises JournalError also if unknown."""
        record = record_of(self.raw_record(scan_id))
        if record is None:
            raise journal_error(JournalProblem.DAMAGED, self.path, "record")
        return record

    def raw_record(self, scan_id: str) -> bytes:
        """Return the record's canonical JSON, byte for byte as it was committed."""
        return self._entry_of(scan_id).body

    def position(self, scan_id: str) -> Position:
        """Return where the record of a scan stands in the chain."""
        return self._position_of(self._entry_of(scan_id))

    def _entry_of(self, scan_id: str) -> Entry:
        with self._reading() as connection:
            sequence = queries.last_entry_of(connection, scan_id)
            entry = self._intact_entry(connection, sequence) if sequence else None
        if entry is None:
            raise JournalError(JournalProblem.UNKNOWN_SCAN, scan=scan_id[:64])
        return entry

    # --- the chain ---

    def head(self) -> Position:
        """Return the position of the last entry."""
        with self._reading() as connection:
            return self._position_of(entries.head_of(connection))

    def verify(self) -> ChainReport:
        """Recompute the whole chain, and compare the lists with it, row by row.

        Lists that do not agree with an intact chain are made again from the entries, if the journal can be
        written; if that was done when the journal was opened, the first check tells it. With a broken chain
        nothing is changed: the file is evidence.
        """
        with self._reading() as connection:
            report = verification.verify(connection)
        if report.ok and not report.lists_agree and not self.read_only:
            log.error("the lists of the journal did not agree with its entries; they are made again")
            self.rebuild_lists()
            self._mended = True
        if self._mended:
            report = msgspec.structs.replace(report, lists_agree=False, lists_rebuilt=True)
            self._mended = False
        return report

    def rebuild_lists(self) -> None:
        """Derive everything that lists and searches read from the entries again."""
        with self._writing() as connection:
            index.rebuild(connection, entries.all_entries(connection))
