"""The worker: proves itself on the self-test, then scans what it is given, announcing each item first.

Orders are read in a thread of their own, so that a pause is heard between two items, whatever was given ahead.
"""

import threading
from collections.abc import Iterable, Iterator
from itertools import repeat
from queue import SimpleQueue
from typing import TYPE_CHECKING

import msgspec

from medscan_gui import __version__
from medscan_gui.core.bundle import FORMAT, canonical_manifest
from medscan_gui.core.finding import FileIdentity
from medscan_gui.core.words import Outcome
from medscan_gui.engine import limits
from medscan_gui.engine.child import send_all
from medscan_gui.engine.gentle import Pace, lower_priority
from medscan_gui.engine.identity import pack_pair, unpack_numbers, unpack_times
from medscan_gui.engine.match.base import RuleMatch, RulesRefusedError
from medscan_gui.engine.match.hashes import HashMatcher, open_tables
from medscan_gui.engine.match.yara_matcher import VERSION, YaraMatcher
from medscan_gui.engine.pipeline import SCANNED, ItemMatch, ItemResult, Patience, Pipeline
from medscan_gui.engine.protocol import (
    PROTOCOL,
    End,
    Entries,
    Hello,
    Hit,
    Load,
    Member,
    Members,
    OpenedFile,
    Pause,
    Refused,
    Resume,
    SelfTest,
    Suspect,
    line,
    split_names,
)
from medscan_gui.engine.suspects import find_slow_rule
from medscan_gui.engine.unchanged import NO_TIME
from medscan_gui.engine.unpack.tree import Inside

if TYPE_CHECKING:
    from medscan_gui.engine.live.readers import LiveReaders

_Order = Load | Entries | Suspect | Pause | Resume


class Orders:
    """What the supervisor wants, in order; but a pause is heard at once."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self.going = threading.Event()
        self.going.set()
        #: Nothing more will be wanted.
        self.ended = threading.Event()
        self._waiting: SimpleQueue[Load | Entries | Suspect | None] = SimpleQueue()
        threading.Thread(target=self._read, args=(lines,), name="orders", daemon=True).start()

    def _read(self, chunks: Iterable[bytes]) -> None:
        decoder = msgspec.json.Decoder(_Order)
        try:
            for lines in chunks:
                for order in decoder.decode_lines(lines):
                    self._take(order)
        finally:
            self._waiting.put(None)
            self.going.set()
            self.ended.set()

    def _take(self, order: _Order) -> None:
        if isinstance(order, Pause):
            self.going.clear()
        elif isinstance(order, Resume):
            self.going.set()
        else:
            self._waiting.put(order)

    def __iter__(self) -> Iterator[Load | Entries | Suspect]:
        while (order := self._waiting.get()) is not None:
            yield order

    @property
    def waiting(self) -> bool:
        """There is more to do."""
        return not self._waiting.empty()


def scan(lines: Iterable[bytes], sink: int) -> bool:
    """Follow orders until they end. Returns False if the rules were refused."""
    worker: Worker | None = None
    load: Load | None = None
    orders = Orders(lines)
    for order in orders:
        if isinstance(order, Load):
            worker = _load(order, sink, orders)
            if worker is None:
                return False
            load = order
        elif isinstance(order, Suspect):
            if load is not None:
                find_slow_rule(load, order, sink)
        elif worker is not None:
            worker.scan(order)
            if not orders.waiting:
                worker.finish_telling()
    return True


def _load(load: Load, sink: int, orders: Orders) -> "Worker | None":
    pace = None
    if load.share > 0.0:
        lower_priority()
        pace = Pace(load.share)
    try:
        matcher = YaraMatcher({rule_file.path: rule_file.source for rule_file in load.files})
        hashes = open_tables(load.tables)
    except RulesRefusedError as error:
        file, reason = error.file[: limits.META_CHARS], error.reason[: limits.DETAIL_CHARS]
        send_all(sink, line(Refused(file, error.line, reason)))
        return None
    proven = self_test(load, matcher, hashes)
    known = 0 if hashes is None else hashes.hashes
    hello = Hello(PROTOCOL, __version__, VERSION, bundle_digest(load), matcher.rules, proven, known)
    send_all(sink, line(hello))
    patience = Patience(
        item_seconds=load.item_seconds,
        item_seconds_per_mb=load.item_seconds_per_mb,
        unpack=load.unpack,
        passwords=load.passwords,
        scratch=load.scratch,
        removable=load.removable,
    )
    return Worker(Pipeline(matcher, patience, hashes), sink, orders, pace)


def bundle_digest(load: Load) -> str:
    """Return the digest of what was received, computed anew from every byte of it."""
    import hashlib

    files = [
        {
            "path": rule_file.path,
            "sha256": hashlib.sha256(rule_file.source).hexdigest(),
            "size": len(rule_file.source),
            "rules": rule_file.rules,
            "licence": rule_file.licence,
        }
        for rule_file in load.files
    ]
    files += [
        {
            "path": table.path,
            "sha256": table.sha256,  # compared with the content when it was opened
            "size": table.size,
            "hashes": table.hashes,
            "licence": table.licence,
            "kind": table.kind.value,
        }
        for table in load.tables
    ]
    counted = {"hash_count": sum(table.hashes for table in load.tables)} if load.tables else {}
    manifest = {
        "format": FORMAT if load.tables else 1,
        "name": load.name,
        "version": load.version,
        "created": load.created,
        "self_test_rule": load.self_test_rule,
        "rule_count": sum(rule_file.rules for rule_file in load.files),
        **counted,
        "files": sorted(files, key=lambda file: str(file["path"])),
    }
    return hashlib.sha256(canonical_manifest(manifest)).hexdigest()


def self_test(load: Load, matcher: YaraMatcher, hashes: HashMatcher | None) -> SelfTest:
    """Look for the samples and for nothing in the counter-sample, with the very rules and tables that will scan."""
    if hashes is not None and not hashes.proves_itself():
        return SelfTest.SAMPLE_MISSED
    found = matcher.match(load.sample, b"self-test", load.item_seconds)
    if all(match.rule != load.self_test_rule for match in found):
        return SelfTest.SAMPLE_MISSED
    if matcher.match(load.counter_sample, b"self-test", load.item_seconds):
        return SelfTest.COUNTER_MATCHED
    return SelfTest.PASSED


class Worker:
    """Scans batches. An item's end and the next one's beginning are one write: it costs once for each item."""

    def __init__(self, pipeline: Pipeline, sink: int, orders: Orders, pace: Pace | None) -> None:
        self._going = orders.going
        self._ended = orders.ended
        self._pace = pace
        self._pipeline = pipeline
        self._readers: LiveReaders | None = None
        self._sink = sink
        #: The item at hand.
        self._item = 0
        #: The end of the item before, not told yet; b"" if there is none.
        self._untold = b""
        #: The item before, if it was scanned and nothing was found: that goes without saying.
        self._scanned: int | None = None

    def scan(self, batch: Entries) -> None:
        """Scan the items of one batch."""
        if batch.things:
            self._scan_live(batch)
            return
        self._enter(batch)
        scan, sink, going, pace = self._pipeline.scan, self._sink, self._going.is_set, self._pace
        inodes = unpack_numbers(batch.inodes) if batch.inodes else repeat(0)
        changed = unpack_times(batch.changed) if batch.changed else repeat(NO_TIME)
        files = zip(split_names(batch.names), inodes, changed, strict=False)
        for item, (name, inode, changed_ns) in enumerate(files, batch.first):
            if pace is not None and (seconds := pace.due()):
                self._rest(batch, pace, seconds)
            if not going():
                self._pause(batch)
            # `Next` or the end before with `Begin`, written by hand: it is done for each file.
            send_all(
                sink, b'["n",%d]\n' % item if self._scanned is not None else b'%b["b",%d]\n' % (self._untold, item)
            )
            self._item = item
            result = scan(name, self._tell_match, inode, changed_ns)
            if result is SCANNED:
                self._scanned = item
            else:
                self._end(item, result)

    def _scan_live(self, batch: Entries) -> None:
        """Scan items that are no files."""
        self.finish_telling()
        if self._readers is None:
            from medscan_gui.engine.live.readers import LiveReaders

            pipeline = self._pipeline
            self._readers = LiveReaders(
                pipeline.matcher, pipeline.patience, self._rest_between, hashes=pipeline.hashes
            )
        names = split_names(batch.names)
        for item, (name, thing, size) in enumerate(zip(names, batch.things, batch.sizes, strict=True), batch.first):
            self._going.wait()
            send_all(self._sink, b'%b["b",%d]\n' % (self._untold, item))
            self._item, self._untold = item, b""
            self._end(item, self._readers.scan(name, thing, size, self._tell_match))
            self.finish_telling()

    def _rest_between(self) -> None:
        """Rest within an item, if that is due."""
        if self._pace is not None and (seconds := self._pace.due()):
            self._ended.wait(seconds)
            self._pace.rested()

    def _enter(self, batch: Entries) -> None:
        self._pipeline.enter(batch.directory, batch.mark, headers=batch.headers)

    def _rest(self, batch: Entries, pace: Pace, seconds: float) -> None:
        """Hold nothing of the target and begin nothing for a while; a pause is kept by resting."""
        self.finish_telling()
        self._ended.wait(seconds)
        pace.rested()
        self._enter(batch)

    def _pause(self, batch: Entries) -> None:
        """Hold nothing of the target and begin nothing until the supervisor wants it."""
        self.finish_telling()
        self._going.wait()
        self._enter(batch)

    def _end(self, item: int, result: ItemResult) -> None:
        if result.ending[0] is Outcome.SCANNED and result.inside is None and not result.moved:
            self._scanned = item
            return
        self._scanned = None
        outcome, cause, detail = result.ending
        file = None if result.identity is None else _opened(result.identity, result.size)
        told = [] if result.inside is None else _members(item, result.inside, file)
        of_file = file if outcome is Outcome.ENCRYPTED else None
        end = End(item, outcome, cause, detail[: limits.DETAIL_CHARS], of_file, result.moved)
        self._untold = b"".join([*told, line(end)])

    def finish_telling(self) -> None:
        """Tell the last item's end: nothing else is here to be begun. Lets go of the target."""
        if self._scanned is not None:
            self._untold = line(End(self._scanned, Outcome.SCANNED))
        if self._untold:
            send_all(self._sink, self._untold)
        self._untold, self._scanned = b"", None
        self._pipeline.leave()

    def _tell_match(self, found: ItemMatch) -> None:
        lines = [line(_hit(self._item, match, found)) for match in found.matches]
        send_all(self._sink, b"".join(lines))


def _members(item: int, inside: Inside, file: OpenedFile | None) -> list[bytes]:
    """Return the lines that tell what became of the members of an item."""
    lines = [line(Members(item, outcome, cause, items)) for (outcome, cause), items in inside.counts.items()]
    for chain, (outcome, cause, detail) in inside.troubles:
        locked = file if outcome is Outcome.ENCRYPTED else None
        lines.append(line(Member(item, chain, outcome, cause, detail[: limits.DETAIL_CHARS], locked)))
    return lines


def _opened(file: FileIdentity, size: int = 0) -> OpenedFile:
    return OpenedFile(pack_pair(file.device, file.inode), file.modified_ns, file.changed_ns, file.links, size)


def _hit(item: int, match: RuleMatch, found: ItemMatch) -> Hit:
    return Hit(
        id=item,
        rule=match.rule,
        rule_file=match.rule_file,
        severity=match.severity,
        family=match.family,
        author=match.author,
        description=match.description,
        reference=match.reference,
        sha256=found.sha256,
        size=found.size,
        file=_opened(found.identity) if found.identity is not None else None,
        engine=match.engine,
        chain=found.chain,
        file_sha256=found.file_sha256,
        allowed=found.allowed,
    )
