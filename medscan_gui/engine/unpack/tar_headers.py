"""The blocks of a tar archive: headers of all dialects, the numbers and the names in them."""

import re
import struct

import msgspec

from medscan_gui.engine.unpack.source import Source

BLOCK = 512
_ZERO = bytes(BLOCK)
#: Extended headers are believed up to this size: a name or a list of pieces takes no more.
_EXTENDED_BYTES = 4 << 20
_SUM = slice(148, 156)
_SPACES = b" " * 8
#: As unpackers read numbers: blanks in front, then digits up to whatever ends them.
_OCTAL = re.compile(rb"[\0\s]*([0-7]+)")
_SPARSE_RECORDS = frozenset(
    b"GNU.sparse." + key for key in (b"major", b"minor", b"realsize", b"size", b"map", b"numblocks")
)

#: Types (POSIX.1-2017 pax, GNU tar's manual) that are no content.
LINKS = frozenset(b"12")
FOLDER, DEVICES = ord("5"), frozenset(b"346")
PAX, PAX_GLOBAL, PAX_SUN = ord("x"), ord("g"), ord("X")
LONG_NAME, LONG_LINK = ord("L"), ord("K")
SPARSE, CONTINUED, VOLUME = ord("S"), ord("M"), ord("V")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """One header block. `data` is the place of the block behind it."""

    name: bytes
    kind: int
    size: int
    data: int
    block: bytes


class Extended(msgspec.Struct):
    """What extended headers say about the next member."""

    name: bytes = b""
    size: int = -1
    #: Those records of a pax header that tell of holes.
    records: dict[bytes, bytes] = msgspec.field(default_factory=dict)
    #: Numbers of GNU.sparse.offset and .numbytes (its version 0.0), in order.
    pieces: list[int] = msgspec.field(default_factory=list)


def number(field: bytes) -> int | None:
    """Return a number as tar writes it, octal or (GNU) binary with the first bit set; None if it is neither."""
    if field[:1] and field[0] & 0x80:
        # All bits but the first; negative ones make no sense here.
        return None if field[0] & 0x40 else int.from_bytes(bytes((field[0] & 0x7F,)) + field[1:], "big")
    text = field.strip(b" \0").split(b"\0", 1)[0].strip()
    if not text:
        return 0
    return int(text, 8) if not text.strip(b"01234567") else None


def header_of(block: bytes, data: int) -> Header | None:
    """Return the header in a block; None if its checksum says that it is none."""
    if len(block) < BLOCK or not _sum_fits(block):
        return None
    size = number(block[124:136])
    if size is None:
        return None
    name = block[:100].split(b"\0", 1)[0]
    if block.startswith(b"ustar\0", 257) and (prefix := block[345:500].split(b"\0", 1)[0]):
        name = prefix + b"/" + name
    return Header(name=name, kind=block[156], size=size, data=data, block=block)


def _sum_fits(block: bytes) -> bool:
    field = _OCTAL.match(block[_SUM])
    told = int(field[1], 8) if field is not None else number(block[_SUM])
    if told is None:
        return False
    rest = block[:148] + _SPACES + block[156:]
    if told == sum(rest):
        return True
    # Old programs summed up signed bytes.
    return bool(told == sum(struct.unpack(f"{BLOCK}b", rest)))


def is_zero(block: bytes) -> bool:
    """Say whether a block holds nothing."""
    return block == _ZERO[: len(block)]


def read_pax(source: Source, header: Header, into: Extended) -> bool:
    """Take in the records of a pax header; returns whether all of them could be read."""
    data = source.read_at(header.data, min(header.size, _EXTENDED_BYTES))
    at = 0
    while at < len(data) and data[at : at + 1] != b"\0":
        text, blank, _rest = data[at : at + 20].partition(b" ")
        if not blank or not text.isdigit() or int(text) <= len(text) + 1:
            return False
        record = data[at + len(text) + 1 : at + int(text)]
        key, equals, value = record.removesuffix(b"\n").partition(b"=")
        if equals:
            _take_record(key, value, into)
        at += int(text)
    return at <= len(data) == header.size


def _take_record(key: bytes, value: bytes, into: Extended) -> None:
    if key in {b"path", b"GNU.sparse.name"}:
        into.name = value
    elif key == b"size" and value.isdigit():
        into.size = int(value[:20])
    elif key in {b"GNU.sparse.offset", b"GNU.sparse.numbytes"} and value.isdigit():
        into.pieces.append(int(value[:20]))
        into.records[key] = b""
    elif key in _SPARSE_RECORDS:
        into.records[key] = value


def read_long_name(source: Source, header: Header) -> bytes:
    """Return the name that a GNU long name header holds."""
    return source.read_at(header.data, min(header.size, _EXTENDED_BYTES)).split(b"\0", 1)[0]
