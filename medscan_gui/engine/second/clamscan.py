"""ClamAV's program, started once and given file after file through its list of files.

It answers each line of the list at once, with the name that it was given. So it is given names of our own making:
of a copy in memory that nobody else can change, or (large files) of our open descriptor. No hostile name reaches it,
none comes back, and no file's access time is touched by a copy. Needs Linux (/proc, memfd_create).
"""

import contextlib
import os
import re
import sys
from pathlib import Path

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.engine.limits import DETAIL_CHARS
from medscan_gui.engine.second.base import Unusable
from medscan_gui.engine.second.driver import Lost
from medscan_gui.engine.second.program import EndedProgram, Program

#: Files up to this many bytes are copied into memory.
_COPIED = 64 << 20
_CHUNK = 1 << 20
#: The largest file that ClamAV can be told to take is 2 GiB (clamscan(1)).
_LARGEST = "2000M"

#: "WARNING: /proc/1/fd/7: Can't access file" as well.
_LINE = re.compile(r"(?:WARNING: )?(/proc/\d+/fd/\d+): (.*)")


class Installed:
    """The program, and the signatures that it is to use: "" means its own."""

    def __init__(self, program: Path, database: Path | None, certificates: Path | None) -> None:
        self.program = program
        self.database = database
        self.certificates = certificates

    def database_options(self) -> list[str]:
        """Return the options that name the signatures, if they are not the program's own."""
        options = [f"--database={self.database}"] if self.database else []
        return [*options, f"--cvdcertsdir={self.certificates}"] if self.certificates else options

    def command(self, file_list: str, scratch: str, file_seconds: float) -> list[str]:
        """Return the command for a scan of the files in a list. It changes nothing, and says what it left out."""
        return [
            str(self.program),
            *self.database_options(),
            "--stdout",
            "--no-summary",
            f"--tempdir={scratch}",
            f"--file-list={file_list}",
            "--alert-exceeds-max=yes",
            "--alert-encrypted=yes",
            "--bytecode-unsigned=no",
            "--follow-dir-symlinks=0",
            f"--max-filesize={_LARGEST}",
            f"--max-scansize={_LARGEST}",
            # Its own clock comes before ours: a slow file then costs itself, not the loaded signatures.
            f"--max-scantime={int(file_seconds * 1000 * 2 / 3)}",
        ]


class ClamscanChannel:
    """One started program; one file at a time."""

    window = 1

    def __init__(self, installed: Installed, scratch: str, file_seconds: float) -> None:
        # The list holds names under /proc, which are links to what is open: a link that is named itself is followed.
        command = installed.command("/dev/stdin", scratch, file_seconds)
        self._command = [*command, "--follow-file-symlinks=1"]
        self._scratch = scratch
        self._program: Program | None = None
        self._copy = -1
        self._key = 0
        self._name = ""

    def open(self) -> None:
        """Start the program. Raises Unusable."""
        self.close()
        if sys.platform != "linux":
            raise Unusable(Message.of("second.platform", engine="ClamAV"))
        try:
            self._program = Program(self._command, scratch=self._scratch, fed=True)
        except OSError as error:
            detail = shown(str(error.strerror), DETAIL_CHARS)
            raise Unusable(Message.of("second.not_started", engine="ClamAV", detail=detail)) from error

    def give(self, key: int, descriptor: int) -> None:
        """Have a file analysed. Raises Lost."""
        assert self._program is not None  # noqa: S101  # opened first
        self._drop_copy()
        if os.fstat(descriptor).st_size <= _COPIED:
            self._copy = descriptor = in_memory(descriptor)
        self._key = key
        self._name = f"/proc/{os.getpid()}/fd/{descriptor}"
        try:
            self._program.tell(self._name.encode() + b"\n")
        except EndedProgram as error:
            raise Lost(self._last_words()) from error

    def take(self, seconds: float) -> tuple[int, str] | None:
        """Return the answer with the key of its file; None if there is none for so long. Raises Lost, Unusable."""
        assert self._program is not None  # noqa: S101  # opened first
        try:
            line = self._program.line(seconds)
        except EndedProgram as error:
            raise Lost(self._last_words()) from error
        if line is None:
            return None
        text = line.decode("utf-8", "replace")
        match = _LINE.fullmatch(text)
        if match is None:
            return None  # a remark about its signatures: an answer begins with the name that was given
        if match[1] != self._name:
            detail = shown(text, DETAIL_CHARS)
            raise Unusable(Message.of("second.not_understood", engine="ClamAV", detail=detail))
        self._name = ""
        return self._key, match[2]

    def _last_words(self) -> str:
        """Return how the program ended, for technicians."""
        assert self._program is not None  # noqa: S101  # opened first
        code = self._program.wait(2.0)
        return shown(f"exit code {code} {self._program.errors[-120:]}".strip(), DETAIL_CHARS)

    def _drop_copy(self) -> None:
        if self._copy >= 0:
            os.close(self._copy)
            self._copy = -1

    def close(self) -> None:
        """End the program."""
        if self._program is not None:
            self._program.kill()
            self._program = None
        self._drop_copy()


def in_memory(source: int | bytes) -> int:
    """Return the descriptor of a copy, in memory, of an open file or of bytes. Raises OSError."""
    if sys.platform != "linux":
        raise OSError("only Linux keeps files in memory")
    copy = os.memfd_create("copy", os.MFD_CLOEXEC)
    try:
        if isinstance(source, bytes):
            _write(copy, source)
        else:
            offset = 0
            while chunk := os.pread(source, _CHUNK, offset):
                offset += len(chunk)
                _write(copy, chunk)
    except OSError:
        with contextlib.suppress(OSError):
            os.close(copy)
        raise
    return copy


def _write(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
