"""YARA: the only module that imports it, and only in an engine process."""

import os
import re
import warnings
from collections.abc import Iterable, Mapping

import yara

from medscan_gui.engine import limits
from medscan_gui.engine.match.base import (
    Content,
    MatchFailedError,
    MatchTooSlowError,
    RuleMatch,
    RulesRefusedError,
)
from medscan_gui.engine.match.severity import severity_of, text_of
from medscan_gui.engine.match.size_classes import without_bounded

VERSION: str = yara.__version__

#: Names that public rule sets expect the scanner to define (signature-base's convention).
EXTERNALS = ("filename", "filepath", "extension", "filetype", "owner")
_EXTERNAL_NAME = re.compile("|".join(rf"\b{name}\b" for name in EXTERNALS))
_LINE = re.compile(r"line (\d+)\)?: ")

#: Sizes from which on the rules that are bounded below them are not searched for; largest first. Two, since each
#: one met costs the memory of another set: measured 38 MB for ten thousand rules.
SIZE_CLASSES = (20 << 20, 5 << 20)

#: Bytes of each matched string that libyara copies for us; we use none.
_MATCH_DATA = 64


class YaraMatcher:
    """Rules compiled from verified sources, each file in a namespace of its own."""

    version = VERSION

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        """Compile. Raises RulesRefusedError: one file that does not compile refuses the whole set."""
        # libyara warns of a string with a million matches; the rule is evaluated all the same.
        warnings.simplefilter("ignore", RuntimeWarning)
        yara.set_config(max_match_data=_MATCH_DATA)
        texts = {path: _text(path, source) for path, source in sources.items()}
        self._texts = texts
        self._rules = _compile(texts)
        self._for_large: dict[int, yara.Rules] = {}
        self.rules = sum(1 for _ in self._rules)
        #: Handing variables over costs time on each file, so only to rules that could ask.
        self._needs_externals = any(_EXTERNAL_NAME.search(text) for text in texts.values())

    def match(self, content: Content, path: bytes, seconds: float) -> list[RuleMatch]:
        """Return what matched; see `Matcher`."""
        externals = _externals(path) if self._needs_externals else None
        size = len(content)
        rules = self._rules if size < SIZE_CLASSES[-1] else self._rules_for(size)
        try:
            # fast: a string that no count asks for is not looked for again once it is found.
            found = rules.match(data=content, externals=externals, timeout=int(seconds) or 1, fast=True)
        except yara.TimeoutError as error:
            raise MatchTooSlowError from error
        except yara.Error as error:
            raise MatchFailedError(str(error)) from error
        return [_rule_match(match) for match in found] if found else []

    def _rules_for(self, size: int) -> "yara.Rules":
        """Return the rules that can match contents of `size` bytes, compiled when first asked for."""
        least = next(least for least in SIZE_CLASSES if size >= least)
        if least not in self._for_large:
            fewer = {path: without_bounded(text, least) for path, text in self._texts.items()}
            try:
                self._for_large[least] = _compile(fewer) if fewer != self._texts else self._rules
            except RulesRefusedError:  # whatever was left out, it was needed: search for all
                self._for_large[least] = self._rules
        return self._for_large[least]


def _externals(path: bytes) -> dict[str, str]:
    filepath = path.decode("utf-8", "replace")
    filename = filepath.rpartition(os.sep)[2]
    stem, dot, extension = filename.rpartition(".")
    return {"filepath": filepath, "filename": filename, "extension": dot + extension if stem else ""}


def _text(path: str, source: bytes) -> str:
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RulesRefusedError(path, source.count(b"\n", 0, error.start) + 1, "not UTF-8 text") from error


def _compile(texts: Mapping[str, str]) -> "yara.Rules":
    try:
        return _compile_some(texts.items())
    except (yara.Error, ValueError) as error:
        _find_culprit(texts)
        raise RulesRefusedError("", 0, str(error)) from error


def _compile_some(texts: Iterable[tuple[str, str]]) -> "yara.Rules":
    return yara.compile(sources=dict(texts), includes=False, externals=dict.fromkeys(EXTERNALS, ""))


def _find_culprit(texts: Mapping[str, str]) -> None:
    """Compile each file alone, since the whole's error names no file. Raises RulesRefusedError for the first."""
    for path, text in texts.items():
        try:
            _compile_some([(path, text)])
        except (yara.Error, ValueError) as error:  # ValueError: a NUL in the source
            reason = str(error)
            found = _LINE.search(reason)
            raise RulesRefusedError(path, int(found[1]) if found else 0, reason) from error


def _rule_match(match: "yara.Match") -> RuleMatch:
    meta = match.meta
    return RuleMatch(
        rule=match.rule[: limits.RULE_CHARS],
        rule_file=match.namespace[: limits.META_CHARS],
        severity=severity_of(meta),
        family=text_of(meta, "family", "malware", "threat_name", "malware_family"),
        author=text_of(meta, "author"),
        description=text_of(meta, "description", "desc", "info"),
        reference=text_of(meta, "reference", "ref", "url"),
    )
