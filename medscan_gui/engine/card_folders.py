r"""The folders of a device's policy card, of whose files only the beginning is read.

A pattern is a raw path without wildcards, absolute or relative to the target that the walk began at; it takes all
that is below it. It is compared, part by part, with the path by which the walk reached a directory, no link
followed, and with nothing else: a link to such a folder, or out of it, opens no door. What is odd (``..``, a NUL, no
name at all, a whole disk) is no pattern: the more is scanned.
"""

from collections.abc import Iterable
from typing import NamedTuple

from medscan_gui.engine import limits, places

#: File systems of Linux whose names are, or may be, the same in any case. Taking too many for that opens no
#: door: whoever can make a folder ``images`` beside ``Images`` can as well write into ``Images``.
_ANY_CASE = frozenset({"vfat", "msdos", "exfat", "texfat", "ntfs", "ntfs3", "fuseblk", "cifs", "smb3", "smbfs"})

#: Where a path of Windows without a drive begins.
_ANY_DRIVE = b""
_DEVICE, _UNC = b"\\\\?\\", b"\\\\?\\UNC\\"


class _Parts(NamedTuple):
    """A path in its parts. `anchor`: what an absolute path begins at; None for a relative one."""

    anchor: bytes | None
    names: tuple[bytes, ...]


class CardFolders:
    """The patterns of one job. `windows` says whose way of writing paths they follow."""

    def __init__(self, patterns: Iterable[bytes] = (), *, windows: bool = places.WINDOWS) -> None:
        """Take the patterns that are some, up to `limits.CARD_FOLDERS`."""
        self._windows = windows
        taken = [pattern for pattern in patterns if len(pattern) <= limits.PATH_BYTES][: limits.CARD_FOLDERS]
        found = {parts for parts in map(self._parse, taken) if _means_something(parts)}
        self._exact = frozenset(found)
        self._any_case = frozenset(map(_folded, found))

    def __bool__(self) -> bool:
        return bool(self._exact)

    def holds(self, directory: bytes, root: bytes, *, any_case: bool) -> bool:
        """Say whether a directory is one of these folders, or lies in one.

        `root` is the target that the walk reached it from; `any_case` says that names there are the same in any case.
        """
        if not self._exact:
            return False
        any_case = any_case or self._windows
        patterns = self._any_case if any_case else self._exact
        place, start = self._parse(directory), self._parse(root)
        if any_case:
            place, start = _folded(place), _folded(start)
        anchors = {place.anchor, _ANY_DRIVE} if self._windows else {place.anchor}
        if any(_begins(place.names, patterns, anchor) for anchor in anchors):
            return True
        depth = len(start.names)
        below = place.anchor == start.anchor and place.names[:depth] == start.names
        return below and _begins(place.names[depth:], patterns, None)

    def _parse(self, path: bytes) -> _Parts:
        if not self._windows:
            return _Parts(b"/" if path.startswith(b"/") else None, _names(path.split(b"/")))
        path = path.replace(b"/", b"\\")
        if path.startswith(_UNC):
            path = b"\\\\" + path[len(_UNC) :]
        elif path.startswith(_DEVICE):
            path = path[len(_DEVICE) :]
        names = _names(path.split(b"\\"))
        if path.startswith(b"\\\\"):  # such a path begins at \\server\share
            return _Parts(b"\\\\" + b"\\".join(names[:2]), names[2:])
        if path.startswith(b"\\"):
            return _Parts(_ANY_DRIVE, names)
        if names and b":" in names[0]:  # a drive; "D:Images" is no drive's name, so that it is like no path
            return _Parts(names[0], names[1:])
        return _Parts(None, names)


def _names(parts: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(part for part in parts if part not in {b"", b"."})


def _means_something(parts: _Parts) -> bool:
    return bool(parts.names) and b".." not in parts.names and not any(b"\0" in name for name in parts.names)


def _begins(names: tuple[bytes, ...], patterns: frozenset[_Parts], anchor: bytes | None) -> bool:
    return any(_Parts(anchor, names[:depth]) in patterns for depth in range(1, len(names) + 1))


def _folded(parts: _Parts) -> _Parts:
    anchor = None if parts.anchor is None else parts.anchor.upper()
    return _Parts(anchor, tuple(map(_folded_name, parts.names)))


def _folded_name(name: bytes) -> bytes:
    # One letter for one, as file systems do it: no "ss" for an eszett.
    text = name.decode("utf-8", "surrogateescape")
    upper = (letter.upper() if len(letter.upper()) == 1 else letter for letter in text)
    return "".join(upper).encode("utf-8", "surrogateescape")


def names_in_any_case(kind: str) -> bool:
    """Say whether names may be the same in any case in a file system of this type (`identity.FileSystems`)."""
    return places.WINDOWS or kind in _ANY_CASE
