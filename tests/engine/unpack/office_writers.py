"""Writers of Office formats that no free tool writes: as the open specifications say, and no more than the tests need.

Run as a program (``python -m tests.engine.unpack.office_writers FOLDER``), it writes the samples in tests/formats that
are marked "by hand".
"""

import struct
import sys
import zlib
from pathlib import Path

from tests.samples import payload

FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECTOR, MINI, CUTOFF = 512, 64, 4096

Tree = dict[str, "bytes | Tree"]


def compound_file(tree: Tree, clsid: bytes = bytes(16)) -> bytes:
    """A compound file of version 3 ([MS-CFB]); siblings are chained to the right."""
    entries: list[dict[str, int | bytes | str]] = [
        {"name": "Root Entry", "kind": 5, "right": FREE, "child": FREE, "start": END, "size": 0, "clsid": clsid}
    ]
    contents: list[tuple[int, bytes]] = []
    _add(tree, 0, entries, contents)
    mini = bytearray()
    minifat: list[int] = []
    sectors: list[bytes] = []
    chains: list[tuple[dict[str, int | bytes | str], bytes]] = []
    for index, data in contents:
        if data and len(data) < CUTOFF:
            first, count = len(mini) // MINI, -(-len(data) // MINI)
            minifat += [*range(first + 1, first + count), END]
            mini += data.ljust(count * MINI, b"\0")
            entries[index]["start"] = first
        elif data:
            chains.append((entries[index], data))
    entries[0]["size"] = len(mini)
    if mini:
        chains.append((entries[0], bytes(mini)))
    fat: list[int] = []
    for entry, data in chains:
        entry["start"] = _append(fat, sectors, data)
    directory = b"".join(_entry(entry) for entry in entries)
    directory_at = _append(fat, sectors, directory + _entry(None) * (-len(entries) % 4))
    minifat_at = _append(fat, sectors, struct.pack(f"<{len(minifat)}L", *minifat), b"\xff") if minifat else END
    tables = 1
    while (len(fat) + tables) > tables * 128:
        tables += 1
    first_table = len(fat)
    fat += [FAT_SECTOR] * tables
    table = struct.pack(f"<{len(fat)}L", *fat).ljust(tables * SECTOR, b"\xff")
    difat = list(range(first_table, first_table + tables)) + [FREE] * (109 - tables)
    header = struct.pack(
        "<8s16xHHHHH6xLLLLLLLLL109L",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, directory_at, 0, CUTOFF),
        *(minifat_at, -(-len(minifat) // 128), END, 0, *difat),
    )
    return header + b"".join(sectors) + table


def _add(
    tree: Tree, parent: int, entries: list[dict[str, int | bytes | str]], contents: list[tuple[int, bytes]]
) -> None:
    before: tuple[int, str] = (parent, "child")
    for name, value in tree.items():
        index = len(entries)
        entries[before[0]][before[1]] = index
        before = (index, "right")
        size = len(value) if isinstance(value, bytes) else 0
        kind = 2 if isinstance(value, bytes) else 1
        entries.append({"name": name, "kind": kind, "right": FREE, "child": FREE, "start": END, "size": size})
        if isinstance(value, bytes):
            contents.append((index, value))
        else:
            _add(value, index, entries, contents)


def _append(fat: list[int], sectors: list[bytes], data: bytes, fill: bytes = b"\0") -> int:
    first, count = len(fat), -(-len(data) // SECTOR)
    fat += [*range(first + 1, first + count), END]
    sectors.append(data.ljust(count * SECTOR, fill))
    return first


def _entry(entry: dict[str, int | bytes | str] | None) -> bytes:
    if entry is None:
        return struct.pack("<64sHBBLLL16s4x16xLQ", b"", 0, 0, 1, FREE, FREE, FREE, bytes(16), 0, 0)
    name = str(entry["name"]).encode("utf-16-le")
    return struct.pack(
        "<64sHBBLLL16s4x16xLQ",
        *(name, len(name) + 2, entry["kind"], 1, FREE, entry["right"], entry["child"]),
        *(entry.get("clsid", bytes(16)), entry["start"], entry["size"]),
    )


def packaged(name: bytes, data: bytes) -> bytes:
    """A file in the packager's own form, as it shows in documents of Office."""
    path = b"C:\\Users\\ward\\" + name + b"\0"
    return (
        b"\x02\0"
        + name
        + b"\0"
        + path
        + struct.pack("<HHL", 0, 3, len(path))
        + path
        + struct.pack("<L", len(data))
        + data
    )


def native_stream(native: bytes) -> bytes:
    """The stream Ole10Native ([MS-OLEDS] 2.3.6)."""
    return struct.pack("<L", len(native)) + native


def ole1_object(name: bytes, native: bytes, version: int = 0x501) -> bytes:
    """An embedded object of OLE 1.0 without a presentation ([MS-OLEDS] 2.2.5)."""
    header = struct.pack("<LL", version, 2) + struct.pack("<L", len(name) + 1) + name + b"\0" + bytes(8)
    return header + struct.pack("<L", len(native)) + native + struct.pack("<LL", version, 0)


def rtf_with(data: bytes) -> bytes:
    """A document with one embedded object."""
    digits = data.hex().encode()
    lines = b"\n".join(digits[at : at + 128] for at in range(0, len(digits), 128))
    front = b"{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Arial;}}\\pard text {\\object\\objemb\\objw100\\objh100"
    return front + b"{\\*\\objclass Package}{\\*\\objdata " + lines + b"}{\\result picture}}\\par}\n"


def active_mime(data: bytes) -> bytes:
    """ActiveMime around a compound file: the header as Word 2003 wrote it, 50 bytes."""
    packed = zlib.compress(data)
    front = b"ActiveMime\0\0" + struct.pack("<HLLLLL", 0xF001, 4, 0xFFFFFFFF, 0x08F00007, len(packed) + 4, 4)
    return front.ljust(46, b"\0") + struct.pack("<L", len(data)) + packed


def onenote_section(*files: bytes) -> bytes:
    """The header of a revision store, and attachments ([MS-ONESTORE] 2.3.1, 2.6.13)."""
    out = bytearray(1024)
    out[0:16] = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3")
    out[48:64] = bytes.fromhex("3fdd9a101b91f549a5d01791edc8aed8")
    for data in files:
        out += bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac") + struct.pack("<QLQ", len(data), 0, 0) + data
        out += bytes(-len(data) % 8) + bytes.fromhex("22a7fb71790f0b4abb13899256426b24")
    out[196:204] = struct.pack("<Q", len(out))
    return bytes(out)


def message(attachments: dict[str, "bytes | Tree"], body: str = "text") -> Tree:
    """The tree of an Outlook message ([MS-OXMSG]); an attachment that is a tree is a message itself."""
    tree: Tree = {
        "__nameid_version1.0": {"__substg1.0_00020102": b"", "__substg1.0_00030102": b"", "__substg1.0_00040102": b""},
        "__properties_version1.0": bytes(32),
        "__substg1.0_1000001F": body.encode("utf-16-le"),
    }
    for number, (name, content) in enumerate(attachments.items()):
        inner: Tree = {"__properties_version1.0": bytes(8), "__substg1.0_3707001F": name.encode("utf-16-le")}
        inner["__substg1.0_37010102" if isinstance(content, bytes) else "__substg1.0_3701000D"] = content
        tree[f"__attach_version1.0_#{number:08X}"] = inner
    return tree


def tnef(*attachments: tuple[bytes, bytes], more: bytes = b"") -> bytes:
    """A TNEF stream ([MS-OXTNEF]) with attachments by name and content; `more` are attributes of the message."""
    out = struct.pack("<LH", 0x223E9F78, 1) + tnef_attribute(1, 0x00089006, b"\0\0\1\0") + more
    for name, data in attachments:
        out += tnef_attribute(2, 0x00069002, struct.pack("<HL8x", 1, 0xFFFFFFFF))
        out += tnef_attribute(2, 0x00018010, name + b"\0") + tnef_attribute(2, 0x0006800F, data)
    return out


def tnef_attribute(level: int, tag: int, data: bytes) -> bytes:
    """One attribute with its checksum."""
    return struct.pack("<BLL", level, tag, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def tnef_properties(*properties: tuple[int, bytes]) -> bytes:
    """Properties of variable length ([MS-OXTNEF] 2.1.3.4), one value each."""
    out = struct.pack("<L", len(properties))
    for tag, value in properties:
        out += struct.pack("<LLL", tag, 1, len(value)) + value + bytes(-len(value) % 4)
    return out


def stored_vba(source: bytes) -> bytes:
    """A compressed container of literals only ([MS-OVBA] 2.4.1)."""
    out = b"\x01"
    for start in range(0, len(source), 3600):
        part = source[start : start + 3600]
        tokens = b"".join(b"\0" + part[at : at + 8] for at in range(0, len(part), 8))
        out += struct.pack("<H", 0xB000 | (len(tokens) - 1)) + tokens
    return out


def vba_directory(*modules: tuple[str, int]) -> bytes:
    """The `dir` stream of a project, uncompressed: names of modules and the places of their source."""
    out = struct.pack("<HLL", 0x0001, 4, 1) + struct.pack("<HLLH", 0x0009, 4, 1, 2)
    out += struct.pack("<HLHHLH", 0x000F, 2, len(modules), 0x0013, 2, 0xFFFF)
    for name, offset in modules:
        for kind in (0x0019, 0x001A):
            out += struct.pack("<HL", kind, len(name)) + name.encode()
            wide = name.encode("utf-16-le")
            out += struct.pack("<HL", 0x0047 if kind == 0x0019 else 0x0032, len(wide)) + wide
        out += struct.pack("<HLL", 0x0031, 4, offset) + struct.pack("<HLHL", 0x0021, 0, 0x002B, 0)
    return out + struct.pack("<HL", 0x0010, 0)


def vba_project(**modules: bytes) -> Tree:
    """A project whose modules have `performance cache` of 100 bytes in front of their source."""
    streams: Tree = {name: b"\x01\x16" + bytes(98) + stored_vba(text) for name, text in modules.items()}
    directory = stored_vba(vba_directory(*((name, 100) for name in modules)))
    return {"PROJECT": b'ID="{0}"\r\n', "VBA": {"dir": directory, "_VBA_PROJECT": b"\xcc\x61", **streams}}


def write_samples(folder: Path) -> None:
    """Write the samples of tests/formats that are made by hand."""
    package = ole1_object(b"Package", packaged(b"payload.txt", payload()))
    (folder / "object.ole1").write_bytes(package)
    (folder / "object.rtf").write_bytes(rtf_with(package))
    (folder / "attachment.one").write_bytes(onenote_section(b"a text before", payload()))
    (folder / "macro.mso").write_bytes(active_mime(compound_file(vba_project(Module1=macro()))))
    (folder / "message.msg").write_bytes(compound_file(message({"payload.txt": payload(), "inner": message({})})))
    (folder / "winmail.dat").write_bytes(tnef((b"before.txt", b"a text"), (b"payload.txt", payload())))
    (folder / "package.doc").write_bytes(
        compound_file({"ObjectPool": {"_1": {"\x01Ole10Native": native_stream(packaged(b"payload.txt", payload()))}}})
    )


def macro() -> bytes:
    """A module that holds the payload in remarks."""
    lines = (b"' " + line + b"\r\n" for line in payload().splitlines())
    return b'Attribute VB_Name = "Module1"\r\nSub Hello()\r\n' + b"".join(lines) + b"End Sub\r\n"


if __name__ == "__main__":
    write_samples(Path(sys.argv[1]))
