"""ClamAV's service through its local socket. It is given descriptors that we opened, never a name.

One session (IDSESSION), each file numbered by the service itself, so that nothing of an answer is a file's name.
Where passing descriptors is not allowed, contents are sent instead (INSTREAM).
"""

import contextlib
import os
import re
import select
import socket
import struct
import sys
from pathlib import Path

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.engine.limits import DETAIL_CHARS
from medscan_gui.engine.second.base import Unusable
from medscan_gui.engine.second.driver import Lost
from medscan_gui.engine.second.versions import Versions, read_versions

_ENGINE = "ClamAV"
#: Longest answer; an honest one is a name of a signature.
_ANSWER_BYTES = 4 << 10
#: Seconds for a word to go out, or for the version to come.
_PATIENCE = 20.0
_CHUNK = 256 << 10

_NUMBERED = re.compile(rb"(\d{1,9}): (.*)", re.DOTALL)
_ABOUT = re.compile(r"(?:fd\[\d{1,9}\]|stream): ")
#: "No file descriptor received", "FILDES support not compiled in": contents must be sent.
_NO_DESCRIPTORS = ("descriptor", "FILDES", "COMMAND UNAVAILABLE", "Permission denied", "UNKNOWN COMMAND")


class Service:
    """What a configuration of the service says that matters here."""

    def __init__(self, file: Path) -> None:
        """Read a configuration. Raises OSError."""
        self.socket = ""
        self.user = ""
        self.database = ""
        for line in file.read_text("utf-8", "replace").splitlines()[:2000]:
            option, _, value = line.strip().partition(" ")
            value = value.strip().strip('"')
            match option:
                case "LocalSocket":
                    self.socket = value
                case "User":
                    self.user = value
                case "DatabaseDirectory":
                    self.database = value

    def users(self) -> frozenset[int]:
        """Return the users that may be behind the socket: the one it runs as, root, and ourselves."""
        if sys.platform == "win32":
            return frozenset()
        import pwd

        known = {0, os.geteuid()}
        with contextlib.suppress(KeyError):
            known.add(pwd.getpwnam(self.user).pw_uid)
        return frozenset(known)


class ClamdChannel:
    """One session with the service."""

    def __init__(self, service: Service, window: int) -> None:
        self.window = window
        self._service = service
        self._socket: socket.socket | None = None
        self._buffer = b""
        self._keys: dict[int, int] = {}
        self._number = 0
        self.by_stream = False

    def open(self) -> None:
        """Begin a session. Raises Lost, Unusable."""
        self.close()
        connection = _connected(self._service)
        self._socket = connection
        try:
            connection.sendall(b"zIDSESSION\0")
        except OSError as error:
            raise Lost(str(error)) from error

    def give(self, key: int, descriptor: int) -> None:
        """Have a file analysed. Raises Lost."""
        assert self._socket is not None  # noqa: S101  # opened first
        self._number += 1
        self._keys[self._number] = key
        try:
            if self.by_stream:
                self._send_content(descriptor)
            else:
                self._socket.sendall(b"zFILDES\0")
                socket.send_fds(self._socket, [b"\0"], [descriptor])
        except OSError as error:
            if not self._waiting():  # else the answer says why
                raise Lost(str(error)) from error

    def _send_content(self, descriptor: int) -> None:
        assert self._socket is not None  # noqa: S101  # opened first
        self._socket.sendall(b"zINSTREAM\0")
        offset = 0
        while chunk := os.pread(descriptor, _CHUNK, offset):
            offset += len(chunk)
            self._socket.sendall(struct.pack(">I", len(chunk)) + chunk)
        self._socket.sendall(struct.pack(">I", 0))

    def _waiting(self) -> bool:
        assert self._socket is not None  # noqa: S101  # opened first
        return bool(select.select([self._socket], [], [], 0)[0])

    def take(self, seconds: float) -> tuple[int, str] | None:
        """Return the next answer with the key of its file; None if there is none for so long. Raises Lost, Unusable."""
        assert self._socket is not None  # noqa: S101  # opened first
        if b"\0" not in self._buffer:
            if not select.select([self._socket], [], [], seconds)[0]:
                return None
            try:
                chunk = self._socket.recv(_ANSWER_BYTES)
            except OSError as error:
                raise Lost(str(error)) from error
            if not chunk:
                raise Lost("closed")
            self._buffer += chunk
        answer, end, rest = self._buffer.partition(b"\0")
        if not end:
            if len(answer) > _ANSWER_BYTES:
                raise _not_understood(answer)
            return None
        self._buffer = rest
        return self._read(answer)

    def _read(self, answer: bytes) -> tuple[int, str]:
        match = _NUMBERED.fullmatch(answer)
        key = self._keys.pop(int(match[1]), None) if match else None
        if match is None or key is None:
            raise _not_understood(answer)
        return key, _ABOUT.sub("", match[2].decode("utf-8", "replace"), count=1)

    def refuses_descriptors(self, answer: str) -> bool:
        """Say whether an answer to a descriptor means that none are taken. If so, contents are sent from now on."""
        if self.by_stream or not any(word in answer for word in _NO_DESCRIPTORS):
            return False
        self.by_stream = True
        return True

    def close(self) -> None:
        """End the session."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
        self._socket, self._buffer, self._number = None, b"", 0
        self._keys.clear()


def ask_version(service: Service) -> Versions:
    """Return what the service says of its versions. Raises Lost, Unusable."""
    with _connected(service) as connection:
        try:
            connection.sendall(b"zVERSION\0")
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < _ANSWER_BYTES:
                chunk = connection.recv(_ANSWER_BYTES)
                if not chunk:
                    break
                answer += chunk
        except OSError as error:
            raise Lost(str(error)) from error
    versions = read_versions(answer.rstrip(b"\0").decode("utf-8", "replace"))
    if versions is None:
        raise _not_understood(answer)
    return versions


def _connected(service: Service) -> socket.socket:
    if sys.platform != "linux":
        raise Unusable(Message.of("second.platform", engine=_ENGINE))
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_PATIENCE)
    try:
        connection.connect(service.socket)
        _pid, user, _group = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    except (OSError, ValueError) as error:
        connection.close()
        raise Lost(str(error)) from error
    if user not in service.users():
        connection.close()
        file = shown(service.socket, 200)
        raise Unusable(Message.of("second.unsafe", engine=_ENGINE, file=file))
    return connection


def _not_understood(answer: bytes) -> Unusable:
    detail = shown(answer.decode("utf-8", "replace"), DETAIL_CHARS)
    return Unusable(Message.of("second.not_understood", engine=_ENGINE, detail=detail))
