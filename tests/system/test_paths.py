"""Where things lie: portable, installed, from source; and keys that cannot be written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from medscan_gui.system import paths
from medscan_gui.system.paths import MARKER, find_paths, is_writable
from tests.samples import without_override

ROOT = Path(__file__).parents[2]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder laid out as the built program is, from which this process seems to run."""
    program = tmp_path / "MedScan"
    data = program / "MedScan-data"
    for folder in (data / "resources", data / "signatures"):
        folder.mkdir(parents=True)
    executable = program / "MedScan.exe"
    executable.touch()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(executable))
    monkeypatch.setattr(sys, "_MEIPASS", str(data), raising=False)
    home = tmp_path / "home"
    for variable in ("HOME", "USERPROFILE", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(home))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("MEDSCAN_DATA_DIR", raising=False)
    return program


def test_from_source_nothing_is_kept_in_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDSCAN_DATA_DIR", raising=False)
    found = find_paths()
    assert (found.mode, found.program_dir, found.portable_read_only) == ("development", ROOT, False)
    assert (found.resources, found.signatures) == (ROOT / "resources", ROOT / "signatures")
    for place in (found.data_dir, found.reports_dir, found.log_file):
        assert not place.is_relative_to(ROOT)


def test_data_folder_can_be_said(tmp_path: Path) -> None:
    said, meant = tmp_path / "said", tmp_path / "meant"
    environment = {"MEDSCAN_DATA_DIR": str(meant)}
    assert find_paths(environment=environment).data_dir == meant
    found = find_paths(said, environment)
    assert (found.data_dir, found.reports_dir, found.log_file) == (said, said / "reports", said / "medscan.log")
    assert not said.exists()


def test_relative_data_folder_stays_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = find_paths(Path("data"))
    monkeypatch.chdir("/")
    assert found.data_dir == tmp_path / "data"


def test_installed(built: Path) -> None:
    found = find_paths()
    assert (found.mode, found.program_dir) == ("installed", built)
    assert found.resources == built / "MedScan-data" / "resources"
    assert found.signatures == built / "MedScan-data" / "signatures"
    assert found.data_dir.is_relative_to(built.parent / "home")
    assert not found.data_dir.exists()


def test_portable(built: Path) -> None:
    (built / MARKER).touch()
    found = find_paths()
    assert (found.mode, found.portable_read_only) == ("portable", False)
    assert (found.data_dir, found.reports_dir) == (built / "data", built / "reports")
    assert found.log_file == built / "data" / "medscan.log"
    assert list(found.data_dir.iterdir()) == []  # the trial left nothing behind


def test_marker_must_be_a_file(built: Path) -> None:
    (built / MARKER).mkdir()
    assert find_paths().mode == "installed"


def test_portable_key_where_no_folder_can_be_made(built: Path) -> None:
    (built / MARKER).touch()
    (built / "data").write_text("in the way")
    found = find_paths()
    assert (found.mode, found.portable_read_only) == ("portable", True)
    assert found.data_dir.is_relative_to(built.parent / "home")
    assert (built / "data").read_text() == "in the way"


@pytest.mark.skipif(sys.platform == "win32", reason="needs permission bits")
def test_folder_without_permission_is_not_writable(tmp_path: Path) -> None:
    """Really refused by the system, in a process that root's rights do not help."""
    folder = tmp_path / "key"
    folder.mkdir()
    folder.chmod(0o555)
    program = (
        "import sys; from pathlib import Path; from medscan_gui.system.paths import is_writable;"
        "sys.exit(10 + is_writable(Path(sys.argv[1])))"
    )
    command = without_override([sys.executable, "-c", program, str(folder)])
    if command is None:
        pytest.skip("permissions do not bind this user")
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 10
    folder.chmod(0o755)
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 11
    assert os.listdir(folder) == []


def test_writable_folder_is_made(tmp_path: Path) -> None:
    assert is_writable(tmp_path / "a" / "b")
    assert os.listdir(tmp_path / "a" / "b") == []


def test_signatures_beside_the_program_win(built: Path) -> None:
    (built / "signatures").mkdir()
    assert find_paths().signatures == built / "signatures"


def test_policy_is_where_only_an_administrator_writes() -> None:
    if sys.platform == "win32":
        assert find_paths().policy_file.is_relative_to(os.environ["PROGRAMDATA"])
    else:
        assert find_paths().policy_file == Path("/etc/medscan/policy.json")


def test_looking_writes_nothing(built: Path) -> None:
    before = sorted(built.parent.rglob("*"))
    find_paths()
    assert sorted(built.parent.rglob("*")) == before
    assert paths.program_dir() == built
