"""What has been seen of a running scan: the raw material of its record."""

from collections.abc import Mapping

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.coverage import CoverageLedger
from medscan_gui.core.finding import Finding, ItemProblem
from medscan_gui.core.known_clean import MOST_ENTRIES
from medscan_gui.core.messages import Message
from medscan_gui.core.record import FINDINGS_KEPT, NAME_BYTES_KEPT, PROBLEMS_KEPT
from medscan_gui.core.words import Fate
from medscan_gui.engine import events as engine_events
from medscan_gui.follow_up import with_acceptance


class Tally:
    """Takes the engine's events, one by one. `accepted`: contents that the hospital accepts, by SHA-256."""

    def __init__(self, accepted: Mapping[str, Acceptance]) -> None:
        self.accepted = accepted
        #: Contents of which that was said.
        self.used: set[str] = set()
        self.threats_accepted = 0
        self.ledger = CoverageLedger()
        self.bytes_total = 0
        self.findings: list[Finding] = []
        self.threats = 0
        self.problems: list[ItemProblem] = []
        self.not_read = 0
        self._room = NAME_BYTES_KEPT
        self.yara_version = ""
        self.workers = 0
        #: Keys of the files that were found clean.
        self.clean: list[bytes] = []
        self.at_work: engine_events.AtWork | None = None
        self.troubles: list[Message] = []
        self.ended: engine_events.Ended | None = None

    def take(self, event: engine_events.EngineEvent) -> None:
        """Enter one event of the engine."""
        match event:
            case engine_events.ItemsEnded():
                for line in event.lines:
                    self.ledger.add(line.outcome, line.cause, line.items, line.bytes)
            case engine_events.ItemTrouble():
                self._take_trouble(event)
            case engine_events.Found():
                self._take_finding(with_acceptance(event.finding, self.accepted))
            case engine_events.Counted():
                self.ledger.items_counted = event.items
                self.ledger.members = event.members
                self.ledger.walk_complete = event.final
                self.bytes_total = event.bytes
            case engine_events.AtWork():
                self.at_work = event
            case engine_events.FoundClean():
                self.clean += event.keys[: MOST_ENTRIES - len(self.clean)]
            case _:
                self._take_engine(event)

    def _take_finding(self, finding: Finding) -> None:
        self.threats += 1
        if finding.fate is Fate.ACCEPTED:
            self.threats_accepted += 1
            self.used.add(finding.content)
        if len(self.findings) < FINDINGS_KEPT and self._has_room(finding.chain):
            self.findings.append(finding)

    def _take_engine(self, event: engine_events.EngineEvent) -> None:
        match event:
            case engine_events.EngineStarted() if event.proof is not None:
                self.workers += 1
                self.yara_version = event.yara_version
            case engine_events.EngineRefused():
                self.troubles.append(event.message)
            case engine_events.Ended():
                self.ended = event
                self.ledger.walk_complete = event.walk_complete

    def _take_trouble(self, event: engine_events.ItemTrouble) -> None:
        problem = event.problem
        self.ledger.add(problem.outcome, problem.cause, size=event.size)
        self.not_read += 1
        if len(self.problems) < PROBLEMS_KEPT and self._has_room(problem.chain):
            self.problems.append(problem)

    def _has_room(self, chain: tuple[bytes, ...]) -> bool:
        """Take the room for one more name; a medium full of huge names must not make a record that none can read."""
        size = sum(map(len, chain))
        fits = size <= self._room
        self._room -= size if fits else 0
        return fits
