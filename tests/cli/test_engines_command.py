"""`medscan engines` and `medscan scan --also`, as a person types them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from medscan_gui.cli import exit_codes
from medscan_gui.cli.parser import SECOND_ENGINES
from medscan_gui.core.opinion import ENGINE_NAMES


def run(data: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "medscan_gui", "--data-dir", str(data), "--lang", "en", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)


def test_the_command_line_knows_every_engine() -> None:
    assert tuple(ENGINE_NAMES) == SECOND_ENGINES


def test_every_engine_is_listed_with_its_status(tmp_path: Path) -> None:
    result = run(tmp_path / "data", "engines", "--json")
    assert result.returncode == 0, result.stderr
    listed = [json.loads(line) for line in result.stdout.splitlines()]
    assert [engine["engine"] for engine in listed] == list(ENGINE_NAMES)
    assert all(engine["status"] and engine["asked"] is False for engine in listed)
    shown = run(tmp_path / "data", "engines")
    assert "ClamAV (clamav): " in shown.stdout
    assert "Microsoft Defender (defender): " in shown.stdout


def test_what_is_chosen_is_kept(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert run(data, "engines", "--use", "clamav").returncode == 0
    assert json.loads((data / "settings.json").read_text())["second_engines"] == ["clamav"]
    assert "ClamAV (clamav): " in run(data, "engines").stdout
    assert "each scan asks it" in run(data, "engines").stdout
    assert run(data, "engines", "--use", "none").returncode == 0
    assert "each scan asks it" not in run(data, "engines").stdout
    assert run(data, "engines", "--use", "norton").returncode == exit_codes.USAGE


@pytest.mark.skipif(sys.platform == "win32", reason="Microsoft Defender is there, and may answer")
def test_an_engine_that_cannot_answer_is_amber_and_says_so(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "note.txt").write_text("harmless")
    result = run(tmp_path / "data", "scan", stick, "--also", "defender")
    assert result.returncode == exit_codes.AMBER
    assert "Second opinion, Microsoft Defender" in result.stdout
    assert "[" not in result.stdout, "a sentence is missing"
    assert run(tmp_path / "data", "scan", stick).returncode == exit_codes.BLUE
