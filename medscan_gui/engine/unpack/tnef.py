"""TNEF, the envelope that Outlook puts around attachments (``winmail.dat``; [MS-OXTNEF])."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.unpack.base import Format, Member, UnpackError, Unpacking, cut_short, damaged
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.compressed_rtf import rtf_of
from medscan_gui.engine.unpack.source import Source
from medscan_gui.engine.unpack.wide_text import utf8, utf8_of

_FIRST = 6  # signature and key
_HEADER = struct.Struct("<BLL")
_CHECKSUM = 2
#: Attributes of one stream that are read; a message with a thousand attachments has ten thousand.
_MOST_ATTRIBUTES = 100_000
# Attributes ([MS-OXTNEF] 2.1.3.2), without their types.
_NEW_ATTACHMENT, _TITLE, _DATA, _ATTACHMENT, _MESSAGE = 0x9002, 0x8010, 0x800F, 0x9005, 0x9003
# Properties within them ([MS-OXPROPS]): name, data, and bodies.
_LONG_NAME, _ATTACHED, _BODY, _RTF, _HTML = 0x3707, 0x3701, 0x1000, 0x1009, 0x1013
#: Bytes of values of fixed size by type, as they are padded (2.1.3.4).
_FIXED = {0x01: 4, 0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x0102
_MANY, _NAMED = 0x1000, 0x8000
_NAME_BYTES = 1024
#: The longest compressed body that is unpacked: it is read into memory.
_BODY_BYTES = 24 << 20


class _Part(NamedTuple):
    """An attribute or the value of a property: what it is, where its bytes are."""

    kind: int
    type: int
    at: int
    size: int


class _Attached:
    """One attachment while its attributes come in."""

    def __init__(self) -> None:
        self.name = b""
        self.data: list[_Part] = []


def open_tnef(source: Source, unpacking: Unpacking) -> Iterator[Member | RuleMatch]:
    """Yield attachments and bodies. Raises UnpackError at the end for what breaks off."""
    attached = _Attached()
    trouble: UnpackError | None = None
    attributes = _attributes(source, unpacking)
    try:
        for part in attributes:
            if part.kind == _NEW_ATTACHMENT:
                yield from _given(source, attached)
                attached = _Attached()
            elif part.kind == _MESSAGE:
                yield from _bodies(source, part, unpacking.budget)
            else:
                _take(source, attached, part, unpacking.budget)
    except UnpackError as error:
        trouble = error
    yield from _given(source, attached)
    if trouble is not None:
        raise trouble


def _attributes(source: Source, unpacking: Unpacking) -> Iterator[_Part]:
    at = _FIRST
    for _ in range(_MOST_ATTRIBUTES):
        header = source.read_at(at, _HEADER.size)
        if at > _FIRST and not header.strip(b"\0\r\n\x1a "):
            return
        if len(header) < _HEADER.size:
            raise cut_short("attribute")
        level, tag, size = _HEADER.unpack(header)
        if level not in {1, 2}:
            raise damaged("attribute")
        at += _HEADER.size
        yield _Part(tag & 0xFFFF, tag >> 16, at, min(size, source.size - at))
        at += size + _CHECKSUM
        if at > source.size:
            raise cut_short("attribute")
        unpacking.budget.check()
    raise UnpackError(Outcome.LIMIT_REACHED, Cause.TOO_MANY_MEMBERS)


def _take(source: Source, attached: _Attached, part: _Part, budget: Budget) -> None:
    """Take in an attribute of the attachment at hand."""
    if part.kind == _TITLE:
        attached.name = attached.name or source.read_at(part.at, min(part.size, _NAME_BYTES)).rstrip(b"\0")
    elif part.kind == _DATA:
        attached.data.append(part)
    elif part.kind == _ATTACHMENT:
        for value in _properties(source, part, budget):
            if value.kind == _LONG_NAME:
                attached.name = _text(source, value)
            elif value.kind == _ATTACHED:
                attached.data.append(value)


def _given(source: Source, attached: _Attached) -> Iterator[Member]:
    for part in attached.data:
        # An object has the identifier of its interface in front.
        skip = 16 if part.type == _OBJECT else 0
        if part.size > skip:
            yield Member(attached.name or b"[attachment]", source.chunks(part.at + skip, part.at + part.size))


def _bodies(source: Source, part: _Part, budget: Budget) -> Iterator[Member]:
    for value in _properties(source, part, budget):
        if value.kind == _RTF:
            yield Member(b"[body.rtf]", rtf_of(source.read_at(value.at, min(value.size, _BODY_BYTES))))
        elif value.kind == _HTML:
            yield Member(b"[body.html]", source.chunks(value.at, value.at + value.size))
        elif value.kind == _BODY and value.type == _UNICODE:
            yield Member(b"[body]", utf8_of(source.chunks(value.at, value.at + value.size)))


def _text(source: Source, value: _Part) -> bytes:
    raw = source.read_at(value.at, min(value.size, _NAME_BYTES))
    return utf8(raw) if value.type == _UNICODE else raw.rstrip(b"\0")


def _properties(source: Source, part: _Part, budget: Budget) -> Iterator[_Part]:
    """Yield the values of all properties of variable length. Raises UnpackError where the list breaks off."""
    reader = _Reader(source, part.at, part.at + part.size)
    for _ in range(reader.number()):
        budget.check()
        tag = reader.number()
        kind, type_ = tag >> 16, tag & 0xFFFF
        if kind >= _NAMED:
            reader.skip(16)  # namespace
            reader.skip(4 if not reader.number() else reader.padded(reader.number()))
        count = reader.number() if type_ & _MANY or _varies(type_) else 1
        for _value in range(count):
            if _varies(type_):
                size = reader.number()
                yield _Part(kind, type_ & ~_MANY, reader.at, min(size, max(0, reader.end - reader.at)))
                reader.skip(reader.padded(size))
            elif size := _FIXED.get(type_ & ~_MANY, 0):
                reader.skip(size)
            else:
                raise damaged("property")


def _varies(type_: int) -> bool:
    return type_ & ~_MANY in {_STRING, _UNICODE, _OBJECT, _BINARY}


class _Reader:
    """Goes forward through a list. Raises UnpackError where it ends."""

    def __init__(self, source: Source, at: int, end: int) -> None:
        self._source = source
        self.at = at
        self.end = end

    def number(self) -> int:
        """Read a number of 32 bits."""
        if self.at + 4 > self.end:
            raise cut_short("property")
        self.at += 4
        return int.from_bytes(self._source.read_at(self.at - 4, 4), "little")

    def skip(self, size: int) -> None:
        """Go on."""
        self.at += size
        if self.at > self.end:
            raise cut_short("property")

    def padded(self, size: int) -> int:
        """Return `size` with its padding."""
        return size + -size % 4


FORMATS: tuple[Format, ...] = (
    Format(
        name="TNEF (winmail.dat)",
        kinds=(FileType.TNEF,),
        opener=open_tnef,
        library="own",
        read="attachments under their names, embedded messages, bodies (compressed RTF unpacked)",
        not_read="",
        samples=("winmail.dat",),
    ),
)
