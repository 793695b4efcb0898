"""What a content is by its own bytes, whatever its name says.

One content can be several things at once, each to the program that expects it: a picture with an archive behind it,
a medical image with a program in front. All of them are told, the one by its beginning first.

The marks are in `file_marks`, text is told by `text_type`. This is asked for each file and each member, so what is
not there costs little: about a microsecond for a short text.
"""

import struct
from collections.abc import Callable

from medscan_gui.engine.file_kinds import FileType
from medscan_gui.engine.file_marks import (
    ANY_ELSEWHERE,
    BEGINNINGS,
    ELSEWHERE,
    later_cpio,
    later_tar,
    lzma_alone,
    old_tar,
)
from medscan_gui.engine.pdf_mark import hides_pdf
from medscan_gui.engine.pe_sections import overlay_of_head
from medscan_gui.engine.text_type import is_text, message_type, text_types

__all__ = ["HEAD_BYTES", "TAIL_BYTES", "FileType", "types_of"]

#: So much of a content's beginning decides (ISO 9660 shows itself at 32 kB).
HEAD_BYTES = 36 << 10
#: The end record of a zip archive is looked for in so many bytes: its comment has 64 kB at most (APPNOTE 4.3.16), but
#: unpackers go on looking for it behind what was put after the archive.
TAIL_BYTES = 1 << 20

_END_RECORD = b"PK\x05\x06"
_ZIP64_LOCATOR = b"PK\x06\x07"
_DIRECTORY_ENTRY = b"PK\x01\x02"
_LOCAL_HEADER = b"PK\x03\x04"
#: End records that are looked at from the end on: an attacker may write many.
_END_RECORDS = 64
_end_record = struct.Struct("<4xHHHHIIH").unpack_from

#: NSIS' first header: flags, then this (its source: exehead/fileform.h). It lies at a multiple of 512.
_NSIS = (b"\xef\xbe\xad\xdeNullsoftInst", b"\xef\xbe\xad\xdenullsoftInst", b"\xed\xbe\xad\xdeNullSoftInst")
_NSIS_STEP = 512

#: Discs begin with sixteen sectors that are nobody's.
_SECTOR = 2048
_DESCRIPTORS = 16 * _SECTOR

#: Kinds by the first bytes of their last 512: Apple's disk image, Microsoft's fixed virtual disk.
_TRAILERS = {b"koly\0\0\0\x04": FileType.DMG, b"conectix": FileType.VHD}

ReadAt = Callable[[int, int], bytes]


def types_of(head: bytes, tail: Callable[[], bytes], read_at: ReadAt | None = None) -> tuple[FileType, ...]:
    """Return all that a content is, the kind by its beginning first; () for nothing that is known.

    `head` is its beginning (`HEAD_BYTES`, or all of it); `tail` gives its last `TAIL_BYTES` if they are asked for.
    `read_at` gives other bytes of it, by place and size: what only shows itself further on is not told without.
    """
    found = _by_beginning(head)
    if ANY_ELSEWHERE.match(head):
        found += _by_places(head)
    if texts := _texts(head, read_at):
        found += texts
    elif not found:
        found += _without_mark(head)
    if FileType.PDF not in found and hides_pdf(head, tail):
        found.append(FileType.PDF)
    end = head if len(head) < HEAD_BYTES else tail()
    if FileType.ZIP not in found and _END_RECORD[2] in end and _ends_as_zip(end, end.rfind(_END_RECORD), read_at):
        found.append(FileType.ZIP)  # prefixed: self-extracting, or two files in one
    if (kind := _TRAILERS.get(end[-512:-504])) is not None:
        found.append(kind)
    return tuple(dict.fromkeys(found if read_at is None else found + _by_reading(head, found, read_at)))


def _by_reading(head: bytes, found: list[FileType], read_at: ReadAt) -> list[FileType]:
    """Return what shows itself further on only in what is known already."""
    if FileType.PE in found and _is_nsis(head, read_at):
        return [FileType.NSIS]
    return [FileType.UDF] if FileType.ISO in found and _is_udf(read_at) else []


def _texts(head: bytes, read_at: ReadAt | None) -> list[FileType]:
    message = message_type(head, read_at)
    found = [] if message is None else [message]
    return found + text_types(head) if is_text(head) else found


def _by_beginning(head: bytes) -> list[FileType]:
    for mark, meaning in BEGINNINGS.get(head[:2], ()):
        if head.startswith(mark):
            kind = meaning if isinstance(meaning, FileType) else meaning(head)
            return [] if kind is None else [kind]
    return []


def _by_places(head: bytes) -> list[FileType]:
    found = []
    for place, mark, meaning in ELSEWHERE:
        if head.startswith(mark, place):
            kind = meaning if isinstance(meaning, FileType) else meaning(head)
            if kind is not None:
                found.append(kind)
    return found


#: Short scripts with an archive right behind them are no text, and run all the same.
_SCRIPTS = (b"@echo ", b"echo off", b"<?php", b"rem ", b"@rem ")


def _without_mark(head: bytes) -> list[FileType]:
    if head[:16].lstrip().lower().startswith(_SCRIPTS):
        return [FileType.SCRIPT]
    if lzma_alone(head):
        return [FileType.LZMA]
    if old_tar(head) or later_tar(head):
        return [FileType.TAR]
    return [FileType.CPIO] if later_cpio(head) else []


def _ends_as_zip(end: bytes, place: int, read_at: ReadAt | None) -> bool:
    """Say whether the end record at `place`, or one before it, has a directory: programs mention the mark alone."""
    for _attempt in range(_END_RECORDS):
        if place < 0:
            return False
        if place + 22 <= len(end) and (_is_end_record(end, place) or _leads_somewhere(end, place, read_at)):
            return True
        place = end.rfind(_END_RECORD, 0, place)
    return False


def _is_end_record(end: bytes, place: int) -> bool:
    """Say whether a directory lies where an end record tells, or right in front of it. Its counts are not believed."""
    _disk, _first_disk, _here, entries, size, _start, comment = _end_record(end, place)
    if place >= 20 and end.startswith(_ZIP64_LOCATOR, place - 20):
        return True
    if _near(end, place):
        return True  # wrong sizes are what evasions are made of: a directory's last entry right before is enough
    if size > place:  # the directory begins before what is at hand
        sane = entries and 46 <= int(size) // int(entries) <= 46 + 3 * 0xFFFF
        return bool(sane) and place + 22 + int(comment) == len(end)
    return end.startswith(_DIRECTORY_ENTRY, place - size)


def _leads_somewhere(end: bytes, place: int, read_at: ReadAt | None) -> bool:
    """Say whether a directory or an entry lies where an end record says that the directory begins."""
    start = int(_end_record(end, place)[5])
    return start > 0 and read_at is not None and read_at(start, 4) in {_DIRECTORY_ENTRY, _LOCAL_HEADER}


def _near(end: bytes, place: int) -> bool:
    """Say whether a directory entry that ends right before the end record lies in front of it."""
    entry = end.rfind(_DIRECTORY_ENTRY, 0, place)
    if entry < 0 or entry + 46 > place:
        return False
    name, extra, comment = struct.unpack_from("<HHH", end, entry + 28)
    return entry + 46 + int(name) + int(extra) + int(comment) == place


def _is_nsis(head: bytes, read_at: ReadAt) -> bool:
    """Say whether an NSIS installer begins where the program's sections end, or a few steps further on."""
    start = overlay_of_head(head)
    if not start:
        return False
    start -= start % _NSIS_STEP
    part = read_at(start, 16 * _NSIS_STEP)
    return any(part.startswith(_NSIS, place + 4) for place in range(0, len(part), _NSIS_STEP))


def _is_udf(read_at: ReadAt) -> bool:
    """Say whether a disc of ISO 9660 is one of UDF as well: among its first descriptors (ECMA-167, 2/9.1)."""
    sectors = read_at(_DESCRIPTORS, _SECTOR * 32)
    return any(sectors.startswith(b"NSR0", place + 1) for place in range(0, len(sectors), _SECTOR))
