"""Who has a file in use, seen from a process of its own: what it and its children hold does not count."""

import json
import mmap
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from medscan_gui.core.names import shown
from medscan_gui.system.holders import HeldFiles
from tests.system.originals_places import child_command, child_environment

if sys.platform != "linux":
    pytest.skip("/proc", allow_module_level=True)

HOSTILE = "evil\n\u202e\x1b[2J"


def holders(*paths: Path) -> list[list[tuple[int, str]]]:
    done = subprocess.run(
        child_command("holders", *paths), env=child_environment(), capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
    return [[(pid, name) for pid, name in found] for found in json.loads(done.stdout)]


def test_open_and_mapped_and_free(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("open", "mapped", "free")]
    for path in paths:
        path.write_bytes(b"x" * 5000)
    with open(paths[0], "rb"):
        with open(paths[1], "rb") as file:
            mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        opened, mapped, free = holders(*paths)
        mapping.close()
    assert [pid for pid, _name in opened] == [pid for pid, _name in mapped] == [os.getpid()]
    assert free == []


def test_running_program_with_a_hostile_name(tmp_path: Path) -> None:
    program = tmp_path / HOSTILE
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    library = tmp_path / "second name"
    os.link(program, library)
    with subprocess.Popen([program, "60"]) as process:
        try:
            by_name, by_link = holders(program, library)
            program.unlink()  # runs on, under the other name of the file
            (after,) = holders(library)
        finally:
            process.kill()
    assert by_name == by_link == after == [(process.pid, shown(HOSTILE))]
    assert holders(library) == [[]]


def test_own_files_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "own"
    path.touch()
    held = HeldFiles()
    with open(path, "rb"):
        held.refresh()
    status = path.stat()
    assert held.holders((status.st_dev, status.st_ino), os.fsencode(path)) == ()


def test_known_by_path_as_well(tmp_path: Path) -> None:
    """On a network share nothing is asked but the path that the system shows."""
    parent = os.readlink(f"/proc/{os.getppid()}/exe") if os.access(f"/proc/{os.getppid()}/exe", os.R_OK) else ""
    if not parent:
        pytest.skip("the parent process may not be looked into")
    held = HeldFiles()
    held.refresh()
    assert os.getppid() in [holder.pid for holder in held.holders((0, 0), os.fsencode(parent))]
