"""The calls of Windows that read another process: opened for reading, never changed, never stopped."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform == "win32"  # noqa: S101

import ctypes
from ctypes import wintypes

#: PROCESS_QUERY_INFORMATION, PROCESS_VM_READ, PROCESS_QUERY_LIMITED_INFORMATION (winnt.h).
_READ = 0x0400 | 0x0010
_ASK = 0x1000
#: ProcessProtectionLevelInfo (processthreadsapi.h), and what it says of a process that nothing protects.
_PROTECTION = 7
_NOT_PROTECTED = 0xFFFFFFFE
#: TOKEN_ADJUST_PRIVILEGES, TOKEN_QUERY; SE_PRIVILEGE_ENABLED (winnt.h).
_ADJUST = 0x0020 | 0x0008
_ENABLED = 0x2

COMMITTED = 0x1000
PRIVATE, MAPPED, IMAGE = 0x20000, 0x40000, 0x1000000
NO_ACCESS, GUARD = 0x01, 0x100
#: PAGE_READWRITE, PAGE_WRITECOPY, and the two that may be executed too.
WRITABLE = 0x04 | 0x08 | 0x40 | 0x80
EXECUTABLE = 0x10 | 0x20 | 0x40 | 0x80

ERROR_PARTIAL_COPY = 299
ERROR_NOACCESS = 998
ERROR_INVALID_PARAMETER = 87


class Information(ctypes.Structure):
    """MEMORY_BASIC_INFORMATION; ctypes aligns it as both widths of Windows do."""

    _fields_ = (
        ("BaseAddress", ctypes.c_void_p),
        ("AllocationBase", ctypes.c_void_p),
        ("AllocationProtect", wintypes.DWORD),
        ("PartitionId", wintypes.WORD),
        ("RegionSize", ctypes.c_size_t),
        ("State", wintypes.DWORD),
        ("Protect", wintypes.DWORD),
        ("Type", wintypes.DWORD),
    )


class _Luid(ctypes.Structure):
    _fields_ = (("LowPart", wintypes.DWORD), ("HighPart", wintypes.LONG))


class _Privileges(ctypes.Structure):
    _fields_ = (("Count", wintypes.DWORD), ("Luid", _Luid), ("Attributes", wintypes.DWORD))


class _PageState(ctypes.Structure):
    """PSAPI_WORKING_SET_EX_INFORMATION: bit 0 says that the page is there, bit 15 that others share it."""

    _fields_ = (("VirtualAddress", ctypes.c_void_p), ("Flags", ctypes.c_size_t))


_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
_kernel32.OpenProcess.restype = wintypes.HANDLE
_kernel32.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
_kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
_kernel32.GetCurrentProcess.restype = wintypes.HANDLE
_kernel32.VirtualQueryEx.restype = ctypes.c_size_t
_kernel32.VirtualQueryEx.argtypes = (wintypes.HANDLE, ctypes.c_void_p, ctypes.POINTER(Information), ctypes.c_size_t)
_kernel32.ReadProcessMemory.argtypes = (
    wintypes.HANDLE,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.POINTER(ctypes.c_size_t),
)
_kernel32.GetProcessInformation.argtypes = (wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD)
_kernel32.K32QueryWorkingSetEx.argtypes = (wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD)
_advapi32.OpenProcessToken.argtypes = (wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE))
_advapi32.LookupPrivilegeValueW.argtypes = (wintypes.LPCWSTR, wintypes.LPCWSTR, ctypes.POINTER(_Luid))
_advapi32.AdjustTokenPrivileges.argtypes = (
    wintypes.HANDLE,
    wintypes.BOOL,
    ctypes.POINTER(_Privileges),
    wintypes.DWORD,
    ctypes.c_void_p,
    ctypes.c_void_p,
)


def use_debug_privilege() -> None:
    """Ask for the right that administrators have to read the processes of other accounts; without it, fewer open."""
    token = wintypes.HANDLE()
    if not _advapi32.OpenProcessToken(_kernel32.GetCurrentProcess(), _ADJUST, ctypes.byref(token)):
        return
    try:
        luid = _Luid()
        if _advapi32.LookupPrivilegeValueW(None, "SeDebugPrivilege", ctypes.byref(luid)):
            wanted = _Privileges(1, luid, _ENABLED)
            _advapi32.AdjustTokenPrivileges(token, False, ctypes.byref(wanted), 0, None, None)
    finally:
        _kernel32.CloseHandle(token)


def open_process(pid: int) -> int:
    """Return a handle for reading. Raises OSError."""
    handle: int | None = _kernel32.OpenProcess(_READ, False, pid)
    if not handle:
        raise ctypes.WinError(ctypes.get_last_error())
    return handle


def close(handle: int) -> None:
    """Let a handle go."""
    _kernel32.CloseHandle(handle)


def is_protected(pid: int) -> bool:
    """Say whether the kernel protects a process from everybody (Windows 8.1 and later)."""
    handle = _kernel32.OpenProcess(_ASK, False, pid)
    if not handle:
        return False
    try:
        level = wintypes.DWORD(_NOT_PROTECTED)
        asked = _kernel32.GetProcessInformation(handle, _PROTECTION, ctypes.byref(level), ctypes.sizeof(level))
        return bool(asked) and level.value != _NOT_PROTECTED
    finally:
        _kernel32.CloseHandle(handle)


def query(handle: int, address: int) -> Information | None:
    """Return what lies at an address; None behind the last one."""
    found = Information()
    size = _kernel32.VirtualQueryEx(handle, address, ctypes.byref(found), ctypes.sizeof(found))
    return found if size else None


def read(handle: int, address: int, size: int) -> bytes:
    """Return up to `size` bytes. Raises OSError."""
    buffer = ctypes.create_string_buffer(size)
    done = ctypes.c_size_t()
    ok = _kernel32.ReadProcessMemory(handle, address, buffer, size, ctypes.byref(done))
    if not ok and not done.value:
        raise ctypes.WinError(ctypes.get_last_error())
    return buffer.raw[: done.value]


def own_pages(handle: int, address: int, pages: int, page_size: int) -> bytes:
    """Return one byte for each page: 1 if it is there and this process has it alone, so that no file has it."""
    states = (_PageState * pages)()
    for number in range(pages):
        states[number].VirtualAddress = address + number * page_size
    if not _kernel32.K32QueryWorkingSetEx(handle, states, ctypes.sizeof(states)):
        return b"\1" * pages
    return bytes(bool(state.Flags & 1) and not state.Flags & 0x8000 for state in states)
