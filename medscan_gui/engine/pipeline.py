"""One file from its name to its outcome: open, read or map, match, hash what matched."""

import hashlib
import io
import mmap
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from medscan_gui.core.finding import FileIdentity
from medscan_gui.core.words import READ_OUTCOMES, Cause, Outcome
from medscan_gui.engine import limits
from medscan_gui.engine.beginnings import HEAD_BYTES, PREAMBLE_PROGRAM, hides_program, is_enough
from medscan_gui.engine.content import EndedError, Folder, checked_status, ending_for
from medscan_gui.engine.identity import UNKNOWN, FileSystems
from medscan_gui.engine.match.base import Content, Matcher, MatchFailedError, MatchTooSlowError, RuleMatch
from medscan_gui.engine.places import join
from medscan_gui.engine.protocol import CARD_ENDING
from medscan_gui.engine.troubles import Ending

_READ: Ending = (Outcome.SCANNED, Cause.NONE, "")
_EMPTY: Ending = (Outcome.EMPTY, Cause.NONE, "")
_CHANGED: Ending = (Outcome.UNREADABLE, Cause.CHANGED_WHILE_READ, "")
_REPLACED: Ending = (Outcome.UNREADABLE, Cause.REPLACED, "")

_HASH_STEP = 1 << 20


class ItemResult(msgspec.Struct, frozen=True):
    """What became of one file. `sha256` is filled when something matched and the file could be read again.

    `identity` is filled when something matched: the file as it was when its content was last looked at.
    """

    ending: Ending
    matches: tuple[RuleMatch, ...] = ()
    sha256: str = ""
    size: int = 0
    identity: FileIdentity | None = None


class Pipeline:
    """Scans files one after the other; the directory and the buffer are kept between them."""

    def __init__(self, matcher: Matcher, item_seconds: float, item_seconds_per_mb: float) -> None:
        self._matcher = matcher
        self._item_seconds = item_seconds
        self._seconds_per_mb = item_seconds_per_mb
        self._folder = Folder()
        self._systems: FileSystems | None = None
        # One byte more than is read in one piece: a file that has grown shows itself.
        self._buffer = memoryview(bytearray(limits.LARGE_FILE + 1))

    def enter(self, directory: bytes, mark: bytes = UNKNOWN, *, headers: bool = False) -> None:
        """Say which directory the next files lie in, and what it was when it was listed (`identity`).

        With `headers`, only the beginning of each file is read, unless it calls for more.
        """
        self._directory, self._headers = directory, headers
        self._folder.enter(directory, mark)

    def leave(self) -> None:
        """Hold nothing of the target open."""
        self._folder.close()

    def scan(self, name: bytes, inode: int = 0) -> ItemResult:
        """Scan one file of the directory at hand; never raises for what a file or a medium does.

        `inode` is what the file was when it was listed; 0 if that is not known. Another file in its place is
        scanned too, but never called scanned: the one that was listed may go by another name now.
        """
        try:
            descriptor = self._folder.open(name)
        except (OSError, EndedError) as error:
            return ItemResult(ending_for(error))
        try:
            return self._scan_open(descriptor, name, inode)
        except (OSError, EndedError) as error:
            return ItemResult(ending_for(error))
        finally:
            os.close(descriptor)

    def _scan_open(self, descriptor: int, name: bytes, inode: int) -> ItemResult:
        """Scan, and scan again if the file changed meanwhile; what matched either time is told."""
        before = checked_status(descriptor)
        if self._headers and self._beginning_is_enough(descriptor, name):
            return _OF_CARD if inode in {0, before.st_ino} else ItemResult(_REPLACED)
        matches: list[RuleMatch] = []
        for _attempt in range(2):
            ending, found, size = self._look(descriptor, before.st_size, name)
            matches += [match for match in found if match not in matches] if matches else found
            after = os.fstat(descriptor)
            if (size, after.st_mtime_ns) == (after.st_size, before.st_mtime_ns) or ending[0] is Outcome.TIMED_OUT:
                break
            before, ending = after, _CHANGED
        if inode and inode != after.st_ino and ending[0] in READ_OUTCOMES:
            ending = _REPLACED
        if not matches:
            return SCANNED if ending is _READ else ItemResult(ending)
        told = tuple(matches[: limits.FINDINGS_PER_ITEM])
        return ItemResult(ending, told, _sha256(descriptor, size), size, self._identity(after))

    def _identity(self, status: os.stat_result) -> FileIdentity:
        if self._systems is None:  # most scans find nothing and need not ask what is mounted
            self._systems = FileSystems()
        return self._systems.opened(status)

    def _look(self, descriptor: int, size: int, name: bytes) -> tuple[Ending, list[RuleMatch], int]:
        """Read and match once. Returns the ending, what matched, and the bytes that were looked at."""
        seconds = self._item_seconds + self._seconds_per_mb * (size >> 20)
        found: list[RuleMatch] = []
        read = size
        try:
            if size > limits.LARGE_FILE:
                # Not through the mapping: a fault outside of libyara would end the process.
                found += _dicom_matches(self._beginning(descriptor))
                matched = self._match_mapped(descriptor, size, name, seconds)
                return _CHANGED if matched is None else _READ, found + (matched or []), size
            read = _read(descriptor, self._buffer, size)
            if not read:
                return _EMPTY, [], 0
            content = self._buffer[:read]
            found += _dicom_matches(content)
            found += self._matcher.match(content, join(self._directory, name), seconds)
        except MatchTooSlowError:
            return (Outcome.TIMED_OUT, Cause.RULE_TOO_SLOW, ""), found, size
        except (MatchFailedError, MemoryError) as error:
            return (Outcome.UNREADABLE, Cause.ENGINE_ERROR, str(error)[: limits.DETAIL_CHARS]), found, size
        return _READ, found, read

    def _match_mapped(self, descriptor: int, size: int, name: bytes, seconds: float) -> list[RuleMatch] | None:
        """Match a large file through a mapping; None if it was cut meanwhile."""
        with _mapped(descriptor, size) as content:
            try:
                return self._matcher.match(content, join(self._directory, name), seconds)
            except MatchFailedError:
                # libyara catches the fault of a page that cannot be had; find out why it could not.
                if os.fstat(descriptor).st_size < size:
                    return None
                _sha256(descriptor, size, strict=True)  # reads it all: raises what the medium says
                raise

    def _beginning(self, descriptor: int) -> bytes:
        return bytes(self._buffer[: _read(descriptor, self._buffer, HEAD_BYTES - 1)])

    def _beginning_is_enough(self, descriptor: int, name: bytes) -> bool:
        """Read the beginning of a file in a folder of the policy card, and no more. Raises OSError."""
        _read_ahead(descriptor, wanted=False)
        head = self._beginning(descriptor)
        if head and is_enough(head, name):
            return True
        _read_ahead(descriptor, wanted=True)
        return False


def _dicom_matches(beginning: bytes | memoryview) -> list[RuleMatch]:
    return [PREAMBLE_PROGRAM] if hides_program(beginning) else []


def _read_ahead(descriptor: int, *, wanted: bool) -> None:
    """Ask the system to read ahead, as it does by itself, or not: patients' images are large, and many."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_NORMAL if wanted else os.POSIX_FADV_RANDOM)


#: The result of most files: read to the end, and nothing matched.
SCANNED = ItemResult(_READ)
_OF_CARD = ItemResult((*CARD_ENDING, ""))


def _read(descriptor: int, buffer: memoryview, size: int) -> int:
    """Read a file that should have `size` bytes from its start; returns how many it had, one more at most."""
    read = 0
    while read <= size and (got := _read_at(descriptor, buffer[read : size + 1], read)):
        read += got
        if read >= size:
            break  # the size is looked at again afterwards: no need to ask for the end
    return read


if hasattr(os, "preadv"):

    def _read_at(descriptor: int, buffer: memoryview, position: int) -> int:
        return os.preadv(descriptor, [buffer], position)

else:

    def _read_at(descriptor: int, buffer: memoryview, position: int) -> int:
        with io.FileIO(descriptor, closefd=False) as stream:
            stream.seek(position)
            return stream.readinto(buffer) or 0


@contextmanager
def _mapped(descriptor: int, size: int) -> Iterator[Content]:
    """Map a file; a large one gives its pages back while it is scanned, so that it never fills the memory."""
    if hasattr(mmap, "MAP_PRIVATE"):  # private: also works where a file system allows no shared mapping
        content = mmap.mmap(descriptor, size, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
        content.madvise(mmap.MADV_SEQUENTIAL)
    else:
        content = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
    with content:
        if size <= limits.RELEASE_ABOVE or not hasattr(mmap, "MADV_DONTNEED"):
            yield content
            return
        ended = threading.Event()
        releaser = threading.Thread(target=_release_pages, args=(content, ended), name="release pages")
        releaser.start()
        try:
            yield content
        finally:
            ended.set()
            releaser.join()


def _release_pages(content: mmap.mmap, ended: threading.Event) -> None:
    while not ended.wait(limits.RELEASE_EVERY):
        content.madvise(mmap.MADV_DONTNEED)


def _sha256(descriptor: int, size: int, *, strict: bool = False) -> str:
    """Return the SHA-256 of an open file of `size` bytes by reading it again; "" if it is no more the same.

    Never through a mapping: a fault there would end the process. With `strict`, OSError is raised.
    """
    digest = hashlib.sha256()
    done = 0
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        while part := os.read(descriptor, _HASH_STEP):
            digest.update(part)
            done += len(part)
            if done > size:
                break
    except OSError:
        if strict:
            raise
        return ""
    return digest.hexdigest() if done == size else ""
