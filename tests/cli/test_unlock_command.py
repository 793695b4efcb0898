"""`medscan scan --passwords` and `medscan unlock`: locked files, on the command line."""

import shutil
from pathlib import Path

import pytest

from medscan_gui.cli import exit_codes
from medscan_gui.cli.main import main

_SAMPLE = Path(__file__).resolve().parents[1] / "formats" / "zip-aes256.zip"


def _run(*arguments: str) -> int:
    def no_window(*_places: object) -> int:
        raise AssertionError("no window")

    return main(["--lang", "en", *arguments], no_window)


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


def test_locked_then_unlocked(locked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(tmp_path / "data")
    assert _run("scan", str(locked), "--data-dir", data) == exit_codes.AMBER
    said = capsys.readouterr().out
    command = next(line for line in said.splitlines() if "unlock" in line)
    number = command.split("unlock ")[1].split()[0]
    passwords = _passwords(tmp_path, b"wrong\r\ninfected\r\n")
    assert _run("unlock", number, "--passwords", passwords, "--data-dir", data) == exit_codes.BLUE
    # The older result is over.
    assert _run("unlock", number, "--passwords", passwords, "--data-dir", data) == exit_codes.NOT_ALLOWED
    assert "infected" not in capsys.readouterr().out


def test_passwords_at_once(locked: Path, tmp_path: Path) -> None:
    passwords = _passwords(tmp_path, b"infected")
    arguments = ("scan", str(locked), "--passwords", passwords, "--data-dir", str(tmp_path / "data"))
    assert _run(*arguments) == exit_codes.BLUE


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00", b"x\n" * 500])
def test_unusable_files_of_passwords(
    locked: Path, tmp_path: Path, text: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("scan", str(locked), "--passwords", _passwords(tmp_path, text), "--data-dir", str(tmp_path / "data"))
    assert _run(*arguments) == exit_codes.NOT_ALLOWED
    assert capsys.readouterr().err
