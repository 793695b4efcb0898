"""What a Supervisor tells its session, in the order it happens. `Ended` comes exactly once, always last.

Every item that `Counted` counts ends exactly once: in an `ItemsEnded` or in an `ItemTrouble`.
"""

from enum import StrEnum

import msgspec

from medscan_gui.core.finding import Finding, ItemProblem
from medscan_gui.core.messages import Message
from medscan_gui.core.record import SlowItem
from medscan_gui.core.verdict import EngineProof
from medscan_gui.core.words import Cause, Outcome, Stop


class Role(StrEnum):
    """What an engine process is for."""

    WALK = "walk"
    SCAN = "scan"


class Lost(StrEnum):
    """How an engine process was lost."""

    #: It ended by itself or was ended by somebody.
    CRASHED = "crashed"
    #: It did not answer in time and was killed.
    HUNG = "hung"
    #: It said what it must not say and was killed.
    PROTOCOL = "protocol"


class EngineStarted(msgspec.Struct, frozen=True, kw_only=True):
    """An engine process is ready; a worker has proven itself (`proof` is empty for the walker)."""

    role: Role
    pid: int
    program_version: str
    yara_version: str = ""
    proof: EngineProof | None = None


class Counted(msgspec.Struct, frozen=True):
    """Items found so far and their bytes; all of them once `final`."""

    items: int
    bytes: int
    final: bool = False
    #: How many of the items are members of containers; their bytes are not counted.
    members: int = 0


class EndedLine(msgspec.Struct, frozen=True):
    """Items that ended alike, and the bytes counted for them."""

    outcome: Outcome
    cause: Cause
    items: int
    bytes: int


class ItemsEnded(msgspec.Struct, frozen=True):
    """Items that ended and need no line of their own: read, empty, left out by policy, not reached."""

    lines: tuple[EndedLine, ...]


class ItemTrouble(msgspec.Struct, frozen=True):
    """One item that could not be read or checked; `size` is what was counted for it."""

    problem: ItemProblem
    size: int = 0


class Found(msgspec.Struct, frozen=True):
    """A signature matched. The item's own end comes later."""

    finding: Finding


class FoundClean(msgspec.Struct, frozen=True):
    """Files were scanned and hold nothing: the keys (`core.known_clean`) by which they are known if they stay so."""

    keys: tuple[bytes, ...]


class AtWork(msgspec.Struct, frozen=True):
    """The item that has been worked on for the longest, its raw path, and since how many seconds.

    Told all the time, also while nothing is in work (then with an empty path): watchers live by its beat.
    """

    path: bytes
    seconds: float
    pid: int


class EngineRestarted(msgspec.Struct, frozen=True, kw_only=True):
    """An engine process was lost and another one takes over."""

    role: Role
    lost: Lost
    #: For technicians: signal name, exit code, what was said wrong.
    detail: str
    #: Raw path of the item or directory that it was at; b"" if none.
    path: bytes = b""


class EngineRefused(msgspec.Struct, frozen=True):
    """The engine cannot scan: `message.code` says why; `Ended` follows."""

    message: Message


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """The scan is over; nothing of it runs any more."""

    stop: Stop
    #: The walk reached its end: `Counted` is the whole count.
    walk_complete: bool
    #: What each worker proved that was started, lost ones included.
    engines: tuple[EngineProof, ...]
    restarts: int
    #: The items that took longest, the slowest first.
    slowest: tuple[SlowItem, ...] = ()


EngineEvent = (
    EngineStarted
    | Counted
    | ItemsEnded
    | ItemTrouble
    | Found
    | FoundClean
    | AtWork
    | EngineRestarted
    | EngineRefused
    | Ended
)
