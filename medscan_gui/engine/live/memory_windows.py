"""Memory of a process of Windows: all that is private, and of what stands for files the pages that were changed."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform == "win32"  # noqa: S101

import re
from collections.abc import Iterator

import psutil

from medscan_gui.engine.live import windows_memory_api as api
from medscan_gui.engine.live.memory import ENDED, NO_RIGHT, PROTECTED, NoMemoryError, Region
from medscan_gui.engine.live.processes_windows import started_at
from medscan_gui.engine.protocol import OfProcess

_STEP = 1 << 20
_PAGE = 4096
#: Pages asked about at once.
_PAGES_AT_ONCE = 4096
_OWN = re.compile(rb"\x01+")
#: The system's own two "processes" hold no memory that programs have.
_KERNEL = frozenset({0, 4})
_asked_for_rights: list[bool] = []


def regions(process: OfProcess) -> Iterator[Region]:
    """Yield the regions of a process. Raises NoMemoryError."""
    if process.pid in _KERNEL:
        return
    if not _asked_for_rights:
        _asked_for_rights.append(True)
        api.use_debug_privilege()
    handle = _open(process)
    try:
        _check_same(process)
        yield from _regions(handle)
        _check_same(process)
    finally:
        api.close(handle)


def _open(process: OfProcess) -> int:
    try:
        return api.open_process(process.pid)
    except OSError as error:
        if error.winerror == api.ERROR_INVALID_PARAMETER:  # there is no such process
            raise NoMemoryError(ENDED) from error
        _check_same(process)
        raise NoMemoryError(PROTECTED if api.is_protected(process.pid) else NO_RIGHT) from error


def _check_same(process: OfProcess) -> None:
    """Raise NoMemoryError if the process has ended; another one may have its number by now."""
    try:
        same = started_at(psutil.Process(process.pid)) == process.started
    except psutil.NoSuchProcess:
        same = False
    except psutil.Error:
        return
    if not same:
        raise NoMemoryError(ENDED)


def _regions(handle: int) -> Iterator[Region]:
    address = 0
    while (found := api.query(handle, address)) is not None:
        start, size = found.BaseAddress or 0, found.RegionSize
        if not size:
            return
        address = start + size
        if found.State != api.COMMITTED or found.Protect & (api.NO_ACCESS | api.GUARD):
            continue
        if found.Type == api.PRIVATE:
            yield Region(start, _parts(handle, start, start + size))
        elif found.Type == api.IMAGE or found.Protect & (api.WRITABLE | api.EXECUTABLE):
            for first, end in _own(handle, start, size // _PAGE):
                yield Region(first, _parts(handle, first, end))


def _own(handle: int, start: int, pages: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of the runs of pages that are no file's any more."""
    for at in range(0, pages, _PAGES_AT_ONCE):
        place = start + at * _PAGE
        flags = api.own_pages(handle, place, min(_PAGES_AT_ONCE, pages - at), _PAGE)
        for run in _OWN.finditer(flags):
            yield place + run.start() * _PAGE, place + run.end() * _PAGE


def _parts(handle: int, start: int, end: int) -> Iterator[bytes]:
    """Yield the content of a region; what has gone meanwhile is left out."""
    while start < end:
        try:
            part = api.read(handle, start, min(_STEP, end - start))
        except OSError as error:
            if error.winerror not in {api.ERROR_PARTIAL_COPY, api.ERROR_NOACCESS}:
                raise NoMemoryError(NO_RIGHT) from error
            part = b""
        if part:
            yield part
        start += len(part) or _PAGE
