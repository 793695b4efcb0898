"""Put in order what a killed MedScan left of one file (POSIX). Never deletes an original."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform != "win32"  # noqa: S101

import os
import stat
from contextlib import suppress

from medscan_gui.core.quarantine import FileFacts
from medscan_gui.system.files.content import data_regions, digest_of
from medscan_gui.system.files.own_names import aside_name, unfinished_name
from medscan_gui.system.files.posix_folders import folder_below, status_of, sync
from medscan_gui.system.files.posix_names import take_name
from medscan_gui.system.files.problems import OriginalError, Place, told


def settle(roots: tuple[bytes, ...], path: bytes, entry_id: str, facts: FileFacts) -> Place:
    """Say where the original of an entry is, after giving it back its own name if it was set aside.

    An unfinished copy of a restoration is removed. OTHER also stands for both: the original set aside and another
    file under its name; then both are left. Whether the medium is the right one is for the caller to know.
    """
    try:
        with folder_below(roots, path) as (folder, name), told(Place.UNREACHABLE):
            _remove_unfinished(folder, unfinished_name(entry_id))
            return _settle_in(folder, name, aside_name(entry_id), facts)
    except OriginalError as error:
        return Place.UNREACHABLE if error.place is Place.IN_PLACE else error.place


def _settle_in(folder: int, name: bytes, aside: bytes, facts: FileFacts) -> Place:
    own, other = status_of(name, folder), status_of(aside, folder)
    if other is not None and stat.S_ISREG(other.st_mode):
        if own is not None and os.path.samestat(own, other):
            os.unlink(aside, dir_fd=folder)  # cut off between two names of one file
        elif own is not None:
            return Place.OTHER
        else:
            try:
                take_name(folder, aside, name)
            except FileExistsError:
                return Place.OTHER
        sync(folder)
        own = status_of(name, folder)
    if own is None:
        return Place.GONE
    return Place.IN_PLACE if holds(folder, name, facts) else Place.OTHER


def holds(folder: int, name: bytes, facts: FileFacts) -> bool:
    """Say whether a name in an open folder is a regular file with the content that `facts` tell. Raises OSError.

    Without a digest (the original was never read to its end), size and time of change must do.
    """
    status = status_of(name, folder)
    if status is None or not stat.S_ISREG(status.st_mode) or status.st_size != facts.size:
        return False
    if not facts.sha256:
        return status.st_mtime_ns == facts.modified_ns
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        return has_content(descriptor, facts)
    finally:
        os.close(descriptor)


def has_content(descriptor: int, facts: FileFacts) -> bool:
    """Say whether an open file has the content that `facts` tell. Raises OSError."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size != facts.size:
        return False
    with suppress(OriginalError):  # became shorter meanwhile
        return digest_of(descriptor, facts.size, data_regions(descriptor, facts.size)) == facts.sha256
    return False


def _remove_unfinished(folder: int, unfinished: bytes) -> None:
    with suppress(FileNotFoundError, IsADirectoryError, PermissionError):
        os.unlink(unfinished, dir_fd=folder)
