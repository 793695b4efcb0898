"""Real places for the tests of single files: two file systems, and mounts of their own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("originals_child.py")


@contextmanager
def place_in_memory() -> Iterator[Path]:
    """A folder on a memory disk, another file system than that of temporary files."""
    if not Path("/dev/shm").is_dir():
        pytest.skip("this system has no /dev/shm")
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="medscan-test-") as folder:
        yield Path(folder)


@contextmanager
def mounted(point: Path, *arguments: str) -> Iterator[Path]:
    """Something mounted on `point` for as long as that is asked; mounts need root."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    if not point.exists():
        point.mkdir()
    done = subprocess.run(["mount", *arguments, str(point)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mount refused: {done.stderr.strip()}")
    try:
        yield point
    finally:
        subprocess.run(["umount", str(point)], check=True)


@contextmanager
def attribute(path: Path, letter: str) -> Iterator[None]:
    """An attribute of chattr for a while."""
    tool = shutil.which("chattr")
    if tool is None or subprocess.run([tool, f"+{letter}", path], capture_output=True, check=False).returncode:
        pytest.skip(f"chattr +{letter} is not possible here")
    try:
        yield
    finally:
        subprocess.run([tool, f"-{letter}", path], check=True)


def child_command(role: str, *arguments: str | Path) -> list[str]:
    """The command line of one role of `originals_child`."""
    return [sys.executable, str(CHILD), role, *map(str, arguments)]


def child_environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def as_nobody(command: list[str]) -> list[str]:
    """The command such that an ordinary user runs it."""
    if os.geteuid() != 0:
        return command
    tool = shutil.which("setpriv")
    if tool is None:
        pytest.skip("no setpriv here")
    return [tool, "--reuid=65534", "--regid=65534", "--clear-groups", *command]
