"""Raw paths and the operating system: opening directories, joining names, telling files apart by identity.

Raw bytes are what travels and what is stored (`core.names`). On POSIX they are given to the system as they
are; on Windows they become text with the prefix that lifts the limit of 260 characters.
"""

import errno
import os
import stat
import sys
from pathlib import Path

from medscan_gui.core.names import path_of, raw_bytes

WINDOWS = sys.platform == "win32"
SEPARATOR = b"\\" if WINDOWS else b"/"

#: One path of the Linux kernel is shorter than 4,096 bytes (PATH_MAX, linux/limits.h), its end included.
_LONGEST_STEP = 4000

_DIRECTORY_FLAGS = (
    os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
)
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
NO_ATIME = getattr(os, "O_NOATIME", 0)

Identity = tuple[int, int]
"""Device and inode number (on Windows: volume serial and file id): what a file is, whatever its name."""


def join(directory: bytes, name: bytes) -> bytes:
    """Return the raw path of `name` in `directory`; a target's group has no directory."""
    if not directory:
        return name
    return directory + name if directory.endswith(SEPARATOR) else directory + SEPARATOR + name


def split(path: bytes) -> tuple[bytes, bytes]:
    """Return directory and name of a raw path, so that `join` gives it back."""
    directory, name = os.path.split(path_of(path))
    return raw_bytes(directory), raw_bytes(name)


def os_path(raw: bytes) -> str:
    r"""Return the path as the system's calls take it; on Windows with ``\\?\`` in front."""
    path = path_of(raw)
    if not WINDOWS or path.startswith("\\\\?\\"):
        return path
    path = os.path.abspath(path)  # noqa: PTH100  # the prefix takes no relative parts
    return "\\\\?\\UNC" + path[1:] if path.startswith("\\\\") else "\\\\?\\" + path


def identity(status: os.stat_result) -> Identity:
    """Return the identity that a stat result tells."""
    return status.st_dev, status.st_ino


def identity_of(path: Path | str | bytes) -> Identity | None:
    """Return the identity of the directory or file at `path`, links followed; None if there is none."""
    try:
        return identity(os.stat(path))  # noqa: PTH116  # also for raw bytes
    except (OSError, ValueError):
        return None


def open_directory(raw: bytes, *, follow: bool = False) -> int:
    """Open a directory of any depth and return its descriptor (POSIX).

    A path longer than the kernel takes at once is opened step by step. Reading it leaves no trace: its
    access time stays where the system lets us ask for that. `follow` allows its last part to be a link.
    Raises OSError.
    """
    flags = _DIRECTORY_FLAGS if follow else _DIRECTORY_FLAGS | NO_FOLLOW
    if len(raw) <= _LONGEST_STEP:
        return _open_quietly(raw, flags, None)
    descriptor: int | None = None
    try:
        for step in _steps(raw):
            deeper = _open_quietly(step, flags, descriptor)
            if descriptor is not None:
                os.close(descriptor)
            descriptor = deeper
    except OSError:
        if descriptor is not None:
            os.close(descriptor)
        raise
    assert descriptor is not None  # noqa: S101  # a long path has at least one step
    return descriptor


def _open_quietly(path: bytes, flags: int, within: int | None) -> int:
    if NO_ATIME:
        try:
            return os.open(path, flags | NO_ATIME, dir_fd=within)
        except PermissionError:  # only a file's owner may ask for it
            pass
    return os.open(path, flags, dir_fd=within)


def _steps(raw: bytes) -> list[bytes]:
    steps = []
    while len(raw) > _LONGEST_STEP:
        cut = raw.rindex(SEPARATOR, 0, _LONGEST_STEP)
        steps.append(raw[:cut] or SEPARATOR)
        raw = raw[cut:].lstrip(SEPARATOR)
    if raw:
        steps.append(raw)
    return steps


#: Tags of reparse points that lead elsewhere: junction or mount point, and symbolic link (winnt.h).
_MOUNT_POINT = 0xA0000003
_LINK_TAGS = frozenset({_MOUNT_POINT, 0xA000000C})


def is_link(status: os.stat_result) -> bool:
    """Say whether an entry (not followed) leads elsewhere: symbolic links, junctions, mounted folders of Windows."""
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) in _LINK_TAGS


def is_volume(path: str, status: os.stat_result) -> bool:
    """Say whether a folder of Windows (`status` not followed) is where a whole volume is mounted.

    Such a volume may have no letter, so that it is scanned nowhere else. Raises OSError.
    """
    return getattr(status, "st_reparse_tag", 0) == _MOUNT_POINT and _names_volume(str(Path(path).readlink()))


def _names_volume(target: str) -> bool:
    # A junction's target is a path on a lettered drive; a mounted volume's is its own name and nothing more.
    return target.startswith("\\\\?\\Volume{") and target.rstrip("\\").endswith("}") and target.count("\\") <= 4


def plain_status(raw: bytes) -> os.stat_result:
    """Return the status of a directory or file that is to be listed or read. Raises OSError.

    A mounted volume's own root is told (Windows). A link or junction is refused (ESTALE): whoever meets one here saw
    none before.
    """
    path = os_path(raw)
    status = os.lstat(path)
    if is_link(status):
        if not is_volume(path, status):
            raise OSError(errno.ESTALE, "a link is there now")
        status = os.stat(path)  # noqa: PTH116  # prefixed text
    return status


def error_name(error: OSError) -> str:
    """Return the symbol of an operating-system error, for technicians: ``EACCES``, ``WinError 32``."""
    if (code := getattr(error, "winerror", None)) is not None:
        return f"WinError {code}"
    return errno.errorcode.get(error.errno or 0, f"errno {error.errno}")
