"""dev.py as it is typed: in a copy of the project that shares the installed packages."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dev
import dev_setup
from medscan_gui.cli.parser import build_parser

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the copy of the environment is made of symbolic links")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program from source in a folder of its own, with an environment that is set up."""
    copy = tmp_path / "project"
    copy.mkdir()
    for name in ("dev.py", "dev_setup.py"):
        shutil.copy(ROOT / name, copy)
    for name in ("medscan_gui", "resources", "signatures"):
        (copy / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "requirements", copy / "requirements")
    venv = copy / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    (venv / "lib").symlink_to(Path(sys.prefix) / "lib")
    shutil.copy(Path(sys.prefix) / "pyvenv.cfg", venv)
    monkeypatch.setattr(dev_setup, "ROOT", copy)
    monkeypatch.setattr(dev_setup, "VENV", venv)
    for stamp, text in (dev_setup.stamp_of(name) for name in ("run", "test")):
        stamp.write_text(text, encoding="ascii")
    return copy


def type_in(project: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Type a dev.py command without a display."""
    env = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env.pop("QT_QPA_PLATFORM", None)
    command = [sys.executable, str(project / "dev.py"), *arguments]
    return subprocess.run(command, cwd=cwd or project, env=env, capture_output=True, text=True, check=False)


def test_help_names_every_command(project: Path) -> None:
    done = type_in(project, "--help")
    assert done.returncode == 0
    for command in dev.COMMANDS:
        assert f"dev.py {command} " in done.stdout


def test_an_unknown_command_is_usage(project: Path) -> None:
    done = type_in(project, "runn")
    assert done.returncode == dev.USAGE
    assert "no command 'runn'" in done.stderr
    assert type_in(project).returncode == dev.USAGE


@pytest.mark.parametrize("command", ["build", "lint", "words", "clean"])
def test_arguments_are_refused_rather_than_ignored(project: Path, command: str) -> None:
    done = type_in(project, command, "everything")
    assert done.returncode == dev.SETUP_FAILED
    assert "takes no argument" in done.stderr


def test_run_hands_arguments_output_and_exit_code_through(project: Path) -> None:
    done = type_in(project, "run", "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("MedScan ")
    assert type_in(project, "run", "scan").returncode == dev.USAGE


def test_run_imports_nothing_from_where_one_stands(project: Path, tmp_path: Path) -> None:
    """The folder one stands in may be the key under suspicion."""
    trap = tmp_path / "key"
    trap.mkdir()
    for name in ("medscan_gui", "msgspec", "argparse", "sitecustomize", "yara"):
        (trap / f"{name}.py").write_text("raise SystemExit(99)\n", encoding="ascii")
    done = type_in(project, "run", "--version", cwd=trap)
    assert done.returncode == 0, done.stderr


def test_without_a_display_the_headless_form_is_shown(project: Path) -> None:
    done = type_in(project, "run", "--lang", "en")
    assert done.returncode == 69
    assert "python3 dev.py run scan PATH --report report.pdf" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "window"),
    [
        ([], True),
        (["--lang", "fr"], True),
        (["--data-dir", "folder"], True),
        (["scan", "folder"], False),
        (["--lang", "fr", "scan", "folder"], False),
        (["journal", "verify"], False),
        (["--help"], False),
        (["--version"], False),
    ],
)
def test_window_libraries_are_asked_for_only_when_a_window_opens(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], window: bool
) -> None:
    monkeypatch.setenv("DISPLAY", ":7")
    assert dev.opens_window(arguments) is window
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not dev.opens_window(arguments)


def test_every_command_of_the_program_is_known_to_need_no_window() -> None:
    actions = next(action for action in build_parser()._actions if action.dest == "command")
    commands = set(actions.choices or ())
    assert {"scan", "journal", "quarantine"} <= commands <= dev.WITHOUT_WINDOW


def test_test_with_arguments_runs_pytest_alone_and_its_summary_is_the_last_line(project: Path) -> None:
    (project / "test_two.py").write_text("def test_a(): pass\ndef test_b(): assert not 1\n", encoding="ascii")
    done = type_in(project, "test", "-p", "no:randomly", "test_two.py::test_a")
    assert done.returncode == 0
    assert "1 passed" in done.stdout.splitlines()[-1]
    assert "skipped" in done.stderr
    done = type_in(project, "test", "-p", "no:randomly", "test_two.py")
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout.splitlines()[-1]


def test_clean_leaves_the_environment(project: Path) -> None:
    (project / "build").mkdir()
    for name in ("medscan_gui",):
        (project / name).unlink()
    assert type_in(project, "clean").returncode == 0
    assert not (project / "build").exists()
    assert (project / ".venv" / "pyvenv.cfg").exists()


def test_the_build_is_dated_by_the_last_commit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert dev.commit_time() == "1700000000"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "")
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    assert dev.commit_time() == "315532800"


def test_a_display_of_our_own_is_free_and_ends() -> None:
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    env: dict[str, str] = {"WAYLAND_DISPLAY": "wayland-0"}
    other: dict[str, str] = {}
    with dev.display(env), dev.display(other):
        assert env["DISPLAY"] != other["DISPLAY"]
        assert "WAYLAND_DISPLAY" not in env
        socket = Path(f"/tmp/.X11-unix/X{env['DISPLAY'][1:]}")
        assert socket.exists()
    assert not socket.exists()


def test_ci_runs_the_whole_test_command() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="ascii").splitlines()[-1] == "exec python3 dev.py test"
