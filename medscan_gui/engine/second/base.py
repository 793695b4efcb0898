"""What every second engine offers, and what one says of a file."""

import os
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import msgspec

from medscan_gui.core.messages import Message
from medscan_gui.core.opinion import EngineOpinion, EngineStatus
from medscan_gui.core.words import Cause, Outcome, Severity
from medscan_gui.engine.protocol import Walk

#: Called all the time while nothing else is told, so that whoever waits knows that we live.
Beat = Callable[[], None]


class SecondJob(msgspec.Struct, frozen=True, kw_only=True):
    """What one second engine is asked. Travels to the process that asks it."""

    #: Id, as in `core.opinion.ENGINE_NAMES`.
    engine: str
    #: The same targets, and the same that is left out, as MedScan's own engine had.
    walk: Walk
    #: Folders in which the engine's program is looked for first: beside MedScan.
    beside: tuple[str, ...] = ()
    #: Folders, and configurations of ClamAV's service, of the system; tests have their own.
    folders: tuple[str, ...]
    services: tuple[str, ...]
    #: MedScan's own folder for the engine's temporary files: never on what is scanned, if that can be helped.
    scratch: str
    #: Share of one processor core, up to 1.0, at the lowest priority; 0.0: no such bound.
    share: float = 0.0
    #: Signatures older than this many days are STALE.
    old_days: int = 90
    #: Seconds in which one file must be answered, and the engine be ready.
    file_seconds: float = 180.0
    start_seconds: float = 600.0


class Unusable(Exception):  # noqa: N818  # not an error of ours: an answer
    """The engine cannot be used, or no longer; `status` and `reason` say it."""

    def __init__(self, reason: Message, status: EngineStatus = EngineStatus.UNUSABLE) -> None:
        super().__init__(reason.code, reason.params)
        self.reason = reason
        self.status = status


class Given(NamedTuple):
    """A file that is to be analysed: where it lies, and its open descriptor (-1 if the engine opens files itself)."""

    path: bytes
    size: int
    descriptor: int
    #: What the open handle told.
    status: os.stat_result | None


class Answer(NamedTuple):
    """What the engine said of one file. `threat`: the signature's name, if one matched."""

    outcome: Outcome
    cause: Cause = Cause.NONE
    detail: str = ""
    threat: str = ""
    severity: Severity = Severity.HIGH


class Answered(NamedTuple):
    """A file with its answer; `members` are the names from the file to what matched within it, if told."""

    file: Given
    answer: Answer
    members: tuple[bytes, ...] = ()


class SecondEngine(Protocol):
    """One engine. Used in this order, by one thread: `probe`, `opinions`, `close`."""

    #: False if it takes whole folders and tells no counts.
    counted: bool

    @property
    def takes_open_files(self) -> bool:
        """It is given descriptors; else it opens files itself, by their names."""

    def probe(self, beat: Beat) -> EngineOpinion:
        """Find the engine, start it if need be, give it the test sample. Raises Unusable."""

    def opinions(self, files: Iterator[Given], beat: Beat) -> Iterator[Answered]:
        """Yield each file with its answer. Raises Unusable if it stops before the end."""

    def close(self) -> None:
        """End what was started. Safe to call twice, and first."""
