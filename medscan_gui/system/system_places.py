"""Which volumes hold an operating system: told by what lies at their roots, looked up by names alone.

A folder called ``Windows`` proves nothing: a stick that only pretends must stay cleanable. What counts is what a
system cannot start without. Whoever plants all of that keeps his malware from being removed, and no more: the light
stays red and the manufacturer is called, which is the safe end. So every doubt (no permission, a read error, a
folder too large, a disk that does not answer) counts as an operating system found.
"""

import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from itertools import chain

import msgspec

from medscan_gui.core.folders import FolderName, folded, parse_raw
from medscan_gui.core.names import path_of, raw_bytes
from medscan_gui.system import linux_volumes, windows_volumes
from medscan_gui.system.bounded import ask
from medscan_gui.system.mount_views import MountViews

PATIENCE = 2.0
"""Seconds that one volume has to answer."""
MOST_ENTRIES = 200_000
"""Entries of one folder that are looked at (System32 has some thousands)."""
MOST_KNOWN = 20_000
"""Folders of which it is kept whether a volume is mounted there (Windows)."""

#: IO_REPARSE_TAG name-surrogate bit (ntifs.h): the folder is a link or a junction.
_NAME_SURROGATE = 0x2000_0000


class System(StrEnum):
    """What was found at a root."""

    WINDOWS = "windows"
    #: Windows 95, 98, ME or DOS.
    DOS = "dos"
    LINUX = "linux"
    #: The ``/usr`` of a Linux system, on a volume of its own.
    LINUX_USR = "linux_usr"
    #: The boot loader of Windows; its system may lie on another volume.
    BOOT_MANAGER = "boot_manager"


EVERY_SYSTEM = frozenset(System)
#: Those of which a part may be mounted without the rest.
_UNSEEN_SYSTEMS = frozenset({System.WINDOWS, System.DOS, System.LINUX})


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One root above a file: the systems found there, and the parts of the file's path below it."""

    systems: frozenset[System]
    parts: tuple[str, ...]
    #: The root of a volume or of the target, not merely a folder on the way to the target.
    root: bool
    #: What lies at the root cannot be seen: any of `systems` may, or none.
    unseen: bool = False


class _DoubtError(Exception):
    """It cannot be told whether something is there."""


# --- evidence --------------------------------------------------------------------------------------

Test = Callable[[str], bool]


def _is(*names: str) -> Test:
    wanted = frozenset(map(folded, names))
    return lambda name: folded(name) in wanted


def _like(pattern: str) -> Test:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda name: compiled.fullmatch(folded(name)) is not None


_WINDOWS_FOLDER = _like(r"(windows|winnt).*")
_OS_RELEASE = _is("os-release")
_LINUX_RELEASE = _like(r"os-release|lsb-release|.*[-_](release|version)")
_KERNEL = _like(r"(vmlinu[xz]|bzimage|[uz]image|kernel|image)([-._0-9].*)?")
_SYSTEM32 = _is("system32")

#: Each alternative is all of its paths; each path is one test for every name on the way down.
_EVIDENCE: tuple[tuple[System, tuple[tuple[Test, ...], ...]], ...] = (
    (
        System.WINDOWS,
        (
            (_WINDOWS_FOLDER, _SYSTEM32, _is("config"), _is("system")),
            (
                _WINDOWS_FOLDER,
                _SYSTEM32,
                _is("ntoskrnl.exe", "ntkrnlpa.exe", "ntkrnlmp.exe", "winload.exe", "winload.efi"),
            ),
        ),
    ),
    (System.DOS, ((_is("io.sys", "ibmbio.com", "kernel.sys"),), (_is("command.com", "msdos.sys", "ibmdos.com"),))),
    (System.BOOT_MANAGER, ((_is("bootmgr", "bootmgr.efi", "ntldr"),),)),
)
_LINUX_NAMES = ((_is("usr"), _is("lib"), _OS_RELEASE), (_is("etc"), _LINUX_RELEASE))
_LINUX_STARTS = (
    (_is("boot"), _KERNEL),
    (_KERNEL,),
    (_is("init", "linuxrc"),),
    (_is("sbin", "bin"), _is("init", "busybox", "systemd")),
    (_is("usr"), _is("sbin", "bin"), _is("init", "busybox", "systemd")),
    (_is("lib"), _is("systemd"), _is("systemd")),
    (_is("usr"), _is("lib"), _is("systemd"), _is("systemd")),
    (_is("etc"), _is("inittab", "fstab")),
)
_USR_NAMES = ((_is("lib"), _OS_RELEASE),)
_USR_STARTS = (
    (_is("sbin", "bin"), _is("init", "busybox", "systemd")),
    (_is("lib"), _is("systemd"), _is("systemd")),
)


def systems_at(root: bytes) -> frozenset[System]:
    """Return the operating systems whose evidence lies at `root`. Never raises; a doubt counts as found.

    Reads names only and follows no link below the root.
    """
    top = path_of(root)
    found = {system for system, paths in _EVIDENCE if all(_lies(top, path) for path in paths)}
    if any(_lies(top, path) for path in _LINUX_NAMES) and any(_lies(top, path) for path in _LINUX_STARTS):
        found.add(System.LINUX)
    # Protects nearly all of the volume: a folder that may not be listed is no reason for that.
    if any(_lies(top, path, doubt=False) for path in _USR_NAMES) and any(_lies(top, path) for path in _USR_STARTS):
        found.add(System.LINUX_USR)
    return frozenset(found)


def _lies(top: str, path: tuple[Test, ...], *, doubt: bool = True) -> bool:
    """Say whether names that pass the tests lead down from `top`; `doubt` is the answer where it cannot be told."""
    try:
        return _leads(top, path)
    except (_DoubtError, OSError, ValueError):
        return doubt


def _leads(folder: str, path: tuple[Test, ...]) -> bool:
    """Say whether names that pass the tests lead down from `folder`. Raises _DoubtError."""
    test, *rest = path
    doubt = False
    for entry in _entries(folder):
        if not test(entry.name):
            continue
        if not rest:
            return True
        try:
            if _is_folder(entry) and _leads(entry.path, tuple(rest)):
                return True
        except (_DoubtError, OSError):
            doubt = True
    if doubt:
        raise _DoubtError
    return False


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as listing:
            for number, entry in enumerate(listing):
                if number >= MOST_ENTRIES:
                    raise _DoubtError
                yield entry
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise _DoubtError from error


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Say whether it is a folder that lies here, and no link to one. Raises OSError."""
    status = entry.stat(follow_symlinks=False)
    return stat.S_ISDIR(status.st_mode) and not getattr(status, "st_reparse_tag", 0) & _NAME_SURROGATE


# --- roots above a file ----------------------------------------------------------------------------

_Key = tuple[str, ...]

_MOUNTS_ARE_LISTED = sys.platform == "linux"


def _key(folder: FolderName) -> _Key:
    return (folder.drive, *map(folded, folder.parts))


class SystemPlaces:
    """The roots of one target and of the volumes around it, each looked at once. For one thread."""

    def __init__(self, roots: tuple[bytes, ...]) -> None:
        self._roots: dict[_Key, bytes] = {}
        #: Folders above the target: it may be part of a system that was copied or mounted there.
        self._above: dict[_Key, bytes] = {}
        self._systems: dict[_Key, frozenset[System]] = {}
        self._volumes = _VolumeRoots()
        mounts = _mounts()
        self._views = MountViews(mounts)
        for root in roots:
            for form in dict.fromkeys((root, _real(root))):
                self._roots[_key(parse_raw(form))] = form
                for folder in _ancestors(path_of(form)):
                    raw = raw_bytes(folder)
                    self._above[_key(parse_raw(raw))] = raw
        for raw in _volume_roots_listed(mounts):
            self._roots[_key(parse_raw(raw))] = raw

    def above(self, path: bytes) -> tuple[Place, ...]:
        """Return the roots above a file, outermost first; () if its path does not say where it lies.

        Where its volume is mounted elsewhere as well, those above its other paths follow.
        """
        parsed = parse_raw(path)
        if not parsed.rooted or parsed.climbs:
            return ()
        if not _MOUNTS_ARE_LISTED:
            for mounted in self._volumes.above(path):
                self._roots.setdefault(_key(parse_raw(mounted)), mounted)
            return self._above_path(parsed)
        views = self._views.of(path)
        for top in views.tops:
            self._add_above(top)
        places = [self._above_path(parsed)]
        places += [self._above_path(parse_raw(other)) for other in views.paths]
        places.append(tuple(_unseen(parts) for parts in views.unseen))
        return tuple(chain.from_iterable(places))

    def _add_above(self, folder: bytes) -> None:
        """Take the folders above `folder`, and itself, for such as may hold a system."""
        for place in (path_of(folder), *_ancestors(path_of(folder))):
            raw = raw_bytes(place)
            self._above.setdefault(_key(parse_raw(raw)), raw)

    def _above_path(self, parsed: FolderName) -> tuple[Place, ...]:
        key = _key(parsed)
        places = []
        for length in range(1, len(key)):
            prefix = key[:length]
            raw = self._roots.get(prefix)
            folder = raw or self._above.get(prefix)
            if folder is not None:
                systems = self._systems_of(prefix, folder)
                places.append(Place(systems=systems, parts=parsed.parts[length - 1 :], root=raw is not None))
        return tuple(places)

    def _systems_of(self, key: _Key, folder: bytes) -> frozenset[System]:
        if key not in self._systems:
            answer = ask(("systems at", folder), partial(systems_at, folder), PATIENCE)
            found = EVERY_SYSTEM if answer is None else answer
            self._systems[key] = found | _running(folder)
        return self._systems[key]


def _unseen(parts: tuple[bytes, ...]) -> Place:
    text = parse_raw(b"/" + b"/".join(parts)).parts
    return Place(systems=_UNSEEN_SYSTEMS, parts=text, root=True, unseen=True)


class _VolumeRoots:
    """The volumes mounted on folders above files, where the system has no list of them (Windows)."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, ...]] = {}

    def above(self, path: bytes) -> tuple[bytes, ...]:
        """Return the roots above a file. A folder that does not answer has none."""
        parent = os.path.dirname(path_of(path))  # noqa: PTH120  # \\?\ paths are kept as they are
        if parent not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[parent] = ask(("volumes above", parent), partial(_volume_roots, parent), PATIENCE) or ()
        return tuple(map(raw_bytes, self._known[parent]))


def _real(root: bytes) -> bytes:
    answer = ask(("real path of", root), lambda: os.path.realpath(path_of(root)), PATIENCE)
    return raw_bytes(answer) if answer else root


def _ancestors(path: str) -> Iterator[str]:
    above = os.path.dirname(path)  # noqa: PTH120  # raw names, and \\?\ paths, are kept as they are
    while above != path:
        yield above
        path, above = above, os.path.dirname(above)  # noqa: PTH120


def _volume_roots(folder: str) -> tuple[str, ...]:
    """Return `folder` and those above it on which a volume is mounted."""
    return tuple(place for place in (folder, *_ancestors(folder)) if os.path.ismount(place))


if sys.platform == "win32":

    def _mounts() -> tuple[linux_volumes.Mount, ...]:
        """Return no mounts: this system does not list them."""
        return ()

    def _volume_roots_listed(_mounts: tuple[linux_volumes.Mount, ...]) -> tuple[bytes, ...]:
        """Return the roots of the drives."""
        return tuple(raw_bytes(root) for root in windows_volumes.drive_roots())

    def _running(folder: bytes) -> frozenset[System]:
        """Return the running system, if `folder` is its root."""
        if path_of(folder).upper().rstrip("\\") == windows_volumes.system_root().upper().rstrip("\\"):
            return frozenset({System.WINDOWS, System.BOOT_MANAGER})
        return frozenset()

else:

    def _mounts() -> tuple[linux_volumes.Mount, ...]:
        """Return what is mounted."""
        return linux_volumes.read_mounts()

    def _volume_roots_listed(mounts: tuple[linux_volumes.Mount, ...]) -> tuple[bytes, ...]:
        """Return where file systems are mounted."""
        return (b"/", *(mount.mount_point for mount in mounts))

    def _running(folder: bytes) -> frozenset[System]:
        """Return the running system, if `folder` is its root."""
        return frozenset({System.LINUX}) if folder == b"/" else frozenset()
