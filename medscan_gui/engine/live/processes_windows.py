"""Processes of Windows, as psutil tells them."""

from collections.abc import Iterator

import psutil

Facts = tuple[int, int, int, bytes, bytes, int, tuple[bytes, ...]]


def running() -> Iterator[Facts]:
    """Yield pid, parent, start, name, program, memory and last arguments of each process."""
    for process in psutil.process_iter():
        try:
            facts = _facts(process)
        except psutil.Error:
            continue  # it has ended meanwhile
        yield facts


def _facts(process: psutil.Process) -> Facts:
    try:
        memory = process.memory_info().rss
    except psutil.AccessDenied:
        memory = 0
    return (
        process.pid,
        process.ppid(),
        started_at(process),
        _raw(process.name()),
        _program(process),
        memory,
        _last_arguments(process),
    )


def started_at(process: psutil.Process) -> int:
    """Return when a process started, in milliseconds since 1970. Raises psutil.Error."""
    return round(process.create_time() * 1000)


def _program(process: psutil.Process) -> bytes:
    try:
        return _raw(process.exe())
    except (psutil.Error, OSError):
        return b""


def _last_arguments(process: psutil.Process) -> tuple[bytes, ...]:
    try:
        return tuple(_raw(argument) for argument in process.cmdline()[-2:])
    except (psutil.Error, OSError):
        return ()


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
