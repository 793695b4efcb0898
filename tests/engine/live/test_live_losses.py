"""Engine processes that lie or die while they list or read what is no file."""

import os
import signal
import sys
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.words import Cause, Outcome, Place, Stop
from medscan_gui.engine.events import EngineEvent, Found, Lost, Role
from medscan_gui.engine.live.listing import LiveLister, clean_name
from medscan_gui.engine.protocol import Entries, LivePlaces, OfProcess
from medscan_gui.engine.supervisor import ScanJob, Supervisor
from tests.engine.fake_child import BAD_WALKS
from tests.engine.scanning import MARKER, fakes, job, raw, scan

LIVE = [mode for mode in BAD_WALKS if any(word in mode for word in ("process", "place", "memory"))]


@pytest.fixture
def live_job(tmp_path: Path) -> ScanJob:
    """A scan of one file and one autostart entry that both hold a marker, and of the running processes."""
    root = tmp_path / "system"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "crontab").write_bytes(b"# " + MARKER)
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "threat").write_bytes(MARKER)
    places = (Place.MEMORY, Place.AUTOSTART)
    return msgspec.structs.replace(job(tmp_path / "target"), live=places, live_root=raw(root))


def rules_of(found: list[EngineEvent]) -> set[Place]:
    return {event.finding.place for event in found if isinstance(event, Found)}


@pytest.mark.skipif(sys.platform != "linux", reason="autostart places of Linux")
@pytest.mark.parametrize("mode", LIVE)
def test_a_walker_that_lies_of_places_costs_the_one_at_hand(live_job: ScanJob, mode: str) -> None:
    told = scan(live_job, command=fakes(f"walker: {mode}", role=Role.WALK))
    assert told.stop is Stop.COMPLETED
    assert [event.lost for event in told.restarted] == [Lost.PROTOCOL]
    assert {Place.FILE, Place.AUTOSTART} <= rules_of(told.events)
    lost = [problem for problem in told.problems if problem.outcome is Outcome.ENGINE_CRASHED]
    assert {problem.place for problem in lost} <= {Place.MEMORY, Place.FILE}


@pytest.mark.skipif(sys.platform != "linux", reason="memory and autostart places of Linux")
def test_a_worker_that_dies_in_an_item_loses_that_item_alone(live_job: ScanJob) -> None:
    killed: list[bytes] = []

    def kill(_supervisor: Supervisor, event: EngineEvent) -> None:
        at_work = getattr(event, "pid", 0) if type(event).__name__ == "AtWork" else 0
        if at_work and not killed:
            killed.append(event.path)  # type: ignore[union-attr]
            os.kill(at_work, signal.SIGKILL)

    told = scan(live_job, react=kill)
    assert told.stop is Stop.COMPLETED
    if killed:
        assert told.total(Outcome.ENGINE_CRASHED, Cause.ENGINE_DIED) <= 1
        assert len(told.restarted) == 1


def test_names_travel_bounded_and_whole() -> None:
    assert clean_name(b"") == b"?"
    assert clean_name(b"a\0b") == b"a b"
    long = clean_name(b"x" * 5000 + b"end")
    assert len(long) <= 1024
    assert long.endswith(b"end")


def test_batches_are_bounded_by_paths_that_travel_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from medscan_gui.engine.live import listing
    from medscan_gui.engine.protocol import OfAutostart, line

    def seen(_place: Place, _live: LivePlaces) -> list[listing.Seen]:
        thing = OfAutostart("cron", b"/" + b"p" * 60_000, root=b"r" * 1000)
        return [listing.Listed(b"entry %d" % number, 5, thing) for number in range(150)]

    monkeypatch.setattr(listing, "seen_in", seen)
    told: list[msgspec.Struct] = []
    lister = LiveLister(LivePlaces((Place.AUTOSTART,)), 7, told.append)
    lister.run(lambda: None)
    batches = [one for one in told if isinstance(one, Entries)]
    assert [batch.first for batch in batches] == [7 + 2 * number for number in range(75)]
    assert all(len(line(batch)) < 1 << 20 for batch in batches)
    assert (lister.items, lister.bytes, lister.next_id) == (150, 750, 157)


def test_processes_travel_in_batches() -> None:
    told: list[msgspec.Struct] = []
    lister = LiveLister(LivePlaces((Place.MEMORY,)), 0, told.append)
    lister.run(lambda: None)
    batches = [one for one in told if isinstance(one, Entries)]
    assert batches
    things = [thing for batch in batches for thing in batch.things]
    assert all(isinstance(thing, OfProcess) for thing in things)
    assert sum(len(batch.sizes) for batch in batches) == len(things)
