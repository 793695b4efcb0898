"""Files that need not be read again: known by the walker, proven by the workers (`core.known_clean`).

The walker makes the key of each file from what it lists, and hands it out with the file; a worker says whether what it
read is still that very file; the supervisor keeps the keys of those in which nothing was found. Nobody but the walker
can so much as name another file.

Only where the kernel keeps a time of change that no program can set, and inode numbers last. FAT and exFAT have none,
what lies on other computers has theirs, and on Windows listing a folder does not tell it: there, all is read again.
"""

import ctypes
import os
import struct
import sys
import time
from pathlib import Path

from medscan_gui.core.known_clean import KEY_BYTES, MOST_BYTES, KnownClean, key_of
from medscan_gui.core.names import path_of
from medscan_gui.engine.identity import FileSystems
from medscan_gui.engine.places import join

#: File-system types of Linux whose ctime is the kernel's own, and moves with the first store through a mapping after
#: `write_out`. Not tmpfs: its pages are never written out. Only what was tried (tests/test_unchanged.py) is here.
_TRUSTED_TYPES = frozenset({"ext4"})

#: A file that changed so shortly before could change again without its ctime showing it: the kernel's clock for file
#: times ticks every few milliseconds, and ext4 with small inodes counts seconds.
_SETTLED_NS = 2_000_000_000

#: In place of a key, and of a time of change: the file cannot be known.
NO_KEY = bytes(KEY_BYTES)
NO_TIME = 0


class Unchanged:
    """Keys of files, where they can be trusted; none at all without a context."""

    def __init__(self, context: bytes, systems: FileSystems) -> None:
        self._context = context
        self._systems = systems
        self._trusted: dict[int, bool] = {}

    def __bool__(self) -> bool:
        """Somebody asks for keys."""
        return bool(self._context)

    def key(self, directory: bytes, name: bytes, status: os.stat_result) -> bytes:
        """Return the key of a file as it was listed; NO_KEY where it would prove nothing.

        A file with several names has none: what is found in it may depend on the name, and is told by one of them.
        """
        device = status.st_dev
        if device not in self._trusted:
            self._trusted[device] = sys.platform == "linux" and self._systems.type_of(device) in _TRUSTED_TYPES
        if not self._trusted[device] or status.st_nlink != 1:
            return NO_KEY
        if time.time_ns() - status.st_ctime_ns < _SETTLED_NS:
            return NO_KEY
        try:
            return key_of(self._context, join(directory, name), status)
        except struct.error:  # a time before 1677 or after 2262
            return NO_KEY


def is_as_listed(status: os.stat_result, changed_ns: int) -> bool:
    """Say whether a file that was read is what it was when it was listed; asked after its content was read."""
    return status.st_ctime_ns == changed_ns and status.st_nlink == 1


def read_known(path: bytes, context: bytes) -> KnownClean:
    """Read what is known to be clean; nothing, if there is nothing to be read or it is of another context."""
    if not path:
        return KnownClean(b"", context)
    try:
        with Path(path_of(path)).open("rb") as file:
            return KnownClean(file.read(MOST_BYTES + 1), context)
    except OSError:
        return KnownClean(b"", context)


if sys.platform == "linux":
    #: All three of sync_file_range(2): wait for what is being written, write, wait for it.
    _WRITE_AND_WAIT = 0x1 | 0x2 | 0x4
    _sync_file_range = ctypes.CDLL(None).sync_file_range
    _sync_file_range.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)

    def write_out(descriptor: int) -> bool:
        """Have the changed pages of an open file written to the disk; False if that failed.

        The kernel notes the time of the first store to a mapped page only, until the page is written out: a program
        that keeps a file mapped could change it without a trace. Afterwards, the next store moves the ctime again.
        Costs nothing where nothing is changed (2 us; fdatasync, which also does it, has the disk's cache emptied).
        """
        return bool(_sync_file_range(descriptor, 0, 0, _WRITE_AND_WAIT) == 0)

else:

    def write_out(descriptor: int) -> bool:
        """See above; no file is known here."""
        del descriptor
        return False
