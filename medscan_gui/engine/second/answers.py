"""What ClamAV says of one file, in our words. One function for its service and its program alike.

A signature's name holds no blank, so that what is not exactly one of these forms is not understood: it may be made
up of a hostile name. What ClamAV left out by one of its limits, or could not decrypt, was *not analysed*.
"""

import re

from medscan_gui.core.names import shown
from medscan_gui.core.words import Cause, Outcome, Severity
from medscan_gui.engine.limits import DETAIL_CHARS, RULE_CHARS
from medscan_gui.engine.second.base import Answer

_FOUND = re.compile(r"([^\s:]{1,400}) FOUND")
_ERROR = re.compile(r"([^\n]{0,400}?)\.? ?ERROR")

_LIMITS = "Heuristics.Limits.Exceeded"
_ENCRYPTED = "Heuristics.Encrypted."
#: By what follows `_LIMITS`: which limit it was.
_BY_LIMIT = {
    ".MaxFileSize": Outcome.TOO_LARGE,
    ".MaxRecursion": Outcome.TOO_DEEP,
    ".MaxScanTime": Outcome.TIMED_OUT,
}
#: Names that are no known malware: suspicions of form, and unwanted programs.
_WEAK = ("Heuristics.", "PUA.")

#: What ClamAV's program says instead of an answer (clamscan/manager.c), beside errors.
_NO_ANSWERS = {
    "Empty file": Answer(Outcome.EMPTY),
    "OK": Answer(Outcome.SCANNED),
    "Access denied": Answer(Outcome.UNREADABLE, Cause.NO_PERMISSION),
    "Can't access file": Answer(Outcome.UNREADABLE, Cause.READ_ERROR),
    "Not supported file type": Answer(Outcome.UNREADABLE, Cause.REPLACED),
    "Symbolic link": Answer(Outcome.UNREADABLE, Cause.REPLACED),
    "Excluded": Answer(Outcome.SKIPPED_BY_POLICY, Cause.ENGINE_ERROR, "Excluded"),
}


def answer_of(text: str) -> Answer | None:
    """Return what ClamAV's text about one file means; None if it is none of its forms."""
    if known := _NO_ANSWERS.get(text):
        return known
    if match := _FOUND.fullmatch(text):
        return _found(match[1])
    if match := _ERROR.fullmatch(text):
        return _error(shown(match[1], DETAIL_CHARS))
    return None


def _found(name: str) -> Answer:
    if name.startswith(_LIMITS):
        kind = name.removeprefix(_LIMITS)
        return Answer(_BY_LIMIT.get(kind, Outcome.LIMIT_REACHED), detail=shown(name, DETAIL_CHARS))
    if name.startswith(_ENCRYPTED):
        return Answer(Outcome.ENCRYPTED, detail=shown(name, DETAIL_CHARS))
    severity = Severity.MEDIUM if name.startswith(_WEAK) else Severity.HIGH
    return Answer(Outcome.SCANNED, threat=shown(name, RULE_CHARS), severity=severity)


def _error(detail: str) -> Answer:
    lower = detail.lower()
    if "size limit exceeded" in lower:
        return Answer(Outcome.TOO_LARGE, detail=detail)
    if "memory" in lower:
        return Answer(Outcome.LIMIT_REACHED, Cause.MEMORY, detail)
    if "time limit" in lower or "timeout" in lower:
        return Answer(Outcome.TIMED_OUT, Cause.NO_ANSWER, detail)
    return Answer(Outcome.UNREADABLE, Cause.ENGINE_ERROR, detail)
