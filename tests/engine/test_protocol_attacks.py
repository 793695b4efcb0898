"""Engine processes that lie: it costs at most the item at hand, and the scan goes on with an honest one."""

from pathlib import Path

import pytest

from medscan_gui.core.words import Cause, Outcome, Stop
from medscan_gui.engine.events import Lost, Role
from medscan_gui.engine.limits import Limits
from tests.engine.fake_child import BAD_WALKS, BAD_WORDS
from tests.engine.scanning import MARKER, fakes, job, raw, scan

CRASHED = (Outcome.ENGINE_CRASHED, Cause.ENGINE_DIED)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Ten files, one of them a threat."""
    for number in range(9):
        (tmp_path / str(number)).write_bytes(b"x")
    (tmp_path / "threat").write_bytes(MARKER)
    return tmp_path


@pytest.mark.parametrize("mode", [*BAD_WORDS, "a line without end"])
def test_a_worker_that_says_what_it_must_not(tree: Path, mode: str) -> None:
    told = scan(job(tree), command=fakes(f"worker: {mode}"))
    assert told.stop is Stop.COMPLETED
    assert [event.lost for event in told.restarted] == [Lost.PROTOCOL]
    crashed = told.total(*CRASHED)
    assert crashed <= 1
    # "an id skipped" and "ended twice" end their first item as honest workers do: it is not read again.
    assert told.total(Outcome.SCANNED) == 10 - crashed
    threats = {finding.chain for finding in told.findings if finding.rule == "Marker"}
    lost = {problem.chain for problem in told.problems}
    if "threat" not in told_first(tree):
        assert threats == {(raw(tree / "threat"),)} - lost


def told_first(tree: Path) -> str:
    """The name that the walker lists first."""
    import os

    with os.scandir(tree) as entries:
        return next(entries).name


@pytest.mark.parametrize(
    ("mode", "detail"),
    [("dies in an item", "SIGSEGV"), ("closes its output", "closed its output")],
)
def test_a_worker_that_ends_in_an_item(tree: Path, mode: str, detail: str) -> None:
    told = scan(job(tree), command=fakes(f"worker: {mode}"))
    assert told.stop is Stop.COMPLETED
    assert told.outcomes == {CRASHED: 1, (Outcome.SCANNED, Cause.NONE): 9}
    assert told.problems[0].detail == detail


def test_a_worker_that_leaves_without_a_word(tree: Path) -> None:
    told = scan(job(tree), command=fakes("worker: leaves"))
    assert told.outcomes == {(Outcome.SCANNED, Cause.NONE): 10}
    assert told.restarted[0].detail == "exit code 3"


def test_a_worker_that_falls_silent(tree: Path) -> None:
    told = scan(job(tree, limits=Limits(silence_seconds=0.5)), command=fakes("worker: silent"))
    assert told.outcomes == {(Outcome.SCANNED, Cause.NONE): 10}
    assert [event.lost for event in told.restarted] == [Lost.HUNG]


def test_a_worker_that_complains_without_end_is_not_in_the_way(tree: Path) -> None:
    told = scan(job(tree), command=fakes("worker: errors without end"))
    assert told.outcomes == {(Outcome.SCANNED, Cause.NONE): 10}
    assert told.ended.restarts == 0


@pytest.mark.parametrize(
    "mode", [mode for mode in BAD_WALKS if mode not in {"dies", "hangs"}] + ["another protocol", "no hello"]
)
def test_a_walker_that_says_what_it_must_not(tree: Path, mode: str) -> None:
    told = scan(job(tree), command=fakes(f"walker: {mode}", role=Role.WALK))
    assert told.stop is Stop.COMPLETED
    assert [(event.role, event.lost) for event in told.restarted] == [(Role.WALK, Lost.PROTOCOL)]
    # Nothing that it said was believed but what fitted; the directory at hand is accounted for.
    assert told.total(*CRASHED) <= 1
    assert not any(b"etc" in finding.chain[0] for finding in told.findings)
    assert told.ended.walk_complete


@pytest.mark.parametrize(
    ("mode", "outcome", "lost"),
    [
        ("dies", CRASHED, Lost.CRASHED),
        ("hangs", (Outcome.TIMED_OUT, Cause.NO_ANSWER), Lost.HUNG),
    ],
)
def test_a_directory_that_costs_the_walker_is_accounted_for_and_the_rest_is_walked(
    tree: Path, tmp_path: Path, mode: str, outcome: tuple[Outcome, Cause], lost: Lost
) -> None:
    second = tmp_path.parent / f"{tmp_path.name} second"
    second.mkdir()
    (second / "threat").write_bytes(MARKER)
    limits = Limits(silence_seconds=1.0)
    told = scan(job(tree, second, limits=limits), command=fakes(f"walker: {mode}", role=Role.WALK))
    assert told.stop is Stop.COMPLETED
    assert [event.lost for event in told.restarted] == [lost]
    assert told.outcomes == {outcome: 1, (Outcome.SCANNED, Cause.NONE): 1}
    assert [finding.chain for finding in told.findings] == [(raw(second / "threat"),)]
    assert told.problems[0].chain == (raw(tree),)
