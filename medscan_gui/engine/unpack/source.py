"""One content, read at any place: a file of the target, a member in memory, or a member on MedScan's own disk."""

import contextlib
import io
import mmap
import os
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO

from medscan_gui.core.names import path_of
from medscan_gui.engine.file_type import HEAD_BYTES, TAIL_BYTES, FileType, types_of
from medscan_gui.engine.mapping import mapped
from medscan_gui.engine.named_kinds import with_name
from medscan_gui.engine.unpack.budget import Budget

Bytes = bytes | memoryview | mmap.mmap
"""Content as the matchers take it."""


class NoRoomError(Exception):
    """A member fits neither into the memory nor into the scratch folder."""


class Source(ABC):
    """One content of `size` bytes. Reading raises OSError where the medium does."""

    def __init__(self, name: bytes, size: int) -> None:
        #: Its own raw name, without a directory: the last link of its chain.
        self.name = name
        self.size = size
        self._types: tuple[FileType, ...] | None = None

    @abstractmethod
    def read_at(self, position: int, size: int) -> bytes:
        """Return up to `size` bytes from `position` on; fewer only at the end."""

    @property
    def types(self) -> tuple[FileType, ...]:
        """What it is by its own bytes, and to what is started by its name."""
        if self._types is None:
            tail_at = max(0, self.size - TAIL_BYTES)
            head = self.read_at(0, HEAD_BYTES)
            found = types_of(head, lambda: self.read_at(tail_at, TAIL_BYTES), self.read_at)
            self._types = with_name(self.name, found, head)
        return self._types

    def open(self) -> "io.BufferedReader":
        """Return a new seekable file object on it, for libraries; closing it closes nothing else."""
        return io.BufferedReader(_Reader(self), 64 << 10)

    def chunks(self, position: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the content from `position` up to `end` (its own end, if none) piece by piece."""
        end = self.size if end is None else min(end, self.size)
        while position < end and (part := self.read_at(position, min(1 << 20, end - position))):
            yield part
            position += len(part)

    def find(self, mark: bytes, start: int = 0, end: int | None = None) -> int:
        """Return where `mark` begins at or after `start` and lies wholly before `end`; -1 if it does not."""
        end = self.size if end is None else min(end, self.size)
        step = 4 << 10  # what lies near is asked for often
        while start < end:
            part = self.read_at(start, min(step + len(mark) - 1, end - start))
            if (found := part.find(mark)) >= 0:
                return start + found
            start += step
            step = min(step * 4, 1 << 20)
        return -1

    def whole(self, most: int) -> bytes | None:
        """Return all of it if it has at most `most` bytes; None otherwise."""
        return self.read_at(0, self.size) if self.size <= most else None

    def content(self) -> AbstractContextManager[Bytes]:
        """Give the whole content as matchers take it; only for what MedScan itself holds."""
        raise NotImplementedError

    @contextmanager
    def descriptor(self) -> Iterator[int | None]:
        """Give an open descriptor of exactly this content, for a child process; None if there is no file behind it."""
        yield None

    def close(self) -> None:  # noqa: B027  # most hold nothing
        """Let go of what it holds."""


class _Reader(io.RawIOBase):
    """A source as Python's libraries read files."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = (0, self._position, self._source.size)[whence]
        if base + offset < 0:
            raise OSError("seek before the beginning")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]  # as io documents it
        part = self._source.read_at(self._position, len(buffer))
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)


class MemorySource(Source):
    """A content in memory."""

    def __init__(self, name: bytes, data: bytes | memoryview, budget: Budget | None = None) -> None:
        """With `budget`, the memory was taken there and is given back when the source is closed."""
        super().__init__(name, len(data))
        self._data = data
        self._budget = budget

    def read_at(self, position: int, size: int) -> bytes:
        """See `Source`."""
        return bytes(self._data[position : position + size])

    @contextmanager
    def content(self) -> Iterator[Bytes]:
        """See `Source`."""
        yield self._data

    def close(self) -> None:
        """See `Source`."""
        if self._budget is not None:
            self._budget.give_memory(self.size)
            self._budget = None
        self._data = b""


class FileSource(Source):
    """A file of the target, by its open descriptor, which stays its owner's. Never mapped: see `pipeline`."""

    def __init__(self, name: bytes, descriptor: int, size: int) -> None:
        super().__init__(name, size)
        self._descriptor = descriptor

    def read_at(self, position: int, size: int) -> bytes:
        """See `Source`."""
        parts = []
        size = min(size, self.size - position)
        while size > 0 and (part := _read_at(self._descriptor, size, position)):
            parts.append(part)
            position += len(part)
            size -= len(part)
        return b"".join(parts) if len(parts) != 1 else parts[0]

    @contextmanager
    def descriptor(self) -> Iterator[int | None]:
        """See `Source`."""
        yield self._descriptor


class ScratchSource(FileSource):
    """A member in a file of MedScan's own that has no name: mapping it is safe, and it goes when it is closed."""

    def __init__(self, name: bytes, file: BinaryIO, size: int) -> None:
        super().__init__(name, file.fileno(), size)
        self._file = file

    @contextmanager
    def content(self) -> Iterator[Bytes]:
        """See `Source`."""
        with mapped(self._file.fileno(), self.size) as content:
            yield content

    def close(self) -> None:
        """See `Source`."""
        self._file.close()


if hasattr(os, "pread"):

    def _read_at(descriptor: int, size: int, position: int) -> bytes:
        return os.pread(descriptor, size, position)

else:

    def _read_at(descriptor: int, size: int, position: int) -> bytes:
        os.lseek(descriptor, position, os.SEEK_SET)
        return os.read(descriptor, size)


def collect(name: bytes, chunks: Iterable[bytes], budget: Budget, in_memory: int, scratch: bytes) -> "Collected":
    """Take in a member's chunks, each charged, and hold them in memory or, beyond `in_memory` bytes, in `scratch`.

    What the chunks raise is kept beside what came before. Raises BudgetSpentError once nothing is left, with what
    came before lost only then.
    """
    return Collected(name, chunks, budget, in_memory, scratch)


class Collected:
    """A member taken in: its `source` (as far as it came) and the `error` that ended it early, if one did."""

    def __init__(self, name: bytes, chunks: Iterable[bytes], budget: Budget, in_memory: int, scratch: bytes) -> None:
        self.error: BaseException | None = None
        self._budget = budget
        self._scratch = scratch
        self._in_memory = in_memory
        self._parts: list[bytes] = []
        self._taken = 0
        self._size = 0
        self._file: BinaryIO | None = None
        try:
            self._take(chunks)
        except (KeyboardInterrupt, SystemExit):
            self._drop()
            raise
        except BaseException as error:  # noqa: BLE001  # BudgetSpentError too: the prefix is scanned, then it is told
            self.error = error
        self.source = self._finished(name)

    def _take(self, chunks: Iterable[bytes]) -> None:
        for part in chunks:
            self._budget.charge(len(part))
            self._size += len(part)
            if self._file is None and not self._fits(len(part)):
                self._spill()
            if self._file is not None:
                self._file.write(part)
            else:
                self._parts.append(bytes(part))

    def _fits(self, more: int) -> bool:
        if self._size <= self._in_memory and self._budget.take_memory(more):
            self._taken += more
            return True
        return False

    def _spill(self) -> None:
        if not self._scratch:
            self._size = self._taken
            raise NoRoomError
        try:
            self._file = _nameless_file(self._scratch)
            for part in self._parts:
                self._file.write(part)
        except OSError as error:
            self._size = self._taken
            if self._file is not None:
                self._file.close()
                self._file = None
            raise NoRoomError from error
        self._parts.clear()
        self._budget.give_memory(self._taken)
        self._taken = 0

    def _finished(self, name: bytes) -> Source:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.flush()
            size = os.fstat(self._file.fileno()).st_size
            return ScratchSource(name, self._file, min(size, self._size))
        data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._budget.give_memory(self._taken - len(data))
        self._parts.clear()
        return MemorySource(name, data, self._budget)

    def _drop(self) -> None:
        if self._file is not None:
            self._file.close()


def _nameless_file(folder: bytes) -> BinaryIO:
    """Make a file that goes when it is closed, or when this process ends. Raises OSError."""
    if sys.platform == "win32":
        descriptor, path = tempfile.mkstemp(dir=path_of(folder), prefix="member-")
        os.close(descriptor)
        descriptor = os.open(path, os.O_RDWR | os.O_BINARY | os.O_TEMPORARY | os.O_NOINHERIT)
    else:
        descriptor, path = tempfile.mkstemp(dir=path_of(folder), prefix="member-")
        os.unlink(path)  # noqa: PTH108  # raw name
    return os.fdopen(descriptor, "r+b", buffering=1 << 20)
