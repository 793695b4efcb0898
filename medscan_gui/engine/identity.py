"""Is what is opened what was listed? Directories and files are told apart by what they are, not by their names.

Between listing and reading, somebody may put a clean copy, or a link to one, in the place of a directory: what is
read would then not be what was counted. So the walker sends a mark of what it listed, and whoever opens compares.
"""

import errno
import os
import struct
from hashlib import blake2b
from pathlib import Path

from medscan_gui.core.finding import FileIdentity
from medscan_gui.engine import places
from medscan_gui.engine.card_folders import names_in_any_case

#: A mark: device and inode number (Windows: volume serial and file id), 8 bytes each; 0 stands for "cannot be told".
_MARK = struct.Struct("<QQ")
MARK_BYTES = _MARK.size
UNKNOWN = bytes(MARK_BYTES)
_ALL = (1 << 64) - 1

_MOUNTS = Path("/proc/self/mountinfo")
_OPENED = b"/proc/self/fd/%d"

#: File-system types that hold nothing stored: the running kernel makes their contents up
#: (Documentation/filesystems of the Linux kernel). Memory disks do hold files and are scanned: tmpfs, and also
#: devtmpfs and hugetlbfs, in which anybody who may can store a file.
_VIRTUAL_TYPES = frozenset(
    {
        *("autofs", "binder", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts"),
        *("efivarfs", "fusectl", "mqueue", "nfsd", "nsfs", "proc", "pstore", "resctrl"),
        *("rpc_pipefs", "securityfs", "selinuxfs", "smackfs", "sysfs", "tracefs"),
    }
)

#: File-system types whose inode numbers last only as long as the kernel remembers the inode; FUSE types as well.
_NUMBERED_WHEN_LOADED = frozenset(
    {*("vfat", "msdos", "exfat", "texfat", "sdfat", "virtiofs", "9p", "vboxsf", "vmhgfs", "prl_fs", "smbfs", "afs")}
)
#: File-system types in which entering a directory may mount another one there: even the device is another one then.
_MOUNTED_WHEN_ENTERED = frozenset({"autofs", "nfs", "nfs4", "cifs", "smb3", "ceph"})


class FileSystems:
    """The mounted file systems by their device numbers, as far as the system tells."""

    def __init__(self) -> None:
        self._types = _mounted_types()

    def type_of(self, device: int) -> str:
        """Return the type of a file system; "" where it is not told."""
        if device not in self._types:  # mounted since, or (btrfs) known by another number
            self._types = _mounted_types() | self._types
            self._types.setdefault(device, "")
        return self._types[device]

    def is_virtual(self, device: int) -> bool:
        """Say whether the running kernel makes up what is there."""
        return self.type_of(device) in _VIRTUAL_TYPES

    def any_case(self, device: int) -> bool:
        """Say whether names may be the same there in any case."""
        return names_in_any_case(self.type_of(device))

    def mark(self, status: os.stat_result) -> bytes:
        """Return the mark of a directory: as much of its identity as will still be the same when it is opened."""
        if self.type_of(status.st_dev) in _MOUNTED_WHEN_ENTERED:
            return UNKNOWN
        device, inode = self.lasting(status)
        return _MARK.pack(device & _ALL, inode & _ALL)

    def lasting(self, status: os.stat_result) -> places.Identity:
        """Return what of an identity stays the same while a file system is mounted; 0 for an inode that may not."""
        return status.st_dev, status.st_ino if self._lasts(status.st_dev) else 0

    def opened(self, status: os.stat_result) -> FileIdentity:
        """Return which file an open handle holds, from its status."""
        return FileIdentity.of(status, lasting=self._lasts(status.st_dev))

    def _lasts(self, device: int) -> bool:
        kind = self.type_of(device)
        return kind not in _NUMBERED_WHEN_LOADED and not kind.startswith("fuse")


def _mounted_types() -> dict[int, str]:
    try:
        lines = _MOUNTS.read_bytes().splitlines()
    except OSError:
        return {}
    return dict(mount for mount in map(_mount, lines) if mount is not None)


def _mount(line: bytes) -> tuple[int, str] | None:
    # "36 35 98:0 /root /mount/point options [optional fields] - type source options" (proc(5))
    before, _, after = line.partition(b" - ")
    fields, kinds = before.split(), after.split()
    if len(fields) < 3 or not kinds:
        return None
    major, _, minor = fields[2].partition(b":")
    if not (major.isdigit() and minor.isdigit()):
        return None
    return os.makedev(int(major), int(minor)), kinds[0].decode("ascii", "replace")


def has_inode(mark: bytes) -> bool:
    """Say whether inode numbers can be told apart where this directory is."""
    return bool(_MARK.unpack(mark)[1])


def place_key(mark: bytes, path: bytes) -> bytes:
    """Return what stands for a directory among all that are walked: its mark, or else its path."""
    return mark if has_inode(mark) else blake2b(path, digest_size=MARK_BYTES + 1).digest()


def check_directory(status: os.stat_result, descriptor: int | None, path: bytes, mark: bytes) -> None:
    """Compare an opened directory with the mark of the listed one; raises OSError (ESTALE) if it is another one.

    Where inode numbers do not last, the directory must at least be where its path says: nothing on the way
    there may have become a link.
    """
    device, inode = _MARK.unpack(mark)
    if (device and device != status.st_dev & _ALL) or (inode and inode != status.st_ino & _ALL):
        raise OSError(errno.ESTALE, "another directory is there now")
    if not inode and descriptor is not None and _place_of(descriptor, path) != path:
        raise OSError(errno.ESTALE, "the path leads elsewhere now")


def _place_of(descriptor: int, path: bytes) -> bytes:
    """Return where an open directory lies (" (deleted)" follows if it is gone); `path` where that is not told.

    Raises OSError (ENAMETOOLONG) for a path that is longer than the system can tell.
    """
    try:
        return os.readlink(_OPENED % descriptor)  # noqa: PTH115  # raw bytes
    except FileNotFoundError:
        return path


def canonical(path: bytes, mark: bytes) -> bytes:
    """Return a target's path as the system will tell it again, where `check_directory` goes by the path.

    A FAT medium, say, takes any capitals. Raises OSError.
    """
    if has_inode(mark) or places.WINDOWS:
        return path
    descriptor = places.open_directory(path)
    try:
        return _place_of(descriptor, path)
    finally:
        os.close(descriptor)


def pack_pair(device: int, inode: int) -> bytes:
    """Return the numbers of a file as they travel."""
    return _MARK.pack(device, inode)


def unpack_pair(packed: bytes) -> tuple[int, int]:
    """Return device and inode number that were packed."""
    device, inode = _MARK.unpack(packed)
    return device, inode


def pack_numbers(inodes: list[int]) -> bytes:
    """Return the inode numbers of files as they travel."""
    return struct.pack(f"<{len(inodes)}Q", *[inode & _ALL for inode in inodes])


def pack_times(times: list[int]) -> bytes:
    """Return times of files (ns since 1970) as they travel."""
    return struct.pack(f"<{len(times)}q", *times)


def unpack_times(packed: bytes) -> tuple[int, ...]:
    """Return the times that were packed."""
    return struct.unpack(f"<{len(packed) // 8}q", packed)


def unpack_numbers(packed: bytes) -> tuple[int, ...]:
    """Return the inode numbers that were packed."""
    return struct.unpack(f"<{len(packed) // 8}Q", packed)
