"""The windowed executable under a real X server."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.frozen.conftest import SUFFIX
from tests.frozen.x11 import ask_to_close

pytestmark = [pytest.mark.frozen, pytest.mark.real_window]

PATIENCE = 30.0  # seconds until something is taken for missing


@pytest.fixture
def display() -> str:
    """The X display that `dev.py test` starts."""
    found = os.environ.get("DISPLAY")
    if not found or sys.platform == "win32" or shutil.which("xdotool") is None:
        pytest.skip("needs an X display and xdotool: `python3 dev.py test` starts one")
    return found


@contextmanager
def window(built: Path, env: dict[str, str], display: str, data: Path) -> Iterator[subprocess.Popen[str]]:
    """The running program; killed if the test leaves it running."""
    line = [str(built / f"MedScan{SUFFIX}"), "--data-dir", str(data), "--lang", "en"]
    env = {**env, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    pipe = subprocess.PIPE
    with subprocess.Popen(line, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def windows_of(display: str, pid: int) -> list[str]:
    """The visible windows of a process, by X identifier; waits for the first."""
    deadline = time.monotonic() + PATIENCE
    command = ["xdotool", "search", "--onlyvisible", "--pid", str(pid), "--name", "MedScan"]
    while time.monotonic() < deadline:
        # xdotool itself takes the time of a few X round trips: this loop does not spin.
        done = subprocess.run(
            command, env={**os.environ, "DISPLAY": display}, capture_output=True, text=True, check=False
        )
        if done.stdout.split():
            return done.stdout.split()
    return []


def test_the_window_opens_and_closes_cleanly(built: Path, env: dict[str, str], display: str, tmp_path: Path) -> None:
    with window(built, env, display, tmp_path / "data") as process:
        found = windows_of(display, process.pid)
        assert found, "no window appeared"
        geometry = subprocess.run(
            ["xdotool", "getwindowgeometry", "--shell", found[0]],
            env={**os.environ, "DISPLAY": display}, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        size = dict(line.split("=") for line in geometry.splitlines())
        assert int(size["WIDTH"]) >= 800
        assert int(size["HEIGHT"]) >= 600
        children = psutil.Process(process.pid).children(recursive=True)
        ask_to_close(display, int(found[0]))
        output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output, errors) == (0, "", "")
    _gone, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert not alive


def test_the_window_paints_itself(built: Path, env: dict[str, str], display: str, tmp_path: Path) -> None:
    """The first paint arrives, and the program ends by itself when it is only asked to prove that."""
    with window(built, {**env, "MEDSCAN_STARTUP_PROBE": "1"}, display, tmp_path / "data") as process:
        output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output.split(), errors) == (0, ["painted"], "")
