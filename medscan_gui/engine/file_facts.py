"""What an open file's system knows of it beside its bytes: its attributes, and the medium it lies on."""

import os
import stat
import struct
import sys

from medscan_gui.engine.forms import Facts

#: FAT_IOCTL_GET_ATTRIBUTES: _IOR('r', 0x10, __u32) (linux/msdos_fs.h); ATTR_HIDDEN and ATTR_SYS are its bits too.
_GET_ATTRIBUTES = 0x80047210
#: Attributes of an NTFS file, highest byte first (ntfs-3g, ntfs3).
_NTFS_ATTRIBUTES = "system.ntfs_attrib_be"
_HIDDEN, _SYSTEM = 0x2, 0x4
_CONCEALED = _HIDDEN | _SYSTEM

#: Major number of CD and DVD drives (Linux, admin-guide/devices.txt).
_OPTICAL = 11


def is_concealed(descriptor: int) -> bool:
    """Say whether an open file is marked hidden and as the system's at once, as FAT, exFAT and NTFS do."""
    attributes = _attributes(descriptor)
    return attributes & _CONCEALED == _CONCEALED


if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    _volume_by_handle = ctypes.WinDLL("kernel32").GetVolumeInformationByHandleW
    _volume_by_handle.restype = wintypes.BOOL
    _volume_by_handle.argtypes = (
        *(wintypes.HANDLE, wintypes.LPWSTR, wintypes.DWORD, wintypes.LPVOID, wintypes.LPVOID, wintypes.LPVOID),
        *(wintypes.LPWSTR, wintypes.DWORD),
    )

    def _attributes(descriptor: int) -> int:
        return os.fstat(descriptor).st_file_attributes

    def is_optical(descriptor: int) -> bool:
        """Say whether an open file lies on a disc that is pressed or burnt."""
        system = ctypes.create_unicode_buffer(64)
        handle = msvcrt.get_osfhandle(descriptor)
        if not _volume_by_handle(handle, None, 0, None, None, None, system, len(system)):
            return False
        return system.value.upper() in {"CDFS", "UDF"}

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

    def is_optical(descriptor: int) -> bool:
        """Say whether an open file lies on a disc that is pressed or burnt."""
        status = os.fstat(descriptor)
        return stat.S_ISREG(status.st_mode) and os.major(status.st_dev) == _OPTICAL


class OnRemovable(Facts):
    """What the system knows of an open file on a removable medium. Each is asked only where it matters."""

    removable = True

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def concealed(self) -> bool:
        """See `Facts`."""
        return is_concealed(self._descriptor)

    def optical(self) -> bool:
        """See `Facts`."""
        return is_optical(self._descriptor)
