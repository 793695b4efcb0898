"""Messages, pages and scripts that look like something else at first, and texts made to be slow."""

import base64
import io
import random
import zipfile

import pytest

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.limits import UnpackLimits
from medscan_gui.engine.unpack.budget import Budget, BudgetSpentError
from medscan_gui.engine.unpack.metered import MeteredSource
from medscan_gui.engine.unpack.source import MemorySource
from tests.engine.unpack.conftest import Look
from tests.samples import payload

_LINES = base64.encodebytes(payload())
_SHORT = base64.b64encode(payload()[:31])
_PART = b"Content-Type: text/plain; name=x.txt\nContent-Transfer-Encoding: base64\n\n" + _LINES
_PARTS = b"\n\n--q\n" + _PART + b"\n--q--\n"
_KIND = b"Content-Type: multipart/mixed; boundary=q"
_HEAD = b"From: a@b\nSubject: x\nMIME-Version: 1.0\n" + _KIND


@pytest.mark.parametrize(
    "text",
    [
        _KIND + _PARTS,
        _PART,
        b"MIME-Version:1.0\n" + _KIND.replace(b": ", b":") + _PARTS,
        b"From:a@b\nSubject:hi\n" + _KIND.replace(b": ", b":") + _PARTS,
        b"".join(b"X-Junk-%d: %s\n" % (number, b"a" * 70) for number in range(60)) + _HEAD + _PARTS,
        b"".join(b"X-Junk-%d: %s\n" % (number, b"a" * 700) for number in range(70)) + _HEAD + _PARTS,
        b"ARC-Seal: i=1;\n" + b"ARC-Results: i=1;\n mx; %s\n" % (b"x" * 400) * 12 + _HEAD + _PARTS,
        b"X_Y: 1\n" + _HEAD + _PARTS,
        b"0: 1\n" + _HEAD + _PARTS,
        b"X-" + b"Y" * 70 + b": 1\n" + _HEAD + _PARTS,
        b"Subject: \x01\xc0\x02x\n" + _HEAD + _PARTS,
        b"Subject: \0\n" + _HEAD + _PARTS,
        b"From a@b something\n" + _HEAD + _PARTS,
        b"From a@b 2024-01-01 10:00:00\n" + _HEAD + _PARTS,
        (_HEAD + _PARTS).replace(b"\n", b"\r"),
        b"\n\n" + _HEAD + _PARTS,
        b" " * 5000 + _HEAD + _PARTS,
    ],
    ids=range(17),
)
def test_messages_by_their_header(text: bytes, look: Look) -> None:
    assert {chain[-1] for chain in look(text, name=b"member").found} == {b"x.txt"}


def test_messages_by_their_name(look: Look) -> None:
    text = b"no field at all\n" + _KIND + _PARTS
    for name in (b"a.eml", b"a.MHT", b"a.mhtml", b"a.nws", b"a.mbox", b"a.eml."):
        assert {chain[-1] for chain in look(text, name=name).found} == {b"x.txt"}, name
    assert look(b"\x01\x02 MIME-Version: 1.0\n" + _KIND + _PARTS, name=b"a.doc").found == [(b"x.txt",)]


@pytest.mark.parametrize(
    "text",
    [
        b"Package: medscan\nDepends: other\n\nMIME-Version: 1.0\nContent-Type: multipart/mixed\n",
        b"2024-01-01T10:00:00 started\n" * 50,
        b'{"content-type": "text/plain", "from": 1}\n',
        b"content: x\nsubjects: y\ntoday: z\n",
    ],
)
def test_other_texts_are_no_messages(text: bytes) -> None:
    assert FileType.EMAIL not in MemorySource(b"a.txt", text).types


def _data(way: bytes = b"data:text/plain;base64,%s") -> bytes:
    return b"<a href='" + way % _SHORT + b"'>x</a>"


@pytest.mark.parametrize(
    "page",
    [
        b"<p>" + _data(),
        b"<svg xmlns='http://www.w3.org/2000/svg'>" + _data() + b"</svg>",
        b"hello " + _data(),
        b"<img src='" + b"data:;base64," + _SHORT + b"'>",
        b" " * 50_000 + _data(),
        b"<!--" + b"x y " * 2000 + b"-->" + _data(),
        b"<!doctype foo>" + _data(),
        b"\0" + _data(),
        b"<ht\0ml>\x01" + _data(),
        _data(b"d&#97;ta:text/plain;base64,%s"),
        _data(b"&#x44;A&#0084A&colon;text/plain&#59;base64&comma;%s"),
        _data(b"d\na\tta:text/plain;base64,%s"),
        _data(b"data:text/plain;b\na&#115;e64,%s"),
        b"<a href='data:;base64," + b"".join(b"&#%d;" % code for code in _SHORT) + b"'>",
        b'<a href="data:;base64,' + b"\r\n  ".join(_SHORT[at : at + 10] for at in range(0, len(_SHORT), 10)) + b'">',
        b'<p>He said "data:;base64,' + b" " + _data(),
        b'<body onload="' + b"".join(b"&#%d;" % code for code in payload()) + b'">',
        b"<script>new Uint8Array([" + b",".join(b"%d" % code for code in payload()) + b"])</script>",
    ],
    ids=range(18),
)
def test_pages_by_their_name(page: bytes, look: Look) -> None:
    for name in (b"x.html", b"x.HTM", b"x.svg", b"x.hta"):
        assert look(page, name=name).found, name


@pytest.mark.parametrize("tag", [b"p", b"img", b"svg", b"b", b"form"])
def test_pages_by_their_beginning(tag: bytes, look: Look) -> None:
    assert look(b"<" + tag + b" x=y>" + _data(), name=b"member").found == [(b"[data 1]",)]


_SCRIPT = b"iex([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('" + _SHORT + b"')))"


@pytest.mark.parametrize(
    "text",
    [
        _SCRIPT + b"\n# a b c d e f" * 90_000,
        b"# a b c d e f\n" * 90_000 + _SCRIPT,
        b"#\x01\n" + _SCRIPT,
        b"'\0\n" + _SCRIPT,
        _SCRIPT + b"\0",
        b"\xef\xbb\xbf//\x02\n" + _SCRIPT,
        b"MZ\x90\0" + bytes(100) + _SCRIPT,
        b"Content-Type: multipart/mixed\nSubject: x\n" + _SCRIPT,
        b"\xff\xfe\r\n" + _SCRIPT,
        b"\xff\xfe" + ("#\x01\n" + _SCRIPT.decode()).encode("utf-16-le"),
        ("#\x01\n" + _SCRIPT.decode()).encode("utf-16-le"),
    ],
    ids=range(11),
)
def test_scripts_by_their_name(text: bytes, look: Look) -> None:
    for name in (b"a.ps1", b"a.HTA", b"a.vbs", b"a.bat"):
        assert look(text, name=name).found, name


@pytest.mark.parametrize("width", [20, 76, 100_000])
@pytest.mark.parametrize("tag", [b"pkg:binaryData", b"binaryData", b'w:binData w:name="x"'])
def test_documents_in_one_file(width: int, tag: bytes, look: Look) -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("p.txt", payload())
    content = base64.b64encode(into.getvalue())
    lines = b"\r\n".join(content[at : at + width] for at in range(0, len(content), width))
    text = b'<?xml version="1.0"?>\n<x name="/word/a.zip"><%s>%s</%s></x>' % (tag, lines, tag.split()[0])
    assert [chain[1:] for chain in look(text, name=b"a.doc").found] == [(b"p.txt",)]


_MAIL = b"From: a\nSubject: b\n\n"


@pytest.mark.parametrize(
    ("name", "before", "unit"),
    [
        (b"a.html", b"<html>", b"data:,"),
        (b"a.html", b"<html>", b'"data:,'),
        (b"a.html", b"<html>", b"'data:,\"data:,"),
        (b"a.html", b"<html>", b"d\t\t\t\t\t\t\t\t"),
        (b"a.vbe", b"", b"#@~^"),
        (b"a.eml", _MAIL, b"begin 644 a\n!!\n"),
        (b"a.eml", _MAIL, b"=ybegin name=a\n"),
        (b"a.txt", b"", b"begin 644 a\nM" + b"!" * 60 + b"\n"),
        (b"a.txt", b"", b"begin-base64 644 a\nAAAA\n"),
        (b"a.eml", b"From: a\nSubject: b\n" + _KIND + b"\n\n", b"--q\n\n"),
        (b"a.eml", b"From: a\nSubject: b\n" + _KIND + b"\n\n", b"--q--\n"),
        (b"a.xml", b"<?xml ", b"<binaryData>"),
    ],
)
def test_the_square_of_a_size_is_not_read(name: bytes, before: bytes, unit: bytes, look: Look) -> None:
    text = before + unit * ((512 << 10) // len(unit))
    looked = look(text, name=name, seconds=20)
    endings = {looked.ending, *looked.troubles.values()}
    assert all(cause is not Cause.UNPACKING_TOO_SLOW for _outcome, cause, _detail in endings), endings
    assert sum(looked.counts.values()) <= 10_000


def test_runs_within_runs_are_found_or_told(look: Look) -> None:
    real = b"begin-base64 644 real.txt\n" + _LINES + b"====\n"
    fake = b"begin-base64 644 a\nAAAA\n"
    assert (b"real.txt",) in look(fake * 20 + real, name=b"a.txt").found
    looked = look(fake * 500 + real, name=b"a.txt")
    assert looked.ending[:2] == (Outcome.LIMIT_REACHED, Cause.TOO_MANY_MEMBERS)


def test_reading_over_and_over_is_charged() -> None:
    budget = Budget(UnpackLimits(), 1 << 20, 60.0)
    source = MeteredSource(MemorySource(b"a", random.Random(1).randbytes(1 << 20)), budget)
    for _ in range(128):
        source.read_at(0, 1 << 20)
    with pytest.raises(BudgetSpentError):
        source.read_at(0, 1 << 20)
    assert budget.spent
