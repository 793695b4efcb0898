"""Journals that are damaged, full, locked, protected, too new or gone: each says so, none is overwritten."""

import hashlib
import os
import random
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from medscan_gui.core.text import Words
from medscan_gui.store import opening
from medscan_gui.store.journal import Journal, JournalError, JournalProblem
from tests.store.processes import own_mounts, run, start
from tests.store.records import NOON, ended, finding, journal_file, scan, stub


@pytest.fixture
def sound(folder: Path) -> Path:
    """A folder with a closed journal of ten scans."""
    journal = Journal.open(folder, removable=True)
    for number in range(10):
        scan(journal, number, (finding(),), operator="o" * 5_000)
    journal.close()
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file() and path.stat().st_size
    }


def refusal(folder: Path) -> JournalProblem:
    """Why the journal is refused; that nothing in the folder changed, and that the sentence is whole."""
    before = contents(folder)
    with pytest.raises(JournalError) as error:
        Journal.open(folder, removable=True).close()
    assert contents(folder) == before
    sentence = Words().sentence(error.value.message)
    assert "{" not in sentence
    assert not sentence.startswith("[")
    return error.value.code


def test_overwritten_in_the_middle(sound: Path) -> None:
    path = journal_file(sound)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 8_192] = os.urandom(8_192)
    path.write_bytes(data)
    assert refusal(sound) is JournalProblem.DAMAGED


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1])
def test_truncated(sound: Path, share: float) -> None:
    path = journal_file(sound)
    os.truncate(path, int(path.stat().st_size * share))
    assert refusal(sound) is JournalProblem.DAMAGED


@pytest.mark.parametrize("length", [0, 1, 15, 16, 99])
def test_cut_in_the_header(sound: Path, length: int) -> None:
    os.truncate(journal_file(sound), length)
    assert refusal(sound) is JournalProblem.DAMAGED


@pytest.mark.parametrize("content", [b"Dear colleague,\n" * 40, b"\0" * 4_096, b"PK\3\4"])
def test_not_a_database(folder: Path, content: bytes) -> None:
    folder.mkdir()
    journal_file(folder).write_bytes(content)
    assert refusal(folder) is JournalProblem.NOT_A_JOURNAL


def test_database_of_another_program(folder: Path) -> None:
    folder.mkdir()
    connection = sqlite3.connect(journal_file(folder))
    connection.execute("CREATE TABLE entries (sequence INTEGER PRIMARY KEY)")
    connection.commit()
    connection.close()
    assert refusal(folder) is JournalProblem.NOT_A_JOURNAL


def test_newer_version_is_not_touched(sound: Path) -> None:
    connection = sqlite3.connect(journal_file(sound))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert refusal(sound) is JournalProblem.NEWER


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE entries",
        "ALTER TABLE entries RENAME COLUMN body TO text",
        "PRAGMA user_version = 0",
        "CREATE VIEW x AS SELECT 1; DROP TABLE entries; CREATE VIEW entries AS SELECT 1 AS sequence",
    ],
)
def test_other_tables_than_ours(sound: Path, statement: str) -> None:
    connection = sqlite3.connect(journal_file(sound))
    connection.executescript(statement)
    connection.close()
    with pytest.raises(JournalError) as error:
        Journal.open(sound, removable=True)
    assert error.value.code is JournalProblem.DAMAGED


@pytest.mark.parametrize("value", ["NULL", "'text'", "1.5", "x'00'", "CAST(x'ff' AS TEXT)"])
@pytest.mark.parametrize("column", ["id", "hash", "body", "written"])
def test_values_of_other_types(sound: Path, column: str, value: str) -> None:
    """A file made by somebody else may hold anything in any column."""
    connection = sqlite3.connect(journal_file(sound))
    connection.executescript(
        "CREATE TABLE loose AS SELECT * FROM entries; DROP TABLE entries; ALTER TABLE loose RENAME TO entries;"
        f"UPDATE entries SET {column} = {value} WHERE sequence = 21"
    )
    connection.close()
    with pytest.raises(JournalError) as error:
        Journal.open(sound, removable=True)
    assert error.value.code is JournalProblem.DAMAGED


def test_random_damage_is_refused_or_harmless(sound: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever byte is hit: either the journal is refused in words, or every entry that it gives is sound."""
    original = journal_file(sound).read_bytes()
    generator = random.Random(20261121)
    refused = 0
    for _ in range(60):
        damaged = bytearray(original)
        for _ in range(generator.choice([1, 4, 64])):
            damaged[generator.randrange(len(damaged))] ^= 1 << generator.randrange(8)
        journal_file(sound).write_bytes(damaged)
        try:
            journal = Journal.open(sound, removable=True)
            try:
                assert journal.verify().ok
                assert all(journal.record(shown.id) for shown in journal.scans())
            finally:
                journal.close()
        except JournalError:
            refused += 1
    assert refused > 20


def test_damage_met_after_opening_is_told(
    sound: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(opening, "FULL_CHECK_BYTES", 0)  # as for a large file, of which only the end is checked
    monkeypatch.setattr(opening, "QUICK_CHECK_BYTES", 0)
    monkeypatch.setattr(opening, "TAIL_CHECKED", 1)
    path = journal_file(sound)
    data = bytearray(path.read_bytes())
    start = data.index(b'"id":"scan-2"')
    data[start : start + 13] = b'"id":"scan-X"'
    path.write_bytes(data)
    journal = Journal.open(sound, removable=True)
    assert not journal.verify().ok
    journal.close()


@pytest.mark.parametrize(
    "change", ["light = 'purple'", "threats = 'many'", "operator = x'ff'", "not_read = NULL", "target_kind = ''"]
)
def test_lists_that_make_no_sense_are_told(sound: Path, change: str) -> None:
    journal = Journal.open(sound, removable=True)
    connection = sqlite3.connect(journal_file(sound))
    rows = "SELECT sql FROM sqlite_master WHERE name = 'index_scans'"
    loose = str(connection.execute(rows).fetchone()[0]).replace(" NOT NULL", "")
    connection.executescript(
        f"ALTER TABLE index_scans RENAME TO old; {loose}; INSERT INTO index_scans SELECT * FROM old; DROP TABLE old;"
        f"UPDATE index_scans SET {change} WHERE scan_id = 'scan-4'"
    )
    connection.close()
    with pytest.raises(JournalError) as error:
        journal.scans()
    assert error.value.code is JournalProblem.DAMAGED
    journal.rebuild_lists()
    assert len(journal.scans()) == 10
    journal.close()


# --- a new one beside it ---


def test_damaged_journal_is_set_aside_whole(sound: Path) -> None:
    path = journal_file(sound)
    os.truncate(path, path.stat().st_size // 2)
    damaged = path.read_bytes()
    assert refusal(sound) is JournalProblem.DAMAGED
    journal = Journal.set_aside_and_create(sound, removable=True, clock=lambda: NOON)
    scan(journal, 1)
    assert journal.verify().ok
    journal.close()
    aside = sound / "journal-set-aside-20261121-120000.sqlite"
    assert aside.read_bytes() == damaged
    connection = sqlite3.connect(path)
    (body,) = connection.execute("SELECT body FROM entries WHERE sequence = 1").fetchone()
    connection.close()
    assert b'"replaces":"journal-set-aside-20261121-120000.sqlite"' in body


def test_setting_aside_twice_overwrites_nothing(sound: Path) -> None:
    for _ in range(3):
        Journal.set_aside_and_create(sound, removable=True, clock=lambda: NOON).close()
    assert len(list(sound.glob("journal-set-aside-*.sqlite"))) == 3


def test_rollback_journal_goes_along(sound: Path) -> None:
    """A hot rollback journal left behind would be played back into the new file."""
    died = start("die_in_a_write", sound)
    died.communicate()
    hot = sound / "journal.sqlite-journal"
    assert hot.stat().st_size > 0
    path = journal_file(sound)
    data = bytearray(path.read_bytes())
    data[:16] = bytes(16)
    path.write_bytes(data)
    rollback = hot.read_bytes()
    journal = Journal.set_aside_and_create(sound, removable=True, clock=lambda: NOON)
    scan(journal, 1)
    assert journal.verify().entries == 3
    journal.close()
    assert (sound / "journal-set-aside-20261121-120000.sqlite-journal").read_bytes() == rollback


def test_rollback_journal_without_its_file_is_refused(sound: Path) -> None:
    start("die_in_a_write", sound).communicate()
    journal_file(sound).rename(sound / "elsewhere")
    assert refusal(sound) is JournalProblem.DAMAGED
    assert not journal_file(sound).exists()


# --- power and locks ---


def test_hot_rollback_journal_is_played_back(sound: Path) -> None:
    died = start("die_in_a_write", sound)
    died.communicate()
    assert died.returncode != 0
    assert (sound / "journal.sqlite-journal").stat().st_size > 0
    journal = Journal.open(sound, removable=True)
    assert journal.verify().entries == 21
    assert journal.verify().ok
    journal.close()


def test_locked_by_another_process(sound: Path) -> None:
    holder = start("hold_the_lock", sound)
    assert holder.stdout is not None
    assert holder.stdout.readline() == '"held"\n'
    journal = Journal.open(sound, removable=True, busy_seconds=0.05)
    assert len(journal.scans()) == 10  # reading goes on
    with pytest.raises(JournalError) as error:
        journal.begin_scan(stub(99))
    assert error.value.code is JournalProblem.BUSY
    holder.communicate("")
    journal.begin_scan(stub(99))
    assert journal.finish_scan(ended(stub(99))).sequence == 23
    journal.close()


# --- no room ---


def test_full_disk(tmp_path: Path) -> None:
    said = run("on_a_small_disk", tmp_path, prefix=own_mounts())
    first, recovered, written, sound_after = said
    assert first["code"] == "journal.full"
    assert first["done"] > 3
    assert (first["readable"], first["ok"]) == (first["done"], True)
    assert recovered["report"] is True
    assert recovered["cut_off"] in (0, 1)
    assert (written, sound_after) == ("ok", True)


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit on Windows")
def test_file_that_may_not_grow(tmp_path: Path) -> None:
    (said,) = run("under_a_size_limit", tmp_path)
    assert said["code"] in ("journal.full", "journal.io_error")
    assert said["done"] == said["listed"] > 3
    assert said["ok"] is True


# --- write protection ---


def test_protected_key_is_read(sound: Path) -> None:
    before = contents(sound)
    opened, begun, recovered = run("on_a_protected_key", sound, prefix=own_mounts())
    assert opened == {"read_only": True, "problem": "journal.read_only", "scans": 10, "ok": True}
    assert begun == "journal.read_only"
    assert recovered == []
    assert contents(sound) == before


@pytest.mark.skipif(sys.platform == "win32", reason="needs a mount of its own")
def test_falsified_lists_on_a_protected_key_are_told(sound: Path) -> None:
    """They cannot be made again there: the operator is told not to rely on them."""
    connection = sqlite3.connect(journal_file(sound))
    connection.execute("UPDATE index_scans SET light = 'blue', verdict = 'no_threat', threats = 0")
    connection.commit()
    connection.close()
    opened, _begun, _recovered = run("on_a_protected_key", sound, prefix=own_mounts())
    assert (opened["read_only"], opened["problem"], opened["ok"]) == (True, "journal.lists_differ", True)


def test_new_journal_on_a_protected_key(tmp_path: Path) -> None:
    assert run("on_a_protected_key", tmp_path, "fresh", own_mounts()) == ["journal.cannot_open"]


def test_interrupted_write_on_a_protected_key(sound: Path) -> None:
    start("die_in_a_write", sound).communicate()
    assert run("on_a_protected_key", sound, "hot", own_mounts()) == ["journal.unfinished"]


# --- gone ---


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a folder with open files")
def test_folder_gone_while_open(sound: Path) -> None:
    """What a pulled-out key looks like: the path leads nowhere, though the file is still open."""
    journal = Journal.open(sound, removable=True)
    journal.begin_scan(stub(99))
    shutil.move(sound, sound.with_name("pulled out"))
    with pytest.raises(JournalError) as error:
        journal.finish_scan(ended(stub(99)))
    assert error.value.code is JournalProblem.GONE
    with pytest.raises(JournalError) as error:
        journal.scans()
    assert error.value.code is JournalProblem.GONE
    assert not sound.exists()
    shutil.move(sound.with_name("pulled out"), sound)  # and plugged in again
    assert journal.finish_scan(ended(stub(99))).sequence == 23
    assert journal.verify().ok
    journal.close()


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(JournalError) as error:
        Journal.open(tmp_path / "file" / "data", removable=True)
    assert error.value.code is JournalProblem.CANNOT_OPEN


def test_journal_that_is_a_folder(folder: Path) -> None:
    journal_file(folder).mkdir(parents=True)
    with pytest.raises(JournalError) as error:
        Journal.open(folder, removable=True)
    assert error.value.code is JournalProblem.CANNOT_OPEN
