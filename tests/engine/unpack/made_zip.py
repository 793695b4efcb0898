"""Zip archives built record by record, so that each record can say what it likes."""

import struct
import zlib
from typing import Any

import msgspec


class Entry(msgspec.Struct, kw_only=True):
    """One entry. What the two headers say is what is stored, unless `local` or `central` says otherwise."""

    name: bytes = b"payload.txt"
    #: As it is stored.
    data: bytes
    method: int = 0
    size: int = 0
    crc: int = 0
    flags: int = 0
    extra: bytes = b""
    #: Fields of one header that lie: name, method, flags, crc, packed, size.
    local: dict[str, Any] = msgspec.field(default_factory=dict)
    central: dict[str, Any] = msgspec.field(default_factory=dict)
    in_directory: bool = True
    has_header: bool = True
    #: Unix mode, for links.
    mode: int = 0o100644


def stored(content: bytes, **fields: Any) -> Entry:
    """Return an entry that is not compressed."""
    return Entry(data=content, size=len(content), crc=zlib.crc32(content), **fields)


def deflated(content: bytes, **fields: Any) -> Entry:
    """Return a deflated entry."""
    return Entry(data=deflate(content), method=8, size=len(content), crc=zlib.crc32(content), **fields)


def deflate(content: bytes) -> bytes:
    """Return a raw deflate stream."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def _said(entry: Entry, lies: dict[str, Any]) -> dict[str, Any]:
    truth = {
        "name": entry.name,
        "method": entry.method,
        "flags": entry.flags,
        "crc": entry.crc,
        "packed": len(entry.data),
        "size": entry.size,
    }
    return truth | lies


def local_header(entry: Entry) -> bytes:
    """Return the header in front of an entry's data."""
    said = _said(entry, entry.local)
    numbers = (20, said["flags"], said["method"], 0, 0x21, said["crc"], said["packed"], said["size"])
    name: bytes = said["name"]
    return b"PK\3\4" + struct.pack("<HHHHHIIIHH", *numbers, len(name), len(entry.extra)) + name + entry.extra


def central_header(entry: Entry, offset: int) -> bytes:
    """Return the record in the central directory of an entry whose local header is at `offset`."""
    said = _said(entry, entry.central)
    numbers = (0x031E, 20, said["flags"], said["method"], 0, 0x21, said["crc"], said["packed"], said["size"])
    rest = (
        len(said["name"]),
        len(entry.extra),
        0,
        said.get("part", 0),
        0,
        entry.mode << 16,
        said.get("offset", offset),
    )
    name: bytes = said["name"]
    return b"PK\1\2" + struct.pack("<HHHHHHIIIHHHHHII", *numbers, *rest) + name + entry.extra


def end_record(entries: int, size: int, offset: int, comment: bytes = b"") -> bytes:
    """Return the end record."""
    few = min(entries, 0xFFFF)
    return b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, few, few, size, offset, len(comment)) + comment


def made(*entries: Entry, comment: bytes = b"", claimed: int | None = None) -> bytes:
    """Return the archive."""
    body, directory = bytearray(), bytearray()
    for entry in entries:
        if entry.in_directory:
            directory += central_header(entry, len(body))
        if entry.has_header:
            body += local_header(entry)
        body += entry.data
    listed = sum(entry.in_directory for entry in entries)
    return bytes(body + directory) + end_record(
        listed if claimed is None else claimed, len(directory), len(body), comment
    )


def without_directory(*entries: Entry) -> bytes:
    """Return what is in front of the central directory."""
    return b"".join(local_header(entry) + entry.data for entry in entries)
