"""Contents that scripts carry written as characters: base64 and hexadecimal, escapes, lists of numbers, ``chr()``.

Nothing is run, and no language is parsed: what looks like a long enough row is decoded as such. What comes out is
believed if it is a text or a known kind of content; long rows are given whatever comes out.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from medscan_gui.engine.file_type import HEAD_BYTES, types_of
from medscan_gui.engine.text_type import is_text
from medscan_gui.engine.unpack import text_codes

#: Characters of a row: shorter ones are words; longer ones than the second are given whatever they mean.
LEAST = 24
SURE = 512
_PIECE = 20
_CHUNK = 256 << 10

_BASE64 = re.compile(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{%d,}={0,2}" % _PIECE)
#: What stands between the pieces of one row: line ends, or two strings that are put together.
_GAP = re.compile(
    rb"[ \t]*[\\^`_]?\r?\n[ \t]*"
    rb"|[\"'`][ \t]*[+&.]?[ \t]*[_\\`]?[ \t]*;?(?:\r?\n)?[ \t]*"
    rb"(?:[\w$.]{1,40}[ \t]*[+&.]?=[ \t]*(?:[\w$.]{1,40}[ \t]*[+&.][ \t]*)?|[+&.][ \t]*)?[bBrRuU]{0,2}[\"'`]"
)
_GAP_BYTES = 160
_TAIL = re.compile(rb"[A-Za-z0-9+/_-]{1,%d}={0,2}(?=[\"'`\s]|\Z)" % (_PIECE - 1))
_HEX = frozenset(b"0123456789abcdefABCDEF")
_NOT_HEX = bytes(sorted(set(range(256)) - _HEX))

_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_WRITTEN_LINE_END = re.compile(rb"\\r\\n|\\n")


class Row:
    """One row of base64 or hexadecimal characters in a text, in one piece or several."""

    def __init__(self, text: bytes, spans: list[tuple[int, int]]) -> None:
        self._text = text
        self._spans = spans
        self.size = sum(end - start for start, end in spans)
        self.end = spans[-1][1]
        self.start = spans[0][0]
        first = text[self.start : min(spans[0][1], self.start + 4096)]
        self.is_hex = self.size % 2 == 0 and _HEX.issuperset(first) and all(map(_HEX.issuperset, self._pieces()))

    def _pieces(self) -> Iterator[bytes]:
        for start, end in self._spans:
            for at in range(start, end, _CHUNK):
                yield self._text[at : min(end, at + _CHUNK)]

    def decoded(self) -> Iterator[bytes]:
        """Return what it stands for."""
        if self.is_hex:
            return from_hex(self._pieces())
        return text_codes.base64(piece.translate(_URL_SAFE) for piece in self._pieces())


def from_hex(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decode hexadecimal digits; what is none is passed over."""
    left = b""
    for piece in pieces:
        left += piece.translate(None, _NOT_HEX)
        whole = len(left) & ~1
        yield bytes.fromhex(left[:whole].decode("ascii"))
        left = left[whole:]


def rows(text: bytes) -> Iterator[Row]:
    """Yield all rows of `LEAST` characters and more."""
    if b"\\n" in text:  # line ends as they are written in strings
        text = _WRITTEN_LINE_END.sub(lambda found: b" " * (len(found[0]) - 1) + b"\n", text)
    spans: list[tuple[int, int]] = []
    for found in _BASE64.finditer(text):
        if spans and not _joined(text, spans[-1][1], found.start()):
            yield from _row(text, spans)
            spans = []
        spans.append(found.span())
    if spans:
        yield from _row(text, spans)


def _joined(text: bytes, end: int, start: int) -> bool:
    return start - end <= _GAP_BYTES and _GAP.fullmatch(text, end, start) is not None


def _row(text: bytes, spans: list[tuple[int, int]]) -> Iterator[Row]:
    gap = _GAP.match(text, spans[-1][1])
    if gap is not None and len(spans) > 1 and (tail := _TAIL.match(text, gap.end())):
        spans = [*spans, tail.span()]
    row = Row(text, spans)
    if row.size >= LEAST:
        yield row


# --- characters written one by one

_HEX_PAIR = re.compile(rb"[xX%hH]([0-9A-Fa-f]{2})")
_NUMBER = re.compile(rb"(?i:&h|0x)?[0-9A-Fa-f]+")
_DIGITS = re.compile(rb"\d+")
_LAST_NUMBER = re.compile(rb"\d{1,3}(?!\d)")
_OCTAL = re.compile(rb"[0-7]{3}")
_WIDE = re.compile(rb"u([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})")


def _pairs(row: bytes) -> bytes:
    return bytes.fromhex(b"".join(_HEX_PAIR.findall(row)).decode("ascii"))


def _wide(row: bytes) -> bytes:
    return b"".join(bytes.fromhex((low + high).decode("ascii")) for high, low in _WIDE.findall(row))


def _narrow(row: bytes) -> bytes:
    return b"".join(bytes.fromhex(low.decode("ascii")) for _high, low in _WIDE.findall(row))


def _octal(row: bytes) -> bytes:
    return bytes(int(digits, 8) & 255 for digits in _OCTAL.findall(row))


def _calls(row: bytes) -> bytes:
    """Decode ``chr(77) & Chr(&H5A)`` and ``[char]77``: the number of each call."""
    codes = []
    for call in re.split(rb"(?i)ch[a-z$]*|\[char\]", row)[1:]:
        if found := _NUMBER.search(call.lstrip(b"]( \t")):
            word = found[0].lower()
            hexadecimal = word.startswith((b"&h", b"0x"))
            digits = word[2:] if hexadecimal else word
            if hexadecimal or digits.isdigit():
                codes.append(int(digits, 16 if hexadecimal else 10))
    return _of_codes(codes)


def _list(row: bytes) -> bytes:
    return _of_codes([int(digits) for digits in _DIGITS.findall(row)])


def _entities(row: bytes) -> bytes:
    return _of_codes(
        [int(word[1:], 16) if word[:1] in b"xX" else int(word) for word in re.findall(rb"[xX][0-9A-Fa-f]+|\d+", row)]
    )


def _of_codes(codes: list[int]) -> bytes:
    """Return bytes, or UTF-8 if one is no byte; nothing if one is no character."""
    if all(code < 256 for code in codes):
        return bytes(codes)
    if all(code < 0xD800 for code in codes):
        return "".join(map(chr, codes)).encode()
    return b""


Decode = Callable[[bytes], bytes]


def _row_of(one: bytes, least: int) -> "re.Pattern[bytes]":
    """Return a pattern for `least` and more of `one`; it begins with what is searched for fast."""
    return re.compile(one + b"(?:%s){%d,}" % (one, least - 1))


_CALL = rb"\s{0,4}\(?\s{0,4}(?:&[hH]|0[xX])?[0-9A-Fa-f]{1,4}\s{0,4}\)?"

#: The way it is written, what must stand in a text (in lower case), how a row of it looks, what it stands for.
_WRITTEN: tuple[tuple[bytes, bytes, "re.Pattern[bytes]", Decode], ...] = (
    (b"hex", b"\\x", _row_of(rb"\\x[0-9A-Fa-f]{2}(?:[\"'][\s+&._]{0,12}[\"'])?", 12), _pairs),
    (b"hex", b"0x", _row_of(rb"0[xX][0-9A-Fa-f]{2}\s{0,8},?\s{0,8}", 12), _pairs),
    (b"hex", b"&h", _row_of(rb"&[hH][0-9A-Fa-f]{2}\s{0,8},?[\s_]{0,8}", 12), _pairs),
    (b"percent", b"%", _row_of(rb"%[0-9A-Fa-f]{2}", 12), _pairs),
    (b"percent", b"%u", _row_of(rb"%u[0-9A-Fa-f]{4}(?:[\"'][\s+&_]{0,12}[\"'])?", 6), _wide),
    (b"hex", b"\\u00", _row_of(rb"\\u00[0-9A-Fa-f]{2}", 12), _narrow),
    (b"octal", b"\\1", _row_of(rb"\\[0-3][0-7]{2}", 12), _octal),
    (b"characters", b"chr", _row_of(rb"[cC][hH][rR][wWbB]?\$?" + _CALL + rb"[\s&+.,_]{0,16}", 6), _calls),
    (b"characters", b"[char", _row_of(rb"\[[cC][hH][aA][rR]\]" + _CALL + rb"[\s+,]{0,8}", 6), _calls),
    (b"numbers", b",", _row_of(rb"\d{1,3}\s{0,4},\s{0,4}", 24), _list),
    (b"entities", b"&#", _row_of(rb"&#(?:\d{2,5}|[xX][0-9A-Fa-f]{2,4});?", 12), _entities),
)


def written(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield what rows of characters stand for that are written one by one, each with the way it was written."""
    lowered = text.lower()
    for name, mark, pattern, decode in _WRITTEN:
        if mark not in lowered:
            continue
        for found in pattern.finditer(text):
            content = decode(_whole_list(text, found) if name == b"numbers" else found[0])
            if len(content) >= 6 and is_believed(content, len(found[0]), SURE if name != b"numbers" else 1 << 62):
                yield name, content


def _whole_list(text: bytes, found: "re.Match[bytes]") -> bytes:
    """Return a list without half a number in front, and with its last number."""
    row = found[0].partition(b",")[2] if text[max(0, found.start() - 1) : found.start()].isdigit() else found[0]
    last = _LAST_NUMBER.match(text, found.end())
    return row + last[0] if last else row


def is_believed(head: bytes, written_as: int, sure: int = SURE) -> bool:
    """Say whether what came out of `written_as` characters is meant; `head` is its beginning."""
    return written_as >= sure or is_text(head) or bool(types_of(head[:HEAD_BYTES], bytes))


def narrow(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Return a content whose beginning was read already; UTF-16 is given as UTF-8, which is how rules are written."""
    content = chain([head], chunks)
    text = head[:64]
    if text.startswith((b"\xff\xfe", b"\xfe\xff")) or (is_text(text) and b"\0" in text):
        return utf8(content)
    return content


def utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Give a text in UTF-16, marked or not, as UTF-8."""
    import codecs

    decoder = None
    for chunk in chunks:
        text = chunk
        if decoder is None and text:
            big = text.startswith(b"\xfe\xff") or (text[:1] == b"\0" and not text.startswith(b"\xff\xfe"))
            decoder = codecs.getincrementaldecoder("utf-16-be" if big else "utf-16-le")("replace")
        if decoder is not None:
            yield decoder.decode(text).encode("utf-8", "replace")
