"""Objects in RTF, as writers write them and as attackers disguise them."""

import random

import pytest

from medscan_gui.core.words import READ_OUTCOMES, Cause, Outcome
from medscan_gui.engine.file_type import FileType
from tests.engine.unpack.conftest import SAMPLES, Look
from tests.engine.unpack.mutations import dishonest, flips, truncations
from tests.engine.unpack.office_writers import compound_file, ole1_object, packaged, rtf_with
from tests.samples import payload

_OBJECT = ole1_object(b"Package", packaged(b"payload.txt", payload()))
_HEX = _OBJECT.hex().encode()
_PACKAGE = b"[package] payload.txt"


def _document(data: bytes) -> bytes:
    return b"{\\rtf1 {\\object\\objemb{\\*\\objdata " + data + b"}}}"


def _every(digits: bytes, step: int, between: bytes) -> bytes:
    return between.join(digits[at : at + step] for at in range(0, len(digits), step))


@pytest.mark.parametrize(
    "data",
    [
        _HEX,
        _HEX.upper(),
        _every(_HEX, 1, b"\r\n\t "),
        _every(_HEX, 3, b"\\par "),
        _every(_HEX, 5, b"\\deadbeef123 "),
        _every(_HEX, 7, b"{}"),
        _every(_HEX, 7, b"{\\*\\unknown deadbeefdead}"),
        _every(_HEX, 2, b"\\'61"),
        _every(_HEX, 9, b"xyz!?,;~"),
        _every(_HEX, 9, b"\\~\\-\\_\\*\\:"),
        _every(_HEX, 11, b"\\" + b"z" * 250 + b"99999999 "),
        _every(_HEX, 21, b"\\bin0 "),
        b"{\\*\\x " + _HEX + b"}",
        b"{" * 40 + _HEX + b"}" * 40,
        b"\\bin%d " % len(_OBJECT) + _OBJECT,
        b"".join(b"\\'%02x" % digit for digit in _HEX),
        b"\\bin" + b"0" * 30 + b"%d " % len(_OBJECT) + _OBJECT,
    ],
)
def test_disguised_digits_are_read(data: bytes, look: Look) -> None:
    looked = look(_document(data))
    assert any(chain[-1] == _PACKAGE for chain in looked.found)
    assert looked.ending[0] is Outcome.SCANNED


def test_raw_bytes_in_the_middle_of_digits(look: Look) -> None:
    middle = len(_OBJECT) // 2
    data = _HEX[: 2 * middle] + b"\\bin20 " + _OBJECT[middle : middle + 20] + _HEX[2 * middle + 40 :]
    assert (b"[object 1]", _PACKAGE) in look(_document(data)).found


@pytest.mark.parametrize("version", [0, 0x41414141, 0xFFFFFFFF])
def test_version_of_an_object_may_be_anything(version: int, look: Look) -> None:
    data = ole1_object(b"oBjEcT", compound_file({"Contents": payload()}), version).hex().encode()
    assert any(chain[-1] == b"Contents" for chain in look(_document(data)).found)
    data = ole1_object(b"Package", packaged(b"payload.txt", payload()), version).hex().encode()
    assert any(chain[-1] == _PACKAGE for chain in look(_document(data)).found)


def test_a_storage_behind_garbage_is_found(look: Look) -> None:
    data = (b"\x07garbage in front" + compound_file({"Contents": payload()})).hex().encode()
    assert (b"[object 1 storage]", b"Contents") in look(_document(data)).found


def test_object_in_an_object_in_an_object(look: Look) -> None:
    content = rtf_with(_OBJECT)
    for _ in range(3):
        content = rtf_with(ole1_object(b"Package", packaged(b"inner.rtf", content)))
    found = look(content).found
    assert max(len(chain) for chain in found) == 8


def test_objects_within_the_data_of_an_object(look: Look) -> None:
    data = b"0105{\\object{\\*\\objdata " + _HEX + b"}}0000"
    looked = look(_document(data))
    assert (b"[object 1.1]", _PACKAGE) in looked.found
    many = look(_document(b"\\objdata 00" * 20_000))
    assert many.ending == (Outcome.DAMAGED, Cause.NONE, "objects within objects")
    assert sum(many.counts.values()) < 200


def test_pictures_and_stores_are_decoded(look: Look) -> None:
    store = compound_file({"Item": payload()}).hex().encode()
    content = (
        b"{\\rtf1{\\*\\datastore " + store + b"}{\\pict{\\*\\picprop dead}\\pngblip " + payload().hex().encode() + b"}}"
    )
    assert set(look(content).found) >= {(b"[datastore 1]", b"Item"), (b"[picture 1]",)}


def test_depth_costs_nothing(look: Look) -> None:
    deep = b"{\\rtf1" + b"{" * 100_000 + b"\\objdata " + _HEX + b"}" * 100_001
    looked = look(deep)
    assert looked.found
    assert looked.ending[0] is Outcome.SCANNED
    deep = _document(b"{" * 100_000 + _HEX + b"}" * 100_000)
    assert look(deep).found


def test_huge_numbers_and_words(look: Look) -> None:
    for data in (
        b"\\bin99999999999999999999999999 " + _OBJECT,
        b"\\bin-5 " + _HEX,
        b"\\" + b"a" * 3_000_000 + b" " + _HEX,
        b"\\'",
        b"\\",
        b"",
    ):
        looked = look(_document(data))
        assert looked.found or looked.ending[0] not in READ_OUTCOMES or len(data) < 3


def test_object_across_the_windows_of_the_reader(look: Look) -> None:
    for shift in (0, 1, 8, 9, 20, 600):
        front = b"{\\rtf1 " + b"x" * ((1 << 20) - 30 - shift)
        assert look(front + b"{\\object{\\*\\objdata " + _every(_HEX, 40, b"\\par ") + b"}}}").found


def test_digits_stay_in_step_across_all_windows(look: Look) -> None:
    data = random.Random(9).randbytes(30_000) + payload()
    digits = ole1_object(b"Package", packaged(b"payload.txt", data)).hex().encode()
    for step, between in ((41, b"\\deadbeef7 "), (37, b"{\\*\\x}"), (1001, b"\\" + b"a" * 100 + b" "), (13, b"\\'61")):
        for shift in range(0, 60, 7):
            looked = look(b"{\\rtf1" + b" " * shift + b"{\\objdata " + _every(digits, step, between) + b"}}")
            assert (b"[object 1]", _PACKAGE) in looked.found


def test_unfinished_documents_are_never_called_read(look: Look) -> None:
    content = rtf_with(_OBJECT)
    assert look(content + b"\n").ending[0] is Outcome.SCANNED
    assert look(content + b"\0\0 behind the end {{{").ending[0] is Outcome.SCANNED
    assert dishonest(look, truncations(content), {FileType.RTF}) == []


def test_raw_bytes_are_no_groups(look: Look) -> None:
    content = b"{\\rtf1{\\pict\\bin12 }}}}}}{{{{{{}text\\{\\} \\\\{\\b x}}"
    assert look(content).ending[0] is Outcome.SCANNED
    assert look(content[:-1]).ending[:2] == (Outcome.DAMAGED, Cause.CUT_SHORT)


def test_turned_bits_break_nothing(look: Look) -> None:
    chance = random.Random(3)
    for content in flips((SAMPLES / "object.rtf").read_bytes(), 3, 400):
        look(content)
    for _ in range(100):
        parts = [b"{", b"}", b"\\objdata ", b"\\bin9 ", b"\\'4", b"0105", b"\\pict ", _HEX[:40], b"\\", b"\xff"]
        look(b"{\\rtf1" + b"".join(chance.choices(parts, k=60)))


@pytest.mark.parametrize("number", [b"0 ", b"00 ", b"-7 ", b"123456\r\n", b""])
def test_number_of_a_control_word_is_no_data(number: bytes, look: Look) -> None:
    looked = look(b"{\\rtf1 {\\object\\objemb{\\*\\objdata" + number + _HEX + b"}}}")
    assert any(chain[-1] == _PACKAGE for chain in looked.found)
    assert looked.ending[0] is Outcome.SCANNED
