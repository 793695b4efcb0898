"""Macro sources of real and of hostile VBA projects."""

import io
import struct
import zipfile

import olefile  # type: ignore[import-untyped]
import pytest

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.unpack.base import UnpackError
from medscan_gui.engine.unpack.vba import unpacked
from tests.engine.unpack.conftest import SAMPLES, Look
from tests.engine.unpack.office_writers import compound_file, macro, stored_vba, vba_directory, vba_project
from tests.samples import payload

_CACHE = b"\x01\x16" + bytes(range(98))


def _all(packed: bytes) -> bytes:
    return b"".join(unpacked(packed, -1))


def test_copies_reach_back_into_themselves() -> None:
    # One literal, then a copy of 72 bytes from one byte back: the token 0x0045.
    assert _all(bytes.fromhex("0103b002614500")) == b"a" * 73


def test_five_chunks_of_a_real_compressor_come_back(look: Look) -> None:
    with zipfile.ZipFile(SAMPLES / "macro-long.xlsm") as archive:
        project = archive.read("xl/vbaProject.bin")
    with olefile.OleFileIO(io.BytesIO(project)) as streams:
        lines = _all(streams.openstream("VBA/Module1").read()).decode().split("\r\n")
    remarks = [line.split() for line in lines if line.startswith("    ' ")]
    assert [int(words[1]) for words in remarks] == list(range(400))
    known = {"Dim", "alpha", "beta", "gamma", "counter", "=", "+", "1", "String", "Integer", "For", "Next", "value"}
    assert {word for words in remarks for word in words[2:]} == known
    assert lines[-2:] == ["End Sub", ""]
    assert look(SAMPLES / "macro-long.xlsm").found == [(b"xl/vbaProject.bin", b"[macro] Module1")]


def test_literals_and_stored_text_come_back() -> None:
    for size in (0, 1, 7, 8, 9, 3599, 3600, 3601, 9000):
        text = (b"text %d " * 2000)[:size]
        assert _all(stored_vba(text)) == text


def test_raw_chunks_are_taken_as_they_are() -> None:
    raw = bytes(range(256)) * 16
    assert _all(b"\x01" + struct.pack("<H", 0x3FFF) + raw) == raw


def test_real_macros_are_found(look: Look) -> None:
    assert look(SAMPLES / "macro.xls").found == [(b"[macro] Module1",)]
    assert look(SAMPLES / "macro.xlsm").found == [(b"xl/vbaProject.bin", b"[macro] Module1")]


def test_macro_in_a_project_in_an_archive(look: Look) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("word/vbaProject.bin", compound_file(vba_project(NewMacros=macro())))
    assert look(archive.getvalue()).found == [(b"word/vbaProject.bin", b"[macro] NewMacros")]


def _project(module: bytes, *names: tuple[str, int], **more: bytes) -> bytes:
    directory = stored_vba(vba_directory(*(names or (("Module1", len(_CACHE)),))))
    return compound_file({"VBA": {"dir": directory, "_VBA_PROJECT": b"\xcc\x61", "Module1": module, **more}})


def test_source_that_the_directory_hides_is_found(look: Look) -> None:
    module = _CACHE + stored_vba(macro())
    for content in (
        _project(module, ("Module1", 7)),
        _project(module, ("Module1", 1 << 31)),
        _project(b"", ("Module1", 0), Hidden=module),
        compound_file({"VBA": {"dir": b"\x01\xff\xff broken", "Module1": module}}),
        compound_file({"VBA": {"DIR": stored_vba(vba_directory()), "module1": module}}),
    ):
        assert look(content).found, content


@pytest.mark.parametrize("module", [_CACHE, _CACHE + bytes(50), _CACHE + b"\x01", _CACHE + b"\x01" + bytes(40)])
def test_compiled_code_without_source_is_told(module: bytes, look: Look) -> None:
    ending = look(_project(module)).troubles[(b"[macro] Module1",)]
    assert ending[:2] == (Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED)


def test_module_without_a_stream_is_told(look: Look) -> None:
    looked = look(_project(_CACHE + stored_vba(b"text"), ("Module1", len(_CACHE)), ("Gone", 0)))
    assert looked.troubles == {(b"[macro] Gone",): (Outcome.DAMAGED, Cause.NONE, "module without a stream")}


def test_bomb_of_copies_is_bounded(look: Look) -> None:
    # Six bytes unfold to 4,096, so that a module of 15 MB would unfold to 10 GB.
    chunk = struct.pack("<H", 0xB000 | 3) + b"\x02a" + struct.pack("<H", 0x0FFF)
    assert len(_all(b"\x01" + chunk)) == 4096
    looked = look(_project(_CACHE + b"\x01" + chunk * 100_000))
    assert looked.ending == (Outcome.LIMIT_REACHED, Cause.RATIO, "")


def test_chunks_that_lie_end_early_and_say_so() -> None:
    for packed in (
        b"",
        b"\0",
        b"\x01\x00\xb0",
        b"\x01\xff\xbf" + bytes(10),
        stored_vba(macro())[:-30],
        b"\x01\x01\x80abc",
    ):
        out = b""
        try:
            for part in unpacked(packed, -1):
                out += part
        except UnpackError as error:
            assert error.ending[0] is Outcome.DAMAGED
        assert len(out) <= 4096


def test_names_of_modules_are_hostile(look: Look) -> None:
    name = "../\u202egpj.exe"
    directory = stored_vba(vba_directory((name, 0)))
    content = compound_file({"VBA": {"dir": directory, name: stored_vba(macro())}})
    assert look(content).found == [(b"[macro] " + name.encode(),)]


def test_payload_in_a_module_of_many_chunks(look: Look) -> None:
    text = b"' line of remarks\r\n" * 2000 + payload()
    assert look(_project(_CACHE + stored_vba(b"Attribute VB_Name = \r\n" + text))).found == [(b"[macro] Module1",)]
