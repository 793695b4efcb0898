"""A file comes back as it was, whole and checked, and never over another one."""

import hashlib
import json
import os
import random
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.messages import Message
from medscan_gui.core.quarantine import FileFacts, Stream
from medscan_gui.system.originals import OriginalError, Place, open_original, restore, settle
from tests.system.originals_places import (
    as_nobody,
    child_command,
    child_environment,
    mounted,
    place_in_memory,
)

if sys.platform == "win32":
    pytest.skip("POSIX files", allow_module_level=True)

ID = "0123456789abcdef"
LONG = b"\xff\xfe\n" + b"n" * 252
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")

#: An access list as the system keeps it (linux/posix_acl_xattr.h): owner rw, user 4711 r, group r, mask r, others none.
ACCESS_LIST = struct.pack("<I", 2) + b"".join(
    struct.pack("<HHI", tag, rights, who)
    for tag, rights, who in ((1, 6, 0xFFFFFFFF), (2, 4, 4711), (4, 4, 0xFFFFFFFF), (16, 4, 0xFFFFFFFF),
                             (32, 0, 0xFFFFFFFF))
)  # fmt: skip


@pytest.fixture(params=["disk", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    if request.param == "disk":
        yield tmp_path
        return
    with place_in_memory() as folder:
        yield folder


def raw(path: Path) -> bytes:
    return os.fsencode(path)


def taken(path: bytes, entry: str = ID) -> tuple[FileFacts, list[bytes]]:
    """Take a file away as clean-up does."""
    with open_original((os.path.dirname(path),), path) as original:
        content = list(original.read())
        original.remove(entry)
        return original.facts, content


def facts_for(path: bytes, data: bytes) -> FileFacts:
    return FileFacts(
        path=path,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        uid=os.getuid(),
        gid=os.getgid(),
        mode=0o640,
        extents=((0, len(data)),) if data else (),
    )


def looks(path: bytes) -> dict[str, object]:
    """Everything that stat and getfattr tell, but for what must differ."""
    status = os.stat(path)
    return {
        "mode": status.st_mode,
        "owner": (status.st_uid, status.st_gid),
        "size": status.st_size,
        "times": (status.st_atime_ns, status.st_mtime_ns),
        "blocks": status.st_blocks,
        "links": status.st_nlink,
        "xattrs": {name: os.getxattr(path, name) for name in os.listxattr(path)},
    }


def refusal(path: bytes, facts: FileFacts, content: list[bytes], roots: tuple[bytes, ...] = ()) -> str:
    with pytest.raises(OriginalError) as caught:
        restore(path, facts, content, ID, roots=roots)
    return caught.value.message.code


def test_round_trip(place: Path) -> None:
    chance = random.Random(3)
    path = raw(place) + b"/" + LONG
    with open(path, "wb") as file:
        for offset in (0, 3 << 20, 20 << 20):
            file.seek(offset)
            file.write(chance.randbytes(70_000))
        file.truncate(32 << 20)
    os.setxattr(path, "user.note", bytes(range(256)))
    os.setxattr(path, "user.empty", b"")
    if os.geteuid() == 0:
        os.chown(path, 4711, 4712)
        os.setxattr(path, "trusted.note", b"root's own")
        os.setxattr(path, "system.posix_acl_access", ACCESS_LIST)
    os.chmod(path, 0o6440)
    os.utime(path, ns=(1_600_000_000_123_456_789, 1_500_000_000_987_654_321))
    before = looks(path)
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NOATIME)) as file:
        data = file.read()
    facts, content = taken(path)
    assert sum(map(len, content)) < 1 << 20
    assert not os.listdir(place)
    assert restore(path, facts, content, ID) == ()
    assert looks(path) == before
    assert os.stat(path).st_blocks * 512 < 2 << 20
    with open(path, "rb") as file:
        assert file.read() == data
    assert os.listdir(raw(place)) == [LONG]


def test_empty_file_and_mere_hole(place: Path) -> None:
    for size in (0, 1 << 27):
        path = place / f"{size}"
        path.touch()
        os.truncate(path, size)
        facts, content = taken(raw(path))
        assert content == []
        assert restore(raw(path), facts, content, ID) == ()
        assert (path.stat().st_size, path.stat().st_blocks) == (size, 0)


def test_hard_links_are_tied_again(place: Path) -> None:
    names = [place / name for name in ("one", "two", "three")]
    names[0].write_bytes(b"threat")
    for name in names[1:]:
        os.link(names[0], name)
    os.utime(names[0], (1, 2))
    all_taken = [taken(raw(name), f"e{number}") for number, name in enumerate(names)]
    assert len({facts.link_group for facts, _content in all_taken}) == 1
    assert [facts.links for facts, _content in all_taken] == [3, 2, 1]
    for number, (facts, content) in enumerate(all_taken):
        assert restore(facts.path, facts, content, f"e{number}", link_to=raw(names[0]) if number else None) == ()
    status = names[0].stat()
    assert (status.st_nlink, status.st_atime, status.st_mtime) == (3, 1, 2)
    assert len({name.stat().st_ino for name in names}) == 1


@pytest.mark.parametrize("other", ["changed", "gone", "link", "elsewhere"])
def test_what_cannot_be_tied_is_a_file_of_its_own(tmp_path: Path, other: str) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    first.write_bytes(b"threat")
    facts, content = taken(raw(first))
    with place_in_memory() as memory:
        match other:
            case "changed":
                first.write_bytes(b"THREAT")
            case "link":
                (tmp_path / "real").write_bytes(b"threat")
                first.symlink_to("real")
            case "elsewhere":
                first = memory / "one"
                first.write_bytes(b"threat")
        lost = restore(raw(second), facts, content, ID, link_to=raw(first))
        assert lost == (Message("files.lost_link"),)
    assert (second.read_bytes(), second.stat().st_nlink) == (b"threat", 1)


def test_inherited_access_list_is_not_left_on_it(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "file"
    path.write_bytes(b"threat")
    path.chmod(0o604)
    facts, content = taken(raw(path))
    try:
        os.setxattr(folder, "system.posix_acl_default", ACCESS_LIST)
    except OSError:
        pytest.skip("no access lists here")
    assert restore(raw(path), facts, content, ID) == ()
    assert "system.posix_acl_access" not in os.listxattr(path)
    assert path.stat().st_mode & 0o7777 == 0o604


# Never over anything


def test_what_is_there_stays(place: Path) -> None:
    path = place / "file"
    facts = facts_for(raw(path), b"threat")
    path.write_bytes(b"precious")
    assert refusal(raw(path), facts, [b"threat"]) == "files.exists"
    assert path.read_bytes() == b"precious"
    path.unlink()
    path.symlink_to(place / "nowhere")
    assert refusal(raw(path), facts, [b"threat"]) == "files.exists"
    path.unlink()
    path.mkdir()
    assert refusal(raw(path), facts, [b"threat"]) == "files.exists"
    assert os.listdir(place) == ["file"]


@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_what_comes_there_meanwhile_stays(place: Path, kind: str) -> None:
    path = place / "file"

    def content() -> Iterator[bytes]:
        yield b"thr"
        {"file": path.touch, "link": lambda: path.symlink_to("nowhere"), "folder": path.mkdir}[kind]()
        yield b"eat"

    with pytest.raises(OriginalError) as caught:
        restore(raw(path), facts_for(raw(path), b"threat"), content(), ID)
    assert caught.value.message.code == "files.exists"
    assert os.listdir(place) == ["file"]
    assert (path.is_symlink(), path.is_dir()) == (kind == "link", kind == "folder")


# Nothing half


@pytest.mark.parametrize("content", [[b"threaT"], [b"threa"], [b"threat", b"s"], [], [b""], [b"x" * 3_000_000]])
def test_other_bytes_are_not_put_back(place: Path, content: list[bytes]) -> None:
    path = raw(place / "file")
    assert refusal(path, facts_for(path, b"threat"), content) == "files.not_the_same"
    assert not os.listdir(place)


@pytest.mark.parametrize("extents", [((4, 2), (0, 4)), ((0, 7),), ((0, 0), (0, 6)), ((-1, 7),), ((0, 3), (2, 4))])
def test_regions_written_by_hand(place: Path, extents: tuple[tuple[int, int], ...]) -> None:
    path = raw(place / "file")
    facts = msgspec.structs.replace(facts_for(path, b"threat"), extents=extents)
    assert refusal(path, facts, [b"threat"]) == "files.not_the_same"
    assert not os.listdir(place)


def test_streams_of_another_size(place: Path) -> None:
    path = raw(place / "file")
    facts = msgspec.structs.replace(facts_for(path, b"threat"), streams=(Stream(name=":a:$DATA", size=3),))
    for content in ([b"threat"], [b"threatab"], [b"threatabcd"], [b"threat", b"abc", b"d"]):
        assert refusal(path, facts, content) == "files.not_the_same"
    assert not os.listdir(place)


def test_an_altered_copy_stops_it(place: Path) -> None:
    class AlteredError(Exception):
        pass

    def content() -> Iterator[bytes]:
        yield b"thr"
        raise AlteredError

    path = raw(place / "file")
    with pytest.raises(AlteredError):
        restore(path, facts_for(path, b"threat"), content(), ID)
    assert not os.listdir(place)


def test_cancelled(place: Path) -> None:
    path = raw(place / "file")
    with pytest.raises(OriginalError) as caught:
        restore(path, facts_for(path, b"threat"), [b"threat"], ID, cancelled=lambda: True)
    assert caught.value.message.code == "files.cancelled"
    assert not os.listdir(place)


def test_leftover_of_a_killed_restoration_is_replaced(place: Path) -> None:
    path = place / "file"
    (place / f".medscan-{ID}.part").write_bytes(b"half")
    assert restore(raw(path), facts_for(raw(path), b"threat"), [b"threat"], ID) == ()
    assert os.listdir(place) == ["file"]
    assert settle((raw(place),), raw(path), ID, facts_for(raw(path), b"threat")) is Place.IN_PLACE


# Places that refuse


def test_missing_folder_and_bad_names(place: Path) -> None:
    facts = facts_for(b"", b"threat")
    (place / "file").touch()
    assert refusal(raw(place / "none" / "file"), facts, [b"threat"]) == "files.no_folder"
    assert refusal(raw(place / "none" / "file"), facts, [b"threat"], (raw(place),)) == "files.no_folder"
    assert refusal(raw(place / "file" / "file"), facts, [b"threat"]) == "files.no_folder"
    assert refusal(raw(place / ("n" * 256)), facts, [b"threat"]) == "files.bad_name"
    for bad in (b"/..", b"/.", b"/", b"/a\0b"):
        assert refusal(raw(place) + bad, facts, [b"threat"]) == "files.other_place"
    assert os.listdir(place) == ["file"]


def test_read_only_medium(tmp_path: Path) -> None:
    with mounted(tmp_path / "point", "-t", "tmpfs", "-o", "ro", "none") as point:
        path = raw(point / "file")
        assert refusal(path, facts_for(path, b"threat"), [b"threat"]) == "files.read_only"


def test_full_medium(tmp_path: Path) -> None:
    with mounted(tmp_path / "point", "-t", "tmpfs", "-o", "size=1m", "none") as point:
        path, data = raw(point / "file"), bytes(range(256)) * 8192
        assert refusal(path, facts_for(path, data), [data[:1000], data[1000:]]) == "files.full"
        assert not os.listdir(point)
        assert restore(path, facts_for(path, data[:1000]), [data[:1000]], ID) == ()


def test_folder_swapped_for_a_link(tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "target" / "folder"
    elsewhere.mkdir()
    folder.parent.mkdir()
    folder.symlink_to(elsewhere)
    path = raw(folder / "file")
    facts = facts_for(path, b"threat")
    assert refusal(path, facts, [b"threat"], (raw(tmp_path / "target"),)) == "files.is_link"
    assert not os.listdir(elsewhere)
    assert restore(path, facts, [b"threat"], ID) == ()  # the operator chose it
    assert os.listdir(elsewhere) == ["file"]


def test_folder_swapped_meanwhile(tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "folder"
    elsewhere.mkdir()
    folder.mkdir()

    def content() -> Iterator[bytes]:
        yield b"thr"
        folder.rename(tmp_path / "moved")
        folder.symlink_to(elsewhere)
        yield b"eat"

    restore(raw(folder / "file"), facts_for(b"", b"threat"), content(), ID)
    assert not os.listdir(elsewhere)
    assert (tmp_path / "moved" / "file").read_bytes() == b"threat"


# What is lost is said


@ROOT_ONLY
def test_owner_without_the_right_to_give_away() -> None:
    with place_in_memory() as folder:
        folder.chmod(0o777)
        command = as_nobody(child_command("restore_foreign", folder / "file", hashlib.sha256(b"abc").hexdigest()))
        done = subprocess.run(command, env=child_environment(), capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr
        assert json.loads(done.stdout) == ["files.lost_owner", "files.lost_mode"]
        status = (folder / "file").stat()
        assert (status.st_uid, status.st_mode & 0o7777) == (65534, 0o755)


def test_medium_without_extended_attributes(tmp_path: Path) -> None:
    with mounted(tmp_path / "point", "-t", "ramfs", "none") as point:
        path = raw(point / "file")
        facts = msgspec.structs.replace(facts_for(path, b"threat"), xattrs=((b"user.a\n", b"1"), (b"user.b", b"2")))
        assert restore(path, facts, [b"threat"], ID) == (
            Message.of("files.lost_xattrs", names="user.a<U+000A>, user.b"),
        )
        assert (point / "file").read_bytes() == b"threat"


def test_times_beyond_what_the_medium_keeps(tmp_path: Path) -> None:
    path = raw(tmp_path / "file")
    facts = msgspec.structs.replace(facts_for(path, b"threat"), modified_ns=1 << 80)
    assert restore(path, facts, [b"threat"], ID) == (Message("files.lost_times"),)


def test_what_only_windows_has(tmp_path: Path) -> None:
    path = raw(tmp_path / "file")
    facts = FileFacts(
        path=path,
        size=6,
        sha256=hashlib.sha256(b"threat").hexdigest(),
        extents=((0, 6),),
        attributes=0x22,
        streams=(Stream(name=":hidden:$DATA", size=7),),
        security=b"descriptor",
    )
    codes = {lost.code for lost in restore(path, facts, [b"threat", b"streamy"], ID)}
    assert codes == {"files.lost_streams", "files.lost_attributes", "files.lost_security"}
    assert Path(os.fsdecode(path)).read_bytes() == b"threat"
    assert Path(os.fsdecode(path)).stat().st_mode & 0o7777 == 0o600
