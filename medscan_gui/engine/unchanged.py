"""Files that need not be read again: asked by the walker, told by the workers (`core.known_clean`).

Only where the kernel keeps a time of change that no program can set, and inode numbers last. FAT and exFAT have none,
what lies on other computers has theirs, and on Windows listing a folder does not tell it: there, all is read again.
"""

import os
import struct
import sys
import time
from pathlib import Path

from medscan_gui.core.known_clean import MOST_BYTES, KnownClean, key_of
from medscan_gui.core.names import path_of
from medscan_gui.engine.identity import FileSystems

#: File-system types of Linux whose ctime is the kernel's own and counts nanoseconds (stat(2), their manual pages).
_TRUSTED_TYPES = frozenset({"ext4", "xfs", "btrfs", "f2fs", "tmpfs"})

#: A file that changed so shortly before could change again without its ctime showing it: the kernel's clock for file
#: times ticks every few milliseconds.
_SETTLED_NS = 2_000_000_000


class Unchanged:
    """Keys of files, where they can be trusted."""

    def __init__(self, context: bytes, systems: FileSystems) -> None:
        self._context = context
        self._systems = systems
        self._trusted: dict[int, bool] = {}

    def key(self, status: os.stat_result) -> bytes:
        """Return the key of a file; b"" where it would prove nothing."""
        device = status.st_dev
        if device not in self._trusted:
            self._trusted[device] = sys.platform == "linux" and self._systems.type_of(device) in _TRUSTED_TYPES
        if not self._trusted[device]:
            return b""
        try:
            return key_of(
                self._context, (device, status.st_ino), status.st_size, status.st_mtime_ns, status.st_ctime_ns
            )
        except struct.error:  # a time before 1677 or after 2262
            return b""

    def settled_key(self, status: os.stat_result) -> bytes:
        """Return the key of a file that was just scanned; b"" if it changed too shortly before."""
        if time.time_ns() - status.st_ctime_ns < _SETTLED_NS:
            return b""
        return self.key(status)


def read_known(path: bytes, context: bytes) -> KnownClean:
    """Read what is known to be clean; nothing, if there is nothing to be read or it is of another context."""
    if not path:
        return KnownClean(b"", context)
    try:
        with Path(path_of(path)).open("rb") as file:
            return KnownClean(file.read(MOST_BYTES + 1), context)
    except OSError:
        return KnownClean(b"", context)
