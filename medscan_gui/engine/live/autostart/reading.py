"""One autostart entry: its definition is matched, and with it every file that it starts."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine import limits
from medscan_gui.engine.content import EndedError, Folder, checked_status, ending_for
from medscan_gui.engine.identity import UNKNOWN
from medscan_gui.engine.live.readers import Look
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.pipeline import ItemMatch, ItemResult, Patience
from medscan_gui.engine.places import split
from medscan_gui.engine.protocol import OfAutostart
from medscan_gui.engine.troubles import Ending
from medscan_gui.engine.unpack.base import Member, Unpacking
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.source import FileSource, MemorySource, Source
from medscan_gui.engine.unpack.tree import Chain, Tree, digest_of

if sys.platform == "win32":
    from medscan_gui.engine.live.autostart.definitions_windows import definition_of, targets_of
else:
    from medscan_gui.engine.live.autostart.definitions_linux import definition_of, targets_of

Target = tuple[bytes, bytes]
"""A file that an entry starts: as the entry's system calls it, and where it really lies."""

Targets = Callable[[OfAutostart, bytes], Iterator[Target]]

_TOO_LARGE: Ending = (Outcome.TOO_LARGE, Cause.NONE, "")
_READ: Ending = (Outcome.SCANNED, Cause.NONE, "")
_EMPTY: Ending = (Outcome.EMPTY, Cause.NONE, "")


def scan_entry(entry: OfAutostart, look: Look, patience: Patience) -> ItemResult:
    """Scan one entry. Raises OSError if its definition cannot be read, and `readers.StopError`."""
    definition = definition_of(entry)
    if len(definition) > limits.DEFINITION_BYTES:
        return ItemResult(_TOO_LARGE)
    if not definition:
        return ItemResult(_EMPTY)
    look.match(definition, digest=True)
    digest = hashlib.sha256(definition).hexdigest()
    started = _Started(entry, definition, look, digest)
    budget = Budget(patience.unpack, max(len(definition), limits.LARGE_FILE), look.seconds_left())
    unpacking = Unpacking(
        limits=patience.unpack, budget=budget, passwords=patience.passwords, scratch=patience.scratch
    )
    tree = Tree(look.matcher, unpacking, started.matched, look.hashes)
    source = MemorySource(look.name, definition)
    ending = tree.open(source)
    started.troubles = lambda: len(tree.inside.troubles)
    inner = tree.take(started.members, source)
    return ItemResult(ending if ending[0] is not Outcome.SCANNED else inner, tree.inside)


class _Started:
    """What one entry starts."""

    def __init__(self, entry: OfAutostart, definition: bytes, look: Look, digest: str) -> None:
        self._entry = entry
        self._definition = definition
        self._look = look
        self._digest = digest
        self.troubles: Callable[[], int] = lambda: 0
        self._found = 0
        #: The file at hand, and its digest once it is asked for.
        self._at_hand: Source | None = None
        self._file_digest = ""

    def members(self) -> Iterator[Member]:
        """Yield the files that the entry starts, each once."""
        given: set[bytes] = set()
        for title, real in targets_of(self._entry, self._definition[: limits.COMMAND_BYTES]):
            if real not in given:
                given.add(real)
                yield from self._member(title, real)
            if len(given) >= limits.PROGRAMS_PER_ENTRY:
                ending = (Outcome.LIMIT_REACHED, Cause.TOO_MANY_MEMBERS, "")
                yield Member(b"[more]", problem=ending)
                return

    def _member(self, title: bytes, real: bytes) -> Iterator[Member]:
        folder = Folder()
        directory, name = split(real)
        try:
            folder.enter(directory, UNKNOWN)
            descriptor = folder.open(name)
        except (OSError, EndedError) as error:
            folder.close()
            ending = ending_for(error)
            # What is gone starts nothing.
            if ending[0] is not Outcome.VANISHED:
                yield Member(title, problem=ending)
            return
        try:
            yield from self._opened(title, descriptor)
        finally:
            os.close(descriptor)
            folder.close()

    def _opened(self, title: bytes, descriptor: int) -> Iterator[Member]:
        try:
            status = checked_status(descriptor)
        except EndedError as error:
            yield Member(title, problem=error.ending)
            return
        key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        if key in _CLEAN:
            yield Member(title, problem=_READ)
            return
        self._at_hand, self._file_digest = FileSource(title, descriptor, status.st_size), ""
        before = self._found, self.troubles()
        yield Member(title, self._at_hand.chunks(), size=status.st_size)
        if before == (self._found, self.troubles()) and status.st_ino and len(_CLEAN) < _MOST_CLEAN:
            _CLEAN.add(key)
        self._at_hand = None

    def matched(self, chain: Chain, matches: list[RuleMatch], source: Source) -> None:
        """Tell what matched in a file that is started, or inside of it."""
        self._found += 1
        if len(chain) > 1 and self._at_hand is not None and not self._file_digest:
            self._file_digest = digest_of(self._at_hand)
        told = ItemMatch(
            matches=tuple(matches),
            sha256=digest_of(source),
            size=source.size,
            identity=None,
            chain=chain,
            # Of the file that is started: that is what is on the disk, and what somebody may have accepted.
            file_sha256=self._file_digest if len(chain) > 1 else self._digest,
        )
        self._look.tell(told)


#: Files that were read whole in this very scan and held nothing: a shell is started by hundreds of entries.
_CLEAN: set[tuple[int, int, int, int, int]] = set()
_MOST_CLEAN = 10_000
