"""One file on a device: opened without following links, read, and removed only if it is still that file."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medscan_gui.system.files import content
from medscan_gui.system.originals import OriginalError, Place, aside_name, open_original
from tests.samples import without_override
from tests.system.originals_places import (
    as_nobody,
    attribute,
    child_command,
    child_environment,
    mounted,
    place_in_memory,
)

if sys.platform == "win32":
    pytest.skip("POSIX files", allow_module_level=True)

ID = "0123456789abcdef"
BYTES = b"a threat \0 of no meaning" * 1000


@pytest.fixture(params=["disk", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    if request.param == "disk":
        yield tmp_path
        return
    with place_in_memory() as folder:
        yield folder


def raw(path: Path) -> bytes:
    return os.fsencode(path)


def write(path: Path, data: bytes = BYTES) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return raw(path)


def refusal(root: Path, path: Path | bytes) -> tuple[str, Place]:
    with pytest.raises(OriginalError) as caught:
        open_original((raw(root),), path if isinstance(path, bytes) else raw(path))
    return caught.value.message.code, caught.value.place


def read_and_remove(root: Path, path: bytes) -> bytes:
    with open_original((raw(root),), path) as original:
        assert original.obstacle() is None
        data = b"".join(original.read())
        assert original.sha256 == original.facts.sha256 == hashlib.sha256(data).hexdigest()
        original.remove(ID)
    return data


@pytest.mark.parametrize(
    "name", [b"threat.exe", b"x" * 255, b"\xff\xfe\x80 not text", b"new\nline", b"-rf", "\u202egpj.exe".encode()]
)
def test_any_name_is_read_and_removed(place: Path, name: bytes) -> None:
    path = raw(place) + b"/sub/" + name
    (place / "sub").mkdir()
    with open(path, "wb") as file:
        file.write(BYTES)
    (place / "sub" / "neighbour").write_bytes(b"stays")
    assert read_and_remove(place, path) == BYTES
    assert os.listdir(place / "sub") == ["neighbour"]


def test_empty_file(place: Path) -> None:
    assert read_and_remove(place, write(place / "empty", b"")) == b""
    assert not os.listdir(place)


def test_path_longer_than_the_system_takes(place: Path) -> None:
    folder = os.open(place, os.O_DIRECTORY)
    path = raw(place)
    for _depth in range(25):
        os.mkdir(b"d" * 200, dir_fd=folder)
        deeper = os.open(b"d" * 200, os.O_DIRECTORY, dir_fd=folder)
        os.close(folder)
        folder, path = deeper, path + b"/" + b"d" * 200
    assert len(path) > 4096
    os.close(os.open(b"deep", os.O_WRONLY | os.O_CREAT, dir_fd=folder))
    try:
        assert read_and_remove(place, path + b"/deep") == b""
        assert not os.listdir(folder)
    finally:
        os.close(folder)
        shutil.rmtree(place / ("d" * 200))


def test_facts(place: Path) -> None:
    path = write(place / "file")
    os.chmod(path, 0o4750)
    os.utime(path, ns=(1_600_000_000_123_456_789, 1_500_000_000_987_654_321))
    os.setxattr(path, "user.note", b"\0\xff")
    os.link(path, place / "second")
    status = os.stat(path)
    with open_original((raw(place),), path) as original:
        facts = original.facts
        assert (original.device, original.identity) == (status.st_dev, (status.st_dev, status.st_ino))
    assert (facts.path, facts.size, facts.sha256) == (path, len(BYTES), "")
    assert (facts.mode, facts.uid, facts.gid) == (0o4750, os.getuid(), os.getgid())
    assert (facts.accessed_ns, facts.modified_ns) == (1_600_000_000_123_456_789, 1_500_000_000_987_654_321)
    assert dict(facts.xattrs)[b"user.note"] == b"\0\xff"
    assert (facts.links, facts.link_group) == (2, f"{status.st_dev}:{status.st_ino}")
    assert facts.extents == ((0, len(BYTES)),)


def test_reading_leaves_no_trace(place: Path) -> None:
    path = write(place / "sub" / "file")
    for changed in (path, raw(place / "sub")):
        os.utime(changed, ns=(1_000_000_000, 2_000_000_000))
    with open_original((raw(place),), path) as original:
        assert b"".join(original.read()) == BYTES
    assert os.stat(path).st_atime_ns == os.stat(place / "sub").st_atime_ns == 1_000_000_000


def test_more_attributes_than_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "file")
    os.setxattr(path, "user.big", b"x" * 1000)
    monkeypatch.setattr("medscan_gui.system.files.posix_facts.MOST_XATTR_BYTES", 500)
    assert refusal(tmp_path, path) == ("files.too_much_beside", Place.IN_PLACE)


# Where it may lie


def test_target_behind_a_link_and_as_a_file(place: Path) -> None:
    folder = place / "real"
    (place / "link").symlink_to(folder)
    write(folder / "a")
    read_and_remove(place / "link", raw(place / "link" / "a"))  # as it was given
    write(folder / "a")
    read_and_remove(place / "link", raw(folder / "a"))  # as the walk tells it
    path = write(folder / "single")
    read_and_remove(folder / "single", path)
    path = write(folder / "single")
    (place / "to-single").symlink_to(path)
    read_and_remove(place / "to-single", path)
    assert not os.listdir(folder)
    assert (place / "to-single").is_symlink()


def test_links_below_the_target_are_not_followed(place: Path) -> None:
    precious = place / "elsewhere" / "file"
    write(precious)
    target = place / "target"
    target.mkdir()
    (target / "folder").symlink_to(precious.parent)
    (target / "link").symlink_to(precious)
    (target / "dangling").symlink_to("nowhere")
    assert refusal(target, target / "folder" / "file") == ("files.is_link", Place.OTHER)
    assert refusal(target, target / "link") == ("files.is_link", Place.OTHER)
    assert refusal(target, target / "dangling") == ("files.is_link", Place.OTHER)
    assert precious.read_bytes() == BYTES


def test_what_is_no_file(place: Path) -> None:
    (place / "folder").mkdir()
    os.mkfifo(place / "fifo")
    assert refusal(place, place / "folder") == ("files.is_folder", Place.OTHER)
    assert refusal(place, place / "fifo") == ("files.not_a_file", Place.OTHER)
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(place)  # a socket's path is short
        try:
            listener.bind("socket")
        finally:
            os.chdir(here)
        assert refusal(place, place / "socket") == ("files.not_a_file", Place.OTHER)


def test_what_is_not_there_or_not_below(place: Path) -> None:
    write(place / "target" / "file")
    write(place / "target-2" / "file")
    target = place / "target"
    assert refusal(target, target / "nothing") == ("files.gone", Place.GONE)
    assert refusal(target, target / "none" / "x") == ("files.gone", Place.GONE)
    assert refusal(target, target / "file" / "x") == ("files.gone", Place.GONE)
    assert refusal(place / "pulled-out", place / "pulled-out" / "file") == ("files.gone", Place.UNREACHABLE)
    for outside in ("target-2/file", "target/../target-2/file", "target/./file", "target//file", "target/file/", ""):
        assert refusal(target, raw(place) + b"/" + outside.encode()) == ("files.other_place", Place.IN_PLACE), outside
    assert refusal(target, b"relative") == ("files.other_place", Place.IN_PLACE)
    assert refusal(target, raw(target) + b"/a\0b") == ("files.other_place", Place.IN_PLACE)
    with pytest.raises(OriginalError):
        open_original((raw(target), b"/a\0b"), raw(target / "nothing"))


# Holes


def test_only_data_is_read(place: Path) -> None:
    path = place / "sparse"
    with open(path, "wb") as file:
        for offset, data in ((0, b"begin"), (5 << 20, b"middle" * 1000), (40 << 20, b"end")):
            file.seek(offset)
            file.write(data)
        file.truncate(64 << 20)
    with open_original((raw(place),), raw(path)) as original:
        chunks = list(original.read())
        assert original.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        read = sum(map(len, chunks))
        assert read == sum(length for _offset, length in original.facts.extents) < 1 << 20
        assert len(original.facts.extents) == 3
        original.remove(ID)
    assert not path.exists()


def test_a_hole_of_a_terabyte_can_be_cancelled(place: Path) -> None:
    path = place / "hole"
    path.touch()
    os.truncate(path, 1 << 40)
    asked = iter([False] * 50)
    with open_original((raw(place),), raw(path)) as original, pytest.raises(OriginalError) as caught:
        list(original.read(lambda: next(asked, True)))
    assert caught.value.message.code == "files.cancelled"
    assert path.exists()


def test_too_many_holes_count_as_data(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MOST_REGIONS", 10)
    path = place / "sieve"
    with open(path, "wb") as file:
        for number in range(200):
            file.seek(number * 65536)
            file.write(b"%d" % number)
    with open_original((raw(place),), raw(path)) as original:
        data = b"".join(original.read())
        assert 1 <= len(original.facts.extents) <= 10
        assert sum(length for _offset, length in original.facts.extents) == len(data)
        assert original.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


# Changed or swapped meanwhile


def append(path: Path) -> None:
    with open(path, "ab") as file:
        file.write(b"!")


def rewrite_in_secret(path: Path) -> None:
    """The same size and the same times; only the content differs."""
    before = os.stat(path)
    with open(path, "r+b") as file:
        file.write(b"B")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def write_by_mapping(path: Path) -> None:
    import mmap

    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as mapping:
        mapping[0] ^= 1


def give_other_rights(path: Path) -> None:
    os.chmod(path, 0o777)


def truncate(path: Path) -> None:
    os.truncate(path, 3)


@pytest.mark.parametrize("change", [append, rewrite_in_secret, write_by_mapping, give_other_rights, truncate])
def test_a_file_that_changed_is_left(place: Path, change: Callable[[Path], None]) -> None:
    path = place / "file"
    write(path)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    with open_original((raw(place),), raw(path)) as original:
        list(original.read())
        change(path)
        left = path.read_bytes()
        with pytest.raises(OriginalError) as caught:
            original.remove(ID)
    assert (caught.value.message.code, caught.value.place) == ("files.changed", Place.OTHER)
    assert os.listdir(place) == ["file"]
    assert path.read_bytes() == left


def test_a_file_that_is_written_to_while_it_is_read(place: Path) -> None:
    path = place / "file"
    write(path, BYTES * 100)
    with open_original((raw(place),), raw(path)) as original:
        reading = original.read()
        next(reading)
        append(path)
        with pytest.raises(OriginalError) as caught:
            list(reading)
        assert caught.value.message.code == "files.changed"
        assert original.sha256 == ""
        with pytest.raises(ValueError, match="not read"):
            original.remove(ID)


@pytest.mark.parametrize("same", [False, True])
def test_a_swapped_file_is_left(place: Path, same: bool) -> None:
    path, other = place / "file", place / "other"
    write(path)
    write(other, BYTES if same else b"precious")
    with open_original((raw(place),), raw(path)) as original:
        list(original.read())
        os.rename(path, place / "moved")
        os.rename(other, path)
        with pytest.raises(OriginalError) as caught:
            original.remove(ID)
    assert (caught.value.message.code, caught.value.place) == ("files.changed", Place.OTHER)
    assert sorted(os.listdir(place)) == ["file", "moved"]
    assert path.read_bytes() == (BYTES if same else b"precious")


def test_a_file_that_went_or_became_a_link_or_folder(place: Path) -> None:
    path = place / "file"
    changes: list[tuple[Callable[[], None], str, Place]] = [
        (lambda: None, "files.gone", Place.GONE),
        (lambda: path.symlink_to(place / "moved"), "files.changed", Place.OTHER),
        (path.mkdir, "files.changed", Place.OTHER),
    ]
    for change, code, where in changes:
        write(path)
        with open_original((raw(place),), raw(path)) as original:
            list(original.read())
            os.rename(path, place / "moved")
            change()
            with pytest.raises(OriginalError) as caught:
                original.remove(ID)
        assert (caught.value.message.code, caught.value.place) == (code, where)
        assert (place / "moved").read_bytes() == BYTES
        if path.is_symlink():
            path.unlink()


def test_only_this_name_goes(place: Path) -> None:
    path = write(place / "one")
    os.link(path, place / "two")
    read_and_remove(place, path)
    assert os.listdir(place) == ["two"]
    assert read_and_remove(place, raw(place / "two")) == BYTES


def test_the_name_needed_is_taken(place: Path) -> None:
    path = write(place / "file")
    taken = place / os.fsdecode(aside_name(ID))
    taken.write_bytes(b"other")
    with open_original((raw(place),), path) as original:
        list(original.read())
        with pytest.raises(OriginalError) as caught:
            original.remove(ID)
    assert (caught.value.message.code, caught.value.place) == ("files.name_taken", Place.IN_PLACE)
    assert (taken.read_bytes(), (place / "file").read_bytes()) == (b"other", BYTES)


def test_an_id_that_leads_elsewhere_is_refused() -> None:
    for bad in ("", "../x", "a/b", "a b", "é", "x" * 65):
        with pytest.raises(ValueError, match="not an entry"):
            aside_name(bad)


# Obstacles


def test_read_only_medium(tmp_path: Path) -> None:
    source = tmp_path / "source"
    write(source / "file")
    with mounted(tmp_path / "point", "--bind", str(source)) as point:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(point)], check=True)
        with open_original((raw(point),), raw(point / "file")) as original:
            obstacle = original.obstacle()
            assert obstacle is not None
            assert obstacle.code == "files.read_only"
            list(original.read())
            with pytest.raises(OriginalError) as caught:
                original.remove(ID)
            assert (caught.value.message.code, caught.value.place) == ("files.read_only", Place.IN_PLACE)
    assert os.listdir(source) == ["file"]


@pytest.mark.parametrize(("locked", "letter"), [("file", "i"), ("file", "a"), ("folder", "i"), ("folder", "a")])
def test_immutable(tmp_path: Path, locked: str, letter: str) -> None:
    path = write(tmp_path / "folder" / "file")
    with (
        attribute(tmp_path / "folder" / ("file" if locked == "file" else ""), letter),
        open_original((raw(tmp_path),), path) as original,
    ):
        obstacle = original.obstacle()
        assert obstacle is not None
        assert obstacle.code == "files.immutable"
        list(original.read())
        with pytest.raises(OriginalError) as caught:
            original.remove(ID)
        assert (caught.value.message.code, caught.value.place) == ("files.no_permission", Place.IN_PLACE)
    assert os.listdir(tmp_path / "folder") == ["file"]


def run(command: list[str]) -> object:
    done = subprocess.run(command, env=child_environment(), capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


def test_folder_without_right_to_write(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    path = write(folder / "file")
    folder.chmod(0o555)
    command = without_override(child_command("try_remove", tmp_path, os.fsdecode(path)))
    if command is None:
        pytest.skip("root's override cannot be dropped here")
    assert run(command) == ["files.folder_not_writable", "files.no_permission", "in_place"]
    assert os.listdir(folder) == ["file"]
    folder.chmod(0o333)  # may be written, but not listed
    assert run(command) == [None, "", "removed"]


def test_someone_elses_file_in_a_sticky_folder() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs a second user")
    with place_in_memory() as folder:
        path = write(folder / "file")
        os.chmod(path, 0o666)
        folder.chmod(0o1777)
        command = as_nobody(child_command("try_remove", folder, os.fsdecode(path)))
        assert run(command) == ["files.sticky", "files.no_permission", "in_place"]
        os.chown(path, 65534, 65534)
        assert run(command) == [None, "", "removed"]
