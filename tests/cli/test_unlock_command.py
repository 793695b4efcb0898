"""`medscan scan --passwords` and `medscan unlock` as a person types them."""

import shutil
from pathlib import Path

import pytest

from medscan_gui.cli import exit_codes
from tests.cli.test_scan_command import command, run, scan

_SAMPLE = Path(__file__).resolve().parents[1] / "formats" / "zip-aes256.zip"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    folder = tmp_path / "device"
    folder.mkdir()
    shutil.copy(_SAMPLE, folder)
    return folder


def _passwords(tmp_path: Path, text: bytes) -> str:
    file = tmp_path / "passwords.txt"
    file.write_bytes(text)
    return str(file)


def test_locked_then_unlocked(locked: Path, tmp_path: Path, data: Path) -> None:
    first = scan(data, locked)
    assert first.returncode == exit_codes.AMBER
    number = first.stdout.split("unlock ")[1].split()[0]
    passwords = _passwords(tmp_path, b"wrong\r\ninfected\r\n")
    second = run(*command(data, "unlock", number, "--passwords", passwords))
    assert second.returncode == exit_codes.BLUE, second.stdout + second.stderr
    assert "infected" not in second.stdout
    again = run(*command(data, "unlock", number, "--passwords", passwords))
    assert again.returncode == exit_codes.NOT_ALLOWED
    assert "newest result" in again.stderr


def test_passwords_at_once(locked: Path, tmp_path: Path, data: Path) -> None:
    assert scan(data, locked, "--passwords", _passwords(tmp_path, b"infected")).returncode == exit_codes.BLUE


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00", b"x\n" * 50 + b"y\n" * 300 + b"z" * 2000])
def test_unusable_files_of_passwords(locked: Path, tmp_path: Path, data: Path, text: bytes) -> None:
    result = scan(data, locked, "--passwords", _passwords(tmp_path, text))
    assert result.returncode == exit_codes.NOT_ALLOWED
    assert "password" in result.stderr
