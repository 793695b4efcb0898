"""What an entry of the journal can be, and how its body is read."""

from enum import StrEnum
from typing import TypeVar

import msgspec

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ActionRecord, ActionStop, ProcedureStep
from medscan_gui.core.device import Device
from medscan_gui.core.policy import StoredCard
from medscan_gui.core.record import ScanRecord


class Kind(StrEnum):
    """Kinds of entries. Other programs' kinds are kept, chained and left alone."""

    JOURNAL_CREATED = "journal_created"
    SCAN_STARTED = "scan_started"
    SCAN_FINISHED = "scan_finished"
    SCAN_CUT_OFF = "scan_cut_off"
    DEVICE_SAVED = "device_saved"
    ACTION_STARTED = "action_started"
    ACTION_ENDED = "action_ended"
    FILE_ACCEPTED = "file_accepted"
    CARD_SAVED = "card_saved"
    STEP_TICKED = "step_ticked"


#: Kinds whose body is the record of a scan that has ended.
ENDS = frozenset({Kind.SCAN_FINISHED, Kind.SCAN_CUT_OFF})
#: Kinds whose body is the record of a scan.
SCANS = ENDS | {Kind.SCAN_STARTED}
#: Kinds whose body is the record of an action.
ACTIONS = frozenset({Kind.ACTION_STARTED, Kind.ACTION_ENDED})


class JournalCreated(msgspec.Struct, frozen=True, kw_only=True):
    """Body of the first entry: the random name of this station's journal, and what it replaces."""

    station: str
    program: str = ""
    #: Name of the damaged journal's file that was set aside for this one; "" if none.
    replaces: str = ""


_records = msgspec.json.Decoder(ScanRecord)
_devices = msgspec.json.Decoder(Device)
_created = msgspec.json.Decoder(JournalCreated)
_actions = msgspec.json.Decoder(ActionRecord)
_acceptances = msgspec.json.Decoder(Acceptance)
_cards = msgspec.json.Decoder(StoredCard)
_steps = msgspec.json.Decoder(ProcedureStep)

_Body = TypeVar("_Body")


def _read(decoder: msgspec.json.Decoder[_Body], body: bytes) -> _Body | None:
    """Return what a body says; None if this version cannot read it."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # ValidationError is a DecodeError
        return None


def record_of(body: bytes) -> ScanRecord | None:
    """Return the record in a body; None if it is none that this version can read."""
    return _read(_records, body)


def device_of(body: bytes) -> Device | None:
    """Return the device in a body; None if it is none that this version can read."""
    return _read(_devices, body)


def action_of(body: bytes) -> ActionRecord | None:
    """Return the action in a body; None if it is none that this version can read."""
    return _read(_actions, body)


def acceptance_of(body: bytes) -> Acceptance | None:
    """Return the acceptance in a body; None if it is none that this version can read."""
    return _read(_acceptances, body)


def card_of(body: bytes) -> StoredCard | None:
    """Return the card in a body; None if it is none that this version can read."""
    return _read(_cards, body)


def step_of(body: bytes) -> ProcedureStep | None:
    """Return the step in a body; None if it is none that this version can read."""
    return _read(_steps, body)


def station_of(body: bytes) -> str:
    """Return the station's name in the first entry's body; "" if it cannot be read."""
    created = _read(_created, body)
    return created.station if created else ""


def standing(kind: str, action: ActionRecord) -> int:
    """Return how much an entry of an action outweighs others of the same one: begun 0, cut off 1, ended 2.

    Where locks fail, a living action may be taken for dead: its own end still counts.
    """
    if kind != Kind.ACTION_ENDED:
        return 0
    return 1 if action.stop is ActionStop.CUT_OFF else 2
