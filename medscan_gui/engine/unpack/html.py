"""Web pages: what is written into their addresses (``data:``), and scripts that undo an encoding.

The page itself is matched as it stands, and rows of encoded characters in it are the matter of `scripts`. Here are
the parts that are too short, or too mixed, to be seen there.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack import text_codes
from medscan_gui.engine.unpack.base import Format, Member, Unpacking
from medscan_gui.engine.unpack.flat_documents import is_flat, open_flat
from medscan_gui.engine.unpack.metered import MeteredSource
from medscan_gui.engine.unpack.source import Source

#: A page is looked at in parts of this size that overlap by the next one.
_PART = 4 << 20
_OVERLAP = 64 << 10
#: An address of data ends here: strictly, or at the quote that it began with.
_ADDRESS_ENDS = re.compile(rb"[\"'<>`]|(?<=[^,])[)\s]")
_QUOTES = b"\"'"
#: What stands between characters of an address and means nothing (WHATWG, URL, 4.4; HTML, 13.5).
_NOTHING = rb"(?:[\t\r\n\0]|&(?:tab|newline);|&#0{0,8}(?:9|10|13)(?![0-9]);?|&#x0{0,8}[9ad](?![0-9a-f]);?){0,8}+"


def _letter(code: int) -> bytes:
    """Return a pattern for one letter, in both cases, as it stands or as a number."""
    big, small = code & ~32, code | 32
    return b"(?:%c|&#0{0,8}(?:%d|%d);?|&#x0{0,8}(?:%x|%x);?)" % (small, big, small, big, small)


_COLON = rb"(?::|&colon;|&#0{0,8}58;?|&#x0{0,8}3a;?)"
_COMMA = rb"(?:,|&comma;|&#0{0,8}44;?|&#x0{0,8}2c;?)"
_DATA = re.compile(
    rb"(?i)(?=[d&])"
    + _NOTHING.join([*map(_letter, b"data"), _COLON])
    + rb"([A-Za-z0-9.+/;=\"&# \t\r\n_-]{0,400}?)"
    + _COMMA
)
#: So much more than a part is at hand for one that begins at its end.
_DATA_BYTES = 1000
_ENTITY = re.compile(
    rb"&(?:#(?:[0-9]{1,10}|[xX][0-9a-fA-F]{1,8});?|(?:[tT]ab|[nN]ew[lL]ine|colon|comma|sol|equals|plus);)"
)
#: Words that are written as numbers; all of a part are given together.
_NUMBERED = re.compile(rb"(?:&#(?:[0-9]{2,6}|[xX][0-9a-fA-F]{2,5});?){12,}+")
_NAMED = {b"tab": b"", b"newline": b"", b"colon": b":", b"comma": b",", b"sol": b"/", b"equals": b"=", b"plus": b"+"}

#: So much is read of one at first: pages may have very many short ones.
_ADDRESS, _STEP = 512, 1 << 20
_ENTITY_BYTES = 16

_SCRIPT = re.compile(rb"<script\b[^>]{0,1000}>(.*?)(?:</script|\Z)", re.IGNORECASE | re.DOTALL)
#: What a script that undoes an encoding calls, in lower case.
_CALLS = (b"unescape", b"charcode", b"atob(", b"execute", b"eval(", b"chr(", b"decodeuri", b"uint8array", b"codepoint")
_MARKS = (b"data:", b"&#", b"&colon", *_CALLS)
#: Or one in pieces.
_IN_PIECES = re.compile(rb"d[\t\r\n]*+a[\t\r\n]*+t[\t\r\n]*+a[\t\r\n]*+:")


def open_html(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield what a page carries. See `base.Opener`."""
    source = MeteredSource(source, unpacking.budget)
    place, scripts = 0, 0
    datas = _Datas(source)
    while place < source.size:
        text = source.read_at(place, _PART)
        last = place + len(text) >= source.size
        for found in _DATA.finditer(text):
            unpacking.budget.check()
            if last or found.end() < len(text) - _DATA_BYTES:
                yield from datas.members(place + found.start(), place + found.end(), found[1])
        if words := [found[0] for found in _NUMBERED.finditer(text)]:
            yield Member(b"[entities]", _undone(iter([b"\v".join(words)])))
        for found in _SCRIPT.finditer(text):
            unpacking.budget.check()
            script = found[1]
            lowered = script.lower()
            if any(call in lowered for call in _CALLS):
                scripts += 1
                yield Member(b"[script %d]" % scripts, [script])
        place += len(text) - (0 if last else _OVERLAP)


class _Datas:
    """The addresses of data of one page. What is within one is looked for in its member: none is read twice."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._number = 0
        self._done = 0
        #: By quote: up to where something that began with it was read.
        self._quoted = dict.fromkeys(_QUOTES, 0)

    def members(self, at: int, start: int, kind: bytes) -> Iterator[Member]:
        """Yield what the address that begins at `at`, and holds its content from `start` on, stands for."""
        if start < self._done:
            return
        self._done = end = self._end(start)
        quote = self._source.read_at(at - 1, 1) if at else b""
        if quote and quote in _QUOTES and self._quoted[quote[0]] <= start and end < self._source.size:
            # Blanks and angles may stand within quotes.
            closing = self._source.find(quote, end)
            self._quoted[quote[0]] = self._source.size if closing < 0 else closing
            end = max(end, closing)
        self._number += 1
        chunks = _undone(self._source.chunks(start, end))
        encoded = b"base64" in b"".join(_undone(iter([kind]))).lower()
        content = text_codes.base64(map(unquote_to_bytes, chunks)) if encoded else _unquoted(chunks)
        yield Member(b"[data %d]" % self._number, content)

    def _end(self, start: int) -> int:
        """Return where an address ends at the latest in any text."""
        # One byte more in front: what a blank follows counts.
        step = _ADDRESS
        while start < self._source.size:
            text = self._source.read_at(max(0, start - 1), step)
            at = min(start, 1)
            if found := _ADDRESS_ENDS.search(text, at):
                return start + found.start() - at
            start += len(text) - at
            step = min(step * 4, _STEP)
        return self._source.size


def _undone(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Give an address as a browser reads it: characters written as numbers, and line ends left away."""
    left = b""
    for chunk in chunks:
        text = left + chunk
        cut = text.rfind(b"&", -_ENTITY_BYTES)
        left = text[cut:] if cut >= 0 else b""
        yield _ENTITY.sub(_meaning, text[: len(text) - len(left)]).translate(None, b"\t\r\n\0")
    yield _ENTITY.sub(_meaning, left).translate(None, b"\t\r\n\0")


def _meaning(found: "re.Match[bytes]") -> bytes:
    word = found[0][1:].rstrip(b";").lower()
    if not word.startswith(b"#"):
        return _NAMED[word]
    code = int(word[2:], 16) if word[1:2] == b"x" else int(word[1:])
    return chr(code).encode("utf-8", "replace") if code < 0x110000 else b""


def _unquoted(chunks: Iterator[bytes]) -> Iterator[bytes]:
    left = b""
    for chunk in chunks:
        text = left + chunk
        cut = text.rfind(b"%", -2)
        left = text[cut:] if cut >= 0 else b""
        yield unquote_to_bytes(text[: len(text) - len(left)])
    yield unquote_to_bytes(left)


def is_worth(source: Source) -> bool:
    """Say whether a page has what is looked for here."""
    for chunk in source.chunks():
        lowered = chunk.lower()
        if any(mark in lowered for mark in _MARKS) or _IN_PIECES.search(lowered):
            return True
    return False


FORMATS: tuple[Format, ...] = (
    Format(
        name="Documents in one XML file (Flat OPC, Word 2003 XML)",
        kinds=(FileType.XML,),
        opener=open_flat,
        library="own",
        read="binary parts, written as base64",
        not_read="nothing more",
        samples=("flat.xml",),
        worth=is_flat,
    ),
    Format(
        name="HTML",
        kinds=(FileType.HTML,),
        opener=open_html,
        library="own",
        read="data: addresses, base64 or not; scripts that undo an encoding, with their layers; encoded scripts",
        not_read="what only a browser would make of it",
        samples=("page.html",),
        worth=is_worth,
    ),
)
