"""The record of one scan: what is committed to the journal and what every report reads.

Records are canonical JSON: keys sorted, no floats, UTF-8, raw names as base64. Times are RFC 3339
in UTC with the device's own offset beside them, since clocks of old computers are wrong.
"""

from datetime import UTC, datetime

import msgspec

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.coverage import Coverage
from medscan_gui.core.device import Device, HostIdentity, Target
from medscan_gui.core.finding import Finding, ItemProblem
from medscan_gui.core.opinion import EngineOpinion
from medscan_gui.core.policy import CardInForce
from medscan_gui.core.verdict import Evidence, Verdict
from medscan_gui.core.words import Light, SignatureAge, Stop

RECORD_FORMAT = 1


class EngineFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The engine of a scan: versions, processes started, restarts after crashes."""

    program_version: str = ""
    yara_version: str = ""
    workers: int = 0
    restarts: int = 0


class SlowItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item that took long, and how many milliseconds; `chain` as in a Finding."""

    chain: tuple[bytes, ...]
    milliseconds: int
    size: int = 0


class SignatureFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The bundle of a scan. `age_days` is by the clock of the computer that scanned."""

    name: str = ""
    version: str = ""
    created: str = ""
    digest: str = ""
    rules: int = 0
    #: Digests of known contents.
    hashes: int = 0
    age_days: int = 0
    age: SignatureAge = SignatureAge.UNKNOWN
    #: The computer's clock is before the bundle's date: the age cannot be trusted.
    clock_doubtful: bool = False


class ScanRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is kept of one scan.

    `findings` and `problems` are bounded lists (see below); evidence and coverage count all of them.
    `operator` and the device's fields are what the operator typed, possibly nothing.
    """

    id: str
    format: int = RECORD_FORMAT
    kit: str = ""
    started: str
    ended: str = ""
    #: Offset of local time from UTC in minutes, as the computer believed it.
    utc_offset_min: int = 0
    target: Target
    device: Device
    operator: str = ""
    host: HostIdentity = HostIdentity()
    engine: EngineFacts = EngineFacts()
    signatures: SignatureFacts = SignatureFacts()
    evidence: Evidence = Evidence()
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    problems: tuple[ItemProblem, ...] = ()
    #: The items that took longest, the slowest first; a bounded list.
    slowest: tuple[SlowItem, ...] = ()
    #: What the hospital accepts of what was found: who, why, until when.
    accepted: tuple[Acceptance, ...] = ()
    #: The policy card that the scan followed; None in records of programs that knew none.
    card: CardInForce | None = None
    #: For the scan that verifies a clean-up: the scan that found the threats, the clean-up's `ActionRecord`,
    #: and the folders that were read again. Its findings are those of the first scan, with their fate.
    follows: str = ""
    action: str = ""
    places: tuple[bytes, ...] = ()

    @property
    def light(self) -> Light:
        """The colour of this scan."""
        return self.verdict.light

    @property
    def coverage(self) -> Coverage:
        """The ledger of outcomes."""
        return self.evidence.coverage

    @property
    def opinions(self) -> tuple[EngineOpinion, ...]:
        """What the second engines said that were asked for."""
        return self.evidence.opinions

    @property
    def stop(self) -> Stop:
        """How the scan came to its end."""
        return self.evidence.stop

    @property
    def findings_left_out(self) -> int:
        """Findings that the record counts but does not list."""
        return max(0, self.evidence.threats_found - len(self.findings))

    @property
    def problems_left_out(self) -> int:
        """Items not read that the record counts but does not list."""
        return max(0, self.coverage.items_not_read - len(self.problems))


#: Findings, and items not read, that a record lists; more are only counted: the record must stay readable.
FINDINGS_KEPT = 60_000
PROBLEMS_KEPT = 20_000
#: Bytes of raw names that the lists of one record hold together.
NAME_BYTES_KEPT = 64 << 20


def canonical_json(value: object) -> bytes:
    """Return the one JSON form of a value that is hashed and stored."""
    return msgspec.json.encode(value, order="sorted")


def encode_record(record: ScanRecord) -> bytes:
    """Return a record as canonical JSON."""
    return canonical_json(record)


_decoder = msgspec.json.Decoder(ScanRecord)


def decode_record(data: bytes) -> ScanRecord:
    """Read a record. Raises msgspec.DecodeError or ValidationError (both ValueError) if it is none.

    Fields that this version does not know are ignored here; the stored bytes keep them.
    """
    return _decoder.decode(data)


def timestamp(moment: datetime) -> str:
    """Return a time as the records write it: UTC, to the millisecond, ``2026-11-21T20:31:07.123Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_offset_min(moment: datetime) -> int:
    """Return the offset of this computer's local time from UTC at a moment, in minutes."""
    offset = moment.astimezone().utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def moment_of(stamp: str) -> datetime | None:
    """Read a time of `timestamp`; None for "" and for anything that is no time."""
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
