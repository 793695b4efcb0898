"""A second opinion, followed from the session: the process that asks is started, watched and ended here.

What it says is decoded with types and bounds. What does not fit is the end of it, and of that opinion.
"""

import contextlib
import os
import secrets
import shutil
import signal
import sys
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec
import psutil

from medscan_gui.core.messages import Message
from medscan_gui.core.opinion import EngineOpinion, EngineStatus
from medscan_gui.engine import orders
from medscan_gui.engine.events import Role
from medscan_gui.engine.process import ChildProcess, Mail
from medscan_gui.engine.protocol import UNDECODABLE, ProtocolError, line
from medscan_gui.engine.second.base import SecondJob
from medscan_gui.engine.second.words import Told

_TICK = 0.1
#: A process that asks and says nothing for so long is stuck, in a dead medium: it speaks five times a second.
_SILENCE = 60.0
_KILL_SECONDS = 2.0

#: Folders for temporary files of engines, within MedScan's own data: their names begin so, then a process id.
_SCRATCH = "second-"

_decoder = msgspec.json.Decoder(Told)


def second_command() -> tuple[str, ...]:
    """Return the command that starts a process that asks."""
    return (*orders.engine_command(Role.SCAN)[:-1], "second")


class SecondOpinion:
    """Asks one engine, once. `cancel`, `pause` and `resume` may be called from any thread and return at once."""

    def __init__(self, job: SecondJob, command: Sequence[str] = (), *, silence: float = _SILENCE) -> None:
        self._job = job
        self._command = tuple(command) or second_command()
        self._silence = silence
        self._mailbox: SimpleQueue[Mail | None] = SimpleQueue()
        self._cancelled = threading.Event()
        self._paused = threading.Event()
        self._resting = False
        self._opinion = EngineOpinion(engine=job.engine)
        self._begun = False

    def cancel(self) -> None:
        """End it now."""
        self._cancelled.set()
        self._mailbox.put(None)

    def pause(self) -> None:
        """Hold the engine that we have started, and give files to none."""
        self._paused.set()
        self._mailbox.put(None)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._paused.clear()
        self._mailbox.put(None)

    def run(self) -> Generator[Told, None, None]:
        """Yield where the opinion stands; blocks in between. The last one is `final`, whatever happened."""
        child: ChildProcess | None = None
        scratch = Path(self._job.scratch)
        try:
            scratch.mkdir(mode=0o700)
            child = ChildProcess(self._command, self._mailbox)
            child.send(line(self._job))
            yield from self._follow(child)
        except OSError as error:
            yield self._end(Message.of("second.not_started", engine=self._opinion.name, detail=str(error.strerror)))
        finally:
            if child is not None:
                _kill(child)
            shutil.rmtree(scratch, ignore_errors=True)

    def _follow(self, child: ChildProcess) -> Iterator[Told]:
        heard = time.monotonic()
        while not self._cancelled.is_set():
            if self._heed_pause(child):
                heard = time.monotonic()
            mail = self._listen()
            if mail is not None:
                heard = time.monotonic()
                for told in self._told(child, mail):
                    yield told
                    if told.final:
                        return
            elif time.monotonic() - heard > self._silence:
                yield self._end(Message.of("second.stuck", engine=self._opinion.name))
                return
        yield self._end(Message.of("second.cancelled", engine=self._opinion.name))

    def _told(self, child: ChildProcess, mail: Mail) -> Iterator[Told]:
        """Yield what one mail says; a final word of ours if it is the last or cannot be read."""
        if not mail.chunk:
            yield self._end(Message.of("second.not_complete", engine=self._opinion.name))
            return
        try:
            told = _decoded(child.lines_of(mail))
        except (ProtocolError, *UNDECODABLE) as error:
            detail = type(error).__name__
            yield self._end(Message.of("second.not_understood", engine=self._opinion.name, detail=detail))
            return
        child.taken()
        yield from map(self._checked, told)

    def _listen(self) -> Mail | None:
        with contextlib.suppress(Empty):
            return self._mailbox.get(timeout=_TICK)
        return None

    def _checked(self, told: Told) -> Told:
        """Return what was told as what it can be: an opinion, and findings, of the engine that was asked."""
        self._begun = told.begun
        engine = self._job.engine
        self._opinion = msgspec.structs.replace(told.opinion, engine=engine, problems=())
        findings = tuple(msgspec.structs.replace(found, engine=engine) for found in told.findings)
        return msgspec.structs.replace(told, opinion=self._opinion, findings=findings)

    def _end(self, reason: Message) -> Told:
        """Return the end of an opinion that did not come to its own."""
        status = self._opinion.status if self._begun else EngineStatus.UNUSABLE
        opinion = msgspec.structs.replace(self._opinion, status=status, reason=reason, complete=False)
        return Told(opinion, self._begun, final=True)

    def _heed_pause(self, child: ChildProcess) -> bool:
        """Hold or continue the process and all that it started; says whether they rest."""
        if self._paused.is_set() != self._resting:
            self._resting = not self._resting
            _hold(child, hold=self._resting)
        return self._resting


def _decoded(lines: bytes) -> list[Told]:
    """Return the messages of whole lines. Raises ProtocolError, and what decoding raises."""
    told = _decoder.decode_lines(lines)
    if lines and not told:  # blank ones would count as signs of life
        raise ProtocolError("a blank line")
    return told


def make_scratch(data_dir: Path) -> str:
    """Return the path of a new folder for temporary files, and remove those of programs that are no more."""
    with contextlib.suppress(OSError):
        for old in data_dir.glob(f"{_SCRATCH}*"):
            pid = old.name.removeprefix(_SCRATCH).partition("-")[0]
            if pid.isdigit() and not psutil.pid_exists(int(pid)):
                shutil.rmtree(old, ignore_errors=True)
    return str(data_dir / f"{_SCRATCH}{os.getpid()}-{secrets.token_hex(4)}")


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _hold(child: ChildProcess, *, hold: bool) -> None:
    if sys.platform == "win32":
        for process in _family(child.pid):
            with contextlib.suppress(psutil.Error):
                (process.suspend if hold else process.resume)()
    else:
        with contextlib.suppress(OSError):
            os.killpg(child.pid, signal.SIGSTOP if hold else signal.SIGCONT)


def _kill(child: ChildProcess) -> None:
    """End the process and all that it started."""
    if sys.platform == "win32":
        for process in reversed(_family(child.pid)):
            with contextlib.suppress(psutil.Error):
                process.kill()
    else:
        with contextlib.suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.reap(_KILL_SECONDS)
