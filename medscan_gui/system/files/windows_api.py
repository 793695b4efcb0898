"""The calls of Windows that careful handling of files needs (winbase.h, winnt.h, fileapi.h)."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform == "win32"  # noqa: S101

import ctypes
import msvcrt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes

from medscan_gui.core.names import path_of

GENERIC_READ = 0x80000000
GENERIC_WRITE = 0x40000000
DELETE = 0x00010000
WRITE_DAC = 0x00040000
WRITE_OWNER = 0x00080000
READ_ATTRIBUTES = 0x0080
WRITE_ATTRIBUTES = 0x0100

SHARE_READ = 0x1
SHARE_WRITE = 0x2
SHARE_ALL = 0x7

CREATE_NEW = 1
OPEN_EXISTING = 3

#: FILE_FLAG_BACKUP_SEMANTICS lets a folder be opened; the third does not fetch what is stored elsewhere.
FOLDERS_TOO = 0x02000000
REPARSE_POINT_ITSELF = 0x00200000
NO_RECALL = 0x00100000

ATTRIBUTE_READONLY = 0x1
ATTRIBUTE_DIRECTORY = 0x10
ATTRIBUTE_REPARSE_POINT = 0x400
#: FILE_ATTRIBUTE_OFFLINE, _RECALL_ON_OPEN, _RECALL_ON_DATA_ACCESS: reading would fetch the content.
STORED_ONLINE = 0x1000 | 0x40000 | 0x400000
#: Attributes that SetFileInformationByHandle takes: READONLY, HIDDEN, SYSTEM, ARCHIVE, NORMAL, TEMPORARY, OFFLINE,
#: NOT_CONTENT_INDEXED.
SETTABLE_ATTRIBUTES = 0x1 | 0x2 | 0x4 | 0x20 | 0x80 | 0x100 | 0x1000 | 0x2000
_ATTRIBUTE_NORMAL = 0x80

#: IsReparseTagNameSurrogate: the file stands for another one (link, junction, mounted folder).
NAME_SURROGATE = 0x20000000

#: OWNER_, GROUP_ and DACL_SECURITY_INFORMATION.
OWNER_AND_GROUP = 0x1 | 0x2
ACCESS_LIST = 0x4

_READ_ONLY_VOLUME = 0x00080000
_INVALID = wintypes.HANDLE(-1).value
_END_OF_FILE = 38
_MORE_NEEDED = 122

#: FILE_INFO_BY_HANDLE_CLASS (minwinbase.h).
_BASIC, _RENAME, _DISPOSITION, _ATTRIBUTE_TAG, _DISPOSITION_EX = 0, 3, 4, 9, 21
#: FILE_DISPOSITION_FLAG_DELETE, _POSIX_SEMANTICS, _IGNORE_READONLY_ATTRIBUTE.
_DELETE_AT_ONCE = 0x1 | 0x2 | 0x10
#: Answers of file systems that know no such disposition: INVALID_FUNCTION, NOT_SUPPORTED, INVALID_PARAMETER.
_UNKNOWN_CLASS = frozenset({1, 50, 87})

#: Hundreds of nanoseconds from 1601 to 1970.
_EPOCH = 116_444_736_000_000_000


class ByHandle(ctypes.Structure):
    """BY_HANDLE_FILE_INFORMATION."""

    _fields_ = (
        ("attributes", wintypes.DWORD),
        ("created", wintypes.FILETIME),
        ("accessed", wintypes.FILETIME),
        ("written", wintypes.FILETIME),
        ("volume", wintypes.DWORD),
        ("size_high", wintypes.DWORD),
        ("size_low", wintypes.DWORD),
        ("links", wintypes.DWORD),
        ("index_high", wintypes.DWORD),
        ("index_low", wintypes.DWORD),
    )


class Basic(ctypes.Structure):
    """FILE_BASIC_INFO; times are hundreds of nanoseconds since 1601, 0 leaves one as it is."""

    _fields_ = (
        ("created", ctypes.c_int64),
        ("accessed", ctypes.c_int64),
        ("written", ctypes.c_int64),
        ("changed", ctypes.c_int64),
        ("attributes", wintypes.DWORD),
    )


class _AttributeTag(ctypes.Structure):
    _fields_ = (("attributes", wintypes.DWORD), ("tag", wintypes.DWORD))


class _StreamData(ctypes.Structure):
    _fields_ = (("size", ctypes.c_int64), ("name", wintypes.WCHAR * 296))


_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)

_create_file = _kernel32.CreateFileW
_create_file.restype = wintypes.HANDLE
_create_file.argtypes = (
    wintypes.LPCWSTR,
    wintypes.DWORD,
    wintypes.DWORD,
    wintypes.LPVOID,
    wintypes.DWORD,
    wintypes.DWORD,
    wintypes.HANDLE,
)
_kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
_kernel32.GetFileInformationByHandle.argtypes = (wintypes.HANDLE, ctypes.POINTER(ByHandle))
_kernel32.GetFileInformationByHandleEx.argtypes = (
    wintypes.HANDLE,
    ctypes.c_int,
    wintypes.LPVOID,
    wintypes.DWORD,
)
_kernel32.SetFileInformationByHandle.argtypes = (wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD)
_kernel32.GetFinalPathNameByHandleW.restype = wintypes.DWORD
_kernel32.GetFinalPathNameByHandleW.argtypes = (
    wintypes.HANDLE,
    wintypes.LPWSTR,
    wintypes.DWORD,
    wintypes.DWORD,
)
_kernel32.GetVolumeInformationByHandleW.argtypes = (
    wintypes.HANDLE,
    wintypes.LPWSTR,
    wintypes.DWORD,
    wintypes.LPVOID,
    wintypes.LPVOID,
    ctypes.POINTER(wintypes.DWORD),
    wintypes.LPWSTR,
    wintypes.DWORD,
)
_kernel32.FindFirstStreamW.restype = wintypes.HANDLE
_kernel32.FindFirstStreamW.argtypes = (
    wintypes.LPCWSTR,
    ctypes.c_int,
    ctypes.POINTER(_StreamData),
    wintypes.DWORD,
)
_kernel32.FindNextStreamW.argtypes = (wintypes.HANDLE, ctypes.POINTER(_StreamData))
_kernel32.FindClose.argtypes = (wintypes.HANDLE,)
_advapi32.GetKernelObjectSecurity.argtypes = (
    wintypes.HANDLE,
    wintypes.DWORD,
    wintypes.LPVOID,
    wintypes.DWORD,
    ctypes.POINTER(wintypes.DWORD),
)
_advapi32.SetKernelObjectSecurity.argtypes = (wintypes.HANDLE, wintypes.DWORD, wintypes.LPVOID)


def _failure() -> OSError:
    return ctypes.WinError(ctypes.get_last_error())


def _done(answer: int) -> None:
    if not answer:
        raise _failure()


def system_path(raw: bytes) -> str:
    r"""Return an absolute path as the calls take it: with ``\\?\`` in front, which lifts the limit of 260."""
    path = path_of(raw)
    if path.startswith("\\\\?\\"):
        return path
    return "\\\\?\\UNC" + path[1:] if path.startswith("\\\\") else "\\\\?\\" + path


def open_handle(path: str, access: int, share: int, flags: int, how: int = OPEN_EXISTING) -> int:
    """Open a file or folder and return its handle. Raises OSError."""
    handle = _create_file(path, access, share, None, how, flags, None)
    if handle in (None, _INVALID):
        raise _failure()
    return int(handle)


def close(handle: int) -> None:
    """Close a handle."""
    _kernel32.CloseHandle(handle)


@contextmanager
def opened(path: str, access: int, share: int, flags: int) -> Iterator[int]:
    """Open what exists for a while. Raises OSError."""
    handle = open_handle(path, access, share, flags)
    try:
        yield handle
    finally:
        close(handle)


def descriptor_of(handle: int, flags: int = os.O_RDONLY) -> int:
    """Return a descriptor that owns the handle from now on. Raises OSError."""
    try:
        return msvcrt.open_osfhandle(handle, flags | os.O_BINARY | os.O_NOINHERIT)
    except OSError:
        close(handle)
        raise


def by_handle(handle: int) -> ByHandle:
    """Return what GetFileInformationByHandle tells. Raises OSError."""
    found = ByHandle()
    _done(_kernel32.GetFileInformationByHandle(handle, ctypes.byref(found)))
    return found


def reparse_tag(handle: int) -> int:
    """Return the tag of a reparse point that was opened itself; 0 if it is none. Raises OSError."""
    found = _AttributeTag()
    _done(
        _kernel32.GetFileInformationByHandleEx(handle, _ATTRIBUTE_TAG, ctypes.byref(found), ctypes.sizeof(found))
    )
    return int(found.tag) if found.attributes & ATTRIBUTE_REPARSE_POINT else 0


def basic(handle: int) -> Basic:
    """Return times and attributes. Raises OSError."""
    found = Basic()
    _done(_kernel32.GetFileInformationByHandleEx(handle, _BASIC, ctypes.byref(found), ctypes.sizeof(found)))
    return found


def set_basic(handle: int, wanted: Basic) -> None:
    """Set times and attributes. Raises OSError."""
    wanted.attributes = wanted.attributes & SETTABLE_ATTRIBUTES or _ATTRIBUTE_NORMAL
    _done(_kernel32.SetFileInformationByHandle(handle, _BASIC, ctypes.byref(wanted), ctypes.sizeof(wanted)))


def nanoseconds(ticks: int) -> int:
    """Return nanoseconds since 1970 of a time of Windows; 0 for none."""
    return (ticks - _EPOCH) * 100 if ticks else 0


def ticks(nanoseconds_since_1970: int) -> int:
    """Return the time of Windows; 0, which leaves a time as it is, for none or for one before 1601."""
    return max(0, nanoseconds_since_1970 // 100 + _EPOCH) if nanoseconds_since_1970 else 0


def final_path(handle: int) -> str:
    """Return where an open file or folder really lies, with its letter or, without one, its volume's name."""
    for kind in (0x0, 0x1):  # VOLUME_NAME_DOS, VOLUME_NAME_GUID
        text = ctypes.create_unicode_buffer(32_768)
        length = _kernel32.GetFinalPathNameByHandleW(handle, text, len(text), kind)
        if 0 < length < len(text):
            return text.value
    raise _failure()


def is_read_only_volume(handle: int) -> bool:
    """Say whether the medium of an open file or folder is write-protected."""
    flags = wintypes.DWORD()
    told = _kernel32.GetVolumeInformationByHandleW(handle, None, 0, None, None, ctypes.byref(flags), None, 0)
    return bool(told and flags.value & _READ_ONLY_VOLUME)


def streams(path: str) -> Iterator[tuple[str, int]]:
    """Yield name (``:name:$DATA``) and size of each stream but the file's own. Raises OSError."""
    found = _StreamData()
    search = _kernel32.FindFirstStreamW(path, 0, ctypes.byref(found), 0)
    if search in (None, _INVALID):
        # FAT has none of them, and says so by one of these.
        if ctypes.get_last_error() in _UNKNOWN_CLASS | {_END_OF_FILE}:
            return
        raise _failure()
    try:
        while True:
            if found.name != "::$DATA":
                yield found.name, int(found.size)
            if not _kernel32.FindNextStreamW(search, ctypes.byref(found)):
                if ctypes.get_last_error() != _END_OF_FILE:
                    raise _failure()
                return
    finally:
        _kernel32.FindClose(search)


def security(handle: int) -> bytes:
    """Return owner, group and access list as a self-relative descriptor; b"" if that may not be read."""
    wanted = OWNER_AND_GROUP | ACCESS_LIST
    needed = wintypes.DWORD()
    _advapi32.GetKernelObjectSecurity(handle, wanted, None, 0, ctypes.byref(needed))
    if ctypes.get_last_error() != _MORE_NEEDED:
        return b""
    text = ctypes.create_string_buffer(needed.value)
    if not _advapi32.GetKernelObjectSecurity(handle, wanted, text, needed.value, ctypes.byref(needed)):
        return b""
    return text.raw[: needed.value]


def set_security(handle: int, descriptor: bytes, parts: int) -> bool:
    """Set parts of a descriptor on an open file; says whether that was allowed."""
    return bool(_advapi32.SetKernelObjectSecurity(handle, parts, ctypes.create_string_buffer(descriptor)))


def delete_by_handle(handle: int) -> None:
    """Mark an open file as deleted: its name goes, now or when the handle is closed. Raises OSError."""
    flags = wintypes.DWORD(_DELETE_AT_ONCE)
    if _kernel32.SetFileInformationByHandle(handle, _DISPOSITION_EX, ctypes.byref(flags), ctypes.sizeof(flags)):
        return
    if ctypes.get_last_error() not in _UNKNOWN_CLASS:
        raise _failure()
    _delete_as_of_old(handle)


def _delete_as_of_old(handle: int) -> None:
    """Delete on a file system without the newer way (FAT), which refuses files that are read-only."""
    before = basic(handle)
    was_read_only = before.attributes & ATTRIBUTE_READONLY
    if was_read_only:
        set_basic(handle, Basic(attributes=before.attributes & ~ATTRIBUTE_READONLY))
    wanted = wintypes.BOOLEAN(1)
    if not _kernel32.SetFileInformationByHandle(handle, _DISPOSITION, ctypes.byref(wanted), ctypes.sizeof(wanted)):
        failure = _failure()
        if was_read_only:
            set_basic(handle, Basic(attributes=before.attributes))
        raise failure


def rename_by_handle(handle: int, path: str) -> None:
    """Give an open file another name, but never one that is taken. Raises OSError."""
    size = len(path.encode("utf-16-le", "surrogatepass"))

    class Rename(ctypes.Structure):
        _fields_ = (
            ("replace", wintypes.DWORD),
            ("folder", wintypes.HANDLE),
            ("length", wintypes.DWORD),
            ("name", wintypes.WCHAR * (size // 2 + 1)),
        )

    wanted = Rename(replace=0, folder=None, length=size, name=path)
    _done(_kernel32.SetFileInformationByHandle(handle, _RENAME, ctypes.byref(wanted), ctypes.sizeof(wanted)))
