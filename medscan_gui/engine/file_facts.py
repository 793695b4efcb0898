"""What the system knows of an open file beside its bytes: the attributes that hide it."""

import os
import struct
import sys

from medscan_gui.engine.forms import Facts

#: FAT_IOCTL_GET_ATTRIBUTES: _IOR('r', 0x10, __u32) (linux/msdos_fs.h); ATTR_HIDDEN and ATTR_SYS are its bits too.
_GET_ATTRIBUTES = 0x80047210
#: Attributes of an NTFS file, highest byte first (ntfs-3g, ntfs3).
_NTFS_ATTRIBUTES = "system.ntfs_attrib_be"
_HIDDEN, _SYSTEM = 0x2, 0x4
_CONCEALED = _HIDDEN | _SYSTEM


def is_concealed(descriptor: int) -> bool:
    """Say whether an open file is marked hidden and as the system's at once, as FAT, exFAT and NTFS do."""
    attributes = _attributes(descriptor)
    return attributes & _CONCEALED == _CONCEALED


if sys.platform == "win32":

    def _attributes(descriptor: int) -> int:
        return os.fstat(descriptor).st_file_attributes

else:
    import fcntl

    def _attributes(descriptor: int) -> int:
        try:
            answer = fcntl.ioctl(descriptor, _GET_ATTRIBUTES, bytes(4))
        except OSError:
            return _ntfs_attributes(descriptor)
        return int(struct.unpack("=I", answer)[0])

    def _ntfs_attributes(descriptor: int) -> int:
        try:
            told = os.getxattr(descriptor, _NTFS_ATTRIBUTES)
        except (OSError, AttributeError):
            return 0
        return int.from_bytes(told[:4], "big")


class OnRemovable(Facts):
    """What the system knows of an open file on a removable medium. Each is asked only where it matters."""

    removable = True

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def concealed(self) -> bool:
        """See `Facts`."""
        return is_concealed(self._descriptor)
