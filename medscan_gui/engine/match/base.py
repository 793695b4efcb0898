"""What every matcher offers the pipeline."""

import mmap
from typing import Protocol

import msgspec

from medscan_gui.core.words import Severity
from medscan_gui.engine.protocol import MatchEngine

Content = bytes | bytearray | memoryview | mmap.mmap


class RuleMatch(msgspec.Struct, frozen=True, kw_only=True):
    """One signature that matched; texts come from the rule file and are bounded."""

    rule: str
    rule_file: str
    severity: Severity
    family: str = ""
    author: str = ""
    description: str = ""
    reference: str = ""
    engine: MatchEngine = MatchEngine.YARA


class MatchTooSlowError(Exception):
    """The matcher gave an item up because its own clock ran out."""


class MatchFailedError(Exception):
    """The matcher could not look at an item; the text says why."""


class MatchFloodedError(MatchFailedError):
    """A string of a rule matched more often than is counted, and no rule matched: one that should have may be missed.

    Whatever is inside the item can still be looked at.
    """


class RulesRefusedError(Exception):
    """The rules cannot be used as a whole; `file` and `line` (from 1, or 0) say where."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


class Matcher(Protocol):
    """Looks for signatures in one content at a time."""

    #: Version of the library behind it.
    version: str
    #: Rules loaded.
    rules: int

    def match(self, content: Content, path: bytes, seconds: float) -> list[RuleMatch]:
        """Return what matched.

        Raises MatchTooSlowError and MatchFailedError; a content that cannot be read any more (a mapping of a
        file that was cut) is a failure too.
        """
