"""`medscan cards`, as scripts and people call it."""

import csv
import io
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

from medscan_gui.cli import exit_codes
from medscan_gui.cli.cards import cards_command
from medscan_gui.cli.parser import build_parser
from medscan_gui.core.device import Device
from medscan_gui.core.policy import PolicyCard
from medscan_gui.store.journal import Journal
from medscan_gui.system.paths import find_paths
from tests.store.records import journal_file

PUMP = Device(id="pump", name="Pompe 1", asset_number="B 0042", serial="SN-1", make="Vendor", model="P1")
TWIN = Device(id="twin", name="pompe 1", serial="SN-2")
TABLE = "serial;gentle;headers_only;contact\nSN-1;oui;D:\\Images;Anne\nSN-9;non;;\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    journal = Journal.open(tmp_path / "data", removable=False)
    journal.save_device(PUMP)
    journal.close()
    (tmp_path / "fleet.csv").write_text(TABLE, "cp1252")
    return tmp_path / "data"


def run(data: Path, *arguments: str) -> int:
    options = build_parser().parse_args(["--data-dir", str(data), "cards", *arguments])
    return cards_command(options, find_paths(data))


def cards(data: Path) -> dict[str, PolicyCard | None]:
    journal = Journal.open(data, removable=False)
    found = {stored.device_id or stored.model: stored.card for stored in journal.cards()}
    journal.close()
    return found


def test_import_list_show_export(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fleet, out = str(data.parent / "fleet.csv"), data.parent / "out.csv"
    assert run(data, "import", fleet, "--dry-run") == exit_codes.BLUE
    assert cards(data) == {}
    assert run(data, "import", fleet, "--operator", "Anne") == exit_codes.BLUE
    assert "2 lines changed something" in capsys.readouterr().out
    assert cards(data)["pump"] == PolicyCard(gentle=True, headers_only=("D:\\Images",), contact="Anne")

    assert run(data, "list", "--json") == exit_codes.BLUE
    listed = [msgspec.json.decode(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["device"]["serial"] for line in listed} == {"SN-1", "SN-9"}
    assert {line["operator"] for line in listed} == {"Anne"}
    assert run(data, "list") == exit_codes.BLUE
    assert "1 folder: only the beginning of each file is checked" in capsys.readouterr().out

    for name in ("pump", "b0042", "sn-1", "POMPE 1"):
        assert run(data, "show", name) == exit_codes.BLUE
        shown = tomllib.loads(capsys.readouterr().out)
        assert shown["headers_only"] == ["D:\\Images"]
        assert shown["for"]["serial"] == "SN-1"

    assert run(data, "export", str(out)) == exit_codes.BLUE
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"), newline="")))
    assert [row["serial"] for row in rows] == ["SN-9", "SN-1"]
    assert run(data, "import", str(out)) == exit_codes.BLUE
    assert "0 lines changed something" in capsys.readouterr().out


def test_devices_without_a_card_can_be_exported(data: Path) -> None:
    out = data.parent / "out.csv"
    assert run(data, "export", str(out), "--devices") == exit_codes.BLUE
    (row,) = csv.DictReader(io.StringIO(out.read_text("utf-8-sig"), newline=""))
    assert (row["asset_number"], row["card"], row["cpu_share"]) == ("B 0042", "none", "")


@pytest.mark.parametrize("name", ["fleet.csv", "card.toml"])
def test_a_bad_file_changes_nothing(data: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = data.parent / name
    file.write_text("serial;clean_up;gentel\nSN-1;maybe;\n" if name.endswith("csv") else "gentel = 1\nclean_up = 2\n")
    before = journal_file(data).read_bytes()
    assert run(data, "import", str(file)) == exit_codes.AMBER
    said = capsys.readouterr()
    assert said.out == ""
    assert "Did you mean “gentle”?" in said.err
    assert "clean_up: “" in said.err
    assert "2 faults" in said.err
    assert cards(data) == {}
    assert journal_file(data).read_bytes() == before


def test_one_card_as_toml(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = data.parent / "card.TOML"
    file.write_text("protected = ['D:\\App']\n[for]\nmake = 'Vendor'\nmodel = 'P1'\n")
    assert run(data, "import", str(file)) == exit_codes.BLUE
    assert cards(data) == {"P1": PolicyCard(protected=("D:\\App",))}
    capsys.readouterr()
    assert run(data, "show", "--model", "vendor", "p1") == exit_codes.BLUE
    assert tomllib.loads(capsys.readouterr().out)["for"] == {"make": "Vendor", "model": "P1"}
    assert run(data, "show", "pump") == exit_codes.BLUE
    assert "follows the one of its model" in capsys.readouterr().out


def test_nothing_is_overwritten_without_force(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = data.parent / "mine.toml"
    file.write_text("mine")
    for command in ("template", "export"):
        assert run(data, command, str(file)) == exit_codes.CANNOT_WRITE
        assert "--force" in capsys.readouterr().err
        assert file.read_text() == "mine"
    assert run(data, "template", str(file), "--force") == exit_codes.BLUE
    assert tomllib.loads(file.read_text("utf-8"))["clean_up"] is False
    assert run(data, "template", str(data.parent / "no folder" / "x.toml")) == exit_codes.CANNOT_WRITE


def test_what_is_not_there(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "show", "pump") == exit_codes.UNAVAILABLE
    assert "no policy card" in capsys.readouterr().err
    assert run(data, "show", "--model", "a", "b") == exit_codes.UNAVAILABLE


def test_as_a_program(data: Path) -> None:
    journal = Journal.open(data, removable=False)
    journal.save_device(TWIN)
    journal.close()

    def program(*arguments: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "medscan_gui", "--data-dir", str(data), "--lang", "en", "cards", *arguments]
        return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)

    several, unknown, gone = program("show", "Pompe 1"), program("show", "nobody"), program("import", "none.csv")
    assert (several.returncode, unknown.returncode, gone.returncode) == (exit_codes.UNAVAILABLE,) * 3
    assert "several devices" in several.stderr
    assert "knows no device" in unknown.stderr
    assert "could not be read" in gone.stderr
    assert program("show").returncode == exit_codes.USAGE
    assert program("import", "").returncode == exit_codes.USAGE
    assert program("import", str(data.parent / "fleet.csv")).returncode == exit_codes.BLUE
