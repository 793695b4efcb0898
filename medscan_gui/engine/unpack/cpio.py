"""cpio archives: the new ASCII format (with and without checksums), the old one, and the binary one in both orders."""

import re
import struct
from collections.abc import Iterator
from itertools import islice

import msgspec

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack.base import Format, Member, Unpacking, cut_short, damaged
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.searching import places
from medscan_gui.engine.unpack.source import Source

_NEW, _NEW_SUM, _OLD = b"070701", b"070702", b"070707"
_BINARY = {b"\xc7\x71": "<", b"\x71\xc7": ">"}
_NEW_BYTES, _OLD_BYTES, _BINARY_BYTES = 110, 76, 26
_ASCII_HEADER = re.compile(rb"07070(?=[12][0-9A-Fa-f]{104}|7[0-7]{70})")
_LAST = b"TRAILER!!!"
_KIND, _FOLDER, _FILE, _LINK = 0o170000, 0o040000, 0o100000, 0o120000
#: Places behind a broken header that are tried: an attacker may write millions that look like one.
_TRIED = 10_000
#: Longest name that is believed: PATH_MAX is 4,096 where cpio lives.
_NAME_BYTES = 64 << 10


class _Header(msgspec.Struct, frozen=True, kw_only=True):
    name: bytes
    mode: int
    data: int
    size: int
    #: Where the next header begins.
    next: int
    #: Sum of the content's bytes; -1 if the format has none.
    sum: int = -1


def open_cpio(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield the contents, also of further archives that follow at once. Raises UnpackError."""
    at = 0
    ended = lost = False
    while (at := _without_padding(source, at) if ended else at) < source.size:
        unpacking.budget.check()
        header = _header_at(source, at)
        if header is None and ended:
            yield Member(b"[overlay]", source.chunks(at))
            break
        if header is None:
            lost = True
            at = _next_header(source, at + 1, unpacking.budget)
            continue
        at = header.next
        ended = header.name == _LAST and not header.size
        if not ended and _has_content(header):
            yield Member(header.name, _content(source, header), size=header.size)
    if lost:
        raise damaged("cpio header")
    if not ended:
        raise cut_short("no trailer")


def _has_content(header: _Header) -> bool:
    """Folders and devices have none; whatever says to be one and has some is looked at all the same."""
    return header.size > 0 or header.mode & _KIND == _FILE


def _content(source: Source, header: _Header) -> Iterator[bytes]:
    end = header.data + header.size
    total = 0
    for part in source.chunks(header.data, end):
        if header.sum >= 0:
            total += sum(part)
        yield part
    if end > source.size:
        raise cut_short()
    if 0 <= header.sum != total & 0xFFFFFFFF:
        raise damaged("checksum")


def _without_padding(source: Source, at: int) -> int:
    """Return where the first byte that is not zero lies."""
    for part in source.chunks(at):
        if rest := part.lstrip(b"\0"):
            return at + len(part) - len(rest)
        at += len(part)
    return source.size


def _header_at(source: Source, at: int) -> _Header | None:
    mark = source.read_at(at, 6)
    try:
        if mark in {_NEW, _NEW_SUM}:
            return _new(source, at, summed=mark == _NEW_SUM)
        if mark == _OLD:
            return _old(source, at)
        if mark[:2] in _BINARY:
            return _binary(source, at, _BINARY[mark[:2]])
    except ValueError:
        return None
    return None


def _new(source: Source, at: int, *, summed: bool) -> _Header | None:
    head = source.read_at(at, _NEW_BYTES)
    if len(head) < _NEW_BYTES:
        return None
    # Inode, mode, user, group, links, time, size, four of devices, length of the name, sum: eight digits each.
    mode, size, name, total = (_digits(head[place : place + 8], 16) for place in (14, 54, 94, 102))
    data = _up(at + _NEW_BYTES + name, 4, at)
    return _with_name(
        source, at + _NEW_BYTES, name, mode=mode, data=data, size=size,
        next_at=_up(data + size, 4, at), total=total if summed and mode & _KIND == _FILE else -1,
    )  # fmt: skip


def _old(source: Source, at: int) -> _Header | None:
    head = source.read_at(at, _OLD_BYTES)
    if len(head) < _OLD_BYTES:
        return None
    mode, name, size = (_digits(head[a:b], 8) for a, b in ((18, 24), (59, 65), (65, 76)))
    data = at + _OLD_BYTES + name
    return _with_name(source, at + _OLD_BYTES, name, mode=mode, data=data, size=size, next_at=data + size)


def _binary(source: Source, at: int, order: str) -> _Header | None:
    head = source.read_at(at, _BINARY_BYTES)
    if len(head) < _BINARY_BYTES:
        return None
    words = struct.unpack(f"{order}13H", head)
    mode, name, size = words[3], words[10], words[11] << 16 | words[12]
    data = at + _BINARY_BYTES + name + name % 2
    return _with_name(source, at + _BINARY_BYTES, name, mode=mode, data=data, size=size, next_at=data + size + size % 2)


def _with_name(
    source: Source, at: int, length: int, *, mode: int, data: int, size: int, next_at: int, total: int = -1
) -> _Header | None:
    """Finish a header with its name, which ends with a zero byte; None if it does not."""
    if length > _NAME_BYTES:
        return None
    name = source.read_at(at, length)
    if not name.endswith(b"\0") or len(name) != length:
        return None
    name = name.split(b"\0", 1)[0]
    return _Header(name=name, mode=mode, data=data, size=size, next=next_at, sum=total)


def _digits(text: bytes, base: int) -> int:
    """Return a number written in plain digits. Raises ValueError for anything else that Python would read as one."""
    if not text.isalnum():
        raise ValueError
    return int(text, base)


def _up(position: int, step: int, start: int) -> int:
    """Return the next position that is a multiple of `step` away from `start`, at or after `position`."""
    return position + -(position - start) % step


def _next_header(source: Source, at: int, budget: Budget) -> int:
    """Return where the next ASCII header lies; the end of the content if none does."""
    candidates = places(source, _ASCII_HEADER, at, source.size, length=_NEW_BYTES, budget=budget)
    for place in islice(candidates, _TRIED):
        if _header_at(source, place) is not None:
            return place
    return source.size


FORMATS: tuple[Format, ...] = (
    Format(
        name="cpio",
        kinds=(FileType.CPIO,),
        opener=open_cpio,
        library="own",
        read="newc, crc, odc and both binary formats; archives that follow one another, and what follows the last",
        not_read="entries behind a damaged header of the binary format",
        samples=("newc.cpio", "crc.cpio", "odc.cpio", "bin-le.cpio"),
    ),
)
