"""The rule files of a set, analysed once: each rule with its condition as a tree, its strings, whom it speaks of."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise

from medscan_gui.engine.match.condition import Kind, Node, parse
from medscan_gui.engine.match.knowledge import bytes_read, number_of
from medscan_gui.engine.match.modules import PARSED
from medscan_gui.engine.match.rule_text import ImportText, RuleText, StringText, cut, strings_of

_PLAIN_TEXT = re.compile(r'"([ !#-\[\]-~]*)')
_HEX_BYTES = re.compile(r"\{\s*((?:[0-9A-Fa-f]{2}\s*)+)")
#: With other modifiers than these, a string may be found as other bytes than it is written in.
_FAITHFUL = frozenset(("ascii", "fullword", "private"))


class Rule:
    """One rule of a file."""

    def __init__(self, source: str, text: RuleText, earlier: frozenset[str]) -> None:
        self.text = text
        self.name = text.name
        self._source = source
        self.condition = parse(source[slice(*text.condition)])
        #: Rules before it in its file of which its condition speaks, perhaps.
        self.refers = earlier.intersection(self.condition.tokens)
        #: Modules of which a use is expensive.
        self.modules = uses(self.condition)

    @cached_property
    def strings(self) -> list[StringText]:
        """Its strings as they are declared."""
        return strings_of(self._source, self.text.strings)

    def beginning_of(self, name: str) -> bytes:
        """Return the bytes with which every match of that string begins; b"" if that is not certain."""
        found = [string for string in self.strings if string.name == name]
        if len(found) != 1 or len(name) < 2 or not found[0].modifiers <= _FAITHFUL:
            return b""
        if match := _PLAIN_TEXT.match(found[0].value):
            return match[1].encode("ascii")
        if match := _HEX_BYTES.match(found[0].value):
            return bytes.fromhex(match[1])
        return b""

    def demanded_beginnings(self) -> Iterator[bytes]:
        """Yield what its condition asks the beginning of a content to be, in any of its terms."""
        for term in _terms(self.condition):
            tokens = term.tokens
            if len(tokens) == 3 and tokens[1:] == ["at", "0"] and tokens[0].startswith("$"):
                yield self.beginning_of(tokens[0])
            elif len(tokens) == 6 and tokens[4] == "==" and (number := number_of(tokens[5])) is not None:
                offset, wanted = bytes_read(tokens[:4], number) or (1, b"")
                yield b"" if offset else wanted


class RuleFile:
    """One file, in a namespace of its own."""

    def __init__(self, path: str, source: str) -> None:
        self.path = path
        self.source = source
        self.imports: list[ImportText] = []
        self.rules: list[Rule] = []
        #: The parts of it are known. A global rule decides over all others, and `any of (name*)` names no rule.
        self.understood = False
        self._analyse()

    def _analyse(self) -> None:
        parts = cut(self.source)
        if parts is None:
            return
        names: list[str] = []
        for part in parts:
            if isinstance(part, ImportText):
                self.imports.append(part)
            else:
                self.rules.append(Rule(self.source, part, frozenset(names)))
                names.append(part.name)
        self.understood = not any(_speaks_of_sets(rule) or "global" in rule.text.modifiers for rule in self.rules)


def analysed(texts: Mapping[str, str], names: list[str]) -> list[RuleFile]:
    """Return the files of a set. `names` are those of all rules as libyara knows them, in its order.

    If they are not the names found here, nothing is understood.
    """
    files = [RuleFile(path, text) for path, text in texts.items()]
    if [rule.name for file in files for rule in file.rules] != names:
        for file in files:
            file.understood = False
    return files


def uses(node: Node) -> frozenset[str]:
    """Return the expensive modules that a condition uses."""
    tokens = node.tokens
    return frozenset(word for word, after in pairwise(tokens) if after == "." and word in PARSED)


def _speaks_of_sets(rule: Rule) -> bool:
    tokens = rule.condition.tokens
    return any(
        tokens[at] == "of" and tokens[at + 1] == "(" and not tokens[at + 2].startswith("$")
        for at in range(len(tokens) - 2)
    )


def _terms(node: Node) -> Iterator[Node]:
    if node.kind is Kind.TERM:
        yield node
    for part in node.parts:
        yield from _terms(part)
