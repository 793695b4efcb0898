"""`medscan journal` on journals that somebody changed with plain SQL."""

import argparse
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from medscan_gui.cli import exit_codes
from medscan_gui.cli.journal import journal_command
from medscan_gui.store import opening
from medscan_gui.store.journal import Journal
from medscan_gui.system.paths import find_paths
from tests.store.records import finding, journal_file, scan

HIDE = "UPDATE index_scans SET light = 'blue', verdict = 'no_threat', threats = 0; DELETE FROM index_open_threats"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a RED scan and two more."""
    journal = Journal.open(tmp_path / "data", removable=False)
    scan(journal, 1, (finding(),))
    scan(journal, 2)
    scan(journal, 3)
    journal.close()
    return tmp_path / "data"


def forge(data: Path, statements: str) -> None:
    connection = sqlite3.connect(journal_file(data))
    connection.executescript(statements)
    connection.close()


def run(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "medscan_gui", "--data-dir", str(data), "--lang", "en", "journal", *arguments]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)


def test_list_never_shows_forged_blue(data: Path) -> None:
    forge(data, HIDE)
    listed = run(data, "list")
    assert listed.returncode == exit_codes.BLUE, listed.stderr
    assert [line.split()[1] for line in listed.stdout.splitlines()] == ["BLUE", "BLUE", "RED"]


def test_verify_of_forged_lists_is_amber_once(data: Path) -> None:
    forge(data, HIDE)
    first, second = run(data, "verify"), run(data, "verify")
    assert first.returncode == exit_codes.AMBER, first.stdout
    assert "made again" in first.stdout
    assert "tell IT security" in first.stdout
    assert second.returncode == exit_codes.BLUE, second.stdout
    assert "intact" in second.stdout


def verify_here(data: Path) -> int:
    return journal_command(argparse.Namespace(action="verify"), find_paths(data))


def test_verify_of_an_altered_journal_says_what_to_do(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An entry further back than opening looks: as in a journal of more than 200 entries."""
    monkeypatch.setattr(opening, "TAIL_CHECKED", 1)
    connection = sqlite3.connect(journal_file(data))
    (trigger,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'entries_never_change'").fetchone()
    connection.close()
    altered = "UPDATE entries SET written = 'never' WHERE sequence = 3"
    forge(data, f"DROP TRIGGER entries_never_change; {altered}; {trigger}")
    assert verify_here(data) == exit_codes.AMBER
    said = capsys.readouterr().out
    assert "entry 3" in said
    assert "Keep the file as it is, make a copy, and call IT security" in said
    journal = Journal.open(data, removable=False)
    assert journal.head().short_code in said
    journal.close()
