"""Actions: what the operator had done about threats, as the journal keeps it beside the scans."""

from enum import StrEnum

import msgspec

from medscan_gui.core.device import Device, HostIdentity, Target
from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown_chain

ACTION_FORMAT = 1


class ActionKind(StrEnum):
    """What was done."""

    CLEAN_UP = "clean_up"
    RESTORE = "restore"
    DESTROY = "destroy"
    EXPORT = "export"
    #: What had been left half-way (a kill, a medium that was away) was brought to its end, without the operator.
    SETTLE = "settle"


class ActionStop(StrEnum):
    """How an action came to its end."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    CUT_OFF = "cut_off"


class ItemResult(StrEnum):
    """What became of one file of an action."""

    DONE = "done"
    #: Not done, and nothing changed: the original is where it was, or the sample is still in the quarantine.
    NOT_DONE = "not_done"
    #: Cut off half-way: the copy in the quarantine is whole, and the original may still be in place.
    UNCERTAIN = "uncertain"


class ActionItem(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an action. `chain` as in a Finding; size in bytes."""

    chain: tuple[bytes, ...]
    result: ItemResult
    #: The quarantine's entry; "" if there is none.
    entry: str = ""
    sha256: str = ""
    size: int = 0
    #: Why it was not done.
    why: Message | None = None
    #: Where a restored file went, if not to its own place; raw name bytes.
    place: bytes = b""

    @property
    def where(self) -> str:
        """Where the file lies or lay, escaped for showing."""
        return shown_chain(self.chain)


class ActionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is kept of one action: committed at its beginning without items, and again at its end.

    Times are as in the scan records. `destination` says, escaped for showing, where an export went.
    """

    id: str
    kind: ActionKind
    started: str
    format: int = ACTION_FORMAT
    ended: str = ""
    utc_offset_min: int = 0
    stop: ActionStop = ActionStop.CUT_OFF
    #: The scan whose threats these were; "" if they were of several.
    scan_id: str = ""
    device: Device
    target: Target
    operator: str = ""
    reason: str = ""
    kit: str = ""
    host: HostIdentity = HostIdentity()
    destination: str = ""
    #: How many files the operator asked for; `items` says what became of each.
    wanted: int = 0
    items: tuple[ActionItem, ...] = ()

    def count(self, result: ItemResult) -> int:
        """Return how many files have this result."""
        return sum(item.result is result for item in self.items)


class ProcedureStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the hospital's procedure that was ticked, or unticked again, after a scan."""

    scan_id: str
    device_id: str
    #: Stable name of the step: of what it says, so that a reworded step is another one.
    step: str
    #: What it said, in the language it was read in.
    text: str
    done: bool
    operator: str = ""
    at: str
