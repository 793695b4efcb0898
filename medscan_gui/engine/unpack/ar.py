"""Unix archives: static libraries and Debian packages, whose members are opened by their own types."""

import re
from collections.abc import Iterator

import msgspec

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack.base import Format, Member, Unpacking, cut_short, damaged
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.searching import places
from medscan_gui.engine.unpack.source import Source

_MARK = b"!<arch>\n"
_HEADER_BYTES = 60
_HEADER_END = b"`\n"
_SIZE_AT = 48
_SIZE_AND_END = re.compile(rb"(?=[0-9][0-9 ]{9}`\n)")
#: BSD's long names stand before the content, SVR4's in a member of their own.
_BSD_NAME = b"#1/"
_NAME_TABLE = b"//"
#: Names are looked up in so much of that table.
_TABLE_BYTES = 16 << 20
_NAME_BYTES = 64 << 10


class _Header(msgspec.Struct, frozen=True):
    name: bytes
    #: The content: its place and its stated size.
    data: int
    size: int


def open_ar(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield the members. Raises UnpackError for what cannot be followed."""
    at = len(_MARK)
    names = b""
    lost = False
    while at < source.size:
        unpacking.budget.check()
        header = _header_at(source, at, names)
        if header is None:
            if at + _HEADER_BYTES > source.size and not source.read_at(at, _HEADER_BYTES).strip(b"\n\0"):
                break
            lost = True
            at = _next_header(source, at + 1, unpacking.budget)
            continue
        if header.name == _NAME_TABLE:
            names = source.read_at(header.data, min(header.size, _TABLE_BYTES))
        end = header.data + header.size
        yield Member(header.name, _content(source, header), size=header.size)
        at = end + end % 2
    if lost:
        raise damaged("ar header")


def _content(source: Source, header: _Header) -> Iterator[bytes]:
    end = header.data + header.size
    yield from source.chunks(header.data, end)
    if end > source.size:
        raise cut_short()


def _header_at(source: Source, at: int, names: bytes) -> _Header | None:
    head = source.read_at(at, _HEADER_BYTES)
    if len(head) < _HEADER_BYTES or not head.endswith(_HEADER_END):
        return None
    size = _number(head[48:58])
    if size is None:
        return None
    name, data = head[:16].rstrip(b" "), at + _HEADER_BYTES
    if name.startswith(_BSD_NAME) and (length := _number(name[3:])) is not None:
        length = min(length, size)
        name = source.read_at(data, min(length, _NAME_BYTES)).rstrip(b"\0")
        return _Header(name, data + length, size - length)
    return _Header(_full_name(name, names), data, size)


def _full_name(name: bytes, names: bytes) -> bytes:
    """Return a name of SVR4's kind: with a slash behind it, or the place of a long one."""
    if name.startswith(b"/") and (place := _number(name[1:])) is not None:
        return names[place : place + _NAME_BYTES].split(b"\n", 1)[0].removesuffix(b"/") or name
    return name.removesuffix(b"/") if name.strip(b"/") else name


def _number(text: bytes) -> int | None:
    text = text.strip(b" ")
    return int(text) if text.isdigit() else None


def _next_header(source: Source, at: int, budget: Budget) -> int:
    """Return where the next header may begin; the end of the content if nothing looks like one."""
    for place in places(source, _SIZE_AND_END, at + _SIZE_AT, source.size, length=12, budget=budget):
        return place - _SIZE_AT
    return source.size


FORMATS: tuple[Format, ...] = (
    Format(
        name="ar (static libraries, deb)",
        kinds=(FileType.AR,),
        opener=open_ar,
        library="own",
        read="all members, with their long names; a package's own archives are opened in their turn",
        not_read="thin archives, which only name files that are elsewhere",
        samples=("ar.a", "package.deb"),
    ),
)
