"""Which rules a content is searched for: those of its class, compiled when that pays.

A class is how a content begins and how large it is at least. At first every content is searched for all rules. Once
that has taken a part of the time that compiling took, the rules are analysed; once a class has cost as much, it gets a
set of its own. So a scan of a few files compiles nothing more, and none takes much longer than with the best choice.
"""

import mmap
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from typing import Protocol, Self

from medscan_gui.engine.match.base import Content, RulesRefusedError
from medscan_gui.engine.match.beginning import all_read_beginning
from medscan_gui.engine.match.knowledge import Knowledge
from medscan_gui.engine.match.modules import PARSED
from medscan_gui.engine.match.rule_files import RuleFile, analysed
from medscan_gui.engine.match.rule_split import Split, split

#: Sizes from which on a content is of another class: many rules say `filesize < 500KB`, and so on.
SIZES = (64 << 10, 512 << 10, 2 << 20, 5 << 20, 20 << 20)

#: Class sets may hold so many times the source of the whole set, and as much as this in any case: memory goes with it.
_COPIES = 3
_COPIES_LEAST = 1 << 20

#: Parts of the time that compiling the full set took, after which a class gets its own: it saves most of what searching
#: for all rules takes (and splitting and compiling takes 0.3 to 0.8), but only a third of a smaller size's set.
_FROM_ALL, _FROM_SMALLER = 0.25, 1.0

_MZ, _ELF = b"MZ", b"\x7fELF"


class Found(Protocol):
    """One rule that matched, as libyara tells it."""

    rule: str
    namespace: str
    meta: dict[str, str | int | bool]


class Compiled(Protocol):
    """A compiled set; yara.Rules."""

    def match(
        self, *, data: Content, externals: dict[str, str] | None = None, timeout: int = 60, fast: bool = False
    ) -> list[Found]:
        """Search a content."""

    def __iter__(self) -> Iterator["RuleName"]: ...


class RuleName(Protocol):
    """A rule of a compiled set."""

    identifier: str


Compile = Callable[[Mapping[str, str]], Compiled]


class Kind(IntEnum):
    """How a content begins."""

    PLAIN = 0
    #: As some rule demands it of contents that are no programs.
    MARKED = 1
    MZ = 2
    ELF = 3


class RuleSet:
    """The rules for the contents of one class, or of several."""

    def __init__(self, texts: Mapping[str, str], rules: Compiled | None) -> None:
        """`rules` is None if none is left."""
        self.texts = texts
        self.rules = rules
        #: Of what is found, (file, rule) that only say: search again with all.
        self.shadows: frozenset[tuple[str, str]] = frozenset()
        #: None of them looks beyond the first `HEAD_BYTES`, or asks for the size.
        self.beginning_only = False


class ContentClass:
    """The set of one class as it is now."""

    def __init__(self, current: RuleSet, seconds: float) -> None:
        self.set = current
        #: Seconds of searching that may pass before it gets its own; None: it has, or never will.
        self.left: float | None = seconds


class ClassSets:
    """The sets of all classes, made from the sources of the whole one."""

    def __init__(self, texts: Mapping[str, str], full: Compiled, compiled: Compile, price: float) -> None:
        """`price` is what compiling the full set took, in seconds."""
        self.full = RuleSet(texts, full)
        self._compile = compiled
        self._price = price
        self._unknown = ContentClass(self.full, price * _FROM_ALL)
        self._files: list[RuleFile] = []
        self._classes: dict[Kind, list[ContentClass]] = {}
        self._room = max(_COPIES_LEAST, _COPIES * sum(map(len, texts.values())))
        self._marks = _Marks(frozenset())
        self._probe: Compiled | None = None

    def choose(self, content: Content) -> ContentClass:
        """Return the class of a content. What `Compiled.match` raises: a mapping can be cut meanwhile."""
        if not self._classes:
            return self._unknown
        if isinstance(content, mmap.mmap):
            kind = self._probed(content)
        else:
            kind = self._marks.kind_of(bytes(content[: self._marks.longest]))
        return self._classes[kind][bisect_right(SIZES, len(content))]

    def book(self, used: ContentClass, seconds: float) -> None:
        """Say how long a search took whose class has not its own set yet."""
        if used.left is None:
            return
        used.left -= seconds
        if used.left > 0.0:
            return
        used.left = None
        if used is self._unknown:
            self._analyse()
        else:
            self._give_own(used)

    def prepare(self) -> None:
        """Give every class its own set now, whatever memory that takes."""
        self._room = sys.maxsize
        self.book(self._unknown, sys.maxsize)
        for classes in self._classes.values():
            for one in classes:
                self.book(one, sys.maxsize)

    # Making -------------------------------------------------------------------------------------

    def _analyse(self) -> None:
        assert self.full.rules is not None  # noqa: S101  # the full set always is
        self._files = analysed(self.full.texts, [rule.identifier for rule in self.full.rules])
        if not any(file.understood for file in self._files):
            return
        self._marks = _Marks.of(self._files)
        self._probe = self._compile({"probe": self._marks.probe()})
        self._classes = {
            kind: [ContentClass(self.full, self._price * _FROM_ALL) for _ in range(len(SIZES) + 1)] for kind in Kind
        }

    def _give_own(self, used: ContentClass) -> None:
        kind = next(kind for kind, classes in self._classes.items() if used in classes)
        place = self._classes[kind].index(used)
        least = SIZES[place - 1] if place else 0
        made = self._made(split(self._files, self._marks.knowledge(kind)._replace(least=least)), used.set)
        used.set = made
        for larger in self._classes[kind][place + 1 :]:
            if larger.left is None:
                break
            if larger.set is self.full:
                larger.left += self._price * (_FROM_SMALLER - _FROM_ALL)
            larger.set = made  # what certainly is not found in a small content is not in a larger one either

    def _made(self, wanted: Split, instead: RuleSet) -> RuleSet:
        """Compile a split set; `instead` where that is no gain, or not possible."""
        size = sum(map(len, wanted.texts.values()))
        if wanted.texts == instead.texts or size > self._room:
            return instead
        try:
            rules = self._compile(wanted.texts) if wanted.texts else None
        except RulesRefusedError:  # something was needed that was left out: search for all
            return instead
        if wanted.names is not None and wanted.names != [rule.identifier for rule in rules or ()]:
            return instead
        self._room -= size
        made = RuleSet(wanted.texts, rules)
        made.shadows = wanted.shadows
        made.beginning_only = wanted.conditions is not None and all_read_beginning(wanted.conditions)
        return made

    def _probed(self, content: mmap.mmap) -> Kind:
        """Look at a mapping through libyara, which survives a file that was cut."""
        assert self._probe is not None  # noqa: S101  # made with the classes
        with memoryview(content) as whole, whole[: self._marks.longest] as beginning:
            found = self._probe.match(data=beginning)
        return Kind[found[0].rule] if found else Kind.PLAIN


class _Marks:
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
