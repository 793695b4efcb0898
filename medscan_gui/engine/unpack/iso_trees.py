"""Discs with two trees of folders (ECMA-119 and Joliet): 7-Zip reads the second, others the first.

What only the first one names is given here. Files are in one piece each; those in several are told.
"""

import struct
from collections.abc import Iterator

import msgspec

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.unpack.base import Member, UnpackError, Unpacking, cut_short, not_opened
from medscan_gui.engine.unpack.source import Source

_SECTOR = 2048
_FIRST, _MOST = 16, 64
_PRIMARY, _SUPPLEMENTARY = 1, 2
_JOLIET = (b"%/@", b"%/C", b"%/E")
_FOLDER, _GOES_ON = 0x02, 0x80
#: A folder's own records are read up to this size, and so many folders of one tree.
_FOLDER_BYTES = 4 << 20
_FOLDERS = 200_000


class _File(msgspec.Struct, frozen=True):
    name: bytes
    start: int
    size: int
    whole: bool


def only_in_first_tree(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield the files of the first tree whose place no file of the Joliet tree has. Nothing if there is one tree."""
    first, second = _roots(source)
    if first is None or second is None:
        return
    try:
        yield from _missing(source, first, second, unpacking)
    except UnpackError as error:  # what 7-Zip reads is given all the same
        yield Member(b"[first tree]", problem=error.ending)


def _missing(source: Source, first: bytes, second: bytes, unpacking: Unpacking) -> Iterator[Member]:
    known = {(file.start, file.size) for file in _files(source, second, unpacking)}
    for file in _files(source, first, unpacking):
        if file.size and (file.start, file.size) not in known:
            known.add((file.start, file.size))
            problem = None if file.whole else not_opened("file in several pieces").ending
            yield Member(file.name, _content(source, file), problem=problem, size=file.size)


def _content(source: Source, file: _File) -> Iterator[bytes]:
    yield from source.chunks(file.start, file.start + file.size)
    if file.start + file.size > source.size:
        raise cut_short()


def _roots(source: Source) -> tuple[bytes | None, bytes | None]:
    """Return the records of the root folders: of the first tree and of Joliet's."""
    first = second = None
    for sector in range(_FIRST, _FIRST + _MOST):
        block = source.read_at(sector * _SECTOR, 190)
        if len(block) < 190 or block[1:6] != b"CD001" or block[0] == 0xFF:
            break
        if block[0] == _PRIMARY and first is None:
            first = block[156:190]
        elif block[0] == _SUPPLEMENTARY and block.startswith(_JOLIET, 88):
            second = block[156:190]
    return first, second


def _files(source: Source, root: bytes, unpacking: Unpacking) -> Iterator[_File]:
    """Yield the files below a root; each folder is read once, whatever leads to it."""
    waiting = [_place(root)]
    seen = set(waiting)
    while waiting:
        unpacking.budget.check()
        start, size = waiting.pop()
        for record in _records(source.read_at(start, min(size, _FOLDER_BYTES))):
            place = _place(record)
            if not record[25] & _FOLDER:
                name = record[33 : 33 + record[32]].partition(b";")[0]
                yield _File(name, *place, not record[25] & _GOES_ON)
            elif place not in seen:
                if len(seen) >= _FOLDERS:
                    raise UnpackError(Outcome.LIMIT_REACHED, Cause.TOO_MANY_MEMBERS, "folders")
                seen.add(place)
                waiting.append(place)


def _place(record: bytes) -> tuple[int, int]:
    """Return where an extent begins behind its extended attributes, and its bytes (ECMA-119, 9.1)."""
    start, size = struct.unpack_from("<I4xI", record, 2)
    return (start + record[1]) * _SECTOR, size


def _records(folder: bytes) -> Iterator[bytes]:
    """Yield the records of a folder; none crosses a sector's end."""
    at = 0
    while at + 34 <= len(folder):
        length = folder[at]
        if length < 34:
            at += _SECTOR - at % _SECTOR
            continue
        yield folder[at : at + length]
        at += length
