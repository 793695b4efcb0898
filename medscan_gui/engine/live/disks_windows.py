"""Disks of Windows: physical drives, opened for reading by administrators only."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform == "win32"  # noqa: S101

import ctypes
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes

from medscan_gui.core.names import path_of
from medscan_gui.engine.live.stretches import Part

#: GENERIC_READ, shared with everybody, OPEN_EXISTING (winnt.h, fileapi.h).
_READ, _SHARED, _EXISTING = 0x80000000, 0x7, 3
_INVALID = wintypes.HANDLE(-1).value
#: IOCTL_DISK_GET_LENGTH_INFO, IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS (winioctl.h); both ask and change nothing.
_LENGTH = 0x0007405C
_EXTENTS = 0x00560000
_MOST_DISKS = 64
#: Reading must begin and end where a sector does; no disk has larger ones.
_SECTOR = 4096
_STEP = 1 << 20
_FILE_NOT_FOUND = 2
_ACCESS_DENIED = 5

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
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
_kernel32.SetFilePointerEx.argtypes = (wintypes.HANDLE, ctypes.c_longlong, wintypes.LPVOID, wintypes.DWORD)
_kernel32.ReadFile.argtypes = (
    wintypes.HANDLE,
    wintypes.LPVOID,
    wintypes.DWORD,
    ctypes.POINTER(wintypes.DWORD),
    wintypes.LPVOID,
)
_kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)


@contextmanager
def _opened(path: bytes, access: int = _READ) -> Iterator[int]:
    handle = _kernel32.CreateFileW(path_of(path), access, _SHARED, None, _EXISTING, 0, None)
    if handle == _INVALID:
        raise ctypes.WinError(ctypes.get_last_error())
    try:
        yield handle
    finally:
        _kernel32.CloseHandle(handle)


def _ask(handle: int, code: int, room: int) -> bytes:
    buffer = ctypes.create_string_buffer(room)
    got = wintypes.DWORD()
    if not _kernel32.DeviceIoControl(handle, code, None, 0, buffer, room, ctypes.byref(got), None):
        raise ctypes.WinError(ctypes.get_last_error())
    return buffer.raw[: got.value]


def known_disks(paths: tuple[bytes, ...]) -> Iterator[tuple[bytes, int, list[Part]]]:
    """Yield path and size of all disks, or of those that hold `paths`; their own tables tell what they hold.

    A disk that cannot be opened has the size 0: `probe` says why.
    """
    wanted = None if not paths else {number for path in paths for number in _disks_below(path)}
    for number in range(_MOST_DISKS):
        if wanted is not None and number not in wanted:
            continue
        path = rb"\\.\PhysicalDrive%d" % number
        try:
            with _opened(path) as handle:
                size = struct.unpack("<Q", _ask(handle, _LENGTH, 8))[0]
        except OSError as error:
            if error.winerror == _FILE_NOT_FOUND:
                continue
            size = 0
        yield path, size, []


def _disks_below(path: bytes) -> set[int]:
    """Return the numbers of the disks that a drive's volume lies on."""
    drive = path_of(path)[:2]
    try:
        with _opened(rb"\\.\%s" % drive.encode("ascii"), 0) as handle:
            told = _ask(handle, _EXTENTS, 8 + 24 * 16)
    except (OSError, UnicodeEncodeError):
        return set()
    count = struct.unpack_from("<I", told)[0]
    return {struct.unpack_from("<I", told, 8 + 24 * place)[0] for place in range(min(count, (len(told) - 8) // 24))}


def probe(path: bytes) -> None:
    """Raise OSError if a disk cannot be opened for reading."""
    with _opened(path):
        pass


def read_disk(path: bytes, start: int, end: int) -> bytes:
    """Return the bytes of a disk from `start` to `end`. Raises OSError."""
    first = start - start % _SECTOR
    last = end + -end % _SECTOR
    parts: list[bytes] = []
    with _opened(path) as handle:
        if not _kernel32.SetFilePointerEx(handle, first, None, 0):
            raise ctypes.WinError(ctypes.get_last_error())
        left = last - first
        while left > 0:
            buffer = ctypes.create_string_buffer(min(_STEP, left))
            got = wintypes.DWORD()
            if not _kernel32.ReadFile(handle, buffer, len(buffer), ctypes.byref(got), None):
                if parts:
                    break  # behind its last sector
                raise ctypes.WinError(ctypes.get_last_error())
            if not got.value:
                break
            parts.append(buffer.raw[: got.value])
            left -= got.value
    return b"".join(parts)[start - first : end - first]
