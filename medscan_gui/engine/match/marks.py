"""How contents begin: the kinds of them that are told apart, and what is certain of each."""

from enum import IntEnum
from typing import Self

from medscan_gui.engine.match.knowledge import Knowledge
from medscan_gui.engine.match.modules import PARSED
from medscan_gui.engine.match.rule_files import RuleFile

_MZ, _ELF = b"MZ", b"\x7fELF"


class Kind(IntEnum):
    """How a content begins."""

    PLAIN = 0
    #: As some rule demands it of contents that are no programs.
    MARKED = 1
    MZ = 2
    ELF = 3


class Marks:
    """The beginnings by which contents are told apart."""

    def __init__(self, beginnings: frozenset[bytes]) -> None:
        self._marks = tuple(sorted(beginnings))
        self._by_start = {mark[:2]: tuple(m for m in self._marks if m[:2] == mark[:2]) for mark in self._marks}
        self.longest = max(map(len, (_ELF, *self._marks)))

    @classmethod
    def of(cls, files: list[RuleFile]) -> Self:
        """Return all that some rule demands. One byte alone would mark too many."""
        demanded = {mark for file in files for rule in file.rules for mark in rule.demanded_beginnings()}
        return cls(frozenset(mark for mark in demanded if len(mark) > 1 and not mark.startswith((_MZ, _ELF))))

    def kind_of(self, beginning: bytes) -> Kind:
        """Return the kind of a content that begins so, of which `longest` bytes are given."""
        if beginning.startswith(_MZ):
            return Kind.MZ
        if beginning.startswith(_ELF):
            return Kind.ELF
        return Kind.MARKED if beginning.startswith(self._by_start.get(beginning[:2], ())) else Kind.PLAIN

    def knowledge(self, kind: Kind) -> Knowledge:
        """Return what is certain of contents of a kind."""
        absent = frozenset(PARSED)
        if kind in {Kind.MZ, Kind.ELF}:
            begins = _MZ if kind is Kind.MZ else _ELF
            absent = frozenset(module for module, parsed in PARSED.items() if parsed != begins)
            return Knowledge(begins=begins, absent=absent)
        marks = self._marks if kind is Kind.PLAIN else ()
        return Knowledge(begins_not=(_MZ, _ELF, *marks), absent=absent)

    def probe(self) -> str:
        """Return rules that are named like kinds, of which one at most is found."""
        marked = " or ".join(["false", *(_begins(mark) for mark in self._marks)])
        kinds = {Kind.MZ: _begins(_MZ), Kind.ELF: _begins(_ELF), Kind.MARKED: marked}
        return "\n".join(f"rule {kind.name} {{ condition: {condition} }}" for kind, condition in kinds.items())


def _begins(mark: bytes) -> str:
    return "(" + " and ".join(f"uint8({place}) == {value}" for place, value in enumerate(mark)) + ")"
