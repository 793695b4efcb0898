"""Where one file of a Linux system can be reached besides its path: whole volumes and folders may be mounted twice.

`mount --bind /usr/bin /mnt` shows the files of a system at a place that tells nothing of it; so do mounts of a
volume's folder or subvolume. The kernel's list says of each mount which part of which file system it shows.
"""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from medscan_gui.system.linux_volumes import Mount, is_below

Parts = tuple[bytes, ...]
_Volume = tuple[tuple[int, int], bytes]

#: Subvolumes that hold a whole system, as installers name them; the names in front of those that hold a part of one.
_SYSTEM_SUBVOLUMES = frozenset({b"@", b"@rootfs", b"root", b"rootfs"})
_PART_MARK = b"@"

#: Stands for the mount on which a namespace's first one lies.
_TOP = -1


class Views(msgspec.Struct, frozen=True):
    """The other ways to one file."""

    #: Its other paths.
    paths: tuple[bytes, ...] = ()
    #: Where the folder at which its own mount begins is to be found otherwise.
    tops: tuple[bytes, ...] = ()
    #: Its path from the root of its file system, or of a system on it, where no mount shows what lies there.
    unseen: tuple[Parts, ...] = ()


class MountViews:
    """The mounts at one moment."""

    def __init__(self, mounts: Iterable[Mount]) -> None:
        shown = [mount for mount in reachable(tuple(mounts)) if mount.root.startswith(b"/")]
        self._at = {_parts(mount.mount_point): mount for mount in shown}
        self._of: dict[_Volume, list[Mount]] = defaultdict(list)
        for mount in self._at.values():
            self._of[_volume(mount)].append(mount)

    def of(self, path: bytes) -> Views:
        """Return the other ways to the file at an absolute path without ``..`` and links."""
        parts = _parts(path)
        mount = next((self._at[parts[:n]] for n in range(len(parts), -1, -1) if parts[:n] in self._at), None)
        if mount is None:
            return Views()
        root, group = _parts(mount.root), self._of[_volume(mount)]
        inside = root + parts[len(_parts(mount.mount_point)) :]
        whole = not root or any(not _parts(other.root) for other in group)
        return Views(
            paths=_elsewhere(inside, mount, group),
            tops=_elsewhere(root, mount, group),
            unseen=() if whole else _unseen(inside, root),
        )


def _volume(mount: Mount) -> _Volume:
    # Folders of one server share a number, and NFS says of each that it is the whole.
    return mount.device, mount.source if mount.network else b""


def _elsewhere(inside: Parts, mount: Mount, group: Iterable[Mount]) -> tuple[bytes, ...]:
    """Return the paths at which other mounts show what lies at `inside` of the file system."""
    found = []
    for other in group:
        root = _parts(other.root)
        if other is not mount and inside[: len(root)] == root:
            found.append(b"/" + b"/".join(_parts(other.mount_point) + inside[len(root) :]))
    return tuple(found)


def _unseen(inside: Parts, root: Parts) -> tuple[Parts, ...]:
    """Return the path from each folder above the mount at which a system may begin."""
    first, *rest = inside
    found = [inside]
    if first.startswith(_PART_MARK) and first not in _SYSTEM_SUBVOLUMES:
        found.append((first.removeprefix(_PART_MARK), *rest))  # "@usr" is what others know as "usr"
    # What begins at the mount itself can be seen, and is judged by what lies there.
    if first in _SYSTEM_SUBVOLUMES and len(root) > 1:
        found.append(tuple(rest))
    return tuple(found)


def _parts(path: bytes) -> Parts:
    return tuple(part for part in path.split(b"/") if part not in {b"", b"."})


def reachable(mounts: tuple[Mount, ...]) -> tuple[Mount, ...]:
    """Return the mounts that no other one hides, for what lies beneath a mount is out of reach."""
    on: dict[int, list[Mount]] = defaultdict(list)
    for mount in mounts:
        on[_TOP if mount.parent == mount.number else mount.parent].append(mount)
    found: list[Mount] = []
    # The lowest that this process can see lie on mounts that are not listed.
    waiting = sorted(on.keys() - {mount.number for mount in mounts})
    while waiting:
        children = on.pop(waiting.pop(), [])
        shown = [child for index, child in enumerate(children) if not _is_hidden(child, children, index)]
        found += shown
        waiting += [child.number for child in shown]
    return tuple(found)


def _is_hidden(mount: Mount, beside: list[Mount], index: int) -> bool:
    """Say whether one of the mounts on the same mount lies over this one, which is the one at `index`."""
    for position, other in enumerate(beside):
        same = other.mount_point == mount.mount_point
        if (same and position > index) or (not same and is_below(mount.mount_point, other.mount_point)):
            return True
    return False
