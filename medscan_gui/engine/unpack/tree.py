"""Everything that one file unfolds to: its members, their members, each matched, each with one outcome."""

import hashlib
from collections.abc import Callable, Iterator

import msgspec

from medscan_gui.core.words import READ_OUTCOMES, Cause, Outcome
from medscan_gui.engine import limits
from medscan_gui.engine.beside_rules import beside_rules
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.match.base import Matcher, MatchFailedError, MatchTooSlowError, RuleMatch
from medscan_gui.engine.match.hashes import HashMatcher
from medscan_gui.engine.troubles import Ending, ending_of
from medscan_gui.engine.unpack.base import Format, Member, UnpackError, Unpacking
from medscan_gui.engine.unpack.budget import BudgetSpentError
from medscan_gui.engine.unpack.registry import NOT_OPENED, formats_for, has_inside
from medscan_gui.engine.unpack.source import NoRoomError, Source, collect

_READ: Ending = (Outcome.SCANNED, Cause.NONE, "")
_EMPTY: Ending = (Outcome.EMPTY, Cause.NONE, "")
_NO_MEMORY: Ending = (Outcome.LIMIT_REACHED, Cause.MEMORY, "")

Chain = tuple[bytes, ...]
"""Names of members, from the file's own members on; the file itself is ()."""

Tell = Callable[[Chain, list[RuleMatch], Source], None]
"""Hears what matched in a member, at once: what kills the engine later cannot take it back."""


Opening = Callable[[], Iterator[Member | RuleMatch]]
"""Begins to give members."""


class Inside(msgspec.Struct, kw_only=True):
    """What became of the members of one file."""

    #: Members by outcome and cause, those of `troubles` left out.
    counts: dict[tuple[Outcome, Cause], int] = msgspec.field(default_factory=dict)
    #: Members that were not wholly looked at, `limits.TROUBLES_PER_ITEM` at most.
    troubles: list[tuple[Chain, Ending]] = msgspec.field(default_factory=list)

    def add(self, other: "Inside") -> None:
        """Add the members of another look at the same file."""
        for key, items in other.counts.items():
            self.counts[key] = self.counts.get(key, 0) + items
        room = max(0, limits.TROUBLES_PER_ITEM - len(self.troubles))
        self.troubles += other.troubles[:room]
        for _chain, (outcome, cause, _detail) in other.troubles[room:]:
            self.counts[outcome, cause] = self.counts.get((outcome, cause), 0) + 1


class Tree:
    """Looks into one file. Used once."""

    def __init__(self, matcher: Matcher, unpacking: Unpacking, tell: Tell, hashes: HashMatcher | None = None) -> None:
        self._matcher = matcher
        self._hashes = hashes
        self._unpacking = unpacking
        self._budget = unpacking.budget
        self._tell = tell
        self.inside = Inside()

    def open(self, source: Source, chain: Chain = ()) -> Ending:
        """Look into a content that was matched already; returns what that makes of it.

        Never raises for what is inside. Members that could not be given are told in `inside`, and only what cannot
        be told of a member falls back on the container.
        """
        if not has_inside(source):
            return _READ
        if len(chain) >= self._unpacking.limits.depth:
            return (Outcome.TOO_DEEP, Cause.NONE, "")
        closed: list[FileType] = [kind for kind in source.types if kind in NOT_OPENED]
        endings = [self._open_as(one, source, chain) for one in formats_for(source)]
        endings += [(Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED, kind.value) for kind in closed]
        return next((ending for ending in endings if ending[0] not in READ_OUTCOMES), _READ)

    def _open_as(self, container: Format, source: Source, chain: Chain) -> Ending:
        return self.take(lambda: container.opener(source, self._unpacking), source, chain)

    def take(self, opening: Opening, source: Source, chain: Chain = ()) -> Ending:
        """Look at the members that `opening` gives of a content; returns what that makes of it. Never raises."""
        found: Iterator[Member | RuleMatch] | None = None
        try:
            self._budget.check()
            found = opening()
            for thing in found:
                if isinstance(thing, RuleMatch):
                    self._tell(chain, [thing], source)
                else:
                    self._take(thing, chain)
        except (BudgetSpentError, Exception) as error:  # noqa: BLE001  # third-party code reads what an attacker wrote
            return _ending_of(error)
        finally:
            _close(found)
        return _READ

    def _take(self, member: Member, chain: Chain) -> None:
        self._budget.charge_member()
        chain = (*chain, _bounded(member.name))
        if member.problem is not None:
            self._end(chain, member.problem)
            return
        memory = self._unpacking.limits.member_in_memory
        taken = collect(chain[-1], member.chunks, self._budget, memory, self._unpacking.scratch)
        try:
            ending = self._look(taken.source, chain)
        finally:
            taken.source.close()
        self._end(chain, ending if taken.error is None else _ending_of(taken.error))
        if isinstance(taken.error, BudgetSpentError):
            raise taken.error

    def _look(self, source: Source, chain: Chain) -> Ending:
        if not source.size:
            return _EMPTY
        ending = _READ
        if beside := beside_rules(source, self._hashes):
            self._tell(chain, beside, source)
        try:
            with source.content() as content:
                seconds = max(1.0, self._budget.seconds_left())
                matches = self._matcher.match(content, chain[-1], seconds)
        except MatchTooSlowError:
            ending = (Outcome.TIMED_OUT, Cause.RULE_TOO_SLOW, "")
        except (MatchFailedError, MemoryError) as error:
            ending = (Outcome.UNREADABLE, Cause.ENGINE_ERROR, str(error)[: limits.DETAIL_CHARS])
        else:
            if matches:
                self._tell(chain, matches, source)
        inner = self.open(source, chain)
        return inner if ending is _READ else ending

    def _end(self, chain: Chain, ending: Ending) -> None:
        outcome, cause, _detail = ending
        if outcome in READ_OUTCOMES or len(self.inside.troubles) >= limits.TROUBLES_PER_ITEM:
            key = (outcome, cause)
            self.inside.counts[key] = self.inside.counts.get(key, 0) + 1
        else:
            self.inside.troubles.append((chain, ending))


def digest_of(source: Source) -> str:
    """Return the SHA-256 of a content, in lower-case hexadecimal."""
    digest = hashlib.sha256()
    for part in source.chunks():
        digest.update(part)
    return digest.hexdigest()


def _bounded(name: bytes) -> bytes:
    """Return a name as it may travel: long ones keep their beginning and their end."""
    if len(name) <= limits.NAME_BYTES:
        return name
    half = limits.NAME_BYTES // 2 - 2
    return name[:half] + b"..." + name[-half:]


def _ending_of(error: BaseException) -> Ending:
    match error:
        case BudgetSpentError() | UnpackError():
            return error.ending
        case MemoryError() | NoRoomError():
            return _NO_MEMORY
        case OSError() if error.errno:
            return ending_of(error)
    # Libraries raise what they like for what does not follow its format, and for what they do not know.
    return (Outcome.DAMAGED, Cause.NONE, f"{type(error).__name__}: {error}"[: limits.DETAIL_CHARS])


def _close(found: "Iterator[Member | RuleMatch] | None") -> None:
    close = getattr(found, "close", None)
    if close is None:
        return
    try:
        close()
    except (BudgetSpentError, Exception):  # noqa: BLE001  # cleaning up after hostile input must not undo an outcome
        return
