"""The condition of a YARA rule as a tree: `and`, `or`, `not`, `defined` and loops, everything else left whole.

From loosest to tightest, YARA binds `or`, `and`, `not` and `defined`, then comparisons and arithmetic. So what
stands between those words, outside of parentheses, is one term; terms are understood elsewhere (`reasoning`).
"""

import re
from enum import Enum

_TOKEN = re.compile(
    r"""
    (?P<space> \s++ | //[^\n]*+ | /\*(?:[^*]|\*(?!/))*+\*/ )
  | (?P<text> "(?:[^"\\\n]|\\.)*+" )
  | (?P<regex> /(?:[^/\\\n]|\\.)++/[is]*+ )
  | (?P<set> \$\w*+\*? )
  | (?P<number> [0-9]++\.[0-9]++ | 0x[0-9A-Fa-f]++ | 0o[0-7]++ | [0-9]++(?:KB|MB)? )
  | (?P<word> \#\w*+ | @\w*+ | !(?!=)\w*+ | \w++ )
  | (?P<sign> <= | >= | == | != | << | >> | \.\. | . )
    """,
    re.VERBOSE | re.DOTALL,
)

#: Deeper conditions than that are left whole.
_DEEPEST = 60


class Kind(Enum):
    """What a node of the tree is."""

    AND = "and"
    OR = "or"
    NOT = "not"
    DEFINED = "defined"
    LOOP = "loop"
    TERM = "term"


class Node:
    """One node. `tokens` are its words without comments, `text` its source."""

    __slots__ = ("kind", "parts", "text", "tokens")

    def __init__(self, kind: Kind, tokens: list[str], text: str, parts: "list[Node] | None" = None) -> None:
        self.kind = kind
        self.tokens = tokens
        self.text = text
        self.parts = parts or []


class _NotUnderstoodError(Exception):
    pass


def parse(source: str) -> Node:
    """Return the tree of a condition; one single term if it is not understood."""
    found = [(match.group(), match.span()) for match in _TOKEN.finditer(source) if match.lastgroup != "space"]
    words = [word for word, _ in found]
    try:
        return _Parser(source, words, [span for _, span in found]).either(0, len(words), 0)
    except _NotUnderstoodError:
        return Node(Kind.TERM, words, source.strip())


class _Parser:
    def __init__(self, source: str, words: list[str], spans: list[tuple[int, int]]) -> None:
        self._source = source
        self._words = words
        self._spans = spans
        self._closing = _closing(words)

    def _node(self, kind: Kind, start: int, end: int, parts: list[Node] | None = None) -> Node:
        if start >= end:
            raise _NotUnderstoodError
        text = self._source[self._spans[start][0] : self._spans[end - 1][1]]
        return Node(kind, self._words[start:end], text, parts)

    def _split(self, word: str, start: int, end: int) -> list[tuple[int, int]]:
        """Return the ranges between that word where it stands outside of parentheses."""
        ranges = []
        at = start
        while at < end:
            if self._words[at] == word:
                ranges.append((start, at))
                start = at + 1
            at = self._closing.get(at, at) + 1
        return [*ranges, (start, end)]

    def either(self, start: int, end: int, depth: int) -> Node:
        if depth > _DEEPEST:
            raise _NotUnderstoodError
        ranges = self._split("or", start, end)
        if len(ranges) == 1:
            return self._all(start, end, depth)
        return self._node(Kind.OR, start, end, [self._all(*part, depth) for part in ranges])

    def _all(self, start: int, end: int, depth: int) -> Node:
        ranges = self._split("and", start, end)
        if len(ranges) == 1:
            return self._single(start, end, depth)
        return self._node(Kind.AND, start, end, [self._single(*part, depth) for part in ranges])

    def _single(self, start: int, end: int, depth: int) -> Node:
        if start >= end or depth > _DEEPEST:
            raise _NotUnderstoodError
        word = self._words[start]
        if word in {"not", "defined"}:
            return self._node(Kind(word), start, end, [self._single(start + 1, end, depth + 1)])
        if word == "(" and self._closing[start] == end - 1:
            return self.either(start + 1, end - 1, depth + 1)
        if word == "for":
            return self._loop(start, end, depth)
        return self._node(Kind.TERM, start, end)

    def _loop(self, start: int, end: int, depth: int) -> Node:
        """`for QUANTIFIER ... : ( BODY )`: its only part is the body."""
        at = start
        while at < end and self._words[at] != ":":
            at = self._closing.get(at, at) + 1
        if at + 1 >= end or self._words[at + 1] != "(" or self._closing[at + 1] != end - 1:
            raise _NotUnderstoodError
        return self._node(Kind.LOOP, start, end, [self.either(at + 2, end - 1, depth + 1)])


def _closing(words: list[str]) -> dict[int, int]:
    """Return where each opening parenthesis or bracket is closed."""
    closing = {}
    waiting: list[int] = []
    for at, word in enumerate(words):
        if word in {"(", "["}:
            waiting.append(at)
        elif word in {")", "]"}:
            if not waiting:
                raise _NotUnderstoodError
            closing[waiting.pop()] = at
    if waiting:
        raise _NotUnderstoodError
    return closing
