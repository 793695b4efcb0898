"""Starting the programs of `children`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.store.processes import ROOT


def line(role: str, folder: Path, argument: str = "") -> list[str]:
    """The command line of one role."""
    return [sys.executable, "-W", "error", "-m", "tests.store.vault.children", role, str(folder), argument]


def start(role: str, folder: Path, argument: str = "", *, stdin: int | None = None) -> "subprocess.Popen[str]":
    """Start a role; the caller ends it.

    `stdin`: as for Popen. With a pipe there, `communicate` would lose what was read ahead of the lines asked for.
    """
    return subprocess.Popen(line(role, folder, argument), cwd=ROOT, stdin=stdin, stdout=subprocess.PIPE, text=True)


def run(role: str, folder: Path, argument: str = "", prefix: tuple[str, ...] = ()) -> list[Any]:
    """Run a role to its end and return what it said."""
    return said_by([*prefix, *line(role, folder, argument)])


def said_by(command: list[str]) -> list[Any]:
    """Run a command line to its end and return what it said."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(said) for said in done.stdout.splitlines()]
