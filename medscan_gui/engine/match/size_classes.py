"""Rules that cannot match a large file, told by their own condition, so that large files are not searched for them.

Most rules say `filesize < 2MB and ...`: on a larger file they are false whatever it holds, yet each of their
strings costs time on each of its bytes. A rule is left out for contents of `size` bytes and more only if that is
certain: one of the terms that its whole condition joins by `and` is exactly `filesize < N` (or `<= N`), with N
not above `size`, and no other rule of its file speaks of it. Whatever is not understood stays in.
"""

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
    (?P<space> \s+ | //[^\n]* | /\*.*?\*/ )
  | (?P<text> "(?:\\.|[^"\\\n])*" )
  | (?P<regex> /(?:\\.|[^/\\\n*])(?:\\.|[^/\\\n])*/[is]* )
  | (?P<word> [$\#@!]?\w+\*? )
  | (?P<sign> <= | >= | == | != | << | >> | \.\. | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"([0-9]{1,12})(KB|MB)?")
_UNITS = {None: 1, "KB": 1 << 10, "MB": 1 << 20}

Token = tuple[str, int, int]
"""A token's text, and where it starts and ends in the source."""


class _Rule:
    """One rule: where it stands, what it is called, what it demands."""

    def __init__(self, start: int, modifiers: set[str], name: str) -> None:
        self.start = start
        self.end = start
        self.modifiers = modifiers
        self.name = name
        self.condition: list[str] = []

    def largest(self) -> int | None:
        """Return the size from which on the condition is certainly false; None if there is none."""
        bounds = [bound for term in _terms(self.condition) if (bound := _bound(term)) is not None]
        return min(bounds, default=None)


def without_bounded(source: str, size: int) -> str:
    """Return the source of a rule file without the rules that cannot match contents of `size` bytes and more."""
    tokens = list(_tokens(source))
    words = [token[0] for token in tokens]
    if any(word.endswith("*") and word[0].isalpha() for word in words):
        return source  # "any of (name*)" speaks of rules without naming them
    kept = []
    position = 0
    for rule in _rules(tokens):
        bound = rule.largest()
        if bound is None or bound > size or "global" in rule.modifiers or words.count(rule.name) > 1:
            continue
        kept.append(source[position : rule.start])
        position = rule.end
    return "".join([*kept, source[position:]])


def _tokens(source: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(source):
        if match.lastgroup != "space":
            yield match.group(), match.start(), match.end()


def _rules(tokens: list[Token]) -> Iterator[_Rule]:
    place = 0
    modifiers: dict[str, int] = {}
    while place < len(tokens):
        word, start, _end = tokens[place]
        if word in {"private", "global"}:
            modifiers.setdefault(word, start)
        elif word == "rule" and place + 1 < len(tokens):
            rule = _Rule(min([start, *modifiers.values()]), set(modifiers), tokens[place + 1][0])
            place = _read_body(rule, tokens, place)
            modifiers = {}
            yield rule
        place += 1


def _read_body(rule: _Rule, tokens: list[Token], place: int) -> int:
    """Read up to the brace that closes the rule; returns its place."""
    depth = 0
    condition: int | None = None
    for at in range(place, len(tokens)):
        word = tokens[at][0]
        depth += (word == "{") - (word == "}")
        if word == "condition" and depth == 1:
            condition = at + 2  # after the colon
        if word == "}" and depth == 0:
            rule.end = tokens[at][2]
            rule.condition = [token[0] for token in tokens[condition:at]] if condition else []
            return at
    return len(tokens)  # never closed: no rule, and its empty condition keeps it in


def _terms(condition: list[str]) -> list[list[str]]:
    """Return the terms that the whole condition joins by `and`; the one whole if it is joined otherwise."""
    terms: list[list[str]] = [[]]
    depth = 0
    for word in condition:
        depth += (word == "(") - (word == ")")
        if depth == 0 and word == "or":
            return [condition]
        if depth == 0 and word == "and":
            terms.append([])
        else:
            terms[-1].append(word)
    return terms


def _bound(term: list[str]) -> int | None:
    """Return the size from which on a term is false, if it is `filesize < N` or `filesize <= N` and nothing else."""
    if len(term) != 3 or term[0] != "filesize" or term[1] not in {"<", "<="}:
        return None
    number = _NUMBER.fullmatch(term[2])
    if number is None:
        return None
    return int(number[1]) * _UNITS[number[2]] + (term[1] == "<=")
