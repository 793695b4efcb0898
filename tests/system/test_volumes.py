"""Targets from volumes, and the real volumes of this machine."""

import ctypes
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from medscan_gui.core.device import Target, Volume
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.words import TargetKind
from medscan_gui.system import volumes
from medscan_gui.system.volumes import (
    computer_target,
    list_volumes,
    obvious_target,
    still_there,
    system_targets,
    target_for_path,
    target_of,
)

ROOT = Path(__file__).parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX")

DISK = Volume(mount_point=b"/", system=True, volume_id="root")
HOME = Volume(mount_point=b"/home")
DATA = Volume(mount_point=b"/homework")
STICK = Volume(mount_point=b"/media/a/stick", removable=True, label="STICK", volume_id="1A2B-3C4D")
KEY = Volume(mount_point=b"/media/a/medscan", removable=True, label="MEDSCAN")
LIVE = Volume(mount_point=b"/", system=True, removable=True)
SHARE = Volume(mount_point=b"/mnt/nas", network=True)


def test_whole_volume() -> None:
    assert target_of(STICK) == Target(
        kind=TargetKind.VOLUME,
        paths=(b"/media/a/stick",),
        label="STICK",
        volume_id="1A2B-3C4D",
        removable=True,
    )


def test_computer_is_its_fixed_disks_each_once() -> None:
    target = computer_target([DISK, HOME, STICK, SHARE])
    assert (target.kind, target.paths) == (TargetKind.COMPUTER, (b"/",))
    assert computer_target([DATA, HOME, SHARE]).paths == (b"/home", b"/homework")
    assert not target.removable


def test_computer_started_from_a_stick_is_still_the_computer() -> None:
    assert computer_target([LIVE, STICK]).paths == (b"/",)


def test_computer_without_known_volumes() -> None:
    assert computer_target([]).paths


@posix
@pytest.mark.parametrize(
    ("mounted", "program", "expected"),
    [
        ((DISK, STICK), "/opt/medscan", STICK),
        ((DISK, STICK, SHARE), "/opt/medscan", STICK),
        ((DISK, HOME), "/opt/medscan", None),
        ((DISK, SHARE), "/opt/medscan", None),
        ((LIVE,), "/opt/medscan", None),
        # The key that MedScan runs from was plugged in to scan the computer...
        ((DISK, KEY), "/media/a/medscan/MedScan", None),
        # ...unless there is something else.
        ((DISK, STICK, KEY), "/media/a/medscan/MedScan", STICK),
        ((DISK, KEY, STICK), "/opt/medscan", STICK),
        ((DISK, STICK, KEY), "/opt/medscan", KEY),
    ],
)
def test_obvious_target(mounted: tuple[Volume, ...], program: str, expected: Volume | None) -> None:
    found = obvious_target(mounted, Path(program))
    assert found == (target_of(expected) if expected else computer_target(mounted))


# --- this machine ---


def test_the_systems_volume_is_listed_once() -> None:
    found = list_volumes()
    (system,) = [volume for volume in found if volume.system]
    assert system.size >= system.used > 0
    assert len({volume.mount_point for volume in found}) == len(found)
    assert system.mount_point in system_targets().paths


def test_sizes_agree_with_another_opinion() -> None:
    (system,) = [volume for volume in list_volumes() if volume.system]
    opinion = shutil.disk_usage(os.fsdecode(system.mount_point))
    assert abs(system.size - opinion.total) < opinion.total * 0.01
    assert abs(system.used - opinion.used) < opinion.total * 0.05


@posix
def test_virtual_file_systems_are_not_listed() -> None:
    places = {volume.mount_point for volume in list_volumes()}
    assert not places & {b"/proc", b"/sys", b"/dev", b"/dev/shm", b"/dev/pts"}


def test_folder_and_file(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")
    folder = target_for_path(str(tmp_path))
    assert (folder.kind, folder.paths, folder.label) == (TargetKind.FOLDER, (raw_bytes(str(tmp_path)),), tmp_path.name)
    assert target_for_path(str(file)).kind is TargetKind.FILE
    assert target_for_path(str(tmp_path / "nothing")).kind is TargetKind.FOLDER


@posix
def test_hostile_folder_name(tmp_path: Path) -> None:
    place = tmp_path / os.fsdecode(b"\xff\x1b[2J")
    place.mkdir()
    target = target_for_path(str(place))
    assert target.paths == (os.fsencode(place),)
    assert target.label == "<0xFF><U+001B>[2J"


@posix
def test_root_is_the_computer() -> None:
    assert target_for_path("/").kind is TargetKind.COMPUTER


def test_relative_path_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert target_for_path(".").paths == (raw_bytes(str(tmp_path)),)


def test_still_there(tmp_path: Path) -> None:
    place = tmp_path / "stick"
    place.mkdir()
    target = target_for_path(str(place))
    assert still_there(target)
    place.rmdir()
    assert not still_there(target)


def test_another_volume_on_the_same_place_is_not_the_same(tmp_path: Path) -> None:
    target = Target(kind=TargetKind.FOLDER, paths=(raw_bytes(str(tmp_path)),), volume_id="0BAD-0BAD")
    assert not still_there(target)


# --- mounted for real, in a mount namespace of its own ---

_LOOK = """
import json, os, subprocess, sys
from medscan_gui.system.volumes import list_volumes, target_for_path
place, image = sys.argv[1:]
subprocess.run(["mount", "-o", "loop", image, place], check=True)
found = [volume for volume in list_volumes() if volume.mount_point == os.fsencode(place)]
target = target_for_path(place)
facts = [[volume.file_system, volume.size, volume.read_only, volume.system] for volume in found]
print(json.dumps([facts, target.kind]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="mounts of Linux")
def test_mounted_image_with_a_space_in_its_place(tmp_path: Path) -> None:
    if not (shutil.which("mkfs.ext4") and shutil.which("unshare") and os.geteuid() == 0):
        pytest.skip("not allowed to mount")
    image = tmp_path / "image"
    with image.open("wb") as stream:
        stream.truncate(8 * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    place = tmp_path / "CLÉ USB\\040\n1"
    place.mkdir()
    command = ["unshare", "--mount", "--propagation", "private", sys.executable, "-c", _LOOK, str(place), str(image)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if "mount:" in done.stderr or "unshare:" in done.stderr:
        pytest.skip(f"not allowed to mount: {done.stderr.strip()[:200]}")
    assert done.returncode == 0, done.stderr
    import json

    ((facts,), kind) = json.loads(done.stdout)
    assert (facts[0], facts[2], facts[3], kind) == ("ext4", False, False, "volume")
    assert 4_000_000 < facts[1] <= 8 * 1024 * 1024


@pytest.fixture
def dead_mount(tmp_path: Path) -> Iterator[Path]:
    """A FUSE file system whose server never answers: every question to it waits."""
    if sys.platform != "linux" or os.geteuid() != 0 or not Path("/dev/fuse").exists():
        pytest.skip("needs root and /dev/fuse")
    place = tmp_path / "dead"
    place.mkdir()
    server = os.open("/dev/fuse", os.O_RDWR)
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"fd={server},rootmode=40000,user_id=0,group_id=0".encode()
    if libc.mount(b"dead", os.fsencode(place), b"fuse", 0, options) != 0:
        os.close(server)
        pytest.skip(f"not allowed to mount: {os.strerror(ctypes.get_errno())}")
    try:
        yield place
    finally:
        os.close(server)  # the kernel then answers every question itself: not connected
        libc.umount2(os.fsencode(place), 2)
        for thread in threading.enumerate():
            if thread.name.startswith("asking"):
                thread.join()


def test_dead_mount_blocks_nobody(dead_mount: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "PATIENCE", 0.2)
    target = Target(kind=TargetKind.FOLDER, paths=(os.fsencode(dead_mount) + b"/x",))
    assert not still_there(target, 0.2)
    (dead,) = [volume for volume in list_volumes() if volume.mount_point == os.fsencode(dead_mount)]
    assert (dead.size, dead.used) == (0, 0)
    (system,) = [volume for volume in list_volumes() if volume.system]
    assert system.size > 0
    asking = [thread for thread in threading.enumerate() if thread.name.startswith("asking")]
    assert len(asking) <= 2  # looking again asked no second time


@posix
def test_network_places_below_this_computer_are_known_by_their_device(monkeypatch: pytest.MonkeyPatch) -> None:
    from medscan_gui.system import linux_volumes

    text = (
        b"20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        b"21 20 0:40 / /mnt/nas rw - nfs4 server:/nas rw\n"
        b"22 20 0:41 / /home/a/remote rw - fuse.sshfs server: rw\n"
        b"23 20 8:17 / /media/stick rw - vfat /dev/sdb1 rw\n"
    )
    monkeypatch.setattr(linux_volumes, "read_mounts", lambda: linux_volumes.parse_mounts(text))
    assert volumes.network_devices((b"/",)) == (os.makedev(0, 40), os.makedev(0, 41))
    assert volumes.network_devices((b"/mnt/nas/films",)) == (os.makedev(0, 41),)
