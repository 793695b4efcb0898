"""The supervisor's side of one worker: what it was given, what it may say next, how long it may take.

States: *starting* (rules sent, `Hello` or `Refused` awaited), *ready* (an item is begun, or not), *lost*.
Each message is checked against what was given: ids come in the order given, an item is begun before it
ends, findings belong to the item at hand. The first wrong word raises ProtocolError.
"""

import time
from collections import deque

import msgspec

from medscan_gui.core.finding import FileIdentity, Finding, ItemProblem
from medscan_gui.core.known_clean import KEY_BYTES
from medscan_gui.core.verdict import EngineProof
from medscan_gui.core.words import READ_OUTCOMES, Cause, Fate, Outcome, Place
from medscan_gui.engine import limits
from medscan_gui.engine.events import EngineStarted, Found, Role
from medscan_gui.engine.identity import unpack_pair
from medscan_gui.engine.places import join
from medscan_gui.engine.process import ChildProcess, Mail
from medscan_gui.engine.protocol import (
    CARD_ENDING,
    PROCESS_ENDINGS,
    PROTOCOL,
    UNDECODABLE,
    WORKER_OUTCOMES,
    Begin,
    End,
    Entries,
    Hello,
    Hit,
    Member,
    Members,
    Next,
    OpenedFile,
    Pause,
    ProtocolError,
    Refused,
    Resume,
    SelfTest,
    Suspect,
    WorkerMessage,
    line,
    split_names,
)
from medscan_gui.engine.report import Report
from medscan_gui.engine.unchanged import NO_KEY

_decoder: "msgspec.json.Decoder[WorkerMessage]" = msgspec.json.Decoder(WorkerMessage)
_batch_decoder = msgspec.json.Decoder(Entries)

_PAUSE, _RESUME = line(Pause()), line(Resume())

#: Work given ahead: as many items as this worker ends in so many seconds, within bounds.
_AHEAD_SECONDS = 0.03
_AHEAD_LEAST = limits.BATCH_ITEMS
_AHEAD_MOST = 2048
_RATE_WINDOW = 0.1


class WorkerRefusedError(Exception):
    """The worker cannot use the rules, or failed its self-test: no other one would do better."""

    def __init__(self, refused: Refused | None, hello: Hello | None = None) -> None:
        super().__init__()
        self.refused = refused
        self.hello = hello


class _Batch:
    """A batch given to a worker. `done` items of it have ended."""

    def __init__(self, entries: Entries) -> None:
        self.entries = entries
        self.first = entries.first
        self.sizes = entries.sizes
        self.done = 0

    @property
    def names(self) -> list[bytes]:
        """Their names; asked for rarely."""
        return split_names(self.entries.names)

    def path(self) -> bytes:
        """Raw path of the item at hand."""
        return join(self.entries.directory, self.names[self.done])

    def key(self) -> bytes:
        """Return the key of the item at hand (`unchanged`); NO_KEY if it has none."""
        start = KEY_BYTES * self.done
        return self.entries.keys[start : start + KEY_BYTES] or NO_KEY

    def rest(self, skip: int) -> bytes:
        """Return what is left of it as a line, `skip` items less; b"" if nothing is."""
        start = self.done + skip
        entries = self.entries
        if start >= len(self.sizes):
            return b""
        names = b"\0".join(self.names[start:])
        left = msgspec.structs.replace(
            entries,
            first=entries.first + start,
            names=names,
            sizes=entries.sizes[start:],
            inodes=entries.inodes[8 * start :],
            things=entries.things[start:],
            keys=entries.keys[KEY_BYTES * start :],
            changed=entries.changed[8 * start :],
        )
        return line(left)


class WorkerLink:
    """One worker, from its start to its end."""

    def __init__(self, child: ChildProcess, load: bytes, report: Report, *, prefers_large: bool) -> None:
        self.child = child
        self.prefers_large = prefers_large
        self.proof: EngineProof | None = None
        self._report = report
        self._batches: deque[_Batch] = deque()
        self._begun = False
        self._paused = False
        self._begun_at = 0.0
        self._heard_at = child.started_at
        self._hits = 0
        self._troubles = 0
        #: Members of the item at hand that were told of, and whether anything is known of it that forbids its key.
        self._members_told = 0
        self._marred = False
        #: Keys of the files that were found clean, not told yet.
        self._clean: list[bytes] = []
        self._items_given = 0
        self._bytes_given = 0
        self._scanned_items = 0
        self._scanned_bytes = 0
        self._ahead = _AHEAD_LEAST * 2
        self._window_items = 0
        self._window_at = child.started_at
        child.send(load)

    # Work ---------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Nothing that was given is left."""
        return not self._batches

    @property
    def load(self) -> int:
        """Items given and not ended."""
        return self._items_given

    @property
    def wants_work(self) -> bool:
        """Ready, with too little to do to bridge the time until it is given more."""
        if self.proof is None:
            return False
        return not self._batches or (self._items_given < self._ahead and self._bytes_given < 2 * limits.BATCH_CONTENT)

    def give(self, batch: bytes) -> None:
        """Give a batch, as the line that the walker wrote."""
        entries = _batch_decoder.decode(batch)
        if not self._batches:
            self._heard_at = time.monotonic()
        self._batches.append(_Batch(entries))
        self._items_given += len(entries.sizes)
        self._bytes_given += sum(entries.sizes)
        self.child.send(batch)

    def pause(self) -> None:
        """Let the worker begin nothing more; the item at hand still has to end in its time."""
        self._paused = True
        self.child.send(_PAUSE)

    def resume(self) -> None:
        """Let the worker go on after `pause`."""
        self._paused = False
        self._heard_at = time.monotonic()
        self.child.send(_RESUME)

    # Listening ----------------------------------------------------------------------------------

    def hear(self, mail: Mail) -> None:
        """Deal with what the worker said. Raises ProtocolError and WorkerRefusedError."""
        self._heard_at = mail.at
        if not (lines := self.child.lines_of(mail)):
            return
        try:
            for message in _decoded(lines):
                if isinstance(message, Next):
                    self._next(message.id, mail.at)
                else:
                    self._take(message, mail.at)
        finally:
            self._book_scanned()
            self._measure(mail.at)

    def _take(self, message: WorkerMessage, at: float) -> None:
        if isinstance(message, Begin):
            self._begin(message.id, at)
        elif isinstance(message, End):
            self._end(message, at)
        elif isinstance(message, Hit):
            self._hit(message)
        elif isinstance(message, Member | Members):
            self._members(message)
        elif isinstance(message, Hello):
            self._hello(message)
        elif isinstance(message, Refused):
            raise WorkerRefusedError(message)

    def _hello(self, hello: Hello) -> None:
        if self.proof is not None:
            raise ProtocolError("a second hello")
        if hello.protocol != PROTOCOL:
            raise ProtocolError(f"protocol {hello.protocol}")
        self.proof = EngineProof(
            rules_loaded=hello.rules,
            bundle_digest=hello.bundle_digest,
            self_test_passed=hello.self_test is SelfTest.PASSED,
            hashes_loaded=hello.hashes,
        )
        self._report.tell(
            EngineStarted(
                role=Role.SCAN,
                pid=self.child.pid,
                program_version=hello.program,
                yara_version=hello.yara,
                proof=self.proof,
            )
        )
        if not self.proof.self_test_passed:
            raise WorkerRefusedError(None, hello)

    def _begin(self, item: int, at: float) -> None:
        if self._begun or not self._batches:
            raise ProtocolError("an item is begun out of turn")
        batch = self._batches[0]
        if item != batch.first + batch.done:
            raise ProtocolError("an item is begun out of order")
        self._begun = True
        self._open_item(at)

    def _open_item(self, at: float) -> None:
        self._begun_at = at
        self._hits = self._troubles = self._members_told = 0
        self._marred = False

    def _at_hand(self, item: int) -> _Batch:
        if not self._begun or item != self._batches[0].first + self._batches[0].done:
            raise ProtocolError("a word on an item that is not at hand")
        return self._batches[0]

    def _next(self, item: int, at: float) -> None:
        """The item at hand was scanned and `item` is begun: almost every message is this one, so it is short."""
        if not self._begun:
            raise ProtocolError("an item ends that was not begun")
        batch = self._batches[0]
        if at - self._begun_at > limits.SLOW_SECONDS:
            self._tell_slow(batch, at)
        if batch.entries.keys:
            self._keep_key(batch)
        self._scanned_items += 1
        self._scanned_bytes += batch.sizes[batch.done]
        batch.done += 1
        if batch.done == len(batch.sizes):
            self._begun = False
            self._batches.popleft()
            self._begin(item, at)
        elif item != batch.first + batch.done:
            self._begun = False
            raise ProtocolError("an item is begun out of order")
        self._open_item(at)

    def _keep_key(self, batch: _Batch) -> None:
        """The item at hand was read: keep its key, if nothing speaks against that."""
        if not self._marred and (key := batch.key()) != NO_KEY:
            self._clean.append(key)

    def _book_scanned(self) -> None:
        if self._clean:
            self._report.clean(tuple(self._clean))
            self._clean.clear()
        items, size = self._scanned_items, self._scanned_bytes
        if items:
            self._scanned_items = self._scanned_bytes = 0
            self._report.end(Outcome.SCANNED, Cause.NONE, items, size)
            self._book(items, size)

    def _book(self, items: int, size: int) -> None:
        self._items_given -= items
        self._bytes_given -= size
        self._window_items += items

    def _end(self, end: End, at: float) -> None:
        batch = self._at_hand(end.id)
        if at - self._begun_at > limits.SLOW_SECONDS:
            self._tell_slow(batch, at)
        by_card = batch.entries.headers and (end.outcome, end.cause) == CARD_ENDING
        of_process = (end.outcome, end.cause) in PROCESS_ENDINGS
        if of_process and batch.entries.place is not Place.MEMORY:
            raise ProtocolError("an outcome that only a process has")
        if end.outcome not in WORKER_OUTCOMES and not by_card and not of_process:
            raise ProtocolError("an outcome that is not a worker's to give")
        if end.outcome in READ_OUTCOMES and not end.moved:
            self._keep_key(batch)
        self._report_end(batch, end.outcome, end.cause, end.detail, _locked(batch, end))
        self._advance(batch)

    def _tell_slow(self, batch: _Batch, at: float) -> None:
        self._report.took(batch.path(), at - self._begun_at, batch.sizes[batch.done])

    def _report_end(
        self,
        batch: _Batch,
        outcome: Outcome,
        cause: Cause,
        detail: str,
        file: tuple[FileIdentity, int] | None = None,
    ) -> None:
        entries, size, path = batch.entries, batch.sizes[batch.done], batch.path()
        if outcome is Outcome.TIMED_OUT and entries.place is Place.FILE:
            problem = ItemProblem(chain=(path,), outcome=outcome, cause=cause, detail=detail)
            suspect = Suspect(entries.directory, batch.names[batch.done], entries.mark)
            self._report.end_slow_item(problem, size, suspect)
        else:
            self._report.end_item((path,), outcome, cause, detail, size, entries.place, file)

    def _advance(self, batch: _Batch) -> None:
        self._begun = False
        self._book(1, batch.sizes[batch.done])
        batch.done += 1
        if batch.done == len(batch.sizes):
            self._batches.popleft()

    def _hit(self, hit: Hit) -> None:
        batch = self._at_hand(hit.id)
        self._hits += 1
        self._marred = True
        if self._hits > limits.FINDINGS_PER_ITEM:
            raise ProtocolError("too many findings for one item")
        if (hit.file is None) is (batch.entries.place is Place.FILE):
            raise ProtocolError("a finding on a file that is none, or the other way round")
        finding = Finding(
            chain=(batch.path(), *hit.chain),
            rule=hit.rule,
            rule_file=hit.rule_file,
            severity=hit.severity,
            family=hit.family,
            author=hit.author,
            description=hit.description,
            reference=hit.reference,
            sha256=hit.sha256,
            size=hit.size,
            engine=hit.engine.value,
            identity=_identity(hit.file) if hit.file is not None else None,
            file_sha256=hit.file_sha256,
            fate=Fate.ACCEPTED if hit.allowed else Fate.IN_PLACE,
            place=batch.entries.place,
        )
        self._report.tell(Found(finding))

    def _members(self, told: Member | Members) -> None:
        batch = self._at_hand(told.id)
        if told.outcome not in WORKER_OUTCOMES or (told.outcome, told.cause) in PROCESS_ENDINGS:
            raise ProtocolError("an outcome that is not a worker's to give")
        if isinstance(told, Members):
            self._count_members(told.items)
            self._marred |= told.outcome not in READ_OUTCOMES
            self._report.end(told.outcome, told.cause, told.items, 0)
            return
        self._troubles += 1
        self._marred = True
        if self._troubles > limits.TROUBLES_PER_ITEM:
            raise ProtocolError("too many members in trouble for one item")
        chain = (batch.path(), *told.chain)
        self._count_members(1)
        locked = _locked(batch, told)
        self._report.end_item(chain, told.outcome, told.cause, told.detail, place=batch.entries.place, file=locked)

    def _count_members(self, items: int) -> None:
        """Count members of the item at hand. Raises ProtocolError for more than can be."""
        self._members_told += items
        total = self._report.items_counted + items
        if self._members_told > limits.MEMBERS_TOLD or total > limits.MAX_NUMBER:
            raise ProtocolError("more members than can be")
        self._report.count_members(items)

    def _measure(self, now: float) -> None:
        elapsed = now - self._window_at
        if elapsed >= _RATE_WINDOW:
            wanted = int(self._window_items / elapsed * _AHEAD_SECONDS)
            self._ahead = max(_AHEAD_LEAST, min(_AHEAD_MOST, wanted))
            self._window_items, self._window_at = 0, now

    # Patience -----------------------------------------------------------------------------------

    def is_hung(self, now: float, patience: limits.Limits) -> bool:
        """Say whether the worker owes an answer for too long. What it said and nobody read yet counts for it."""
        if not self.child.heard_out:
            return False
        if self.proof is None:
            return now - self.child.started_at > patience.start_seconds
        if self._begun:
            batch = self._batches[0]
            return now - self._begun_at > patience.item_limit(batch.sizes[batch.done])
        return bool(self._batches) and not self._paused and now - self._heard_at > patience.silence_seconds

    def at_work(self) -> tuple[float, bytes] | None:
        """Return when the item at hand was begun, and its raw path; None between items."""
        return (self._begun_at, self._batches[0].path()) if self._begun else None

    def lose(self, outcome: Outcome, cause: Cause, detail: str) -> tuple[bytes, list[bytes]]:
        """The worker is lost: give the item at hand its outcome.

        Returns that item's raw path (b"" if none was begun), and what else was given, to be given again.
        """
        path = b""
        if self._begun:
            batch = self._batches[0]
            path = batch.path()
            self._report_end(batch, outcome, cause, detail)
        skip = 1 if self._begun else 0
        rest = [batch.rest(skip if place == 0 else 0) for place, batch in enumerate(self._batches)]
        self._batches.clear()
        self._begun = False
        return path, [batch for batch in rest if batch]


def _locked(batch: _Batch, told: End | Member) -> tuple[FileIdentity, int] | None:
    """Return which file is locked, and its bytes, if the worker told. Raises ProtocolError."""
    if told.file is None:
        return None
    if told.outcome is not Outcome.ENCRYPTED or batch.entries.place is not Place.FILE:
        raise ProtocolError("a file that is not locked is told as one")
    return _identity(told.file), told.file.size


def _identity(file: OpenedFile) -> FileIdentity:
    device, inode = unpack_pair(file.mark)
    return FileIdentity(
        device=device,
        inode=inode,
        modified_ns=file.modified_ns,
        changed_ns=file.changed_ns,
        links=file.links,
    )


def _decoded(lines: bytes) -> list[WorkerMessage]:
    """Decode lines. Raises ProtocolError if one is no message."""
    try:
        decoded = _decoder.decode_lines(lines)
    except UNDECODABLE as error:
        raise ProtocolError(f"no message: {error}"[: limits.DETAIL_CHARS]) from error
    if len(decoded) != lines.count(b"\n"):
        raise ProtocolError("an empty line")
    return decoded
