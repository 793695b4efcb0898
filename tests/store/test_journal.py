"""Recording: what is committed, what it says, what refuses to change."""

import os
import sqlite3
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.device import Target
from medscan_gui.core.record import encode_record
from medscan_gui.core.words import Light, Stop, TargetKind, VerdictKind
from medscan_gui.store.chain import short_code
from medscan_gui.store.journal import Journal, JournalError, JournalProblem
from tests.store.records import FOLDER, NOON, SCANNER, STICK, ended, finding, journal_file, scan, stub


def raw(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(journal_file(folder))


def kinds(folder: Path) -> list[str]:
    connection = raw(folder)
    found = [row[0] for row in connection.execute("SELECT kind FROM entries ORDER BY sequence")]
    connection.close()
    return found


def test_new_journal_begins_with_its_station(journal: Journal, folder: Path) -> None:
    assert kinds(folder) == ["journal_created"]
    assert len(journal.station) == 36
    assert journal.head().sequence == 1
    assert not journal.read_only
    assert journal.problem is None


def test_two_journals_are_two_stations(journal: Journal, tmp_path: Path) -> None:
    other = Journal.open(tmp_path / "other", removable=False)
    other.close()
    assert other.station != journal.station


def test_station_stays(journal: Journal, folder: Path) -> None:
    journal.close()
    again = Journal.open(folder, removable=True)
    again.close()
    assert again.station == journal.station


def test_scan_is_recorded_before_it_begins(journal: Journal, folder: Path) -> None:
    journal.begin_scan(stub(1))
    assert kinds(folder) == ["journal_created", "scan_started"]
    (shown,) = journal.scans()
    assert (shown.light, shown.verdict, shown.stop, shown.ended) == (Light.SCANNING, None, None, "")


def test_record_comes_back_byte_for_byte(journal: Journal) -> None:
    record = scan(journal, 1, (finding(),), operator="Zoé")
    assert journal.raw_record("scan-1") == encode_record(record)
    assert journal.record("scan-1") == record


def test_position_is_that_of_the_result(journal: Journal, folder: Path) -> None:
    begun = stub(1)
    journal.begin_scan(begun)
    position = journal.finish_scan(ended(begun))
    scan(journal, 2)
    assert journal.position("scan-1") == position
    connection = raw(folder)
    (digest,) = connection.execute("SELECT hash FROM entries WHERE sequence = 3").fetchone()
    connection.close()
    assert (position.sequence, position.hash, position.station) == (3, digest.hex(), journal.station)
    assert position.short_code == short_code(digest)
    assert journal.head().sequence == 5


def test_result_without_a_beginning_is_not_lost(journal: Journal) -> None:
    journal.finish_scan(ended(stub(1)))
    assert [shown.light for shown in journal.scans()] == [Light.BLUE]


def test_finishing_twice_enters_once(journal: Journal, folder: Path) -> None:
    begun = stub(1)
    journal.begin_scan(begun)
    first = journal.finish_scan(ended(begun))
    assert journal.finish_scan(ended(begun)) == first
    assert kinds(folder).count("scan_finished") == 1


def test_a_result_is_never_replaced(journal: Journal) -> None:
    record = scan(journal, 1, (finding(),))
    with pytest.raises(ValueError, match="another result"):
        journal.finish_scan(ended(stub(1)))
    assert journal.record("scan-1") == record


def test_unknown_fields_are_kept(journal: Journal, folder: Path) -> None:
    """An entry of a newer program is chained and given back whole, though its record is read in part."""
    record = msgspec.json.decode(encode_record(ended(stub(1))))
    record["from_the_future"] = {"key": [1, 2]}
    body = msgspec.json.encode(record, order="sorted")
    from medscan_gui.store import entries, index

    with journal._database.writing() as connection:
        index.add(connection, entries.append(connection, "scan_finished", body, NOON))
        index.add(connection, entries.append(connection, "kind_of_the_future", b"\xff{", NOON))
    assert journal.raw_record("scan-1") == body
    assert journal.record("scan-1").light is Light.BLUE
    assert journal.verify().ok
    assert kinds(folder)[-1] == "kind_of_the_future"


def test_unknown_scan(journal: Journal) -> None:
    with pytest.raises(JournalError) as error:
        journal.record("nobody")
    assert error.value.code is JournalProblem.UNKNOWN_SCAN


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET body = x'00' WHERE sequence = 2",
        "DELETE FROM entries WHERE sequence = 2",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries SELECT sequence, id, 'note', written, previous, hash, body FROM entries"
        " WHERE sequence = 2",
        "INSERT INTO entries SELECT 99, 'x', kind, written, hash, randomblob(32), body FROM entries WHERE sequence = 3",
        "INSERT INTO entries SELECT 4, 'x', kind, written, previous, randomblob(32), body FROM entries"
        " WHERE sequence = 2",
        "INSERT INTO entries VALUES (4, 'x', 'note', 't', zeroblob(32), randomblob(32), x'7b7d')",
    ],
)
def test_entries_never_change(journal: Journal, folder: Path, statement: str) -> None:
    """Another program's connection, with none of our settings, is refused too."""
    scan(journal, 1)
    connection = raw(folder)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()
    assert journal.verify().ok
    assert journal.verify().entries == 3


def test_half_a_character_is_refused_in_words(journal: Journal, folder: Path) -> None:
    with pytest.raises(JournalError) as error:
        journal.begin_scan(stub(1, operator="Zo\ud800"))
    assert error.value.code is JournalProblem.NOT_TEXT
    assert kinds(folder) == ["journal_created"]
    assert not list((folder / "running").glob("*")) if (folder / "running").exists() else True


def test_hostile_names_are_kept_raw_and_shown_escaped(journal: Journal) -> None:
    path = b"/media/\xff\xe2\x80\xaegpj.exe/" + b"x" * 32_000
    target = Target(kind=TargetKind.FOLDER, paths=(path,), label="\u202eclé\x1b[2J")
    record = scan(journal, 1, (finding(path=path + b"/\xf0\x9f"),), target=target)
    assert journal.record("scan-1") == record
    (shown,) = journal.scans()
    assert "<U+202E>" in shown.target
    assert "<U+001B>" in shown.target
    assert shown.target.isprintable()
    assert len(shown.target) <= 1_000


def test_device_is_saved_once_per_change(journal: Journal, folder: Path) -> None:
    journal.save_device(SCANNER)
    journal.save_device(SCANNER)
    journal.save_device(msgspec.structs.replace(SCANNER, department="Urgences"))
    assert kinds(folder).count("device_saved") == 2
    assert journal.device(SCANNER.id) == msgspec.structs.replace(SCANNER, department="Urgences")


def test_what_the_operator_saved_outlives_what_scans_say(journal: Journal) -> None:
    journal.save_device(SCANNER)
    old = msgspec.structs.replace(SCANNER, name="vm-1234")
    scan(journal, 1, device=old)
    assert journal.device(SCANNER.id) == SCANNER
    assert journal.record("scan-1").device == old


def test_a_device_known_from_scans_alone_follows_the_latest(journal: Journal) -> None:
    scan(journal, 1)
    renamed = msgspec.structs.replace(STICK, name="Clé rouge")
    scan(journal, 2, device=renamed)
    assert journal.device(STICK.id) == renamed


# --- cut off ---


def test_scan_without_end_is_cut_off_at_the_next_start(journal: Journal, folder: Path) -> None:
    journal.begin_scan(stub(1, operator="Zoé"))
    journal.close()
    again = Journal.open(folder, removable=True)
    assert again.recover_cut_off(NOON) == ("scan-1",)
    (shown,) = again.scans()
    assert (shown.light, shown.stop, shown.verdict) == (Light.AMBER, Stop.CUT_OFF, VerdictKind.INCOMPLETE)
    record = again.record("scan-1")
    assert [reason.code for reason in record.verdict.reasons] == ["verdict.cut_off"]
    assert (record.operator, record.ended) == ("Zoé", "")
    assert again.recover_cut_off(NOON) == ()
    assert again.verify().ok
    again.close()


def test_running_scan_of_this_process_is_not_cut_off(journal: Journal) -> None:
    journal.begin_scan(stub(1))
    assert journal.recover_cut_off(NOON) == ()
    assert journal.scans()[0].light is Light.SCANNING


def test_a_result_outranks_cut_off(journal: Journal, folder: Path) -> None:
    """Where locks fail (a network share), a living scan may be taken for dead: its result still counts."""
    begun = stub(1)
    journal.begin_scan(begun)
    journal._running.release_all()
    other = Journal.open(folder, removable=True)
    assert other.recover_cut_off(NOON) == ("scan-1",)
    other.close()
    journal.finish_scan(ended(begun, (finding(),)))
    assert journal.scans()[0].light is Light.RED
    assert journal.record("scan-1").findings
    assert journal.verify().lists_agree
    journal.rebuild_lists()
    assert journal.scans()[0].light is Light.RED


def test_scan_ids_cannot_reach_out_of_the_folder(journal: Journal, folder: Path) -> None:
    begun = msgspec.structs.replace(stub(1), id="../../../etc/passwd\0")
    journal.begin_scan(begun)
    outside = [path for path in folder.parent.rglob("*.lock") if path.parent != folder / "running"]
    assert outside in ([], [folder / "journal.sqlite.lock"])
    journal.finish_scan(ended(begun))
    assert os.listdir(folder / "running") == []


# --- the chain ---


def test_verify_finds_the_altered_entry(journal: Journal, folder: Path) -> None:
    for number in range(5):
        scan(journal, number)
    journal.close()
    connection = raw(folder)
    connection.execute("DROP TRIGGER entries_never_change")
    changed = "CAST(replace(CAST(body AS TEXT), 'completed', 'cancelled') AS BLOB)"
    connection.execute(f"UPDATE entries SET body = {changed} WHERE sequence = 7")
    connection.commit()
    connection.close()
    with pytest.raises(JournalError) as error:
        Journal.open(folder, removable=True)
    assert error.value.code is JournalProblem.DAMAGED


def test_verify_finds_an_entry_altered_long_ago(journal: Journal, folder: Path) -> None:
    for number in range(10):
        scan(journal, number)
    connection = raw(folder)
    connection.execute("DROP TRIGGER entries_never_change")
    connection.execute("UPDATE entries SET written = 'never' WHERE sequence = 7")
    connection.commit()
    connection.close()
    report = journal.verify()
    assert (report.ok, report.first_bad_sequence) == (False, 7)


def test_truncation_changes_the_code_on_paper(
    journal: Journal, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    scan(journal, 1)
    printed = journal.head()
    scan(journal, 2)
    connection = raw(folder)
    connection.execute("DROP TRIGGER entries_never_go")
    connection.execute("DELETE FROM entries WHERE sequence >= 3")
    connection.commit()
    connection.close()
    report = journal.verify()
    # The lists still know the entry that is missing...
    assert (report.ok, report.first_bad_sequence, report.lists_rebuilt) == (False, 3, False)
    journal.close()
    with pytest.raises(JournalError) as error:
        Journal.open(folder, removable=True)
    assert error.value.code is JournalProblem.DAMAGED
    connection = raw(folder)
    connection.execute("UPDATE index_state SET sequence = 2, hash = (SELECT hash FROM entries WHERE sequence = 2)")
    connection.execute("UPDATE index_scans SET sequence = 2")
    connection.commit()
    connection.close()
    again = Journal.open(folder, removable=True)
    report = again.verify()
    assert report.ok  # ...but what a chain alone cannot see once they were changed too...
    assert report.head_code != printed.short_code  # ...the paper copy does
    again.close()


def test_altered_record_is_never_shown_as_sound(journal: Journal, folder: Path) -> None:
    scan(journal, 1, (finding(),))
    connection = raw(folder)
    connection.execute("DROP TRIGGER entries_never_change")
    connection.execute("UPDATE entries SET body = (SELECT body FROM entries WHERE sequence = 2) WHERE sequence = 3")
    connection.commit()
    connection.close()
    with pytest.raises(JournalError) as error:
        journal.record("scan-1")
    assert error.value.code is JournalProblem.DAMAGED


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE index_state",
        "DELETE FROM index_state",
        "UPDATE index_state SET version = 0",
        "UPDATE index_state SET sequence = 2",
        "INSERT INTO index_state SELECT * FROM index_state",
    ],
)
def test_stale_lists_are_rebuilt_at_opening(journal: Journal, folder: Path, statement: str) -> None:
    scan(journal, 1, (finding(),))
    before = journal.scans(), journal.devices(), journal.suggestions("name")
    journal.close()
    connection = raw(folder)
    connection.execute(statement)
    connection.execute("UPDATE index_scans SET light = 'blue'")
    connection.commit()
    connection.close()
    again = Journal.open(folder, removable=True)
    assert (again.scans(), again.devices(), again.suggestions("name")) == before
    again.close()


def test_settings_of_the_connection(journal: Journal) -> None:
    wanted = {
        "journal_mode": "truncate",
        "synchronous": 3,
        "mmap_size": 0,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "user_version": 1,
    }
    with journal._database.reading() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    assert found == wanted


def test_fixed_disk_syncs_fully(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, removable=False)
    with journal._database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    journal.close()


def test_folder_target_is_in_the_record(journal: Journal) -> None:
    scan(journal, 1)
    assert journal.record("scan-1").target == FOLDER
