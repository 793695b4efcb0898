"""On Windows: one job object that holds every child, so that none of them outlives this process.

The system closes the job's only handle when this process ends, whatever ends it, and then ends the children.
Elsewhere this does nothing: there, a child asks to die with its parent by itself (`hardening`).
"""

import logging
import subprocess
import sys

from medscan_gui.engine import limits

_log = logging.getLogger(__name__)

if sys.platform == "win32":
    import ctypes
    import threading
    from ctypes import wintypes

    # From winnt.h and jobapi2.h.
    _EXTENDED_LIMIT_INFORMATION = 9
    _LIMIT_PROCESS_MEMORY = 0x100
    _LIMIT_DIE_ON_UNHANDLED_EXCEPTION = 0x400  # no error window keeps a crashed child alive
    _LIMIT_KILL_ON_JOB_CLOSE = 0x2000

    class _BasicLimits(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", wintypes.LARGE_INTEGER),
            ("PerJobUserTimeLimit", wintypes.LARGE_INTEGER),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = (
            ("BasicLimitInformation", _BasicLimits),
            ("IoInfo", ctypes.c_ulonglong * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel32.CreateJobObjectW.restype = wintypes.HANDLE
    _kernel32.CreateJobObjectW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
    _kernel32.SetInformationJobObject.argtypes = (wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD)
    _kernel32.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)

    _lock = threading.Lock()
    _jobs: list[int] = []

    def _job() -> int:
        """Return the handle of this process's one job. Raises OSError."""
        with _lock:
            if not _jobs:
                _jobs.append(_create())
            return _jobs[0]

    def _create() -> int:
        job = _kernel32.CreateJobObjectW(None, None)
        if not job:
            raise ctypes.WinError(ctypes.get_last_error())
        wanted = _ExtendedLimits()
        wanted.BasicLimitInformation.LimitFlags = (
            _LIMIT_PROCESS_MEMORY | _LIMIT_DIE_ON_UNHANDLED_EXCEPTION | _LIMIT_KILL_ON_JOB_CLOSE
        )
        wanted.ProcessMemoryLimit = min(limits.CHILD_MEMORY, ctypes.c_size_t(-1).value)
        size = ctypes.sizeof(wanted)
        if not _kernel32.SetInformationJobObject(job, _EXTENDED_LIMIT_INFORMATION, ctypes.byref(wanted), size):
            raise ctypes.WinError(ctypes.get_last_error())
        return int(job)

    def adopt(process: "subprocess.Popen[bytes]") -> None:
        """Put a child into the job. Where that fails, the end of its input still ends it."""
        try:
            if not _kernel32.AssignProcessToJobObject(_job(), int(process._handle)):  # type: ignore[attr-defined]
                raise ctypes.WinError(ctypes.get_last_error())
        except OSError as error:
            _log.warning("engine process %d is in no job: %s", process.pid, error)

else:

    def adopt(process: "subprocess.Popen[bytes]") -> None:
        """Nothing to do here."""
        del process
