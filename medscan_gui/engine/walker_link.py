"""The supervisor's side of the walker: keeps its own copy of what is left to walk, so that another walker can go on."""

import msgspec

from medscan_gui.core.known_clean import KEY_BYTES
from medscan_gui.core.words import ACCEPTED_SKIPS, Cause, Outcome, Place
from medscan_gui.engine import limits
from medscan_gui.engine.backlog import Backlog
from medscan_gui.engine.card_folders import CardFolders
from medscan_gui.engine.events import EngineStarted, Role
from medscan_gui.engine.identity import MARK_BYTES
from medscan_gui.engine.pending import PendingStack
from medscan_gui.engine.places import SEPARATOR, Identity, join, split
from medscan_gui.engine.process import ChildProcess, Mail
from medscan_gui.engine.protocol import (
    PROTOCOL,
    THINGS,
    UNDECODABLE,
    WALKER_OUTCOMES,
    Done,
    Enter,
    EnterPlace,
    Entries,
    Folders,
    Hello,
    LivePlaces,
    PassedOver,
    ProtocolError,
    RecentFolder,
    Resolved,
    Trouble,
    Unchanged,
    Walk,
    WalkerMessage,
    line,
    split_names,
)
from medscan_gui.engine.report import Report

_decoder: "msgspec.json.Decoder[WalkerMessage]" = msgspec.json.Decoder(WalkerMessage)


class WalkOrder(msgspec.Struct, frozen=True):
    """What every walker of one scan is told."""

    exclude: tuple[Identity, ...]
    skip_virtual: bool
    network: tuple[int, ...] = ()
    exclude_names: tuple[bytes, ...] = ()
    headers_only: tuple[bytes, ...] = ()
    shallow: bool = False
    below: tuple[bytes, ...] = ()
    files_only: bool = False
    share: float = 0.0
    known: bytes = b""
    context: bytes = b""
    live: LivePlaces = LivePlaces()
    recent: tuple[RecentFolder, ...] = ()
    since: int = 0


class WalkerLink:
    """One walker, from its start to its end."""

    def __init__(
        self, child: ChildProcess, order: WalkOrder, pending: PendingStack, report: Report, backlog: Backlog
    ) -> None:
        self.child = child
        self.pending = pending
        self._shallow = order.shallow
        self._below = order.below
        self._card = CardFolders(order.headers_only)
        self._asks_known = bool(order.known)
        self._asks_keys = bool(order.context)
        #: Places beside files that are not listed yet, and the one at hand.
        self._places = list(order.live.places)
        self._place: Place | None = None
        self.done = False
        self._report = report
        self._backlog = backlog
        self._next_id = report.items_counted
        self._greeted = False
        #: The directory at hand; None before the first one.
        self._directory: bytes | None = None
        self._target_unresolved = False
        self._heard_at = child.started_at
        self._items = 0
        self._bytes = 0
        walk = Walk(
            first_id=self._next_id,
            pending=pending.groups(),
            exclude=order.exclude,
            skip_virtual=order.skip_virtual,
            network=order.network,
            exclude_names=order.exclude_names,
            headers_only=order.headers_only,
            root=pending.root,
            shallow=order.shallow,
            below=order.below,
            files_only=order.files_only,
            share=order.share,
            known=order.known,
            context=order.context,
            live=order.live,
            recent=order.recent,
            since=order.since,
        )
        child.send(line(walk))

    def hear(self, mail: Mail) -> None:
        """Deal with what the walker said. Raises ProtocolError."""
        self._heard_at = mail.at
        lines = self.child.lines_of(mail)
        if not lines:
            return
        for text in lines[:-1].split(b"\n"):
            try:
                message = _decoder.decode(text)
            except UNDECODABLE as error:
                raise ProtocolError(f"no message: {error}"[: limits.DETAIL_CHARS]) from error
            self._take(message, text)

    def _take(self, message: WalkerMessage, text: bytes) -> None:
        if isinstance(message, Hello):
            self._hello(message)
            return
        if not self._greeted or self.done:
            raise ProtocolError("out of turn")
        if isinstance(message, Enter):
            self._enter()
        elif isinstance(message, EnterPlace):
            self._enter_place(message.place)
        elif isinstance(message, Done):
            self._finish(message)
        elif self._place is not None:
            self._take_live(message, self._place, text)
        elif self._directory is None:
            raise ProtocolError("entries of no directory")
        else:
            self._take_found(message, self._directory, text)

    def _enter_place(self, place: Place) -> None:
        if not self._places or self._places[0] is not place:
            raise ProtocolError("a place that was not asked for")
        self._place = self._places.pop(0)

    def _take_live(self, message: WalkerMessage, place: Place, text: bytes) -> None:
        """Take what was listed in a place beside files."""
        if isinstance(message, Entries):
            self._live_entries(message, place, text)
        elif isinstance(message, PassedOver):
            self._passed_over(message)
        elif isinstance(message, Trouble):
            self._live_trouble(message, place)
        else:
            raise ProtocolError("what only a directory has")

    def _live_entries(self, entries: Entries, place: Place, text: bytes) -> None:
        names, kind = split_names(entries.names), THINGS.get(place)
        fits = len(names) == len(entries.sizes) == len(entries.things) and entries.first == self._next_id
        if not fits or entries.place is not place or entries.directory or entries.inodes or entries.headers:
            raise ProtocolError("a batch that does not fit")
        self._check_keys(entries, len(names))
        if b"" in names or kind is None or not all(isinstance(thing, kind) for thing in entries.things):
            raise ProtocolError("things of another place")
        self._hand_on(entries, len(names), text)

    def _live_trouble(self, trouble: Trouble, place: Place) -> None:
        if trouble.outcome not in WALKER_OUTCOMES or not trouble.name or b"\0" in trouble.name:
            raise ProtocolError("an outcome that is not a walker's to give")
        self._count(1)
        self._report.end_item((trouble.name,), trouble.outcome, trouble.cause, trouble.detail, place=place)

    def _take_found(
        self, message: Entries | Folders | PassedOver | Trouble | Resolved | Unchanged, directory: bytes, text: bytes
    ) -> None:
        if isinstance(message, Entries):
            self._entries(message, directory, text)
        elif isinstance(message, Unchanged):
            self._unchanged(message)
        elif isinstance(message, Folders):
            self._folders(message, directory)
        elif isinstance(message, PassedOver):
            self._passed_over(message)
        elif isinstance(message, Trouble):
            self._trouble(message, directory)
        else:
            if not self._target_unresolved:
                raise ProtocolError("resolved what is no target")
            if self._below and message.directory not in {directory, split(directory)[0]}:
                raise ProtocolError("a target lies elsewhere than it must")
            self._target_unresolved = False
            self.pending.root = self._directory = message.directory

    def _hello(self, hello: Hello) -> None:
        if self._greeted or hello.protocol != PROTOCOL:
            raise ProtocolError("a second hello" if self._greeted else f"protocol {hello.protocol}")
        self._greeted = True
        self._report.tell(EngineStarted(role=Role.WALK, pid=self.child.pid, program_version=hello.program))

    def _enter(self) -> None:
        if not self.pending or self._places:
            raise ProtocolError("entered what was not pending")
        self._place = None
        self._target_unresolved, self._directory, _mark = self.pending.pop()

    def _count(self, items: int, size: int = 0) -> None:
        self._items += items
        self._bytes += size
        if max(self._report.items_counted + items, self._report.bytes_counted + size) > limits.MAX_NUMBER:
            raise ProtocolError("a count out of range")
        self._report.count(items, size)

    def _entries(self, entries: Entries, directory: bytes, text: bytes) -> None:
        names = split_names(entries.names)
        if entries.directory != directory or entries.first != self._next_id or len(names) != len(entries.sizes):
            raise ProtocolError("a batch that does not fit")
        if len(entries.inodes) not in {0, 8 * len(names)}:
            raise ProtocolError("a batch without its inodes")
        self._check_keys(entries, len(names))
        _check_names(names)
        if entries.things or entries.place is not Place.FILE:
            raise ProtocolError("things that are no files")
        if entries.headers and not self._card.holds(directory, self.pending.root, any_case=True):
            raise ProtocolError("a folder that is none of the card's")
        self._hand_on(entries, len(names), text)

    def _check_keys(self, entries: Entries, items: int) -> None:
        keys, changed = len(entries.keys), len(entries.changed)
        whole = (keys, changed) == (KEY_BYTES * items, 8 * items) and entries.inodes and self._asks_keys
        if (keys or changed) and not whole:
            raise ProtocolError("keys that do not fit, or unasked for")

    def _hand_on(self, entries: Entries, items: int, text: bytes) -> None:
        self._next_id += items
        self._count(items, sum(entries.sizes))
        large = items == 1 and entries.sizes[0] > limits.LARGE_FILE
        self._backlog.put(text + b"\n", large=large)

    def _folders(self, folders: Folders, directory: bytes) -> None:
        names = split_names(folders.names)
        _check_names(names)
        if self._shallow or len(folders.marks) != MARK_BYTES * len(names):
            raise ProtocolError("folders without their marks, or unasked for")
        self.pending.push(directory, folders.names, folders.marks)

    def _passed_over(self, passed: PassedOver) -> None:
        if passed.cause not in ACCEPTED_SKIPS:
            raise ProtocolError("passed over for no reason")
        self._count(passed.items)
        self._report.end(Outcome.SKIPPED_BY_POLICY, passed.cause, passed.items, 0)

    def _unchanged(self, unchanged: Unchanged) -> None:
        if not self._asks_known:
            raise ProtocolError("nothing is known to be clean")
        self._count(unchanged.items, unchanged.bytes)
        self._report.end(Outcome.SCANNED, Cause.UNCHANGED, unchanged.items, unchanged.bytes)

    def _trouble(self, trouble: Trouble, directory: bytes) -> None:
        if trouble.outcome not in WALKER_OUTCOMES:
            raise ProtocolError("an outcome that is not a walker's to give")
        path = directory
        if trouble.name:
            _check_names([trouble.name])
            path = join(directory, trouble.name)
        self._count(1)
        self._report.end_item((path,), trouble.outcome, trouble.cause, trouble.detail)

    def _finish(self, done: Done) -> None:
        if self.pending or self._places or (done.items, done.bytes) != (self._items, self._bytes):
            raise ProtocolError("done too early")
        self.done = True
        self._report.final()

    # Patience -----------------------------------------------------------------------------------

    def is_hung(self, now: float, patience: limits.Limits) -> bool:
        """Say whether the walker owes a word for too long."""
        if self.done or not self.child.heard_out:
            return False
        allowed = patience.silence_seconds if self._greeted else patience.start_seconds
        return now - self._heard_at > allowed

    @property
    def places_left(self) -> tuple[Place, ...]:
        """Places beside files that another walker has to list."""
        return tuple(self._places)

    @property
    def greeted(self) -> bool:
        """It has started well."""
        return self._greeted

    def lose(self, outcome: Outcome, cause: Cause, detail: str) -> bytes:
        """The walker is lost: the directory or place at hand counts as an item with that outcome.

        Returns its raw path; b"" for a place.
        """
        if self._place is not None:
            place, self._place = self._place, None
            self._report.count(1)
            self._report.end_item((b"all",), outcome, cause, detail, place=place)
            return b""
        if self._directory is None:
            return b""
        path, self._directory = self._directory, None
        self._report.count(1)
        self._report.end_item((path,), outcome, cause, detail)
        return path


def _check_names(names: list[bytes]) -> None:
    for name in names:
        if SEPARATOR in name or name in {b"", b".", b".."}:
            raise ProtocolError("a name that leads elsewhere")
