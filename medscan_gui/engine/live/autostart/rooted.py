"""Paths of an operating system that lies below some folder: its own links lead within it, never out."""

import errno
import os
import stat

from medscan_gui.engine.places import join

#: Links followed on the way to one file (as the kernel's own bound, path_resolution(7)).
_MOST_LINKS = 40


def within(root: bytes, path: bytes) -> bytes:
    """Return where a path of the system below `root` (b"" for the running one) really lies.

    Raises OSError if that is nowhere.
    """
    if not root:
        return os.path.realpath(path, strict=True)
    done: list[bytes] = []
    parts = path.split(b"/")[::-1]
    links = 0
    while parts:
        part = parts.pop()
        if part in {b"", b"."}:
            continue
        if part == b"..":
            del done[-1:]
            continue
        place = join(root, b"/".join([*done, part]))
        if not stat.S_ISLNK(os.lstat(place).st_mode):
            done.append(part)
            continue
        links += 1
        if links > _MOST_LINKS:
            raise OSError(errno.ELOOP, "too many links")
        target = os.readlink(place)  # noqa: PTH115  # raw bytes
        if target.startswith(b"/"):
            done.clear()
        parts += target.split(b"/")[::-1]
    return join(root, b"/".join(done))


def shown_within(root: bytes, path: bytes) -> bytes:
    """Return a real path as the system below `root` calls it."""
    if not root or not path.startswith(root.rstrip(b"/") + b"/"):
        return path
    return b"/" + path[len(root.rstrip(b"/")) :].lstrip(b"/")
