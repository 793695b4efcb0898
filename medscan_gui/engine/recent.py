"""Folders of which a quick scan reads only what has changed lately."""

import os
import stat
from pathlib import PurePosixPath

from medscan_gui.core.names import path_of, raw_bytes
from medscan_gui.engine.places import WINDOWS
from medscan_gui.engine.protocol import RecentFolder

#: Ends of names by which a system or a program runs a file, or loads it into one that runs.
PROGRAM_ENDINGS = frozenset(
    {
        *(".exe", ".dll", ".sys", ".com", ".scr", ".cpl", ".ocx", ".drv", ".msi", ".msp", ".pif", ".efi"),
        *(".bat", ".cmd", ".ps1", ".psm1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".wsh", ".hta", ".lnk"),
        *(".jar", ".class", ".py", ".pyc", ".pyd", ".pl", ".rb", ".sh", ".so", ".ko", ".desktop", ".service"),
    }
)
_MAY_RUN = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


class RecentFolders:
    """Decides which files of such folders belong to the scan. `since` is in nanoseconds since 1970."""

    def __init__(self, folders: tuple[RecentFolder, ...], since: int) -> None:
        self._since = since
        self._programs_only = {raw_bytes(os.path.realpath(path_of(one.path))): one.programs_only for one in folders}

    def __bool__(self) -> bool:
        return bool(self._programs_only)

    def leaves_out(self, root: bytes, name: bytes, status: os.stat_result) -> bool:
        """Say whether a file (not followed) below the target `root` is no part of the scan."""
        programs_only = self._programs_only.get(root)
        if programs_only is None:
            return False
        # A program can set back the one time; the other is the system's own (on Windows: when it was made).
        if max(status.st_mtime_ns, status.st_ctime_ns) < self._since:
            return True
        return programs_only and not is_program(name, status)


def is_program(name: bytes, status: os.stat_result) -> bool:
    """Say whether a file is one that runs, by its name or its permissions."""
    if not WINDOWS and status.st_mode & _MAY_RUN:
        return True
    ending = PurePosixPath(name.decode("utf-8", "replace").lower()).suffix
    return ending in PROGRAM_ENDINGS or b".so." in name
