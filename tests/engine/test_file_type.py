"""Kinds of content: what each is by its own bytes, alone and several at once."""

import bz2
import gzip
import io
import lzma
import random
import shutil
import struct
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from medscan_gui.engine.file_type import HEAD_BYTES, TAIL_BYTES, FileType, types_of
from medscan_gui.engine.unpack.source import FileSource, MemorySource
from tests.engine.programs_made import pe

K = FileType


def kinds(content: bytes) -> tuple[FileType, ...]:
    return MemorySource(b"sample", content).types


def zipped(name: str = "note.txt", comment: bytes = b"") -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"harmless")
        archive.comment = comment
    return into.getvalue()


def tarred(form: int) -> bytes:
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w", format=form) as archive:
        info = tarfile.TarInfo("note.txt")
        info.size = 8
        archive.addfile(info, io.BytesIO(b"harmless"))
    return into.getvalue()


def old_tar() -> bytes:
    """A header as it was before there was a mark."""
    content = bytearray(tarred(tarfile.USTAR_FORMAT))
    content[257:512] = bytes(255)
    content[148:156] = b" " * 8
    content[148:156] = b"%06o\0 " % sum(content[:512])
    return bytes(content)


SINGLE = [
    (pe(), (K.PE,)),
    (b"MZ\x90\0\x03\0\0\0\x04\0" + bytes(100), (K.DOS,)),
    (b"MZ" + bytes(100), ()),
    (b"MZ is a text that is longer than the header of a program, and much less useful.", (K.TEXT,)),
    (b"\x7fELF\x02\x01\x01" + bytes(60), (K.ELF,)),
    (b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(20), (K.JAVA_CLASS,)),
    (b"\xca\xfe\xba\xbe\0\0\0\x02" + bytes(60), (K.MACHO,)),
    (b"\xcf\xfa\xed\xfe" + bytes(60), (K.MACHO,)),
    (zipped(), (K.ZIP,)),
    (gzip.compress(b"harmless"), (K.GZIP,)),
    (b"\x1f\x8b\x01\0" + bytes(40), ()),
    (bz2.compress(b"harmless"), (K.BZIP2,)),
    (b"BZh5 is the name of a file.", (K.TEXT,)),
    (lzma.compress(b"harmless"), (K.XZ,)),
    (lzma.compress(b"harmless", format=lzma.FORMAT_ALONE), (K.LZMA,)),
    (b"\x5d\0\0\0\x04" + struct.pack("<Q", 300) + bytes(20), (K.LZMA,)),
    (bytes(600), ()),
    (tarred(tarfile.GNU_FORMAT), (K.TAR,)),
    (tarred(tarfile.PAX_FORMAT), (K.TAR,)),
    (old_tar(), (K.TAR,)),
    (b"\x60\xea is no archive" + bytes(40), ()),
    (b"\xc7\x71" + b"\x01" * 200, ()),
    (b"%PDF-1.7\n%\xe2\xe3\0\n1 0 obj\n", (K.PDF,)),
    (b"{\\rtf1 text}", (K.RTF, K.TEXT)),
    (b"\n\n{\\rtf1 text}", (K.RTF, K.TEXT)),
    (b"#!/bin/sh\necho\n", (K.SCRIPT, K.TEXT)),
    (b"@echo off\r\n", (K.SCRIPT, K.TEXT)),
    (b"\xff\xfe" + "<html><p>".encode("utf-16-le"), (K.HTML, K.TEXT)),
    (b"\xfe\xff" + "Ein Text.".encode("utf-16-be"), (K.TEXT,)),
    ("Ein Text ohne Marke am Anfang".encode("utf-16-le"), (K.TEXT,)),
    (b"\xef\xbb\xbf  <!DOCTYPE html>\n", (K.HTML, K.TEXT)),
    (b"<!-- a remark -->\n<script>1</script>", (K.HTML, K.TEXT)),
    (b'<?xml version="1.0"?><svg/>', (K.XML, K.TEXT)),
    (b'<?xml version="1.0"?>\n<!DOCTYPE html>\n<html>', (K.HTML, K.XML, K.TEXT)),
    (b"From: a@example.org\r\nTo: b@example.org\r\n\r\nHello\r\n", (K.EMAIL, K.TEXT)),
    (b"Package: medscan\nVersion: 1\nSubject to: change\n", (K.TEXT,)),
    (b"From a@example.org Mon Jan  5 10:00:00 2026\nSubject: x\n", (K.MBOX, K.TEXT)),
    (b"From here on nothing is mail.\n", (K.TEXT,)),
    ("Übersicht der Geräte".encode(), (K.TEXT,)),
    ("Übersicht der Geräte".encode("latin-1"), (K.TEXT,)),
    (bytes(128) + b"DICM\x02\0\0\0UL\x04\0", (K.DICOM,)),
    (b"\x02\0\0\0UL\x04\0" + bytes(40), (K.DICOM,)),
    (b"x" * 20, (K.TEXT,)),
    (b"", ()),
    (b"\0", ()),
]


@pytest.mark.parametrize(("content", "expected"), SINGLE, ids=[f"{i}-{c[:12]!r}" for i, (c, _k) in enumerate(SINGLE)])
def test_kind(content: bytes, expected: tuple[FileType, ...]) -> None:
    assert kinds(content) == expected


def boot_sector(*, partitions: bytes = bytes(64)) -> bytearray:
    sector = bytearray(512)
    sector[446:510] = partitions
    sector[510:] = b"\x55\xaa"
    return sector


def test_disks_and_volumes() -> None:
    entry = struct.pack("<B3xB3xII", 0x80, 0x0C, 2048, 4096)
    assert kinds(bytes(boot_sector(partitions=entry.ljust(64, b"\0")))) == (K.DISK,)
    assert kinds(bytes(boot_sector())) == ()
    assert kinds(bytes(boot_sector(partitions=b"\x13" * 64))) == ()
    fat = boot_sector()
    fat[0:3] = b"\xeb\x3c\x90"
    fat[11:22] = struct.pack("<HBHBHHB", 512, 4, 1, 2, 512, 0, 0xF8)
    assert kinds(bytes(fat)) == (K.FAT,)
    locked = boot_sector()
    locked[3:11] = b"-FVE-FS-"
    assert kinds(bytes(locked)) == (K.ENCRYPTED_DISK,)
    ext = bytearray(2048)
    ext[0x400:0x408] = struct.pack("<II", 100, 800)
    ext[0x438:0x43A] = b"\x53\xef"
    assert kinds(bytes(ext)) == (K.EXT,)
    ext[0x418] = 200
    assert kinds(bytes(ext)) == ()
    iso = bytearray(HEAD_BYTES)
    iso[0x8001:0x8006] = b"CD001"
    assert kinds(bytes(iso)) == (K.ISO,)
    iso[34817:34822] = b"CD001"
    assert kinds(bytes(iso) + b"\0BEA01".ljust(2048, b"\0") + b"\0NSR02") == (K.ISO, K.UDF)
    assert kinds(bytes(70_000) + b"koly\0\0\0\x04" + bytes(504)) == (K.DMG,)
    assert kinds(bytes(70_000) + b"conectix" + bytes(504)) == (K.VHD,)


# Several kinds at once --------------------------------------------------------------------------


def test_program_with_archive_behind() -> None:
    assert kinds(pe() + zipped()) == (K.PE, K.ZIP)


def test_picture_with_archive_behind() -> None:
    picture = b"GIF89a\x01\0\x01\0" + bytes(50_000)
    assert kinds(picture + zipped()) == (K.GIF, K.ZIP)
    assert kinds(picture + zipped(comment=b"c" * 60_000)) == (K.GIF, K.ZIP)
    assert kinds(picture + zipped() + b"junk" * 10_000) == (K.GIF, K.ZIP)


def test_directory_of_wrong_size_is_still_an_archive() -> None:
    content = bytearray(b"GIF89a" + zipped())
    end = content.rfind(b"PK\x05\x06")
    content[end + 12 : end + 16] = struct.pack("<I", 60)
    assert kinds(bytes(content)) == (K.GIF, K.ZIP)


def test_medical_image_with_a_program_in_front() -> None:
    program = pe(pe_at=256)
    assert kinds(program[:128] + b"DICM" + program[132:]) == (K.PE, K.DICOM)


def test_medical_image_that_is_a_picture_too() -> None:
    assert kinds(b"II*\0" + bytes(124) + b"DICM" + bytes(20)) == (K.TIFF, K.DICOM)


def test_script_before_dicm() -> None:
    assert kinds(b"#!/bin/sh\n".ljust(128, b"#") + b"DICM plain") == (K.SCRIPT, K.DICOM, K.TEXT)


def test_pdf_behind_other_bytes() -> None:
    assert kinds(b"\x89PNG\r\n\x1a\n" + bytes(500) + b"%PDF-1.4\n1 0 obj\n") == (K.PNG, K.PDF)
    assert kinds(b"A text says %PDF-1.4 and means it.\n") == (K.TEXT,)
    assert K.PDF not in kinds(b"GIF89a" + bytes(1100) + b"%PDF-1.4\n1 0 obj\n")


def test_programs_that_know_the_mark_of_zip_are_no_archives() -> None:
    known = b"".join((b"PK\x05\x06", b"\x01\x02\x03" * 20, b"PK\x01\x02", b"PK\x03\x04", b"\x07" * 90))
    assert kinds(pe() + known) == (K.PE,)
    assert kinds(b"GIF89a" + b"PK\x05\x06" * 20_000) == (K.GIF,)


@pytest.mark.parametrize("before", [0, 512, 3 * 512])
def test_nsis_installer(before: int) -> None:
    program = pe(sections=[(b".text", bytes(60_000))])
    header = struct.pack("<I", 4) + b"\xef\xbe\xad\xdeNullsoftInst" + bytes(200)
    assert kinds(program + bytes(before) + header) == (K.PE, K.NSIS)


def test_text_about_nsis_is_no_installer() -> None:
    assert kinds(pe() + b"\xef\xbe\xad\xdeNullsoftInst") == (K.PE,)


# Nothing raises ---------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [c for c, _k in SINGLE] + [pe() + zipped()], ids=lambda c: repr(c[:10]))
def test_cut_anywhere(content: bytes) -> None:
    for end in range(min(len(content), 700)):
        kinds(content[:end])


def test_noise() -> None:
    numbers = random.Random(6)
    beginnings = [content[:600] for content, _kinds in SINGLE]
    for _ in range(3000):
        noise = bytearray(numbers.choice(beginnings) + numbers.randbytes(numbers.randrange(1200)))
        for _flip in range(numbers.randrange(8)):
            if noise:
                noise[numbers.randrange(len(noise))] = numbers.randrange(256)
        kinds(bytes(noise))


def test_random_bytes_are_nearly_never_a_container() -> None:
    numbers = random.Random(7)
    known = [found for _ in range(2000) if (found := kinds(numbers.randbytes(2000)))]
    assert len(known) <= 2, known


def test_only_a_long_content_is_asked_for_its_end() -> None:
    asked: list[None] = []

    def tail() -> bytes:
        asked.append(None)
        return b""

    types_of(b"A short text.\n" * 30, tail)
    assert not asked
    types_of((b"A long text.\n" * 4000)[:HEAD_BYTES], tail)
    assert asked


def test_a_file_is_read_as_a_content_in_memory(tmp_path: Path) -> None:
    content = b"GIF89a" + bytes(HEAD_BYTES + TAIL_BYTES) + zipped()
    path = tmp_path / "picture.gif"
    path.write_bytes(content)
    with path.open("rb") as file:
        assert FileSource(b"picture.gif", file.fileno(), len(content)).types == kinds(content) == (K.GIF, K.ZIP)


# Against file(1) --------------------------------------------------------------------------------

#: What file(1) calls them, where both mean the same.
_MIME = {
    "application/gzip": K.GZIP,
    "application/java-archive": K.ZIP,
    "application/pdf": K.PDF,
    "application/vnd.debian.binary-package": K.AR,
    "application/vnd.microsoft.portable-executable": K.PE,
    "application/x-archive": K.AR,
    "application/x-bzip2": K.BZIP2,
    "application/x-executable": K.ELF,
    "application/x-object": K.ELF,
    "application/x-ole-storage": K.OLE2,
    "application/x-pie-executable": K.ELF,
    "application/x-sharedlib": K.ELF,
    "application/x-tar": K.TAR,
    "application/x-xz": K.XZ,
    "application/zip": K.ZIP,
    "application/dicom": K.DICOM,
    "image/bmp": K.BMP,
    "image/gif": K.GIF,
    "image/jpeg": K.JPEG,
    "image/png": K.PNG,
    "text/plain": K.TEXT,
    "text/x-shellscript": K.SCRIPT,
    "text/xml": K.XML,
}


def _files() -> list[Path]:
    """Real files of this computer, a few of each ending."""
    package = Path(sysconfig.get_paths()["purelib"])
    roots = [package, Path("/usr/lib"), Path("/usr/bin"), Path("/usr/share/doc")]
    by_ending: dict[str, list[Path]] = {}
    for root in roots:
        for count, path in enumerate(root.rglob("*")):
            if count > 6000:
                break
            few = by_ending.setdefault(path.suffix, [])
            if len(few) < 12 and path.is_file() and not path.is_symlink() and path.stat().st_size:
                few.append(path)
    return [path for few in by_ending.values() for path in few]


@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("file"), reason="file(1) is not here")
def test_real_files_as_file_1_sees_them() -> None:
    files = _files()
    assert len(files) > 100
    listed = "\n".join(map(str, files)).encode()
    told = subprocess.run(["file", "-b", "--mime-type", "-f", "-"], input=listed, capture_output=True, check=True)
    differ = []
    compared = 0
    for path, mime in zip(files, told.stdout.decode().splitlines(), strict=True):
        expected = _MIME.get(mime)
        with path.open("rb") as file:
            found = FileSource(b"", file.fileno(), path.stat().st_size).types
        compared += expected is not None
        if expected is not None and expected not in found:
            differ.append((path, mime, found))
        binary = set(found) - {K.TEXT, K.SCRIPT, K.HTML, K.XML, K.EMAIL, K.MBOX}
        if mime.startswith("text/") and binary:
            differ.append((path, mime, found))
    assert compared > 100
    assert differ == []
