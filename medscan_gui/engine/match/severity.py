"""One mapping from the metadata of rules, whoever wrote them, to our words.

Rule sets disagree: a word (`severity = "high"`), 0 to 100 (`score`, or `severity` as a number), 0 to 10
(`threat_level`). A rule that says nothing is taken seriously.
"""

from collections.abc import Mapping

from medscan_gui.core.words import Severity
from medscan_gui.engine import limits

Value = str | int | bool | bytes

_WORDS = {
    "critical": Severity.CRITICAL,
    "severe": Severity.CRITICAL,
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "low": Severity.LOW,
    "info": Severity.INFO,
    "informational": Severity.INFO,
    "information": Severity.INFO,
    "none": Severity.INFO,
}

#: Lower bounds of a score from 0 to 100.
_SCORES = ((90, Severity.CRITICAL), (70, Severity.HIGH), (40, Severity.MEDIUM), (15, Severity.LOW))

_UNSAID = Severity.HIGH


def severity_of(meta: Mapping[str, Value]) -> Severity:
    """Return the severity that a rule's metadata claims; HIGH if it claims nothing readable."""
    for key, top in (("severity", 100), ("score", 100), ("threat_level", 10)):
        if (severity := _read(meta.get(key), top)) is not None:
            return severity
    return _UNSAID


def _read(value: Value | None, top: int) -> Severity | None:
    if value is None or isinstance(value, bool | bytes):
        return None
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _WORDS:
            return _WORDS[word]
        if not word.isdecimal() or len(word) > 3:
            return None
        value = int(word)
    return _of_score(value, top)


def _of_score(value: int, top: int) -> Severity | None:
    if not 0 <= value <= top:
        return None
    score = value * 100 // top
    return next((severity for bound, severity in _SCORES if score >= bound), Severity.INFO)


def text_of(meta: Mapping[str, Value], *keys: str) -> str:
    """Return the first of `keys` that the metadata has, as bounded text; "" if it has none."""
    for key in keys:
        value = meta.get(key)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, str) and value.strip():
            return value.strip()[: limits.META_CHARS]
    return ""
