"""OneNote, TNEF, ActiveMime, compressed RTF and encrypted OpenDocument."""

import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.limits import UnpackLimits
from medscan_gui.engine.unpack.compressed_rtf import rtf_of
from tests.engine.unpack.conftest import SAMPLES, Look
from tests.engine.unpack.mutations import dishonest, flips, truncations
from tests.engine.unpack.office_writers import (
    active_mime,
    compound_file,
    onenote_section,
    tnef,
    tnef_attribute,
    tnef_properties,
    vba_project,
)
from tests.samples import payload


def test_turned_bits_break_nothing(look: Look) -> None:
    for name in ("attachment.one", "winmail.dat", "macro.mso", "object.ole1"):
        for content in flips((SAMPLES / name).read_bytes(), 4, 300):
            look(content)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("attachment.one", FileType.ONENOTE),
        ("macro.mso", FileType.ACTIVE_MIME),
        ("object.ole1", FileType.OLE1),
        ("winmail.dat", FileType.TNEF),
    ],
)
def test_cut_files_are_never_called_read(name: str, kind: FileType, look: Look) -> None:
    # TNEF has no mark of its end: cut between two attributes it is whole.
    between = {21, 46, 68, 85, 110, 133} if kind is FileType.TNEF else set()
    content = (SAMPLES / name).read_bytes()
    assert dishonest(look, truncations(content), {kind}, ignore=lambda cut: len(cut) in between) == []


def test_notes_attachments_of_all_sizes(look: Look) -> None:
    content = onenote_section(
        b"", b"x", *(bytes(size) for size in range(1, 9)), payload(), compound_file({"A": payload()})
    )
    looked = look(content)
    assert looked.found == [(b"[attachment 11]",), (b"[attachment 12]",), (b"[attachment 12]", b"A")]
    assert looked.ending[0] is Outcome.SCANNED


def test_notes_that_lie_about_sizes_hide_nothing(look: Look) -> None:
    content = onenote_section(b"first", payload())
    at = content.index(b"first") - 20
    for size in (0, 3, 6, 200, 1 << 40, (1 << 64) - 1):
        looked = look(content[:at] + struct.pack("<Q", size) + content[at + 8 :])
        assert looked.found
        # Up to seven bytes behind the file fill it up: they cannot be told from a file that is that much longer.
        assert looked.ending[0] is (Outcome.SCANNED if size in {3, 6} else Outcome.DAMAGED)


def test_notes_without_a_mark_are_told(look: Look) -> None:
    content = bytearray(onenote_section(payload()))
    content[1024] ^= 1
    assert look(bytes(content)).ending[0] is Outcome.DAMAGED


def test_notes_that_are_encrypted_or_packaged_are_told(look: Look) -> None:
    content = onenote_section(b"text", (0xFB6BA385DAD1A067).to_bytes(8, "little"))
    assert look(content).ending[0] is Outcome.ENCRYPTED
    packaged = content[:48] + bytes.fromhex("2fe98d63d4a6c14b9a36b3fc2511a5b7") + content[64:]
    assert look(packaged).ending[:2] == (Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED)


def test_a_line_end_behind_an_envelope_does_not_matter(look: Look) -> None:
    for behind in (b"\n", b"\r\n", b"\0" * 40):
        assert look(tnef((b"payload.txt", payload())) + behind).ending[0] is Outcome.SCANNED
    assert look(tnef((b"payload.txt", payload())) + b"text").ending[0] is Outcome.DAMAGED


def test_envelope_within_an_envelope(look: Look) -> None:
    inner = tnef((b"setup.zip", payload()))
    properties = tnef_properties(
        (0x3707001F, "ünïcode.msg".encode("utf-16-le")), (0x3701000D, b"\x07\x03\x02\0" + bytes(12) + inner)
    )
    content = tnef() + tnef_attribute(2, 0x00069002, bytes(14)) + tnef_attribute(2, 0x00069005, properties)
    looked = look(content)
    assert looked.found == [("ünïcode.msg".encode(),), ("ünïcode.msg".encode(), b"setup.zip")]
    assert looked.ending[0] is Outcome.SCANNED


def test_bodies_of_an_envelope(look: Look) -> None:
    # Five properties: two of fixed size, the second with a name (kind 0: a number), and the three bodies.
    fixed = struct.pack("<LLL", 5, 0x00170003, 1)
    fixed += struct.pack("<L16xLLL", 0x8010000B, 0, 0x8510, 1)
    body = tnef_properties((0x1000001F, payload().decode().encode("utf-16-le")), (0x10130102, b"<html>" + payload()))
    packed = struct.pack("<LL4sL", 12 + len(payload()), len(payload()), b"MELA", 0) + payload()
    rtf = tnef_properties((0x10090102, packed))
    both = fixed + body[4:] + rtf[4:]
    looked = look(tnef(more=tnef_attribute(1, 0x00069003, both)))
    assert sorted(looked.found) == [(b"[body.html]",), (b"[body.rtf]",), (b"[body]",)]
    assert looked.ending[0] is Outcome.SCANNED


@pytest.mark.parametrize(
    "properties",
    [
        b"",
        b"\xff\xff\xff\xff",
        struct.pack("<LLL", 1, 0x37010102, 0xFFFFFFFF),
        struct.pack("<LL", 9, 0x00170099),
        struct.pack("<LLLL", 1, 0x37010102, 1, 0xFFFFFFFF),
        struct.pack("<LLLL", 1, 0x80001003, 0, 0),
    ],
)
def test_properties_that_lie_are_told(properties: bytes, look: Look) -> None:
    looked = look(tnef() + tnef_attribute(2, 0x00069002, bytes(14)) + tnef_attribute(2, 0x00069005, properties))
    assert looked.ending[0] is Outcome.DAMAGED


def test_examples_of_the_specification_for_compressed_rtf() -> None:
    # [MS-OXRTFCP] 3.1.1 and 3.1.2: a simple document, and a reference that reaches into what it writes.
    simple = "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    assert b"".join(rtf_of(bytes.fromhex(simple))) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    crossing = "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"
    assert b"".join(rtf_of(bytes.fromhex(crossing))) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


def test_macros_in_active_mime(look: Look) -> None:
    document = compound_file(vba_project(Module1=b"Attribute VB_Name\r\n' " + payload()))
    for content in (active_mime(document), b"ActiveMime" + bytes(600) + zlib.compress(document, 1)):
        assert look(content).found == [(b"[unpacked]", b"[macro] Module1")]
    assert look(b"ActiveMime" + bytes(600)).ending[:2] == (Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED)


def test_active_mime_of_zeros_is_bounded(look: Look) -> None:
    looked = look(active_mime(bytes(20 << 20)), limits=UnpackLimits(bytes_least=8 << 20))
    assert looked.ending == (Outcome.LIMIT_REACHED, Cause.RATIO, "")


def test_encrypted_opendocument(look: Look) -> None:
    looked = look(SAMPLES / "locked.odt", passwords=("wrong",))
    assert looked.troubles[(b"[decrypted] content.xml",)][0] is Outcome.ENCRYPTED
    assert not looked.found
    looked = look(SAMPLES / "locked.odt", passwords=("wrong", "secret"))
    assert looked.found == [(b"[decrypted] content.xml",)]
    assert not looked.troubles


@pytest.mark.parametrize(
    "change",
    [
        (b"aes256-cbc", b"aes256-gcm"),
        (b"PBKDF2", b"argon2"),
        (b'iteration-count="100000"', b'iteration-count="999999999"'),
        (b'initialisation-vector="', b'initialisation-vector="A'),
        (b'checksum="', b'checksum="AAAA'),
        (b'full-path="content.xml"', b'full-path="gone.xml"'),
    ],
)
def test_encryption_of_opendocument_that_is_not_understood(
    change: tuple[bytes, bytes], look: Look, tmp_path: Path
) -> None:
    other = tmp_path / "other.odt"
    with zipfile.ZipFile(SAMPLES / "locked.odt") as source, zipfile.ZipFile(other, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "META-INF/manifest.xml":
                assert change[0] in data
                data = data.replace(*change)
            target.writestr(entry, data)
    looked = look(other, passwords=("secret",))
    assert not looked.found
    assert {ending[0] for ending in looked.troubles.values()} <= {Outcome.ENCRYPTED, Outcome.DAMAGED}
    assert looked.troubles
