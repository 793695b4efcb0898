"""Binary content written as text, decoded piece by piece: base64, quoted-printable, uuencode, yEnc, BinHex.

All of them are read as mail programs read them: characters that do not belong are passed over, what is left over at
the end is dropped. Nothing here raises for what it reads; a text that is none of these gives few bytes, or noise.
"""

import binascii
from collections.abc import Callable, Iterable, Iterator

Chunks = Iterable[bytes]
Decode = Callable[[Chunks], Iterator[bytes]]

BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(sorted(set(range(256)) - set(BASE64 + b"=")))
#: Lines longer than this are no lines of such a text: cut, so that none can fill the memory.
_LINE = 64 << 10


def base64(chunks: Chunks) -> Iterator[bytes]:
    """Decode base64 (RFC 4648); several texts one behind the other, each padded, are one content."""
    left = b""
    for chunk in chunks:
        *padded, left = (left + chunk.translate(None, _NOT_BASE64)).split(b"=")
        yield b"".join(base64_all(text) for text in padded)
        whole = len(left) & ~3
        if whole:
            yield binascii.a2b_base64(left[:whole])
            left = left[whole:]
    yield base64_all(left)


def base64_all(text: bytes) -> bytes:
    """Decode base64 characters without their padding; one that is left over is dropped."""
    if len(text) % 4 == 1:
        text = text[:-1]
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4))


def quoted_printable(chunks: Chunks) -> Iterator[bytes]:
    """Decode quoted-printable (RFC 2045, 6.7)."""
    for block in _whole_lines(chunks):
        yield binascii.a2b_qp(block)


def _whole_lines(chunks: Chunks) -> Iterator[bytes]:
    """Yield the same in pieces that end where a line does, unless it is longer than lines are."""
    left = b""
    for chunk in chunks:
        text = left + chunk
        cut = text.rfind(b"\n") + 1
        if not cut and len(text) > _LINE:
            cut = len(text) - 3 if b"=" in text[-3:] else len(text)
        if cut:
            yield text[:cut]
        left = text[cut:]
    if left:
        yield left


def lines(chunks: Chunks) -> Iterator[bytes]:
    """Yield lines without their ends; what is longer than lines are is cut."""
    for block in _whole_lines(chunks):
        for line in block.split(b"\n"):
            yield line.rstrip(b"\r")


def uuencoded(chunks: Chunks) -> Iterator[bytes]:
    """Decode the lines between ``begin`` and ``end``, or all if there is no ``begin`` (POSIX, uuencode)."""
    out = bytearray()
    for line in lines(chunks):
        if line.startswith(b"begin ") or not line:
            continue
        if line in {b"end", b"`"}:
            break
        out += _uu_line(line)
        if len(out) > _LINE:
            yield bytes(out)
            out.clear()
    yield bytes(out)


def _uu_line(line: bytes) -> bytes:
    """Decode one line; blanks lost at its end, and characters that are none of the alphabet, count as zero."""
    size = (line[0] - 32) & 63
    whole = (size + 2) // 3
    characters = line[1 : 1 + whole * 4].translate(_UU_ALPHABET).ljust(whole * 4)
    return binascii.a2b_uu(bytes([32 + whole * 3]) + characters)[:size]


_UU_ALPHABET = bytes(code if 32 <= code <= 96 else 32 for code in range(256))


def yenc(chunks: Chunks) -> Iterator[bytes]:
    """Decode the lines between ``=ybegin`` and ``=yend`` (yEnc 1.3): each byte is 42 more."""
    for line in lines(chunks):
        if line.startswith(b"=yend"):
            return
        if not line.startswith((b"=ybegin", b"=ypart")):
            yield _yenc_line(line)


def _yenc_line(line: bytes) -> bytes:
    plain, *escaped = line.split(b"=")
    parts = [plain.translate(_LESS_42)]
    for part in escaped:
        parts += [bytes([(part[0] - 106) & 255]), part[1:].translate(_LESS_42)] if part else []
    return b"".join(parts)


_LESS_42 = bytes((byte - 42) & 255 for byte in range(256))

BINHEX_MARK = b"(This file must be converted"
_BINHEX = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
_TO_BASE64 = bytes.maketrans(_BINHEX, BASE64)
_NOT_BINHEX = bytes(sorted(set(range(256)) - set(_BINHEX)))
_REPEAT = 0x90
_CRUMB = 4096


def binhex(chunks: Chunks) -> Iterator[bytes]:
    """Decode BinHex 4.0 (RFC 1741): the header, the data fork and the resource fork in one piece.

    The characters lie between two colons; six bits each, and runs of a byte are written as byte, 0x90, count.
    """
    yield from _unpacked_runs(_binhex_bytes(chunks))


def _binhex_bytes(chunks: Chunks) -> Iterator[bytes]:
    left, inside = b"", False
    for chunk in chunks:
        text = chunk
        if not inside:
            _, inside_now, text = text.partition(b":")
            inside = bool(inside_now)
        text, end, _ = text.partition(b":")
        left += text.translate(_TO_BASE64, _NOT_BINHEX)
        whole = len(left) & ~3
        if whole:
            yield binascii.a2b_base64(left[:whole])
            left = left[whole:]
        if inside and end:
            break
    yield base64_all(left)


def _unpacked_runs(chunks: Chunks) -> Iterator[bytes]:
    left, last = b"", b"\0"
    for chunk in chunks:
        # In crumbs: three bytes may stand for 255.
        for start in range(0, len(chunk), _CRUMB):
            out, left = _without_runs(left + chunk[start : start + _CRUMB], last)
            last = out[-1:] or last
            yield out
    yield left


def _without_runs(text: bytes, last: bytes) -> tuple[bytes, bytes]:
    """Return the bytes that `text` stands for, and what of it needs more text. `last` came out before."""
    out = bytearray(last)
    place = 0
    while (mark := text.find(_REPEAT, place)) >= 0:
        out += text[place:mark]
        if mark + 1 == len(text):
            return bytes(out[1:]), text[mark:]
        count = text[mark + 1]
        out += out[-1:] * (count - 1) if count else bytes([_REPEAT])
        place = mark + 2
    return bytes(out[1:] + text[place:]), b""


def binhex_data_fork(content: bytes) -> tuple[bytes, int, int]:
    """Return name, place and size of the data fork in a decoded BinHex text (RFC 1741, section 3).

    (b"", 0, 0) if it is none.
    """
    length = content[0] if content else 0
    header = content[1 + length : 1 + length + 19]
    if not 0 < length < 64 or len(header) < 19 or header[0]:
        return b"", 0, 0
    return content[1 : 1 + length], 1 + length + 21, int.from_bytes(header[11:15], "big")
