"""What an entry of the journal can be, and how its body is read."""

from enum import StrEnum

import msgspec

from medscan_gui.core.device import Device
from medscan_gui.core.record import ScanRecord


class Kind(StrEnum):
    """Kinds of entries. Other programs' kinds are kept, chained and left alone."""

    JOURNAL_CREATED = "journal_created"
    SCAN_STARTED = "scan_started"
    SCAN_FINISHED = "scan_finished"
    SCAN_CUT_OFF = "scan_cut_off"
    DEVICE_SAVED = "device_saved"


#: Kinds whose body is the record of a scan that has ended.
ENDS = frozenset({Kind.SCAN_FINISHED, Kind.SCAN_CUT_OFF})
#: Kinds whose body is the record of a scan.
SCANS = ENDS | {Kind.SCAN_STARTED}


class JournalCreated(msgspec.Struct, frozen=True, kw_only=True):
    """Body of the first entry: the random name of this station's journal, and what it replaces."""

    station: str
    program: str = ""
    #: Name of the damaged journal's file that was set aside for this one; "" if none.
    replaces: str = ""


_records = msgspec.json.Decoder(ScanRecord)
_devices = msgspec.json.Decoder(Device)
_created = msgspec.json.Decoder(JournalCreated)


def record_of(body: bytes) -> ScanRecord | None:
    """Return the record in a body; None if it is none that this version can read."""
    try:
        return _records.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):  # ValidationError is a DecodeError
        return None


def device_of(body: bytes) -> Device | None:
    """Return the device in a body; None if it is none that this version can read."""
    try:
        return _devices.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def station_of(body: bytes) -> str:
    """Return the station's name in the first entry's body; "" if it cannot be read."""
    try:
        return _created.decode(body).station
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
