"""Open one file for reading and nothing else: no link followed, no special file waited for, no trace left."""

import errno
import os
import stat
import sys

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine import places
from medscan_gui.engine.identity import UNKNOWN, check_directory
from medscan_gui.engine.troubles import Ending, ending_of

_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | places.NO_FOLLOW

#: Attributes of files whose content is elsewhere and would be fetched by reading (winnt.h):
#: OFFLINE, RECALL_ON_OPEN, RECALL_ON_DATA_ACCESS.
_STORED_ONLINE = 0x1000 | 0x40000 | 0x400000


class EndedError(Exception):
    """An item has its ending before it was matched."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(*ending)
        self.ending = ending


class Folder:
    """The directory at hand, opened when the first of its files is."""

    def __init__(self) -> None:
        self._path: bytes | None = None
        self._mark = UNKNOWN
        self._descriptor: int | None = None
        self._flags = _FLAGS | places.NO_ATIME
        self._checked = False
        #: The directory that was listed is no more there: why none of its files can be read.
        self._replaced: OSError | None = None

    def enter(self, path: bytes, mark: bytes) -> None:
        """Say which directory the next files lie in, and the mark of it; nothing is opened yet."""
        if (path, mark) != (self._path, self._mark):
            self.close()
            self._path, self._mark = path, mark
        self._checked = False

    def close(self) -> None:
        """Let the directory go: a medium must not be held for longer than it is read."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._path = self._descriptor = self._replaced = None
        self._flags = _FLAGS | places.NO_ATIME

    def open(self, name: bytes) -> int:
        """Open a file and return its descriptor. Raises OSError, EndedError."""
        assert self._path is not None  # noqa: S101  # the caller enters first
        if self._replaced is not None:
            raise OSError(*self._replaced.args)  # a new one: the same would gather tracebacks
        if places.WINDOWS:
            self._check_on_windows(self._path)
            return open_on_windows(places.os_path(places.join(self._path, name)))
        if self._descriptor is None:
            self._descriptor = places.open_directory(self._path)
            self._check(self._path, os.fstat(self._descriptor))
        try:
            return os.open(name, self._flags, dir_fd=self._descriptor)
        except PermissionError as error:
            if error.errno != errno.EPERM or not self._flags & places.NO_ATIME:
                raise
        # Only a file's owner may ask to leave its access time; its neighbours will be no different.
        self._flags &= ~places.NO_ATIME
        return os.open(name, self._flags, dir_fd=self._descriptor)

    def _check_on_windows(self, path: bytes) -> None:
        # By path, and once for each batch: a directory cannot be held open there without being in the way.
        if not self._checked:
            self._check(path, places.plain_status(path))
            self._checked = True

    def _check(self, path: bytes, status: os.stat_result) -> None:
        try:
            check_directory(status, self._descriptor, path, self._mark)
        except OSError as error:
            self._replaced = error
            raise


def checked_status(descriptor: int) -> os.stat_result:
    """Return the status of an open file. Raises EndedError if it is not a file to read, OSError."""
    status = os.fstat(descriptor)
    _check_file(status)
    return status


def _check_file(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode) or places.is_link(status):
        raise EndedError((Outcome.UNREADABLE, Cause.REPLACED, ""))
    if getattr(status, "st_file_attributes", 0) & _STORED_ONLINE:
        raise EndedError((Outcome.UNREADABLE, Cause.STORED_ONLINE, ""))


def ending_for(error: OSError | EndedError) -> Ending:
    """Return the ending that an error of this module means."""
    return error.ending if isinstance(error, EndedError) else ending_of(error)


if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    _GENERIC_READ = 0x80000000
    _SHARE_ALL = 0x7  # read, write and delete: scanning must not stand in anybody's way
    _OPEN_EXISTING = 3
    #: FILE_FLAG_OPEN_NO_RECALL, FILE_FLAG_SEQUENTIAL_SCAN (winbase.h).
    _OPEN_FLAGS = 0x00100000 | 0x08000000
    _INVALID = wintypes.HANDLE(-1).value

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
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

    def open_on_windows(path: str) -> int:
        """Open a file, or a stream of one, and return its descriptor. Raises OSError, EndedError."""
        # Not FILE_FLAG_OPEN_REPARSE_POINT: deduplicated files are reparse points too, and would read as empty.
        _check_file(os.lstat(path))
        handle = _create_file(path, _GENERIC_READ, _SHARE_ALL, None, _OPEN_EXISTING, _OPEN_FLAGS, None)
        if handle == _INVALID:
            raise ctypes.WinError(ctypes.get_last_error())
        return msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_BINARY | os.O_NOINHERIT)

else:

    def open_on_windows(path: str) -> int:
        """See above; never asked here."""
        raise NotImplementedError(path)
