"""Processes of Linux, from /proc (proc(5)). Names are whatever a program says of itself: raw bytes."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform != "win32"  # noqa: S101

import os
from collections.abc import Iterator
from pathlib import Path

PROC = b"/proc"

Facts = tuple[int, int, int, bytes, bytes, int, tuple[bytes, ...]]


def running() -> Iterator[Facts]:
    """Yield pid, parent, start, name, program, memory and last arguments of each process. Raises OSError."""
    for name in os.listdir(PROC):  # noqa: PTH208  # raw bytes
        if name.isdigit():
            try:
                facts = _facts(int(name))
            except (OSError, ValueError, IndexError):
                continue  # it has ended meanwhile
            yield facts


def _facts(pid: int) -> Facts:
    place = b"%s/%d" % (PROC, pid)
    parent, started = parent_and_start(_read(place + b"/stat"))
    name = _read(place + b"/comm").rstrip(b"\n")
    resident = int(_read(place + b"/statm").split()[1]) * os.sysconf("SC_PAGESIZE")
    arguments = _read(place + b"/cmdline").rstrip(b"\0").rsplit(b"\0", 2)
    return pid, parent, started, name, _program(place), resident, tuple(arguments[-2:])


def parent_and_start(stat: bytes) -> tuple[int, int]:
    """Return the parent's number, and when the process started in clock ticks since the system did.

    Raises ValueError, IndexError for a line that is none. The name before them may hold anything.
    """
    fields = stat[stat.rindex(b")") + 2 :].split()
    return int(fields[1]), int(fields[19])


def _program(place: bytes) -> bytes:
    try:
        return os.readlink(place + b"/exe")  # noqa: PTH115  # raw bytes
    except OSError:
        return b""


def _read(path: bytes) -> bytes:
    return Path(os.fsdecode(path)).read_bytes()
