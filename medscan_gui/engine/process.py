"""One child process: its pipes, its threads, its end. Knows nothing of what is said.

Windows cannot wait for several pipes at once, so each pipe has a thread; they carry bytes and decide nothing.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from medscan_gui.engine import limits, windows_job
from medscan_gui.engine.protocol import ProtocolError

_CHUNK = 64 << 10
_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)

#: A child that says something every few microseconds is listened to in pauses, so that one wake-up brings
#: hundreds of lines. A child that speaks rarely is heard at once.
_CHATTY = 0.002
_PAUSE = 0.003

#: A child that has closed its output is given so long (seconds) to be gone.
_LINGER = 0.1


class Mail(NamedTuple):
    """What a reader thread brings: bytes, or b"" at the end; when, on the monotonic clock."""

    child: "ChildProcess"
    chunk: bytes
    at: float


Mailbox = SimpleQueue[Mail | None]


class ChildProcess:
    """A started child. Raises OSError if it cannot be started."""

    def __init__(self, command: Sequence[str], mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._process = subprocess.Popen(
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=_neutral_directory(),
            env=_environment(),
            creationflags=_NO_WINDOW,
            # A group of its own: Ctrl+C in a terminal is for the supervisor, which then ends the children.
            process_group=None if sys.platform == "win32" else 0,
        )
        windows_job.adopt(self._process)
        self.pid = self._process.pid
        self.started_at = time.monotonic()
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._credits = threading.Semaphore(limits.CHUNKS_WAITING)
        self._brought = 0
        self._taken = 0
        self._rest = b""
        for target in (self._write, self._read, self._read_errors):
            threading.Thread(target=target, name=f"engine {self.pid} {target.__name__}", daemon=True).start()

    # Talking ------------------------------------------------------------------------------------

    def send(self, lines: bytes) -> None:
        """Give the child lines; returns at once, in order, and never fails: a dead child shows itself."""
        self._outbox.put(lines)

    def finish(self) -> None:
        """Tell the child that nothing more comes: it leaves."""
        self._outbox.put(None)

    def lines_of(self, mail: Mail) -> bytes:
        """Return the whole lines that a mail completes. Raises ProtocolError for a line without end."""
        cut = mail.chunk.rfind(b"\n") + 1
        whole = self._rest + mail.chunk[:cut] if cut else b""
        self._rest = mail.chunk[cut:] if cut else self._rest + mail.chunk
        if len(self._rest) > limits.LINE_BYTES:
            raise ProtocolError("a line without end")
        return whole

    def taken(self) -> None:
        """Say that one of the child's mails has been dealt with, so that it may send another one."""
        self._taken += 1
        self._credits.release()

    @property
    def heard_out(self) -> bool:
        """Everything that the child said so far has been dealt with."""
        return self._brought == self._taken

    # Ending -------------------------------------------------------------------------------------

    def kill(self) -> None:
        """End the child at once, and what it started; it holds nothing that could be lost."""
        with contextlib.suppress(OSError):
            if sys.platform != "win32" and self._process.poll() is None:
                os.killpg(self.pid, signal.SIGKILL)  # its group is its own, and lasts as long as it does
        with contextlib.suppress(OSError):
            self._process.kill()
        self._outbox.put(None)

    def wait(self, seconds: float) -> bool:
        """Wait for the child to be gone. False if it is still there: stuck in the kernel, on a dead medium."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def reap(self, seconds: float) -> None:
        """Wait for a killed child; one that is still there then is waited for in the background."""
        if not self.wait(seconds):
            threading.Thread(target=self._process.wait, name=f"engine {self.pid} reap", daemon=True).start()

    def why_gone(self) -> str:
        """Return why a child has closed its output: how it ended, by itself or (if it lingers) by us."""
        if not self.wait(_LINGER):
            self.kill()
            return "closed its output"
        return self.exit_name

    @property
    def exit_name(self) -> str:
        """How the child ended, for technicians: a signal's name or an exit code."""
        code = self._process.poll()
        if code is None:
            return "running"
        if code < 0:
            try:
                return signal.Signals(-code).name
            except ValueError:
                return f"signal {-code}"
        return f"exit code {code}" if code < 256 else f"exit code 0x{code:08X}"

    # Threads ------------------------------------------------------------------------------------

    def _write(self) -> None:
        assert self._process.stdin is not None  # noqa: S101  # asked for a pipe
        with contextlib.suppress(OSError), self._process.stdin as stream:
            while (lines := self._outbox.get()) is not None:
                view = memoryview(lines)
                while view:
                    view = view[stream.write(view) or 0 :]

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  # asked for a pipe
        heard_at = 0.0
        with self._process.stdout as stream:
            while True:
                self._credits.acquire()
                chunk = _read_some(stream.fileno())
                now = time.monotonic()
                self._brought += 1
                self._mailbox.put(Mail(self, chunk, now))
                if not chunk:
                    return
                if now - heard_at < _CHATTY:
                    time.sleep(_PAUSE)
                heard_at = time.monotonic()

    def _read_errors(self) -> None:
        assert self._process.stderr is not None  # noqa: S101  # asked for a pipe
        with self._process.stderr as stream:
            while _read_some(stream.fileno()):
                time.sleep(_PAUSE)  # whoever writes without end must not keep a core busy


def _read_some(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK)
    except OSError:
        return b""


def _neutral_directory() -> str:
    """Return a working directory that keeps no medium from being unplugged; nothing is ever written there."""
    return os.environ.get("SYSTEMROOT", "C:\\") if sys.platform == "win32" else "/"


#: What a child needs of our environment: on Windows the system does not start without some of it.
_KEPT = ("SYSTEMROOT", "WINDIR", "SYSTEMDRIVE", "LD_LIBRARY_PATH")


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        # From source, the program is where it is; the frozen program ignores this.
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
