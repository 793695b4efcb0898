"""DICOM: what hides in values, pictures and behind them; names and details hold no patient's data."""

import struct
import zlib
from pathlib import Path

import pytest

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.protocol import MatchEngine
from tests.engine.unpack.conftest import SAMPLES, Look, Looked
from tests.engine.unpack.mutations import flip, silent_cuts
from tests.samples import payload

EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
JPEG, RLE = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.5"
_LONG = (b"OB", b"OW", b"UN", b"SQ", b"UT")
#: An ELF file that does nothing, with the payload in it.
PROGRAM = b"\x7fELF\x02\x01\x01" + bytes(57) + payload()
_SECRET = b"DOE^JANE"


def value(tag: int, kind: bytes, content: bytes, size: int | None = None) -> bytes:
    content += b"\0" * (len(content) % 2)
    length = len(content) if size is None else size
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + kind
    return head + (struct.pack("<xxI", length) if kind in _LONG else struct.pack("<H", length)) + content


def implicit(tag: int, content: bytes, size: int | None = None) -> bytes:
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, len(content) if size is None else size) + content


def mark(element: int, size: int = 0xFFFFFFFF) -> bytes:
    return struct.pack("<HHI", 0xFFFE, element, size)


def dicom(*values: bytes, syntax: str = EXPLICIT, preamble: bytes = b"") -> bytes:
    head = preamble.ljust(128, b"\0") + b"DICM" + value(0x00020010, b"UI", syntax.encode())
    return head + value(0x00080060, b"CS", b"OT") + value(0x00100010, b"PN", _SECRET) + b"".join(values)


def picture(rows: int, columns: int, content: bytes) -> bytes:
    numbers = ((0x00280002, 1), (0x00280010, rows), (0x00280011, columns), (0x00280100, 8))
    return b"".join(value(tag, b"US", struct.pack("<H", number)) for tag, number in numbers) + value(
        0x7FE00010, b"OB", content
    )


def pieces(*contents: bytes) -> bytes:
    items = b"".join(mark(0xE000, len(content)) + content for content in (b"", *contents))
    return value(0x7FE00010, b"OB", b"", 0xFFFFFFFF) + items + mark(0xE0DD, 0)


def rules(looked: Looked) -> set[str]:
    return {match.rule for _chain, match in looked.matches if match.engine is MatchEngine.DICOM}


@pytest.mark.parametrize(
    ("sample", "chain"),
    [
        ("document.dcm", (b"[tag 0042,0011]", b"payload.bin")),
        ("private-tag.dcm", (b"[tag 0009,1001]", b"payload.bin")),
        ("private-tag-implicit.dcm", (b"[tag 0009,1001]", b"payload.bin")),
        ("private-tag-big-endian.dcm", (b"[tag 0009,1001]", b"payload.bin")),
        ("sequence.dcm", (b"[tag 0009,1001]", b"payload.bin")),
        ("sequence-implicit.dcm", (b"[tag 0009,1001]", b"payload.bin")),
        ("deflated.dcm", (b"[deflated data set]", b"[tag 0009,1001]", b"payload.bin")),
    ],
)
def test_samples(sample: str, chain: tuple[bytes, ...], look: Look) -> None:
    looked = look(SAMPLES / sample)
    assert chain in looked.found
    assert looked.ending[0] is Outcome.SCANNED
    assert not looked.troubles
    assert not rules(looked)


def test_real_files_are_healthy(look: Look) -> None:
    pydicom = pytest.importorskip("pydicom.data")
    cut = {"rtplan_truncated.dcm", "MR_truncated.dcm"}
    files = sorted(Path(str(pydicom.__file__)).parent.rglob("*.dcm"))
    assert len(files) > 50
    for file in files:
        looked = look(file)
        expected = Outcome.DAMAGED if file.name in cut else Outcome.SCANNED
        assert looked.ending[0] is expected, (file.name, looked.ending)
        assert not looked.troubles
        assert not rules(looked), file.name


@pytest.mark.parametrize("kind", [b"OB", b"UN", b"UT"])
def test_a_program_in_a_value(kind: bytes, look: Look) -> None:
    looked = look(dicom(value(0x00091001, kind, PROGRAM)))
    assert looked.found == [(b"[tag 0009,1001]",)]
    assert rules(looked) == {"DICOM_Hidden_Program"}
    finding = next(match for chain, match in looked.matches if match.rule == "DICOM_Hidden_Program" and not chain)
    assert finding.engine is MatchEngine.DICOM


def test_a_program_deep_in_sequences(look: Look) -> None:
    inside = value(0x00091001, b"OB", PROGRAM)
    for _ in range(40):
        item = mark(0xE000, len(inside)) + inside
        inside = value(0x00400275, b"SQ", item)
        inside = value(0x00400275, b"SQ", mark(0xE000) + inside + mark(0xE00D, 0) + mark(0xE0DD, 0), 0xFFFFFFFF)
    assert look(dicom(inside)).found == [(b"[tag 0009,1001]",)]
    unknown = value(0x00091010, b"UN", mark(0xE000) + implicit(0x00091001, PROGRAM) + mark(0xE00D, 0) + mark(0xE0DD, 0))
    assert look(dicom(unknown)).found == [(b"[tag 0009,1001]",)]


def test_a_script_in_a_value_and_text_that_is_none(look: Look) -> None:
    assert rules(look(dicom(value(0x00091001, b"UT", b"#!/bin/sh\necho " + payload()))))
    assert not rules(look(dicom(value(0x00091001, b"UT", b"rem this is a remark, " + payload()))))


def test_the_preamble(look: Look) -> None:
    assert rules(look(dicom(preamble=b"MZ"))) == {"DICOM_Preamble_Program"}
    assert not rules(look(dicom(preamble=b"II*\0")))


@pytest.mark.parametrize("syntax", [JPEG, RLE, "1.2.840.10008.1.2.4.90"])
def test_pieces_that_are_no_pictures(syntax: str, look: Look) -> None:
    good = {JPEG: b"\xff\xd8\xff\xe0" + bytes(20) + b"\xff\xd9", RLE: b"\x01\0\0\0" + bytes(60)}.get(
        syntax, b"\xff\x4f\xff\x51" + bytes(20) + b"\xff\xd9"
    )
    assert look(dicom(pieces(good, good), syntax=syntax)).counts == {}
    for bad in (payload() + b"\0", PROGRAM):
        looked = look(dicom(pieces(good, bad, good), syntax=syntax))
        assert looked.found == [(b"[piece 3]",)]
        assert bool(rules(looked)) is (bad is PROGRAM)


def test_a_picture_in_several_pieces_is_one(look: Look) -> None:
    looked = look(dicom(pieces(b"\xff\xd8\xff\xe0" + bytes(20), bytes(20), b"\x01\xff\xd9\0"), syntax=JPEG))
    assert looked.counts == {}
    assert look(dicom(pieces(b"\xff\xd8\xff\xe0" + bytes(20), PROGRAM), syntax=JPEG)).found == [(b"[piece 3]",)]


def test_more_than_the_picture(look: Look) -> None:
    assert look(dicom(picture(4, 4, bytes(16)))).counts == {}
    assert look(dicom(picture(4, 4, bytes(16) + payload()))).found == [(b"[behind the picture]",)]
    assert look(dicom(picture(8, 9, bytes(72)) + b"PADDING" + payload())).found == [(b"[behind the data set]",)]
    padding = value(0xFFFCFFFC, b"OB", payload())
    assert look(dicom(picture(4, 4, bytes(16)), padding)).found == [(b"[padding]",)]
    assert look(dicom(picture(4, 4, bytes(16)), value(0xFFFCFFFC, b"OB", bytes(64)))).counts == {}


@pytest.mark.parametrize("size", [1 << 20, 0xFFFFFFFE, 0x7FFFFFFF])
def test_lengths_beyond_the_end(size: int, look: Look) -> None:
    looked = look(dicom(value(0x00091001, b"OB", PROGRAM, size)))
    assert looked.ending[:2] == (Outcome.DAMAGED, Cause.CUT_SHORT)
    assert looked.found == [(b"[tag 0009,1001]",)]


@pytest.mark.parametrize("depth", [10_000, 200_000])
def test_sequences_within_sequences(depth: int, look: Look) -> None:
    opening = value(0x00400275, b"SQ", b"", 0xFFFFFFFF) + mark(0xE000)
    looked = look(dicom(opening * depth, value(0x00091001, b"OB", PROGRAM)))
    assert looked.found == [(b"[tag 0009,1001]",)]
    assert looked.ending[:2] == (Outcome.DAMAGED, Cause.CUT_SHORT)


def test_deflate_bomb_and_damage(look: Look) -> None:
    plain = dicom(syntax="1.2.840.10008.1.2.1.99")
    start = plain.index(b"\x08\0\x60\0")
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = deflater.compress(bytes(400 << 20)) + deflater.flush()
    assert look(plain[:start] + bomb).ending[:2] == (Outcome.LIMIT_REACHED, Cause.RATIO)
    assert look(plain[:start] + b"\xff" * 50).troubles[(b"[deflated data set]",)][0] is Outcome.DAMAGED


def test_no_patient_in_what_is_told(look: Look) -> None:
    looked = look(dicom(value(0x00091001, b"OB", PROGRAM), value(0x00100020, b"LO", _SECRET, 4000)))
    told = repr((looked.ending, looked.troubles, looked.matches, looked.counts))
    assert "DOE" not in told
    assert "JANE" not in told


@pytest.mark.parametrize("sample", ["document.dcm", "sequence.dcm"])
def test_cut_anywhere(sample: str, look: Look) -> None:
    content = (SAMPLES / sample).read_bytes()
    # Before the element that holds it, a data set that ends early is a whole one.
    first = content.index(b"\x42\0\x11\0" if sample == "document.dcm" else b"\x40\0\x75\x02") + 8
    assert silent_cuts(content, look, first=first, step=3) == []


@pytest.mark.parametrize("sample", ["document.dcm", "private-tag-implicit.dcm", "deflated.dcm", "sequence.dcm"])
def test_altered_anywhere(sample: str, look: Look) -> None:
    flip((SAMPLES / sample).read_bytes(), look, rounds=150)
