"""A started program of another engine: its lines one by one, everything bounded. Not a word of it is believed here."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from queue import Empty, Queue

#: The longest line that is read, and lines that may wait.
_LINE_BYTES = 256 << 10
_LINES_WAITING = 256
#: What is kept of what a program says of its errors: the end of it.
_ERRORS_KEPT = 4 << 10

_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)
#: What programs need of our environment on Windows.
_KEPT = ("SYSTEMROOT", "WINDIR", "SYSTEMDRIVE", "PROGRAMDATA", "PROGRAMFILES", "ALLUSERSPROFILE")


class EndedProgram(Exception):  # noqa: N818  # not an error of ours
    """The program has closed its output."""


class Program:
    """A program that was started. Raises OSError if it cannot be.

    It belongs to the process group of this process (on Windows: to its job), which is ended as a whole.
    """

    def __init__(self, command: Sequence[str], *, scratch: str = "", fed: bool = False) -> None:
        self._process = subprocess.Popen(
            command,
            bufsize=0,
            stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=os.environ.get("SYSTEMROOT", "C:\\") if sys.platform == "win32" else "/",
            env=_environment(scratch),
            creationflags=_NO_WINDOW,
        )
        self._lines: Queue[bytes | None] = Queue(_LINES_WAITING)
        self._errors = b""
        self._stopping = False
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._read, self._read_errors)]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def tell(self, line: bytes) -> None:
        """Give the program a line. Raises EndedProgram if it takes none any more."""
        assert self._process.stdin is not None  # noqa: S101  # only programs that are fed
        try:
            self._process.stdin.write(line)
        except (OSError, ValueError) as error:
            raise EndedProgram from error

    def finish(self) -> None:
        """Say that nothing more comes."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def line(self, seconds: float) -> bytes | None:
        """Return the next line without its end; None if there is none for so long. Raises EndedProgram."""
        try:
            line = self._lines.get(timeout=seconds)
        except Empty:
            return None
        if line is None:
            self._lines.put(None)
            raise EndedProgram
        return line

    def wait(self, seconds: float) -> int | None:
        """Return the exit code; None if the program is still there after so many seconds."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End the program at once. Safe to call twice."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._process.kill()
        self.finish()
        with contextlib.suppress(Empty):
            while self._lines.get_nowait() is not None:
                pass
        for thread in self._threads:
            thread.join(1.0)
        self.wait(1.0)

    @property
    def errors(self) -> str:
        """The end of what it said of its errors."""
        return self._errors.decode("utf-8", "replace").strip()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  # asked for a pipe
        rest = b""
        with self._process.stdout as stream:
            while (chunk := _read_some(stream.fileno())) and not self._stopping:
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    self._put(line.removesuffix(b"\r"))
                if len(rest) > _LINE_BYTES:
                    rest = b""
                    break
        if rest:
            self._put(rest)
        self._put(None)

    def _put(self, line: bytes | None) -> None:
        if not self._stopping:
            self._lines.put(line)

    def _read_errors(self) -> None:
        assert self._process.stderr is not None  # noqa: S101  # asked for a pipe
        with self._process.stderr as stream:
            while chunk := _read_some(stream.fileno()):
                self._errors = (self._errors + chunk)[-_ERRORS_KEPT:]


def _read_some(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 64 << 10)
    except OSError:
        return b""


def _environment(scratch: str) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    places = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), scratch) if scratch else {}
    return kept | places | {"LC_ALL": "C"}
