"""Objects inside the main stream of binary PowerPoint files ([MS-PPT] 2.10.34, 2.3.1)."""

import struct
import zlib
from collections.abc import Iterator

from medscan_gui.engine.unpack.base import Member, cut_short, damaged
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.compound import CompoundFile
from medscan_gui.engine.unpack.source import Source

_STREAM = b"PowerPoint Document"
#: Storage of an embedded object, a control or a VBA project; its instance tells whether it is compressed.
_OBJECT = 0x1011
#: Version of a record that holds other records ([MS-PPT] 2.3.1).
_HOLDER = 0xF
_HEADER = struct.Struct("<HHL")
_PIECE = 256 << 10


def objects(compound: CompoundFile, budget: Budget) -> Iterator[Member]:
    """Yield the storages of embedded objects and VBA projects, uncompressed."""
    entry = compound.at_root(_STREAM)
    if entry is None:
        return
    stream = compound.source_of(entry)
    at = number = 0
    while at + _HEADER.size <= stream.size:
        version, kind, size = _HEADER.unpack(stream.read_at(at, _HEADER.size))
        at += _HEADER.size
        if kind == _OBJECT:
            number += 1
            yield Member(b"[object %d]" % number, _storage(stream, at, size, packed=bool(version >> 4)))
        at += 0 if version & 0xF == _HOLDER else size
        budget.check()


def _storage(stream: Source, at: int, size: int, *, packed: bool) -> Iterator[bytes]:
    if packed:
        yield from inflated(stream.chunks(at + 4, at + size))
    else:
        yield from stream.chunks(at, at + size)
    if at + size > stream.size:
        raise cut_short("object")


def inflated(chunks: Iterator[bytes], bits: int = zlib.MAX_WBITS) -> Iterator[bytes]:
    """Unpack zlib's format (with `bits` below zero, plain deflate). Raises UnpackError where it breaks off."""
    engine = zlib.decompressobj(bits)
    for chunk in chunks:
        rest = chunk
        while rest and not engine.eof:
            try:
                part = engine.decompress(rest, _PIECE)
            except zlib.error as error:
                raise damaged(str(error)) from error
            if part:
                yield part
            rest = engine.unconsumed_tail
    if not engine.eof:
        raise cut_short("deflate")
