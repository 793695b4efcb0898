"""`scan --clean-up` and `quarantine` as a person types them: real processes, two volumes."""

import json
from pathlib import Path

import pytest
import pyzipper

from medscan_gui.cli import exit_codes
from medscan_gui.core.policy import PolicyCard, StoredCard
from medscan_gui.services import device_for, open_services
from medscan_gui.system.paths import find_paths
from medscan_gui.system.volumes import target_for_path
from tests.cli.test_scan_command import command, run, scan
from tests.samples import eicar


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def save_card(data: Path, disk: Path, card: PolicyCard) -> None:
    services = open_services(find_paths(data))
    try:
        device = device_for(services, target_for_path(str(disk)))
        services.journal.save_card(StoredCard(device_id=device.id, card=card, saved="2026-11-21T08:00:00.000Z"))
    finally:
        services.close()


def entry_ids(data: Path) -> list[str]:
    listed = run(*command(data, "quarantine", "list", "--json"))
    return [json.loads(line)["id"] for line in listed.stdout.splitlines()]


def test_detect_only_is_refused_with_the_reason_and_nothing_is_done(data: Path, disk: Path) -> None:
    (disk / "eicar.com").write_bytes(eicar())
    result = scan(data, disk, "--clean-up")
    assert result.returncode == exit_codes.NOT_ALLOWED
    assert "policy card" in result.stderr
    assert result.stdout == ""
    assert (disk / "eicar.com").read_bytes() == eicar()
    save_card(data, disk, PolicyCard(clean_up=False, manufacturer="Maker"))
    result = scan(data, disk, "--clean-up")
    assert result.returncode == exit_codes.NOT_ALLOWED
    assert "look only" in result.stderr
    assert (disk / "eicar.com").exists()


def test_a_card_that_names_others_refuses_the_scan(data: Path, disk: Path) -> None:
    save_card(data, disk, PolicyCard(scan_by=("Zoé",)))
    (disk / "note.txt").write_text("harmless")
    result = scan(data, disk, "--operator", "someone")
    assert result.returncode == exit_codes.NOT_ALLOWED
    assert "Zoé" in result.stderr
    assert scan(data, disk, "--operator", "zoé").returncode == exit_codes.BLUE


def test_red_to_green_to_undo(data: Path, disk: Path, tmp_path: Path) -> None:
    save_card(data, disk, PolicyCard(clean_up=True))
    bad = disk / "bad one.com"
    bad.write_bytes(eicar())
    (disk / "note.txt").write_text("harmless")
    report = tmp_path / "green.pdf"
    result = scan(data, disk, "--clean-up", "--operator", "tester", "--report", report)
    assert result.returncode == exit_codes.GREEN, result.stdout + result.stderr
    assert "GREEN" in result.stdout
    assert "bad one.com" in result.stdout
    assert report.read_bytes().startswith(b"%PDF")
    assert not bad.exists()
    (entry,) = entry_ids(data)

    rehearsal = run(*command(data, "quarantine", "restore", entry))
    assert rehearsal.returncode == exit_codes.USAGE
    assert "--yes" in rehearsal.stdout
    assert not bad.exists()

    restored = run(*command(data, "quarantine", "restore", entry, "--yes", "--operator", "tester"))
    assert restored.returncode == exit_codes.BLUE, restored.stdout + restored.stderr
    assert bad.read_bytes() == eicar()
    again = run(*command(data, "quarantine", "restore", entry, "--yes"))
    assert again.returncode == exit_codes.AMBER
    assert run(*command(data, "journal", "verify")).returncode == exit_codes.BLUE


def test_destroy_waits_for_the_retention_and_export_is_encrypted(data: Path, disk: Path, tmp_path: Path) -> None:
    save_card(data, disk, PolicyCard(clean_up=True))
    (disk / "eicar.com").write_bytes(eicar())
    assert scan(data, disk, "--clean-up").returncode == exit_codes.GREEN
    (entry,) = entry_ids(data)
    destroyed = run(*command(data, "quarantine", "destroy", entry, "--reason", "old", "--yes"))
    assert destroyed.returncode == exit_codes.AMBER
    assert "90 days" in destroyed.stdout
    file = tmp_path / "for analysis.zip"
    exported = run(*command(data, "quarantine", "export", file, entry))
    assert exported.returncode == exit_codes.BLUE, exported.stdout + exported.stderr
    with pyzipper.AESZipFile(file) as archive:
        archive.setpassword(b"infected")
        assert eicar() in [archive.read(name) for name in archive.namelist()]


def test_an_unknown_entry_is_said(data: Path) -> None:
    result = run(*command(data, "quarantine", "restore", "0" * 32, "--yes"))
    assert result.returncode == exit_codes.UNAVAILABLE
    assert result.stderr


def test_accept_list_and_withdraw(data: Path, disk: Path) -> None:
    (disk / "tool.com").write_bytes(eicar())
    found = json.loads(scan(data, disk, "--json").stdout)["findings"][0]["sha256"]
    accept = ("accept", "add", found, "--reason", "service tool", "--person", "A. Biomed")
    assert run(*command(data, *accept)).returncode == exit_codes.BLUE
    assert scan(data, disk).returncode == exit_codes.BLUE
    assert "service tool" in run(*command(data, "accept", "list")).stdout
    withdraw = ("accept", "withdraw", found, "--reason", "removed", "--person", "A. Biomed")
    assert run(*command(data, *withdraw)).returncode == exit_codes.BLUE
    assert scan(data, disk).returncode == exit_codes.RED
    wrong = run(*command(data, "accept", "add", "tool.com", "--reason", "x", "--person", "y"))
    assert wrong.returncode == exit_codes.UNAVAILABLE
    assert "SHA-256" in wrong.stderr
