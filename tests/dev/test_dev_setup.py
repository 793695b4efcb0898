"""What dev.py sets up, and what it says when it cannot."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dev
import dev_setup
from dev_setup import Interpreter, SetupError

ROOT = Path(__file__).parents[2]
FACTS = {
    "version": [3, 12],
    "bits": 64,
    "executable": "/usr/bin/python3.12",
    "venv": True,
    "free_threaded": False,
    "base": "/usr",
    "library": "libpython3.12.so.1.0",
}


@pytest.mark.parametrize("name", ["dev.py", "dev_setup.py"])
def test_an_old_python_can_read_it_and_it_needs_nothing_installed(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 9))
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(str(node.module))
    assert {module.partition(".")[0] for module in modules} <= sys.stdlib_module_names | {"dev_setup"}


@pytest.mark.parametrize(
    ("change", "usable"),
    [
        ({}, True),
        ({"version": [3, 11]}, True),
        ({"version": [3, 13]}, True),
        ({"version": [3, 10]}, False),
        ({"version": [3, 14]}, False),
        ({"bits": 32}, False),
        ({"free_threaded": True}, False),
    ],
)
def test_which_interpreters_fit(change: dict[str, object], usable: bool) -> None:
    assert Interpreter({**FACTS, **change}).usable is usable


def test_probing_this_python_tells_the_truth() -> None:
    found = dev_setup.probe([sys.executable])
    assert found is not None
    assert found.version == sys.version_info[:2]
    assert found.usable


@pytest.mark.parametrize("command", [["/nonexistent/python"], [sys.executable, "-c", "raise SystemExit(3)"]])
def test_what_is_no_python_is_not_taken_for_one(command: list[str]) -> None:
    assert dev_setup.probe(command) is None


def test_finding_an_interpreter_succeeds_here() -> None:
    found = dev_setup.find_interpreter()
    assert found.usable
    assert found.makes_venvs


@pytest.fixture
def no_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who is not root and has no sudo."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", "/nonexistent")


@pytest.mark.skipif(os.name == "nt", reason="system packages are Linux's")
def test_without_rights_the_one_command_is_said(no_administrator: None) -> None:
    with pytest.raises(SetupError) as refusal:
        dev_setup.install_packages(["libgl1", "libegl1", "libgl1"], "MedScan's window")
    commands = [line for line in str(refusal.value).splitlines() if line.startswith("  sudo ")]
    wanted = "apt-get update && apt-get install -y --no-install-recommends libegl1 libgl1"
    assert commands == [f"  sudo sh -c '{wanted}'"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="shared libraries are looked for on Linux")
def test_missing_libraries_are_found_by_loading(capsys: pytest.CaptureFixture[str], no_administrator: None) -> None:
    assert not dev_setup.lacks_library("libc.so.6")
    dev_setup.need({"libc.so.6": "libc6"}, {}, "this test")
    assert capsys.readouterr().err == ""
    dev_setup.need({"libmedscan-nowhere.so.1": "none"}, {"medscan-nowhere": "none"}, "this test")
    said = capsys.readouterr().err
    assert "libmedscan-nowhere.so.1, medscan-nowhere" in said


def test_debian_python_needs_its_shared_library_for_the_build() -> None:
    assert Interpreter(FACTS).from_distribution
    assert not Interpreter({**FACTS, "base": "/opt/python"}).from_distribution


def test_every_system_package_is_named_for_a_library() -> None:
    for library, package in {**dev_setup.QT_LIBRARIES, **dev_setup.WAYLAND_LIBRARIES}.items():
        assert ".so." in library
        assert package == package.lower()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with requirement files and an environment that looks installed."""
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    venv = tmp_path / ".venv"
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    python.parent.mkdir(parents=True)
    python.touch()
    (venv / "pyvenv.cfg").write_text("version = 3.12.1\n", encoding="utf-8")
    for name, value in {"ROOT": tmp_path, "VENV": venv, "PYTHON": python}.items():
        monkeypatch.setattr(dev_setup, name, value)
    for stamp, text in (dev_setup.stamp_of(name) for name in ("run", "test")):
        stamp.write_text(text, encoding="ascii")
    return tmp_path


def test_nothing_is_done_when_nothing_changed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(project.rglob("*"))
    dev_setup.set_up("test")
    dev_setup.set_up("run")
    assert sorted(project.rglob("*")) == before
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("changed", ["requirements/run.txt", ".venv/pyvenv.cfg", ".venv/.installed-run"])
def test_a_change_is_noticed(project: Path, changed: str) -> None:
    assert dev_setup.is_installed("run")
    path = project / changed
    path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert not dev_setup.is_installed("run")


@pytest.mark.parametrize("gone", [".venv/pyvenv.cfg", ".venv/.installed-test"])
def test_a_loss_is_noticed(project: Path, gone: str) -> None:
    (project / gone).unlink()
    assert not dev_setup.is_installed("test")


def test_an_environment_whose_interpreter_is_gone_is_noticed(project: Path) -> None:
    dev_setup.PYTHON.unlink()
    assert not dev_setup.is_installed("run")


PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Scan"\nmsgstr "{}"\n'


@pytest.fixture
def catalogue(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A French catalogue, compiled by the interpreter that runs the tests."""
    monkeypatch.setattr(dev_setup, "PYTHON", Path(sys.executable))
    source = project / "resources" / "locale" / "fr" / "LC_MESSAGES" / "medscan.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO.format("Analyser"), encoding="utf-8")
    os.utime(source, ns=(10**18, 10**18))
    return source


def test_a_catalogue_is_compiled_only_when_it_is_newer(catalogue: Path) -> None:
    target = catalogue.with_suffix(".mo")
    dev_setup.compile_catalogues()
    assert b"Analyser" in target.read_bytes()
    os.utime(target, ns=(10**18, 10**18))
    dev_setup.compile_catalogues()
    assert target.stat().st_mtime_ns == 10**18
    catalogue.write_text(PO.format("Lancer l’analyse"), encoding="utf-8")
    dev_setup.compile_catalogues()
    assert "Lancer l’analyse".encode() in target.read_bytes()


def test_a_broken_catalogue_stops_with_a_sentence(catalogue: Path, capfd: pytest.CaptureFixture[str]) -> None:
    catalogue.write_bytes(b'msgid "Scan"\nmsgstr "\xff\xfe"\n')
    with pytest.raises(SetupError, match="could not be compiled"):
        dev_setup.compile_catalogues()


def test_a_failed_download_is_tried_twice_and_said(tmp_path: Path) -> None:
    """A real environment, and a pip that finds nothing: exit code 69, which no verdict has."""
    for name in ("dev.py", "dev_setup.py"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    empty = tmp_path / "empty"
    empty.mkdir()
    env = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(empty)}
    for name in ("PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        env.pop(name, None)
    command = [sys.executable, str(tmp_path / "dev.py"), "run", "scan", "."]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, cwd=empty)
    assert done.returncode == dev.SETUP_FAILED
    assert done.stdout == ""
    assert "once more" in done.stderr
    assert "could not be installed" in done.stderr.splitlines()[-1]
