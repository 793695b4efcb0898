"""The worker's side of the places beside files: read one item, match it, say what became of it."""

import hashlib
import sys
import time
from collections.abc import Callable

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine import limits
from medscan_gui.engine.live.memory import NoMemoryError, Regions
from medscan_gui.engine.live.pieces import Pieces
from medscan_gui.engine.match.base import Content, Matcher, MatchFailedError, MatchTooSlowError, RuleMatch
from medscan_gui.engine.match.hashes import HashMatcher
from medscan_gui.engine.pipeline import ItemMatch, ItemResult, Patience, Tell
from medscan_gui.engine.protocol import LiveThing, OfAutostart, OfDisk, OfProcess
from medscan_gui.engine.troubles import Ending, ending_of

if sys.platform == "win32":
    from medscan_gui.engine.live.memory_windows import regions
else:
    from medscan_gui.engine.live.memory_linux import regions

_READ: Ending = (Outcome.SCANNED, Cause.NONE, "")
_EMPTY: Ending = (Outcome.EMPTY, Cause.NONE, "")
_TOO_SLOW: Ending = (Outcome.TIMED_OUT, Cause.RULE_TOO_SLOW, "")
_TOO_LONG: Ending = (Outcome.TIMED_OUT, Cause.NONE, "")
_TOO_MUCH: Ending = (Outcome.LIMIT_REACHED, Cause.TOO_MUCH_MEMORY, "")

Rest = Callable[[], None]
"""Called between two pieces of a large item: a gentle worker rests then."""


class StopError(Exception):
    """Nothing more of an item is read; `ending` says why."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(*ending)
        self.ending = ending


class LiveReaders:
    """Scans what is no file. Never raises for what it meets."""

    def __init__(
        self,
        matcher: Matcher,
        patience: Patience,
        rest: Rest,
        read_memory: Regions = regions,
        hashes: HashMatcher | None = None,
    ) -> None:
        self._matcher = matcher
        self._hashes = hashes
        self._patience = patience
        self._rest = rest
        self._read_memory = read_memory

    def scan(self, name: bytes, thing: LiveThing, size: int, tell: Tell) -> ItemResult:
        """Scan one item; `size` is what it was listed with."""
        look = Look(self._matcher, name, self._patience.seconds(size), tell, self._hashes)
        try:
            match thing:
                case OfProcess():
                    return ItemResult(self._scan_memory(thing, look))
                case OfAutostart():
                    from medscan_gui.engine.live.autostart.reading import scan_entry

                    return scan_entry(thing, look, self._patience)
                case OfDisk():
                    return ItemResult(self._scan_sectors(thing, look))
        except StopError as stop:
            return ItemResult(stop.ending)
        except OSError as error:
            return ItemResult(ending_of(error))

    def _scan_memory(self, process: OfProcess, look: "Look") -> Ending:
        def emit(content: memoryview) -> None:
            look.match(content)
            self._rest()

        pieces = Pieces(emit)
        ending = _READ
        try:
            held = self._gather(process, pieces)
        except NoMemoryError as error:
            ending = error.ending
        else:
            if held > limits.PROCESS_MEMORY:
                ending = _TOO_MUCH
            elif not held:
                ending = _EMPTY
        pieces.finish()
        return ending

    def _gather(self, process: OfProcess, pieces: Pieces) -> int:
        """Read a process up to the bound; returns the bytes that it held. Raises NoMemoryError."""
        held = 0
        for region in self._read_memory(process):
            begun = False
            for part in region.parts:
                if not begun:
                    pieces.begin(part[:8])
                    begun = True
                pieces.add(part)
                held += len(part)
                if held > limits.PROCESS_MEMORY:
                    return held
        return held

    def _scan_sectors(self, sectors: OfDisk, look: "Look") -> Ending:
        from medscan_gui.engine.live.disks import read_sectors

        content = read_sectors(sectors)
        if not content:
            return _EMPTY
        look.match(content, digest=True)
        return _READ


class Look:
    """The looks at one item: what matched is told once, whatever piece it is in."""

    def __init__(
        self, matcher: Matcher, name: bytes, seconds: float, tell: Tell, hashes: HashMatcher | None = None
    ) -> None:
        self.matcher = matcher
        self.hashes = hashes
        self.name = name
        self.tell = tell
        self._until = time.monotonic() + seconds
        self._known: set[tuple[str, str]] = set()

    def seconds_left(self) -> float:
        """Seconds left for the item. Raises StopError if none are."""
        left = self._until - time.monotonic()
        if left <= 0.0:
            raise StopError(_TOO_LONG)
        return left

    def match(self, content: Content, *, digest: bool = False) -> None:
        """Look at a content of the item itself, and tell what matched. Raises StopError."""
        try:
            matches = self.matcher.match(content, self.name, self.seconds_left())
        except MatchTooSlowError as error:
            raise StopError(_TOO_SLOW) from error
        except (MatchFailedError, MemoryError) as error:
            raise StopError((Outcome.UNREADABLE, Cause.ENGINE_ERROR, str(error)[: limits.DETAIL_CHARS])) from error
        if fresh := tuple(match for match in matches if self._is_fresh(match)):
            # What a process holds is another content in the next moment: it has no digest.
            sha256 = hashlib.sha256(content).hexdigest() if digest else ""
            self.tell(ItemMatch(matches=fresh, sha256=sha256, size=len(content), identity=None))

    def _is_fresh(self, match: RuleMatch) -> bool:
        key = (match.rule_file, match.rule)
        if key in self._known or len(self._known) >= limits.FINDINGS_PER_ITEM:
            return False
        self._known.add(key)
        return True
