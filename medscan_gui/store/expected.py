"""What the lists must say, derived from the entries a second time, without the tables that it is compared with.

Only digests of rows are kept, so that a journal of any size can be compared. `index` writes the
lists entry by entry; here the same rules work on dictionaries, and a difference between the two is
a difference that is told.
"""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from medscan_gui.core.device import Device
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Stop
from medscan_gui.store import index, open_threats
from medscan_gui.store.chain import Entry
from medscan_gui.store.kinds import ENDS, SCANS, Kind, device_of, record_of
from medscan_gui.store.schema import scans

#: Columns of the list of scans that are compared as one: all but the number of the entry that began the scan.
SCAN_COLUMNS = tuple(column.name for column in scans.columns if column.name != "sequence")

#: What is kept of a row: small, and no two different rows have the same.
Digest = bytes


def digest_of(row: Sequence[object]) -> Digest:
    """Return the digest of a row of numbers, texts and bytes; other types give other digests."""
    return hashlib.blake2b(repr(tuple(row)).encode("utf-8", "surrogatepass"), digest_size=16).digest()


class ScanRow(msgspec.Struct, frozen=True):
    """What the list must say of one scan."""

    #: Number of the first entry that named it.
    sequence: int
    digest: Digest
    #: It has a result, which outranks whatever is said later.
    finished: bool
    #: Its beginning was among the entries followed.
    begun: bool


class Expected:
    """Follows entries in their order; afterwards holds what the lists must say."""

    def __init__(self) -> None:
        self.scans: dict[str, ScanRow] = {}
        #: Device -> digest of its row; whether the operator saved it.
        self.devices: dict[str, tuple[Digest, bool]] = {}
        #: Scan -> digests of its findings, sorted.
        self.findings: dict[str, tuple[Digest, ...]] = {}
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

    def _scan(self, entry: Entry, record: ScanRecord) -> None:
        known = self.scans.get(record.id)
        if entry.kind != Kind.SCAN_FINISHED and known is not None and known.finished:
            return
        values = index.scan_values(entry, record)
        self.scans[record.id] = ScanRow(
            sequence=known.sequence if known else entry.sequence,
            digest=digest_of([values[name] for name in SCAN_COLUMNS]),
            finished=entry.kind in ENDS and record.stop is not Stop.CUT_OFF,
            begun=entry.kind == Kind.SCAN_STARTED if known is None else known.begun,
        )
        self._device(record.device, entry.sequence, saved=False)
        self._suggest(entry.sequence, record.device, record.operator)
        if entry.kind in ENDS:
            self._findings(record)
            before = self.open_threats.get(record.device.id, {})
            self.open_threats[record.device.id] = open_threats.after_scan(before, record)

    def _findings(self, record: ScanRecord) -> None:
        rows = index.finding_rows(record)
        self.findings.pop(record.id, None)
        if rows:
            self.findings[record.id] = tuple(sorted(digest_of(tuple(row.values())) for row in rows))

    def _device(self, device: Device, sequence: int, *, saved: bool) -> None:
        _digest, saved_before = self.devices.get(device.id, (b"", False))
        if saved or not saved_before:
            row = index.device_values(device, sequence, saved=saved)
            self.devices[device.id] = digest_of(tuple(row.values())), saved

    def _suggest(self, sequence: int, device: Device, operator: str = "") -> None:
        for field_and_value in index.suggested(device, operator):
            self.suggestions[field_and_value] = sequence
