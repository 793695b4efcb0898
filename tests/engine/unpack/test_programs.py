"""Programs with something in them: overlays, resources, signatures, installers."""

import io
import random
import struct
import sys
import zipfile
from pathlib import Path

import pytest

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.pe_resources import resources_of
from medscan_gui.engine.pe_sections import layout_of
from medscan_gui.engine.troubles import Ending
from medscan_gui.engine.unpack.program_ends import end_of_elf, end_of_macho
from medscan_gui.engine.unpack.source import FileSource, MemorySource
from tests.engine.programs_made import pe, resource_tree, signed
from tests.engine.unpack.conftest import SAMPLES, Look
from tests.samples import payload

READ: Ending = (Outcome.SCANNED, Cause.NONE, "")
RCDATA = 10


def zipped(content: bytes | None = None, name: str = "payload.txt") -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, payload() if content is None else content)
    return into.getvalue()


def seven_zip() -> bytes:
    return (SAMPLES / "plain.7z").read_bytes()


def with_resources(*leaves: tuple[int, bytes]) -> bytes:
    return pe(resources=resource_tree(leaves, address=0x2000))


def not_opened(what: str) -> Ending:
    return (Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED, what)


def test_archive_behind_the_sections_is_opened_once(look: Look) -> None:
    looked = look(pe() + zipped())
    assert looked.found == [(b"payload.txt",)]
    assert looked.ending == READ


def test_archive_behind_other_words(look: Look) -> None:
    looked = look(pe() + b"settings of a self-extractor\r\n" * 9 + seven_zip())
    assert [chain[0] for chain in looked.found] == [b"[overlay]"]


def test_program_behind_a_program(look: Look) -> None:
    looked = look(pe() + with_resources((RCDATA, seven_zip())))
    assert [chain[:2] for chain in looked.found] == [(b"[overlay]", b"[resource] 10/1/0")]


def test_overlay_before_a_signature(look: Look) -> None:
    looked = look(signed(pe() + seven_zip(), b"\x30\x82\x00\x64" + bytes(100)))
    assert [chain[0] for chain in looked.found] == [b"[overlay]"]
    assert looked.ending == READ


def test_behind_the_end_of_a_certificate(look: Look) -> None:
    looked = look(signed(pe(), b"\x30\x82\x00\x64" + bytes(100) + zipped()))
    assert looked.found[0] in {(b"[behind the signature]", b"payload.txt"), (b"payload.txt",)}


def test_signature_alone_holds_no_member(look: Look) -> None:
    looked = look(signed(pe(), b"\x30\x82\x00\x64" + bytes(100)))
    assert (looked.counts, looked.troubles, looked.ending) == ({}, {}, READ)


def test_resources(look: Look) -> None:
    manifest = b"<?xml version='1.0'?><assembly/>"
    plain = ((24, manifest), (3, b"\x89PNG\r\n\x1a\n" + bytes(40)))
    looked = look(with_resources(*plain, (RCDATA, seven_zip())))
    assert [chain[0] for chain in looked.found] == [b"[resource] 10/1/0"]
    assert look(with_resources(*plain)).counts == {}


def test_text_behind_a_program_is_no_member(look: Look) -> None:
    looked = look(pe() + b"Built on a Tuesday.\n" * 100)
    assert (looked.counts, looked.ending) == ({}, READ)


@pytest.mark.parametrize(
    ("behind", "name"),
    [
        (b"zlb\x1a" + bytes(400), "Inno Setup"),
        (b"InstallShield\0\x01\0" + bytes(400), "InstallShield"),
        (b"ISSetupStream\0\x01\0" + bytes(400), "InstallShield"),
        (bytes(100) + b"MEI\x0c\x0b\x0a\x0b\x0e" + bytes(80), "PyInstaller"),
    ],
)
def test_installers_are_recognised_and_not_opened(behind: bytes, name: str, look: Look) -> None:
    assert look(pe() + behind).ending == not_opened(name)


def test_inno_setup_by_its_table(look: Look) -> None:
    assert look(with_resources((RCDATA, b"rDlPtS\xcd\xe6\xd7\x7b\x0b\x2a" + bytes(32)))).ending == not_opened(
        "Inno Setup"
    )


def test_elf_with_something_behind(look: Look) -> None:
    sample = (SAMPLES / "program-overlay.elf").read_bytes()
    end = end_of_elf(MemorySource(b"", sample).read_at)
    assert sample[end:].startswith(b"7z")
    assert look(sample[:end]).ending == READ
    looked = look(sample[:end] + b"MEI\x0c\x0b\x0a\x0b\x0e" + bytes(80))
    assert looked.ending == not_opened("PyInstaller")


def macho(*, segment_end: int, wide: bool = True, order: str = "<") -> bytes:
    """A Mach-O with one segment that ends there."""
    if wide:
        command = struct.pack(order + "II16sQQQQ", 0x19, 72, b"__TEXT", 0, 0x1000, 0, segment_end) + bytes(16)
        head = struct.pack(order + "IIIIIIII", 0xFEEDFACF, 0x01000007, 3, 2, 1, 72, 0, 0)
    else:
        command = struct.pack(order + "II16sIIII", 0x1, 56, b"__TEXT", 0, 0x1000, 0, segment_end) + bytes(16)
        head = struct.pack(order + "IIIIIII", 0xFEEDFACE, 7, 3, 2, 1, 56, 0)
    return (head + command).ljust(segment_end, b"\0")


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_macho_with_something_behind(wide: bool, order: str, look: Look) -> None:
    program = macho(segment_end=300, wide=wide, order=order)
    assert end_of_macho(MemorySource(b"", program).read_at) == 300
    assert [chain[0] for chain in look(program + seven_zip()).found] == [b"[overlay]"]
    fat = struct.pack(">IIIIIII", 0xCAFEBABE, 1, 7, 3, 512, 300, 0).ljust(512, b"\0") + program
    assert FileType.MACHO in MemorySource(b"", fat).types
    assert end_of_macho(MemorySource(b"", fat).read_at) == 812
    assert [chain[0] for chain in look(fat + seven_zip()).found] == [b"[overlay]"]


# Hostile headers --------------------------------------------------------------------------------


def test_resource_directory_that_contains_itself(look: Look) -> None:
    tree = struct.pack("<IIHHHH", 0, 0, 0, 0, 0, 2) + struct.pack("<IIII", 1, 0x80000000, 2, 0x80000000)
    looked = look(pe(resources=tree))
    assert looked.ending == READ


def test_endless_resource_directory(look: Look) -> None:
    tree = struct.pack("<IIHHHH", 0, 0, 0, 0, 0xFFFF, 0xFFFF)
    tree += b"".join(struct.pack("<II", number, 0x80000000 | 16 * number) for number in range(1, 8000))
    looked = look(pe(resources=tree))
    assert looked.ending[0] in {Outcome.SCANNED, Outcome.LIMIT_REACHED}


def test_headers_that_promise_everything() -> None:
    program = bytearray(pe())
    at = struct.unpack_from("<I", program, 60)[0]
    struct.pack_into("<H", program, at + 6, 0xFFFF)  # sections
    for place in range(at + 24 + 224, len(program) - 40, 40):
        struct.pack_into("<IIII", program, place + 8, *(0xFFFFFFFF,) * 4)
    layout = layout_of(MemorySource(b"", bytes(program)).read_at, len(program))
    assert layout is not None
    assert len(layout.sections) <= 96
    assert 0 <= layout.end <= len(program)
    assert all(0 <= part.size <= len(program) for part in layout.sections)


def test_mutated_programs(look: Look) -> None:
    numbers = random.Random(6)
    samples = [(SAMPLES / name).read_bytes() for name in ("program-resource.exe", "program-overlay.elf")]
    samples += [signed(with_resources((RCDATA, zipped())), b"\x30\x82\x00\x64" + bytes(100)), macho(segment_end=300)]
    for sample in samples:
        for _ in range(60):
            mutated = bytearray(sample)
            for _flip in range(numbers.randrange(1, 12)):
                mutated[numbers.randrange(min(len(mutated), 1200))] = numbers.randrange(256)
            look(bytes(mutated))


def test_cut_programs(look: Look) -> None:
    for name in ("program-resource.exe", "program-overlay.elf"):
        sample = (SAMPLES / name).read_bytes()
        for end in range(0, min(len(sample), 1200), 7):
            look(sample[:end])


# Real programs ----------------------------------------------------------------------------------


def test_sections_of_a_real_program() -> None:
    content = (SAMPLES / "program-resource.exe").read_bytes()
    source = MemorySource(b"", content)
    layout = layout_of(source.read_at, len(content))
    assert layout is not None
    assert layout.sections[0].name == b".text"
    assert layout.end == len(content)
    assert not layout.narrow
    found = {
        resource.path: content[resource.start : resource.start + resource.size]
        for resource in resources_of(layout, source.read_at, len(content))
    }
    assert {path[:2] for path in found} == {("10", "10"), ("10", "LETTERS")}
    assert payload() in found.values()
    assert any(letter.startswith(b"PK") for letter in found.values())


@pytest.mark.skipif(sys.platform == "win32", reason="ELF programs of this computer")
def test_real_libraries_end_where_they_end() -> None:
    libraries = [path for path in Path("/usr/lib").glob("*-linux-gnu/*.so*") if path.is_file()][:60]
    assert libraries
    for path in libraries:
        with path.open("rb") as file:
            source = FileSource(b"", file.fileno(), path.stat().st_size)
            if FileType.ELF in source.types:
                assert 0 <= source.size - end_of_elf(source.read_at) <= 16, path
