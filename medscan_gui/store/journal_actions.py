"""Actions in the journal: clean-ups, restorations, destructions, exports; and scans and actions as one list."""

from sqlalchemy import Connection

from medscan_gui.core.action import ActionRecord, ActionStop
from medscan_gui.core.words import Light
from medscan_gui.store import entries, queries_history
from medscan_gui.store.chain import Entry, Position
from medscan_gui.store.errors import JournalError, JournalProblem, journal_error
from medscan_gui.store.journal_base import JournalBase, encoded
from medscan_gui.store.kinds import Kind, action_of
from medscan_gui.store.queries import ScanOrder
from medscan_gui.store.summaries import ActionSummary, ScanSummary


class ActionJournal(JournalBase):
    """The journal's part for actions."""

    def begin_action(self, stub: ActionRecord) -> None:
        """Commit that an action begins, before it touches anything; from here on it cannot vanish without trace."""
        self._begin(stub.id, Kind.ACTION_STARTED, encoded(stub))

    def finish_action(self, record: ActionRecord) -> Position:
        """Commit the record of an action that has ended, and return where it stands.

        May be called again with the same record after an error: it is never entered twice. That an action was
        cut off is not entered where an end of it is known (another MedScan may have been quicker); any other
        second result is refused with ValueError.
        """
        body = encoded(record)
        with self._writing() as connection:
            entry = self._ended_already(connection, record, body)
            entry = entry or self._append(connection, Kind.ACTION_ENDED, body)
        self._running.release(record.id)
        return self._position_of(entry)

    def _ended_already(self, connection: Connection, record: ActionRecord, body: bytes) -> Entry | None:
        sequence = queries_history.last_entry_of(connection, record.id)
        entry = entries.entry_at(connection, sequence) if sequence else None
        if entry is None or entry.kind != Kind.ACTION_ENDED:
            return None
        if entry.body == body or record.stop is ActionStop.CUT_OFF:
            return entry
        known = action_of(entry.body)
        if known is not None and known.stop is ActionStop.CUT_OFF:
            return None  # it was taken for dead, and lived: its own result counts
        raise ValueError(f"action {record.id} already has another result")

    def dead_actions(self) -> tuple[ActionRecord, ...]:
        """Return what is known of the actions that began, have no end and are run by no living MedScan.

        The quarantine knows how far each came; whoever settles one enters its end with `finish_action`.
        Nothing in a journal that cannot be written.
        """
        if self.read_only:
            return ()
        with self._reading() as connection:
            begun = queries_history.unended(connection)
            dead = [number for action_id, number in begun.items() if not self._running.is_running(action_id)]
            stubs = [action_of(entry.body) for entry in entries.entries_at(connection, dead) if entry.intact]
        return tuple(stub for stub in stubs if stub is not None)

    def action(self, action_id: str) -> ActionRecord:
        """Return the record of an action (its beginning, as long as it runs). Raises JournalError also if unknown."""
        action = action_of(self._entry_of_action(action_id).body)
        if action is None:
            raise journal_error(JournalProblem.DAMAGED, self._database.path, "action")
        return action

    def action_position(self, action_id: str) -> Position:
        """Return where the record of an action stands in the chain."""
        return self._position_of(self._entry_of_action(action_id))

    def _entry_of_action(self, action_id: str) -> Entry:
        with self._reading() as connection:
            sequence = queries_history.last_entry_of(connection, action_id)
            entry = self._intact_entry(connection, sequence) if sequence else None
        if entry is None:
            raise JournalError(JournalProblem.UNKNOWN_ACTION, action=action_id[:64])
        return entry

    def actions(
        self, device_id: str | None = None, *, scan_id: str | None = None, limit: int | None = None
    ) -> tuple[ActionSummary, ...]:
        """Return actions (on one device, about one scan, or all), newest first."""
        with self._reading() as connection:
            return queries_history.action_list(connection, device_id, scan_id=scan_id, limit=limit)

    def history(
        self,
        device_id: str | None = None,
        *,
        search: str = "",
        light: Light | None = None,
        order: ScanOrder = "date",
        descending: bool = True,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[ScanSummary | ActionSummary, ...]:
        """Return scans and actions as one list, newest first; in any other order all scans come first.

        Actions have no light: where one is asked for, they are left out.
        """
        with self._reading() as connection:
            return queries_history.history(
                connection,
                device_id,
                search=search,
                light=light,
                order=order,
                descending=descending,
                limit=limit,
                offset=offset,
            )

    def count_history(self, device_id: str | None = None, *, search: str = "", light: Light | None = None) -> int:
        """Return how many scans and actions `history` would return without a limit."""
        with self._reading() as connection:
            return queries_history.history_count(connection, device_id, search=search, light=light)
