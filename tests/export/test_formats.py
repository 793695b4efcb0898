"""JSON and CSV: complete, readable by spreadsheets, and never run by them."""

import csv
import io
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.core.record import decode_record
from medscan_gui.core.text import Words
from medscan_gui.core.words import Light, Stop, TargetKind, VerdictKind
from medscan_gui.export.formats import CELL_LIMIT, cell, findings_csv, problems_csv, record_json, scans_csv
from medscan_gui.store.summaries import ScanSummary
from tests.export import samples
from tests.export.pseudo import pseudo_words

ENGLISH = Words()
STARTS = "=+-@＝＋－＠"
FORMULAS = [
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", '"=1+1', "＝1+1",
    "a;=HYPERLINK(1)", 'a";=1+1;"b', "a,+1", "a\t@x", "a;  -1", "E:\\=1+1;=2", "|=1",
]  # fmt: skip


def rows(data: bytes, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def summary(**changes: object) -> ScanSummary:
    base = ScanSummary(
        id="s-1", sequence=3, started="2026-11-21T20:31:07.123Z", ended="2026-11-21T20:44:52.900Z",
        device=samples.blue().device, operator="Hélène", target="KINGSTON (E:\\)", target_kind=TargetKind.VOLUME,
        light=Light.RED, verdict=VerdictKind.ACTION_REQUIRED, stop=Stop.COMPLETED, threats=5, not_read=0,
    )  # fmt: skip
    return msgspec.structs.replace(base, **changes)


def test_json_reads_back_as_the_same_record() -> None:
    for record in (samples.blue(), samples.red(), samples.amber(), samples.green()):
        assert decode_record(record_json(record)) == record


def test_json_shows_names_beside_their_bytes() -> None:
    found = samples.finding(chain=(b"\xe9\xe2\x80\xae.exe",))
    record = samples.record(samples.evidence(threats_found=1), findings=(found,))
    document = json.loads(record_json(record))
    assert document["findings"][0]["where"] == "<0xE9><U+202E>.exe"
    assert document["findings"][0]["chain"] == ["6eKAri5leGU="]
    assert document["light"] == "red"
    assert document["target"]["shown"] == "This computer (C:\\, D:\\)"


def test_findings_table_is_complete_and_worst_first() -> None:
    record = samples.red(700)
    table = rows(findings_csv(record, ENGLISH), ",")
    assert len(table) == 701
    assert table[0][:5] == ["Severity", "Family", "Rule", "Author of the rule", "Where it lies"]
    assert table[1][:4] == ["critical", "Conficker", "Worm_Conficker_Dropped_DLL", "MedScan project"]
    assert {row[5] for row in table[1:]} == {found.sha256 for found in record.findings}


def test_problems_table() -> None:
    table = rows(problems_csv(samples.amber(), ENGLISH), ",")
    assert len(table) == 36
    assert table[1][1] == "could not be read"


def test_scans_table_in_english_and_french() -> None:
    english = rows(scans_csv([summary(), summary(light=Light.SCANNING, verdict=None)], ENGLISH), ",")
    assert english[1][3:5] == ["RED", "A threat was found. Someone must act."]
    assert english[2][3:5] == ["SCANNING", ""]
    french = scans_csv([summary()], pseudo_words())
    assert french.startswith(b"\xef\xbb\xbf")
    assert len(rows(french, ";")[1]) == len(english[0])


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("words", [ENGLISH, pseudo_words()], ids=["comma", "semicolon"])
@pytest.mark.parametrize("opened_with", [",", ";", "\t"])
def test_no_cell_begins_a_formula_whatever_separator_the_reader_believes_in(
    text: str, words: Words, opened_with: str
) -> None:
    finding = samples.finding(rule=text, family=text, author=text, description=text, chain=(text.encode(),))
    record = samples.record(samples.evidence(threats_found=1), findings=(finding,))
    for data in (findings_csv(record, words), scans_csv([summary(operator=text, target=text)], words)):
        for row in rows(data, opened_with):
            for value in row:
                # Quotes that a wrong separator leaves in front are no protection, so they are not counted as one.
                assert value.lstrip(' "\t\r\n')[:1] not in tuple(STARTS), value


@given(st.text(alphabet=st.sampled_from("=+-@;,\t\r\n\"' |aé＝"), max_size=30))
def test_no_text_begins_a_formula(text: str) -> None:
    escaped = cell(text)
    assert escaped.lstrip()[:1] not in tuple(STARTS)
    for separator in ";,\t":
        for part in escaped.split(separator):
            assert part.lstrip(' "')[:1] not in tuple(STARTS)


@given(st.text(max_size=300))
def test_cells_come_back_as_they_were_written(text: str) -> None:
    data = scans_csv([summary(operator=text)], ENGLISH)
    assert rows(data, ",")[1][10] == cell(text)


def test_cells_have_a_limit() -> None:
    assert len(cell("A" * 100_000)) <= CELL_LIMIT
    assert len(cell(";=" * 100_000)) < 32_767
    assert cell("plain text, with a comma") == "plain text, with a comma"
