"""Members of tar archives that have holes: where their pieces are stored, in GNU's four ways to say so."""

from collections.abc import Iterator

import msgspec

from medscan_gui.engine.unpack.base import cut_short, damaged
from medscan_gui.engine.unpack.source import Source
from medscan_gui.engine.unpack.tar_headers import BLOCK, Extended, Header, number

#: Pieces of one member.
_PIECES = 200_000
_MAP_BYTES = 8 << 20
_ZEROS = bytes(1 << 20)

Pieces = list[tuple[int, int]]


class Sparse(msgspec.Struct, frozen=True):
    """A member with holes: pieces as offset and size, its size with the holes, and where the stored pieces begin."""

    pieces: Pieces
    size: int
    data: int


def old_sparse(source: Source, header: Header) -> Sparse | None:
    """Read GNU's old map: four pieces in the header, 21 more in each block behind it. None if it is broken."""
    pieces = _fields(header.block[386:482])
    size = number(header.block[483:495])
    more, at = header.block[482], header.data
    while more and pieces is not None and len(pieces) < _PIECES:
        block = source.read_at(at, BLOCK)
        found = _fields(block[:504]) if len(block) == BLOCK else None
        if found is None:
            return None
        pieces += found
        more, at = block[504], at + BLOCK
    return None if pieces is None or size is None else Sparse(pieces, size, at)


def _fields(data: bytes) -> Pieces | None:
    pieces: Pieces = []
    for at in range(0, len(data), 24):
        offset, size = number(data[at : at + 12]), number(data[at + 12 : at + 24])
        if offset is None or size is None:
            return None
        if offset or size:
            pieces.append((offset, size))
    return pieces


def pax_sparse(source: Source, header: Header, extended: Extended) -> Sparse | None:
    """Read the map of a pax header (versions 0.0 and 0.1), or the one before the content (1.0). None if it is broken.

    Raises ValueError if there is none at all.
    """
    records = extended.records
    if records.get(b"GNU.sparse.major") == b"1":
        return _map_before(source, header, _number(records.get(b"GNU.sparse.realsize")))
    size = _number(records.get(b"GNU.sparse.size"))
    if (text := records.get(b"GNU.sparse.map")) is not None:
        numbers = [_number(one) for one in text.split(b",")]
    elif extended.pieces:
        numbers = list(extended.pieces)
    else:
        raise ValueError("no map")
    return _sparse(numbers, size, header.data)


def _map_before(source: Source, header: Header, size: int) -> Sparse | None:
    """Version 1.0: numbers in lines, the first their count, filled up to a whole block."""
    data = source.read_at(header.data, min(_MAP_BYTES, header.size))
    first, _line, _rest = data.partition(b"\n")
    count = _number(first)
    if not 0 <= count <= _PIECES:
        return None
    lines = data.split(b"\n", 2 * count + 1)
    if len(lines) <= 2 * count + 1:
        return None
    length = len(data) - len(lines[-1])
    return _sparse([_number(line) for line in lines[1:-1]], size, header.data + length + -length % BLOCK)


def _sparse(numbers: list[int], size: int, data: int) -> Sparse | None:
    if min(numbers, default=0) < 0 or len(numbers) % 2 or size < 0:
        return None
    return Sparse(list(zip(numbers[::2], numbers[1::2], strict=True)), size, data)


def _number(text: bytes | None) -> int:
    return int(text) if text and text.isdigit() and len(text) <= 20 else -1


def sparse_chunks(source: Source, sparse: Sparse) -> Iterator[bytes]:
    """Yield a member with its holes. Raises UnpackError."""
    at, stored = 0, sparse.data
    for offset, size in sparse.pieces:
        if offset < at:
            raise damaged("sparse map")
        yield from _zeros(offset - at)
        yield from source.chunks(stored, stored + size)
        stored += size
        if stored > source.size:
            raise cut_short()
        at = offset + size
    yield from _zeros(sparse.size - at)


def _zeros(size: int) -> Iterator[bytes]:
    while size > 0:
        yield _ZEROS[:size]
        size -= len(_ZEROS)
