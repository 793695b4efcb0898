"""VBA projects: the source text of every module ([MS-OVBA] 2.3.4.2 directory, 2.4.1 compression).

What Office runs is often the compiled code beside the source. That is in the module's stream, which is scanned as it
is; a module whose source is gone while its compiled code is there is told.
"""

import struct
from collections.abc import Iterator

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.troubles import Ending
from medscan_gui.engine.unpack.base import Member, UnpackError, cut_short, damaged
from medscan_gui.engine.unpack.compound import STREAM, CompoundFile, Entry
from medscan_gui.engine.unpack.source import Source
from medscan_gui.engine.unpack.wide_text import utf8

#: The longest `dir` and the longest module that are read into memory.
_DIR_BYTES = 4 << 20
_MODULE_BYTES = 16 << 20
#: What a chunk unfolds to at most, and how many chunks make one piece.
_CHUNK = 4096
_CHUNKS_AT_ONCE = 64

#: How the source of a module begins once it is compressed: "Attribut" as eight literal bytes, more after.
_BEGINNING = b"\x00Attribut\x00e"
#: In front of that: signature of the container, and the header of its first chunk.
_BEFORE = 3
#: Streams of a VBA storage that are no modules.
_NO_MODULES = (b"dir", b"_vba_project", b"__srp_")
#: Modules that are looked for in a file whose directory is lost.
_MOST_CARVED = 1000

# Records of the directory.
_PROJECT_VERSION = 0x0009
_MODULE_NAME, _MODULE_NAME_UNICODE = 0x0019, 0x0047
_STREAM_NAME, _STREAM_NAME_UNICODE = 0x001A, 0x0032
_MODULE_OFFSET, _MODULE_END = 0x0031, 0x002B

#: Compiled code is there and its source is not: nobody can read here what Office would run.
_NO_SOURCE: Ending = (Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED, "compiled macro without its source")


class _Module:
    """One module as the directory tells of it."""

    def __init__(self) -> None:
        self.name = b""
        self.stream = b""
        self.offset = 0


def macros(compound: CompoundFile) -> Iterator[Member]:
    """Yield the source of all modules of all projects in a compound file."""
    for entry in compound.streams():
        if entry.name.lower() == b"dir" and entry.reached:
            yield from _project(compound, entry)


def _project(compound: CompoundFile, directory: Entry) -> Iterator[Member]:
    packed = compound.read(directory, _DIR_BYTES)
    if not packed.startswith(b"\x01"):
        return  # some other file's stream of that name
    streams = compound.inside(directory.parent)
    trouble = None
    try:
        modules = _modules(b"".join(unpacked(packed, _DIR_BYTES)))
    except UnpackError as error:
        modules, trouble = [], error
    for module in modules:
        entry = streams.pop(module.stream.lower(), None)
        yield _told(module) if entry is None else _listed(compound, entry, module)
    for name, entry in streams.items():
        if entry.kind == STREAM and not name.startswith(_NO_MODULES):
            yield from _unlisted(compound, entry)
    if trouble is not None:
        raise trouble


def _told(module: _Module) -> Member:
    return Member(b"[macro] " + module.name, problem=(Outcome.DAMAGED, Cause.NONE, "module without a stream"))


def _listed(compound: CompoundFile, entry: Entry, module: _Module) -> Member:
    """Return the source of a module; its place is looked for where the directory does not tell it."""
    data = compound.read(entry, _MODULE_BYTES)
    name = b"[macro] " + (module.name or entry.name)
    place = module.offset
    if not data.startswith(b"\x01", place):
        place = max(data.find(_BEGINNING) - _BEFORE, -1)
    if place < 0 or not data[place + _BEFORE :].strip(b"\0"):
        return Member(name, problem=_NO_SOURCE) if data.strip(b"\0") else Member(name)
    return Member(name, unpacked(data[place:], -1))


def _unlisted(compound: CompoundFile, entry: Entry) -> Iterator[Member]:
    """Yield what looks like the source of a module in a stream that the directory does not name."""
    data = compound.read(entry, _MODULE_BYTES)
    place = data.find(_BEGINNING)
    if place >= _BEFORE:
        yield Member(b"[macro] " + entry.name, unpacked(data[place - _BEFORE :], -1))


def carved(source: Source) -> Iterator[Member]:
    """Yield modules found by how they begin, for files whose tables are lost."""
    place = source.find(_BEGINNING)
    for number in range(1, _MOST_CARVED + 1):
        if place < 0:
            return
        start = max(place - _BEFORE, 0)
        yield Member(b"[macro %d]" % number, _ignoring_end(source.read_at(start, _MODULE_BYTES)))
        place = source.find(_BEGINNING, place + 1)


def _ignoring_end(packed: bytes) -> Iterator[bytes]:
    """Unpack what nothing tells the end of: the file is called damaged already."""
    try:
        yield from unpacked(packed, -1)
    except UnpackError:
        return


def unpacked(packed: bytes, most: int) -> Iterator[bytes]:
    """Unpack a compressed container ([MS-OVBA] 2.4.1.3.1) piece by piece, up to `most` bytes (-1: all).

    Raises UnpackError where it breaks off.
    """
    if not packed.startswith(b"\x01"):
        raise damaged("compressed container")
    at = 1
    parts: list[bytes] = []
    while at + 2 <= len(packed) and most:
        header = packed[at] | packed[at + 1] << 8
        end = at + (header & 0x0FFF) + 3
        if header & 0x7000 != 0x3000:
            yield b"".join(parts)
            if packed[at:].strip(b"\0"):
                raise damaged("compressed chunk")
            return
        chunk = packed[at + 2 : end]
        part = _chunk(chunk) if header & 0x8000 else chunk[:_CHUNK]
        part = part if most < 0 else part[:most]
        most -= len(part) if most > 0 else 0
        parts.append(part)
        if len(parts) == _CHUNKS_AT_ONCE:
            yield b"".join(parts)
            parts.clear()
        at = end
    yield b"".join(parts)
    if at > len(packed):
        raise cut_short("compressed chunk")


def _chunk(packed: bytes) -> bytes:
    """Unpack the token sequences of one chunk (2.4.1.3.2); what does not fit the format ends it."""
    out = bytearray()
    at, size = 0, len(packed)
    while at < size:
        flags = packed[at]
        at += 1
        if not flags:
            out += packed[at : at + 8]
            at += 8
            continue
        for bit in range(8):
            if not flags >> bit & 1:
                out += packed[at : at + 1]
                at += 1
            elif at + 2 <= size and out:
                _copy(out, packed[at] | packed[at + 1] << 8)
                at += 2
            else:
                return bytes(out)
        if len(out) > 2 * _CHUNK:
            break
    return bytes(out[:_CHUNK])


def _copy(out: bytearray, token: int) -> None:
    """Carry out one copy token (2.4.1.3.19): the further in the chunk, the more bits tell how far back."""
    bits = max((len(out) - 1).bit_length(), 4)
    length = (token & 0xFFFF >> bits) + 3
    back = (token >> (16 - bits)) + 1
    if back > len(out):
        return
    pattern = out[-back:]
    out += (pattern * (length // back + 1))[:length]


def _modules(directory: bytes) -> list[_Module]:
    modules: list[_Module] = []
    for kind, data in _records(directory):
        if kind in {_MODULE_NAME, _MODULE_NAME_UNICODE} and (kind == _MODULE_NAME or not modules):
            modules.append(_Module())
        if modules:
            _fill(modules[-1], kind, data)
    return modules


def _fill(module: _Module, kind: int, data: bytes) -> None:
    if kind == _MODULE_NAME:
        module.name = data
    elif kind == _MODULE_NAME_UNICODE:
        module.name = utf8(data)
    elif kind == _STREAM_NAME:
        module.stream = data
    elif kind == _STREAM_NAME_UNICODE:
        module.stream = utf8(data)
    elif kind == _MODULE_OFFSET and len(data) == 4:
        module.offset = int.from_bytes(data, "little")


def _records(directory: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 6 <= len(directory):
        kind, size = struct.unpack_from("<HL", directory, at)
        if kind == _PROJECT_VERSION:
            size = 6  # the one record whose size field tells less than what follows
        at += 6
        yield kind, directory[at : at + size]
        at += size
    if at > len(directory):
        raise cut_short("directory of a VBA project")
