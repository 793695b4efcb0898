"""Which processes have a file in use, asked of the Restart Manager (restartmanager.h)."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform == "win32"  # noqa: S101

import ctypes
import os
from ctypes import wintypes

from medscan_gui.core.names import path_of, raw_bytes
from medscan_gui.system.files.holder import Holder

_MORE_DATA = 234
_KEY_CHARACTERS = 33
_MOST = 1024


class _Process(ctypes.Structure):
    """RM_PROCESS_INFO, with its RM_UNIQUE_PROCESS."""

    _fields_ = (
        ("pid", wintypes.DWORD),
        ("started", wintypes.FILETIME),
        ("name", wintypes.WCHAR * 256),
        ("service", wintypes.WCHAR * 64),
        ("kind", ctypes.c_int),
        ("status", wintypes.ULONG),
        ("session", wintypes.DWORD),
        ("restartable", wintypes.BOOL),
    )


_manager = ctypes.WinDLL("rstrtmgr")
_manager.RmStartSession.argtypes = (ctypes.POINTER(wintypes.DWORD), wintypes.DWORD, wintypes.LPWSTR)
_manager.RmRegisterResources.argtypes = (
    wintypes.DWORD,
    wintypes.UINT,
    ctypes.POINTER(wintypes.LPCWSTR),
    wintypes.UINT,
    wintypes.LPVOID,
    wintypes.UINT,
    wintypes.LPVOID,
)
_manager.RmGetList.argtypes = (
    wintypes.DWORD,
    ctypes.POINTER(wintypes.UINT),
    ctypes.POINTER(wintypes.UINT),
    ctypes.POINTER(_Process),
    ctypes.POINTER(wintypes.DWORD),
)
_manager.RmEndSession.argtypes = (wintypes.DWORD,)


class HeldFiles:
    """Windows is asked for each file, by its path. Our own process does not count."""

    def __init__(self) -> None:
        #: Whether every process could be looked into; nobody tells.
        self.complete = False

    def refresh(self) -> None:
        """Nothing to gather beforehand."""

    def holders(self, identity: tuple[int, int], path: bytes = b"") -> tuple[Holder, ...]:
        """Return who has the file at `path` in use; nobody where Windows does not tell."""
        del identity
        session, key = wintypes.DWORD(), ctypes.create_unicode_buffer(_KEY_CHARACTERS)
        if not path or _manager.RmStartSession(ctypes.byref(session), 0, key):
            return ()
        try:
            return _ask(session, path_of(path))
        finally:
            _manager.RmEndSession(session)


def _ask(session: wintypes.DWORD, path: str) -> tuple[Holder, ...]:
    names = (wintypes.LPCWSTR * 1)(path)
    if _manager.RmRegisterResources(session, 1, names, 0, None, 0, None):
        return ()
    needed, count, reasons = wintypes.UINT(), wintypes.UINT(16), wintypes.DWORD()
    while True:
        found = (_Process * count.value)()
        answer = _manager.RmGetList(
            session, ctypes.byref(needed), ctypes.byref(count), found, ctypes.byref(reasons)
        )
        if answer == 0:
            break
        if answer != _MORE_DATA or needed.value > _MOST:
            return ()
        count = wintypes.UINT(needed.value + 4)
    us = os.getpid()
    return tuple(sorted(Holder.of(one.pid, raw_bytes(one.name)) for one in found[: count.value] if one.pid != us))
