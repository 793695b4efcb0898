"""What is known of an open file, as it must be to put it back (POSIX)."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform != "win32"  # noqa: S101

import errno
import fcntl
import os
import stat
import struct
from contextlib import suppress

from medscan_gui.core.quarantine import FileFacts
from medscan_gui.system.files.content import Region
from medscan_gui.system.files.problems import OriginalError

#: Bytes of extended attributes that are kept. Linux allows 64 KiB for each (XATTR_SIZE_MAX, linux/limits.h).
MOST_XATTR_BYTES = 4 << 20

#: FAT_IOCTL_GET_ATTRIBUTES and FAT_IOCTL_SET_ATTRIBUTES (linux/msdos_fs.h); the bits are those of Windows.
_GET_FAT_ATTRIBUTES = 0x80047210
_SET_FAT_ATTRIBUTES = 0x40047211
#: FS_IOC_GETFLAGS (linux/fs.h), whose number holds the size of a C long; FS_IMMUTABLE_FL and FS_APPEND_FL.
_GET_FLAGS = 0x80006601 | struct.calcsize("l") << 16
_IMMUTABLE, _APPEND_ONLY = 0x10, 0x20
#: What a file system answers that has no extended attributes.
_NO_XATTRS = frozenset({errno.ENOTSUP, errno.ENOSYS, errno.EPERM, errno.EACCES})


def facts_of(descriptor: int, path: bytes, status: os.stat_result, regions: tuple[Region, ...]) -> FileFacts:
    """Return the facts of an open file. Raises OSError, OriginalError (files.too_much_beside)."""
    return FileFacts(
        path=path,
        size=status.st_size,
        modified_ns=status.st_mtime_ns,
        accessed_ns=status.st_atime_ns,
        mode=stat.S_IMODE(status.st_mode),
        attributes=fat_attributes(descriptor),
        uid=status.st_uid,
        gid=status.st_gid,
        xattrs=_xattrs(descriptor),
        extents=regions,
        links=status.st_nlink,
        link_group=link_group_of(status),
    )


def link_group_of(status: os.stat_result) -> str:
    """Return what all names of one file share, and no two files of this system."""
    return f"{status.st_dev}:{status.st_ino}"


def _xattrs(descriptor: int) -> tuple[tuple[bytes, bytes], ...]:
    try:
        names = os.listxattr(descriptor)
    except OSError as error:
        if error.errno in _NO_XATTRS:
            return ()
        raise
    found: list[tuple[bytes, bytes]] = []
    total = 0
    for name in sorted(names):
        # One that went meanwhile, or that is not ours to read.
        with suppress(OSError):
            value = os.getxattr(descriptor, name)
            total += len(name) + len(value)
            found.append((os.fsencode(name), value))
        if total > MOST_XATTR_BYTES:
            raise OriginalError("files.too_much_beside")
    return tuple(found)


def fat_attributes(descriptor: int) -> int:
    """Return the attributes (hidden, system…) of an open file on a FAT medium; 0 elsewhere."""
    with suppress(OSError):
        return int(struct.unpack("=I", fcntl.ioctl(descriptor, _GET_FAT_ATTRIBUTES, bytes(4)))[0])
    return 0


def set_fat_attributes(descriptor: int, attributes: int) -> None:
    """Set the attributes of an open file on a FAT medium. Raises OSError."""
    fcntl.ioctl(descriptor, _SET_FAT_ATTRIBUTES, struct.pack("=I", attributes))


def is_locked(descriptor: int) -> bool:
    """Say whether an open file or folder is immutable or may only grow (chattr +i, +a)."""
    with suppress(OSError):
        flags = struct.unpack("=I", fcntl.ioctl(descriptor, _GET_FLAGS, bytes(8))[:4])[0]
        return bool(flags & (_IMMUTABLE | _APPEND_ONLY))
    return False
