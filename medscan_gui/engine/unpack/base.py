"""What every opener of containers gets and gives.

An opener is a generator: it gets a `Source` and the `Unpacking` at hand, and yields what is inside, one member
after the other. It holds no state between two contents, writes nothing, starts nothing that outlives it, and never
uses a member's name as a path. What it cannot give it says, as the outcome of that member or (by raising
`UnpackError`) of the container. It need not care about sizes and counts: whoever takes the members charges them to
the one budget of the whole tree, and stops it there.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import msgspec

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.limits import UnpackLimits
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.troubles import Ending
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.source import Source


class UnpackError(Exception):
    """A container, or one of its members, cannot be given wholly. `ending` is its outcome."""

    def __init__(self, outcome: Outcome, cause: Cause = Cause.NONE, detail: str = "") -> None:
        super().__init__(outcome, cause, detail)
        self.ending: Ending = (outcome, cause, detail)


def damaged(detail: str = "") -> UnpackError:
    """Return the error for what does not follow its format; `detail` is for technicians."""
    return UnpackError(Outcome.DAMAGED, Cause.NONE, detail)


def cut_short(detail: str = "") -> UnpackError:
    """Return the error for what ends before its content does."""
    return UnpackError(Outcome.DAMAGED, Cause.CUT_SHORT, detail)


def locked(detail: str = "") -> UnpackError:
    """Return the error for what no known password opens."""
    return UnpackError(Outcome.ENCRYPTED, Cause.NONE, detail)


def not_opened(detail: str = "") -> UnpackError:
    """Return the error for what is recognised but cannot be opened here."""
    return UnpackError(Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED, detail)


@dataclass(slots=True)
class Member:
    """One content found inside another one.

    `name` is raw, as stored, however hostile; derived contents have a name in brackets (``[overlay]``).
    `chunks` gives the content and is read once, before the next member is asked for; it may raise UnpackError or
    whatever its library raises: what came before is scanned all the same. A member that is known but cannot be
    given has a `problem` instead.
    """

    name: bytes
    chunks: Iterable[bytes] = ()
    problem: Ending | None = None
    #: Bytes that the container claims it has; -1 if it says nothing. Believed in nothing but to refuse early.
    size: int = -1


class Unpacking(msgspec.Struct, frozen=True, kw_only=True):
    """What openers may use."""

    limits: UnpackLimits
    budget: Budget
    #: Passwords to try, in this order.
    passwords: tuple[str, ...] = ()
    #: Raw path of a folder of MedScan's own for contents that do not fit into memory; b"" if there is none.
    scratch: bytes = b""


Opener = Callable[[Source, Unpacking], Iterator[Member | RuleMatch]]
"""Yields members, and findings of its own about the container (a program in the preamble of a DICOM file)."""


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One container format: how it is opened, and what docs/formats.md says of it.

    `samples` are names of files in tests/samples/formats, each made by a real tool: a meta-test opens them all.
    """

    name: str
    kinds: tuple[FileType, ...]
    opener: Opener
    #: Library or program that reads it, with its name in the requirement files ("own" for code of ours).
    library: str
    #: What is read of it, and what is not. English, one line each.
    read: str
    not_read: str
    samples: tuple[str, ...]
    #: A quick look whether there is anything to open: for kinds that most contents of hold nothing (texts).
    worth: Callable[[Source], bool] | None = None
