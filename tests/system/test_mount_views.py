"""Where a file can be reached besides its path, from lists as kernels write them and from real mounts."""

import os
import sys
from pathlib import Path

import pytest

from medscan_gui.system.linux_volumes import parse_mounts, read_mounts
from medscan_gui.system.mount_views import MountViews, Views, reachable
from tests.system.originals_places import mounted

if sys.platform != "linux":
    pytest.skip("mounts of Linux", allow_module_level=True)

PLAIN = b"""\
27 1 254:0 / / rw - ext4 /dev/vda rw
30 27 8:1 / /disk rw - ext4 /dev/sda1 rw
31 27 8:1 / /again rw - ext4 /dev/sda1 rw
32 27 8:1 /vendor/App /media/app rw - ext4 /dev/sda1 rw
33 27 8:17 / /media/stick rw - vfat /dev/sdb1 rw
34 27 254:0 /usr/bin /mnt rw - ext4 /dev/vda rw
35 27 254:0 /etc/a\\040b /one rw - ext4 /dev/vda rw
36 27 0:4 net:[4026532281] /run/netns/x rw - nsfs nsfs rw
"""


def views(text: bytes, path: bytes) -> Views:
    return MountViews(parse_mounts(text)).of(path)


@pytest.mark.parametrize(
    ("path", "paths", "tops"),
    [
        (b"/mnt/ls", {b"/usr/bin/ls"}, {b"/usr/bin"}),
        (b"/mnt", {b"/usr/bin"}, {b"/usr/bin"}),
        (b"//mnt/./sub//ls", {b"/usr/bin/sub/ls"}, {b"/usr/bin"}),
        (b"/one", {b"/etc/a b"}, {b"/etc/a b"}),
        (b"/usr/bin/ls", {b"/mnt/ls"}, set()),
        (b"/usr/binary", set(), set()),
        (b"/mnt2/ls", set(), set()),
        (b"/media/app/x", {b"/disk/vendor/App/x", b"/again/vendor/App/x"}, {b"/disk/vendor/App", b"/again/vendor/App"}),
        (b"/disk/vendor/App/x", {b"/again/vendor/App/x", b"/media/app/x"}, {b"/again"}),
        (b"/disk/y", {b"/again/y"}, {b"/again"}),
        (b"/media/stick/usr/bin/ls", set(), set()),
        (b"/mnt/\xff\n", {b"/usr/bin/\xff\n"}, {b"/usr/bin"}),
    ],
)  # fmt: skip
def test_other_ways(path: bytes, paths: set[bytes], tops: set[bytes]) -> None:
    found = views(PLAIN, path)
    assert (set(found.paths), set(found.tops), found.unseen) == (paths, tops, ())


@pytest.mark.parametrize(
    ("root", "path", "unseen"),
    [
        (b"/", b"/at/x", set()),
        (b"/usr/bin", b"/at/ls", {b"usr/bin/ls"}),
        (b"/@/usr/bin", b"/at/ls", {b"@/usr/bin/ls", b"usr/bin/ls"}),
        (b"/root/usr", b"/at/ls", {b"root/usr/ls", b"usr/ls"}),
        (b"/@usr", b"/at/ls", {b"@usr/ls", b"usr/ls"}),
        # What can be seen at the mount itself is not guessed.
        (b"/@", b"/at/usr/ls", {b"@/usr/ls"}),
        (b"/@home", b"/at/usr/ls", {b"@home/usr/ls", b"home/usr/ls"}),
        (b"/var/lib/lxc/c/rootfs", b"/at/usr/ls", {b"var/lib/lxc/c/rootfs/usr/ls"}),
    ],
)
def test_what_no_mount_shows(root: bytes, path: bytes, unseen: set[bytes]) -> None:
    text = b"27 1 254:0 / / rw - ext4 /dev/vda rw\n30 27 0:40 %b /at rw - btrfs /dev/sda1 rw\n" % root
    assert {b"/".join(parts) for parts in views(text, path).unseen} == unseen
    # Whoever sees the whole need not guess.
    assert views(text + b"31 27 0:40 / /whole rw - btrfs /dev/sda1 rw\n", path).unseen == ()
    # Not if it lies hidden under something else.
    hidden = text + b"31 27 0:40 / /whole rw - btrfs /dev/sda1 rw\n32 27 0:50 / /whole rw - tmpfs t rw\n"
    assert {b"/".join(parts) for parts in views(hidden, path).unseen} == unseen


def test_folders_of_one_server_are_not_the_same() -> None:
    text = b"""\
27 1 254:0 / / rw - ext4 /dev/vda rw
30 27 0:50 / /a rw - nfs4 server:/a rw
31 27 0:50 / /b rw - nfs4 server:/b rw
32 27 0:50 / /a-again rw - nfs4 server:/a rw
"""
    assert views(text, b"/a/x").paths == (b"/a-again/x",)


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        # One over the other, as the kernel tells it: the later lies on the earlier.
        ([b"2 1 0:1 / /", b"3 2 0:2 / /a", b"4 3 0:3 / /a"], [2, 3, 4]),
        # Beside each other.
        ([b"2 1 0:1 / /", b"3 2 0:2 / /a", b"4 2 0:3 / /a"], [2, 4]),
        # Above it, so that the way there no longer leads past it; what lies on it goes as well.
        ([b"2 1 0:1 / /", b"3 2 0:2 / /a/b", b"5 3 0:4 / /a/b/c", b"4 2 0:3 / /a"], [2, 4]),
        ([b"2 1 0:1 / /", b"3 2 0:2 / /a/b", b"4 2 0:3 / /"], [2, 4]),
        # The first of all lies on itself; in a changed root, what the others lie on is not listed.
        ([b"1 1 0:1 / /", b"2 1 0:2 / /a"], [1, 2]),
        ([b"7 5 0:1 / /a", b"8 6 0:2 / /a/b", b"9 8 0:2 / /a/b/c"], [7, 8, 9]),
        # Nonsense ends.
        ([b"2 3 0:1 / /", b"3 2 0:2 / /a"], []),
        ([], []),
    ],
)
def test_what_lies_hidden(lines: list[bytes], shown: list[int]) -> None:
    mounts = parse_mounts(b"\n".join(line + b" rw - ext4 x rw" for line in lines))
    assert len(mounts) == len(lines)
    assert sorted(mount.number for mount in reachable(mounts)) == shown


def test_a_path_without_mounts() -> None:
    assert MountViews(()).of(b"/x") == Views()


def test_real_mounts(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "x").write_bytes(b"x")
    with mounted(tmp_path / "bound", "--bind", str(folder)) as bound:
        found = MountViews(read_mounts()).of(os.fsencode(bound / "x"))
        assert any(os.path.samefile(path, bound / "x") for path in found.paths)
        assert os.fsencode(folder / "x") in found.paths
        with mounted(tmp_path / "bound", "-t", "tmpfs", "over"):
            assert MountViews(read_mounts()).of(os.fsencode(bound / "x")).paths == ()
