"""What a kill left of one file is put in order, and no original is ever deleted."""

import hashlib
import os
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.quarantine import FileFacts
from medscan_gui.system.files.posix_names import take_name, take_name_without_flag
from medscan_gui.system.originals import OriginalError, Place, aside_name, open_original, settle
from tests.system.originals_places import child_command, child_environment

if sys.platform == "win32":
    pytest.skip("POSIX files", allow_module_level=True)

ID = "0123456789abcdef"
SEED = int(os.environ.get("MEDSCAN_TEST_SEED", "3"))


def raw(path: Path) -> bytes:
    return os.fsencode(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sub" / "threat"
    path.parent.mkdir()
    path.write_bytes(b"a threat")
    return path


@pytest.fixture
def facts(file: Path) -> FileFacts:
    with open_original((raw(file.parent),), raw(file)) as original:
        list(original.read())
        return original.facts


def settled(file: Path, facts: FileFacts) -> Place:
    return settle((raw(file.parents[1]),), raw(file), ID, facts)


def aside_of(file: Path) -> Path:
    return file.with_name(os.fsdecode(aside_name(ID)))


def test_in_place_and_gone(file: Path, facts: FileFacts) -> None:
    assert settled(file, facts) is Place.IN_PLACE
    file.unlink()
    assert settled(file, facts) is Place.GONE
    file.parent.rmdir()
    assert settled(file, facts) is Place.GONE


def test_set_aside_is_put_back(file: Path, facts: FileFacts) -> None:
    file.rename(aside_of(file))
    assert settled(file, facts) is Place.IN_PLACE
    assert os.listdir(file.parent) == ["threat"]


def test_between_two_names_of_one_file(file: Path, facts: FileFacts) -> None:
    os.link(file, aside_of(file))
    assert settled(file, facts) is Place.IN_PLACE
    assert os.listdir(file.parent) == ["threat"]
    assert file.read_bytes() == b"a threat"


@pytest.mark.parametrize("other", [b"other", b"a threat"])
def test_both_are_left(file: Path, facts: FileFacts, other: bytes) -> None:
    file.rename(aside_of(file))
    file.write_bytes(other)
    assert settled(file, facts) is Place.OTHER
    assert (aside_of(file).read_bytes(), file.read_bytes()) == (b"a threat", other)


def test_another_content_or_kind(file: Path, facts: FileFacts) -> None:
    file.write_bytes(b"A threat")
    assert settled(file, facts) is Place.OTHER
    file.unlink()
    file.symlink_to("nowhere")
    assert settled(file, facts) is Place.OTHER
    file.unlink()
    file.mkdir()
    assert settled(file, facts) is Place.OTHER
    file.rmdir()
    os.mkfifo(file)
    assert settled(file, facts) is Place.OTHER


def test_never_read_goes_by_size_and_time(file: Path, facts: FileFacts) -> None:
    unread = msgspec.structs.replace(facts, sha256="")
    assert settled(file, unread) is Place.IN_PLACE
    os.utime(file, (1, 1))
    assert settled(file, unread) is Place.OTHER


def test_swapped_folder_and_missing_medium(file: Path, facts: FileFacts, tmp_path: Path) -> None:
    file.parent.rename(tmp_path / "moved")
    file.parent.symlink_to("moved")
    assert settled(file, facts) is Place.OTHER
    assert settle((raw(tmp_path / "stick"),), raw(tmp_path / "stick" / "x"), ID, facts) is Place.UNREACHABLE


@pytest.mark.parametrize("path", [b"", b"/", b"/a\0b", b"relative", b"x" * 100_000, b"/" + b"d/" * 30_000 + b"x"])
def test_a_path_written_by_hand_leads_nowhere(file: Path, facts: FileFacts, path: bytes) -> None:
    assert settle((b"/a",), path, ID, facts) is Place.UNREACHABLE
    assert settle((raw(file.parent), b"/a\0b"), raw(file), ID, facts) is Place.UNREACHABLE


def test_unfinished_restoration_is_removed_and_only_ours(file: Path, facts: FileFacts) -> None:
    file.unlink()
    (file.parent / f".medscan-{ID}.part").write_bytes(b"half")
    other = file.parent / ".medscan-fedcba9876543210.part"
    other.write_bytes(b"of another entry")
    assert settled(file, facts) is Place.GONE
    assert os.listdir(file.parent) == [other.name]


@pytest.mark.parametrize("way", [take_name, take_name_without_flag])
def test_a_name_is_never_taken_twice(tmp_path: Path, way: object) -> None:
    assert callable(way)
    (tmp_path / "old").write_bytes(b"old")
    folder = os.open(tmp_path, os.O_DIRECTORY)
    try:
        for taken in ("file", "link", "folder"):
            new = tmp_path / taken
            {"file": new.touch, "link": lambda: new.symlink_to("x"), "folder": new.mkdir}[taken]()  # noqa: B023
            with pytest.raises(FileExistsError):
                way(folder, b"old", taken.encode())
        way(folder, b"old", b"new")
        with pytest.raises(FileNotFoundError):
            way(folder, b"old", b"newer")
    finally:
        os.close(folder)
    assert (tmp_path / "new").read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["file", "folder", "link", "new"]


def test_killed_at_any_instant_neither_is_lost(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    seen = dict.fromkeys(Place, 0)
    for turn in range(8):
        root, copies = tmp_path / f"{turn}" / "root", tmp_path / f"{turn}" / "copies"
        root.mkdir(parents=True)
        copies.mkdir()
        data = {f"{number:03d}": chance.randbytes(chance.randrange(1, 5000)) for number in range(120)}
        for name, content in data.items():
            (root / name).write_bytes(content)
        known = {name: facts_of(root / name, content) for name, content in data.items()}
        kill_during(child_command("remove_all", root, copies), chance, len(data))
        for name, content in data.items():
            where = settle((raw(root),), raw(root / name), f"e{name}", known[name])
            seen[where] += 1
            held = (root / name) if where is Place.IN_PLACE else (copies / name)
            assert held.read_bytes() == content, (turn, name, where, SEED)
        assert set(os.listdir(root)) <= set(data), (turn, SEED)
    assert {place for place, count in seen.items() if count} == {Place.IN_PLACE, Place.GONE}


def test_killed_while_restoring_leaves_whole_files_only(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    restored = 0
    for turn in range(8):
        root, copies = tmp_path / f"{turn}" / "root", tmp_path / f"{turn}" / "copies"
        root.mkdir(parents=True)
        copies.mkdir()
        for number in range(60):
            (copies / f"{number:03d}").write_bytes(chance.randbytes(chance.randrange(1, 50_000)))
        kill_during(child_command("restore_all", root, copies), chance, 60)
        for copy in copies.iterdir():
            content = copy.read_bytes()
            facts = FileFacts(path=raw(root / copy.name), size=len(content), sha256=digest(content))
            where = settle((raw(root),), facts.path, f"e{copy.name}", facts, restored=True)
            assert where in {Place.IN_PLACE, Place.GONE}, (turn, copy.name, SEED)
            restored += where is Place.IN_PLACE
        assert set(os.listdir(root)) <= set(os.listdir(copies)), (turn, SEED)
    assert restored


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def facts_of(path: Path, content: bytes) -> FileFacts:
    status = path.stat()
    return FileFacts(
        path=raw(path),
        size=len(content),
        sha256=digest(content),
        modified_ns=status.st_mtime_ns,
        link_group=f"{status.st_dev}:{status.st_ino}",
    )


def kill_during(command: list[str], chance: random.Random, files: int) -> None:
    """Kill a child in its work: some time after it said that it is done with a random one of its files."""
    with subprocess.Popen(command, env=child_environment(), stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for _done in range(chance.randrange(1, files)):
            assert child.stdout.readline()
        with suppress(subprocess.TimeoutExpired):
            child.wait(chance.uniform(0.0, 0.003))
        child.kill()


SWAPPER = """
import os, sys
folder, moved, decoy, turns = sys.argv[1:]
print(flush=True)
for _ in range(int(turns)):
    os.rename(folder, moved)
    os.symlink(decoy, folder)
    os.unlink(folder)
    os.rename(moved, folder)
"""


def test_a_folder_swapped_for_a_link_again_and_again(tmp_path: Path) -> None:
    """A racing process; what lies behind the link is never touched, and what is removed is ours."""
    folder, moved, decoy = tmp_path / "t" / "folder", tmp_path / "t" / "moved", tmp_path / "decoy"
    folder.mkdir(parents=True)
    decoy.mkdir()
    (decoy / "file").write_bytes(b"the very same threat")
    inside = os.open(folder, os.O_DIRECTORY)
    outcomes: dict[str, int] = {}
    command = [sys.executable, "-c", SWAPPER, str(folder), str(moved), str(decoy), "20000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as swapper:
        assert swapper.stdout is not None
        swapper.stdout.readline()
        for turn in range(400):
            descriptor = os.open("file", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, dir_fd=inside)
            os.write(descriptor, b"the very same threat")
            os.close(descriptor)
            code = attempt(folder, f"e{turn}")
            outcomes[code] = outcomes.get(code, 0) + 1
            assert (decoy / "file").read_bytes() == b"the very same threat", (turn, outcomes)
            names = os.listdir(inside)
            assert names == ([] if code in {"removed", "files.not_verified"} else ["file"]), (turn, code, names)
        swapper.kill()
    os.close(inside)
    assert outcomes.get("removed"), outcomes
    assert outcomes.keys() <= {"removed", "files.is_link", "files.gone", "files.not_verified"}, outcomes


def attempt(folder: Path, entry: str, root: Path | None = None) -> str:
    try:
        with open_original((raw(root or folder.parent),), raw(folder / "file")) as original:
            list(original.read())
            original.remove(entry)
    except OriginalError as error:
        return error.message.code
    return "removed"


FILE_SWAPPER = """
import os, sys
name, spare, turns = sys.argv[1:]
print(flush=True)
for turn in range(int(turns)):
    with open(spare, "wb") as file:
        file.write(b"precious %d" % turn)
    os.link(spare, "kept-%d" % turn)
    try:
        os.rename(name, "out-%d" % turn)
    except FileNotFoundError:
        pass
    try:
        os.link(spare, name)
        os.unlink(spare)
    except FileExistsError:
        os.rename(spare, "spare-%d" % turn)
"""


def test_a_file_swapped_again_and_again_is_never_the_one_removed(tmp_path: Path) -> None:
    """Only the file that was read goes: whatever a racing process puts in its place stays in reach of it."""
    target = tmp_path / "target"
    target.mkdir()
    outcomes: dict[str, int] = {}
    removed: list[int] = []
    command = [sys.executable, "-c", FILE_SWAPPER, str(target / "file"), "spare", "1500"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path) as swapper:
        assert swapper.stdout is not None
        swapper.stdout.readline()
        turn = 0
        while swapper.poll() is None:
            turn += 1
            try:
                with open_original((raw(target),), raw(target / "file")) as original:
                    data = b"".join(original.read())
                    original.remove(f"e{turn}")
            except OriginalError as error:
                code = error.message.code
                outcomes[code] = outcomes.get(code, 0) + 1
                if code != "files.came_back":  # ours went, and the next one has its name already
                    continue
            removed.append(int(data.split()[1]))
    assert outcomes.keys() <= {"files.gone", "files.changed", "files.came_back", "files.left_aside"}, outcomes
    assert removed, outcomes
    # The racing process made a second name of each of its files, and overwrites none: exactly those that we
    # removed have one name left.
    assert len(set(removed)) == len(removed)
    names = {turn: os.stat(tmp_path / f"kept-{turn}").st_nlink for turn in range(1500)}
    assert {turn for turn, links in names.items() if links == 1} == set(removed), outcomes
    # What was set aside has its name again, unless another had taken it by then.
    aside = [name for name in os.listdir(target) if name.startswith(".medscan-")]
    assert len(aside) == outcomes.get("files.left_aside", 0), outcomes


DROPPER = """
import os, sys
print(flush=True)
while True:
    try:
        os.close(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        pass
"""


def test_a_file_that_is_there_again_at_once_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with subprocess.Popen([sys.executable, "-c", DROPPER, str(path)], stdout=subprocess.PIPE) as dropper:
        assert dropper.stdout is not None
        dropper.stdout.readline()
        said: set[str] = set()
        for turn in range(100_000):
            said.add(attempt(tmp_path, f"e{turn}", root=tmp_path))
            if "files.came_back" in said:
                break
        dropper.kill()
    assert "files.came_back" in said
    assert said <= {"files.came_back", "files.gone", "removed"}
