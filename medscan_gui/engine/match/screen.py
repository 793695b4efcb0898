"""One rule before all others: of each rule's strings those of which one at least is there wherever the rule is true.

Each string of a set costs on each byte of a content, and each rule on each content. Yet a rule that says `all of
them` need only be looked at where the rarest of its strings is: with `3 of them`, any two of five may be left
out. So most rules of a set become a few strings of one rule, "any of them". Where that one is found, which is
rare, the content is searched with the set. Rules of which no such strings can be told stand beside it as they are.
"""

import re
from typing import NamedTuple

from medscan_gui.engine.match.condition import Kind, Node
from medscan_gui.engine.match.knowledge import TRUE, Knowledge, bytes_read, number_of
from medscan_gui.engine.match.reasoning import View
from medscan_gui.engine.match.rule_split import KeptRule, Split, source_of
from medscan_gui.engine.match.rule_text import StringText

#: The namespace of the rule; no file is called so.
NAMESPACE = "<screen>"
#: Strings of one rule; libyara takes 10,000 at most.
_STRINGS_AT_ONCE = 5000

_NO_STRINGS = Knowledge(no_strings=True)
_FIXED_BYTES = re.compile(r"(?:[0-9A-Fa-f]{2}\s*)+")
_SPREAD = re.compile(r"\[[^\]]*\]|\([^)]*\)|//[^\n]*|/\*.*?\*/", re.DOTALL)


class Need(NamedTuple):
    """What is there wherever a condition is true: one of these strings at least, or one of these terms is true."""

    strings: list[StringText]
    terms: list[Node]


def screen(wanted: Split) -> dict[str, str]:
    """Return what to compile as the screen of a split set."""
    parts: dict[str, None] = {}
    terms: dict[str, None] = {}
    texts: dict[str, str] = {}
    for file, kept in wanted.parts:
        if kept is None:
            texts[file.path] = file.source
            continue
        left = []
        # A private rule is never told; where another one needs it, it comes along.
        for one in (one for one in kept if "private" not in one.rule.text.modifiers):
            if need := needed(one.condition, one.rule.strings):
                parts.update(dict.fromkeys(_declaration(file.source, string) for string in need.strings))
                terms.update(dict.fromkeys(term.text for term in need.terms))
            else:
                left.append(one)
        if left:
            texts[file.path] = source_of(file, _with_needed(kept, left))
    return texts | _screen_texts(list(parts), list(terms))


def _screen_texts(parts: list[str], terms: list[str]) -> dict[str, str]:
    texts = {
        f"{NAMESPACE}{number}": _rule(parts[number : number + _STRINGS_AT_ONCE])
        for number in range(0, len(parts), _STRINGS_AT_ONCE)
    }
    if terms:
        texts[NAMESPACE] = f"rule screen {{ condition: {' or '.join(terms)} }}"
    return texts


def _declaration(source: str, string: StringText) -> str:
    return source[slice(*string.whole)][len(string.name) :].strip()


def _rule(parts: list[str]) -> str:
    strings = "\n".join(f"$s{number} {part}" for number, part in enumerate(parts))
    return f"rule screen {{ strings:\n{strings}\ncondition: any of them }}"


def _with_needed(kept: list[KeptRule], left: list[KeptRule]) -> list[KeptRule]:
    """Return some rules together with those before them of which they speak."""
    names = {one.rule.name for one in left}
    for one in reversed(kept):
        if one.rule.name in names:
            names |= one.rule.refers.intersection(one.condition.tokens)
    return [one for one in kept if one.rule.name in names]


def needed(node: Node, strings: list[StringText]) -> Need | None:
    """Return what is there wherever a condition is true that has these strings; None if nothing is certain.

    Of several such choices, the one that is there least often by chance.
    """
    if node.kind is Kind.AND:
        choices = [choice for part in node.parts if (choice := needed(part, strings))]
        return max(choices, key=_worth, default=None)
    if node.kind is Kind.OR:
        return _any_of([needed(part, strings) for part in node.parts])
    if node.kind is Kind.TERM:
        if found := _of_term(node.tokens, strings):
            return Need(found, [])
        if _is_particular(node.tokens):
            return Need([], [node])
    # Whatever it is: without any of the strings it is not true.
    return None if not strings or View(_NO_STRINGS).values(node) & TRUE else Need(strings, [])


def _any_of(parts: list[Need | None]) -> Need | None:
    strings: list[StringText] = []
    terms: list[Node] = []
    for part in parts:
        if part is None:
            return None
        strings += [string for string in part.strings if string not in strings]
        terms += part.terms
    return Need(strings, terms)


def _is_particular(tokens: list[str]) -> bool:
    """Say whether a term asks for one size, or for certain bytes at a fixed place."""
    if len(tokens) < 3 or tokens[-2] != "==" or (number := number_of(tokens[-1])) is None:
        return False
    return tokens[:-2] == ["filesize"] or bytes_read(tokens[:-2], number) is not None


def _of_term(tokens: list[str], strings: list[StringText]) -> list[StringText] | None:
    """`$a`, `$a at ...`, `$a in ...`, `N of (...)`, and that `at` or `in` somewhere."""
    if tokens[0].startswith("$") and len(tokens[0]) > 1 and (len(tokens) == 1 or tokens[1] in {"at", "in"}):
        return [string for string in strings if string.name == tokens[0]]
    if len(tokens) < 3 or tokens[1] != "of":
        return None
    among = strings if tokens[2] == "them" else _listed(tokens[2:], strings)
    wanted = {"any": 1, "all": len(among)}.get(tokens[0]) or number_of(tokens[0])
    if not wanted or wanted > len(among):
        return None
    # Of those that are there, so many at least are not among the `wanted - 1` that are left out.
    return sorted(among, key=rarity, reverse=True)[: len(among) - wanted + 1]


def _listed(tokens: list[str], strings: list[StringText]) -> list[StringText]:
    """Return the strings that `($a, $b*)` names, each as often as it does."""
    if tokens[0] != "(" or ")" not in tokens:
        return []
    found = []
    for word in tokens[1 : tokens.index(")")]:
        if word.startswith("$"):
            found += [
                string
                for string in strings
                if (string.name.startswith(word[:-1]) if word.endswith("*") else string.name == word)
            ]
    return found


def _worth(need: Need) -> float:
    if not need.strings:
        return 0.0
    return min(map(rarity, need.strings)) - 2.0 * len(need.strings)


def rarity(string: StringText) -> int:
    """Return about how rarely a string is found by chance, and how little it costs; higher is better."""
    if string.value.startswith('"'):
        worth = min(len(string.value) - 2, 24)
    elif string.value.startswith("{"):
        runs = _FIXED_BYTES.findall(_SPREAD.sub("?", string.value))
        worth = 2 * min(max((len(run.split()) for run in runs), default=0), 10)
    else:
        worth = -4
    if "nocase" in string.modifiers:
        worth -= 8
    if {"ascii", "wide"} <= string.modifiers:
        worth -= 3
    if any(word.startswith(("xor", "base64")) for word in string.modifiers):
        worth -= 10
    return worth
