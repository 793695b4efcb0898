"""The process that asks may hang, die, lie or be held up: the session hears an end in any case."""

import os
import sys
from pathlib import Path

import pytest

from medscan_gui.core.messages import Message
from medscan_gui.core.opinion import EngineOpinion, EngineStatus
from medscan_gui.engine.protocol import line
from medscan_gui.engine.second.runner import SecondOpinion, make_scratch
from medscan_gui.engine.second.words import Told
from tests.engine.second.asking import Asked, job_of, walk_of

#: Says `{said}` so many times, then does `{then}`.
_CHILD = "import os, sys, time; os.read(0, 1 << 20); [os.write(1, {said!r}) for _ in range({times})]; {then}"
READY = EngineOpinion(engine="clamav", tool="clamd", status=EngineStatus.READY, complete=True)


def child(said: bytes, then: str = "", *, times: int = 1) -> tuple[str, ...]:
    """A command that stands in for the process that asks."""
    return (sys.executable, "-c", _CHILD.format(said=said, then=then or "pass", times=times))


def asked(tmp_path: Path, command: tuple[str, ...], silence: float = 20.0) -> Asked:
    return Asked(job_of(tmp_path, walk_of(tmp_path)), command=command, silence=silence)


def test_one_that_dies_is_not_complete(tmp_path: Path) -> None:
    opinion = asked(tmp_path, child(line(Told(READY, begun=True)))).opinion
    assert not opinion.complete
    assert opinion.status is EngineStatus.READY
    assert opinion.reason == Message.of("second.not_complete", engine="ClamAV")


def test_one_that_never_said_that_it_began_is_unusable(tmp_path: Path) -> None:
    opinion = asked(tmp_path, child(b"")).opinion
    assert opinion.status is EngineStatus.UNUSABLE


def test_one_that_hangs_is_ended(tmp_path: Path) -> None:
    one = asked(tmp_path, child(line(Told(READY, begun=True)), "time.sleep(600)"), silence=0.5)
    assert one.opinion.reason == Message.of("second.stuck", engine="ClamAV")
    assert not one.opinion.complete


@pytest.mark.parametrize(
    ("said", "times"),
    [
        (b"\n", 1),
        (b"[]\n", 1),
        (b"clean\n", 1),
        (b'["told",{"engine":"clamav","status":"fine"},true,true]\n', 1),
        (b'["told",{"engine":"clamav"},true,true,[{"chain":[]}]]\n', 1),
        (b"[" * 50_000 + b"\n", 1),
        (b"\xff\xfe\n", 1),
        (b"x" * 50_000, 60),
    ],
)
def test_what_cannot_be_read_is_no_opinion(tmp_path: Path, said: bytes, times: int) -> None:
    one = asked(tmp_path, child(said, "time.sleep(600)", times=times))
    assert not one.opinion.complete
    assert one.opinion.reason is not None
    assert one.opinion.reason.code == "second.not_understood"
    assert one.findings == []


def test_it_speaks_for_the_engine_that_was_asked_and_no_other(tmp_path: Path) -> None:
    said = line(Told(EngineOpinion(engine="defender", status=EngineStatus.READY, complete=True), True, True))
    assert asked(tmp_path, child(said)).opinion.engine == "clamav"


def test_one_that_cannot_be_started_says_so(tmp_path: Path) -> None:
    opinion = asked(tmp_path, (str(tmp_path / "none"),)).opinion
    assert opinion.status is EngineStatus.UNUSABLE
    assert opinion.reason is not None
    assert opinion.reason.code == "second.not_started"


def test_a_cancel_before_it_began_ends_it(tmp_path: Path) -> None:
    runner = SecondOpinion(job_of(tmp_path, walk_of(tmp_path)), child(b"", "time.sleep(600)"))
    runner.cancel()
    (told,) = runner.run()
    assert told.final
    assert told.opinion.reason == Message.of("second.cancelled", engine="ClamAV")


@pytest.mark.skipif(sys.platform == "win32", reason="process groups of POSIX")
def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    """The fake starts a grandchild that would go on for ever."""
    then = "import subprocess; p = subprocess.Popen(['sleep', '600']); os.write(1, b'\\n'); time.sleep(600)"
    asked(tmp_path, child(b"", then))  # a fixture of all tests fails if a process is left


def test_folders_of_programs_that_are_no_more_are_removed(tmp_path: Path) -> None:
    gone, ours = tmp_path / "second-4194305-ab", tmp_path / f"second-{os.getpid()}-cd"
    for folder in (gone, ours, tmp_path / "second-x"):
        folder.mkdir()
    made = Path(make_scratch(tmp_path))
    assert not made.exists()
    assert made.parent == tmp_path
    assert {path.name for path in tmp_path.iterdir()} == {ours.name, "second-x"}
