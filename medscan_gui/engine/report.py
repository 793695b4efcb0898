"""What the links gather for the session between two looks at the clock: the ledger's side of the supervisor."""

import msgspec

from medscan_gui.core.coverage import is_accepted
from medscan_gui.core.finding import FileIdentity, ItemProblem
from medscan_gui.core.record import SlowItem
from medscan_gui.core.words import READ_OUTCOMES, Cause, Outcome, Place
from medscan_gui.engine import limits
from medscan_gui.engine.events import Counted, EndedLine, EngineEvent, FoundClean, ItemsEnded, ItemTrouble
from medscan_gui.engine.protocol import Suspect

#: Causes that a whole target may have which is no more there, or is another one now.
_SUSPICIOUS = frozenset({Cause.READ_ERROR, Cause.REPLACED})


class Question(msgspec.Struct, frozen=True):
    """An item that took too long: what is told of it once it is known why, and where it is."""

    trouble: ItemTrouble
    suspect: Suspect


class Report:
    """Counts what is found and what has ended, and holds the events that are not told yet."""

    def __init__(self) -> None:
        self.items_counted = 0
        self.members_counted = 0
        self.bytes_counted = 0
        self.items_ended = 0
        self.bytes_ended = 0
        #: Items that vanished or could not be read since this was last looked at: has the target gone?
        self.suspicions = 0
        #: Items that took too long and are not told yet.
        self.questions: list[Question] = []
        self.slowest: tuple[SlowItem, ...] = ()
        self._counted_told = Counted(0, 0)
        self._final = False
        self._ended: dict[tuple[Outcome, Cause], list[int]] = {}
        self._events: list[EngineEvent] = []

    def count(self, items: int, size: int = 0) -> None:
        """Items were found, `size` bytes together."""
        self.items_counted += items
        self.bytes_counted += size

    def count_members(self, members: int) -> None:
        """Members of a container were found. Their bytes are not the medium's, so they are not counted."""
        self.items_counted += members
        self.members_counted += members

    def final(self) -> None:
        """Nothing more will be found."""
        self._final = True

    def end(self, outcome: Outcome, cause: Cause, items: int, size: int) -> None:
        """Items ended that need no line of their own."""
        self.items_ended += items
        self.bytes_ended += size
        line = self._ended.setdefault((outcome, cause), [0, 0])
        line[0] += items
        line[1] += size

    def end_item(  # noqa: PLR0917  # one line of the ledger
        self,
        chain: tuple[bytes, ...],
        outcome: Outcome,
        cause: Cause,
        detail: str,
        size: int = 0,
        place: Place = Place.FILE,
        file: tuple[FileIdentity, int] | None = None,
    ) -> None:
        """One item ended, with whatever outcome. `file`: which file is locked, and its bytes."""
        if outcome in READ_OUTCOMES or is_accepted(outcome, cause):
            self.end(outcome, cause, 1, size)
            return
        if outcome is Outcome.VANISHED or cause in _SUSPICIOUS:
            self.suspicions += 1
        self.items_ended += 1
        self.bytes_ended += size
        problem = ItemProblem(chain=chain, outcome=outcome, cause=cause, detail=detail, place=place)
        if file is not None:
            problem = msgspec.structs.replace(problem, identity=file[0], size=file[1])
        self._events.append(ItemTrouble(problem, size))

    def end_slow_item(self, problem: ItemProblem, size: int, suspect: Suspect) -> None:
        """A file ended because it took too long; it is told by whoever finds out why."""
        self.items_ended += 1
        self.bytes_ended += size
        self.questions.append(Question(ItemTrouble(problem, size), suspect))

    def took(self, path: bytes, seconds: float, size: int) -> None:
        """An item took long."""
        item = SlowItem(chain=(path,), milliseconds=int(seconds * 1000), size=size)
        slowest = sorted((*self.slowest, item), key=lambda one: one.milliseconds, reverse=True)
        self.slowest = tuple(slowest[: limits.SLOWEST_TOLD])

    def take_questions(self) -> list[Question]:
        """Return the items that took too long; whoever takes them tells them."""
        questions, self.questions = self.questions, []
        return questions

    def end_rest(self) -> None:
        """The scan is over: whatever has not ended was not reached."""
        if self.items_ended < self.items_counted:
            items, size = self.items_counted - self.items_ended, self.bytes_counted - self.bytes_ended
            self.end(Outcome.CANCELLED, Cause.NOT_REACHED, items, size)

    def clean(self, keys: tuple[bytes, ...]) -> None:
        """Files were found clean: the keys by which they are known."""
        self._events.append(FoundClean(keys))

    def tell(self, event: EngineEvent) -> None:
        """Add an event."""
        self._events.append(event)

    def take(self) -> list[EngineEvent]:
        """Return what is to be told now. What was counted comes before what ended."""
        events: list[EngineEvent] = []
        counted = Counted(self.items_counted, self.bytes_counted, self._final, self.members_counted)
        if counted != self._counted_told:
            self._counted_told = counted
            events.append(counted)
        events += self._events
        self._events.clear()
        if self._ended:
            lines = tuple(EndedLine(outcome, cause, *sums) for (outcome, cause), sums in self._ended.items())
            events.append(ItemsEnded(lines))
            self._ended.clear()
        return events
