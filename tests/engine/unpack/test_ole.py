"""Compound files of real programs, read in full, and compound files whose tables lie."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import olefile  # type: ignore[import-untyped]
import pytest

from medscan_gui.core.words import READ_OUTCOMES, Cause, Outcome
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.limits import UnpackLimits
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.compound import CompoundFile
from medscan_gui.engine.unpack.source import MemorySource
from tests.engine.unpack.conftest import SAMPLES, Look
from tests.engine.unpack.mutations import dishonest, flips, is_honest, truncations
from tests.engine.unpack.office_writers import (
    END,
    compound_file,
    message,
    native_stream,
    ole1_object,
    packaged,
    vba_project,
)
from tests.samples import payload

_DOCUMENTS = ["macro.xls", "object.doc", "sample.msi", "message.msg", "package.doc", "locked.doc", "locked-agile.docx"]
#: Streams large enough for sectors of their own, and small ones.
_LARGE = payload() + b"numbers " * 1000
_PLAIN = compound_file({"Large": _LARGE, "Storage": {"Small": payload()[::-1], "Empty": b""}})


def _compound(content: bytes) -> CompoundFile:
    return CompoundFile(MemorySource(b"x", content), Budget(UnpackLimits(), len(content), 60.0))


def _u32(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 4], "little")


def _patched(content: bytes, at: int, *numbers: int) -> bytes:
    out = bytearray(content)
    struct.pack_into(f"<{len(numbers)}L", out, at, *numbers)
    return bytes(out)


def _fat_at(content: bytes) -> int:
    return (_u32(content, 76) + 1) * 512


def _entry_at(content: bytes, name: str) -> int:
    return content.index(name.encode("utf-16-le") + b"\0\0")


@pytest.mark.parametrize("name", _DOCUMENTS)
def test_streams_are_what_another_reader_finds(name: str) -> None:
    content = (SAMPLES / name).read_bytes()
    compound = _compound(content)
    ours = {compound.path(one).decode(): b"".join(compound.chunks(one)) for one in compound.streams()}
    with olefile.OleFileIO(io.BytesIO(content)) as other:
        theirs = {"/".join(path): other.openstream(path).read() for path in other.listdir()}
    assert ours == theirs
    assert compound.trouble is None


def test_a_file_with_more_tables_than_its_header_lists_is_read() -> None:
    # 109 tables of 128 sectors of 512 bytes: beyond 7 MB the list of tables goes on elsewhere.
    plain = compound_file({"Large": payload() + bytes(500)})
    size = 8 << 20
    sectors = size // 512
    tables = -(-(sectors + 400) // 127)
    first_table = sectors
    listing_at = first_table + tables
    directory_at = listing_at + 1
    fat = [*range(1, sectors), END] + [0xFFFFFFFD] * tables + [0xFFFFFFFC, END]
    fat += [0xFFFFFFFF] * (tables * 128 - len(fat))
    difat = list(range(first_table, first_table + tables))
    header = bytearray(plain[:512])
    struct.pack_into("<L", header, 48, directory_at)
    struct.pack_into("<LLLL", header, 60, END, 0, listing_at, 1)
    struct.pack_into("<109L", header, 76, *difat[:109])
    listing = struct.pack(f"<{tables - 109}L", *difat[109:]).ljust(508, b"\xff") + struct.pack("<L", END)
    entries = plain[(_u32(plain, 48) + 1) * 512 :][:512]
    entries = _patched(entries, 128 + 116, 0, size)
    content = payload().rjust(size, b"x")
    compound = _compound(bytes(header) + content + struct.pack(f"<{len(fat)}L", *fat) + listing + entries)
    [stream] = compound.streams()
    assert b"".join(compound.chunks(stream)) == content
    assert compound.trouble is None


def test_payload_in_pieces_is_put_together(look: Look) -> None:
    # The sectors of the stream lie backwards, so that the payload is nowhere in one piece.
    content = bytearray(compound_file({"Large": bytes(500) + payload() + bytes(4000)}))
    count = _u32(bytes(content), _entry_at(bytes(content), "Large") + 120) // 512 + 1
    sectors = [bytes(content[512 * (at + 1) : 512 * (at + 2)]) for at in range(count)]
    content[512 : 512 * (count + 1)] = b"".join(reversed(sectors))
    fat = _fat_at(bytes(content))
    struct.pack_into(f"<{count}L", content, fat, END, *range(count - 1))
    struct.pack_into("<L", content, _entry_at(bytes(content), "Large") + 116, count - 1)
    assert b"INERT-PAYLOAD" not in bytes(content)[: 512 * count] or payload() not in bytes(content)
    looked = look(bytes(content))
    assert looked.found == [(b"Large",)]
    assert looked.ending[0] is Outcome.SCANNED


def _looping_chain() -> bytes:
    start = _u32(_PLAIN, _entry_at(_PLAIN, "Large") + 116)
    return _patched(_PLAIN, _fat_at(_PLAIN) + 4 * (start + 3), start)


def _looping_small_chain() -> bytes:
    minifat = (_u32(_PLAIN, 60) + 1) * 512
    return _patched(_patched(_PLAIN, minifat, 0), _entry_at(_PLAIN, "Small") + 120, 4000)


def _looping_directory() -> bytes:
    start = _u32(_PLAIN, 48)
    return _patched(_PLAIN, _fat_at(_PLAIN) + 4 * start, start)


def _looping_tree() -> bytes:
    return _patched(_PLAIN, _entry_at(_PLAIN, "Small") + 68, 1, 2, 3)


def _looping_lists() -> bytes:
    return _patched(_PLAIN, 68, 1, 0xFFFFFFF0)


def _huge_stream() -> bytes:
    return _patched(_PLAIN, _entry_at(_PLAIN, "Large") + 120, 0xFFFFFFFF, 0x7FFFFFFF)


@pytest.mark.parametrize(
    "content",
    [_looping_chain(), _looping_directory(), _looping_tree(), _looping_lists(), _huge_stream()]
    + [_PLAIN[:30] + bytes([shift, 0]) + _PLAIN[32:] for shift in (0, 1, 8, 13, 31, 63, 255)],
)
def test_tables_that_contradict_each_other_are_told(content: bytes, look: Look) -> None:
    looked = look(content)
    assert looked.found  # sector sizes are guessed, loops are left, what is there is given
    assert is_honest(looked)
    outcomes = {looked.ending[0], *(ending[0] for ending in looked.troubles.values())}
    assert outcomes - READ_OUTCOMES


def test_a_loop_of_small_sectors_ends(look: Look) -> None:
    looked = look(_looping_small_chain())
    assert sum(looked.counts.values()) + len(looked.troubles) == 3


def test_one_stream_under_many_names_is_a_bomb_that_ends(look: Look) -> None:
    tree = {f"S{number}": b"" for number in range(20_000)}
    content = bytearray(compound_file({"Large": bytes(2 << 20), **tree}))
    large = _entry_at(bytes(content), "Large")
    start = content[large + 116 : large + 128]
    for number in range(20_000):
        at = large + 128 * (number + 1)
        content[at + 116 : at + 128] = start
    looked = look(bytes(content))
    assert looked.ending == (Outcome.LIMIT_REACHED, Cause.RATIO, "")


def test_left_over_streams_are_scanned(look: Look) -> None:
    content = compound_file({"First": b"text", "Lost": payload()})
    looked = look(_patched(content, _entry_at(content, "First") + 72, 0xFFFFFFFF))
    assert (b"Lost",) in looked.found
    assert looked.ending[0] is Outcome.SCANNED


@pytest.mark.parametrize("name", ["package.doc", "message.msg", "macro.xls", "object.doc"])
def test_cut_files_are_never_called_read(name: str, look: Look) -> None:
    content = (SAMPLES / name).read_bytes()
    step = max(1, len(content) // 700)
    cut = (part for number, part in enumerate(truncations(content)) if number % step == 0)
    assert dishonest(look, cut, {FileType.OLE2}) == []


def test_turned_bits_break_nothing(look: Look) -> None:
    for name in ("macro.xls", "package.doc", "message.msg", "sample.msi"):
        for content in flips((SAMPLES / name).read_bytes(), 6, 150):
            look(content)


def test_macros_are_found_where_the_directory_is_lost(look: Look) -> None:
    content = bytearray((SAMPLES / "macro.xls").read_bytes())
    at = (_u32(bytes(content), 48) + 1) * 512
    content[at:] = content[at:].replace(b"R\0o\0o\0t\0", b"\0" * 8)
    content[48:52] = b"\xf0\xff\xff\xff"
    looked = look(bytes(content))
    assert looked.found
    assert all(chain[0].startswith(b"[macro") for chain in looked.found)
    assert looked.ending[0] is Outcome.DAMAGED


@pytest.mark.parametrize(
    ("stream", "name"),
    [
        (native_stream(packaged(b"payload.txt", payload())), b"[package] payload.txt"),
        (native_stream(packaged("Übung.exe".encode("cp1252"), payload())), b"[package] \xdcbung.exe"),
        (native_stream(payload()), b"[native]"),
    ],
)
def test_embedded_files_have_their_names(stream: bytes, name: bytes, look: Look) -> None:
    looked = look(compound_file({"\x01Ole10Native": stream}))
    assert (name,) in looked.found
    assert looked.ending[0] is Outcome.SCANNED


def test_embedded_archive_is_opened(look: Look) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("inner.doc", compound_file({"\x01Ole10Native": native_stream(packaged(b"a.txt", payload()))}))
    looked = look(
        compound_file(
            {"ObjectPool": {"_1": {"\x01Ole10Native": native_stream(packaged(b"b.zip", archive.getvalue()))}}}
        )
    )
    assert (b"[package] b.zip", b"inner.doc", b"[package] a.txt") in looked.found


def test_embedded_file_that_is_cut_is_told(look: Look) -> None:
    stream = native_stream(packaged(b"payload.txt", payload() + bytes(1000)))
    looked = look(compound_file({"\x01Ole10Native": stream[:-900]}))
    assert looked.troubles[(b"[package] payload.txt",)][:2] == (Outcome.DAMAGED, Cause.CUT_SHORT)


def test_objects_of_old_documents(look: Look) -> None:
    inner = compound_file({"Contents": payload()})
    looked = look(ole1_object(b"Word.Document.8", inner))
    assert (b"[native] Word.Document.8", b"Contents") in looked.found
    assert look(b"\x01\x05\0\0\x02\0\0\0" + b"\xff" * 100).ending[0] is Outcome.DAMAGED


def test_objects_in_presentations_are_unpacked(look: Look) -> None:
    inner = compound_file({"Contents": payload(), **vba_project(Module1=b"Attribute VB_Name\r\n' text\r\n")})
    packed = struct.pack("<L", len(inner)) + zlib.compress(inner)
    records = struct.pack("<HHL", 0xF, 1000, 8 + len(packed)) + struct.pack("<HHL", 0x10, 0x1011, len(packed)) + packed
    looked = look(compound_file({"PowerPoint Document": records, "Current User": bytes(20)}))
    assert (b"[object 1]", b"Contents") in looked.found
    assert looked.ending[0] is Outcome.SCANNED
    looked = look(compound_file({"PowerPoint Document": records[:-40], "Current User": bytes(20)}))
    assert looked.troubles[(b"[object 1]",)][0] is Outcome.DAMAGED


def test_installer_names_are_readable(look: Look) -> None:
    looked = look(SAMPLES / "sample.msi")
    assert looked.found == [(b"Sample.cab", b"F2")]
    compound = _compound((SAMPLES / "sample.msi").read_bytes())
    assert b"!_StringData" not in {one.name for one in compound.streams()}


def test_messages_in_messages(look: Look) -> None:
    inner = message({"setup.exe": payload()})
    content = compound_file(message({"letter": inner, "notes.txt": b"text"}, body="MEDSCAN"))
    looked = look(content)
    assert looked.found == [(b"setup.exe",)]
    assert looked.ending[0] is Outcome.SCANNED


@pytest.mark.parametrize(
    ("name", "password", "chain"),
    [
        ("locked-agile.docx", "secret", (b"[decrypted]", b"word/embeddings/oleObject1.xlsx", b"xl/sharedStrings.xml")),
        ("locked-standard.docx", "secret", (b"[decrypted]", b"word/document.xml")),
    ],
)
def test_encrypted_documents_open_by_password(name: str, password: str, chain: tuple[bytes, ...], look: Look) -> None:
    assert look(SAMPLES / name, passwords=("wrong",)).ending[0] is Outcome.ENCRYPTED
    looked = look(SAMPLES / name, passwords=("wrong", password))
    assert looked.found == [chain]
    assert looked.ending[0] is Outcome.SCANNED


def test_the_password_that_excel_tries_itself_is_tried(look: Look) -> None:
    looked = look(SAMPLES / "default-password.xlsm")
    assert looked.found == [(b"[decrypted]", b"xl/vbaProject.bin", b"[macro] Module1")]


@pytest.mark.parametrize("name", ["locked.doc", "locked.xls"])
def test_binary_documents_that_are_encrypted_say_so(name: str, look: Look) -> None:
    assert look(SAMPLES / name).ending[0] is Outcome.ENCRYPTED


def test_millions_of_rounds_end_with_the_time_that_is_left(look: Look) -> None:
    content = (SAMPLES / "locked-agile.docx").read_bytes()
    assert content.count(b'spinCount="100000"') == 1
    slow = content.replace(b'spinCount="100000"', b'spinCount="999999"')
    looked = look(slow, passwords=tuple(str(number) for number in range(100)), seconds=0.3)
    assert looked.ending[:2] == (Outcome.LIMIT_REACHED, Cause.UNPACKING_TOO_SLOW)


@pytest.mark.parametrize(
    "info", [b"", b"\x04\0\x04\0", b"\x04\0\x04\0@\0\0\0<encryption>", b"\x03\0\x02\0" + b"\xff" * 90]
)
def test_encryption_that_is_not_understood_is_encryption(info: bytes, look: Look) -> None:
    looked = look(compound_file({"EncryptedPackage": bytes(5000), "EncryptionInfo": info}), passwords=("secret",))
    assert looked.ending[0] is Outcome.ENCRYPTED


def test_real_documents_end_well(look: Look) -> None:
    for name in ("macro.xls", "macro.xlsm", "object.doc", "sample.msi", "message.msg", "text.odt", "object.rtf"):
        looked = look(Path(SAMPLES / name))
        assert (looked.ending[0], looked.troubles) == (Outcome.SCANNED, {})
