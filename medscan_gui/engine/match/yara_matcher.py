"""YARA: the only module that imports it, and only in an engine process."""

import io
import math
import mmap
import os
import re
import time
from collections.abc import Iterable, Mapping

import yara

from medscan_gui.engine import limits
from medscan_gui.engine.match.base import (
    Content,
    MatchFailedError,
    MatchFloodedError,
    MatchTooSlowError,
    RuleMatch,
    RulesRefusedError,
)
from medscan_gui.engine.match.beginning import EXTERNALS, HEAD_BYTES
from medscan_gui.engine.match.class_sets import ClassSets, Compiled, Flooding, Found, RuleSet
from medscan_gui.engine.match.severity import severity_of, text_of

VERSION: str = yara.__version__

_EXTERNAL_NAME = re.compile("|".join(rf"\b{name}\b" for name in EXTERNALS))
_LINE = re.compile(r"line (\d+)\)?: ")

#: Bytes of each matched string that libyara copies for us; we use none.
_MATCH_DATA = 64


class YaraMatcher:
    """Rules compiled from verified sources, each file in a namespace of its own."""

    version = VERSION

    def __init__(self, sources: Mapping[str, bytes], *, gated: bool = True) -> None:
        """Compile. Raises RulesRefusedError: one file that does not compile refuses the whole set.

        With `gated`, a content is searched for the rules of its class (`class_sets`), which finds the same.
        """
        yara.set_config(max_match_data=_MATCH_DATA)
        texts = {path: _text(path, source) for path, source in sources.items()}
        started = time.perf_counter()
        full = _compile(texts)
        price = time.perf_counter() - started if gated else math.inf
        self.sets = ClassSets(texts, full, _compile, price)
        self.rules = sum(1 for _ in full)
        #: Handing variables over costs time on each file, so only to rules that could ask.
        self._needs_externals = any(_EXTERNAL_NAME.search(text) for text in texts.values())

    def match(self, content: Content, path: bytes, seconds: float) -> list[RuleMatch]:
        """Return what matched; see `Matcher`."""
        search = _Search(content, _externals(path) if self._needs_externals else None, seconds)
        try:
            found = self._match(search)
        except yara.TimeoutError as error:
            raise MatchTooSlowError from error
        except yara.Error as error:
            raise MatchFailedError(str(error)) from error
        if search.flooded_by and not found:
            raise MatchFloodedError(f"too many matches: {search.flooded_by}")
        return found

    def _match(self, search: "_Search") -> list[RuleMatch]:
        used = self.sets.choose(search.content)
        screened = started = search.started
        if used.screen is not None:
            held = bool(search.run(used.screen))
            used.screen_held(held=held)
            screened = time.perf_counter()
            if not held:
                self.sets.book(used, 0.0, screened - started)
                return []
        found = search.run(used.set)
        if found and not used.set.shadows.isdisjoint((match.namespace, match.rule) for match in found):
            found = search.run(self.sets.full)
        if used.left is not None:
            self.sets.book(used, time.perf_counter() - screened, screened - started)
        return [_rule_match(match) for match in found] if found else []


class _Search:
    """One content that is searched, perhaps several times, within its seconds."""

    def __init__(self, content: Content, externals: dict[str, str] | None, seconds: float) -> None:
        self.content = content
        self.started = time.perf_counter()
        self._externals = externals
        self._seconds = seconds
        self._again = False
        #: The rule and the string of it (the first such one) that matched more often than libyara counts (a million
        #: times): what comes behind that is not known to the rule, which may not match though it should.
        self.flooded_by = ""

    def run(self, wanted: RuleSet) -> list[Found]:
        if wanted.rules is None:
            return []
        content = self.content
        if wanted.beginning_only and not isinstance(content, mmap.mmap):  # what is mapped has not been read yet
            content = content[:HEAD_BYTES]
        seconds = self._seconds - (time.perf_counter() - self.started) if self._again else self._seconds
        self._again = True
        # fast: a string that no count asks for is not looked for again once it is found.
        return wanted.rules.match(
            data=content,
            externals=self._externals,
            timeout=max(1, int(seconds)),
            fast=True,
            warnings_callback=self._warned,
        )

    def _warned(self, kind: int, what: Flooding) -> int:
        if kind == yara.CALLBACK_TOO_MANY_MATCHES and not self.flooded_by:
            self.flooded_by = f"{what.namespace}: {what.rule} {what.string}"
        return int(yara.CALLBACK_CONTINUE)


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


def _compile(texts: Mapping[str, str]) -> Compiled:
    try:
        return _packed(_compile_some(texts.items()))
    except (yara.Error, ValueError) as error:
        _find_culprit(texts)
        raise RulesRefusedError("", 0, str(error)) from error


def _compile_some(texts: Iterable[tuple[str, str]]) -> Compiled:
    compiled: Compiled = yara.compile(sources=dict(texts), includes=False, externals=dict.fromkeys(EXTERNALS, ""))
    return compiled


def _packed(rules: Compiled) -> Compiled:
    """Return the same rules in the memory that they need: libyara compiles into 9 MB, however few they are.

    What is loaded was saved here and now. Compiled rules from anywhere else are never loaded.
    """
    with io.BytesIO() as room:
        rules.save(file=room)
        room.seek(0)
        packed: Compiled = yara.load(file=room)
    return packed


def _find_culprit(texts: Mapping[str, str]) -> None:
    """Compile each file alone, since the whole's error names no file. Raises RulesRefusedError for the first."""
    for path, text in texts.items():
        try:
            _compile_some([(path, text)])
        except (yara.Error, ValueError) as error:  # ValueError: a NUL in the source
            reason = str(error)
            found = _LINE.search(reason)
            raise RulesRefusedError(path, int(found[1]) if found else 0, reason) from error


def _rule_match(match: Found) -> RuleMatch:
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
