"""The built program: `python3 dev.py test` builds it and says where it is. Without it these tests are skipped."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SUFFIX = ".exe" if os.name == "nt" else ""
Console = Callable[..., subprocess.CompletedProcess[str]]

#: What must not help the built program: it stands on a computer that has none of it.
OF_THE_SOURCE = ("PYTHONPATH", "PYTHONSAFEPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "QT_PLUGIN_PATH")


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of the built program."""
    folder = os.environ.get("MEDSCAN_FROZEN")
    if not folder:
        pytest.skip("the program is not built: `python3 dev.py build`, then set MEDSCAN_FROZEN=dist/MedScan")
    path = Path(folder).resolve()
    assert path.is_dir(), f"MEDSCAN_FROZEN names no folder: {path}"
    return path


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A home of its own and nothing of the source tree."""
    home = tmp_path / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if name not in OF_THE_SOURCE and "MEDSCAN" not in name}
    return {**kept, "HOME": str(home), "XDG_DATA_HOME": str(home / "share"), "XDG_CONFIG_HOME": str(home / "config")}


@pytest.fixture
def console_line(built: Path, tmp_path: Path) -> Callable[..., list[str]]:
    """Makes the command line of the console executable, with a data folder of the test's own."""

    def line(*arguments: object, language: str = "en") -> list[str]:
        program = str(built / f"medscan-console{SUFFIX}")
        return [program, "--data-dir", str(tmp_path / "data"), "--lang", language, *map(str, arguments)]

    return line


@pytest.fixture
def console(console_line: Callable[..., list[str]], env: dict[str, str], tmp_path: Path) -> Console:
    """Runs the console executable to its end, from a folder that holds nothing of ours."""

    def run(
        *arguments: object, language: str = "en", wrap: Callable[[list[str]], list[str]] = list
    ) -> subprocess.CompletedProcess[str]:
        line = wrap(console_line(*arguments, language=language))
        return subprocess.run(
            line, env=env, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=180,
            check=False,
        )  # fmt: skip

    return run
