"""kill -9 of the whole program at random instants of a scan: nothing that was recorded is lost.

MEDSCAN_KILLS sets the number of rounds (default 8), MEDSCAN_KILL_SEED the seed.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from medscan_gui.core.words import Light, Stop
from medscan_gui.session import open_services
from medscan_gui.store.journal import Journal
from medscan_gui.system.paths import find_paths
from tests.samples import eicar, fill

ROUNDS = int(os.environ.get("MEDSCAN_KILLS", "8"))
SEED = int(os.environ.get("MEDSCAN_KILL_SEED", "20261121"))


def _scan(data: Path, target: Path) -> "subprocess.Popen[bytes]":
    line = [sys.executable, "-m", "medscan_gui", "--data-dir", str(data), "scan", str(target), "--json"]
    return subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def _whole_duration(data: Path, target: Path) -> float:
    begun = time.monotonic()
    process = _scan(data, target)
    assert process.wait(timeout=120) == 1
    return time.monotonic() - begun


@pytest.mark.timeout(60 + ROUNDS * 10)
def test_journal_survives_kill_at_any_instant(tmp_path: Path) -> None:
    target, data = tmp_path / "target", tmp_path / "data"
    fill(target, 3_000)
    (target / "bad.com").write_bytes(eicar())
    duration = _whole_duration(data, target)
    instants = random.Random(SEED)
    for number in range(ROUNDS):
        process = _scan(data, target)
        children: list[psutil.Process] = []
        try:
            process.wait(timeout=instants.uniform(0.0, duration * 1.1))
        except subprocess.TimeoutExpired:
            try:
                children = psutil.Process(process.pid).children(recursive=True)
            except psutil.NoSuchProcess:
                children = []
            process.kill()
            process.wait()
        _gone, orphans = psutil.wait_procs(children, timeout=10)
        assert not orphans, f"round {number}: engine processes outlived the program"
        _check_journal(data, number)


def _check_journal(data: Path, number: int) -> None:
    services = open_services(find_paths(data))
    try:
        assert isinstance(services.journal, Journal), f"round {number}: {services.journal.problem}"
        assert services.journal.verify().ok, f"round {number}: the chain is broken"
        scans = services.journal.scans()
        assert scans
        for scan in scans:
            assert scan.stop in (Stop.COMPLETED, Stop.CUT_OFF), f"round {number}: {scan}"
            # Complete means the threat was found; cut off is AMBER. Nothing else may ever be read.
            assert scan.light is (Light.RED if scan.stop is Stop.COMPLETED else Light.AMBER)
    finally:
        services.close()
