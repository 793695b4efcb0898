"""The built program on real samples: verdict, journal, report, and nothing said that should not be."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from medscan_gui import __version__
from medscan_gui.cli import exit_codes
from medscan_gui.system.paths import MARKER
from tests.frozen.conftest import SUFFIX, Console
from tests.samples import eicar, fill, without_override

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.frozen

EICAR_SHA256 = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"  # as published by eicar.org

EXPECTED = {
    "found": ("red", exit_codes.RED, "action_required"),
    "clean": ("blue", exit_codes.BLUE, "no_threat"),
    "broken": ("amber", exit_codes.AMBER, "incomplete"),
}


def bound_by_permissions(line: list[str]) -> list[str]:
    """The command such that a locked file is locked for it too."""
    bound = without_override(line)
    if bound is None:
        pytest.skip("no way here to make file permissions bind this user")
    return bound


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A harmless stick."""
    folder = tmp_path / "stick"
    folder.mkdir()
    fill(folder, 250)
    (folder / "Échographie.txt").write_text("harmless", encoding="utf-8")
    (folder / "empty").touch()
    return folder


def check_report(report: Path, *words: str) -> None:
    """A whole PDF that says these words."""
    assert report.read_bytes().startswith(b"%PDF-")
    pages = PdfReader(report).pages
    assert len(pages) > 0
    text = " ".join("".join(page.extract_text() for page in pages).split())
    for word in words:
        assert word in text
    assert [path for path in report.parent.iterdir() if path.name.endswith(".part")] == []


def check_journal(console: Console, record: dict[str, Any], light: str) -> None:
    """The journal holds this scan, its chain verifies, and its report can be made again."""
    verified = console("journal", "verify")
    assert (verified.returncode, verified.stderr) == (exit_codes.BLUE, "")
    listed = console("journal", "list", "--json")
    assert listed.returncode == exit_codes.BLUE
    (scan,) = [json.loads(line) for line in listed.stdout.splitlines()]
    assert (scan["id"], scan["light"]) == (record["id"], light)


@pytest.mark.parametrize("sample", ["found", "clean", "broken"])
def test_a_scan_from_sample_to_journal_and_report(console: Console, stick: Path, tmp_path: Path, sample: str) -> None:
    light, code, kind = EXPECTED[sample]
    wrap: Callable[[list[str]], list[str]] = list
    if sample == "found":
        (stick / "deep" / "er").mkdir(parents=True)
        (stick / "deep" / "er" / "invoice.com").write_bytes(eicar())
    elif sample == "broken":
        (stick / "locked.bin").write_bytes(b"locked")
        (stick / "locked.bin").chmod(0)
        wrap = bound_by_permissions
    report = tmp_path / "report.pdf"
    done = console("scan", stick, "--json", "--report", report, wrap=wrap)
    assert (done.returncode, done.stderr) == (code, "")
    record = json.loads(done.stdout)
    assert record["verdict"]["kind"] == kind
    assert record["engine"]["program_version"] == __version__
    engines = record["evidence"]["engines"]
    assert engines
    assert all(engine["self_test_passed"] for engine in engines)
    assert [finding["sha256"] for finding in record["findings"]] == [EICAR_SHA256] * (sample == "found")
    assert len(record["problems"]) == (sample == "broken")
    check_report(report, light.upper(), *(["invoice.com"] if sample == "found" else []))
    check_journal(console, record, light)


def test_every_format_is_opened_as_from_source(console: Console, tmp_path: Path) -> None:
    formats = ROOT / "tests" / "formats"
    built = json.loads(console("scan", formats, "--json").stdout)
    line = [sys.executable, "-m", "medscan_gui", "--data-dir", str(tmp_path / "data"), "scan", str(formats), "--json"]
    done = subprocess.run(line, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=180, check=False)
    source = json.loads(done.stdout)
    assert built["evidence"]["coverage"] == source["evidence"]["coverage"]
    assert built["evidence"]["coverage"]["members"] > 200
    assert built["engine"]["restarts"] == source["engine"]["restarts"] == 0


def test_the_verdict_in_words_and_in_french(console: Console, stick: Path) -> None:
    (stick / "invoice.com").write_bytes(eicar())
    done = console("scan", stick, language="fr")
    assert (done.returncode, done.stderr) == (exit_codes.RED, "")
    assert "ROUGE" in done.stdout
    assert "invoice.com" in done.stdout


def test_usage_and_version(console: Console) -> None:
    assert console("--version").stdout.strip() == f"MedScan {__version__}"
    wrong = console("scan")
    assert wrong.returncode == exit_codes.USAGE
    assert "usage" in wrong.stderr


@pytest.fixture
def key(built: Path, tmp_path: Path) -> Path:
    """The program copied as onto a key."""
    return Path(shutil.copytree(built, tmp_path / "key" / "MedScan", copy_function=link_or_copy))


def link_or_copy(source: str, target: str) -> None:
    """The same file under another name if the file system can, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def scan_from(key: Path, env: dict[str, str], stick: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    line = [str(key / f"medscan-console{SUFFIX}"), *options, "scan", str(stick), "--json"]
    return subprocess.run(line, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=180, check=False)


def test_altered_signatures_are_refused(key: Path, env: dict[str, str], stick: Path, tmp_path: Path) -> None:
    """AMBER and the reason, never a smaller silent set."""
    rule = next((key / "MedScan-data" / "signatures").rglob("*.yar"))
    text = rule.read_bytes()
    rule.unlink()  # it may be a link to the built program's own
    rule.write_bytes(text + b"\n")
    done = scan_from(key, env, stick, "--data-dir", str(tmp_path / "data"))
    assert (done.returncode, done.stderr) == (exit_codes.AMBER, b"")
    record = json.loads(done.stdout)
    assert record["evidence"]["stop"] == "signatures_refused"
    assert not record["evidence"]["bundle_verified"]


def test_a_portable_key_keeps_everything_beside_the_program(key: Path, env: dict[str, str], stick: Path) -> None:
    (key / MARKER).touch()
    home = Path(env["HOME"])
    done = scan_from(key, env, stick)
    assert (done.returncode, done.stderr) == (exit_codes.BLUE, b"")
    assert [path for path in home.rglob("*") if path.is_file()] == []
    assert {path.name for path in key.iterdir() if path.is_dir()} == {"MedScan-data", "data"}
    assert (key / "data" / "journal.sqlite").is_file()


def test_the_folder_can_be_copied_to_any_key(built: Path) -> None:
    """FAT has no links and folds case; hospital PCs have short path limits."""
    names = [path.relative_to(built).as_posix() for path in built.rglob("*")]
    assert [path for path in built.rglob("*") if path.is_symlink()] == []
    assert len({name.lower() for name in names}) == len(names)
    assert [name for name in names if any(character in name for character in '<>:"|?*')] == []
    assert max(map(len, names)) <= 120


def test_what_is_shipped_and_what_is_not(built: Path) -> None:
    names = [path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()]
    assert {name for name in names if "/" not in name} == {f"MedScan{SUFFIX}", f"medscan-console{SUFFIX}"}
    wanted = ["signatures/manifest.json", "qtbase_fr.qm", "locale/fr/LC_MESSAGES/medscan.mo", "licences/LGPL-3.0.txt"]
    for ending in wanted:
        assert [name for name in names if name.endswith(ending)], f"not shipped: {ending}"
    qt = ("opengl32sw", "libqgtk3", "Qml", "QtNetwork", "Qt6Network")
    of_the_system = ("api-ms-win", "icuuc.dll", "mscms.dll")
    of_the_source = ("/babel/", "/pytest", "/tests/", "medscan.po")
    for part in (*qt, *of_the_system, *of_the_source):
        assert [name for name in names if part in name] == [], f"shipped: {part}"
