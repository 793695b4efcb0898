"""What a child does to itself before it touches anything hostile."""

import ctypes
import os
import signal
import sys

from medscan_gui.engine import limits

# prctl(2) on Linux, from linux/prctl.h.
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38

# mallopt(3) of glibc, from malloc.h.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3


def harden() -> None:
    """Die with the parent, leave no core file, gain no rights, take no more than a share of memory and files."""
    if sys.platform == "win32":
        return  # the parent's job object does all of this (windows_job.py)
    _limit_resources()
    if sys.platform == "linux":
        _set_up_linux()


def _limit_resources() -> None:
    import resource

    if sys.platform == "win32":  # for the type checker: `harden` has left already
        return
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, limits.CHILD_FILES)
    # Allocated memory. File mappings are not counted (Linux 4.7), so the largest file still fits.
    _lower(resource.RLIMIT_DATA, limits.CHILD_MEMORY)


def _lower(kind: int, wanted: int) -> None:
    import resource

    if sys.platform == "win32":
        return
    _soft, hard = resource.getrlimit(kind)
    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (value, value))


def _set_up_linux() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    # Killed as soon as the thread that started us ends; the end of our input covers the rest.
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if hasattr(libc, "mallopt"):
        # libyara allocates its tables anew for each file. Without this, glibc may give them back to the
        # system each time: measured 175 -> 764 us for a small file.
        libc.mallopt(_M_MMAP_THRESHOLD, 32 << 20)
        libc.mallopt(_M_TRIM_THRESHOLD, 256 << 20)


def take_pipes() -> tuple[int, int]:
    """Return private descriptors of the pipes from and to the supervisor.

    Standard output then goes where errors go: whatever a library prints there can be no message.
    """
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(source, os.O_BINARY)
        msvcrt.setmode(sink, os.O_BINARY)
    return source, sink
