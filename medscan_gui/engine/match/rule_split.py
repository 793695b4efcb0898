"""A set of rules as it is needed for one class of contents: fewer rules, fewer strings, no expensive imports.

What becomes of a rule:

- *dropped*: its condition is certainly not true of any content of the class;
- *exact*: what is left of its condition decides, and asks no expensive module;
- *shadow*: in its place stands a rule that is true wherever it is, and asks no expensive module. Where a shadow is
  found, the content is searched with the full set;
- *whole*: nothing of that can be proven, or another rule needs it as it is.
"""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from medscan_gui.engine.match.condition import Kind, Node
from medscan_gui.engine.match.knowledge import ANY, FALSE, TRUE, Knowledge
from medscan_gui.engine.match.modules import PARSED
from medscan_gui.engine.match.reasoning import View, fold, relax
from medscan_gui.engine.match.rule_files import Rule, RuleFile, uses


class _Fate(Enum):
    DROPPED = 0
    EXACT = 1
    SHADOW = 2
    WHOLE = 3


class KeptRule(NamedTuple):
    """A rule of a split set, and what is asked there instead of its own condition."""

    rule: Rule
    condition: Node
    is_shadow: bool


class Split(NamedTuple):
    """A set for one class. `texts` is what to compile, for each file that is left."""

    texts: dict[str, str]
    #: Of each file the rules that are left; None if it was taken as it is.
    parts: list[tuple[RuleFile, list[KeptRule] | None]]

    @property
    def shadows(self) -> frozenset[tuple[str, str]]:
        """(file, rule) of those that only say: search again with all."""
        return frozenset((file.path, one.rule.name) for file, kept in self.parts for one in kept or () if one.is_shadow)

    @property
    def rules(self) -> list[KeptRule] | None:
        """The rules in it, in order; None if a file was taken as it is."""
        if any(kept is None for _, kept in self.parts):
            return None
        return [one for _, kept in self.parts for one in kept or ()]


class _Decision(NamedTuple):
    fate: _Fate
    #: What is asked instead of its own condition; None: that.
    condition: Node | None = None


_ALWAYS = Node(Kind.TERM, ["true"], "true")


def split(files: Iterable[RuleFile], knowledge: Knowledge, *, cheap: frozenset[str] = frozenset()) -> Split:
    """Return what of a set is needed for contents of which that is known. `cheap` modules may be asked."""
    files = list(files)
    decided = [_decide(file, knowledge, frozenset(PARSED) - cheap) for file in files]
    paid = _paid(files, decided)
    if not paid <= cheap:  # one rule makes every content pay for the module: then others may ask it as well
        return split(files, knowledge, cheap=cheap | paid)
    return _assembled(files, decided)


def _assembled(files: list[RuleFile], decided: "list[list[_Decision] | None]") -> Split:
    texts: dict[str, str] = {}
    parts: list[tuple[RuleFile, list[KeptRule] | None]] = []
    for file, decisions in zip(files, decided, strict=True):
        if decisions is None:
            texts[file.path] = file.source
            parts.append((file, None))
            continue
        pairs = [pair for pair in zip(file.rules, decisions, strict=True) if _is_kept(*pair)]
        kept = [KeptRule(rule, _asked(rule, one), one.fate is _Fate.SHADOW) for rule, one in pairs]
        if kept:
            texts[file.path] = source_of(file, kept)
        parts.append((file, kept))
    return Split(texts, parts)


def _paid(files: list[RuleFile], decided: list[list[_Decision] | None]) -> frozenset[str]:
    """Return the expensive modules that are imported all the same."""
    paid: set[str] = set()
    for file, decisions in zip(files, decided, strict=True):
        if decisions is None:
            paid.update(part.module for part in file.imports if part.module in PARSED)
            continue
        for rule, decision in zip(file.rules, decisions, strict=True):
            if decision.fate is _Fate.WHOLE:
                paid |= rule.modules
    return frozenset(paid)


def _is_kept(rule: Rule, decision: _Decision) -> bool:
    """A private rule is never told, so its shadow would say nothing."""
    shadow = decision.fate is _Fate.SHADOW and "private" in rule.text.modifiers
    return decision.fate is not _Fate.DROPPED and not shadow


def _decide(file: RuleFile, knowledge: Knowledge, expensive: frozenset[str]) -> list[_Decision] | None:
    """Decide over the rules of a file; None: it stays as it is."""
    if not file.understood:
        return None
    whole: set[str] = set()
    while True:
        fates: dict[str, _Fate] = {}
        decisions = []
        for rule in file.rules:
            decision = _Decision(_Fate.WHOLE) if rule.name in whole else _of(rule, knowledge, fates, expensive)
            fates[rule.name] = decision.fate
            decisions.append(decision)
        needed = _needed(file.rules, decisions, fates)
        if needed <= whole:
            return decisions
        whole |= needed


def _needed(rules: list[Rule], decisions: list[_Decision], fates: dict[str, _Fate]) -> set[str]:
    """Return the rules of which others still speak, though they are not there as such."""
    return {
        name
        for rule, decision in zip(rules, decisions, strict=True)
        if decision.fate is not _Fate.DROPPED and _is_kept(rule, decision)
        for name in rule.refers.intersection(_asked(rule, decision).tokens)
        if fates[name] in {_Fate.DROPPED, _Fate.SHADOW}
    }


def _of(rule: Rule, knowledge: Knowledge, fates: dict[str, _Fate], expensive: frozenset[str]) -> _Decision:
    """Decide over one rule, those before it being decided."""
    refers = {name: FALSE if fates[name] is _Fate.DROPPED else TRUE | FALSE for name in rule.refers}
    view = View(knowledge, refers, rule.beginning_of)
    left = fold(rule.condition, view)
    if left is False:
        return _Decision(_Fate.DROPPED)
    if left is True:
        return _Decision(_Fate.EXACT, _ALWAYS)
    gone = {name for name in rule.refers if fates[name] is _Fate.SHADOW}

    def blocked(node: Node) -> bool:
        return bool(uses(node) & expensive) or not gone.isdisjoint(node.tokens)

    if not blocked(left):
        return _Decision(_Fate.EXACT, left)
    shadow = relax(left, blocked)
    without = View(knowledge._replace(no_strings=True), dict.fromkeys(rule.refers, ANY), rule.beginning_of)
    if isinstance(shadow, bool) or without.values(shadow) & TRUE:
        return _Decision(_Fate.WHOLE)  # it would be found too often, or always
    return _Decision(_Fate.SHADOW, shadow)


def _asked(rule: Rule, decision: _Decision) -> Node:
    """Return the condition that stands in the split set."""
    return decision.condition or rule.condition


def source_of(file: RuleFile, kept: list[KeptRule]) -> str:
    """Return the source of a file with the kept rules only."""
    used = frozenset(module for one in kept for module in uses(one.condition))
    imports = [f'import "{part.module}"\n' for part in file.imports if part.module not in PARSED or part.module in used]
    return "".join([*imports, *(_rule_source(file.source, one) for one in kept)])


def _rule_source(source: str, one: KeptRule) -> str:
    text = one.rule.text
    if one.condition is one.rule.condition:
        return source[slice(*text.whole)] + "\n"
    has_strings = text.section.end > text.section.start
    return (
        source[text.whole.start : text.section.start if has_strings else text.condition.start]
        + (_strings(source, one.rule, one.condition.tokens) + "condition:" if has_strings else "")
        + f"\n{one.condition.text}\n}}\n"
    )


def _strings(source: str, rule: Rule, tokens: list[str]) -> str:
    """Return the strings section with those strings only of which a condition speaks: another is an error."""
    if "them" in tokens:
        kept = rule.strings
    else:
        named = {word[1:] for word in tokens if word[0] in "$#@!" and not word.endswith("*") and word != "!="}
        families = tuple(word[1:-1] for word in tokens if word[0] == "$" and word.endswith("*"))
        kept = [string for string in rule.strings if string.name[1:].startswith(families) or string.name[1:] in named]
    if not kept:
        return ""
    return "strings:\n" + "\n".join(source[slice(*string.whole)] for string in kept) + "\n"
