"""What one scan tells its watchers (the window, the command line) while it runs.

A scan yields, in this order: `Preparing` (any number), `Started` once, then `Progress`,
`ThreatFound` and `ItemNotRead` in any order, and `Finished` exactly once, always last, whatever
happened. Before `Finished` nothing is known: no watcher may show a result.

A clean-up yields `CleanUpProgress` and `FileCleaned` first, then all of the above for the scan that verifies it.
"""

import msgspec

from medscan_gui.core.action import ActionItem, ActionRecord
from medscan_gui.core.finding import Finding, ItemProblem
from medscan_gui.core.messages import Message
from medscan_gui.core.record import ScanRecord, SignatureFacts


class Preparing(msgspec.Struct, frozen=True):
    """The scan is being prepared (signatures verified, engine starting): what is going on."""

    step: Message


class Started(msgspec.Struct, frozen=True):
    """The engine has proven itself; items follow."""

    scan_id: str
    signatures: SignatureFacts
    workers: int


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Where the scan stands. About 20 a second at most; sizes in bytes, times in seconds."""

    items_done: int = 0
    #: Items counted so far; the whole count once `total_final`.
    items_total: int = 0
    total_final: bool = False
    bytes_done: int = 0
    bytes_total: int = 0
    #: Raw name bytes of the item at hand; b"" between items.
    current: bytes = b""
    #: Seconds that the oldest item at hand has been worked on; long ones deserve a word.
    current_for: float = 0.0
    elapsed: float = 0.0
    #: Estimated seconds to the end, or None as long as an estimate would be a guess.
    left: float | None = None
    threats: int = 0
    not_read: int = 0
    paused: bool = False
    #: Share of the work done, 0 to 1, or None as long as the total is unknown.
    fraction: float | None = None


class ThreatFound(msgspec.Struct, frozen=True):
    """A signature matched."""

    finding: Finding


class ItemNotRead(msgspec.Struct, frozen=True):
    """An item ended without having been wholly looked at, and policy does not accept that."""

    problem: ItemProblem


class CleanUpProgress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a clean-up stands. Sizes in bytes, times in seconds."""

    files_done: int = 0
    files_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    #: Files done that are still in place.
    left_in_place: int = 0
    #: Raw name bytes of the file at hand.
    current: bytes = b""
    elapsed: float = 0.0
    #: Estimated seconds to the end, or None as long as an estimate would be a guess.
    left: float | None = None
    fraction: float | None = None


class FileCleaned(msgspec.Struct, frozen=True):
    """One file of a clean-up is done: removed, or left in place with the reason."""

    item: ActionItem


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """The scan is over and its record is final.

    `save_error` is set when the journal did not take the record: the record's verdict already says
    so, and the operator must be offered to save the record elsewhere.
    """

    record: ScanRecord
    committed: bool
    save_error: Message | None = None
    #: The clean-up that this scan verified; None after an ordinary scan.
    action: ActionRecord | None = None


ScanEvent = Preparing | Started | Progress | ThreatFound | ItemNotRead | CleanUpProgress | FileCleaned | Finished
