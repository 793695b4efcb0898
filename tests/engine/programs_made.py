"""Windows programs put together byte by byte: every header is right, nothing in them runs."""

import struct
from collections.abc import Sequence

_ALIGNED = 512


def _padded(content: bytes, unit: int = _ALIGNED) -> bytes:
    return content + bytes(-len(content) % unit)


def pe(
    *,
    sections: Sequence[tuple[bytes, bytes]] = ((b".text", b"\xc3" * 64),),
    pe_at: int = 128,
    wide: bool = False,
    resources: bytes = b"",
) -> bytes:
    """Return a program with these sections (name, content). `resources` becomes a section `.rsrc` of its own.

    The first section lies at 0x1000 in memory, each next one at the next such page; `.rsrc` comes last.
    """
    parts = [*sections, *([(b".rsrc", resources)] if resources else [])]
    optional_size = (112 if wide else 96) + 16 * 8
    start = len(_padded(bytes(pe_at + 24 + optional_size + 40 * len(parts))))
    table, body, address = b"", b"", 0x1000
    resource_directory = (0, 0)
    for name, content in parts:
        raw = _padded(content)
        place = start + len(body) if raw else 0
        table += struct.pack("<8sIIIIIIHHI", name, len(content), address, len(raw), place, 0, 0, 0, 0, 0x60000020)
        if name == b".rsrc":
            resource_directory = (address, len(content))
        body += raw
        address += max(0x1000, len(raw) + -len(raw) % 0x1000)
    optional = struct.pack("<HBBIIIII", 0x20B if wide else 0x10B, 14, 0, 0x200, 0, 0, 0x1000, 0x1000)
    optional += struct.pack("<Q", 0x140000000) if wide else struct.pack("<II", 0x2000, 0x400000)
    optional += struct.pack("<IIHHHHHHIIIIHH", 0x1000, _ALIGNED, 6, 0, 0, 0, 6, 0, 0, address, start, 0, 3, 0)
    optional += struct.pack("<QQQQ" if wide else "<IIII", 0x100000, 0x1000, 0x100000, 0x1000)
    optional += struct.pack("<II", 0, 16) + bytes(16) + struct.pack("<II", *resource_directory) + bytes(8 * 13)
    assert len(optional) == optional_size
    machine, characteristics = (0x8664, 0x22) if wide else (0x14C, 0x102)
    coff = struct.pack("<HHIIIHH", machine, len(parts), 0, 0, 0, optional_size, characteristics)
    dos = b"MZ" + bytes(58) + struct.pack("<I", pe_at)
    header = dos.ljust(pe_at, b"\0") + b"PE\0\0" + coff + optional + table
    return header.ljust(start, b"\0") + body


def signed(program: bytes, certificate: bytes) -> bytes:
    """Return a 32-bit program of `pe` with a certificate table behind all that it has."""
    program = _padded(program, 8)
    pe_at = struct.unpack_from("<I", program, 60)[0]
    entry = struct.pack("<IHH", 8 + len(certificate), 0x200, 2) + certificate
    entry = _padded(entry, 8)
    directory = pe_at + 24 + 96 + 4 * 8
    return program[:directory] + struct.pack("<II", len(program), len(entry)) + program[directory + 8 :] + entry


def resource_tree(leaves: Sequence[tuple[int, bytes]], address: int) -> bytes:
    """Return a resource section for `address` in memory: each leaf is (type, content), with name 1, language 0."""
    types = len(leaves)
    root = struct.pack("<IIHHHH", 0, 0, 0, 0, 0, types)
    names_at = 16 + 8 * types
    entries_at = names_at + 24 * 2 * types
    data_at = entries_at + 16 * types
    names = entries = data = b""
    for number, (kind, content) in enumerate(leaves):
        here = names_at + 48 * number
        root += struct.pack("<II", kind, 0x80000000 | here)
        names += struct.pack("<IIHHHHII", 0, 0, 0, 0, 0, 1, 1, 0x80000000 | (here + 24))
        names += struct.pack("<IIHHHHII", 0, 0, 0, 0, 0, 1, 0, entries_at + 16 * number)
        entries += struct.pack("<IIII", address + data_at + len(data), len(content), 0, 0)
        data += content + bytes(-len(content) % 8)
    return root + names + entries + data
