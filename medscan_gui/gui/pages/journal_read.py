"""One line of the journal with all that its details show. Read beside the window's thread."""

from typing import NamedTuple

from medscan_gui.core.action import ActionRecord
from medscan_gui.core.record import ScanRecord
from medscan_gui.export.model import JournalPosition
from medscan_gui.gui.models.scans import HistoryRow
from medscan_gui.gui.pages.journal_connected import read_connected
from medscan_gui.store.journal import Journal, NoJournal


class CommittedScan(NamedTuple):
    """A record, its place in the chain, and what belongs to it. `newest`: no later scan of its place has ended."""

    record: ScanRecord
    position: JournalPosition
    connected: tuple[HistoryRow, ...]
    newest: bool = False


class CommittedAction(NamedTuple):
    """An action and its place in the chain."""

    action: ActionRecord
    position: JournalPosition


def read_scan(journal: Journal | NoJournal, scan_id: str) -> CommittedScan:
    """Read a scan. Raises JournalError."""
    record = journal.record(scan_id)
    newest = journal.latest_scan(record.device.id, record.target) == record.id
    return CommittedScan(record, journal.position(scan_id), read_connected(journal, record), newest)


def read_action(journal: Journal | NoJournal, action_id: str) -> CommittedAction:
    """Read an action. Raises JournalError."""
    return CommittedAction(journal.action(action_id), journal.action_position(action_id))
