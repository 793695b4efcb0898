"""Script layers and web pages: what is decoded, and what ordinary texts cost (nothing)."""

import base64
import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.unpack import registry, script_encoder
from medscan_gui.engine.unpack.source import MemorySource
from tests.engine.unpack.conftest import SAMPLES, Look
from tests.engine.unpack.mutations import flip
from tests.samples import payload

_B64 = base64.b64encode(payload())


def encode(text: bytes) -> bytes:
    """Write a script as Microsoft's Script Encoder does (the tables are permutations: turned round)."""
    escapes = {ord("\n"): b"@&", ord("\r"): b"@#", ord(">"): b"@*", ord("<"): b"@!", ord("@"): b"@$"}
    out = bytearray()
    for place, code in enumerate(text):
        meanings = [script_encoder.decode(bytes([written]), place % 64)[0] for written in range(128)]
        out += escapes.get(code) or bytes([meanings.index(bytes([code]))])
    length, checksum = (base64.b64encode(number.to_bytes(4, "little")) for number in (len(text), sum(text)))
    return b"#@~^" + length + bytes(out) + checksum + b"^#~@"


@pytest.mark.parametrize(
    ("sample", "chain"),
    [
        ("layers.ps1", (b"[base64 1]", b"[base64 1]")),
        ("encoded.vbe", (b"[encoded script 1]",)),
        ("page.html", (b"[data 1]",)),
    ],
)
def test_samples(sample: str, chain: tuple[bytes, ...], look: Look) -> None:
    looked = look(SAMPLES / sample, name=sample.encode())
    assert [found[: len(chain)] for found in looked.found] == [chain]
    assert looked.ending[0] is Outcome.SCANNED


def test_script_encoder() -> None:
    # As written by the real encoder.
    assert script_encoder.decode(b"~U+.7+MR?1Db2Y:kh+KEO~{PFZT!Z!!,")[0] == b" Server.ScriptTimeout = 1000000 "
    for text in (bytes(range(32, 127)) * 3 + b"\t\r\n", b"a" * 200):
        assert script_encoder.decode(encode(text)[12:-12])[0] == text


def _each(way: str) -> Callable[[bytes], bytes]:
    return lambda join: join.join((way % code).encode() for code in payload())


@pytest.mark.parametrize(
    ("way", "text"),
    [
        ("base64", b'x = "' + _B64 + b'"'),
        ("base64", b'x = "' + _B64[:60] + b'" & _\r\n    "' + _B64[60:120] + b'" & _\r\n "' + _B64[120:] + b'"'),
        ("base64", b'x = "' + _B64[:60] + b'"\r\nx = x & "' + _B64[60:120] + b'"\r\nx = x + "' + _B64[120:] + b'"'),
        ("base64", b"x = (b'" + _B64[:64] + b"'\n     b'" + _B64[64:] + b"')"),
        ("base64", b'{"x": "' + _B64[:64] + b"\\r\\n" + _B64[64:] + b'"}'),
        ("base64", base64.urlsafe_b64encode(b"\xfb\xff" + payload())),
        ("base64", b"powershell -e " + base64.b64encode(payload().decode().encode("utf-16-le"))),
        ("deflate", b"# Deflate\r\n" + base64.b64encode(zlib.compress(payload())[2:-4])),
        ("hex", b"x = " + payload().hex().encode()),
        ("hex", b'"' + _each("\\x%02x")(b"") + b'"'),
        ("hex", b'"' + _each("\\x%02x")(b'" + "') + b'"'),
        ("hex", _each("0x%02X")(b", ")),
        ("hex", _each("&H%02X")(b", ")),
        ("hex", _each("\\u00%02x")(b"")),
        ("percent", _each("%%%02x")(b"")),
        ("octal", _each("\\%03o")(b"")),
        ("characters", _each("Chr(%d)")(b" & _\r\n")),
        ("characters", _each("ChrW(&H%x)")(b"&")),
        ("characters", _each("[char]%d")(b"+")),
        ("characters", _each("[CHAR]0x%x")(b" + ")),
        ("numbers", b"String.fromCharCode(" + _each("%d")(b",") + b")"),
        ("entities", _each("&#%d;")(b"")),
        ("entities", _each("&#x%x")(b"")),
    ],
)
def test_ways_to_write(way: str, text: bytes, look: Look) -> None:
    looked = look(b"' a script\r\n" + text + b"\r\n", name=b"a.VBS")
    assert looked.found == [(b"[%s 1]" % way.encode(),)]


def test_wide_percent(look: Look) -> None:
    text = payload() + b" " * (len(payload()) % 2)
    row = b"".join(b"%%u%02x%02x" % (text[at + 1], text[at]) for at in range(0, len(text), 2))
    assert look(b"unescape('" + row + b"')", name=b"a.js").found == [(b"[percent 1]",)]


def test_layers_upon_layers(look: Look) -> None:
    text = payload()
    for number in range(8):
        text = (b"x = '" + base64.b64encode(text) + b"'") if number % 2 else gzip.compress(text)
    looked = look(text, name=b"a.txt.js")
    assert [len(chain) for chain in looked.found] == [8]
    for _ in range(12):
        text = base64.b64encode(text)
    assert look(text).ending[0] is Outcome.SCANNED
    assert (Outcome.TOO_DEEP, Cause.NONE, "") in look(text).troubles.values()


def test_utf16(look: Look) -> None:
    for text in (payload().decode().encode("utf-16"), payload().decode().encode("utf-16-le")):
        assert look(text + ("\r\n" + _B64.decode()).encode("utf-16-le"), name=b"x.reg").found == [
            (b"[text]",),
            (b"[text]", b"[base64 1]"),
        ]


def test_long_rows_in_any_text(look: Look) -> None:
    text = b"some words and then\n" + base64.b64encode(payload() * 6) + b"\nand more words\n"
    assert look(text, name=b"notes.txt").found == [(b"[base64 1]",)]
    lines = base64.encodebytes(payload() * 20)
    assert look(b"-----BEGIN THING-----\n" + lines + b"-----END THING-----\n").found == [(b"[base64 1]",)]


def test_rows_longer_than_what_is_read_at_once(look: Look) -> None:
    row = base64.b64encode(bytes(6 << 20)) * 3 + base64.b64encode(payload())
    looked = look(b"x = '" + row + b"'")
    assert looked.found == [(b"[base64 1]",)]
    assert look(base64.encodebytes(bytes(14 << 20) + payload())).found == [(b"[base64 1]",)]


@pytest.mark.parametrize(
    "text",
    [
        b"The base64 of a key is decoded with FromBase64String, and -enc is an option. " * 40,
        b"AbstractSingletonProxyFactoryBeanConfigurationHelper = 0x7f, 0x45, 0x4c\n" * 40,
        b"usr/share/doc/some/long/path/name.txt\n" * 100,
        b"1, 2, 3, 4, 5, 6, 7, 300, 400\n" * 100,
        b"a,b,c,d;e;f\n" * 500,
        b"\xc3\xa9t\xc3\xa9 " * 500,
        b"",
    ],
)
def test_ordinary_texts_are_not_opened(text: bytes) -> None:
    assert not registry.has_inside(MemorySource(b"readme.txt", text))


def test_ordinary_scripts_hold_nothing(look: Look) -> None:
    looked = look(Path(__file__).parent.parent.parent / "samples.py", name=b"samples.js")
    assert looked.counts == {}
    assert looked.ending[0] is Outcome.SCANNED


@pytest.mark.parametrize(
    ("page", "chain"),
    [
        (b'<a href="data:text/html,%3Cscript%3E' + payload().replace(b"-", b"%2D") + b'">', (b"[data 1]",)),
        (b"<img src='DATA:;base64," + _B64 + b"'>", (b"[data 1]",)),
        (b"<script>document.write(unescape('%s'))</script>" % _each("%%%02x")(b""), (b"[script 1]", b"[percent 1]")),
        (b"<SCRIPT language=vbscript>Execute(" + _each("Chr(%d)")(b" & ") + b")", (b"[script 1]", b"[characters 1]")),
        (b"<script language='VBScript.Encode'>" + encode(payload()) + b"</script>", (b"[encoded script 1]",)),
    ],
)
def test_pages(page: bytes, chain: tuple[bytes, ...], look: Look) -> None:
    found = look(b"<!DOCTYPE html>\n<html><body>" + page + b"</body></html>", name=b"page.html").found
    assert chain in found


def test_pages_made_to_be_slow(look: Look) -> None:
    for text in (b"<script" * 200_000, b"<script>eval(" * 100_000, b"data:," * 300_000, b"data:a;a;a;" * 100_000):
        assert look(b"<html>" + text, seconds=20) is not None


@pytest.mark.parametrize(
    "unit",
    [b"\\x41", b"chr(65)&", b"0x41,", b"A" * 30 + b'" + "', b"255,", b"#@~^", b"%u4141", b"&#65;", b"begin 644 x\n"],
)
def test_texts_made_to_be_slow(unit: bytes, look: Look) -> None:
    looked = look(unit * (900_000 // len(unit)), name=b"a.vbs", seconds=20)
    assert looked.ending[0] in {Outcome.SCANNED, Outcome.LIMIT_REACHED}


def test_cut_and_altered_anywhere(look: Look) -> None:
    for sample in ("layers.ps1", "encoded.vbe", "page.html"):
        content = (SAMPLES / sample).read_bytes()
        for length in range(0, len(content), 5):
            look(content[:length], name=sample.encode())
        flip(content, lambda text, name=sample: look(text, name=name.encode()), rounds=100)  # type: ignore[misc]
