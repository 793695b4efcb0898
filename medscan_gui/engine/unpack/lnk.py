"""Shortcuts of Windows ([MS-SHLLINK]): what they start, with which arguments, and what hides behind their end.

The format is a header and four lists of sizes: read here directly, because where a shortcut ends (and something
appended begins) is the one thing that libraries for it do not tell.
"""

import struct
from collections.abc import Iterator

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack.base import Format, Member, Unpacking, cut_short
from medscan_gui.engine.unpack.source import Source

_HEADER = 76
#: Of what precedes the extra data: two lists of up to 64 kB each (the second may claim more), five strings of 128 kB.
_STRUCTURE = 2 << 20
#: LinkFlags (2.1.1).
_HAS_ID_LIST, _HAS_LINK_INFO, _IS_UNICODE = 0x01, 0x02, 0x80
#: StringData (2.4), in this order.
_STRINGS = ((0x04, "name"), (0x08, "relative path"), (0x10, "folder"), (0x20, "arguments"), (0x40, "icon"))
#: Extra data (2.5): the blocks' signatures, and the one that holds a target with variables.
_BLOCKS = range(0xA0000000, 0xA0000010)
_ENVIRONMENT = 0xA0000001
_MOST_BLOCKS = 1000


def open_lnk(source: Source, _unpacking: Unpacking) -> Iterator[Member]:
    """Yield the command line, the other texts, and what is appended. See `base.Opener`."""
    text = source.read_at(0, _STRUCTURE)
    link = _Link(text)
    complete = link.read()
    command = b" ".join(part for part in (link.target, link.strings.pop("arguments", b"")) if part)
    if command:
        yield Member(b"[command line]", [command])
    if link.strings:
        yield Member(b"[strings]", [b"\n".join(link.strings.values())])
    if link.place < source.size:
        yield Member(b"[appended]", source.chunks(link.place), size=source.size - link.place)
    if not complete:
        raise cut_short()


class _Link:
    """Reads from front to end; `place` is where it got."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self.place = _HEADER
        self.target = b""
        self.strings: dict[str, bytes] = {}

    def read(self) -> bool:
        """Read everything; False if the text ends before the shortcut does."""
        if len(self._text) < _HEADER:
            self.place = len(self._text)
            return False
        flags = self._number("<I", 20)
        if flags & _HAS_ID_LIST:
            start = self.place
            if not self._skip(2 + self._number("<H", start)):
                return False
            self.target = b"\\".join(_names(self._text[start + 2 : self.place]))
        if flags & _HAS_LINK_INFO:
            start, size = self.place, self._number("<I", self.place)
            if not self._skip(max(size, 4)):
                return False
            self._link_info(self._text[start : self.place])
        for flag, name in _STRINGS:
            if flags & flag and not self._string(name, unicode=bool(flags & _IS_UNICODE)):
                return False
        return self._extra_data()

    def _number(self, layout: str, place: int) -> int:
        part = self._text[place : place + struct.calcsize(layout)]
        return int.from_bytes(part, "little")

    def _skip(self, size: int) -> bool:
        self.place += size
        if self.place <= len(self._text):
            return True
        self.place = len(self._text)
        return False

    def _link_info(self, info: bytes) -> None:
        """Take the path on this computer, or in the network (2.3)."""
        header = int.from_bytes(info[4:8], "little")
        base = int.from_bytes(info[16:20], "little")
        suffix = int.from_bytes(info[24:28], "little")
        if header >= 0x24 and int.from_bytes(info[28:32], "little"):
            wide_base, wide_suffix = (int.from_bytes(info[at : at + 4], "little") for at in (28, 32))
            self.target = _wide(info[wide_base:]) + _wide(info[wide_suffix:])
        elif base:
            self.target = info[base:].partition(b"\0")[0] + info[suffix:].partition(b"\0")[0]
        elif network := int.from_bytes(info[20:24], "little"):
            name = int.from_bytes(info[network + 8 : network + 12], "little")
            share = info[network + name :].partition(b"\0")[0]
            self.target = share + b"\\" + info[suffix:].partition(b"\0")[0]

    def _string(self, name: str, *, unicode: bool) -> bool:
        size = self._number("<H", self.place) * (2 if unicode else 1)
        start = self.place + 2
        complete = self._skip(2 + size)
        raw = self._text[start : self.place]
        self.strings[name] = raw.decode("utf-16-le", "replace").encode() if unicode else raw
        return complete

    def _extra_data(self) -> bool:
        """Pass over the blocks at the end; what is none of them is appended."""
        for _ in range(_MOST_BLOCKS):
            size, signature = self._number("<I", self.place), self._number("<I", self.place + 4)
            if size < 4:  # the end mark, which some programs leave away
                return self.place == len(self._text) or self._skip(4)
            if signature not in _BLOCKS:
                return True  # no end mark: what follows is no part of it
            start = self.place
            if not self._skip(size):
                return False
            if signature == _ENVIRONMENT:
                block = self._text[start : self.place]
                self.target = _wide(block[268:788]) or block[8:268].partition(b"\0")[0] or self.target
        return True


def _names(id_list: bytes) -> Iterator[bytes]:
    """Yield the names of drives, folders and files in a list of the shell's identifiers (2.2).

    Its items are the shell's own; of these kinds (by their first byte) the place of the name is known.
    """
    place = 0
    while (size := int.from_bytes(id_list[place : place + 2], "little")) > 2:
        item = id_list[place + 2 : place + size]
        kind = item[0] if item else 0
        if kind & 0x70 == 0x20:
            yield item[1:].partition(b"\0")[0].rstrip(b"\\")
        elif kind & 0x70 == 0x30:
            yield _wide(item[12:]) if kind & 4 else item[12:].partition(b"\0")[0]
        place += size


def _wide(text: bytes) -> bytes:
    """Return a text of UTF-16 that a NUL ends, in UTF-8."""
    return text[:0x10000].decode("utf-16-le", "replace").partition("\0")[0].encode()


FORMATS: tuple[Format, ...] = (
    Format(
        name="Shortcut (LNK)",
        kinds=(FileType.LNK,),
        opener=open_lnk,
        library="own",
        read="target and arguments as one command line, the other texts, appended data",
        not_read="targets that are no files (identifiers that only the shell knows)",
        samples=("arguments.lnk",),
    ),
)
