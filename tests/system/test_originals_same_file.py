"""After a kill, an original counts as in place only if it is that file: not its like on another medium."""

import os
import shutil
import sys
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.quarantine import FileFacts
from medscan_gui.system.originals import Place, aside_name, open_original, restore, settle
from tests.system.originals_places import mounted

if sys.platform == "win32":
    pytest.skip("POSIX files", allow_module_level=True)

ID = "0123456789abcdef"
WORM = b"the same worm on every stick"
TIME = 1_700_000_000_000_000_000


def raw(path: Path) -> bytes:
    return os.fsencode(path)


def infect(folder: Path, content: bytes = WORM) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "worm"
    path.write_bytes(content)
    os.utime(path, ns=(TIME, TIME))
    return path


def facts_of(path: Path) -> FileFacts:
    with open_original((raw(path.parent),), raw(path)) as original:
        list(original.read())
        return original.facts


def settled(path: Path, facts: FileFacts, *, restored: bool = False) -> Place:
    return settle((raw(path.parent),), raw(path), ID, facts, restored=restored)


def aside_of(path: Path) -> Path:
    return path.with_name(os.fsdecode(aside_name(ID)))


def test_the_same_file_in_another_folder_of_that_name(tmp_path: Path) -> None:
    path = infect(tmp_path / "stick")
    facts = facts_of(path)
    assert settled(path, facts) is Place.IN_PLACE
    path.parent.rename(tmp_path / "first")
    assert infect(path.parent).stat().st_mtime_ns == facts.modified_ns
    assert settled(path, facts) is Place.OTHER
    shutil.rmtree(path.parent)
    (tmp_path / "first").rename(path.parent)
    assert settled(path, facts) is Place.IN_PLACE


def test_another_medium_at_the_same_place(tmp_path: Path) -> None:
    """Two memory disks, freshly made: the file has the same number on both."""
    point = tmp_path / "stick"
    with mounted(point, "-t", "tmpfs", "first"):
        path = infect(point)
        facts, number = facts_of(path), path.stat().st_ino
        assert settled(path, facts) is Place.IN_PLACE
        with mounted(point, "-t", "tmpfs", "second"):
            assert infect(point).stat().st_ino == number
            assert settled(path, facts) is Place.OTHER
        assert settled(path, facts) is Place.IN_PLACE


def test_written_anew_or_touched(tmp_path: Path) -> None:
    path = infect(tmp_path / "stick")
    facts = facts_of(path)
    os.utime(path, ns=(TIME, TIME + 1))
    assert settled(path, facts) is Place.OTHER
    os.utime(path, ns=(TIME, TIME))
    assert settled(path, facts) is Place.IN_PLACE
    path.rename(path.with_name("old"))
    assert settled(infect(path.parent), facts) is Place.OTHER


def test_without_its_number_content_and_time_decide(tmp_path: Path) -> None:
    path = infect(tmp_path / "stick")
    facts = msgspec.structs.replace(facts_of(path), link_group="")
    path.rename(path.with_name("old"))
    assert settled(infect(path.parent), facts) is Place.IN_PLACE
    os.utime(path, ns=(TIME, TIME + 1))
    assert settled(path, facts) is Place.OTHER


def test_what_was_restored_is_a_new_file(tmp_path: Path) -> None:
    path = infect(tmp_path / "stick")
    facts = facts_of(path)
    path.rename(path.with_name("old"))
    restore(raw(path), facts, [WORM], ID)
    os.utime(path, ns=(TIME, TIME + 1))  # as a medium with coarse times leaves it
    assert settled(path, facts) is Place.OTHER
    assert settled(path, facts, restored=True) is Place.IN_PLACE
    path.write_bytes(WORM[::-1])
    assert settled(path, facts, restored=True) is Place.OTHER


def test_what_was_set_aside_is_known_by_its_name(tmp_path: Path) -> None:
    """Numbers and times of some media do not outlast pulling them out."""
    path = infect(tmp_path / "stick")
    facts = facts_of(path)
    path.unlink()
    infect(path.parent).rename(aside_of(path))
    os.utime(aside_of(path), ns=(TIME, TIME + 1))
    assert settled(path, facts) is Place.IN_PLACE
    assert os.listdir(path.parent) == ["worm"]


def test_set_aside_with_another_content(tmp_path: Path) -> None:
    path = infect(tmp_path / "stick")
    facts = facts_of(path)
    path.rename(aside_of(path))
    aside_of(path).write_bytes(b"what its owner wrote since")
    assert settled(path, facts) is Place.OTHER
    assert (os.listdir(path.parent), path.read_bytes()) == (["worm"], b"what its owner wrote since")


# --- a name that was claimed, and no more ----------------------------------------------------------


@pytest.mark.parametrize("content", [WORM, b""])
def test_claimed_before_it_was_renamed(tmp_path: Path, content: bytes) -> None:
    path = infect(tmp_path / "stick", content)
    facts = facts_of(path)
    aside_of(path).touch()
    assert settled(path, facts) is Place.IN_PLACE
    assert (os.listdir(path.parent), path.read_bytes()) == (["worm"], content)


def test_claimed_and_then_the_original_went(tmp_path: Path) -> None:
    path = infect(tmp_path / "stick")
    facts = facts_of(path)
    path.rename(tmp_path / "elsewhere")
    aside_of(path).touch()
    assert settled(path, facts) is Place.GONE
    assert not os.listdir(path.parent)


def test_an_empty_original_set_aside_is_no_claim(tmp_path: Path) -> None:
    path = infect(tmp_path / "stick", b"")
    facts = facts_of(path)
    path.rename(aside_of(path))
    assert settled(path, facts) is Place.IN_PLACE
    path.rename(aside_of(path))
    infect(path.parent, b"")
    assert settled(path, facts) is Place.OTHER
    assert sorted(os.listdir(path.parent)) == [aside_of(path).name, "worm"]


def test_an_emptied_original_set_aside_is_no_claim(tmp_path: Path) -> None:
    path = infect(tmp_path / "stick")
    facts = facts_of(path)
    path.rename(aside_of(path))
    os.truncate(aside_of(path), 0)
    assert settled(path, facts) is Place.OTHER
    assert os.listdir(path.parent) == ["worm"]


def test_a_claim_beside_another_file_is_left(tmp_path: Path) -> None:
    path = infect(tmp_path / "stick")
    facts = facts_of(path)
    path.write_bytes(b"something else")
    aside_of(path).touch()
    assert settled(path, facts) is Place.OTHER
    assert path.read_bytes() == b"something else"
