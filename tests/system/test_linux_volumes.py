"""Mounts, labels and removability, from texts as the kernel and udev write them."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.system.linux_volumes import Mount, disk_of, is_below, parse_mounts, stored, volume_id

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sysfs is made of links")

DESKTOP = rb"""22 1 0:20 / /sys rw,nosuid - sysfs sysfs rw
23 1 0:21 / /proc rw,nosuid - proc proc rw
24 1 0:5 / /dev rw,nosuid - devtmpfs udev rw
25 1 0:22 / /run rw,nosuid - tmpfs tmpfs rw
26 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw,errors=remount-ro
27 26 259:1 / /boot/efi rw,relatime - vfat /dev/nvme0n1p1 rw
28 26 259:3 / /home rw,relatime - ext4 /dev/nvme0n1p3 rw
29 26 7:0 / /snap/core22/1380 ro,nodev - squashfs /dev/loop0 ro
30 26 0:50 / /tmp rw - tmpfs tmpfs rw
31 26 8:17 / /media/anne/CL\303\211\040USB rw,nosuid,nodev - vfat /dev/sdb1 rw,utf8
32 25 8:33 / /run/media/anne/disk rw,nosuid - exfat /dev/sdc1 rw
33 26 0:60 / /mnt/nas rw - cifs //nas/share rw,vers=3.0
34 26 0:61 / /home/anne/remote rw - fuse.sshfs anne@host: rw
35 25 0:62 / /run/user/1000/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw
36 28 259:3 /anne/data /srv/data rw - ext4 /dev/nvme0n1p3 rw
37 26 11:0 / /media/cdrom ro - iso9660 /dev/sr0 ro
38 26 0:70 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw
39 26 8:49 / /media/ntfs ro,nosuid - fuseblk /dev/sdd1 rw
"""


def places(text: bytes) -> list[bytes]:
    return [mount.mount_point for mount in stored(parse_mounts(text))]


def test_stored_volumes_of_a_desktop() -> None:
    assert places(DESKTOP) == [
        b"/",
        b"/boot/efi",
        b"/home",
        "/media/anne/CLÉ USB".encode(),
        b"/run/media/anne/disk",
        b"/mnt/nas",
        b"/home/anne/remote",
        b"/media/cdrom",
        b"/media/ntfs",
    ]


def test_facts_of_a_mount() -> None:
    mounts = {mount.mount_point: mount for mount in parse_mounts(DESKTOP)}
    assert mounts[b"/mnt/nas"].network
    assert mounts[b"/home/anne/remote"].network
    assert not mounts[b"/media/ntfs"].network
    assert mounts[b"/media/ntfs"].read_only
    assert mounts[b"/media/cdrom"].read_only
    assert not mounts[b"/home"].read_only


def test_device_mounted_twice_is_listed_once() -> None:
    text = b"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:17 / /mnt/b rw - vfat /dev/sdb1 rw\n"
    text += b"3 1 8:17 / /media/longer rw - vfat /dev/sdb1 rw\n4 1 8:17 /sub /m rw - vfat /dev/sdb1 rw\n"
    assert places(text) == [b"/", b"/mnt/b"]


def test_mount_under_another_is_hidden() -> None:
    text = b"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:17 / /mnt rw - vfat /dev/sdb1 rw\n"
    text += b"3 1 8:33 / /mnt rw - vfat /dev/sdc1 rw\n"
    mounts = stored(parse_mounts(text))
    assert [mount.device for mount in mounts] == [(8, 1), (8, 33)]


def test_subvolumes_of_btrfs_are_one_volume() -> None:
    text = b"1 0 0:30 /@ / rw - btrfs /dev/sda2 rw\n2 1 0:30 /@home /home rw - btrfs /dev/sda2 rw\n"
    assert places(text) == [b"/"]


def test_system_in_memory_is_still_listed() -> None:
    assert places(b"1 0 0:30 / / rw - overlay overlay rw\n2 1 0:31 / /tmp rw - tmpfs tmpfs rw\n") == [b"/"]


@given(st.binary(max_size=300))
def test_any_text_can_be_read(text: bytes) -> None:
    stored(parse_mounts(text + b"\n" + DESKTOP))


@given(st.binary(min_size=1, max_size=60).filter(lambda name: b"\0" not in name))
def test_any_mount_point_is_read_back(name: bytes) -> None:
    """The kernel writes space, tab, line feed and backslash as three octal digits."""
    escaped = b"".join(b"\\%03o" % byte if byte in b" \t\n\\" else bytes([byte]) for byte in name)
    (mount,) = parse_mounts(b"1 0 8:1 / /" + escaped + b" rw - vfat /dev/sdb1 rw")
    assert mount.mount_point == b"/" + name


@pytest.mark.parametrize(
    ("path", "place", "expected"),
    [(b"/a/b", b"/a", True), (b"/a", b"/a", True), (b"/ab", b"/a", False), (b"/a", b"/", True), (b"/", b"/a", False)],
)
def test_is_below(path: bytes, place: bytes, expected: bool) -> None:
    assert is_below(path, place) is expected


@pytest.mark.parametrize(
    ("uuid", "expected"),
    [
        (b"1a2b-3c4d", "1A2B-3C4D"),
        (b"01D4A5B6C7D8E9FA", "C7D8-E9FA"),
        (b"6f1a0f6f-2d11-4c0e-9a51-8d0b9b525d0c", "6f1a0f6f-2d11-4c0e-9a51-8d0b9b525d0c"),
        (b"", ""),
        (b"\xff" * 9_000, ""),
    ],
)
def test_volume_id(uuid: bytes, expected: str) -> None:
    assert volume_id(uuid) == expected


class Machine:
    """A tree as /sys and /run show it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def disk(self, path: str, number: str, *, removable: str = "0", kind: str = "") -> Path:
        folder = self.root / "sys/devices" / path
        (folder / "device").mkdir(parents=True)
        (folder / "removable").write_text(removable + "\n")
        (folder / "dev").write_text(number + "\n")
        if kind:
            (folder / "device" / "type").write_text(kind + "\n")
        self._link(folder, number)
        return folder

    def partition(self, disk: Path, name: str, number: str) -> Path:
        folder = disk / name
        folder.mkdir()
        (folder / "partition").write_text("1\n")
        (folder / "dev").write_text(number + "\n")
        self._link(folder, number)
        return folder

    def _link(self, folder: Path, number: str) -> None:
        link = self.root / "sys/dev/block" / number
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(folder)

    def notes(self, number: str, *lines: bytes) -> None:
        path = self.root / "run/udev/data" / f"b{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\n".join(lines) + b"\n")

    def removable(self, number: str) -> bool:
        return disk_of(mount_of(number), self.root).removable


def mount_of(number: str, kind: bytes = b"vfat") -> Mount:
    major, minor = number.split(":")
    return Mount(
        device=(int(major), int(minor)), root=b"/", mount_point=b"/m", read_only=False, kind=kind, source=b"none"
    )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_stick(machine: Machine) -> None:
    disk = machine.disk("pci0/usb2/2-1/host6/block/sdb", "8:16", removable="1")
    machine.partition(disk, "sdb1", "8:17")
    assert machine.removable("8:17")
    assert machine.removable("8:16")  # a stick without partitions


def test_usb_disk_that_calls_itself_fixed(machine: Machine) -> None:
    disk = machine.disk("pci0/usb2/2-1/host6/block/sdb", "8:16", removable="0")
    machine.partition(disk, "sdb1", "8:17")
    assert machine.removable("8:17")


def test_built_in_disk(machine: Machine) -> None:
    disk = machine.disk("pci0/nvme/nvme0/nvme0n1", "259:0")
    machine.partition(disk, "nvme0n1p1", "259:1")
    assert not machine.removable("259:1")


def test_a_disk_named_usb_is_not_on_usb(machine: Machine) -> None:
    machine.disk("pci0/usbish/block/sdx", "8:80")
    assert not machine.removable("8:80")


def test_sd_card_and_soldered_memory(machine: Machine) -> None:
    machine.disk("platform/mmc_host/mmc0/block/mmcblk0", "179:0", kind="SD")
    machine.disk("platform/mmc_host/mmc1/block/mmcblk1", "179:8", kind="MMC")
    assert machine.removable("179:0")
    assert not machine.removable("179:8")


def test_encrypted_stick(machine: Machine) -> None:
    disk = machine.disk("pci0/usb2/2-1/host6/block/sdb", "8:16", removable="1")
    part = machine.partition(disk, "sdb1", "8:17")
    mapped = machine.disk("virtual/block/dm-0", "253:0")
    (mapped / "slaves").mkdir()
    (mapped / "slaves" / "sdb1").symlink_to(part)
    assert machine.removable("253:0")


def test_layers_in_a_circle_end(machine: Machine) -> None:
    mapped = machine.disk("virtual/block/dm-0", "253:0")
    (mapped / "slaves").mkdir()
    (mapped / "slaves" / "dm-0").symlink_to(mapped)
    assert not machine.removable("253:0")


def test_unknown_device(machine: Machine) -> None:
    assert not machine.removable("250:9")


def test_label_and_id_from_udev(machine: Machine) -> None:
    machine.notes("8:17", b"S:disk/by-label/x", b"E:ID_FS_LABEL_ENC=CL\xc3\x89\\x20USB", b"E:ID_FS_UUID=1A2B-3C4D")
    disk = disk_of(mount_of("8:17"), machine.root)
    assert (disk.label.decode(), disk.volume_id) == ("CLÉ USB", "1A2B-3C4D")


def test_hostile_label_stays_raw(machine: Machine) -> None:
    machine.notes("8:17", b"E:ID_FS_LABEL_ENC=\\x1b[2J\xe2\x80\xae\xff", b"E:ID_FS_UUID")
    disk = disk_of(mount_of("8:17"), machine.root)
    assert disk.label == b"\x1b[2J\xe2\x80\xae\xff"
    assert disk.volume_id == ""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="making a device node needs root")
def test_label_from_links_without_udev(machine: Machine) -> None:
    labels = machine.root / "dev/disk/by-label"
    labels.mkdir(parents=True)
    node = machine.root / "dev/sdb1"
    try:
        os.mknod(node, 0o600 | 0o060000, os.makedev(8, 17))
        node.stat()
    except OSError:
        pytest.skip("device nodes are not allowed here")
    (labels / "CLE\\x20USB").symlink_to(node)
    (labels / "dangling").symlink_to(machine.root / "nowhere")
    assert disk_of(mount_of("8:17"), machine.root).label == b"CLE USB"
    assert disk_of(mount_of("8:18"), machine.root).label == b""
