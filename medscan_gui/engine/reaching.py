"""Reach the places of a shallow job without following a link: what was cleaned up is looked at, or nothing is.

Between a scan and the check after a clean-up, somebody may put a link in the place of a folder that was scanned.
Its target, clean, would be read in its stead. So each place must lie below a root of the target, and be reached
part by part. Real paths (as scans tell them) hold no links, so no part may be one.
"""

import errno
import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from medscan_gui.core.names import path_of, raw_bytes
from medscan_gui.engine import places
from medscan_gui.engine.identity import FileSystems, canonical

#: Enough to look for a name in a directory that may not be listed (Linux).
_STEP = getattr(os, "O_PATH", os.O_RDONLY) | places.NO_FOLLOW | getattr(os, "O_CLOEXEC", 0)
_FOLDER_STEP = _STEP | getattr(os, "O_DIRECTORY", 0)


class Reached(NamedTuple):
    """What is at a place."""

    path: bytes
    #: Of a directory, or of a file that is no link.
    status: os.stat_result
    #: Of the directory that it lies in.
    above: os.stat_result


class Roots:
    """What the places of a shallow job must lie below; without any root, only a place's last part must be no link."""

    def __init__(self, roots: tuple[bytes, ...], systems: FileSystems) -> None:
        self._systems = systems
        self._given = list(roots)
        #: Roots as they are spelled; looked at when the first place is, for a dead mount answers nobody.
        self._roots: list[bytes] = []
        #: Folders of roots that are single files: nothing below them is part of the target.
        self._holders: list[bytes] = []

    def reach(self, place: bytes) -> Reached:
        """Return what is at a place. Raises OSError: ESTALE, ENOTDIR or ELOOP if a link is on the way.

        ESTALE also for a place that lies below no root.
        """
        while self._given:
            self._add(self._given.pop())
        if not self._roots:
            return self._reach_last(place)
        root = self._root_of(place)
        return _reach_on_windows(place, root) if places.WINDOWS else _reach(place)

    def _add(self, root: bytes) -> None:
        directory, name = places.split(root)
        try:
            status = os.lstat(places.os_path(root))
            if stat.S_ISDIR(status.st_mode):
                self._roots.append(self._spelled(root, status))
                return
            directory = self._spelled(directory, os.lstat(places.os_path(directory)))
        except OSError:
            pass  # what is not there has no other spelling: if it is a place, it is told to be gone
        self._roots.append(places.join(directory, name))
        self._holders.append(directory)

    def _spelled(self, directory: bytes, status: os.stat_result) -> bytes:
        return canonical(directory, self._systems.mark(status))

    def _root_of(self, place: bytes) -> bytes:
        place = _folded(place)
        for root in map(_folded, self._roots):
            if place == root or place.startswith(places.join(root, b"")):
                return root
        for holder in map(_folded, self._holders):
            if place == holder:
                return holder
        raise OSError(errno.ESTALE, "it lies in none of the target's folders")

    def _reach_last(self, place: bytes) -> Reached:
        directory, name = places.split(place)
        if not name and directory != place:  # it ended in a separator
            directory, name = places.split(directory)
        directory = raw_bytes(os.path.realpath(path_of(directory)))
        above = os.lstat(places.os_path(directory))
        directory = self._spelled(directory, above)
        return Reached(real := places.join(directory, name), places.plain_status(real), above)


def _folded(path: bytes) -> bytes:
    return raw_bytes(os.path.normcase(path_of(path))) if places.WINDOWS else path


def _reach(path: bytes) -> Reached:
    """Return what is at an absolute path of any depth, each part of which is opened in the one before (POSIX)."""
    descriptor = os.open(places.SEPARATOR, _FOLDER_STEP)
    try:
        status = above = os.fstat(descriptor)
        for part, flags in _steps(path):
            deeper = os.open(part, flags, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = deeper
            status, above = os.fstat(descriptor), status
    finally:
        os.close(descriptor)
    if places.is_link(status):
        raise OSError(errno.ESTALE, "a link is there now")
    return Reached(path, status, above)


def _steps(path: bytes) -> Iterator[tuple[bytes, int]]:
    *before, last = path.removeprefix(places.SEPARATOR).split(places.SEPARATOR)
    if not path.startswith(places.SEPARATOR) or {b"", b".", b".."} & {*before, last or b"/"}:
        raise OSError(errno.ESTALE, "no real path")
    yield from ((part, _FOLDER_STEP) for part in before)
    if last:
        yield last, _STEP


def _reach_on_windows(place: bytes, root: bytes) -> Reached:
    """Return what is at a path, no part of which is a link from the root on (Windows: by path, one by one)."""
    parts = place.split(places.SEPARATOR)
    if {b".", b".."} & {*parts}:
        raise OSError(errno.ESTALE, "no real path")
    for end in range(len(root.rstrip(places.SEPARATOR).split(places.SEPARATOR)), len(parts)):
        places.plain_status(_joined(parts[:end]))
    return Reached(place, places.plain_status(place), places.plain_status(places.split(place)[0]))


def _joined(parts: list[bytes]) -> bytes:
    path = places.SEPARATOR.join(parts)
    # A drive without a separator would mean its current directory.
    return path + places.SEPARATOR if not path or path.endswith(b":") else path
