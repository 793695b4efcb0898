"""Which processes run, and which of them are the engine's own."""

import sys
from collections.abc import Iterator
from typing import NamedTuple

from medscan_gui.core.words import Cause
from medscan_gui.engine.live.listing import Listed, Seen
from medscan_gui.engine.protocol import OfProcess, PassedOver

if sys.platform == "win32":
    from medscan_gui.engine.live.processes_windows import running
else:
    from medscan_gui.engine.live.processes_linux import running

#: How every engine process is called (`orders.engine_command`), whatever stands before it.
_ROLES = ((b"--engine", b"scan"), (b"--engine", b"walk"))


class Process(NamedTuple):
    """One running process. `memory` is in bytes, `started` in the system's own unit."""

    pid: int
    parent: int
    started: int
    name: bytes
    #: Raw path of its program; b"" if the system does not tell.
    program: bytes
    memory: int
    #: The end of its command line: the last two arguments.
    last_arguments: tuple[bytes, ...]


def processes(supervisor: int) -> Iterator[Seen]:
    """List the processes whose memory is to be read, those of `supervisor`'s engine left out.

    They hold the rules, which would find themselves. Raises OSError.
    """
    found = [Process(*facts) for facts in running()]
    own = own_processes(found, supervisor)
    left_out = 0
    for process in found:
        if process.pid in own:
            left_out += 1
            continue
        thing = OfProcess(process.pid, process.started)
        yield Listed(shown_as(process), process.memory, thing)
    if left_out:
        yield PassedOver(Cause.OWN_PROGRAM, left_out)


def shown_as(process: Process) -> bytes:
    """Return what a technician calls it: ``python3 (pid 1234) /usr/bin/python3.11``."""
    title = b"%s (pid %d)" % (process.name or b"?", process.pid)
    return b"%s %s" % (title, process.program) if process.program else title


def own_processes(found: list[Process], supervisor: int) -> set[int]:
    """Return the supervisor, the engine's processes among its children, and whatever those have started.

    By descent: a name alone would be a way to hide. What else the supervisor has started is read like any other.
    """
    own = {supervisor}
    engines = [one for one in found if one.parent == supervisor and one.last_arguments in _ROLES]
    waiting = [one.pid for one in engines]
    children: dict[int, list[int]] = {}
    for one in found:
        children.setdefault(one.parent, []).append(one.pid)
    while waiting:
        pid = waiting.pop()
        if pid not in own:
            own.add(pid)
            waiting += children.get(pid, [])
    return own
