"""kill -9 at random instants: the journal opens every time, and nothing that was committed is lost.

MEDSCAN_JOURNAL_KILLS sets the number of rounds, MEDSCAN_KILL_SEED the seed.
"""

import json
import os
import random
import subprocess
import threading
from pathlib import Path

import pytest

from medscan_gui.core.words import Light, Stop
from medscan_gui.store.journal import Journal
from tests.store.processes import start
from tests.store.records import NOON

ROUNDS = int(os.environ.get("MEDSCAN_JOURNAL_KILLS", "30"))
SEED = int(os.environ.get("MEDSCAN_KILL_SEED", "20261121"))


def killed_after(child: "subprocess.Popen[str]", lines: int, seconds: float) -> list[str]:
    """Kill a child so long after it said so many lines, whatever it is doing then; return all that it said."""
    assert child.stdout is not None
    assert child.stdout.readline() == '"ready"\n'
    first = [child.stdout.readline() for _ in range(lines)]
    timer = threading.Timer(seconds, child.kill)
    timer.start()
    rest, _ = child.communicate()
    timer.join()
    return [*first, *rest.split("\n")[:-1]]  # the last one was cut


@pytest.mark.timeout(60 + ROUNDS * 10)
def test_scans_survive_kill_at_any_instant(folder: Path) -> None:
    instants = random.Random(SEED)
    begun: set[str] = set()
    committed: set[str] = set()
    cut_off: set[str] = set()
    for number in range(ROUNDS):
        child = start("record_for_ever", folder, f"round{number}")
        for line in killed_after(child, instants.randrange(12), instants.uniform(0.0, 0.03)):
            word, scan_id = json.loads(line)
            (begun if word == "begun" else committed).add(scan_id)
        journal = Journal.open(folder, removable=True)
        recovered = journal.recover_cut_off(NOON)
        assert len(recovered) <= 1, f"round {number}"
        assert not committed.intersection(recovered)
        cut_off.update(recovered)
        report = journal.verify()
        assert report.ok, f"round {number}"
        assert report.lists_agree, f"round {number}"
        journal.close()
    journal = Journal.open(folder, removable=True)
    listed = {shown.id: shown for shown in journal.scans()}
    journal.close()
    assert begun <= listed.keys()
    assert committed <= listed.keys()
    assert {scan_id for scan_id, shown in listed.items() if shown.stop is Stop.CUT_OFF} == cut_off
    assert not any(shown.light is Light.SCANNING for shown in listed.values())
    assert len(committed) > ROUNDS, "too few scans to say anything"
    assert cut_off, "no kill ever hit a running scan"


@pytest.mark.timeout(60 + ROUNDS * 10)
def test_new_journals_appear_whole_or_not_at_all(folder: Path) -> None:
    instants = random.Random(SEED + 1)
    seen = 0
    for number in range(max(1, ROUNDS // 5)):
        place = folder / str(number)
        killed_after(start("create_for_ever", place), 1 + instants.randrange(3), instants.uniform(0.0, 0.05))
        for made in place.iterdir():
            journal = Journal.open(made, removable=True)  # also where the file was not there yet
            assert journal.verify().ok
            assert journal.station
            journal.close()
            seen += 1
    assert seen >= max(1, ROUNDS // 5)
