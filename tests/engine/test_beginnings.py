"""What the first bytes of a file tell."""

import struct

import pytest

from medscan_gui.engine.beginnings import HEAD_BYTES, hides_program, is_enough

#: What follows the preamble of a DICOM file: DICM and the length of group 2.
REST = b"DICM\x02\x00\x00\x00UL\x04\x00" + struct.pack("<I", 200)


def dicom(preamble: bytes) -> bytes:
    return (preamble.ljust(128, b"\0") + REST).ljust(HEAD_BYTES, b"\1")


@pytest.mark.parametrize(
    "preamble", [b"", b"II*\0" + struct.pack("<I", 140), b"MM\0*\0\0\0\x8c", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0"]
)
def test_images_as_they_should_be(preamble: bytes) -> None:
    assert not hides_program(dicom(preamble))
    assert is_enough(dicom(preamble), b"1.2.840.10008.5.1")
    assert is_enough(dicom(preamble), b"IM0001.DCM")


@pytest.mark.parametrize(
    "preamble",
    [
        *(b"MZ", b"MZ\x90\0\3", b"\x7fELF\2\1\1", b"#!/bin/sh\n", b"PK\3\4", b"\xca\xfe\xba\xbe\0\0\0\2"),
        *(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xbe\xba\xfe\xca"),
        *(b"\xca\xfe\xba\xbf", b"\xbf\xba\xfe\xca", b"PK\5\6", b"PK\7\x08"),
    ],
)
def test_programs_in_a_preamble(preamble: bytes) -> None:
    head = dicom(preamble)
    assert hides_program(head)
    assert hides_program(memoryview(head))
    assert not is_enough(head, b"a.dcm")
    # The same beginning without the mark, or with the mark elsewhere, is no DICOM file: the rules decide.
    assert not hides_program(head.replace(b"DICM", b"DICN"))
    assert not hides_program(b"\0" + head)
    assert not hides_program(head[:131])
    assert not is_enough(head.replace(b"DICM", b"DICN"), b"a.dcm")


@pytest.mark.parametrize(
    "preamble", [b"@echo off\r\n", b"\0" * 127 + b"x", b"mz", b"II\0*", b"II*\1", b"\x89PNG\r\n\x1a\n"]
)
def test_other_preambles_are_no_finding_and_not_enough(preamble: bytes) -> None:
    assert not hides_program(dicom(preamble))
    assert not is_enough(dicom(preamble), b"a.dcm")


@pytest.mark.parametrize(
    "head",
    [
        *(b"MZ", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"Rar!\x1a\x07\x01", b"7z\xbc\xaf\x27\x1c", b"L\0\0\0\1\x14\2\0"),
        *(
            b"%PDF-1.7",
            b"\xff\xd8" + bytes(200) + b"%PDF-",
            bytes(257) + b"ustar",
            b"{\\rtf1",
            b"\x1f\x8b\x08",
            b"BZh9",
        ),
        *(b"\xff\xfe@\0e\0c\0", b"\xef\xbb\xbfecho", b"\0\0-lh5-"),
    ],
)
def test_what_may_carry_a_program_is_read_wholly(head: bytes) -> None:
    assert not is_enough(head.ljust(HEAD_BYTES, b"\2"), b"image")


@pytest.mark.parametrize(
    "head",
    [b"@echo off\r\ndel *.*\r\n", "<script>é</script>".encode(), b"var a = 1;", b"x", b"[autorun]\nopen=a.exe\n"],
)
def test_text_is_read_wholly_as_it_may_be_a_script(head: bytes) -> None:
    assert not is_enough(head, b"image")
    assert not is_enough((head * 64)[:64] + bytes(HEAD_BYTES - 64), b"image")


@pytest.mark.parametrize(
    "head",
    [
        b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        b"\x89PNG\r\n\x1a\n\0\0\0\r",
        b"\x08\0\x05\0\x0a\0\0\0ISO_IR 100",
        b"\0",
        b"GIF89a\1\0",
    ],
)
def test_other_images_need_no_more(head: bytes) -> None:
    assert is_enough(head.ljust(HEAD_BYTES, b"\3"), b"image.jpg")


@pytest.mark.parametrize("name", [b"a.bat", b"A.EXE", b"x.dcm.js", b"x.hta. .", b"a.jar", b"\xff.lnk", b"a.docm"])
def test_a_name_that_systems_start_is_read_wholly_whatever_it_begins_with(name: bytes) -> None:
    assert not is_enough(dicom(b""), name)
    assert not is_enough(b"\xff\xd8\xff".ljust(HEAD_BYTES, b"\1"), name)


@pytest.mark.parametrize("name", [b"exe", b"1.2.3", b"bat", b"a.", b"."])
def test_names_of_images_are_left_to_their_beginning(name: bytes) -> None:
    assert is_enough(dicom(b""), name)
