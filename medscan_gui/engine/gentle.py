"""A scan of a device in use: the lowest priority, and a bounded share of one processor core.

A child measures its own work and rests until that is no more than its share of the time that went by. One match of
libyara is one piece, however long: it is rested for afterwards, within a bound.
"""

import contextlib
import ctypes
import os
import sys
import time

from medscan_gui.engine import limits

#: Lowest of nice(2).
_NICEST = 19

#: ioprio_set(2), linux/ioprio.h: this very thread, class "idle".
_WHO_PROCESS = 1
_CLASS_IDLE = 3 << 13
#: Number of that call by machine (arch/*/syscalls of the Linux kernel); the C library has no function for it.
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30, "riscv64": 30, "i686": 289, "armv7l": 314, "ppc64le": 273, "s390x": 282}

#: processthreadsapi.h and winbase.h. The background mode is asked for the thread: for a whole process it also
#: takes nearly all of its memory away.
_IDLE_PRIORITY_CLASS = 0x40
_THREAD_MODE_BACKGROUND_BEGIN = 0x10000


def lower_priority() -> None:
    """Give way to everybody else, with the processor and with the disk, as far as the system lets us ask for it.

    Holds for the calling thread and those that it starts; on Windows, the processor's for the whole process.
    """
    if sys.platform == "win32":
        kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel32.GetCurrentProcess.restype = kernel32.GetCurrentThread.restype = ctypes.c_void_p
        kernel32.SetPriorityClass.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
        kernel32.SetThreadPriority.argtypes = (ctypes.c_void_p, ctypes.c_int)
        kernel32.SetPriorityClass(kernel32.GetCurrentProcess(), _IDLE_PRIORITY_CLASS)
        kernel32.SetThreadPriority(kernel32.GetCurrentThread(), _THREAD_MODE_BACKGROUND_BEGIN)
        return
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _NICEST)
    number = _IOPRIO_SET.get(os.uname().machine) if sys.platform == "linux" else None
    # A 32-bit program on a 64-bit kernel would call something else by that number.
    if number is not None and (sys.maxsize > 1 << 32) == os.uname().machine.endswith(("64", "64le", "s390x")):
        ctypes.CDLL(None).syscall(number, _WHO_PROCESS, 0, _CLASS_IDLE)


class Pace:
    """Says when to rest, and for how long, so that this process keeps to its share of one core.

    Processor time of all its threads counts, since the last rest; waiting for the medium counts as rest.
    """

    def __init__(self, share: float) -> None:
        """`share` of one core: above 0.0, up to 1.0."""
        self._share = share
        #: Work worth a rest: short enough that a second holds several.
        self._slice = share * limits.REST_PERIOD
        self._cpu = time.process_time()
        self._wall = time.monotonic()

    def due(self) -> float:
        """Return the seconds to rest now; 0.0 if work may go on."""
        worked = time.process_time() - self._cpu
        passed = time.monotonic() - self._wall
        if worked < self._slice:
            if passed > limits.REST_PERIOD:
                self.rested()  # waiting is not saved up for a burst of work
            return 0.0
        rest = worked / self._share - passed
        if rest <= 0.0:
            self.rested()
            return 0.0
        return min(rest, limits.REST_MOST)

    def rested(self) -> None:
        """Say that a rest is over, or that none was due for long."""
        self._cpu = time.process_time()
        self._wall = time.monotonic()
