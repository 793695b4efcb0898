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
from medscan_gui.system.files.posix_facts import link_group_of
from medscan_gui.system.files.posix_folders import folder_below, open_without_trace, status_of, sync
from medscan_gui.system.files.posix_names import take_name
from medscan_gui.system.files.problems import OriginalError, Place, told


def settle(
    roots: tuple[bytes, ...], path: bytes, entry_id: str, facts: FileFacts, *, restored: bool = False
) -> Place:
    """Say where the original of an entry is, after giving it back its own name if it was set aside.

    IN_PLACE is the very file that the facts tell of: content, number on its volume and time of change; where the
    number is not known, content and time. The same content in another file is OTHER: another medium may lie there.
    With `restored`, the file is a new one that MedScan wrote itself, and goes by its content.

    An unfinished copy of a restoration is removed. OTHER also stands for both: the original set aside and another
    file under its name; then both are left.
    """
    try:
        with folder_below(roots, path) as (folder, name), told(Place.UNREACHABLE):
            _remove_unfinished(folder, unfinished_name(entry_id))
            return _settle_in(folder, name, aside_name(entry_id), facts, restored)
    except OriginalError as error:
        return Place.UNREACHABLE if error.place is Place.IN_PLACE else error.place


def _settle_in(folder: int, name: bytes, aside: bytes, facts: FileFacts, restored: bool) -> Place:
    other = status_of(aside, folder)
    if other is None or not stat.S_ISREG(other.st_mode):
        return _told(folder, name, facts, by_content=restored)
    if _is_spent_claim(folder, name, other, facts):
        os.unlink(aside, dir_fd=folder)
    elif not _give_back(folder, name, aside, other):
        return Place.OTHER
    sync(folder)
    # A name that holds the entry's random number lies on the right medium only.
    return _told(folder, name, facts, by_content=True)


def _told(folder: int, name: bytes, facts: FileFacts, *, by_content: bool) -> Place:
    status = status_of(name, folder)
    if status is None:
        return Place.GONE
    if not by_content and not _is_same_file(status, facts):
        return Place.OTHER
    return Place.IN_PLACE if holds(folder, name, facts) else Place.OTHER


def _is_same_file(status: os.stat_result, facts: FileFacts) -> bool:
    if facts.link_group and facts.link_group != link_group_of(status):
        return False
    return status.st_mtime_ns == facts.modified_ns


def _is_spent_claim(folder: int, name: bytes, aside: os.stat_result, facts: FileFacts) -> bool:
    """Say whether it is the empty file by which `posix_names.take_name` claimed a name, and nothing else."""
    if aside.st_size or facts.link_group == link_group_of(aside):
        return False
    own = status_of(name, folder)
    if facts.size == 0:  # then only its number tells the original from a claim
        return own is not None and bool(facts.link_group) and _is_same_file(own, facts)
    return own is None or holds(folder, name, facts)


def _give_back(folder: int, name: bytes, aside: bytes, other: os.stat_result) -> bool:
    """Give back its own name to what was set aside; say whether it has it."""
    own = status_of(name, folder)
    if own is not None:
        if not os.path.samestat(own, other):
            return False
        os.unlink(aside, dir_fd=folder)  # cut off between two names of one file
        return True
    try:
        take_name(folder, aside, name)
    except FileExistsError:
        return False
    return True


def holds(folder: int, name: bytes, facts: FileFacts) -> bool:
    """Say whether a name in an open folder is a regular file with the content that `facts` tell. Raises OSError.

    Without a digest (the original was never read to its end), size and time of change must do.
    """
    status = status_of(name, folder)
    if status is None or not stat.S_ISREG(status.st_mode) or status.st_size != facts.size:
        return False
    if not facts.sha256:
        return status.st_mtime_ns == facts.modified_ns
    descriptor = open_without_trace(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, folder)
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
