"""The PDF itself: readable, accessible, archivable, the same each time, whatever is in the names."""

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from medscan_gui.core.coverage import CoverageLine
from medscan_gui.core.device import Device, Target
from medscan_gui.core.record import ScanRecord, decode_record
from medscan_gui.core.text import Words
from medscan_gui.core.words import Cause, Outcome, TargetKind
from medscan_gui.export.advice import advice
from medscan_gui.export.pdf import PdfError, write_report
from tests.export import samples
from tests.export.pseudo import pseudo_words, stretch

RESOURCES = Path(__file__).parents[2] / "resources"
ENGLISH = Words()
RECORDS: dict[str, Callable[[], ScanRecord]] = {
    "BLUE": samples.blue,
    "RED": samples.red,
    "AMBER": samples.amber,
    "GREEN": samples.green,
}
#: Names as attackers write them on media.
HOSTILE = [
    "photo\u202egnp.exe".encode(),
    "😀 文件 ملف.docx".encode(),
    b"\xff\xfe\x00\x07\x1b[31m=cmd|' /C calc'!A0",
    b"E:/" + b"A" * 32_000,
    b"E:/" + b"/".join(b"d%d" % number for number in range(6_000)),
    ("x" + "\u0301" * 300).encode(),
    b'#set page(fill: red) $x^2$ *bold* @ref <label> `raw` // [ ] { #panic("no") \\u{200b}',
    "\ud800\udc00".encode("utf-8", "surrogatepass"),
    "".join(map(chr, range(0x20, 0x3000))).encode("utf-8", "surrogatepass"),
    "e\u0301 \ufe0f \u00ad a\u2028b \u115f".encode(),
]


def pdf_of(record: ScanRecord, words: Words = ENGLISH) -> bytes:
    return write_report(record, samples.Position(), words, RESOURCES, "Centre hospitalier de Saint-Exemple")


def texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def flat(text: str) -> str:
    """Return text without spaces: extraction puts them where it likes."""
    return "".join(text.split())


@pytest.mark.parametrize("light", RECORDS)
def test_page_one_tells_a_manager_everything(light: str) -> None:
    record = RECORDS[light]()
    first = flat(texts(pdf_of(record))[0])
    told = advice(record)
    sentences = [ENGLISH.sentence(message) for message in (told.happened, told.means, *told.next_steps)]
    for wanted in (light, "Echographe salle 4", "Hélène Lefèvre", "21 November 2026, 21:31", "Cardiologie",
                   "BIO-2019-0417", "Centre hospitalier de Saint-Exemple", "What to do next", "Signature",
                   "7QK2-M9XD-4TFA", *sentences):  # fmt: skip
        assert flat(wanted) in first


def test_the_technical_part_names_hashes_rules_and_their_authors() -> None:
    record = samples.red()
    text = flat("".join(texts(pdf_of(record))[1:]))
    for found in record.findings:
        words = (found.sha256, found.rule, found.rule_file, found.author, found.where, found.description)
        for wanted in (*words, found.reference):
            assert flat(wanted) in text
    for wanted in ("What BLUE does not prove", samples.DIGEST, "MedScan 0.1.0", "214 / 214", record.id, "no. 1482"):
        assert flat(wanted) in text


@pytest.mark.parametrize("light", RECORDS)
def test_document_properties(light: str) -> None:
    reader = PdfReader(io.BytesIO(pdf_of(RECORDS[light]())))
    assert reader.metadata is not None
    assert reader.metadata.title == "MedScan scan report: Echographe salle 4, 21 November 2026"
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.isoformat() == "2026-11-21T20:44:52+00:00"
    root: Any = reader.root_object
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert all(page.mediabox.width == pytest.approx(595.28, abs=0.1) for page in reader.pages)


def test_the_whole_record_is_attached() -> None:
    record = samples.red()
    reader = PdfReader(io.BytesIO(pdf_of(record)))
    (name,) = reader.attachments
    assert name == f"medscan-{record.id}.json"
    assert decode_record(reader.attachments[name][0]) == record


@pytest.mark.parametrize("light", RECORDS)
def test_each_page_says_which_of_how_many_it_is(light: str) -> None:
    pages = texts(pdf_of(RECORDS[light]()))
    for number, text in enumerate(pages, 1):
        assert flat(f"Page {number} of {len(pages)}") in flat(text)


def test_a_clean_scan_needs_two_pages() -> None:
    assert len(texts(pdf_of(samples.blue()))) == 2
    assert len(texts(pdf_of(samples.blue(samples.STICK)))) == 2


@pytest.mark.parametrize("light", RECORDS)
def test_a_language_40_percent_longer_still_fits_page_one(light: str) -> None:
    pages = texts(pdf_of(RECORDS[light](), pseudo_words()))
    assert flat(stretch("Signature"))[:9] in flat(pages[0])
    assert flat(stretch("Technical part")) in flat(pages[1])


def test_the_same_record_gives_the_same_bytes() -> None:
    assert pdf_of(samples.red()) == pdf_of(samples.red())
    assert pdf_of(samples.red()) != pdf_of(samples.red(6))


def test_headers_of_long_tables_are_repeated() -> None:
    pages = texts(pdf_of(samples.red(90)))
    assert sum(flat("Where it lies, and SHA-256") in flat(page) for page in pages) >= 3


def test_ten_thousand_findings_and_twenty_thousand_problems() -> None:
    findings = tuple(samples.finding(number, rule=f"Rule_{number % 200}") for number in range(10_000))
    problems = tuple(samples.problem(number) for number in range(20_000))
    coverage = samples.coverage(CoverageLine(Outcome.UNREADABLE, Cause.NO_PERMISSION, 25_000))
    proof = samples.evidence(threats_found=10_000, coverage=coverage)
    pdf = pdf_of(samples.record(proof, findings=findings, problems=problems))
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) < 60
    (name,) = reader.attachments
    attached = decode_record(reader.attachments[name][0])
    assert len(attached.findings) == 10_000
    text = flat("".join(page.extract_text() for page in reader.pages))
    assert flat("more threats, of other rules, are listed in the attached record") in text
    assert flat("5000 more items were counted, but their names were not kept.") in text


def _hostile_record(name: bytes) -> ScanRecord:
    text = name.decode("utf-8", "replace")
    found = samples.finding(1, chain=(name, name[:90]), rule=text, family=text, author=text, description=text)
    findings = (msgspec.structs.replace(found, reference=text, rule_file=text),)
    problem = msgspec.structs.replace(samples.problem(1), chain=(name,), detail=text)
    return samples.record(
        samples.evidence(threats_found=1, coverage=samples.coverage(CoverageLine(Outcome.DAMAGED, Cause.NONE, 1))),
        target=Target(kind=TargetKind.VOLUME, paths=(name,), label=text, volume_id=text, removable=True),
        findings=findings, problems=(problem,), operator=text, kit=text, id=text or "x",
        device=Device(id="1", name=text, asset_number=text, department=text, make=text, model=text, serial=text),
    )  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=[name[:12].hex() for name in HOSTILE])
def test_hostile_names_reach_the_page_as_text(name: bytes) -> None:
    record = _hostile_record(name)
    pdf = pdf_of(record)
    joined = "".join(texts(pdf))
    assert "\u202e" not in joined
    assert "\u200b" not in joined
    reader = PdfReader(io.BytesIO(pdf))
    (attachment,) = reader.attachments
    assert decode_record(reader.attachments[attachment][0]).findings[0].chain[0] == name


def test_markup_in_a_name_stays_text() -> None:
    name = b"#set page(fill: red) $x^2$ *bold* @ref.exe"
    assert flat(name.decode()) in flat("".join(texts(pdf_of(_hostile_record(name)))))


def test_overrides_are_shown_as_numbers() -> None:
    text = flat("".join(texts(pdf_of(_hostile_record(HOSTILE[0])))))
    assert "photo<U+202E>gnp.exe" in text


_texts = st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=300), _texts))
def test_any_name_makes_a_pdf(name: bytes) -> None:
    assert pdf_of(_hostile_record(name)).startswith(b"%PDF-1.7")


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
@pytest.mark.parametrize("light", RECORDS)
def test_qpdf_finds_no_fault(light: str, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf_of(RECORDS[light]()))
    done = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RESOURCES, tmp_path / "resources"))


def test_missing_templates_and_fonts_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PdfError) as nothing:
        write_report(samples.blue(), None, ENGLISH, tmp_path)
    assert nothing.value.message.code == "report.parts_missing"
    copy = _copied(tmp_path)
    (copy / "report" / "report.typ").unlink()
    with pytest.raises(PdfError) as no_template:
        write_report(samples.blue(), None, ENGLISH, copy)
    assert no_template.value.message.code == "report.parts_missing"


@pytest.mark.parametrize("fault", ["#panic(1)", "#unknown", "文件", "#let x = ("])
def test_a_broken_template_is_a_sentence(tmp_path: Path, fault: str) -> None:
    copy = _copied(tmp_path)
    template = copy / "report" / "report.typ"
    template.write_text(template.read_text(encoding="utf-8") + f"\n{fault}\n", encoding="utf-8")
    with pytest.raises(PdfError) as refused:
        write_report(samples.blue(), None, ENGLISH, copy)
    assert refused.value.message.code == "report.pdf_failed"
    assert "JSON" in ENGLISH.sentence(refused.value.message)


def test_a_restyled_template_needs_no_code(tmp_path: Path) -> None:
    copy = _copied(tmp_path)
    style = copy / "report" / "style.typ"
    style.write_text(style.read_text(encoding="utf-8").replace('rgb("#1257c9")', 'rgb("#003366")'), encoding="utf-8")
    restyled = write_report(samples.blue(), samples.Position(), ENGLISH, copy, "Centre hospitalier de Saint-Exemple")
    assert restyled != pdf_of(samples.blue())


def test_a_record_that_is_no_text_is_a_sentence() -> None:
    record = msgspec.structs.replace(samples.blue(), operator="half \ud800")
    with pytest.raises(PdfError):
        pdf_of(record)


def test_templates_use_no_network_and_no_clock() -> None:
    for template in (RESOURCES / "report").glob("*.typ"):
        source = template.read_text(encoding="utf-8")
        assert "@preview" not in source
        assert "datetime.today" not in source


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    pdf_of(samples.red())
    assert list(tmp_path.iterdir()) == []
