"""Drives of Windows, asked from kernel32. Imported everywhere, of use on Windows only."""

import sys

import msgspec

#: Values of GetDriveTypeW (winbase.h).
DRIVE_REMOVABLE = 2
DRIVE_FIXED = 3
DRIVE_REMOTE = 4
DRIVE_CDROM = 5
DRIVE_RAMDISK = 6

_STORED = frozenset({DRIVE_REMOVABLE, DRIVE_FIXED, DRIVE_REMOTE, DRIVE_CDROM, DRIVE_RAMDISK})
#: FILE_READ_ONLY_VOLUME (winnt.h).
_READ_ONLY_VOLUME = 0x00080000
#: SEM_FAILCRITICALERRORS: no "insert a disk" window for an empty card reader (errhandlingapi.h).
_NO_DIALOGUE = 0x0001
#: BusTypeUsb, BusTypeSd, BusTypeMmc of STORAGE_BUS_TYPE (winioctl.h): USB disks call themselves fixed drives.
_PLUGGED_BUSES = frozenset({0x07, 0x0C, 0x0D})


class Drive(msgspec.Struct, frozen=True, kw_only=True):
    """One drive letter. Sizes in bytes; label as Windows gives it."""

    root: str
    kind: int
    label: str = ""
    file_system: str = ""
    serial: int = 0
    read_only: bool = False
    size: int = 0
    free: int = 0
    #: The medium is there and has a file system that Windows reads.
    ready: bool = False
    #: It hangs on a bus from which disks are pulled out.
    plugged: bool = False

    @property
    def removable(self) -> bool:
        """It can be pulled out."""
        return self.kind in {DRIVE_REMOVABLE, DRIVE_CDROM} or self.plugged

    @property
    def volume_id(self) -> str:
        """The serial as Windows shows it: ``1A2B-3C4D``."""
        return f"{self.serial >> 16:04X}-{self.serial & 0xFFFF:04X}" if self.serial else ""


def letters(mask: int) -> tuple[str, ...]:
    r"""Return the roots (``C:\``) of the drives in the bit mask of GetLogicalDrives."""
    return tuple(f"{chr(ord('A') + number)}:\\" for number in range(26) if mask >> number & 1)


if sys.platform == "win32":
    import ctypes
    import os
    from ctypes import wintypes

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel32.GetLogicalDrives.restype = wintypes.DWORD
    _kernel32.GetLogicalDrives.argtypes = ()
    _kernel32.GetDriveTypeW.restype = wintypes.UINT
    _kernel32.GetDriveTypeW.argtypes = (wintypes.LPCWSTR,)
    _kernel32.GetVolumeInformationW.restype = wintypes.BOOL
    _kernel32.GetVolumeInformationW.argtypes = (
        wintypes.LPCWSTR,
        wintypes.LPWSTR,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
        ctypes.POINTER(wintypes.DWORD),
        ctypes.POINTER(wintypes.DWORD),
        wintypes.LPWSTR,
        wintypes.DWORD,
    )
    _kernel32.GetDiskFreeSpaceExW.restype = wintypes.BOOL
    _kernel32.GetDiskFreeSpaceExW.argtypes = (
        wintypes.LPCWSTR,
        ctypes.POINTER(wintypes.ULARGE_INTEGER),
        ctypes.POINTER(wintypes.ULARGE_INTEGER),
        ctypes.POINTER(wintypes.ULARGE_INTEGER),
    )
    _kernel32.SetThreadErrorMode.restype = wintypes.BOOL
    _kernel32.SetThreadErrorMode.argtypes = (wintypes.DWORD, ctypes.POINTER(wintypes.DWORD))
    _kernel32.CreateFileW.restype = wintypes.HANDLE
    _kernel32.CreateFileW.argtypes = (
        wintypes.LPCWSTR,
        wintypes.DWORD,
        wintypes.DWORD,
        wintypes.LPVOID,
        wintypes.DWORD,
        wintypes.DWORD,
        wintypes.HANDLE,
    )
    _kernel32.DeviceIoControl.restype = wintypes.BOOL
    _kernel32.DeviceIoControl.argtypes = (
        wintypes.HANDLE,
        wintypes.DWORD,
        wintypes.LPVOID,
        wintypes.DWORD,
        wintypes.LPVOID,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
        wintypes.LPVOID,
    )
    _kernel32.CloseHandle.restype = wintypes.BOOL
    _kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)

    #: IOCTL_STORAGE_QUERY_PROPERTY; PropertyId 0 (StorageDeviceProperty), QueryType 0 (winioctl.h).
    _QUERY_PROPERTY = 0x002D1400
    #: Offset of BusType in STORAGE_DEVICE_DESCRIPTOR (winioctl.h).
    _BUS_TYPE_AT = 28
    _SHARE_READ_WRITE = 0x3
    _OPEN_EXISTING = 3

    def drive_roots() -> tuple[str, ...]:
        """Return the roots of all drive letters in use."""
        return letters(_kernel32.GetLogicalDrives())

    def system_root() -> str:
        """Return the root of the drive that Windows runs from."""
        return os.environ.get("SYSTEMDRIVE", "C:")[:2].upper() + "\\"

    def drive_kind(root: str) -> int:
        """Return GetDriveType's number; does not touch the medium."""
        return int(_kernel32.GetDriveTypeW(root))

    def drive(root: str) -> Drive:
        """Ask everything about one drive; may wait long for a network or a dying disk."""
        kind = drive_kind(root)
        if kind not in _STORED:
            return Drive(root=root, kind=kind)
        old_mode = wintypes.DWORD()
        _kernel32.SetThreadErrorMode(_NO_DIALOGUE, ctypes.byref(old_mode))
        label = ctypes.create_unicode_buffer(261)
        file_system = ctypes.create_unicode_buffer(261)
        serial, longest, flags = wintypes.DWORD(), wintypes.DWORD(), wintypes.DWORD()
        ready = _kernel32.GetVolumeInformationW(
            root, label, 261, ctypes.byref(serial), ctypes.byref(longest), ctypes.byref(flags), file_system, 261
        )
        if not ready:
            return Drive(root=root, kind=kind)
        mine, size, free = wintypes.ULARGE_INTEGER(), wintypes.ULARGE_INTEGER(), wintypes.ULARGE_INTEGER()
        _kernel32.GetDiskFreeSpaceExW(root, ctypes.byref(mine), ctypes.byref(size), ctypes.byref(free))
        return Drive(
            root=root,
            kind=kind,
            label=label.value,
            file_system=file_system.value,
            serial=serial.value,
            read_only=bool(flags.value & _READ_ONLY_VOLUME),
            size=size.value,
            free=free.value,
            ready=True,
            plugged=kind == DRIVE_FIXED and _bus_type(root) in _PLUGGED_BUSES,
        )

    def _bus_type(root: str) -> int:
        """Return the bus of a drive's disk, 0 if unknown; asks without access rights, so no administrator is needed."""
        handle = _kernel32.CreateFileW(
            "\\\\.\\" + root[:2], 0, _SHARE_READ_WRITE, None, _OPEN_EXISTING, 0, None
        )
        if handle in (None, wintypes.HANDLE(-1).value):
            return 0
        try:
            query = (ctypes.c_uint32 * 3)(0, 0, 0)
            answer = (ctypes.c_uint8 * 1024)()
            written = wintypes.DWORD()
            done = _kernel32.DeviceIoControl(
                handle,
                _QUERY_PROPERTY,
                ctypes.byref(query),
                ctypes.sizeof(query),
                ctypes.byref(answer),
                ctypes.sizeof(answer),
                ctypes.byref(written),
                None,
            )
        finally:
            _kernel32.CloseHandle(handle)
        if not done or written.value < _BUS_TYPE_AT + 4:
            return 0
        return int.from_bytes(bytes(answer[_BUS_TYPE_AT : _BUS_TYPE_AT + 4]), "little")
