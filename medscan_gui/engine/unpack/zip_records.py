"""The records of a zip archive (APPNOTE.TXT 6.3.10), read one by one and believed in as little as possible."""

import struct

import msgspec

from medscan_gui.engine.unpack.source import Source

LOCAL_MARK = b"PK\x03\x04"
CENTRAL_MARK = b"PK\x01\x02"
END_MARK = b"PK\x05\x06"

LOCAL_BYTES = 30
CENTRAL_BYTES = 46
END_BYTES = 22

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_LENGTHS = struct.Struct("<HHH")
_END = struct.Struct("<4sHHHHIIH")
_END_64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR_64 = struct.Struct("<4sIQI")
_END_64_MARK = b"PK\x06\x06"
_LOCATOR_64_MARK = b"PK\x06\x07"

_ALL_ONES = 0xFFFFFFFF
_EXTRA_ZIP64 = 0x0001
_EXTRA_AES = 0x9901

FLAG_ENCRYPTED = 0x0001
#: Sizes and checksum follow the data.
FLAG_DESCRIPTOR = 0x0008
FLAG_STRONG_ENCRYPTION = 0x0040
FLAG_HIDDEN_HEADER = 0x2000

STORED = 0
DEFLATED = 8
AES = 99


class AesExtra(msgspec.Struct, frozen=True):
    """WinZip's field of an encrypted entry: its version (1 or 2), strength (1 to 3) and real method."""

    version: int
    strength: int
    method: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One header of an entry: its local one, or its central one. Positions are in the content that is read."""

    name: bytes
    flags: int
    method: int
    time: int
    crc: int
    packed: int
    size: int
    aes: AesExtra | None = None
    #: Where the local header is, as this record says (the central one: before any shift).
    header: int
    #: Where the data begins, by a local header.
    data: int = -1
    #: Number of the part that holds it, of an archive in several parts.
    part: int = 0

    @property
    def encrypted(self) -> bool:
        """It says so."""
        return bool(self.flags & FLAG_ENCRYPTED)


class Extras(msgspec.Struct):
    """What the extra fields of a record say."""

    zip64: bytes = b""
    aes: AesExtra | None = None


def _extras(extra: bytes) -> Extras:
    found = Extras()
    at = 0
    while at + 4 <= len(extra):
        tag, size = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + size]
        at += 4 + size
        if tag == _EXTRA_ZIP64:
            found.zip64 = field
        elif tag == _EXTRA_AES and len(field) >= 7:
            found.aes = AesExtra(int.from_bytes(field[:2], "little"), field[4], int.from_bytes(field[5:7], "little"))
    return found


def _widened(zip64: bytes, *narrow: int) -> list[int]:
    """Return 32-bit numbers, those that are all ones taken from the 64-bit field instead, in order."""
    wide = []
    at = 0
    for number in narrow:
        if number == _ALL_ONES and at + 8 <= len(zip64):
            wide.append(int.from_bytes(zip64[at : at + 8], "little"))
            at += 8
        else:
            wide.append(number)
    return wide


def read_local(source: Source, position: int, *, marked: bool = True) -> Record | None:
    """Read the local header at `position`; None if there is none. With `marked` off its first bytes may be any."""
    head = source.read_at(position, LOCAL_BYTES)
    if len(head) < LOCAL_BYTES or (marked and not head.startswith(LOCAL_MARK)):
        return None
    _mark, _version, flags, method, time, _date, crc, packed, size, name_bytes, extra_bytes = _LOCAL.unpack(head)
    rest = source.read_at(position + LOCAL_BYTES, name_bytes + extra_bytes)
    if len(rest) < name_bytes + extra_bytes:
        return None
    extras = _extras(rest[name_bytes:])
    size, packed = _widened(extras.zip64, size, packed)
    return Record(
        name=rest[:name_bytes],
        flags=flags,
        method=method,
        time=time,
        crc=crc,
        packed=packed,
        size=size,
        aes=extras.aes,
        header=position,
        data=position + LOCAL_BYTES + name_bytes + extra_bytes,
    )


def central_length(head: bytes, at: int = 0) -> int:
    """Return the length of the central record at `at`; 0 if none begins there."""
    if len(head) < at + CENTRAL_BYTES or not head.startswith(CENTRAL_MARK, at):
        return 0
    name, extra, comment = _LENGTHS.unpack_from(head, at + 28)
    return CENTRAL_BYTES + int(name) + int(extra) + int(comment)


def read_central(data: bytes, at: int = 0) -> Record | None:
    """Read the central record at `at` of `data`; None if it is not wholly there."""
    length = central_length(data, at)
    if not length or len(data) < at + length:
        return None
    fields = _CENTRAL.unpack_from(data, at)
    _mark, _made, _version, flags, method, time, _date, crc, packed, size, name_bytes, extra_bytes = fields[:12]
    part, offset = fields[13], fields[16]
    name_at = at + CENTRAL_BYTES
    extras = _extras(data[name_at + name_bytes : name_at + name_bytes + extra_bytes])
    size, packed, offset = _widened(extras.zip64, size, packed, offset)
    return Record(
        name=data[name_at : name_at + name_bytes],
        flags=flags,
        method=method,
        time=time,
        crc=crc,
        packed=packed,
        size=size,
        aes=extras.aes,
        header=offset,
        part=part,
    )


def central_at(source: Source, position: int) -> Record | None:
    """Read the central record at `position`; None if there is none."""
    return read_central(source.read_at(position, central_length(source.read_at(position, CENTRAL_BYTES))))


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """Where the central directory is: from `start` to `end`; the whole archive ends at `behind`."""

    start: int
    end: int
    behind: int
    #: What must be added to offsets, because something was put before the archive.
    shift: int
    entries: int
    #: `entries` was written in 16 bits: more than 65,535 have run over.
    narrow: bool
    #: Number of this part, 0 if it is the only one or the first.
    part: int


def read_end(source: Source, position: int) -> Directory | None:
    """Read the end record at `position`; None if it leads to no central directory."""
    head = source.read_at(position, END_BYTES)
    if len(head) < END_BYTES or not head.startswith(END_MARK):
        return None
    _mark, part, _start_part, _here, entries, size, offset, comment = _END.unpack(head)
    end, narrow = position, True
    if (wide := _read_end_64(source, position)) is not None:
        end, part, entries, size, offset = wide
        narrow = False
    behind = min(source.size, position + END_BYTES + comment)
    start = end if not size and not entries else _start(source, end - size, offset)
    if start is None:
        return None
    shift = start - offset if size or entries else 0
    return Directory(
        start=start, end=end, behind=behind, shift=max(0, shift), entries=entries, narrow=narrow, part=part
    )


def _start(source: Source, *places: int) -> int | None:
    """Return the first of `places` where a central record is."""
    for place in places:
        if place >= 0 and source.read_at(place, 4) == CENTRAL_MARK:
            return place
    return None


def _read_end_64(source: Source, position: int) -> tuple[int, int, int, int, int] | None:
    """Return place, part, entries, size and offset by the zip64 end record, if there is one."""
    locator = source.read_at(max(0, position - _LOCATOR_64.size), _LOCATOR_64.size)
    if not locator.startswith(_LOCATOR_64_MARK):
        return None
    offset = _LOCATOR_64.unpack(locator)[2]
    before = position - _LOCATOR_64.size - _END_64.size
    for place in (before, offset):
        head = source.read_at(place, _END_64.size) if 0 <= place < position else b""
        if len(head) == _END_64.size and head.startswith(_END_64_MARK):
            fields = _END_64.unpack(head)
            return place, fields[4], fields[7], fields[8], fields[9]
    return None
