"""E-mail: messages and web archives (MIME, RFC 2045 to 2049), mailboxes, and what is written into their texts.

Read from front to end in one pass without recursion, so that ten thousand parts within parts cost what ten thousand
parts cost. The parser of the standard library builds the whole tree in memory, and is slow where input is hostile.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.troubles import Ending
from medscan_gui.engine.unpack import text_codes
from medscan_gui.engine.unpack.base import Format, Member, UnpackError, Unpacking, cut_short
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.line_ends import with_line_feeds
from medscan_gui.engine.unpack.metered import MeteredSource
from medscan_gui.engine.unpack.mime_header import Header, read_header
from medscan_gui.engine.unpack.runs import Start, runs
from medscan_gui.engine.unpack.searching import places
from medscan_gui.engine.unpack.source import Source

#: Boundaries that are kept of one message.
_BOUNDARIES = 20_000
#: Boundary lines of one message.
_EDGES = 60_000
#: The longest boundary is 70 characters (RFC 2046, 5.1.1); some programs write longer ones.
_BOUNDARY_LINE = 1024
#: Parts are short or long: little is read at first, then more.
_FIRST_STEP, _STEP = 4096, 1 << 20
#: How far a text is searched for parts that its header does not tell of.
_UNTOLD = 64 << 10

_UNTOLD_BOUNDARY = re.compile(rb"^--([^\s]{1,200})[ \t]*\r?\n(?=content-)", re.IGNORECASE | re.MULTILINE)

_ENCODINGS: tuple[tuple[bytes, text_codes.Decode], ...] = (
    (b"base64", text_codes.base64),
    (b"quoted", text_codes.quoted_printable),
    (b"binhex", text_codes.binhex),
    (b"uu", text_codes.uuencoded),
    (b"yenc", text_codes.yenc),
)
#: Files that are written into a text, by the line that begins them; what its name is; how to read it.
_INLINE: tuple[tuple[bytes, "re.Pattern[bytes]", text_codes.Decode], ...] = (
    (b"begin ", re.compile(rb"begin [0-7]{3,4} ([^\r\n]{1,1000})\r?\n[!-`][ -`]*\r?\n"), text_codes.uuencoded),
    (b"begin-base64 ", re.compile(rb"begin-base64 [0-7]{3,4} ([^\r\n]{1,1000})\r?\n"), text_codes.base64),
    (b"=ybegin ", re.compile(rb"=ybegin [^\r\n]*?name=([^\r\n]{1,1000})\r?\n"), text_codes.yenc),
    (text_codes.BINHEX_MARK, re.compile(rb"\(This file must be converted()[^\r\n]*"), text_codes.binhex),
)
#: What ends them. What stands there is read too: a line that is none of theirs.
_ENDS = {b"begin ": b"\nend", b"begin-base64 ": b"\n====", b"=ybegin ": b"\n=yend"}
_INLINE_HEAD = 4096
#: The line that begins a file and the next one take no more, mostly.
_LINE = 256
_LINE_STARTS = (b"\n", b"\r", b"\xbf", b"")
_BINHEX_HEAD = 1 << 10

_DASHES = re.compile(rb"\n--([^\r\n]{1,1000})")

#: What separates messages: a time of day, or a field in the next line.
_MBOX_LINE = re.compile(rb"From (?:\S+ +\S[^\r\n]*\d\d:\d\d[^\r\n]*\r?\n|[^\r\n]*\r?\n[A-Za-z0-9_-][!-9;-~]{0,80}:)")


def open_message(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield the parts of a message. See `base.Opener`."""
    walk = _Walk(source, unpacking)
    yield from walk.members()
    if walk.unclosed:
        raise cut_short("no closing boundary")


def open_mailbox(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield the messages of a mailbox (RFC 4155). See `base.Opener`."""
    source = MeteredSource(source, unpacking.budget)
    start = _message_start(source, 0)
    number = 0
    while start < source.size:
        end = _next_message(source, start, unpacking)
        number += 1
        yield Member(b"[message %d]" % number, source.chunks(start, end), size=end - start)
        start = _message_start(source, end + 1) if end < source.size else end


def _message_start(source: Source, place: int) -> int:
    """Return what follows the line at `place` that begins a message."""
    found = source.find(b"\n", place)
    return source.size if found < 0 else found + 1


def _next_message(source: Source, start: int, unpacking: Unpacking) -> int:
    """Return where the line end before the next message is."""
    place = start - 1
    while True:
        unpacking.budget.check()
        place = source.find(b"\nFrom ", place)
        if place < 0:
            return source.size
        if _MBOX_LINE.match(source.read_at(place + 1, _BOUNDARY_LINE)):
            return place
        place += 1


@dataclass(slots=True, frozen=True)
class _Edge:
    """One boundary line: where the content in front of it ends, and where what is behind it begins."""

    before: int
    after: int
    closing: bool


class _Walk:
    """One pass over a message."""

    def __init__(self, source: Source, unpacking: Unpacking) -> None:
        self._content = source
        #: The same with the line ends that are understood here.
        self._source = with_line_feeds(self._content)
        self._budget = unpacking.budget
        self._edges = 0
        self._boundaries: set[bytes] = set()
        self._outermost: tuple[bytes, ...] = ()
        self._number = 0
        #: The outermost parts have no end.
        self.unclosed = False

    def members(self) -> Iterator[Member]:
        """Yield all parts that have no parts themselves."""
        place: int | None = 0
        while place is not None:
            self._budget.check()
            header = read_header(self._source, place, self._source.size)
            edge = self._next_edge(place, header.body)  # a header without a blank line
            if edge is None:
                self._note(header)
                if header.kind == b"message/rfc822" and not _decoders(header):
                    place = header.body
                    continue
                edge = self._edge_of(header)
                if not header.kind.startswith(b"multipart/"):
                    yield from self._leaf(header, edge.before if edge else self._source.size)
            place = self._next_part(edge)

    def _note(self, header: Header) -> None:
        """Note the boundaries that a header tells of."""
        if header.boundaries and not self._outermost and header.kind.startswith(b"multipart/"):
            self._outermost, self.unclosed = header.boundaries, True
        self._boundaries.update(header.boundaries)
        if len(self._boundaries) > _BOUNDARIES:
            raise UnpackError(Outcome.TOO_DEEP)

    def _edge_of(self, header: Header) -> _Edge | None:
        """Return the end of a part's own content; parts that its header does not tell of are looked for."""
        edge = self._next_edge(header.body, self._source.size)
        if edge is None and not _decoders(header):
            text = self._source.read_at(header.body, _UNTOLD)
            if found := _UNTOLD_BOUNDARY.search(text):
                self._boundaries.add(found[1])
                edge = self._next_edge(header.body, self._source.size)
        return edge

    def _next_part(self, edge: _Edge | None) -> int | None:
        """Return where the next part begins; what stands between a last part and it is nobody's."""
        while edge is not None and edge.closing:
            edge = self._next_edge(edge.after, self._source.size)
        return edge.after if edge is not None and edge.after < self._source.size else None

    def _next_edge(self, start: int, end: int) -> _Edge | None:
        """Return the first boundary whose line begins at `start` or later, before `end`."""
        if not self._boundaries:
            return None
        place, step = start - 1, _FIRST_STEP
        while place < end:
            self._budget.check()
            text = b"\n" * (place < 0) + self._source.read_at(max(place, 0), step + _BOUNDARY_LINE)
            for found in _DASHES.finditer(text, 0, min(len(text), end - place + _BOUNDARY_LINE)):
                if found.start() >= min(step, end - place):
                    break
                closing = self._closes(found[1])
                if closing is not None:
                    self._count_edge()
                    carriage = text[found.start() - 1 : found.start()] == b"\r"
                    line_end = self._source.find(b"\n", place + found.end())
                    after = self._source.size if line_end < 0 else line_end + 1
                    return _Edge(max(start, place + found.start() - carriage), after, closing)
            place, step = place + step, min(step * 16, _STEP)
        return None

    def _count_edge(self) -> None:
        self._edges += 1
        if self._edges > _EDGES:
            raise UnpackError(Outcome.LIMIT_REACHED, Cause.TOO_MANY_MEMBERS, "parts")

    def _closes(self, line: bytes) -> bool | None:
        """Say whether a line behind two dashes ends a row of parts; None if it is no boundary."""
        line = line.rstrip()
        if line in self._boundaries:
            return False
        if not line.endswith(b"--") or line[:-2] not in self._boundaries:
            return None
        if line[:-2] in self._outermost:
            self.unclosed = False
        return True

    def _leaf(self, header: Header, end: int) -> Iterator[Member]:
        start = header.body
        if start >= end:
            return
        self._number += 1
        name = header.name or b"[part %d]" % self._number
        if problem := _kept_back(header):
            yield Member(name, problem=problem)
            return
        decoders = _decoders(header)
        if not decoders or len(header.encodings) > 1:
            # Also when its header contradicts itself: readers differ in what they believe.
            yield Member(name, self._content.chunks(start, end), size=end - start)
        for decode in decoders:
            yield from _decoded(name, decode, self._source, start, end)


def open_text_codes(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield the files that are written into a text as uuencode, yEnc or BinHex. See `base.Opener`."""
    source = MeteredSource(source, unpacking.budget)
    for mark, line, decode in _INLINE:
        starts = _starts(source, mark, line, unpacking.budget)
        for start, end in runs(source, starts, _ENDS.get(mark, b""), source.size):
            yield from _decoded(start.name or b"[binhex]", decode, source, start.body, end)


def _starts(source: Source, mark: bytes, line: "re.Pattern[bytes]", budget: Budget) -> Iterator[Start]:
    """Yield where files begin that are written into a text."""
    behind_name = mark != b"=ybegin "  # of that one the line itself is read too
    for place in places(source, re.compile(re.escape(mark)), 0, source.size, length=len(mark), budget=budget):
        text = source.read_at(max(0, place - 1), _LINE)
        at = min(place, 1)
        if at and text[:1] not in _LINE_STARTS:
            continue
        found = line.match(text, at)
        if found is None and len(text) == _LINE:
            text = source.read_at(max(0, place - 1), _INLINE_HEAD)
            found = line.match(text, at)
        if found is not None:
            body = place + found.end(1) - at + (mark == text_codes.BINHEX_MARK) if behind_name else place
            yield Start(place, body, found[1])


def _decoders(header: Header) -> tuple[text_codes.Decode, ...]:
    return tuple(decode for mark, decode in _ENCODINGS if any(mark in encoding for encoding in header.encodings))


def _kept_back(header: Header) -> Ending | None:
    """Return the outcome of a part that cannot be read by itself."""
    kind, smime = header.kind, header.parameters.get(b"smime-type", b"").lower()
    if kind == b"message/partial":
        return (Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED, "message/partial")
    if kind in {b"application/pkcs7-mime", b"application/x-pkcs7-mime"} and smime == b"enveloped-data":
        return (Outcome.ENCRYPTED, Cause.NONE, "S/MIME")
    return None


def _decoded(name: bytes, decode: text_codes.Decode, source: Source, start: int, end: int) -> Iterator[Member]:
    chunks = decode(source.chunks(start, end))
    if decode is not text_codes.binhex:
        yield Member(name, chunks)
        return
    head = b""
    while len(head) < _BINHEX_HEAD and (part := next(chunks, b"")):
        head += part
    stored, place, size = text_codes.binhex_data_fork(head)
    # The resource fork too: what follows the data is not looked at by itself, but with it.
    yield Member(stored or name, itertools.chain([head[place:]], chunks), size=size or -1)


def _in_text(source: Source) -> bool:
    """Say whether a text begins as one that holds a file (most do not), or is the text of a message and holds one."""
    if FileType.EMAIL in source.types or FileType.MBOX in source.types:
        return False
    if source.name.startswith((b"[part", b"[body")):
        return any(source.find(mark, 0) >= 0 for mark, _, _ in _INLINE)
    head = source.read_at(0, _INLINE_HEAD)
    return any(mark in head and line.search(head) is not None for mark, line, _ in _INLINE)


FORMATS: tuple[Format, ...] = (
    Format(
        name="E-mail message",
        kinds=(FileType.EMAIL,),
        opener=open_message,
        library="own",
        read="all parts and messages within messages; base64, quoted-printable, uuencode, yEnc, BinHex; MHT",
        not_read="messages sent in several pieces; S/MIME and PGP encrypted parts are told, not read",
        samples=("message.eml", "message.mht", "uuencode.eml"),
    ),
    Format(
        name="Mailbox (mbox)",
        kinds=(FileType.MBOX,),
        opener=open_mailbox,
        library="own",
        read="each message, by its separating line",
        not_read="mailboxes of other programs (PST, DBX)",
        samples=("messages.mbox",),
    ),
    Format(
        name="Encoded text (uuencode, yEnc, BinHex)",
        kinds=(FileType.TEXT,),
        opener=open_text_codes,
        library="own",
        read="files written as text, one or several",
        not_read="such texts of which the first one begins after 4 kB; pieces of one file in several texts",
        samples=("payload.uu", "payload.yenc", "payload.hqx"),
        worth=_in_text,
    ),
)
