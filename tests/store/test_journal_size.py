"""A scan that found as many threats as a record can hold, and the clean-up of all of them."""

from pathlib import Path

import pytest

from medscan_gui.core.action import ItemResult
from medscan_gui.core.record import FINDINGS_KEPT
from medscan_gui.core.words import Light
from medscan_gui.store import comparison, entries
from medscan_gui.store.journal import Journal
from tests.store.records import act, action, finding, item, journal_file, scan

NAME = b"/media/stick/" + "Échographie du 12 mars, ".encode() + b"\xff%d.exe"


def test_a_record_of_all_threats_that_are_kept(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = scan(journal, 1, tuple(finding(path=NAME % number) for number in range(FINDINGS_KEPT)))
    items = (item(NAME % number, ItemResult.DONE) for number in range(FINDINGS_KEPT))
    act(journal, action(2, *items, scan_id=record.id))
    assert [shown.id for shown in journal.history(search="<0xff>41.exe")] == ["action-2", "scan-1"]
    assert (journal.actions()[0].done, journal.devices()[0].threats_open) == (FINDINGS_KEPT, FINDINGS_KEPT)
    assert len(journal.record("scan-1").findings) == FINDINGS_KEPT
    assert journal.verify().lists_agree
    journal.close()
    # The file holds little more than the two records.
    with_index = journal_file(folder).stat().st_size
    monkeypatch.setattr(comparison, "lists_agree", None)  # such entries are not all compared at each start
    again = Journal.open(folder, removable=True)
    bodies = len(again.raw_record("scan-1")) * 2
    assert with_index < bodies + 20_000_000
    assert again.scans(light=Light.RED)[0].threats == FINDINGS_KEPT
    again.close()


def test_the_end_that_is_checked_is_bounded_in_bytes(journal: Journal) -> None:
    with journal._database.writing() as connection:
        for size in (10, 400, 300, 200):
            entries.append(connection, "note", b"x" * size, journal._clock())
        assert entries.tail_length(connection, 10, 550) == 2
        assert entries.tail_length(connection, 10, 900) == 3
        assert entries.tail_length(connection, 1, 10_000) == 1
        assert entries.tail_length(connection, 10, 0) == 1  # the last one always
        assert entries.tail_length(connection, 10, 10_000) == 5
