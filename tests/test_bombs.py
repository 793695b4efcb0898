"""A folder of bombs and one threat: the threat is found, every bomb has an outcome, nothing dies.

MEDSCAN_BOMBS=8 scans eight of each kind (200 files) with the bounds of the program, which takes minutes.
"""

import os
from pathlib import Path

import pytest

from medscan_gui.core.words import Outcome, Stop
from medscan_gui.engine.limits import Limits, UnpackLimits
from tests.bombs import BOMBS
from tests.engine.scanning import MARKER, job, scan

_EACH = int(os.environ.get("MEDSCAN_BOMBS", "1"))
_QUICK = UnpackLimits(bytes_least=16 << 20, members_least=2000, members=5000)

#: Malformed rather than large: what they hold is wholly seen.
_SEEN = {"circles.pdf", "loop.doc"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bombs")
    for name, make in BOMBS.items():
        bomb = make()
        for number in range(_EACH):
            # Each different: nothing may be known from the one before.
            (folder / f"{number}-{name}").write_bytes(bomb)
    (folder / "m-threat.txt").write_bytes(MARKER)
    return folder


def test_bombs_and_a_threat(folder: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    limits = Limits(unpack=_QUICK) if _EACH == 1 else Limits()
    told = scan(job(folder, workers=2, limits=limits, scratch=os.fsencode(scratch)))
    assert told.ended.stop is Stop.COMPLETED
    assert told.ended.walk_complete
    assert told.ended.restarts == 0
    assert [found.chain for found in told.findings] == [(os.fsencode(folder / "m-threat.txt"),)]
    files = {os.fsdecode(problem.chain[0]).rpartition("/")[2].partition("-")[2] for problem in told.problems}
    assert set(BOMBS) - files <= _SEEN
    assert not any(problem.outcome is Outcome.ENGINE_CRASHED for problem in told.problems)
    assert not list(scratch.iterdir())
