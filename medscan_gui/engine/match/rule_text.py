"""YARA sources cut into rules, and a rule into its parts, without understanding what they say.

Only for sources that libyara has compiled: whatever is not laid out as expected is not cut at all, and the caller
compares the names of the rules with those that libyara knows.
"""

import re
from typing import NamedTuple

# Possessive (++): these never give back what they took, so no source makes them slow.
_SPACE = r"(?:\s++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+"
_TEXT = r'"(?:[^"\\\n]|\\.)*+"'
_REGEX = r"/(?![/*])(?:[^/\\\n]|\\.)++/[is]*+"
_HEX = r"\{(?:[^}/]|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+\}"
_ARGUMENTS = r"\([^()\"]*+(?:\"(?:[^\"\\\n]|\\.)*+\"[^()\"]*+)?\)"
_MODIFIERS = rf"(?:(?:ascii|wide|nocase|fullword|private|xor|base64|base64wide)\b{_SPACE}(?:{_ARGUMENTS}{_SPACE})?)*+"
_META = rf"\w+{_SPACE}={_SPACE}(?:{_TEXT}|-?{_SPACE}\w+){_SPACE}"
_STRING = rf"\$\w*+{_SPACE}={_SPACE}(?:{_TEXT}|{_REGEX}|{_HEX}){_SPACE}{_MODIFIERS}"
_CONDITION = rf"(?:[^\"/{{}}]++|{_TEXT}|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/|{_REGEX})*+"

_ITEM = re.compile(
    rf"""{_SPACE}(?:
      (?P<import>import{_SPACE}"(?P<module>\w+)")
    | (?P<modifiers>(?:(?:private|global)\b{_SPACE})*+)rule\b{_SPACE}(?P<name>\w+){_SPACE}
      (?::{_SPACE}(?:\w+{_SPACE})++)?
      \{{{_SPACE}
      (?:meta{_SPACE}:{_SPACE}(?:{_META})*+)?
      (?P<section>strings{_SPACE}:{_SPACE}(?P<strings>(?:{_STRING})++))?
      condition{_SPACE}:(?P<condition>{_CONDITION})
      \}}
    )""",
    re.VERBOSE,
)
_END = re.compile(_SPACE + r"\Z")
_DECLARATION = re.compile(
    rf"(?P<name>\$\w*+){_SPACE}={_SPACE}(?P<value>{_TEXT}|{_REGEX}|{_HEX}){_SPACE}(?P<modifiers>{_MODIFIERS})"
)


class Span(NamedTuple):
    """A part of a source: from `start` up to before `end`."""

    start: int
    end: int


class ImportText(NamedTuple):
    """One `import` line."""

    module: str
    whole: Span


class RuleText(NamedTuple):
    """One rule. `section` is its strings with their heading, empty if it has none."""

    name: str
    modifiers: frozenset[str]
    whole: Span
    section: Span
    strings: Span
    condition: Span


class StringText(NamedTuple):
    """One string of a rule: `$name`, its value as it is written, its modifiers."""

    name: str
    value: str
    modifiers: frozenset[str]
    whole: Span


def cut(source: str) -> list[ImportText | RuleText] | None:
    """Return the imports and rules of a source in their order; None if it is not laid out as expected."""
    found: list[ImportText | RuleText] = []
    position = 0
    while match := _ITEM.match(source, position):
        position = match.end()
        if match["import"]:
            found.append(ImportText(match["module"], Span(*match.span("import"))))
        else:
            found.append(_rule(match))
    return found if _END.match(source, position) else None


def _rule(match: re.Match[str]) -> RuleText:
    modifiers = frozenset(word for word in ("private", "global") if word in match["modifiers"])
    return RuleText(
        match["name"],
        modifiers,
        Span(match.start("modifiers"), match.end()),
        Span(*match.span("section")),
        Span(*match.span("strings")),
        Span(*match.span("condition")),
    )


def strings_of(source: str, span: Span) -> list[StringText]:
    """Return the strings that a rule declares there."""
    return [
        StringText(match["name"], match["value"], frozenset(match["modifiers"].split()), Span(*match.span()))
        for match in _DECLARATION.finditer(source, *span)
    ]
