"""What the lists must say, derived from the entries a second time, without the tables that it is compared with.

Only digests of rows are kept, so that a journal of any size can be compared. `index` writes the
lists entry by entry; here the same rules work on dictionaries, and a difference between the two is
a difference that is told.
"""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from medscan_gui.core.action import ActionRecord
from medscan_gui.core.device import Device
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Stop
from medscan_gui.store import index, index_actions, index_latest, open_threats
from medscan_gui.store.chain import Entry
from medscan_gui.store.kinds import ACTIONS, ENDS, SCANS, Kind, action_of, device_of, record_of, standing
from medscan_gui.store.schema import actions, scans

#: Columns of the lists of scans and of actions that are compared as one: all but the number of the entry that
#: began it. The first is the id.
SCAN_COLUMNS = tuple(column.name for column in scans.columns if column.name != "sequence")
ACTION_COLUMNS = tuple(column.name for column in actions.columns if column.name != "sequence")

#: What is kept of a row: small, and no two different rows have the same.
Digest = bytes


def digest_of(row: Sequence[object]) -> Digest:
    """Return the digest of a row of numbers, texts and bytes; other types give other digests."""
    return hashlib.blake2b(repr(tuple(row)).encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Row(msgspec.Struct, frozen=True):
    """What the list must say of one scan or action."""

    #: Number of the first entry that named it.
    sequence: int
    digest: Digest
    #: How much the entry that says it outweighs others: a result outranks whatever else is said later.
    standing: int
    #: Its beginning was among the entries followed.
    begun: bool


class Expected:
    """Follows entries in their order; afterwards holds what the lists must say."""

    def __init__(self) -> None:
        self.scans: dict[str, Row] = {}
        self.actions: dict[str, Row] = {}
        #: Device -> digest of its row; whether the operator saved it.
        self.devices: dict[str, tuple[Digest, bool]] = {}
        #: Scan -> digests of its findings, sorted.
        self.findings: dict[str, tuple[Digest, ...]] = {}
        #: Action -> digests of the texts in which its files are searched, sorted.
        self.action_items: dict[str, tuple[Digest, ...]] = {}
        #: Table and key -> the row that names the latest entry of that key.
        self.latest: dict[tuple[object, ...], tuple[object, ...]] = {}
        #: Device -> place -> threats that are open there.
        self.open_threats: dict[str, Mapping[bytes, open_threats.OpenThreats]] = {}
        #: Field and value -> number of the last entry that used it.
        self.suggestions: dict[tuple[str, str], int] = {}

    def follow(self, entry: Entry) -> None:
        """Take the next entry."""
        if entry.kind == Kind.DEVICE_SAVED and (device := device_of(entry.body)):
            self._device(device, entry.sequence, saved=True)
            self._suggest(entry.sequence, device)
        elif entry.kind in SCANS and (record := record_of(entry.body)):
            self._scan(entry, record)
        elif entry.kind in ACTIONS and (action := action_of(entry.body)):
            self._action(entry, action)
        elif made := index_latest.row_of(entry):
            table, row = made
            self.latest[table.name, *(row[column.name] for column in table.primary_key)] = tuple(row.values())

    def _scan(self, entry: Entry, record: ScanRecord) -> None:
        known = self.scans.get(record.id)
        finished = known is not None and known.standing > 0
        if entry.kind != Kind.SCAN_FINISHED and finished:
            return
        values = index.scan_values(entry, record)
        self.scans[record.id] = Row(
            sequence=known.sequence if known else entry.sequence,
            digest=digest_of([values[name] for name in SCAN_COLUMNS]),
            standing=int(entry.kind in ENDS and record.stop is not Stop.CUT_OFF),
            begun=entry.kind == Kind.SCAN_STARTED if known is None else known.begun,
        )
        self._device(record.device, entry.sequence, saved=False)
        self._suggest(entry.sequence, record.device, record.operator)
        if entry.kind in ENDS:
            self._keep(self.findings, record.id, index.finding_rows(record))
            before = self.open_threats.get(record.device.id, {})
            self.open_threats[record.device.id] = open_threats.after_scan(before, record)

    def _action(self, entry: Entry, action: ActionRecord) -> None:
        known, stands = self.actions.get(action.id), standing(entry.kind, action)
        if known is not None and stands < known.standing:
            return
        values = index_actions.action_values(entry, action)
        self.actions[action.id] = Row(
            sequence=known.sequence if known else entry.sequence,
            digest=digest_of([values[name] for name in ACTION_COLUMNS]),
            standing=stands,
            begun=entry.kind == Kind.ACTION_STARTED if known is None else known.begun,
        )
        self._keep(self.action_items, action.id, index_actions.item_rows(action))
        self._device(action.device, entry.sequence, saved=False)
        self._suggest(entry.sequence, action.device, action.operator)
        if entry.kind == Kind.ACTION_ENDED:
            before = self.open_threats.get(action.device.id, {})
            self.open_threats[action.device.id] = open_threats.after_action(before, action)

    @staticmethod
    def _keep(rows_of: dict[str, tuple[Digest, ...]], record_id: str, rows: list[dict[str, object]]) -> None:
        rows_of.pop(record_id, None)
        if rows:
            rows_of[record_id] = tuple(sorted(digest_of(tuple(row.values())) for row in rows))

    def _device(self, device: Device, sequence: int, *, saved: bool) -> None:
        _digest, saved_before = self.devices.get(device.id, (b"", False))
        if saved or not saved_before:
            row = index.device_values(device, sequence, saved=saved)
            self.devices[device.id] = digest_of(tuple(row.values())), saved

    def _suggest(self, sequence: int, device: Device, operator: str = "") -> None:
        for field_and_value in index.suggested(device, operator):
            self.suggestions[field_and_value] = sequence
