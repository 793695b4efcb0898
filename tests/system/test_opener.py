"""Handing a file over to the desktop."""

import sys
from pathlib import Path

import pytest

from medscan_gui.core.messages import MedScanError
from medscan_gui.core.text import Words
from medscan_gui.system.opener import open_file

posix = pytest.mark.skipif(sys.platform == "win32", reason="xdg-open")


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "-report \u202e 1.pdf"
    path.write_bytes(b"%PDF-1.7")
    return path


def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """Put a program named xdg-open where the system looks for one; it notes what it is given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    opener = folder / "xdg-open"
    opener.write_text(f"#!/bin/sh\n{script}\n")
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return tmp_path / "given"


@posix
def test_file_is_handed_over_whole(report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = desktop(tmp_path, monkeypatch, f"printf '%s|%s' \"$#\" \"$1\" > '{tmp_path / 'given'}'")
    open_file(report)
    assert given.read_text() == f"1|{report}"


@posix
@pytest.mark.parametrize("script", ["exit 3", "exit 4"])
def test_no_program_for_it(report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    desktop(tmp_path, monkeypatch, script)
    with pytest.raises(MedScanError) as error:
        open_file(report)
    sentence = Words().sentence(error.value.message)
    assert "<U+202E>" in sentence
    assert not sentence.startswith("[")


@posix
def test_no_desktop(report: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MedScanError):
        open_file(report)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(MedScanError):
        open_file(tmp_path / "none.pdf")
