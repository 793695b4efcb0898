"""`medscan scan` as a person types it: a real process, real engines, real files."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from pypdf import PdfReader

from medscan_gui.cli import exit_codes
from tests.samples import eicar, fill, without_override


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / "note.txt").write_text("harmless")
    (folder / "empty").touch()
    return folder


def command(data: Path, *arguments: object) -> list[str]:
    return [sys.executable, "-m", "medscan_gui", "--data-dir", str(data), "--lang", "en", *map(str, arguments)]


def run(*line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)


def scan(data: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return run(*command(data, "scan", *arguments))


def record_of(result: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(result.stdout)
    return loaded


def test_clean_folder_is_blue(tmp_path: Path, target: Path) -> None:
    result = scan(tmp_path / "data", target)
    assert result.returncode == exit_codes.BLUE, result.stderr
    assert "BLUE" in result.stdout
    assert result.stderr == ""


def test_threat_is_red_and_named_and_the_report_says_so(tmp_path: Path, target: Path) -> None:
    (target / "deep").mkdir()
    (target / "deep" / "bad one.com").write_bytes(eicar())
    report = tmp_path / "r.pdf"
    result = scan(tmp_path / "data", target, "--report", report)
    assert result.returncode == exit_codes.RED, result.stderr
    assert "RED" in result.stdout
    assert "bad one.com" in result.stdout
    text = "".join(page.extract_text() for page in PdfReader(report).pages)
    assert "RED" in text
    assert "bad one.com" in text


def test_json_is_the_whole_record_and_nothing_else(tmp_path: Path, target: Path) -> None:
    (target / "bad.com").write_bytes(eicar())
    result = scan(tmp_path / "data", target, "--json", "--operator", "A. Martin", "--asset", "INV-7")
    assert result.returncode == exit_codes.RED
    record = record_of(result)
    assert record["verdict"]["kind"] == "action_required"
    assert record["operator"] == "A. Martin"
    assert record["device"]["asset_number"] == "INV-7"
    assert all(engine["self_test_passed"] for engine in record["evidence"]["engines"])


def test_the_same_asset_number_is_the_same_device(tmp_path: Path, target: Path) -> None:
    first = record_of(scan(tmp_path / "data", target, "--json", "--asset", "INV-7", "--device", "Pump"))
    again = record_of(scan(tmp_path / "data", target, "--json", "--asset", "INV-7"))
    assert again["device"] == first["device"]


def test_unreadable_file_is_amber(tmp_path: Path, target: Path) -> None:
    locked = target / "locked.bin"
    locked.write_text("secret")
    locked.chmod(0)
    line = without_override(command(tmp_path / "data", "scan", target))
    if line is None:
        pytest.skip("no way here to make file permissions bind this user")
    result = run(*line)
    assert result.returncode == exit_codes.AMBER, result.stdout + result.stderr
    assert "AMBER" in result.stdout
    assert "locked.bin" in result.stdout


@pytest.mark.parametrize("kind", ["missing", "empty"])
def test_nothing_there_is_amber(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "place"
    if kind == "empty":
        place.mkdir()
    result = scan(tmp_path / "data", place)
    assert result.returncode == exit_codes.AMBER, result.stdout + result.stderr


def test_several_paths_and_a_single_file(tmp_path: Path, target: Path) -> None:
    bad = tmp_path / "bad.com"
    bad.write_bytes(eicar())
    assert scan(tmp_path / "data", target, bad).returncode == exit_codes.RED
    assert scan(tmp_path / "data", bad).returncode == exit_codes.RED
    assert scan(tmp_path / "data", target / "note.txt").returncode == exit_codes.BLUE


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX names are bytes")
def test_hostile_names_are_shown_escaped(tmp_path: Path, target: Path) -> None:
    with Path(os.fsdecode(os.fsencode(target) + b"/\xffx\x1b[31m\n.com")).open("wb") as file:
        file.write(eicar())
    result = scan(tmp_path / "data", target, "--report", tmp_path / "r.pdf")
    assert result.returncode == exit_codes.RED, result.stderr
    assert "<0xFF>x<U+001B>[31m<U+000A>.com" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize("arguments", [["scan"], ["scan", "x", "--no-such"], ["no-such"], ["--lang", "xx"]])
def test_wrong_usage(tmp_path: Path, arguments: list[str]) -> None:
    result = run(*command(tmp_path / "data", *arguments))
    assert result.returncode == exit_codes.USAGE
    assert "usage" in result.stderr


def test_report_that_cannot_be_written(tmp_path: Path, target: Path) -> None:
    result = scan(tmp_path / "data", target, "--report", tmp_path / "no" / "such" / "r.pdf")
    assert result.returncode == exit_codes.CANNOT_WRITE
    assert "r.pdf" in result.stderr
    listed = run(*command(tmp_path / "data", "journal", "list"))
    assert "BLUE" in listed.stdout


def test_journal_list_verify_and_report_again(tmp_path: Path, target: Path) -> None:
    (target / "bad.com").write_bytes(eicar())
    scan_id = record_of(scan(tmp_path / "data", target, "--json"))["id"]
    listed = run(*command(tmp_path / "data", "journal", "list"))
    assert listed.returncode == exit_codes.BLUE, listed.stderr
    assert scan_id in listed.stdout
    assert "RED" in listed.stdout
    assert run(*command(tmp_path / "data", "journal", "verify")).returncode == exit_codes.BLUE
    again = tmp_path / "again.pdf"
    assert run(*command(tmp_path / "data", "journal", "report", scan_id, again)).returncode == exit_codes.BLUE
    assert again.read_bytes().startswith(b"%PDF")
    missing = run(*command(tmp_path / "data", "journal", "report", "no-such-scan", again))
    assert missing.returncode == exit_codes.CANNOT_WRITE
    assert missing.stderr.strip()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C of another console")
def test_interrupt_ends_amber_and_leaves_no_process(tmp_path: Path) -> None:
    target = tmp_path / "many"
    fill(target, 30_000)
    with subprocess.Popen(
        command(tmp_path / "data", "scan", target, "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        family = psutil.Process(process.pid)
        children: list[psutil.Process] = []
        while len(children) < 2 and process.poll() is None:
            children = family.children(recursive=True)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == exit_codes.AMBER, errors
    assert json.loads(output)["evidence"]["stop"] == "cancelled"
    _gone, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


def test_no_display_names_the_headless_form(tmp_path: Path) -> None:
    if sys.platform in ("win32", "darwin"):
        pytest.skip("there is always a screen")
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    result = subprocess.run(
        command(tmp_path / "data"), capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert result.returncode == exit_codes.UNAVAILABLE
    assert "scan PATH --report report.pdf" in result.stderr



@pytest.mark.parametrize("arguments", [["scan", ""], ["scan", ".", "--report", ""], ["--data", "x", "scan", "."]])
def test_empty_or_shortened_arguments_are_refused(tmp_path: Path, arguments: list[str]) -> None:
    result = run(*command(tmp_path / "data", *arguments))
    assert result.returncode == exit_codes.USAGE
    assert "usage" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_output_that_takes_nothing_has_its_own_code(tmp_path: Path, target: Path, options: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command(tmp_path / "data", "scan", target, *options),
            stdout=full, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == exit_codes.CANNOT_WRITE
    assert b"Traceback" not in done.stderr
    assert "BLUE" in run(*command(tmp_path / "data", "journal", "list")).stdout
