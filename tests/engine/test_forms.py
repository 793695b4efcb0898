"""Contents that pretend to be something else: found by name and true kind, and nothing harmless with them."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest

from medscan_gui.engine.file_facts import is_concealed
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.forms import NO_FACTS, Facts, deceptions
from medscan_gui.engine.limits import LARGE_FILE
from medscan_gui.engine.unpack.source import MemorySource
from tests.engine.programs_made import pe
from tests.engine.scanning import job, scan
from tests.engine.unpack.conftest import Look, look, matcher

__all__ = ["look", "matcher"]

K = FileType
ELF = b"\x7fELF\x02\x01\x01" + bytes(60)
LNK = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46" + bytes(60)
RLO = "\u202e"


class Stick(Facts):
    """A removable medium; `hidden`: the file is marked hidden and as the system's."""

    removable = True

    def __init__(self, *, hidden: bool = False) -> None:
        self._hidden = hidden

    def concealed(self) -> bool:
        return self._hidden


def found(name: str | bytes, content: bytes, facts: Facts = NO_FACTS) -> list[str]:
    raw = name if isinstance(name, bytes) else name.encode()
    source = MemorySource(raw, content)
    matches = deceptions(raw, source.types, lambda most: source.read_at(0, most), facts)
    assert all(match.author and match.description and match.engine.value == "form" for match in matches)
    return [match.rule.removeprefix("MedScan_") for match in matches]


DECEIVE = [
    ("list.pdf", pe(), "Disguise_Program_Named_As_Document"),
    ("PATIENT.DCM", pe(), "Disguise_Program_Named_As_Document"),
    ("photo.jpg ", pe(wide=True), "Disguise_Program_Named_As_Document"),
    ("photo.jpeg. .", pe(), "Disguise_Program_Named_As_Document"),
    ("notes.txt", ELF, "Disguise_Program_Named_As_Document"),
    ("folder/in an archive\\letter.docx", ELF, "Disguise_Program_Named_As_Document"),
    ("song.mp3", b"\xcf\xfa\xed\xfe" + bytes(60), "Disguise_Program_Named_As_Document"),
    ("letter.doc", LNK, "Disguise_Shortcut_Named_As_Document"),
    ("Results.PDF.exe", pe(), "Disguise_Double_Extension"),
    ("scan.dcm      .scr", pe(), "Disguise_Double_Extension"),
    ("x.jpg.pif", pe(), "Disguise_Double_Extension"),
    ("invoice.pdf.vbs", b"x = 1", "Disguise_Double_Extension_Script"),
    ("invoice.xlsx   .Bat", b"echo", "Disguise_Double_Extension_Script"),
    ("invoice.pdf.ps1", pe(), "Disguise_Double_Extension_Script"),
    ("holiday" + " " * 40 + ".exe", pe(), "Disguise_Spaces_Before_Extension"),
    ("holiday" + "\u00a0" * 12 + ".exe", pe(), "Disguise_Spaces_Before_Extension"),
    ("holiday" + "\u3000" * 12 + ".cmd", b"echo", "Disguise_Spaces_Before_Extension"),
    ("holiday" + " " * 12 + ".lnk", LNK, "Disguise_Spaces_Before_Extension"),
    (f"report{RLO}fdp.exe", pe(), "Disguise_Reversed_Name"),
    (f"report{RLO}fdp.js", b"x = 1", "Disguise_Reversed_Name"),
    ("report\u2067fdp.scr", pe(), "Disguise_Reversed_Name"),
]
HARMLESS = [
    ("setup.exe", pe()),
    ("setup", pe()),
    ("letter.doc.lnk", LNK),
    ("photo.jpg.lnk", LNK),
    ("list.pdf", b"%PDF-1.7\n"),
    ("notes.txt", b"MZ is the mark of old programs; this text has more than thirty letters, though.\n"),
    ("jquery.min.js", b"x = 1"),
    ("table.csv.js", b"x = 1"),
    ("archive.zip.exe", pe()),
    ("help.txt.exe.config", b"<xml/>"),
    ("letters.fon", pe()),
    ("python3.11", ELF),
    ("libpdf.so.1", ELF),
    ("My  notes.cmd", b"echo"),
    ("réponse à lire.bat", b"echo"),
    ("“report”.txt", b"text"),
    (f"report{RLO}fdp.txt", b"text"),
    ("\u05e9\u05dc\u05d5\u05dd\u200f.exe", pe()),
    ("image.dcm", pe(pe_at=256)[:128] + b"DICM" + pe(pe_at=256)[132:]),
    (".pdf", b"text"),
    (".exe", pe()),
    ("", pe()),
    ("....", pe()),
    ("autorun.inf", b"[autorun]\nopen=setup.exe\n"),
]


@pytest.mark.parametrize(("name", "content", "rule"), DECEIVE, ids=[f"{i}" for i in range(len(DECEIVE))])
def test_deceptions(name: str, content: bytes, rule: str) -> None:
    assert found(name, content) == [rule]


@pytest.mark.parametrize(("name", "content"), HARMLESS, ids=[f"{i}" for i in range(len(HARMLESS))])
def test_harmless(name: str, content: bytes) -> None:
    assert found(name, content) == []


def test_name_that_is_no_text() -> None:
    assert found(b"\xff\xfe\xe2\x80\xaefdp.exe", pe()) == ["Disguise_Reversed_Name"]
    assert found(b"\xe9t\xe9.pdf", pe()) == ["Disguise_Program_Named_As_Document"]


def test_endless_names_cost_nothing() -> None:
    for letter in (" ", ".", "\u202e", ". ", ".pdf", ".pdf "):
        found((letter * 200_000)[:200_000] + ".exe", pe())
        found((letter * 200_000)[:200_000] + ".cmd", b"echo")


def test_removable_medium() -> None:
    starts = b"[AutoRun]\r\nicon=a.ico\r\nOPEN = recycler\\x.exe\r\n"
    hidden = Stick(hidden=True)
    assert found("AUTORUN.INF", starts, hidden) == ["Form_Concealed_Autorun"]
    assert found("autorun.inf", b"\xff\xfe" + starts.decode().encode("utf-16-le"), hidden) == ["Form_Concealed_Autorun"]
    assert found("autorun.inf", starts, Stick()) == [], "an installer's stick, made of its disc"
    assert found("autorun.inf", b"[autorun]\nicon=stick.ico\nlabel=Ward 3\n;open=x.exe\nopen=\n", hidden) == []
    assert found("invoice.pdf.js", b"x = 1", Stick()) == ["Disguise_Double_Extension_Script"]
    assert found("setup.exe", pe(), Stick(hidden=True)) == ["Form_Concealed_Program"]
    assert found("setup.exe", pe(), Stick()) == []
    assert found("desktop.ini", b"[x]\n", Stick(hidden=True)) == []
    assert found("list.pdf", pe(), Stick(hidden=True)) == [
        "Disguise_Program_Named_As_Document",
        "Form_Concealed_Program",
    ]


def test_files_of_a_scan(tmp_path: Path) -> None:
    (tmp_path / "list.pdf").write_bytes(pe())
    (tmp_path / "large.pdf").write_bytes(pe(sections=[(b".data", b"x" * (LARGE_FILE + 1))]))
    (tmp_path / "honest.txt").write_bytes(b"text\n")
    (tmp_path / "letter.pdf.js").write_bytes(b"x = 1\n")
    told = scan(job(tmp_path))
    named = "MedScan_Disguise_Program_Named_As_Document"
    found = {(os.path.basename(finding.chain[0]), finding.rule, finding.engine) for finding in told.findings}
    assert found == {(b"list.pdf", named, "form"), (b"large.pdf", named, "form")}
    contents = {hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.glob("*.pdf")}
    assert {finding.sha256 for finding in told.findings} == contents
    stick = scan(msgspec.structs.replace(job(tmp_path), removable=True))
    assert {finding.rule for finding in stick.findings} == {named, "MedScan_Disguise_Double_Extension_Script"}


def test_member_of_a_container(look: Look) -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("letters/list.pdf", pe())
        archive.writestr("letters/list.exe", pe())
    looked = look(into.getvalue())
    assert [(chain, match.rule) for chain, match in looked.matches] == [
        ((b"letters/list.pdf",), "MedScan_Disguise_Program_Named_As_Document")
    ]


def test_ordinary_files_are_not_concealed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with (tmp_path / "file").open("rb") as file:
        assert not is_concealed(file.fileno())


@pytest.mark.skipif(sys.platform != "win32", reason="attributes are set by Windows' own command")
def test_attributes_of_windows(tmp_path: Path) -> None:
    (tmp_path / "x.exe").write_bytes(pe())
    command = shutil.which("attrib")
    assert command
    subprocess.run([command, "+H", "+S", str(tmp_path / "x.exe")], check=True)
    with (tmp_path / "x.exe").open("rb") as file:
        assert is_concealed(file.fileno())
