"""PDF: what readers see, what they do not see, and what is made to break them."""

import base64
import gzip
import zlib

import pytest

from medscan_gui.core.words import Cause, Outcome
from tests.engine.unpack.conftest import SAMPLES, Look
from tests.engine.unpack.mutations import flip, silent_cuts
from tests.samples import payload

_PAGE = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
_END = b"\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"


def stream(number: int, content: bytes, entries: bytes = b"", length: bytes | None = None) -> bytes:
    said = b"%d" % len(content) if length is None else length
    return b"%d 0 obj\n<< /Length %s %s >>\nstream\n%s\nendstream\nendobj\n" % (number, said, entries, content)


def pdf(*objects: bytes) -> bytes:
    return _PAGE + b"".join(objects) + _END


def run_length(content: bytes) -> bytes:
    return (
        b"".join(
            bytes([len(part) - 1]) + part for part in (content[at : at + 100] for at in range(0, len(content), 100))
        )
        + b"\x80"
    )


def lzw(content: bytes) -> bytes:
    """Write each byte as a code of nine bits, with a clear code often enough to stay there."""
    codes = [256]
    for number, byte in enumerate(content, 1):
        codes += [byte] if number % 200 else [byte, 256]
    bits = "".join(f"{code:09b}" for code in [*codes, 257])
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


@pytest.mark.parametrize(
    ("sample", "chain"),
    [
        ("attachment.pdf", (b"payload.bin",)),
        ("object-streams.pdf", (b"payload.bin",)),
        ("javascript.pdf", (b"[javascript 6]",)),
        ("encrypted-empty.pdf", (b"payload.bin",)),
    ],
)
def test_samples(sample: str, chain: tuple[bytes, ...], look: Look) -> None:
    looked = look(SAMPLES / sample)
    assert chain in looked.found
    assert looked.ending[0] is Outcome.SCANNED
    assert not looked.troubles


@pytest.mark.parametrize("sample", ["locked-256.pdf", "locked-aes128.pdf", "locked-rc4128.pdf", "locked-rc440.pdf"])
def test_locked(sample: str, look: Look) -> None:
    content = SAMPLES / sample
    assert look(content).ending[0] is Outcome.ENCRYPTED
    assert look(content, passwords=("wrong", "p\N{LATIN SMALL LETTER A WITH GRAVE}")).ending[0] is Outcome.ENCRYPTED
    for password in ("secret", "owner"):
        looked = look(content, passwords=("wrong", password))
        assert looked.found == [(b"payload.bin",)]
        assert looked.ending[0] is Outcome.SCANNED


@pytest.mark.parametrize(
    ("names", "content"),
    [
        (b"/FlateDecode", zlib.compress(payload())),
        (b"/Fl", zlib.compress(payload())[2:]),  # without the wrapper
        (b"/ASCIIHexDecode", payload().hex().encode() + b">"),
        (b"[/ASCII85Decode]", base64.a85encode(payload()) + b"~>"),
        (b"/RunLengthDecode", run_length(payload())),
        (b"/LZWDecode", lzw(payload())),
        (b"[/AHx /A85 /RL /Fl]", base64.a85encode(run_length(zlib.compress(payload()))).hex().encode() + b">"),
        (b"[/Flate#44ecode]", zlib.compress(payload())),
        (b"[/Crypt /FlateDecode]", zlib.compress(payload())),
    ],
)
def test_filters(names: bytes, content: bytes, look: Look) -> None:
    looked = look(pdf(stream(5, content, b"/Filter " + names)))
    assert looked.found == [(b"[stream 5]",)]
    assert looked.ending[0] is Outcome.SCANNED


def test_lzw_by_the_book(look: Look) -> None:
    # ISO 32000-1, 7.4.4.2, example 1: its nine codes, with the payload behind them as codes of nine bits.
    looked = look(pdf(stream(5, bytes.fromhex("800B6050220C0C8501"), b"/Filter /LZWDecode")))
    assert looked.counts == {(Outcome.SCANNED, Cause.NONE): 1}


@pytest.mark.parametrize("predictor", range(5))
def test_rows(predictor: int, look: Look) -> None:
    text = payload() + bytes(-len(payload()) % 16)
    rows, above = [], bytes(16)
    for at in range(0, len(text), 16):
        row = text[at : at + 16]
        rows.append(bytes([predictor]) + bytes(_predicted(predictor, row, above, place) for place in range(16)))
        above = row
    parameters = b"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 16 >>"
    assert look(pdf(stream(5, zlib.compress(b"".join(rows)), parameters))).found == [(b"[stream 5]",)]


def _predicted(kind: int, row: bytes, above: bytes, place: int) -> int:
    left, corner = (row[place - 1], above[place - 1]) if place else (0, 0)
    up = above[place]
    nearest = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
    return (row[place] - (0, left, up, (left + up) // 2, nearest)[kind]) & 255


def test_all_revisions_are_read(look: Look) -> None:
    first = pdf(stream(5, zlib.compress(payload()), b"/Filter /FlateDecode"))
    looked = look(first + stream(5, zlib.compress(b"harmless"), b"/Filter /FlateDecode") + _END)
    assert looked.found == [(b"[stream 5]",)]
    assert looked.counts == {(Outcome.SCANNED, Cause.NONE): 2}


@pytest.mark.parametrize("length", [b"0", b"999999", b"-1", b"9 0 R", b"8 0 R", b"(no)"])
def test_lengths_that_lie(length: bytes, look: Look) -> None:
    content = zlib.compress(payload())
    number = b"8 0 obj\n%d\nendobj\n" % len(content)
    assert look(pdf(stream(5, content, b"/Filter /FlateDecode", length), number)).found


def test_broken_tables_and_headers(look: Look) -> None:
    content = stream(5, zlib.compress(payload()), b"/Filter /FlateDecode")
    looked = look(b"junk" * 100 + b"%PDF-9.9 1 0 obj <<" + content + b"xref nonsense startxref -7")
    assert looked.found == [(b"[stream 5]",)]


def test_attached_file_has_its_name(look: Look) -> None:
    name = "ré\u202ecod.exe".encode("utf-16-be").hex().encode()
    spec = b"6 0 obj << /Type /Filespec /F (a.txt) /UF <FEFF%s> /EF << /F 5 0 R >> >> endobj " % name
    looked = look(pdf(spec, stream(5, payload(), b"/Type /EmbeddedFile")))
    assert looked.found == [("ré\u202ecod.exe".encode(),)]


def test_scripts(look: Look) -> None:
    text = payload().decode().replace("(", "\\(")
    direct = b"6 0 obj << /S /JavaScript /J#53 (" + text.encode() + b") >> endobj "
    wide = b"7 0 obj << /JS <FEFF" + text.encode("utf-16-be").hex().encode() + b"> >> endobj "
    by_reference = b"8 0 obj << /JS 9 0 R >> endobj 9 0 obj (" + text.encode() + b") endobj "
    in_stream = b"10 0 obj << /JS 11 0 R >> endobj " + stream(11, zlib.compress(payload()), b"/Filter /FlateDecode")
    looked = look(pdf(direct, wide, by_reference, in_stream))
    assert looked.found == [(b"[javascript %d]" % number,) for number in (6, 7, 9, 11)]


def test_behind_the_end(look: Look) -> None:
    looked = look(pdf() + b"\r\n" + gzip.compress(payload()))
    assert [chain[0] for chain in looked.found] == [b"[behind the end]"]


def test_stored_file_is_opened(look: Look) -> None:
    inner = pdf(stream(5, zlib.compress(payload()), b"/Filter /FlateDecode"))
    looked = look(pdf(stream(7, inner)))
    assert (b"[stream 5]",) in looked.found


def test_many_filters(look: Look) -> None:
    looked = look(pdf(stream(5, b"x" * 99, b"/Filter [" + b"/AHx " * 1000 + b"]")))
    assert looked.troubles == {(b"[stream 5]",): (Outcome.TOO_DEEP, Cause.NONE, "")}


def test_bombs_end(look: Look) -> None:
    layer = bytes(40 << 20)
    for _ in range(2):
        layer = zlib.compress(layer, 9)
    bombs = [stream(number, layer, b"/Filter [/Fl /Fl]") for number in range(5, 60)]
    looked = look(pdf(*bombs))
    assert looked.ending[:2] == (Outcome.LIMIT_REACHED, Cause.RATIO)
    assert look(pdf(stream(5, b"\x80\0" * 10 + b"\x81A" * 200_000, b"/Filter [/RL /RL]"))).ending[0] is Outcome.SCANNED


def test_objects_without_end(look: Look) -> None:
    loops = b"".join(
        b"%d 0 obj << /Length %d 0 R /Parent %d 0 R /Kids [%d 0 R] " % (n, n, n, n) for n in range(1, 3000)
    )
    looked = look(b"%PDF-1.4\n" + loops, seconds=20)
    assert looked.ending[0] is not Outcome.SCANNED
    deep = b"5 0 obj " + b"<< /A [" * 30_000 + b" endobj "
    assert look(pdf(deep, stream(7, zlib.compress(payload()), b"/Filter /Fl"))).found == [(b"[stream 7]",)]


def test_very_many_objects(look: Look) -> None:
    looked = look(pdf(*(b"%d 0 obj << /A %d >> endobj\n" % (n, n) for n in range(50_000))))
    assert looked.ending[0] is Outcome.SCANNED


def test_nothing_inside_is_damaged(look: Look) -> None:
    assert look(b"%PDF-1.4\nno objects at all, startxref").ending[0] is Outcome.DAMAGED


@pytest.mark.parametrize("sample", ["attachment.pdf", "javascript.pdf", "encrypted-empty.pdf"])
def test_cut_anywhere(sample: str, look: Look) -> None:
    content = (SAMPLES / sample).read_bytes()
    # Shorter ones are no PDF for anybody.
    assert silent_cuts(content, look, step=3, first=200) == []


@pytest.mark.parametrize("sample", ["attachment.pdf", "object-streams.pdf", "locked-256.pdf"])
def test_altered_anywhere(sample: str, look: Look) -> None:
    flip((SAMPLES / sample).read_bytes(), look, rounds=200)


_F = zlib.compress(payload())
_LENGTH = b"/Length %d" % len(_F)
_FLATE = b"/Filter/FlateDecode" + _LENGTH
_REST = b">>stream\n" + _F + b"\nendstream\nendobj\n"


@pytest.mark.parametrize(
    "text",
    [
        b"5 0 obj\n<</X(endobj)" + _FLATE + _REST,
        b"5 0 obj\n<</X(a(\\)b)endobj)" + _FLATE + _REST,
        b"5 0 obj\n<</X<endobj>" + _FLATE + _REST,
        b"5 0 obj\n%endobj\n<<" + _FLATE + _REST,
        b"5 0 obj\n<</X(stream)/Y(stream x)" + _FLATE + _REST,
        b"5 0 %c\nobj\n<<" + _FLATE + _REST,
        b"5 %c 1\n%d\r0 obj\n<<" + _FLATE + _REST,
        b"5 0" + b" " * 70 + b"obj\n<<" + _FLATE + _REST,
        b"5" + b"\n" * 5000 + b"0obj\n<<" + _FLATE + _REST,
        b"5 0 obj\n<<" + b" " * 300_000 + _FLATE + _REST,
        b"5 0 obj\n<</Filter 6 0 R" + _LENGTH + _REST + b"6 0 obj/FlateDecode endobj\n",
        b"6 0 obj/Fl endobj\n5 0 obj\n<</Filter[6 0 R]" + _LENGTH + _REST,
        # Two revisions of the filter: readers see one of them.
        b"6 0 obj/Fl endobj 5 0 obj\n<</Filter 6 0 R" + _LENGTH + _REST + b"6 0 obj/ASCIIHexDecode endobj\n",
        b"5 0 obj\n<</Filter 66 0 R" + _LENGTH + _REST,
        b"%9 0 obj<</Length 99999>>stream\n5 0 obj\n<<" + _FLATE + _REST,
        b"%%9 0 obj<</Length %d>>stream\n5 0 obj\n<<" % (len(_FLATE + _REST) - 7) + _FLATE + _REST,
    ],
)
def test_nothing_hides_a_stream(text: bytes, look: Look) -> None:
    looked = look(pdf(text))
    # A comment that ends with a number may be taken for the number: that changes the name alone.
    assert {(b"[stream 5]",), (b"[stream 1]",)}.intersection(looked.found)
    assert looked.ending[0] is Outcome.SCANNED


def test_filters_in_object_streams(look: Look) -> None:
    inner = zlib.compress(b"6 0 /FlateDecode")
    objects = stream(8, inner, b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")
    assert look(pdf(b"5 0 obj\n<</Filter 6 0 R" + _LENGTH + _REST, objects)).found == [(b"[stream 5]",)]


def test_filters_that_are_nowhere_are_told(look: Look) -> None:
    looked = look(pdf(stream(5, payload().hex().encode() + b">", b"/Filter 66 0 R")))
    assert looked.troubles == {(b"[stream 5]",): (Outcome.DAMAGED, Cause.NONE, "filter not found")}


@pytest.mark.parametrize(
    "content",
    [
        pdf(b"5 0 obj<</A[" + b"1 " * 5_000_000 + b"]>>endobj\n"),
        pdf(
            stream(
                5,
                zlib.compress(b"6 0 <</JS(x)>>" + b" " * (9 << 20)),
                b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode",
            )
        ),
        pdf(b"1 0 obj(stream" * 20_000),
        pdf(b"1 0 obj<<>>stream\n" * 20_000),
    ],
)
def test_bounds_are_told(content: bytes, look: Look) -> None:
    assert look(content).ending[0] is Outcome.LIMIT_REACHED


@pytest.mark.parametrize("text", [b"1 0 obj<<", b"1 0 obj ", b"1 0 obj/EF[#", b"/Encrypt 1 0 R ", b"%%EOF%PDF-1.4"])
def test_repetitions_take_time_in_proportion(text: bytes, look: Look) -> None:
    looked = look(b"%PDF-1.4\n" + text * ((1 << 20) // len(text)), seconds=20)
    assert looked.ending[:2] in {(Outcome.DAMAGED, Cause.CUT_SHORT), (Outcome.DAMAGED, Cause.NONE)}


@pytest.mark.parametrize("header", [b"%!PS-Adobe-3.0 PDF-1.4\n", b"xx\n%PDF-a.b\n", b"", b"GIF89a\n%PDF-1.4\n"])
def test_headers_that_readers_take(header: bytes, look: Look) -> None:
    content = pdf(stream(5, zlib.compress(payload()), b"/Filter /FlateDecode")).removeprefix(b"%PDF-1.7\n")
    assert look(header + content).found == [(b"[stream 5]",)]


def test_no_table_and_lines_within_the_header_of_an_object(look: Look) -> None:
    content = b"GIF89a\n%PDF-1.4\n1 0\nobj\n<</Type/Catalog>>\nendobj\n5 0\nobj\n<<" + _FLATE + _REST
    assert look(content + b"trailer<</Root 1 0\nR>>\n").found == [(b"[stream 5]",)]


def test_texts_about_pdf_are_none(look: Look) -> None:
    for text in (
        b"Files begin with %PDF-1.4.\n",
        b"An object is 1 0 obj ... endobj.\n",
        b"A file with %PDF-x and its trailer\n",
    ):
        assert look(text * 9).ending[0] is Outcome.SCANNED
