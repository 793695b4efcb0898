"""The main job at its real size: 100,000 files, real engines, and the light that must come of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from medscan_gui.core.events import Finished, Progress
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.words import Cause, Light, Outcome
from medscan_gui.session import ScanRequest, ScanSession, Services, device_for, open_services
from medscan_gui.system.paths import find_paths
from medscan_gui.system.volumes import target_for_path
from tests.samples import eicar, fill, without_override

FILES = 100_000

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hundred-thousand") / "stick"
    fill(folder, FILES)
    return folder


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = open_services(find_paths(tmp_path / "data"))
    yield opened
    opened.close()


def session_on(services: Services, place: Path) -> ScanSession:
    target = target_for_path(str(place))
    return ScanSession(services, ScanRequest(target, device_for(services, target)))


def scan(services: Services, place: Path) -> Finished:
    last = list(session_on(services, place).events())[-1]
    assert isinstance(last, Finished)
    return last


def test_clean_is_blue(services: Services, tree: Path) -> None:
    record = scan(services, tree).record
    assert record.light is Light.BLUE
    assert record.coverage.items_read == FILES


def test_one_threat_among_them_is_red_and_named(services: Services, tree: Path) -> None:
    bad = tree / "0317" / "photo.com"
    bad.write_bytes(eicar())
    try:
        record = scan(services, tree).record
    finally:
        bad.unlink()
    assert record.light is Light.RED
    assert [found.chain for found in record.findings] == [(raw_bytes(str(bad)),)]
    assert record.coverage.items_read == FILES + 1


def test_one_unreadable_file_among_them_is_amber(tmp_path: Path, tree: Path) -> None:
    command = [sys.executable, "-m", "medscan_gui", "--data-dir", str(tmp_path / "data")]
    line = without_override([*command, "scan", str(tree), "--json"])
    if line is None:
        pytest.skip("no way here to make file permissions bind this user")
    locked = tree / "0100" / "locked.txt"
    locked.write_text("nobody may read this")
    locked.chmod(0)
    try:
        done = subprocess.run(line, capture_output=True, check=False, timeout=300)
    finally:
        locked.unlink()
    record = json.loads(done.stdout)
    assert done.returncode == 2, done.stderr
    assert [problem["cause"] for problem in record["problems"]] == [Cause.NO_PERMISSION]
    assert "/0100/locked.txt" in json.dumps(record["problems"])


def _is_worker(child: psutil.Process) -> bool:
    try:
        return child.cmdline()[-1:] == ["scan"]
    except psutil.Error:  # the walker, which has just ended
        return False


def test_an_engine_killed_in_mid_scan_costs_one_item(services: Services, tree: Path) -> None:
    session = session_on(services, tree)
    killed = False
    finished: Finished | None = None
    for event in session.events():
        if isinstance(event, Progress) and event.items_done > FILES // 10 and not killed:
            next(child for child in psutil.Process().children(recursive=True) if _is_worker(child)).kill()
            killed = True
        if isinstance(event, Finished):
            finished = event
    assert killed
    assert finished is not None
    record = finished.record
    assert record.engine.restarts == 1
    crashed = record.coverage.total(Outcome.ENGINE_CRASHED)
    # Killed exactly between two items, no item is at fault, and none is lost.
    assert crashed <= 1
    assert record.coverage.items_read == FILES - crashed
    assert record.light is (Light.AMBER if crashed else Light.BLUE)
    assert len(record.problems) == crashed
