"""Which signature is slow on an item: each rule file, then each rule, is tried alone on what the item holds.

Done in a child of its own that the supervisor ends when one try takes too long: the one that was announced last is it.
"""

import os
import time
from collections.abc import Iterator

from medscan_gui.engine import limits
from medscan_gui.engine.child import send_all
from medscan_gui.engine.content import EndedError
from medscan_gui.engine.match.base import (
    Content,
    Matcher,
    MatchFailedError,
    MatchTooSlowError,
    RuleMatch,
    RulesRefusedError,
)
from medscan_gui.engine.match.rule_text import ImportText, cut
from medscan_gui.engine.match.rule_text import RuleText as Rule
from medscan_gui.engine.match.yara_matcher import YaraMatcher
from medscan_gui.engine.pipeline import Patience, Pipeline
from medscan_gui.engine.protocol import Blamed, Load, RuleText, Suspect, Trying, line

#: A rule that takes less than this (seconds) is not what an item waited for.
_SLOW = 0.5


class _Collector:
    """Keeps what a matcher is shown, as far as it fits."""

    version = ""
    rules = 0

    def __init__(self) -> None:
        self.contents: list[bytes] = []
        self._room = limits.SUSPECT_BYTES

    def match(self, content: Content, path: bytes, seconds: float) -> list[RuleMatch]:
        """Keep the content; nothing matches."""
        del path, seconds
        if len(content) <= self._room:
            self._room -= len(content)
            self.contents.append(bytes(content))
        return []


def find_slow_rule(load: Load, suspect: Suspect, sink: int) -> None:
    """Tell each try before it, and at the end which one was slow: `Blamed`, empty if none was."""
    send_all(sink, line(Trying("", "")))
    contents = _contents(load, suspect)
    slowest, most = Blamed("", ""), _SLOW
    for trying, source in _tries(load.files, suspect.rule_file):
        send_all(sink, line(trying))
        seconds = _seconds(trying, source, contents)
        if seconds > most:
            slowest, most = Blamed(trying.rule_file, trying.rule), seconds
    send_all(sink, line(slowest))


def _contents(load: Load, suspect: Suspect) -> list[bytes]:
    """Return what the item holds, its members included."""
    collector = _Collector()
    matcher: Matcher = collector
    patience = Patience(
        item_seconds=load.item_seconds,
        item_seconds_per_mb=load.item_seconds_per_mb,
        unpack=load.unpack,
        passwords=load.passwords,
        scratch=load.scratch,
    )
    pipeline = Pipeline(matcher, patience)
    pipeline.enter(suspect.directory, suspect.mark)
    try:
        pipeline.scan(suspect.name, lambda _found: None)
    except (OSError, EndedError):
        return []
    finally:
        pipeline.leave()
    return collector.contents


def _tries(files: tuple[RuleText, ...], only: str) -> Iterator[tuple[Trying, bytes]]:
    for file in files:
        if not only:
            yield Trying(file.path, ""), file.source
        elif file.path == only:
            yield from _rules_of(file)


def _rules_of(file: RuleText) -> Iterator[tuple[Trying, bytes]]:
    """Yield each rule of a file alone, with the file's imports and private rules."""
    source = file.source.decode("utf-8", "replace")
    parts = cut(source) or []
    rules = [part for part in parts if isinstance(part, Rule)]
    shared = [part for part in parts if isinstance(part, ImportText) or "private" in part.modifiers]
    for rule in rules:
        texts = [source[part.whole.start : part.whole.end] for part in (*shared, rule) if part is not rule]
        texts.append(source[rule.whole.start : rule.whole.end])
        yield Trying(file.path, rule.name), "\n".join(texts).encode()


def _seconds(trying: Trying, source: bytes, contents: list[bytes]) -> float:
    try:
        matcher = YaraMatcher({trying.rule_file: source})
    except RulesRefusedError:  # it needs others
        return 0.0
    begun = time.monotonic()
    for content in contents:
        try:
            matcher.match(content, os.sep.encode(), limits.SUSPECT_SECONDS)
        except MatchTooSlowError:
            break
        except MatchFailedError:
            continue
    return time.monotonic() - begun
