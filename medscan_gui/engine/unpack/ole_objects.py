"""Files and objects embedded in documents the way OLE does ([MS-OLEDS]).

Three forms: the stream ``\\1Ole10Native`` of a compound file, an object of OLE 1.0 as it lies in RTF and in old
documents, and within both the packager's own form, which no specification describes: a label, the file's name, the
path it came from, its size and its bytes.
"""

from collections.abc import Iterator
from typing import NamedTuple

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.unpack.base import Format, Member, Unpacking, cut_short, damaged
from medscan_gui.engine.unpack.compound import CompoundFile
from medscan_gui.engine.unpack.source import Source

_NATIVE_NAME = b"\x01ole10native"
#: Texts in front of an embedded file: longest label, name or path.
_TEXT = 4096
#: So much of the native data is looked at for the packager's form.
_FRONT = 4 * _TEXT
#: Forms of an object of OLE 1.0 ([MS-OLEDS] 2.2.4): linked, embedded.
_LINKED = 1
_FORMS = (_LINKED, 2)


def packages(compound: CompoundFile) -> Iterator[Member]:
    """Yield the files embedded through the packager, and native data of other programs."""
    for entry in compound.streams():
        if entry.name.lower() != _NATIVE_NAME:
            continue
        front = compound.read(entry, 4 + _FRONT)
        size = int.from_bytes(front[:4], "little")
        name, start, length = packaged(front[4:]) or (b"[native]", 0, size)
        yield Member(name, _cut(compound.chunks(entry), 4 + start, length), size=length)


def _cut(chunks: Iterator[bytes], skip: int, length: int) -> Iterator[bytes]:
    """Yield `length` bytes after the first `skip`. Raises UnpackError if there are fewer."""
    for chunk in chunks:
        part = chunk[skip : skip + length]
        skip = max(0, skip - len(chunk))
        length -= len(part)
        if part:
            yield part
        if length <= 0:
            return
    if length > 0:
        raise cut_short("embedded object")


def packaged(front: bytes) -> tuple[bytes, int, int] | None:
    """Read the beginning of the packager's form: the member's name, where the file begins, and its bytes."""
    if front[:2] != b"\x02\0":
        return None
    label, at = _text(front, 2)
    path, at = _text(front, at)
    if at < 0 or at + 8 > len(front):
        return None
    # Two words follow (0 and 3: an embedded file), then the temporary path with its length in front.
    length = int.from_bytes(front[at + 4 : at + 8], "little")
    at += 8 + length
    if length > _TEXT or at + 4 > len(front):
        return None
    name = _last_part(path) or label
    return b"[package] " + name, at + 4, int.from_bytes(front[at : at + 4], "little")


def _text(data: bytes, at: int) -> tuple[bytes, int]:
    end = data.find(b"\0", at, at + _TEXT) if at >= 0 else -1
    return (data[at:end], end + 1) if end >= 0 else (b"", -1)


def _last_part(path: bytes) -> bytes:
    return path.replace(b"/", b"\\").rpartition(b"\\")[2]


class NativeObject(NamedTuple):
    """The front of an object of OLE 1.0: class, where its native data begin, and how many bytes they claim."""

    name: bytes
    start: int
    size: int


def native_object(front: bytes) -> NativeObject | None:
    """Read the header of an embedded object ([MS-OLEDS] 2.2.5); None if it is none. Versions are not looked at.

    Raises UnpackError if it breaks off, or goes on as no object does.
    """
    form, at = _number(front, 4), 8
    texts = []
    if form not in _FORMS:
        return None
    for _ in range(3):  # class, topic, item
        length = _number(front, at)
        if length > _TEXT:
            raise damaged("embedded object")
        texts.append(front[at + 4 : at + 4 + length].rstrip(b"\0"))
        at += 4 + length
    if form == _LINKED:
        return None  # it has no data of its own
    return NativeObject(texts[0], at + 4, _number(front, at))


def _number(front: bytes, at: int) -> int:
    if at + 4 > len(front):
        raise cut_short("embedded object")
    return int.from_bytes(front[at : at + 4], "little")


def open_ole1(source: Source, unpacking: Unpacking) -> Iterator[Member | RuleMatch]:
    """Yield the native data of an object of OLE 1.0: the file that was packed, or the program's own bytes."""
    unpacking.budget.check()
    found = native_object(source.read_at(0, _FRONT))
    if found is None:
        return  # a link, or only its first bytes looked like an object
    package = packaged(source.read_at(found.start, _FRONT))
    name, start, size = package or (b"[native] " + found.name, 0, found.size)
    start += found.start
    yield Member(name, source.chunks(start, start + size), size=size)
    if start + size > source.size:
        raise cut_short("embedded object")


FORMATS: tuple[Format, ...] = (
    Format(
        name="OLE 1.0 object",
        kinds=(FileType.OLE1,),
        opener=open_ole1,
        library="own",
        read="native data of embedded objects, files embedded through the packager",
        not_read="the target of a linked object (its path is matched as it lies)",
        samples=("object.ole1",),
    ),
)
