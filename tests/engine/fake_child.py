"""A program that stands in for an engine process and does what an honest one would never do."""

import base64
import os
import sys
import time
from collections.abc import Callable, Iterator

import msgspec

from medscan_gui.core.words import Cause, Outcome, Place, Severity
from medscan_gui.engine.child import messages
from medscan_gui.engine.identity import UNKNOWN
from medscan_gui.engine.protocol import (
    PROTOCOL,
    Begin,
    Done,
    End,
    Enter,
    EnterPlace,
    Entries,
    Folders,
    Hello,
    Hit,
    Load,
    Member,
    Members,
    Next,
    OfDisk,
    OfProcess,
    OpenedFile,
    PassedOver,
    Resolved,
    SelfTest,
    Trouble,
    Walk,
    line,
)


def say(*told: msgspec.Struct | bytes) -> None:
    lines = b"".join(one if isinstance(one, bytes) else line(one) for one in told)
    while lines:
        lines = lines[os.write(1, lines) :]


def orders() -> Iterator[Load | Entries]:
    decoder = msgspec.json.Decoder(Load | Entries)
    for lines in messages(0):
        yield from decoder.decode_lines(lines)


def greet() -> Iterator[Load | Entries]:
    """Greet as an honest worker does; returns the orders that follow."""
    from medscan_gui.engine.scan_role import bundle_digest

    given = orders()
    load = next(given)
    assert isinstance(load, Load)
    say(Hello(PROTOCOL, "0", "0", bundle_digest(load), sum(file.rules for file in load.files), SelfTest.PASSED))
    return given


def work_honestly(given: Iterator[Load | Entries]) -> None:
    for batch in given:
        assert isinstance(batch, Entries)
        for item in range(batch.first, batch.first + len(batch.sizes)):
            say(Begin(item), End(item, Outcome.SCANNED))


def hang() -> None:
    while True:
        time.sleep(60)


def hit(item: int) -> Hit:
    return Hit(item, "Rule", "file", Severity.HIGH, "", "", "", "", "", 1, OpenedFile(UNKNOWN, 1, -1, 1))


def hit_with(item: int, file: bytes) -> bytes:
    """A hit that tells such a file."""
    told = line(hit(item)).replace(b'["AAAAAAAAAAAAAAAAAAAAAA==",1,-1,1,0]', file)
    assert file in told
    return told


_MARK = base64.b64encode(UNKNOWN)

#: What a bad worker says to its first batch, whose first item has the id `i`.
BAD_WORDS: dict[str, Callable[[int], list[msgspec.Struct | bytes]]] = {
    "no json": lambda i: [b"{\n"],
    "not utf-8": lambda i: [b'["b",\xff]\n'],
    "unknown tag": lambda i: [b'["rule",1]\n'],
    "an empty line": lambda i: [b"\n"],
    "too few fields": lambda i: [b'["b"]\n'],
    "a negative id": lambda i: [b'["b",-1]\n'],
    "a huge id": lambda i: [b'["b",1%s]\n' % (b"0" * 30)],
    "an id that is a text": lambda i: [b'["b","0"]\n'],
    "the wrong id": lambda i: [Begin(i + 1)],
    "an id skipped": lambda i: [Begin(i), Next(i + 2)],
    "an id again": lambda i: [Begin(i), Next(i)],
    "begun twice": lambda i: [Begin(i), Begin(i)],
    "ended before begun": lambda i: [End(i, Outcome.SCANNED)],
    "next before begun": lambda i: [Next(i)],
    "ended another": lambda i: [Begin(i), End(i + 1, Outcome.SCANNED)],
    "ended twice": lambda i: [Begin(i), End(i, Outcome.SCANNED), End(i, Outcome.SCANNED)],
    "a hit on nothing": lambda i: [hit(i)],
    "a hit on another": lambda i: [Begin(i), hit(i + 1)],
    "hits without end": lambda i: [Begin(i), *[hit(i)] * 1000],
    "a long rule name": lambda i: [Begin(i), line(hit(i)).replace(b'"Rule"', b'"%s"' % (b"R" * 5000))],
    "a strange digest": lambda i: [Begin(i), line(hit(i)).replace(b'"",1,', b'"%s",1,' % (b"Z" * 64))],
    "a hit on no file": lambda i: [
        Begin(i),
        line(hit(i)).replace(b',["AAAAAAAAAAAAAAAAAAAAAA==",1,-1,1,0],"yara"', b""),
    ],
    "a file of nothing": lambda i: [Begin(i), hit_with(i, b"null")],
    "a file without its links": lambda i: [Begin(i), hit_with(i, b'["%s",1,1]' % _MARK)],
    "a long inode number": lambda i: [Begin(i), hit_with(i, b'["%s",1,1,1]' % base64.b64encode(bytes(24)))],
    "an inode that is a number": lambda i: [Begin(i), hit_with(i, b"[-7,1,1,1]")],
    "a time out of range": lambda i: [Begin(i), hit_with(i, b'["%s",9223372036854775808,1,1]' % _MARK)],
    "a time out of the world": lambda i: [Begin(i), hit_with(i, b'["%s",1,-1%s,1]' % (_MARK, b"0" * 400))],
    "a time that is a fraction": lambda i: [Begin(i), hit_with(i, b'["%s",1.5,1,1]' % _MARK)],
    "fewer than no links": lambda i: [Begin(i), hit_with(i, b'["%s",1,1,-1]' % _MARK)],
    "too many links": lambda i: [Begin(i), hit_with(i, b'["%s",1,1,4294967296]' % _MARK)],
    "cancelled by itself": lambda i: [Begin(i), End(i, Outcome.CANCELLED)],
    "skipped by itself": lambda i: [Begin(i), End(i, Outcome.SKIPPED_BY_POLICY, Cause.LINK)],
    "skipped by the card": lambda i: [Begin(i), End(i, Outcome.SKIPPED_BY_POLICY, Cause.FOLDER_OF_CARD)],
    "ended like a process": lambda i: [Begin(i), End(i, Outcome.VANISHED, Cause.PROCESS_ENDED)],
    "protected like a process": lambda i: [Begin(i), End(i, Outcome.SKIPPED_BY_POLICY, Cause.PROTECTED_PROCESS)],
    "a member ended like a process": lambda i: [Begin(i), Member(i, (b"m",), Outcome.VANISHED, Cause.PROCESS_ENDED)],
    "more members than a file has": lambda i: [Begin(i), Members(i, Outcome.SCANNED, Cause.NONE, 1 << 62)],
    "more members in sum": lambda i: [Begin(i), *[Members(i, Outcome.EMPTY, Cause.NONE, 600_000)] * 2],
    "keys of its own": lambda i: [b'["clean","%s"]\n' % base64.b64encode(bytes(16))],
    "crashed by itself": lambda i: [Begin(i), End(i, Outcome.ENGINE_CRASHED)],
    "an unknown outcome": lambda i: [Begin(i), b'["e",%d,"clean","",""]\n' % i],
    "a second hello": lambda i: [Hello(PROTOCOL, "0")],
    "a walker's word": lambda i: [Enter()],
    "deep nesting": lambda i: [b"[" * 100_000 + b"\n"],
}


def worker(mode: str) -> None:
    given = greet()
    if mode == "errors without end":
        say_errors_for_ever(given)
    batch = next(given)
    assert isinstance(batch, Entries)
    if mode in BAD_WORDS:
        say(*BAD_WORDS[mode](batch.first))
    elif mode == "a line without end":
        while True:
            say(b"x" * 65536)
    elif mode == "closes its output":
        say(Begin(batch.first))
        os.close(1)
    elif mode == "leaves":
        sys.exit(3)
    elif mode == "dies in an item":
        say(Begin(batch.first), hit(batch.first))
        os.kill(os.getpid(), 11)
    hang()


def say_errors_for_ever(given: Iterator[Load | Entries]) -> None:
    import threading

    def complain() -> None:
        while True:
            os.write(2, b"\x1b[31mno!\n" * 1000)

    threading.Thread(target=complain, daemon=True).start()
    work_honestly(given)
    os._exit(0)


def walk_order() -> tuple[int, bytes]:
    for lines in messages(0):
        order = msgspec.json.Decoder(Walk).decode(lines)
        return order.first_id, order.pending[-1].names.rpartition(b"\0")[2]
    raise AssertionError("no order")


def live(
    first: int,
    names: bytes,
    *,
    directory: bytes = b"",
    place: Place = Place.MEMORY,
    things: tuple[OfProcess | OfDisk, ...] = (OfProcess(1, 1),),
) -> Entries:
    sizes = [1] * (names.count(b"\0") + 1)
    return Entries(first, directory, names, sizes, place=place, things=things)


#: What a bad walker says after its greeting; `i` is the first id, `t` the target.
BAD_WALKS: dict[str, Callable[[int, bytes], list[msgspec.Struct | bytes]]] = {
    "no json": lambda i, t: [b"nonsense\n"],
    "entries of nothing": lambda i, t: [Entries(i, t, b"a", [1])],
    "entered too much": lambda i, t: [Enter(), Resolved(t), Enter()],
    "resolved twice": lambda i, t: [Enter(), Resolved(t), Resolved(b"/etc")],
    "another directory": lambda i, t: [Enter(), Resolved(t), Entries(i, b"/etc", b"passwd", [1])],
    "the wrong id": lambda i, t: [Enter(), Resolved(t), Entries(i + 1, t, b"a", [1])],
    "more names than sizes": lambda i, t: [Enter(), Resolved(t), Entries(i, t, b"a\0b", [1])],
    "too many in a batch": lambda i, t: [Enter(), Resolved(t), Entries(i, t, b"\0".join([b"a"] * 65), [1] * 65)],
    "a name with a slash": lambda i, t: [Enter(), Resolved(t), Entries(i, t, b"../../etc/passwd", [1])],
    "a name that goes up": lambda i, t: [Enter(), Resolved(t), Entries(i, t, b"..", [1])],
    "no name": lambda i, t: [Enter(), Resolved(t), Entries(i, t, b"", [1])],
    "a folder that goes up": lambda i, t: [Enter(), Resolved(t), Folders(b"..")],
    "a negative size": lambda i, t: [Enter(), Resolved(t), line(Entries(i, t, b"a", [7])).replace(b"[7]", b"[-7]")],
    "a huge count": lambda i, t: [Enter(), Resolved(t), *[PassedOver(Cause.LINK, 1 << 62)] * 2],
    "passed for no reason": lambda i, t: [Enter(), Resolved(t), PassedOver(Cause.NO_PERMISSION, 1)],
    "trouble that is none": lambda i, t: [Enter(), Resolved(t), Trouble(b"a", Outcome.SCANNED, Cause.NONE, "")],
    "done too early": lambda i, t: [Done(0, 0)],
    "a count that shrinks": lambda i, t: [Enter(), Resolved(t), PassedOver(Cause.LINK, 5), Done(4, 0)],
    "a worker's word": lambda i, t: [Begin(0)],
    "files of the card": lambda i, t: [Enter(), Resolved(t), Entries(i, t, b"a", [1], UNKNOWN, b"", headers=True)],
    "lies elsewhere": lambda i, t: [Enter(), Resolved(b"/etc"), Enter()],
    "keys unasked for": lambda i, t: [
        *(Enter(), Resolved(t)),
        Entries(i, t, b"a", [1], UNKNOWN, bytes(8), keys=bytes(16), changed=bytes(8)),
    ],
    "things among files": lambda i, t: [Enter(), Resolved(t), Entries(i, t, b"a", [1], things=(OfProcess(1, 1),))],
    "memory among files": lambda i, t: [Enter(), Resolved(t), Entries(i, t, b"a", [1], place=Place.MEMORY)],
    "a place that nobody asked for": lambda i, t: [EnterPlace(Place.BOOT)],
    "files before the places": lambda i, t: [Enter(), Resolved(t), EnterPlace(Place.MEMORY)],
    "a place twice": lambda i, t: [EnterPlace(Place.MEMORY)] * 2,
    "a disk for a process": lambda i, t: [EnterPlace(Place.MEMORY), live(i, b"a", things=(OfDisk(b"/dev/sda", 0, 1),))],
    "another place's items": lambda i, t: [EnterPlace(Place.MEMORY), live(i, b"a", place=Place.BOOT)],
    "a process without number": lambda i, t: [EnterPlace(Place.MEMORY), live(i, b"a", things=())],
    "a process without name": lambda i, t: [EnterPlace(Place.MEMORY), live(i, b"a\0", things=(OfProcess(1, 1),) * 2)],
    "a process in a folder": lambda i, t: [EnterPlace(Place.MEMORY), live(i, b"a", directory=b"/etc")],
    "a process with the wrong id": lambda i, t: [EnterPlace(Place.MEMORY), live(i + 1, b"a")],
    "folders in memory": lambda i, t: [EnterPlace(Place.MEMORY), Folders(b"a", UNKNOWN)],
    "nothing's trouble": lambda i, t: [EnterPlace(Place.MEMORY), Trouble(b"", Outcome.VANISHED, Cause.NONE, "")],
    "done without the places": lambda i, t: [Done(0, 0)],
    "dies": lambda i, t: [Enter(), Resolved(t)],
    "hangs": lambda i, t: [Enter(), Resolved(t)],
}

#: What a walker says that is lost after it has told of a folder.
BELOW = "dies below"


def walker(mode: str) -> None:
    if mode != "no hello":
        say(Hello(PROTOCOL if mode != "another protocol" else PROTOCOL + 1, "0"))
    first, target = walk_order()
    say(*(BAD_WALKS[mode](first, target) if mode in BAD_WALKS else [Enter()]))
    if mode == BELOW:
        say(Resolved(target), Folders(b"Images", UNKNOWN))
    if mode in {"dies", BELOW}:
        os.kill(os.getpid(), 11)
    hang()


if __name__ == "__main__":
    what, _, how = sys.argv[1].partition(": ")
    if what == "worker":
        worker(how)
    elif what == "walker":
        walker(how)
    elif what == "exits":
        sys.exit(9)
    else:
        hang()
