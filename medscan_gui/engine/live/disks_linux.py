"""Disks of Linux, from sysfs (Documentation/ABI of the kernel), and their nodes in /dev."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform != "win32"  # noqa: S101

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from medscan_gui.engine.live.stretches import Part

#: Sizes and places in sysfs are told in these, whatever the disk's own sectors are.
_SECTOR = 512
_SYS = Path("/sys")
#: Memory that poses as a disk.
_OF_MEMORY = ("ram", "zram")
_STEP = 1 << 20
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def known_disks(paths: tuple[bytes, ...]) -> Iterator[tuple[bytes, int, list[Part]]]:
    """Yield path, size and partitions of all disks, or of those that hold `paths`. Raises OSError."""
    wanted = None if not paths else {name for path in paths for name in _disks_below(path)}
    for place in sorted((_SYS / "block").iterdir()):
        if place.name.startswith(_OF_MEMORY) or (wanted is not None and place.name not in wanted):
            continue
        size = _number(place / "size") * _SECTOR
        if size > 0:
            yield _node(place.name), size, _parts(place)


def _disks_below(path: bytes) -> set[str]:
    """Return the disks that a path lies on; those below a mapped one (encryption, RAID) as well."""
    try:
        device = os.stat(path).st_dev  # noqa: PTH116  # raw bytes
        place = (_SYS / f"dev/block/{os.major(device)}:{os.minor(device)}").resolve(strict=True)
    except OSError:
        return set()
    names: set[str] = set()
    waiting = [place]
    while waiting:
        place = waiting.pop()
        disk = place.parent if (place / "partition").exists() else place
        if disk.name not in names:
            names.add(disk.name)
            below = place / "slaves"
            waiting += [one.resolve() for one in below.iterdir()] if below.is_dir() else []
    return names


def _parts(disk: Path) -> list[Part]:
    found = []
    for place in disk.iterdir():
        if (place / "partition").exists():
            start = _number(place / "start") * _SECTOR
            found.append(Part(place.name.encode(), start, start + _number(place / "size") * _SECTOR))
    return found


def _number(path: Path) -> int:
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return 0


def _node(name: str) -> bytes:
    return b"/dev/" + name.replace("!", "/").encode()


def probe(path: bytes) -> None:
    """Raise OSError if a disk cannot be opened for reading."""
    os.close(_open(path))


def _open(path: bytes) -> int:
    descriptor = os.open(path, _FLAGS)
    if stat.S_ISBLK(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError("not a disk")


def read_disk(path: bytes, start: int, end: int) -> bytes:
    """Return the bytes of a disk from `start` to `end`. Raises OSError."""
    descriptor = _open(path)
    try:
        parts = []
        while start < end and (part := os.pread(descriptor, min(_STEP, end - start), start)):
            parts.append(part)
            start += len(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)
