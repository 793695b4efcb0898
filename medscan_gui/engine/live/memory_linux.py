"""Memory of a process of Linux through /proc/PID/mem: no ptrace stop, and only pages that the process has.

A page that it never touched would be made by reading it, so `/proc/PID/pagemap` says first which there are.
"""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform != "win32"  # noqa: S101

import errno
import os
import re
from collections.abc import Iterator

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.live.mappings_linux import Mapping, mappings
from medscan_gui.engine.live.memory import ENDED, NO_RIGHT, NoMemoryError, Region
from medscan_gui.engine.live.processes_linux import PROC, parent_and_start
from medscan_gui.engine.protocol import OfProcess

_PAGE = os.sysconf("SC_PAGESIZE")
#: Bytes of one page's entry in pagemap (Documentation/admin-guide/mm/pagemap.rst); the last holds the flags.
_ENTRY = 8
_PRESENT, _SWAPPED, _OF_FILE = 0x80, 0x40, 0x20
#: Pages asked about at once.
_PAGES_AT_ONCE = 1 << 17
#: Pages of a mapping that are asked about whatever is said of the whole.
_FAR = 1 << 20
_STEP = 1 << 20

_HELD = bytes(bool(flags & (_PRESENT | _SWAPPED)) for flags in range(256))
_HELD_CHANGED = bytes(bool(flags & (_PRESENT | _SWAPPED)) and not flags & _OF_FILE for flags in range(256))

_RUN = re.compile(rb"\x01+")

#: What reading a page may say that is no more there, or that the kernel gives nobody.
_NOT_THERE = frozenset({errno.EIO, errno.EFAULT, errno.ENXIO, errno.ESRCH})


class ChangedError(Exception):
    """The process runs another program by now: its memory of before is gone."""


def regions(process: OfProcess) -> Iterator[Region]:
    """Yield the regions of a process. Raises NoMemoryError."""
    try:
        place = os.open(b"%s/%d" % (PROC, process.pid), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise NoMemoryError(ENDED) from error
    try:
        yield from _regions(process, place)
    except ProcessLookupError:
        _check_same(process, place)  # it is still there and has no memory: a thread of the kernel
    except PermissionError as error:
        raise NoMemoryError(NO_RIGHT) from error
    except ChangedError as error:
        raise NoMemoryError((Outcome.UNREADABLE, Cause.CHANGED_WHILE_READ, "")) from error
    finally:
        os.close(place)


def _regions(process: OfProcess, place: int) -> Iterator[Region]:
    _check_same(process, place)
    memory = _open(place, b"mem")  # of this very program, whatever becomes of the process
    try:
        pages = _open(place, b"pagemap")
        try:
            wanted = list(mappings(_content(place, b"smaps").splitlines()))
            _check_same(process, place)
            start = 0
            for mapping in wanted:
                for start, end in _held(pages, mapping):
                    yield Region(start, _parts(memory, start, end))
        finally:
            os.close(pages)
        if start and _is_over(memory, start):
            _check_same(process, place)
            raise ChangedError
    finally:
        os.close(memory)


def _check_same(process: OfProcess, place: int) -> None:
    """Raise NoMemoryError if the process has ended; another one may have its number by now."""
    try:
        same = parent_and_start(_content(place, b"stat"))[1] == process.started
    except (OSError, ValueError, IndexError):
        same = False
    if not same:
        raise NoMemoryError(ENDED)


def _open(place: int, name: bytes) -> int:
    return os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=place)


def _content(place: int, name: bytes) -> bytes:
    descriptor = _open(place, name)
    try:
        parts = []
        while part := os.read(descriptor, _STEP):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


def _held(pages: int, mapping: Mapping) -> Iterator[tuple[int, int]]:
    """Yield start and end of the runs of pages in a mapping that the process has."""
    flags_of = _HELD_CHANGED if mapping.of_file else _HELD
    first, last = mapping.start // _PAGE, mapping.end // _PAGE
    start = end = first
    left = mapping.held
    for at in range(first, last, _PAGES_AT_ONCE):
        entries = os.pread(pages, min(_PAGES_AT_ONCE, last - at) * _ENTRY, at * _ENTRY)
        for run in _RUN.finditer(entries[_ENTRY - 1 :: _ENTRY].translate(flags_of)):
            if at + run.start() == end:
                end = at + run.end()
                continue
            if end > start:
                yield start * _PAGE, end * _PAGE
            left -= (end - start) * _PAGE
            start, end = at + run.start(), at + run.end()
        if left <= (end - start) * _PAGE and at - first > _FAR:
            break  # all that it has was met: the rest of a huge mapping is empty
    if end > start:
        yield start * _PAGE, end * _PAGE


def _parts(memory: int, start: int, end: int) -> Iterator[bytes]:
    """Yield the content of a run; what has gone meanwhile is left out."""
    while start < end:
        try:
            part = os.pread(memory, min(_STEP, end - start), start)
        except OSError as error:
            if error.errno not in _NOT_THERE:
                raise
            part = b""
        if part:
            yield part
            start += len(part)
        else:
            start += _PAGE


def _is_over(memory: int, address: int) -> bool:
    """Say whether the memory that was opened is nobody's any more: then it reads as an empty file."""
    try:
        return not os.pread(memory, 1, address)
    except OSError:
        return False
