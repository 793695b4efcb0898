"""ClamAV's program with a list of files that it opens itself, by their names: where there is no better way (Windows).

It answers in the order of the list, one line for each file, which begins with the name as it was given. Names that
could make a line be taken for another one are not given at all. What is not answered was not analysed.
"""

import contextlib
import re
import time
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.limits import DETAIL_CHARS
from medscan_gui.engine.second.answers import answer_of
from medscan_gui.engine.second.base import Answer, Answered, Beat, Given, Unusable
from medscan_gui.engine.second.clamscan import Installed
from medscan_gui.engine.second.program import EndedProgram, Program

#: The program reads lines of its list into 1,024 bytes, and takes line ends off.
_LONGEST = 1_000
_LINE_END = re.compile(rb"[\r\n\0]")
#: Files in one run: the signatures are loaded anew for each.
_BATCH = 50_000
_BATCH_BYTES = 16 << 20
#: A file that was not answered is seen by the answer to one of the next so many.
_AHEAD = 64
_LOOK = 0.2

_NOT_GIVEN = Answer(Outcome.UNREADABLE, Cause.ENGINE_ERROR, "name")
_NO_ANSWER = Answer(Outcome.UNREADABLE, Cause.ENGINE_ERROR, "no answer")


def can_be_given(path: bytes) -> bool:
    """Say whether a name goes through the list as it is, and comes back so."""
    return len(path) <= _LONGEST and not _LINE_END.search(path) and path == path.strip()


class Expected:
    """The names of one list, in order; takes the lines of the program."""

    def __init__(self, files: list[Given]) -> None:
        self._files = deque(files)

    def take(self, line: bytes) -> Iterator[Answered]:
        """Yield what a line answers: the file it is about, and before it those that were passed over.

        All that stands behind a name must be one of the known forms, which hold no ": "; so the line of one file is
        never taken for that of another, whatever the two are called.
        """
        line = line.removeprefix(b"WARNING: ")
        for place, file in enumerate(islice(self._files, _AHEAD)):
            if not line.startswith(file.path + b": "):
                continue
            answer = answer_of(line[len(file.path) + 2 :].decode("utf-8", "replace"))
            if answer is None:
                continue
            for _passed in range(place):
                yield Answered(self._files.popleft(), _NO_ANSWER)
            yield Answered(self._files.popleft(), answer)
            return

    def rest(self) -> Iterator[Answered]:
        """Yield the files without an answer."""
        while self._files:
            yield Answered(self._files.popleft(), _NO_ANSWER)

    def __bool__(self) -> bool:
        return bool(self._files)


class Batches:
    """Runs the program for each list of files."""

    def __init__(self, installed: Installed, scratch: str, *, file_seconds: float, start_seconds: float) -> None:
        self._installed = installed
        self._scratch = scratch
        self._file_seconds = file_seconds
        self._start_seconds = start_seconds
        self._program: Program | None = None

    def run(self, files: Iterator[Given], beat: Beat) -> Iterator[Answered]:
        """Yield each file with its answer. Raises Unusable."""
        while True:
            taken: list[Given] = []
            size = 0
            for file in files:
                if not can_be_given(file.path):
                    yield Answered(file, _NOT_GIVEN)
                    continue
                taken.append(file)
                size += len(file.path)
                if len(taken) >= _BATCH or size >= _BATCH_BYTES:
                    break
            if not taken:
                return
            yield from self._run(taken, beat)

    def _run(self, files: list[Given], beat: Beat) -> Iterator[Answered]:
        file_list = Path(self._scratch) / "files"
        file_list.write_bytes(b"".join(file.path + b"\n" for file in files))
        command = [
            *self._installed.command(str(file_list), self._scratch, self._file_seconds),
            "--follow-file-symlinks=0",
        ]
        expected = Expected(files)
        try:
            self._program = Program(command, scratch=self._scratch)
            yield from self._answers(self._program, expected, beat)
        except OSError as error:
            detail = shown(str(error.strerror), DETAIL_CHARS)
            raise Unusable(Message.of("second.not_started", engine="ClamAV", detail=detail)) from error
        finally:
            self.close()
            with contextlib.suppress(OSError):
                file_list.unlink()

    def _answers(self, program: Program, expected: Expected, beat: Beat) -> Iterator[Answered]:
        heard = time.monotonic()
        patience = self._start_seconds
        while True:
            beat()
            try:
                line = program.line(_LOOK)
            except EndedProgram:
                break
            if line is not None:
                heard, patience = time.monotonic(), self._file_seconds
                yield from expected.take(line)
            elif time.monotonic() - heard > patience:
                raise Unusable(Message.of("second.stuck", engine="ClamAV"))
        yield from self._ended(program, expected)

    def _ended(self, program: Program, expected: Expected) -> Iterator[Answered]:
        """Believe the end of a run only if its exit code is one of those that are known, and each file is answered."""
        code = program.wait(self._file_seconds)
        missing = bool(expected)
        yield from expected.rest()
        # 0: clean, 1: something was found, 2: an error (clamscan(1)); which of the files it was has been said.
        if code not in {0, 1, 2} or missing:
            detail = shown(f"exit code {code} {program.errors[-120:]}".strip(), DETAIL_CHARS)
            raise Unusable(Message.of("second.error", engine="ClamAV", detail=detail))

    def close(self) -> None:
        """End the program."""
        if self._program is not None:
            self._program.kill()
            self._program = None
