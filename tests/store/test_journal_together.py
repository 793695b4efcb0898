"""Two MedScans on one journal: neither loses anything, neither takes the other for dead."""

import threading
from pathlib import Path

from medscan_gui.core.words import Light, Stop
from medscan_gui.store.journal import Journal
from tests.store.processes import start
from tests.store.records import NOON, ended, scan, stub


def test_processes_write_side_by_side(folder: Path) -> None:
    children = [start("record_some", folder, f"child{number}:15") for number in range(4)]
    for child in children:
        said, _ = child.communicate(timeout=120)
        assert said == '"ok"\n'
    journal = Journal.open(folder, removable=True)
    assert len(journal.scans(light=Light.BLUE)) == journal.count_scans() == 60
    report = journal.verify()
    assert (report.ok, report.entries, report.lists_agree) == (True, 121, True)
    journal.close()


def test_processes_create_one_journal(folder: Path) -> None:
    children = [start("record_some", folder, f"child{number}:1") for number in range(6)]
    for child in children:
        child.communicate(timeout=120)
    journal = Journal.open(folder, removable=True)
    assert journal.verify().entries == 13
    journal.close()
    assert not list(folder.glob("*.new-*"))


def test_scan_of_a_living_process_stays_running(folder: Path) -> None:
    child = start("begin", folder)
    assert child.stdout is not None
    assert child.stdout.readline() == '"begun"\n'
    journal = Journal.open(folder, removable=True)
    assert journal.recover_cut_off(NOON) == ()
    assert journal.scans()[0].light is Light.SCANNING
    child.kill()
    child.communicate()
    assert journal.recover_cut_off(NOON) == ("scan-living",)
    assert journal.scans()[0].stop is Stop.CUT_OFF
    journal.close()


def test_threads_share_one_journal(journal: Journal) -> None:
    """The scan's thread records while the window's thread reads."""
    failures: list[Exception] = []

    def work(name: int) -> None:
        try:
            for number in range(10):
                scan(journal, name * 100 + number)
                journal.devices("clé")
                journal.scans(limit=5)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test must show it
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert journal.count_scans() == 40
    assert journal.verify().ok


def test_both_see_what_the_other_records(journal: Journal, folder: Path) -> None:
    other = Journal.open(folder, removable=True)
    scan(other, 1)
    begun = stub(2)
    journal.begin_scan(begun)
    assert [shown.light for shown in other.scans()] == [Light.SCANNING, Light.BLUE]
    journal.finish_scan(ended(begun))
    assert [shown.light for shown in other.scans()] == [Light.BLUE, Light.BLUE]
    assert other.head() == journal.head()
    other.close()
