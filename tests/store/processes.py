"""Starting the programs of `children`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def line(role: str, folder: Path, argument: str = "") -> list[str]:
    """The command line of one role."""
    return [sys.executable, "-W", "error", "-m", "tests.store.children", role, str(folder), argument]


def start(role: str, folder: Path, argument: str = "") -> "subprocess.Popen[str]":
    """Start a role; the caller ends it."""
    return subprocess.Popen(
        line(role, folder, argument), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def run(role: str, folder: Path, argument: str = "", prefix: tuple[str, ...] = ()) -> list[Any]:
    """Run a role to its end and return what it said."""
    command = [*prefix, *line(role, folder, argument)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(said) for said in done.stdout.splitlines()]


def own_mounts() -> tuple[str, ...]:
    """What to put before a command so that it may mount, seen by nobody else; skips where that is not allowed."""
    prefix = ("unshare", "--mount", "--propagation", "private")
    if sys.platform != "linux" or not shutil.which("unshare"):
        pytest.skip("no mount namespaces here")
    probe = [*prefix, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("not allowed to mount")
    return prefix
