"""The scratch folders: one for each running scan, and nothing after it."""

import os
import subprocess
import sys
from pathlib import Path

from medscan_gui.store.scratch import scratch_folder


def test_it_goes_with_all_that_is_in_it(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as raw:
        folder = Path(os.fsdecode(raw))
        assert folder.parent == tmp_path / "scratch"
        (folder / "handed-1").write_bytes(b"a patient's file")
    assert not list((tmp_path / "scratch").iterdir())


def test_another_scan_leaves_it_alone(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as first:
        held = Path(os.fsdecode(first)) / "handed-1"
        held.write_bytes(b"in use")
        with scratch_folder(tmp_path) as second:
            assert second not in {b"", first}
            assert held.read_bytes() == b"in use"
        assert held.read_bytes() == b"in use"


def test_what_a_killed_scan_left_goes_before_the_next(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "handed-of-old").write_bytes(b"left")
    program = (
        "import os, pathlib, sys\n"
        "from medscan_gui.store.scratch import scratch_folder\n"
        "with scratch_folder(pathlib.Path(sys.argv[1])) as raw:\n"
        "    (pathlib.Path(os.fsdecode(raw)) / 'handed-1').write_bytes(b'left')\n"
        "    os._exit(9)\n"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False, cwd=root).returncode == 9
    assert any(entry.is_dir() for entry in (tmp_path / "scratch").iterdir())
    with scratch_folder(tmp_path) as raw:
        assert {entry.name.removesuffix(".lock") for entry in (tmp_path / "scratch").iterdir()} == {
            Path(os.fsdecode(raw)).name
        }
    assert not list((tmp_path / "scratch").iterdir())


def test_no_folder_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").write_bytes(b"x")
    (tmp_path / "scratch").symlink_to(tmp_path / "elsewhere")
    with scratch_folder(tmp_path) as raw:
        assert raw == b""
    assert (tmp_path / "elsewhere" / "kept").exists()
