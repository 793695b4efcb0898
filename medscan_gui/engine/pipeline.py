"""One file from its name to its outcome: open, read or map, match, hash what matched."""

import hashlib
import io
import os
import time
from collections.abc import Callable

import msgspec

from medscan_gui.core.finding import FileIdentity
from medscan_gui.core.words import READ_OUTCOMES, Cause, Outcome
from medscan_gui.engine import limits
from medscan_gui.engine.beginnings import HEAD_BYTES, PREAMBLE_PROGRAM, hides_program, is_enough
from medscan_gui.engine.beside_rules import beside_rules
from medscan_gui.engine.content import EndedError, Folder, checked_status, ending_for
from medscan_gui.engine.file_facts import OnRemovable
from medscan_gui.engine.forms import NO_FACTS
from medscan_gui.engine.identity import UNKNOWN, FileSystems
from medscan_gui.engine.mapping import mapped
from medscan_gui.engine.match.base import Matcher, MatchFailedError, MatchFloodedError, MatchTooSlowError, RuleMatch
from medscan_gui.engine.match.hashes import HashMatcher
from medscan_gui.engine.places import join
from medscan_gui.engine.protocol import CARD_ENDING
from medscan_gui.engine.streams_ntfs import StreamFinder
from medscan_gui.engine.troubles import Ending
from medscan_gui.engine.unchanged import NO_TIME, is_as_listed, write_out
from medscan_gui.engine.unpack.base import Member, Unpacking
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.registry import has_inside
from medscan_gui.engine.unpack.source import FileSource, MemorySource, Source
from medscan_gui.engine.unpack.tree import Chain, Inside, Tree, digest_of

_READ: Ending = (Outcome.SCANNED, Cause.NONE, "")
_EMPTY: Ending = (Outcome.EMPTY, Cause.NONE, "")
_CHANGED: Ending = (Outcome.UNREADABLE, Cause.CHANGED_WHILE_READ, "")
_REPLACED: Ending = (Outcome.UNREADABLE, Cause.REPLACED, "")

_HASH_STEP = 1 << 20


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """What one item may take, and what may be used for it. Times are seconds."""

    item_seconds: float
    item_seconds_per_mb: float
    unpack: limits.UnpackLimits = limits.UnpackLimits()
    passwords: tuple[str, ...] = ()
    scratch: bytes = b""
    #: The target lies on a removable medium.
    removable: bool = False

    def seconds(self, size: int) -> float:
        """Return the seconds for an item of `size` bytes."""
        return self.item_seconds + self.item_seconds_per_mb * (size >> 20)


class ItemMatch(msgspec.Struct, frozen=True, kw_only=True):
    """What matched in one file, or in one member of it.

    `sha256` and `size` are those of what matched; `file_sha256` is the file's, if `chain` names a member. A digest is
    "" if the file could not be read again. `identity` is the file as it was when its content was last looked at.
    """

    matches: tuple[RuleMatch, ...]
    sha256: str
    size: int
    #: None for what is no file.
    identity: FileIdentity | None
    chain: Chain = ()
    file_sha256: str = ""
    #: The bundle lists this very content, or the file, as harmless.
    allowed: bool = False


Tell = Callable[[ItemMatch], None]
"""Hears what matched, at once: whatever happens to the engine later, it is known."""


class ItemResult(msgspec.Struct, frozen=True):
    """What became of one file, and of its members if it is a container."""

    ending: Ending
    inside: Inside | None = None
    #: Of a file that is locked, or holds something that is: which it is, and its bytes; None if it changed meanwhile.
    identity: FileIdentity | None = None
    size: int = 0
    #: What was read may not be what was listed (`Pipeline.scan`).
    moved: bool = False


class Pipeline:
    """Scans files one after the other; the directory and the buffer are kept between them."""

    def __init__(self, matcher: Matcher, patience: Patience, hashes: HashMatcher | None = None) -> None:
        self._matcher = matcher
        self._hashes = hashes
        self._patience = patience
        self._folder = Folder()
        self._streams = StreamFinder()
        self._systems: FileSystems | None = None
        # One byte more than is read in one piece: a file that has grown shows itself.
        self._buffer = memoryview(bytearray(limits.LARGE_FILE + 1))

    @property
    def hashes(self) -> HashMatcher | None:
        """What looks for known digests, if there are any."""
        return self._hashes

    @property
    def matcher(self) -> Matcher:
        """What looks for signatures."""
        return self._matcher

    @property
    def patience(self) -> Patience:
        """What one item may take."""
        return self._patience

    def enter(self, directory: bytes, mark: bytes = UNKNOWN, *, headers: bool = False) -> None:
        """Say which directory the next files lie in, and what it was when it was listed (`identity`).

        With `headers`, only the beginning of each file is read, unless it calls for more.
        """
        self._directory, self._headers = directory, headers
        self._folder.enter(directory, mark)

    def leave(self) -> None:
        """Hold nothing of the target open."""
        self._folder.close()

    def scan(self, name: bytes, tell: Tell, inode: int = 0, changed_ns: int = NO_TIME) -> ItemResult:
        """Scan one file of the directory at hand; never raises for what a file or a medium does.

        `inode` is what the file was when it was listed; 0 if that is not known. Another file in its place is
        scanned too, but never called scanned: the one that was listed may go by another name now.
        With `changed_ns`, its time of change then, the result says whether that still is what it was.
        """
        try:
            descriptor = self._folder.open(name)
        except (OSError, EndedError) as error:
            return ItemResult(ending_for(error))
        try:
            if changed_ns == NO_TIME:
                return self._scan_open(descriptor, name, tell, inode)
            return self._scan_known(descriptor, name, tell, (inode, changed_ns))
        except (OSError, EndedError) as error:
            return ItemResult(ending_for(error))
        finally:
            os.close(descriptor)

    def _scan_known(self, descriptor: int, name: bytes, tell: Tell, listed: tuple[int, int]) -> ItemResult:
        """Scan a file that need not be read again if nothing is found and it stays what it was when it was listed."""
        inode, changed_ns = listed
        # Before anything is read: from here on, whatever changes the content moves the time of change.
        written = write_out(descriptor)
        result = self._scan_open(descriptor, name, tell, inode)
        if written and is_as_listed(os.fstat(descriptor), changed_ns):
            return result
        return msgspec.structs.replace(result, moved=True)

    def _scan_open(self, descriptor: int, name: bytes, tell: Tell, inode: int) -> ItemResult:
        """Scan, and scan again if the file changed meanwhile; what matched either time is told."""
        before = checked_status(descriptor)
        if self._headers and self._beginning_is_enough(descriptor, name):
            return _OF_CARD if inode in {0, before.st_ino} else ItemResult(_REPLACED)
        finds = _Finds(descriptor, tell, self._identity, self._hashes)
        for _attempt in range(2):
            ending, inside, size = self._look(descriptor, before.st_size, name, finds)
            if streams := self._streams.streams(descriptor, join(self._directory, name), before.st_dev):
                ending, inside = self._look_at_streams(streams, ending, inside, finds)
            after = os.fstat(descriptor)
            if (size, after.st_mtime_ns) == (after.st_size, before.st_mtime_ns) or ending[0] is Outcome.TIMED_OUT:
                break
            before, ending = after, _CHANGED
        if inode and inode != after.st_ino and ending[0] in READ_OUTCOMES:
            ending = _REPLACED
        if _is_locked(ending, inside) and before.st_ctime_ns == after.st_ctime_ns:
            return ItemResult(ending, inside, self._identity(after), after.st_size)
        return SCANNED if ending is _READ and inside is None else ItemResult(ending, inside)

    def _identity(self, status: os.stat_result) -> FileIdentity:
        if self._systems is None:  # most scans find nothing and need not ask what is mounted
            self._systems = FileSystems()
        return self._systems.opened(status)

    def _look(self, descriptor: int, size: int, name: bytes, finds: "_Finds") -> tuple[Ending, Inside | None, int]:
        """Read, match and look inside once. Returns the ending, what is inside, and the bytes that were looked at."""
        until = time.monotonic() + self._patience.seconds(size)
        source: Source
        flooded: Ending | None = None
        try:
            if size > limits.LARGE_FILE:
                source = FileSource(name, descriptor, size)
                # Not through the mapping: a fault outside of libyara would end the process.
                finds.matched(
                    [*_dicom_matches(self._beginning(descriptor)), *self._beside_rules(source, descriptor)], size
                )
                matched = self._match_mapped(descriptor, size, name, self._patience.seconds(size))
                if matched is None:
                    return _CHANGED, None, size
            else:
                read = _read(descriptor, self._buffer, size)
                if not read:
                    return _EMPTY, None, 0
                size = read
                content = self._buffer[:read]
                source = MemorySource(name, content)
                finds.matched([*_dicom_matches(content), *self._beside_rules(source, descriptor)], size)
                matched = self._matcher.match(content, join(self._directory, name), self._patience.seconds(size))
            finds.matched(matched, size)
        except MatchFloodedError as error:
            flooded = _failed(error)
        except MatchTooSlowError:
            return (Outcome.TIMED_OUT, Cause.RULE_TOO_SLOW, ""), None, size
        except (MatchFailedError, MemoryError) as error:
            return _failed(error), None, size
        if not has_inside(source):
            return flooded or _READ, None, size
        ending, inside = self._look_inside(source, until - time.monotonic(), finds)
        return flooded or ending, inside, size

    def _beside_rules(self, source: Source, descriptor: int) -> list[RuleMatch]:
        facts = OnRemovable(descriptor) if self._patience.removable else NO_FACTS
        return beside_rules(source, self._hashes, facts)

    def _look_at_streams(
        self, streams: list[Member], ending: Ending, inside: Inside | None, finds: "_Finds"
    ) -> tuple[Ending, Inside]:
        """Look at what hangs at the file under other names; returns what that makes of the file and its members."""
        size = sum(stream.size for stream in streams)
        tree = self._tree(size, self._patience.seconds(size), finds)
        of_streams = tree.take(lambda: iter(streams), MemorySource(b"", b""))
        if inside is not None:
            tree.inside.add(inside)
        return (ending if ending[0] not in READ_OUTCOMES or of_streams[0] in READ_OUTCOMES else of_streams), tree.inside

    def _look_inside(self, source: Source, seconds: float, finds: "_Finds") -> tuple[Ending, Inside]:
        tree = self._tree(source.size, seconds, finds)
        ending = tree.open(source)
        return (_READ if ending[0] is Outcome.SCANNED else ending), tree.inside

    def _tree(self, size: int, seconds: float, finds: "_Finds") -> Tree:
        """Return what looks into something of `size` bytes."""
        budget = Budget(self._patience.unpack, size, seconds)
        unpacking = Unpacking(
            limits=self._patience.unpack,
            budget=budget,
            passwords=self._patience.passwords,
            scratch=self._patience.scratch,
        )
        return Tree(self._matcher, unpacking, finds.member, self._hashes)

    def _match_mapped(self, descriptor: int, size: int, name: bytes, seconds: float) -> list[RuleMatch] | None:
        """Match a large file through a mapping; None if it was cut meanwhile."""
        with mapped(descriptor, size) as content:
            try:
                return self._matcher.match(content, join(self._directory, name), seconds)
            except MatchFloodedError:
                raise
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


def _failed(error: Exception) -> Ending:
    return (Outcome.UNREADABLE, Cause.ENGINE_ERROR, str(error)[: limits.DETAIL_CHARS])


def _is_locked(ending: Ending, inside: Inside | None) -> bool:
    """Say whether a password may open something of the file."""
    members = () if inside is None else inside.troubles
    return ending[0] is Outcome.ENCRYPTED or any(outcome is Outcome.ENCRYPTED for _chain, (outcome, *_) in members)


class _Finds:
    """What matched in the file at hand: each told once, and no more of them than a record takes."""

    def __init__(
        self,
        descriptor: int,
        tell: Tell,
        identify: Callable[[os.stat_result], FileIdentity],
        hashes: HashMatcher | None = None,
    ) -> None:
        self._descriptor = descriptor
        self._tell = tell
        self._identify = identify
        self._hashes = hashes
        self._known: set[tuple[Chain, str, str]] = set()
        self._digest: tuple[int, int, str] | None = None

    def matched(self, matches: list[RuleMatch], size: int) -> None:
        """Rules matched the file itself, of which `size` bytes were looked at."""
        if fresh := self._fresh((), matches):
            status = os.fstat(self._descriptor)
            digest = self._file_digest(status, size)
            allowed = self._allows(digest, size)
            self._tell(
                ItemMatch(matches=fresh, sha256=digest, size=size, identity=self._identify(status), allowed=allowed)
            )

    def member(self, chain: Chain, matches: list[RuleMatch], source: Source) -> None:
        """Rules matched a member (or, with an empty chain, an opener found something in the file itself)."""
        if not chain:
            self.matched(matches, source.size)
        elif fresh := self._fresh(chain, matches):
            status = os.fstat(self._descriptor)
            digest, of_file = digest_of(source), self._file_digest(status, status.st_size)
            self._tell(
                ItemMatch(
                    matches=fresh,
                    sha256=digest,
                    size=source.size,
                    identity=self._identify(status),
                    chain=chain,
                    file_sha256=of_file,
                    allowed=self._allows(digest, source.size) or self._allows(of_file, status.st_size),
                )
            )

    def _allows(self, digest: str, size: int) -> bool:
        return self._hashes is not None and self._hashes.allows(digest, size)

    def _fresh(self, chain: Chain, matches: list[RuleMatch]) -> tuple[RuleMatch, ...]:
        fresh = []
        for match in matches:
            key = (chain, match.rule_file, match.rule)
            if key not in self._known and len(self._known) < limits.FINDINGS_PER_ITEM:
                self._known.add(key)
                fresh.append(match)
        return tuple(fresh)

    def _file_digest(self, status: os.stat_result, size: int) -> str:
        """Return the file's digest, made once as long as it does not change."""
        if self._digest is None or self._digest[:2] != (size, status.st_mtime_ns):
            self._digest = (size, status.st_mtime_ns, _sha256(self._descriptor, size))
        return self._digest[2]


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
