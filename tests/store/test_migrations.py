"""Migrations: each has a test here, named after its number; all or nothing; a backup first."""

import sqlite3
import sys
from pathlib import Path

import pytest

from medscan_gui.store import index, migrations, opening, schema
from medscan_gui.store.database import Database
from medscan_gui.store.journal import Journal, JournalError, JournalProblem
from medscan_gui.store.migrations import MIGRATIONS, Migration
from tests.store.records import NOON, finding, journal_file, scan

NEXT = MIGRATIONS[-1].number + 1
GOOD = (*MIGRATIONS, Migration(NEXT, ("CREATE TABLE extra (x)", "INSERT INTO extra VALUES (42)")))
BAD = (*GOOD, Migration(NEXT + 1, ("CREATE TABLE more (x)", "INSERT INTO nowhere VALUES (1)")))


def test_every_migration_has_a_test() -> None:
    names = dir(sys.modules[__name__])
    for migration in MIGRATIONS:
        assert any(name.startswith(f"test_migration_{migration.number}_") for name in names), migration.number


def test_numbers_are_in_order() -> None:
    assert [migration.number for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def test_migration_1_makes_the_tables_that_the_program_expects(folder: Path) -> None:
    Journal.open(folder, removable=True).close()
    connection = sqlite3.connect(journal_file(folder))
    for table in [*schema.journal_tables.tables.values(), *schema.index_tables.tables.values()]:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table.name})")]
        assert columns == [column.name for column in table.columns]
    triggers = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert triggers == {"entries_never_change", "entries_never_go", "entries_follow_the_head"}
    assert connection.execute("PRAGMA user_version").fetchone() == (MIGRATIONS[-1].number,)
    assert connection.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
    connection.close()


@pytest.fixture
def old(folder: Path) -> Path:
    """A journal of today's format, old to the migrations of these tests."""
    journal = Journal.open(folder, removable=True)
    scan(journal, 1, (finding(),))
    journal.close()
    return folder


def bring(folder: Path, steps: tuple[Migration, ...]) -> Path | None:
    database = Database(journal_file(folder), removable=True)
    try:
        return opening.bring_up_to_date(database, lambda: NOON, steps)
    finally:
        database.close()


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    number = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return int(number)


def test_migration_keeps_every_entry_and_a_backup(old: Path) -> None:
    backup = bring(old, GOOD)
    assert backup == old / f"journal-format-{NEXT - 1}-20261121-120000.sqlite"
    assert version(journal_file(old)) == NEXT
    assert version(backup) == NEXT - 1
    for path in (journal_file(old), backup):
        connection = sqlite3.connect(path)
        assert connection.execute("SELECT count(*) FROM entries").fetchone() == (3,)
        connection.close()
    assert bring(old, GOOD) is None


def test_backup_is_a_journal(old: Path, tmp_path: Path) -> None:
    backup = bring(old, GOOD)
    assert backup is not None
    place = tmp_path / "restored"
    place.mkdir()
    backup.rename(journal_file(place))
    journal = Journal.open(place, removable=True)
    assert journal.verify().ok
    assert len(journal.scans()) == 1
    journal.close()


def test_failing_migration_changes_nothing(old: Path) -> None:
    before = journal_file(old).read_bytes()
    with pytest.raises(Exception, match="nowhere"):
        bring(old, BAD)
    assert version(journal_file(old)) == NEXT - 1
    journal = Journal.open(old, removable=True)
    assert journal.verify().entries == 3
    journal.close()
    assert len(journal_file(old).read_bytes()) == len(before)


def test_no_migration_without_a_backup(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy fails for real: its name leads to a folder."""
    monkeypatch.setattr(opening, "free_name", lambda _path: old)
    with pytest.raises(JournalError) as error:
        bring(old, GOOD)
    assert error.value.code is JournalProblem.BACKUP_FAILED
    assert version(journal_file(old)) == NEXT - 1


def test_migrated_journal_is_refused_by_this_program(old: Path) -> None:
    bring(old, GOOD)
    with pytest.raises(JournalError) as error:
        Journal.open(old, removable=True)
    assert error.value.code is JournalProblem.NEWER


def test_lists_are_rebuilt_with_a_new_form(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "INDEX_VERSION", index.INDEX_VERSION + 1)
    connection = sqlite3.connect(journal_file(old))
    connection.execute("DROP TABLE index_scans")
    connection.execute("CREATE TABLE index_scans (scan_id)")
    connection.execute("CREATE TABLE index_of_yore (x)")
    connection.commit()
    connection.close()
    journal = Journal.open(old, removable=True)
    assert [shown.id for shown in journal.scans()] == ["scan-1"]
    journal.close()
    connection = sqlite3.connect(journal_file(old))
    assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'index_of_yore'").fetchall()
    connection.close()


def test_steps_done_are_not_done_again(old: Path) -> None:
    database = Database(journal_file(old), removable=True)
    with database.writing() as connection:
        migrations.migrate(connection)
    database.close()
    assert version(journal_file(old)) == NEXT - 1
