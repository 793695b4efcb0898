"""Which rules a content is searched for: those of its class, compiled when that pays.

A class is how a content begins and how large it is at least. At first every content is searched for all rules. Once
that has taken a part of the time that compiling took, the rules are analysed; once a class has cost as much, it gets a
set of its own. So a scan of a few files compiles nothing more, and none takes much longer than with the best choice.
"""

import mmap
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Protocol

from medscan_gui.engine.match.base import Content, RulesRefusedError
from medscan_gui.engine.match.beginning import all_read_beginning
from medscan_gui.engine.match.marks import Kind, Marks
from medscan_gui.engine.match.rule_files import RuleFile, analysed
from medscan_gui.engine.match.rule_split import KeptRule, split
from medscan_gui.engine.match.screen import screen

#: Sizes from which on a content is of another class: many rules say `filesize < 500KB`, and so on.
SIZES = (64 << 10, 512 << 10, 2 << 20, 5 << 20, 20 << 20)

#: Class sets may hold so many times the source of the whole set, and as much as this in any case: memory goes with it.
_COPIES = 3
_COPIES_LEAST = 1 << 20

#: Parts of the time that compiling the full set took, after which a class gets its own: it saves most of what searching
#: for all rules takes (and splitting and compiling takes 0.3 to 0.8), but only a third of a smaller size's set.
_FROM_ALL, _FROM_SMALLER = 0.25, 1.0

#: A screen that finds something in more than one of so many contents is in vain; told after so many.
_HELD_MOST, _TRIAL = 4, 64


class Found(Protocol):
    """One rule that matched, as libyara tells it."""

    rule: str
    namespace: str
    meta: dict[str, str | int | bool]


class Flooding(Protocol):
    """A string of a rule that matches more often than libyara counts."""

    namespace: str
    rule: str
    string: str


class Compiled(Protocol):
    """A compiled set; yara.Rules."""

    def match(
        self,
        *,
        data: Content,
        externals: dict[str, str] | None = None,
        timeout: int = 60,
        fast: bool = False,
        warnings_callback: Callable[[int, Flooding], int] | None = None,
    ) -> list[Found]:
        """Search a content."""

    def save(self, *, file: BinaryIO) -> None:
        """Write it."""

    def __iter__(self) -> Iterator["RuleName"]: ...


class RuleName(Protocol):
    """A rule of a compiled set."""

    identifier: str


Compile = Callable[[Mapping[str, str]], Compiled]


class RuleSet:
    """Rules for the contents of one class, or of several."""

    def __init__(self, texts: Mapping[str, str], rules: Compiled | None) -> None:
        """`rules` is None if none is left."""
        self.texts = texts
        self.rules = rules
        #: Of what is found, (file, rule) that only say: search again with all.
        self.shadows: frozenset[tuple[str, str]] = frozenset()
        #: None of them looks beyond the first `HEAD_BYTES`, or asks for the size.
        self.beginning_only = False


class ContentClass:
    """What the contents of one class are searched for, as it is now."""

    def __init__(self, kind: Kind, least: int, current: RuleSet, seconds: float) -> None:
        self.kind = kind
        self.least = least
        self.set = current
        #: Searched for before `set`, which is left out if nothing of it is found; None: there is none.
        self.screen: RuleSet | None = None
        #: The screen is this class's own, or none pays: what is still to come is its own set.
        self.screened = False
        #: Seconds of searching that may pass before it gets its own; None: it has, or never will.
        self.left: float | None = seconds
        self._passed = self._held = 0

    def screen_held(self, *, held: bool) -> None:
        """Say whether something of the screen was found. One that often finds something is in vain."""
        self._passed += 1
        self._held += held
        if self._passed >= _TRIAL and self._held * _HELD_MOST > self._passed:
            self.screen = None


class ClassSets:
    """The sets of all classes, made from the sources of the whole one."""

    def __init__(self, texts: Mapping[str, str], full: Compiled, compiled: Compile, price: float) -> None:
        """`price` is what compiling the full set took, in seconds."""
        self.full = RuleSet(texts, full)
        self._compile = compiled
        self._price = price
        self._unknown = ContentClass(Kind.PLAIN, 0, self.full, price * _FROM_ALL)
        self._files: list[RuleFile] = []
        self._classes: dict[Kind, list[ContentClass]] = {}
        self._room = max(_COPIES_LEAST, _COPIES * sum(map(len, texts.values())))
        self._marks = Marks(frozenset())
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

    def book(self, used: ContentClass, seconds: float, screening: float = 0.0) -> None:
        """Say how long a search took, and its screen before, whose class has not its own set yet."""
        if used.left is None:
            return
        used.left -= seconds if used.screened else seconds + screening
        if used.left > 0.0:
            return
        if used is self._unknown:
            used.left = None
            self._analyse()
        else:
            self._advance(used)

    def prepare(self, *, screens: bool = True) -> None:
        """Give every class its own set now, whatever memory that takes; without `screens`, leave those away."""
        self._room = sys.maxsize
        self.book(self._unknown, sys.maxsize)
        for one in (one for classes in self._classes.values() for one in classes):
            while one.left is not None:
                self.book(one, sys.maxsize)
            if not screens:
                one.screen = None

    # Making -------------------------------------------------------------------------------------

    def _analyse(self) -> None:
        assert self.full.rules is not None  # noqa: S101  # the full set always is
        self._files = analysed(self.full.texts, [rule.identifier for rule in self.full.rules])
        if not any(file.understood for file in self._files):
            return
        self._marks = Marks.of(self._files)
        self._probe = self._compile({"probe": self._marks.probe()})
        price = self._price * _FROM_ALL
        self._classes = {kind: [ContentClass(kind, least, self.full, price) for least in (0, *SIZES)] for kind in Kind}

    def _advance(self, used: ContentClass) -> None:
        """Make a class its screen, or its own set once it has one."""
        wanted = split(self._files, self._marks.knowledge(used.kind)._replace(least=used.least))
        rules = wanted.rules
        beginning_only = rules is not None and all_read_beginning(one.condition for one in rules)
        if not used.screened and not beginning_only:
            used.screened, used.left = True, self._price * _FROM_ALL
            made = self._made(screen(wanted), used.screen)
            if made is not used.screen:
                self._hand_on(used, screen_made=made)
            return
        used.left, used.screened = None, True
        own = self._made(wanted.texts, used.set)
        if own is None or own is used.set or not _has_rules(own, rules):
            return
        own.shadows, own.beginning_only = wanted.shadows, beginning_only
        if beginning_only:
            used.screen = None
        self._hand_on(used, set_made=own)

    def _hand_on(
        self, used: ContentClass, *, screen_made: RuleSet | None = None, set_made: RuleSet | None = None
    ) -> None:
        """Give what was made to a class, and to those of larger contents that have nothing of their own.

        What certainly is not found in a small content is not in a larger one either.
        """
        for one in self._classes[used.kind]:
            if one is not used and (one.least < used.least or one.screened):
                continue
            if one.set is self.full and one.screen is None and one.left is not None and one is not used:
                one.left += self._price * (_FROM_SMALLER - _FROM_ALL)
            one.screen = screen_made or one.screen
            one.set = set_made or one.set

    def _made(self, texts: dict[str, str], instead: RuleSet | None) -> RuleSet | None:
        """Compile a set; `instead` where that is no gain, or not possible."""
        size = sum(map(len, texts.values()))
        if (instead is not None and texts == instead.texts) or size > self._room:
            return instead
        try:
            made = RuleSet(texts, self._compile(texts) if texts else None)
        except RulesRefusedError:  # something was needed that was left out: search for all
            return instead
        self._room -= size
        return made

    def _probed(self, content: mmap.mmap) -> Kind:
        """Look at a mapping through libyara, which survives a file that was cut."""
        assert self._probe is not None  # noqa: S101  # made with the classes
        with memoryview(content) as whole, whole[: self._marks.longest] as beginning:
            found = self._probe.match(data=beginning)
        return Kind[found[0].rule] if found else Kind.PLAIN


def _has_rules(made: RuleSet, wanted: list[KeptRule] | None) -> bool:
    """Say whether libyara knows the rules that were wanted; not asked where files were taken as they are."""
    return wanted is None or [one.rule.name for one in wanted] == [rule.identifier for rule in made.rules or ()]
