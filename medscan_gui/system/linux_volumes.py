"""Mounted volumes of Linux, from the kernel's own list (`/proc/self/mountinfo`), sysfs and udev's notes.

Read as bytes: mount points and labels are whatever somebody wrote. No program is started.
"""

import os
import re
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from medscan_gui.core.names import path_of, raw_bytes

MOUNT_INFO = Path("/proc/self/mountinfo")

#: Types whose contents the kernel or a program makes up; memory disks are no volumes either.
_PSEUDO = frozenset(
    b"autofs binder binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fuse.gvfsd-fuse "
    b"fuse.lxcfs fuse.portal fuse.snapfuse fusectl hugetlbfs mqueue nsfs overlay proc pstore ramfs resctrl "
    b"rpc_pipefs securityfs selinuxfs smackfs squashfs sysfs tmpfs tracefs".split()
)
_NETWORK = frozenset(b"9p afs beegfs ceph cifs davfs glusterfs lustre ncpfs nfs nfs4 smb3 smbfs virtiofs".split())
#: FUSE types of local disks; every other one is a program that may talk to anything.
_LOCAL_FUSE = frozenset({b"fuseblk", b"fuse.exfat", b"fuse.ntfs-3g", b"fuse.ntfs", b"fuse.fusefat"})

#: Below these nothing is stored; /run/media is where desktops mount sticks.
_SYSTEM_PLACES = (b"/proc", b"/sys", b"/dev", b"/run")
_MEDIA = b"/run/media"

_ESCAPE = re.compile(rb"\\([0-7]{3})")
_UDEV_ESCAPE = re.compile(rb"\\x([0-9a-fA-F]{2})")
_USB = re.compile(r"/usb\d+/")
#: NTFS has a serial of 64 bits, of which Windows shows the lower half.
_NTFS_SERIAL = re.compile(r"[0-9A-Fa-f]{16}")


class Mount(msgspec.Struct, frozen=True, kw_only=True):
    """One line of mountinfo. `device` is the file system's own number; `root` what of it is mounted."""

    device: tuple[int, int]
    root: bytes
    mount_point: bytes
    read_only: bool
    kind: bytes
    source: bytes
    #: The mount's own number, and that of the mount it lies on.
    number: int = 0
    parent: int = 0

    @property
    def network(self) -> bool:
        """It lies on another machine, or behind a program that may ask one."""
        return self.kind in _NETWORK or (self.kind.startswith(b"fuse.") and self.kind not in _LOCAL_FUSE)


def parse_mounts(text: bytes) -> tuple[Mount, ...]:
    """Read mountinfo (proc(5)); lines that do not look like it are left out."""
    return tuple(mount for mount in map(_parse_line, text.split(b"\n")) if mount)


def _parse_line(line: bytes) -> Mount | None:
    # "36 35 98:0 /root /mount/point options [optional fields] - type source super-options"
    before, dash, after = line.partition(b" - ")
    fields, tail = before.split(b" "), after.split(b" ")
    if not dash or len(fields) < 6 or len(tail) < 2:
        return None
    major, _, minor = fields[2].partition(b":")
    if not (major.isdigit() and minor.isdigit()):
        return None
    options = fields[5].split(b",") + (tail[2].split(b",") if len(tail) > 2 else [])
    return Mount(
        device=(int(major), int(minor)),
        root=_unescape(fields[3]),
        mount_point=_unescape(fields[4]),
        read_only=b"ro" in options,
        kind=tail[0],
        source=_unescape(tail[1]),
        number=int(fields[0]) if fields[0].isdigit() else 0,
        parent=int(fields[1]) if fields[1].isdigit() else 0,
    )


def _unescape(field: bytes) -> bytes:
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 8) & 0xFF]), field)


def read_mounts() -> tuple[Mount, ...]:
    """Return what is mounted now, in the order in which it was mounted."""
    try:
        return parse_mounts(MOUNT_INFO.read_bytes())
    except OSError:
        return ()


def stored(mounts: Iterable[Mount]) -> tuple[Mount, ...]:
    """Return those that hold stored files, each file system once: where it is wholly mounted, or nearest the root.

    A mount that lies hidden under a later one of the same place is left out.
    """
    uppermost = {mount.mount_point: mount for mount in mounts}
    chosen: dict[tuple[int, int], Mount] = {}
    for mount in uppermost.values():
        known = chosen.get(mount.device)
        if _is_stored(mount) and (known is None or _rank(mount) < _rank(known)):
            chosen[mount.device] = mount
    kept = {mount.mount_point for mount in chosen.values()}
    return tuple(mount for mount in uppermost.values() if mount.mount_point in kept)


def _is_stored(mount: Mount) -> bool:
    if mount.mount_point == b"/":
        return True  # whatever it is, it is what this system runs from
    if mount.kind in _PSEUDO:
        return False
    if is_below(mount.mount_point, _MEDIA):
        return True
    return not any(is_below(mount.mount_point, place) for place in _SYSTEM_PLACES)


def _rank(mount: Mount) -> tuple[bool, int, int]:
    return mount.mount_point != b"/", len(mount.root), len(mount.mount_point)


def is_below(path: bytes, place: bytes) -> bool:
    """Say whether `path` is `place` or lies in it."""
    return path == place or path.startswith(place.rstrip(b"/") + b"/")


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """What the system knows of the block device below a mount. Label as raw bytes."""

    label: bytes = b""
    volume_id: str = ""
    removable: bool = False


def disk_of(mount: Mount, root: Path = Path("/")) -> Disk:
    """Look up the block device of a mount. `root` is where sys, run and dev are found. Never raises."""
    number = _block_number(mount)
    notes = _udev_notes(number, root)
    label = _unescape_udev(notes.get(b"ID_FS_LABEL_ENC", b"")) or _link_to(number, root / "dev/disk/by-label")
    uuid = notes.get(b"ID_FS_UUID", b"") or _link_to(number, root / "dev/disk/by-uuid")
    return Disk(label=label, volume_id=volume_id(uuid), removable=_is_removable(number, root))


def volume_id(uuid: bytes) -> str:
    """Return the identity of a file system in the form that Windows shows too, where it has one."""
    text = uuid.decode("ascii", "ignore").strip()[:64]
    if _NTFS_SERIAL.fullmatch(text):
        text = f"{text[8:12]}-{text[12:]}"
    return text.upper() if len(text) == 9 else text


def _block_number(mount: Mount) -> tuple[int, int]:
    """Return the number of the block device; btrfs and FUSE mounts have numbers of their own."""
    if mount.device[0] != 0 or not mount.source.startswith(b"/dev/"):
        return mount.device
    return _node_number(Path(path_of(mount.source))) or mount.device


def _node_number(node: Path) -> tuple[int, int] | None:
    """Return the number of a block device's node; None for anything else."""
    if sys.platform == "win32":
        return None
    else:  # noqa: RET505  # a branch for each platform, as the type checker reads it
        try:
            status = node.stat()
        except OSError:
            return None
        if not stat.S_ISBLK(status.st_mode):
            return None
        return os.major(status.st_rdev), os.minor(status.st_rdev)


def _udev_notes(number: tuple[int, int], root: Path) -> dict[bytes, bytes]:
    path = root / f"run/udev/data/b{number[0]}:{number[1]}"
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return {}
    properties = (line[2:].partition(b"=") for line in lines if line.startswith(b"E:"))
    return {key: value for key, _, value in properties}


def _unescape_udev(text: bytes) -> bytes:
    return _UDEV_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), text)


def _link_to(number: tuple[int, int], folder: Path) -> bytes:
    """Return the name of the link in `folder` that leads to this block device."""
    try:
        links = list(folder.iterdir())
    except OSError:
        return b""
    for link in links:
        if _node_number(link) == number:
            return _unescape_udev(raw_bytes(link.name))
    return b""


_DEEPEST_STACK = 8
"""Layers of mapped devices (encryption, LVM, RAID) that are followed."""


def _is_removable(number: tuple[int, int], root: Path, depth: int = 0) -> bool:
    """Say whether a device can be pulled out: the kernel says so, or it hangs on USB, or it is an SD card.

    USB disks call themselves fixed; a mapped device is as removable as what it is made of.
    """
    try:
        device = (root / f"sys/dev/block/{number[0]}:{number[1]}").resolve(strict=True)
    except (OSError, RuntimeError):
        return False
    if _USB.search(f"{device}/"):
        return True
    disk = device.parent if (device / "partition").exists() else device
    if _first_line(disk / "removable") == "1" or _first_line(disk / "device/type") == "SD":
        return True
    return depth < _DEEPEST_STACK and any(
        _is_removable(below, root, depth + 1) for below in _made_of(disk)
    )


def _made_of(disk: Path) -> list[tuple[int, int]]:
    numbers = []
    try:
        parts = sorted((disk / "slaves").iterdir())
    except OSError:
        return []
    for part in parts:
        major, _, minor = _first_line(part / "dev").partition(":")
        if major.isdigit() and minor.isdigit():
            numbers.append((int(major), int(minor)))
    return numbers


def _first_line(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").partition("\n")[0].strip()
    except OSError:
        return ""
