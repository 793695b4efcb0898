"""Scans with real engine processes, and what they told, checked for what must hold of every scan."""

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from medscan_gui.core import bundle as bundles
from medscan_gui.core.bundle import Bundle
from medscan_gui.core.finding import Finding, ItemProblem
from medscan_gui.core.rule_source import read_rule_source
from medscan_gui.core.words import Cause, Outcome, Stop
from medscan_gui.engine import orders
from medscan_gui.engine.crew import Command
from medscan_gui.engine.events import (
    Counted,
    Ended,
    EngineEvent,
    EngineRefused,
    EngineRestarted,
    EngineStarted,
    Found,
    ItemsEnded,
    ItemTrouble,
    Role,
)
from medscan_gui.engine.limits import Limits
from medscan_gui.engine.supervisor import ScanJob, Supervisor
from tests.samples import eicar

SELF_TEST = "Test_Sample"

#: Takes minutes on b"ab" * 2,000 (backtracking), far longer than any limit of these tests.
SLOW_RULE = "rule Slow { strings: $a = /a.{0,1000}b.{0,1000}c/ condition: #a > 1 and filesize > 400 }"
SLOW_CONTENT = b"ab" * 4000

#: In place of a threat: a marker that nothing else holds.
MARKER = b"marker-of-a-test-threat"
MARKER_RULE = (
    'rule Marker { meta: severity = "high" author = "tests" strings: $m = "marker-of-a-test-threat" condition: $m }'
)


def sample_rule() -> str:
    """The self-test rule, made at run time so that no scanner eats this source."""
    return f"rule {SELF_TEST} {{ strings: $a = {{ {eicar().hex(' ')} }} condition: $a at 0 }}"


def make_bundle(*rules: str, sources: Mapping[str, bytes] | None = None, self_test: str = SELF_TEST) -> Bundle:
    """A verified bundle of these rules, the self-test rule and `sources` (path -> file)."""
    files = {"rules/own.yar": "\n".join([sample_rule(), MARKER_RULE, *rules]).encode()}
    files |= sources or {}
    entries = [
        {
            "path": path,
            "sha256": sha256(source).hexdigest(),
            "size": len(source),
            "rules": len(read_rule_source(source).rules),
            "licence": "Apache-2.0",
        }
        for path, source in sorted(files.items())
    ]
    document = {
        "format": 1,
        "name": "tests",
        "version": "1",
        "created": datetime(2026, 11, 21, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "self_test_rule": self_test,
        "rule_count": sum(int(str(entry["rules"])) for entry in entries),
        "files": entries,
    }
    return bundles.verify_bundle(msgspec.json.encode(document), files)


def raw(path: Path) -> bytes:
    """The raw path of `path`."""
    return str(path).encode("utf-8", "surrogateescape")


def job(
    *paths: Path | bytes,
    bundle: Bundle | None = None,
    workers: int = 1,
    limits: Limits | None = None,
    scratch: bytes = b"",
) -> ScanJob:
    """A job of the tests."""
    targets = tuple(path if isinstance(path, bytes) else raw(path) for path in paths)
    return ScanJob(
        paths=targets,
        bundle=bundle or make_bundle(),
        workers=workers,
        limits=limits or Limits(),
        skip_virtual=False,
        scratch=scratch,
    )


class Told:
    """Everything that one scan told."""

    def __init__(self, events: Iterable[EngineEvent]) -> None:
        self.events = list(events)
        *before, last = self.events
        assert isinstance(last, Ended)
        self.ended: Ended = last
        assert not any(isinstance(event, Ended) for event in before)
        self.findings: list[Finding] = [event.finding for event in self.events if isinstance(event, Found)]
        self.troubles: list[ItemTrouble] = [event for event in self.events if isinstance(event, ItemTrouble)]
        self.started = [event for event in self.events if isinstance(event, EngineStarted)]
        self.restarted = [event for event in self.events if isinstance(event, EngineRestarted)]
        self.refused = [event.message.code for event in self.events if isinstance(event, EngineRefused)]
        self.counted = Counted(0, 0)
        self.outcomes: dict[tuple[Outcome, Cause], int] = {}
        self.bytes = 0
        self._read()

    def _read(self) -> None:
        for event in self.events:
            if isinstance(event, Counted):
                assert event.items >= self.counted.items
                assert event.bytes >= self.counted.bytes
                # Members are counted when their container is opened.
                files = event.items - event.members
                before = self.counted.items - self.counted.members
                assert not self.counted.final or files == before, "counted on after the last count"
                self.counted = event
            elif isinstance(event, ItemsEnded):
                for line in event.lines:
                    self._end(line.outcome, line.cause, line.items, line.bytes)
            elif isinstance(event, ItemTrouble):
                self._end(event.problem.outcome, event.problem.cause, 1, event.size)
        assert sum(self.outcomes.values()) == self.counted.items, "an item without an outcome, or with two"
        assert self.bytes == self.counted.bytes
        assert self.ended.walk_complete == self.counted.final

    def _end(self, outcome: Outcome, cause: Cause, items: int, size: int) -> None:
        assert items > 0
        self.outcomes[outcome, cause] = self.outcomes.get((outcome, cause), 0) + items
        self.bytes += size

    @property
    def stop(self) -> Stop:
        return self.ended.stop

    @property
    def problems(self) -> list[ItemProblem]:
        return [trouble.problem for trouble in self.troubles]

    def total(self, outcome: Outcome, cause: Cause = Cause.NONE) -> int:
        """Items that ended so."""
        return self.outcomes.get((outcome, cause), 0)

    def pid(self, role: Role) -> int:
        """The first process of that role."""
        return next(event.pid for event in self.started if event.role is role)


def scan(
    scan_job: ScanJob,
    *,
    command: Command = orders.engine_command,
    react: Callable[[Supervisor, EngineEvent], None] | None = None,
    paused: bool = False,
) -> Told:
    """Run a job to its end; `react` is called with each event before the next one is asked for."""
    supervisor = Supervisor(scan_job, command)
    if paused:
        supervisor.pause()

    def reacting() -> Iterable[EngineEvent]:
        for event in supervisor.events():
            if react is not None:
                react(supervisor, event)
            yield event

    return Told(reacting())


def once_counted(act: Callable[[], object]) -> Callable[[Supervisor, EngineEvent], None]:
    """For a scan that starts paused: `act` between the walk and the first file, then go on."""

    def react(supervisor: Supervisor, event: EngineEvent) -> None:
        if isinstance(event, Counted) and event.final:
            act()
            supervisor.resume()

    return react


FAKE = Path(__file__).with_name("fake_child.py")


def fakes(*modes: str, role: Role = Role.SCAN) -> Command:
    """A command that starts one fake child of `role` for each mode, in order, then real ones."""
    left = list(modes)

    def command(asked: Role) -> tuple[str, ...]:
        if asked is role and left:
            return (sys.executable, str(FAKE), left.pop(0))
        return orders.engine_command(asked)

    return command


def always_fake(mode: str, role: Role = Role.SCAN) -> Command:
    """A command that starts nothing but fake children of `role`."""

    def command(asked: Role) -> tuple[str, ...]:
        return (sys.executable, str(FAKE), mode) if asked is role else orders.engine_command(asked)

    return command
