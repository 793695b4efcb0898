"""The names of the rules in one YARA source file, found without compiling it.

The window's process says how many rules a bundle holds, and libyara never runs there. So this is
a small reader of YARA's outer grammar: imports, includes and rules at the top, and bodies whose braces are
balanced once comments, texts and regular expressions have been stepped over. (YARA's division is written with
a backslash: a slash starts a comment or a regular expression, and nothing else.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SKIPPED = rb"//[^\n]*|/\*.*?\*/"
_TEXT = rb'"(?:\\.|[^"\\\n])*"'
_REGEX = rb"/(?:\\.|[^/\\\n*])(?:\\.|[^/\\\n])*/"

_TOP = re.compile(rb"(?P<skip>%b|\s+)|(?P<text>%b)|(?P<word>[A-Za-z_]\w*)|(?P<other>.)" % (_SKIPPED, _TEXT), re.DOTALL)
_BODY = re.compile(rb'%b|%b|%b|(?P<open>\{)|(?P<close>\})|(?P<bad>["/])' % (_SKIPPED, _TEXT, _REGEX), re.DOTALL)


class RuleSourceError(ValueError):
    """The bytes do not follow YARA's outer grammar; `line` (from 1) says where reading stopped."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(f"line {line}: {reason}")
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class RuleSource:
    """What the outer grammar of one rule file says."""

    rules: tuple[str, ...]
    imports: tuple[str, ...]
    includes: tuple[str, ...]


def read_rule_source(source: bytes) -> RuleSource:
    """List the rules, imports and includes of one YARA source, in order.

    Raises RuleSourceError when a rule has no name, a body never ends, a text or a comment is left open, or
    something else than rules, imports and includes stands at the top level.
    """
    return _Reader(source).read()


class _Reader:
    def __init__(self, source: bytes) -> None:
        self._source = source
        self._position = 0
        self._rules: list[str] = []
        self._quoted: dict[bytes, list[str]] = {b"import": [], b"include": []}

    def read(self) -> RuleSource:
        while (token := self._next_top()) is not None:
            kind, value = token
            if kind == "word" and value in self._quoted:
                self._quoted[value].append(self._expect("text")[1:-1].decode("utf-8", "replace"))
            elif kind == "word" and value == b"rule":
                self._rules.append(self._expect("word").decode("ascii"))
                self._skip_to_body()
                self._skip_body()
            elif kind != "word" or value not in (b"private", b"global"):
                raise self._error("neither a rule, an import nor an include")
        return RuleSource(tuple(self._rules), tuple(self._quoted[b"import"]), tuple(self._quoted[b"include"]))

    def _next_top(self) -> tuple[str, bytes] | None:
        while self._position < len(self._source):
            match = _TOP.match(self._source, self._position)
            if match is None or match.lastgroup is None:  # every byte matches one branch
                raise self._error("unreadable")
            self._position = match.end()
            if match.lastgroup != "skip":
                return match.lastgroup, match.group()
        return None

    def _expect(self, kind: str) -> bytes:
        token = self._next_top()
        if token is None or token[0] != kind:
            raise self._error(f"a {kind} is missing")
        return token[1]

    def _skip_to_body(self) -> None:
        """Step over the tags (`: a b c`) up to the opening brace."""
        while (token := self._next_top()) is not None:
            if token == ("other", b"{"):
                return
            if token[0] != "word" and token != ("other", b":"):
                break
        raise self._error("a rule has no body")

    def _skip_body(self) -> None:
        depth = 1
        while depth:
            match = _BODY.search(self._source, self._position)
            if match is None or match.lastgroup == "bad":
                self._position = len(self._source) if match is None else match.start()
                raise self._error("a rule, a text or a comment is not closed")
            self._position = match.end()
            depth += (match.lastgroup == "open") - (match.lastgroup == "close")

    def _error(self, reason: str) -> RuleSourceError:
        return RuleSourceError(reason, self._source.count(b"\n", 0, self._position) + 1)
