"""PDF's stream filters (ISO 32000-1, 7.4), piece by piece and bounded, each fed by the one before it."""

import base64
import zlib
from collections.abc import Callable, Iterable, Iterator

from medscan_gui.core.words import Outcome
from medscan_gui.engine.unpack.base import UnpackError, cut_short, damaged
from medscan_gui.engine.unpack.pdf_syntax import Value

Chunks = Iterable[bytes]
Parameters = dict[bytes, Value]

#: Filters of one stream: two or three are usual, more only hide something.
MOST_FILTERS = 32
_PIECE = 1 << 20
#: Input that one step takes where a byte may become very many.
_CRUMB = 4096

#: What is left as it is: formats of pictures, which other programs read.
PICTURES = frozenset(
    {b"DCTDecode", b"DCT", b"JPXDecode", b"CCITTFaxDecode", b"CCF", b"JBIG2Decode"},
)

_SPACES = b"\0\t\n\f\r "
_NOT_HEX = bytes(sorted(set(range(256)) - set(b"0123456789abcdefABCDEF")))
_NOT_85 = bytes(sorted(set(range(256)) - set(range(ord("!"), ord("u") + 1)) - {ord("z")}))


def decoded(chunks: Chunks, filters: list[tuple[bytes, Parameters]], *, rows: bool) -> Iterator[bytes]:
    """Yield the content of a stream behind all its filters, up to the first one that makes a picture.

    With `rows`, predictors are undone too. Raises UnpackError.
    """
    if len(filters) > MOST_FILTERS:
        raise UnpackError(Outcome.TOO_DEEP)
    for name, parameters in filters:
        if name in PICTURES:
            break
        if name == b"Crypt":
            continue
        if name not in _FILTERS:
            raise damaged("unknown filter")
        chunks = _FILTERS[name](chunks, parameters)
        if rows and name in {b"FlateDecode", b"Fl", b"LZWDecode", b"LZW"}:
            chunks = _without_predictor(chunks, parameters)
    yield from chunks


def _flate(chunks: Chunks, _parameters: Parameters) -> Iterator[bytes]:
    inflater = zlib.decompressobj()
    given = False
    for chunk in chunks:
        data = chunk
        while data and not inflater.eof:
            try:
                out = inflater.decompress(data, _PIECE)
            except zlib.error as error:
                if given:
                    raise damaged(f"zlib: {error}") from error
                # No wrapper of zlib, or a wrong one: readers go on.
                given, inflater = True, zlib.decompressobj(-zlib.MAX_WBITS)
                data = data[2:] if data[0] & 15 == 8 else data
                continue
            data, given = inflater.unconsumed_tail, given or bool(out)
            yield out
    if not inflater.eof:
        yield inflater.flush(_PIECE)
        raise cut_short("zlib")


def _hex(chunks: Chunks, _parameters: Parameters) -> Iterator[bytes]:
    left = b""
    for chunk in chunks:
        text, end, _ = chunk.partition(b">")
        left += text.translate(None, _NOT_HEX)
        whole = len(left) & ~1
        yield bytes.fromhex(left[:whole].decode("ascii"))
        left = left[whole:]
        if end:
            break
    if left:
        yield bytes.fromhex(left.decode("ascii") + "0")


def _ascii85(chunks: Chunks, _parameters: Parameters) -> Iterator[bytes]:
    left, ended = b"", False
    for chunk in chunks:
        for start in range(0, len(chunk), _CRUMB * 16):
            text, end, _ = chunk[start : start + _CRUMB * 16].removeprefix(b"<~").partition(b"~")
            left += text.translate(None, _NOT_85).replace(b"z", b"!!!!!")
            whole = len(left) - len(left) % 5
            yield _from_85(left[:whole])
            left, ended = left[whole:], bool(end)
            if ended:
                break
        if ended:
            break
    if len(left) > 1:
        yield _from_85(left)


def _from_85(text: bytes) -> bytes:
    try:
        return base64.a85decode(text)
    except ValueError as error:
        raise damaged(f"ASCII85: {error}") from error


def _run_length(chunks: Chunks, _parameters: Parameters) -> Iterator[bytes]:
    left = b""
    for chunk in chunks:
        for start in range(0, len(chunk), _CRUMB):
            out, left, ended = _runs(left + chunk[start : start + _CRUMB])
            yield out
            if ended:
                return


def _runs(text: bytes) -> tuple[bytes, bytes, bool]:
    """Return what a text of runs stands for, what of it needs more text, and whether it has ended."""
    out = bytearray()
    place = 0
    while place < len(text):
        length = text[place]
        if length == 128:
            return bytes(out), b"", True
        need = length + 2 if length < 128 else 2
        if place + need > len(text):
            break
        out += text[place + 1 : place + need] if length < 128 else text[place + 1 : place + 2] * (257 - length)
        place += need
    return bytes(out), text[place:], False


class _Lzw:
    """LZW with codes of 9 to 12 bits, the highest bit first (7.4.4)."""

    _CLEAR, _END = 256, 257

    def __init__(self, early: int) -> None:
        self._early = early
        self._bits, self._held = 0, 0
        self.ended = False
        self._clear()

    def _clear(self) -> None:
        self._table = [bytes([byte]) for byte in range(256)] + [b"", b""]
        self._width = 9
        self._last = b""

    def feed(self, data: bytes) -> bytes:
        """Return what the codes in `data` stand for; each is at most 4 kB long."""
        out = []
        for byte in data:
            self._bits = self._bits << 8 | byte
            self._held += 8
            if self._held < self._width:
                continue
            self._held -= self._width
            code = self._bits >> self._held
            self._bits &= (1 << self._held) - 1
            if code == self._END:
                self.ended = True
                break
            if code == self._CLEAR:
                self._clear()
            else:
                out.append(self._entry(code))
        return b"".join(out)

    def _entry(self, code: int) -> bytes:
        table, last = self._table, self._last
        if code < len(table):
            entry = table[code]
        elif code == len(table) and last:
            entry = last + last[:1]
        else:
            raise damaged("LZW: code out of range")
        if last and len(table) < 4096:
            table.append(last + entry[:1])
        size = len(table) + self._early
        self._width = 9 if size < 512 else 10 if size < 1024 else 11 if size < 2048 else 12
        self._last = entry
        return entry


def _lzw(chunks: Chunks, parameters: Parameters) -> Iterator[bytes]:
    early = parameters.get(b"EarlyChange", 1)
    decoder = _Lzw(0 if early == 0 else 1)
    for chunk in chunks:
        # A code of nine bits may stand for four thousand bytes.
        for start in range(0, len(chunk), _CRUMB // 16):
            yield decoder.feed(chunk[start : start + _CRUMB // 16])
            if decoder.ended:
                return


def _number(parameters: Parameters, key: bytes, default: int, most: int) -> int:
    value = parameters.get(key, default)
    return min(value, most) if isinstance(value, int) and value > 0 else default


def _without_predictor(chunks: Chunks, parameters: Parameters) -> Iterator[bytes]:
    predictor = _number(parameters, b"Predictor", 1, 15)
    if predictor < 2:
        yield from chunks
        return
    samples = _number(parameters, b"Colors", 1, 32)
    bits = _number(parameters, b"BitsPerComponent", 8, 16)
    row = (samples * bits * _number(parameters, b"Columns", 1, 1 << 20) + 7) // 8
    step = max(1, samples * bits // 8)
    marked = predictor >= 10
    left, above = b"", bytes(row)
    for chunk in chunks:
        data = left + chunk
        size = row + marked
        for start in range(0, len(data) - size + 1, size):
            line = data[start : start + size]
            kind = min(line[0], 5) if marked else (1 if bits == 8 else 0)
            above = _LINES[kind](line[marked:], above, step)
            yield above
        left = data[len(data) - len(data) % size :]
    if left:
        yield left[marked:]


def _plain(line: bytes, _above: bytes, _step: int) -> bytes:
    return line


def _sub(line: bytes, _above: bytes, step: int) -> bytes:
    out = bytearray(line)
    for place in range(step, len(out)):
        out[place] = (out[place] + out[place - step]) & 255
    return bytes(out)


def _up(line: bytes, above: bytes, _step: int) -> bytes:
    return bytes((one + other) & 255 for one, other in zip(line, above, strict=True))


def _average(line: bytes, above: bytes, step: int) -> bytes:
    out = bytearray(line)
    for place, byte in enumerate(line):
        before = out[place - step] if place >= step else 0
        out[place] = (byte + (before + above[place]) // 2) & 255
    return bytes(out)


def _paeth(line: bytes, above: bytes, step: int) -> bytes:
    out = bytearray(line)
    for place, byte in enumerate(line):
        a, c = (out[place - step], above[place - step]) if place >= step else (0, 0)
        b = above[place]
        p = a + b - c
        pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
        out[place] = (byte + (a if pa <= pb and pa <= pc else b if pb <= pc else c)) & 255
    return bytes(out)


#: By the byte in front of each row (PNG, 9.2).
_LINES: tuple[Callable[[bytes, bytes, int], bytes], ...] = (_plain, _sub, _up, _average, _paeth, _plain)

_FILTERS: dict[bytes, Callable[[Chunks, Parameters], Iterator[bytes]]] = {
    b"FlateDecode": _flate,
    b"Fl": _flate,
    b"LZWDecode": _lzw,
    b"LZW": _lzw,
    b"ASCIIHexDecode": _hex,
    b"AHx": _hex,
    b"ASCII85Decode": _ascii85,
    b"A85": _ascii85,
    b"RunLengthDecode": _run_length,
    b"RL": _run_length,
}
