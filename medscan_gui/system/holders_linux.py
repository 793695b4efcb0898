"""Which processes have which files in use, from /proc (proc(5)).

Files are known by device and inode number. Nothing is asked of file systems that lie on a network: a dead one would
answer to nobody; their files are known by path only. What belongs to other users is seen as far as they let us.
"""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform != "win32"  # noqa: S101

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress

from medscan_gui.system.files.holder import Holder
from medscan_gui.system.linux_volumes import read_mounts

Identity = tuple[int, int]

_PROC = b"/proc"


class HeldFiles:
    """What was in use at the last `refresh`. Our own process and its children do not count."""

    def __init__(self) -> None:
        self._by_identity: dict[Identity, set[int]] = {}
        self._by_path: dict[bytes, set[int]] = {}
        self._names: dict[int, bytes] = {}
        #: Every process could be looked into.
        self.complete = False

    def refresh(self) -> None:
        """Look at all processes once (some milliseconds for each hundred)."""
        look = _Look()
        for pid in _others():
            look.at(pid)
        self._by_identity, self._by_path, self._names = look.by_identity, look.by_path, look.names
        self.complete = look.complete

    def holders(self, identity: Identity, path: bytes = b"") -> tuple[Holder, ...]:
        """Return who has the file in use, by what it is and, where that is told, by its path."""
        pids = self._by_identity.get(identity, set()) | self._by_path.get(path, set())
        return tuple(Holder.of(pid, self._names.get(pid, b"")) for pid in sorted(pids))


class _Look:
    """One look at all processes."""

    def __init__(self) -> None:
        self.by_identity: dict[Identity, set[int]] = defaultdict(set)
        self.by_path: dict[bytes, set[int]] = defaultdict(set)
        self.names: dict[int, bytes] = {}
        self.complete = True
        self._far = tuple(mount.mount_point.rstrip(b"/") + b"/" for mount in read_mounts() if mount.network)
        #: What each mapped file is; libraries are mapped by many.
        self._mapped: dict[tuple[bytes, bytes, bytes], Identity | None] = {}

    def at(self, pid: int) -> None:
        """Note what one process has in use; one that ends meanwhile has nothing."""
        place = b"%s/%d" % (_PROC, pid)
        for note in (self._note_program, self._note_open, self._note_mapped):
            try:
                note(pid, place)
            except PermissionError:
                self.complete = False
            except OSError:  # it has ended, or has no such thing
                continue
        with suppress(OSError):
            self.names[pid] = _read(place + b"/comm").rstrip(b"\n")

    def _note_program(self, pid: int, place: bytes) -> None:
        self._note_link(pid, place + b"/exe")

    def _note_open(self, pid: int, place: bytes) -> None:
        folder = place + b"/fd"
        for number in os.listdir(folder):  # noqa: PTH208  # raw bytes
            with suppress(FileNotFoundError):
                self._note_link(pid, folder + b"/" + number)

    def _note_link(self, pid: int, link: bytes) -> None:
        """Note the file behind a link of /proc, which works even where the path it shows does not. Raises OSError."""
        path = os.readlink(link)  # noqa: PTH115  # raw bytes
        if not path.startswith(b"/"):  # a socket, a pipe
            return
        self.by_path[path].add(pid)
        if not path.startswith(self._far):
            status = os.stat(link)  # noqa: PTH116  # raw bytes
            self.by_identity[status.st_dev, status.st_ino].add(pid)

    def _note_mapped(self, pid: int, place: bytes) -> None:
        # "7f00-7f10 r-xp 00000000 fe:00 260131       /usr/bin/cat"
        for line in set(_read(place + b"/maps").splitlines()):
            fields = line.split(None, 5)
            if len(fields) < 6 or fields[4] == b"0":
                continue
            span, _rights, _offset, device, inode, path = fields
            self.by_path[path].add(pid)
            key = (device, inode, path)
            if key not in self._mapped:
                self._mapped[key] = self._identity_of(place + b"/map_files/" + span, path, int(inode))
            self.by_identity[_told_device(device), int(inode)].add(pid)
            if (identity := self._mapped[key]) is not None:
                self.by_identity[identity].add(pid)

    def _identity_of(self, link: bytes, path: bytes, inode: int) -> Identity | None:
        """Return what stat tells of a mapped file: btrfs and overlays show another device number in `maps`."""
        if path.startswith(self._far):
            return None
        for place in (link, path):
            with suppress(OSError):
                status = os.stat(place)  # noqa: PTH116  # raw bytes
                if place == link or status.st_ino == inode:
                    return status.st_dev, status.st_ino
        return None


def _told_device(device: bytes) -> int:
    major, _, minor = device.partition(b":")
    return os.makedev(int(major, 16), int(minor, 16))


def _read(path: bytes) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123  # raw bytes
        return file.read()


def _others() -> Iterator[int]:
    """Yield all processes but ours and its children, theirs included."""
    parents = dict(_parents())
    own = {os.getpid()}
    for pid in parents:
        if not _descends(pid, parents, own):
            yield pid


def _descends(pid: int, parents: dict[int, int], own: set[int]) -> bool:
    seen = set()
    while pid and pid not in seen:
        if pid in own:
            return True
        seen.add(pid)
        pid = parents.get(pid, 0)
    return False


def _parents() -> Iterator[tuple[int, int]]:
    for name in os.listdir(_PROC):  # noqa: PTH208  # raw bytes
        if name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                # "4711 (any name, even with brackets) S 1 ...": the parent follows the state.
                yield int(name), int(_read(b"%s/%s/stat" % (_PROC, name)).rpartition(b")")[2].split()[1])
