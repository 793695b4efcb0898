"""The files of a target for a second engine: the same walk as MedScan's own, the same left out, the same opening.

Each file is opened read-only by us, no link followed, and compared with what was listed; so the engine is given what
was counted, whatever happens to names meanwhile.
"""

import os
import stat
import threading
import time
from collections.abc import Iterator
from queue import Empty, Full, Queue

import msgspec

from medscan_gui.core.coverage import CoverageLedger
from medscan_gui.core.finding import FileIdentity, ItemProblem
from medscan_gui.core.opinion import NAME_BYTES_KEPT, PROBLEMS_KEPT
from medscan_gui.core.words import READ_OUTCOMES, Cause, Outcome
from medscan_gui.engine import places
from medscan_gui.engine.content import EndedError, Folder, checked_status, ending_for
from medscan_gui.engine.identity import FileSystems, unpack_numbers
from medscan_gui.engine.protocol import Done, Entries, PassedOver, Trouble, Walk, WalkerMessage, split_names
from medscan_gui.engine.second.base import Answered, Beat, Given
from medscan_gui.engine.troubles import Ending
from medscan_gui.engine.walk import Walker

#: Batches of the walk that may wait for the engine.
_WAITING = 64
_LOOK = 0.2
#: A walk that tells nothing for so long is stuck on a dead medium.
_STUCK_SECONDS = 120.0


class Account:
    """What became of each file, in counts; troubles by name as far as they are kept."""

    def __init__(self) -> None:
        self.ledger = CoverageLedger()
        self.problems: list[ItemProblem] = []
        self.named = 0
        self._room = NAME_BYTES_KEPT

    def count(self, items: int = 1) -> None:
        """Items were met that will end."""
        self.ledger.items_counted += items

    def end(self, ending: Ending, path: bytes = b"", size: int = 0) -> None:
        """One item has ended."""
        outcome, cause, detail = ending
        self.ledger.add(outcome, cause, size=size)
        if path and outcome not in READ_OUTCOMES and self.named < PROBLEMS_KEPT and len(path) <= self._room:
            self.named += 1
            self._room -= len(path)
            self.problems.append(ItemProblem(chain=(path,), outcome=outcome, cause=cause, detail=detail))

    def left_out(self, cause: Cause, items: int) -> None:
        """Items were left out by policy."""
        self.count(items)
        self.ledger.add(Outcome.SKIPPED_BY_POLICY, cause, items)

    def end_rest(self) -> None:
        """Whatever was met and has no ending was not reached."""
        left = self.ledger.items_counted - self.ledger.items_ended
        if left > 0:
            self.ledger.add(Outcome.CANCELLED, Cause.NOT_REACHED, left)


class Files:
    """Walks a target in a thread, and gives its files, opened, one by one."""

    def __init__(self, order: Walk, account: Account, beat: Beat, *, opened: bool) -> None:
        """`opened`: the engine takes descriptors; else only names are given, of files that could be opened."""
        self._account = account
        self._beat = beat
        self._opened = opened
        self._told: Queue[WalkerMessage | None] = Queue(_WAITING)
        self._stop = threading.Event()
        self._decoder = msgspec.json.Decoder(WalkerMessage)
        self._folder = Folder()
        self._systems = FileSystems()
        self._order = order

    def __iter__(self) -> Iterator[Given]:
        """Walk, once, and yield each file to be analysed; everything else is entered into the account."""
        threading.Thread(target=self._walk, args=(self._order,), name="walk", daemon=True).start()
        while (told := self._next()) is not None:
            match told:
                case Entries():
                    yield from self._entries(told)
                case PassedOver():
                    self._account.left_out(told.cause, told.items)
                case Trouble():
                    # Named by MedScan's own engine, which met it as well.
                    self._account.count()
                    self._account.end((told.outcome, told.cause, told.detail))
                case Done():
                    self._account.ledger.walk_complete = True
                    return

    def opened_again(self, path: bytes) -> int:
        """Open a file that the engine opened itself. Raises OSError, EndedError."""
        directory, name = places.split(path)
        self._folder.enter(directory, bytes(16))
        return self._folder.open(name)

    def identity(self, status: os.stat_result) -> FileIdentity:
        """Return which file an open handle holds."""
        return self._systems.opened(status)

    def is_own(self, status: os.stat_result) -> bool:
        """Say whether it is one of MedScan's own files, which a scan leaves out."""
        return bool(status.st_ino) and places.identity(status) in self._order.exclude

    def close(self) -> None:
        """End the walk and let the medium go."""
        self._stop.set()
        self._folder.close()

    def _entries(self, entries: Entries) -> Iterator[Given]:
        names = split_names(entries.names)
        if entries.headers:
            # A second engine cannot look at the beginning of a file only: the card's word comes first.
            self._account.left_out(Cause.FOLDER_OF_CARD, len(names))
            return
        inodes = unpack_numbers(entries.inodes)
        for place, (name, size) in enumerate(zip(names, entries.sizes, strict=True)):
            path = places.join(entries.directory, name)
            self._account.count()
            self._folder.enter(entries.directory, entries.mark)
            try:
                given = self._given(path, name, inodes[place] if place < len(inodes) else 0)
            except (OSError, EndedError) as error:
                self._account.end(ending_for(error), path, size)
                continue
            if given is None:
                self._account.end((Outcome.EMPTY, Cause.NONE, ""))
            else:
                yield given

    def _given(self, path: bytes, name: bytes, inode: int) -> Given | None:
        """Open a listed file; None if it is empty. Raises OSError, EndedError."""
        descriptor = self._folder.open(name)
        keep = False
        try:
            status = checked_status(descriptor)
            _device, number = self._systems.lasting(status)
            if inode and number and inode != number:
                raise EndedError((Outcome.UNREADABLE, Cause.REPLACED, ""))
            if stat.S_ISREG(status.st_mode) and status.st_size == 0:
                return None
            keep = self._opened
            return Given(path, status.st_size, descriptor if keep else -1, status)
        finally:
            if not keep:
                os.close(descriptor)

    def _next(self) -> WalkerMessage | None:
        """Return what the walk tells next; None at its end, also if it is stuck."""
        until = time.monotonic() + _STUCK_SECONDS
        while time.monotonic() < until:
            try:
                return self._told.get(timeout=_LOOK)
            except Empty:
                self._beat()
        return None

    def _walk(self, order: Walk) -> None:
        try:
            Walker(order, self._send).run()
        except OSError:
            pass  # stopped
        finally:
            self._put(None)

    def _send(self, lines: bytes) -> None:
        for told in self._decoder.decode_lines(lines):
            if not self._put(told):
                raise BrokenPipeError("nobody listens")

    def _put(self, told: WalkerMessage | None) -> bool:
        while not self._stop.is_set():
            try:
                self._told.put(told, timeout=_LOOK)
            except Full:
                continue
            return True
        return False


def close_given(answered: Answered | Given) -> None:
    """Close the descriptor of a file that has its answer."""
    given = answered.file if isinstance(answered, Answered) else answered
    if given.descriptor >= 0:
        os.close(given.descriptor)
