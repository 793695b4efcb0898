"""Archives of formats that no free tool writes, put together by hand after public notes on the formats.

Contents are stored, not compressed: what 7-Zip does with real RAR compression is not tested by these.
"""

import base64
import hashlib
import struct
import zlib

Files = dict[str, bytes]


def rar4(files: Files) -> bytes:
    """A RAR archive of versions 2 to 4 (the technical note that came with RAR 4)."""
    parts = [b"Rar!\x1a\x07\0", _rar4_block(0x73, 0, b"\0" * 6)]
    for name, data in files.items():
        raw = name.encode()
        fields = struct.pack("<IIBIIBBHI", len(data), len(data), 3, zlib.crc32(data), 0, 20, 0x30, len(raw), 0o100644)
        parts += [_rar4_block(0x74, 0x8000, fields + raw), data]
    return b"".join([*parts, _rar4_block(0x7B, 0x4000, b"")])


def _rar4_block(kind: int, flags: int, rest: bytes) -> bytes:
    block = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
    return struct.pack("<H", zlib.crc32(block) & 0xFFFF) + block


def rar5(files: Files) -> bytes:
    """A RAR archive of version 5 (RAR 5.0 archive format, rarlab.com/technote.htm)."""
    parts = [b"Rar!\x1a\x07\x01\0", _rar5_block(bytes([1, 0, 0]))]
    for name, data in files.items():
        raw = name.encode()
        header = bytes([2, 2]) + _vint(len(data)) + _vint(4) + _vint(len(data)) + _vint(0o100644)
        header += struct.pack("<I", zlib.crc32(data)) + bytes([0, 1]) + _vint(len(raw)) + raw
        parts += [_rar5_block(header), data]
    return b"".join([*parts, _rar5_block(bytes([5, 0, 0]))])


def _rar5_block(header: bytes) -> bytes:
    block = _vint(len(header)) + header
    return struct.pack("<I", zlib.crc32(block)) + block


def _vint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def xar(files: Files) -> bytes:
    """A XAR archive (the format page of the xar project): zlib for the table, contents stored."""
    heap, entries = b"", []
    for number, (name, data) in enumerate(files.items(), 1):
        entries.append(
            f'<file id="{number}"><name>{name}</name><type>file</type><data><offset>{20 + len(heap)}</offset>'
            f"<size>{len(data)}</size><length>{len(data)}</length>"
            f'<encoding style="application/octet-stream"/></data></file>'
        )
        heap += data
    checksum = '<checksum style="sha1"><offset>0</offset><size>20</size></checksum>'
    table = f'<?xml version="1.0" encoding="UTF-8"?><xar><toc>{checksum}{"".join(entries)}</toc></xar>'.encode()
    packed = zlib.compress(table)
    header = struct.pack(">4sHHQQI", b"xar!", 28, 1, len(packed), len(table), 1)
    return header + packed + hashlib.sha1(packed, usedforsecurity=False).digest() + heap


def dmg(disk: bytes) -> bytes:
    """An Apple disk image of one partition, compressed with zlib (as free readers of the format describe it)."""
    sectors, packed = len(disk) // 512, zlib.compress(disk)
    runs = struct.pack(">IIQQQQ", 0x80000005, 0, 0, sectors, 0, len(packed))
    runs += struct.pack(">IIQQQQ", 0xFFFFFFFF, 0, sectors, 0, len(packed), 0)
    table = struct.pack(">4sIQQQII24x136xI", b"mish", 1, 0, sectors, 0, 0, 0, 2) + runs
    plist = (
        '<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>resource-fork</key><dict>'
        "<key>blkx</key><array><dict><key>Attributes</key><string>0x0050</string>"
        f"<key>Data</key><data>{base64.b64encode(table).decode()}</data>"
        "<key>ID</key><string>0</string><key>Name</key><string>whole disk (Apple_HFS : 0)</string>"
        "</dict></array></dict></dict></plist>"
    ).encode()
    trailer = struct.pack(">4sIIIQQQQQII16xII128x", b"koly", 4, 512, 1, 0, 0, len(packed), 0, 0, 1, 1, 0, 0)
    trailer += struct.pack(">QQ120xII128xIQ12x", len(packed), len(plist), 0, 0, 1, sectors)
    return packed + plist + trailer
