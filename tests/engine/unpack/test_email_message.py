"""E-mail: parts, names, encodings, broken MIME, and messages made to break a parser."""

import base64
import binascii
import quopri

import pytest

from medscan_gui.core.words import Cause, Outcome
from tests.engine.unpack.conftest import SAMPLES, Look
from tests.engine.unpack.mutations import flip, silent_cuts
from tests.samples import payload

_HEAD = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: test\r\n"


def message(*parts: bytes, kind: bytes = b"multipart/mixed", boundary: bytes = b"edge") -> bytes:
    head = _HEAD + b'MIME-Version: 1.0\r\nContent-Type: %s; boundary="%s"\r\n\r\n' % (kind, boundary)
    return head + b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts) + b"--%s--\r\n" % boundary


def part(content: bytes, *fields: bytes) -> bytes:
    return b"".join(field + b"\r\n" for field in fields) + b"\r\n" + content


def attached(name: bytes = b'filename="a.bin"') -> bytes:
    return part(
        base64.encodebytes(payload()),
        b"Content-Type: application/octet-stream",
        b"Content-Transfer-Encoding: base64",
        b"Content-Disposition: attachment; " + name,
    )


@pytest.mark.parametrize(
    ("sample", "chain"),
    [
        ("message.eml", (b"payload.bin",)),
        ("message.mht", (b"http://example.org/payload.bin",)),
        ("uuencode.eml", (b"[part 1]", b"payload.txt")),
        ("messages.mbox", (b"[message 1]", "pàylöad.bin".encode())),
        ("messages.mbox", (b"[message 2]", "pàylöad.bin".encode())),
        ("payload.uu", (b"payload.txt",)),
        ("payload.yenc", (b"payload.bin",)),
        ("payload.hqx", (b"payload.bin",)),
    ],
)
def test_samples(sample: str, chain: tuple[bytes, ...], look: Look) -> None:
    looked = look(SAMPLES / sample)
    assert chain in looked.found
    assert looked.ending[0] is Outcome.SCANNED
    assert not looked.troubles


@pytest.mark.parametrize(
    ("written", "raw"),
    [
        (b'filename="a b;c.exe"', b"a b;c.exe"),
        (b"filename=a.exe", b"a.exe"),
        (b'filename="=?utf-8?B?w6kuZXhl?="', "é.exe".encode()),
        (b'filename="=?iso-8859-1?Q?=E9.exe?="', "é.exe".encode()),
        (b'filename="=?no-such?Q?=E9.exe?="', b"=?no-such?Q?=E9.exe?="),
        (b"filename*=utf-8''%C3%A9.exe", "é.exe".encode()),
        (b'filename*0="a very "; filename*1="long.exe"', b"a very long.exe"),
        (b'filename="..\\\\..\\x\\".exe"', b'..\\..\\x".exe'),
        (b'filename="\xff\xfe.exe"', b"\xff\xfe.exe"),
        (b"nothing", b"[part 1]"),
    ],
)
def test_names(written: bytes, raw: bytes, look: Look) -> None:
    assert look(message(attached(written))).found == [(raw,)]


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        (b"base64", base64.encodebytes(payload()).replace(b"\n", b"\r\n !\r\n")),
        (b"BASE64", base64.b64encode(payload()[:50]) + b"\r\n" + base64.b64encode(payload()[50:])),
        (b'"base64" (as it says)', base64.b64encode(payload())),
        (b"quoted-printable", quopri.encodestring(payload(), quotetabs=True).replace(b"A", b"=41")),
        (b"x-uuencode", b"begin 644 x\r\n" + b"".join(binascii.b2a_uu(payload()[at : at + 45]) for at in (0, 45, 90))),
        (b"8bit", payload()),
    ],
)
def test_encodings(encoding: bytes, content: bytes, look: Look) -> None:
    field = b"Content-Transfer-Encoding: " + encoding
    assert look(message(part(content, field))).found == [(b"[part 1]",)]
    assert look(_HEAD + field + b"\r\n\r\n" + content).found == [(b"[part 1]",)]


def test_encodings_that_contradict_each_other(look: Look) -> None:
    content = base64.b64encode(payload())
    fields = (b"Content-Transfer-Encoding: 7bit", b"Content-Transfer-Encoding: base64")
    for order in (fields, fields[::-1]):
        assert (b"[part 1]",) in look(message(part(content, *order))).found


def test_messages_within_messages(look: Look) -> None:
    inner = message(attached(), boundary=b"inner")
    direct = part(inner, b"Content-Type: message/rfc822")
    encoded = part(
        base64.encodebytes(inner),
        b"Content-Type: message/rfc822; name=forwarded.eml",
        b"Content-Transfer-Encoding: base64",
    )
    assert look(message(direct)).found == [(b"a.bin",)]
    assert look(message(encoded)).found == [(b"forwarded.eml", b"a.bin")]


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: text.replace(b"\r\n", b"\n"),
        lambda text: text.replace(b'boundary="edge"', b"boundary=edge"),
        lambda text: text.replace(b'boundary="edge"', b'x=y;\r\n\tBOUNDARY = "edge"'),
        lambda text: text.replace(b"; boundary", b"; boundary=other; boundary"),
        lambda text: text.replace(b"--edge\r\n", b"preamble\r\n--edge  \t\r\n", 1),
        lambda text: text.replace(b"Content-Type: multipart", b"Content-Type: text/plain\r\nContent-Type: multipart"),
        lambda text: text.replace(b'; boundary="edge"', b""),
        lambda text: text.replace(b'boundary="edge"', b'boundary="wrong"'),
        lambda text: b"\xef\xbb\xbf\r\n" + text,
        lambda text: text.replace(b"--edge--", b"--edge--\r\n--edge\r\n" + attached() + b"\r\n--edge--"),
        lambda text: b"From someone Mon Jan  1 00:00:00 2024\r\n" + text,
    ],
)
def test_broken_messages_are_read(broken: "object", look: Look) -> None:
    assert callable(broken)
    text: bytes = broken(message(attached()))
    assert {chain[-1] for chain in look(text).found} == {b"a.bin"}


def test_files_written_into_a_text(look: Look) -> None:
    lines = b"".join(binascii.b2a_uu(payload()[at : at + 45]) for at in (0, 45, 90))
    text = b"Hello\r\nbegin the day\r\n\r\nbegin 755 run.exe\r\n" + lines + b"`\r\nend\r\nBye\r\n"
    assert look(_HEAD + b"\r\n" + text * 300).found == [(b"[part 1]", b"run.exe")] * 300
    assert look(text).found == [(b"run.exe",)]


def test_what_cannot_be_read_is_told(look: Look) -> None:
    secret = part(b"AAAA", b'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"')
    piece = part(b"AAAA", b"Content-Type: message/partial; id=x; number=1; total=2")
    looked = look(message(secret, piece, attached()))
    assert looked.troubles[(b"smime.p7m",)][0] is Outcome.ENCRYPTED
    assert looked.troubles[(b"[part 2]",)][:2] == (Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED)
    assert looked.found == [(b"a.bin",)]


def test_ten_thousand_parts_within_parts(look: Look) -> None:
    depth = 10_000
    opening = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(depth)
    )
    text = _HEAD + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + opening + b"--b%d\r\n" % depth + attached()
    looked = look(text)
    assert looked.found == [(b"a.bin",)]
    assert looked.ending[:2] == (Outcome.DAMAGED, Cause.CUT_SHORT)
    more = opening.replace(b"b", b"c") + opening.replace(b"b", b"d")
    assert look(text.replace(opening, opening + more)).ending[0] is not Outcome.SCANNED


def test_a_header_of_ten_megabytes(look: Look) -> None:
    long = b"X-Long: " + b"x" * (5 << 20) + b"\r\n" + b"X-Many: y\r\n" * 400_000
    text = message(attached()).replace(b"MIME-Version", long + b"MIME-Version")
    assert look(text).found == [(b"a.bin",)]


def test_large_attachments_are_streamed(look: Look) -> None:
    filler = base64.encodebytes(bytes(57 * 20_000)) * 30
    large = b"Content-Transfer-Encoding: base64\r\n\r\n" + filler + base64.encodebytes(payload())
    assert look(message(large)).found == [(b"[part 1]",)]
    assert look(message(large), scratch=False).troubles[(b"[part 1]",)][:2] == (Outcome.LIMIT_REACHED, Cause.MEMORY)


def test_boundaries_everywhere(look: Look) -> None:
    looked = look(message(*(b"" for _ in range(50_000)), attached()))
    assert looked.found == [(b"a.bin",)]
    assert look(message(b"\r\n--" * 300_000, attached())).found == [(b"a.bin",)]


@pytest.mark.parametrize("sample", ["message.eml", "message.mht"])
def test_cut_anywhere(sample: str, look: Look) -> None:
    content = (SAMPLES / sample).read_bytes()
    body = content.index(b"oundary=") + 60
    assert silent_cuts(content, look, first=body) == []


@pytest.mark.parametrize("sample", ["message.eml", "message.mht", "messages.mbox", "payload.hqx", "payload.uu"])
def test_altered_anywhere(sample: str, look: Look) -> None:
    flip((SAMPLES / sample).read_bytes(), look, rounds=300)
