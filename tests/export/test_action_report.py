"""The report of an action: counted, with every reason, bounded, readable, whatever is in the names."""

import csv
import io
import json
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from medscan_gui.core.action import ActionKind, ActionRecord, ActionStop, ItemResult
from medscan_gui.core.messages import Message
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import Words
from medscan_gui.export import action_report
from medscan_gui.export.action_report import build_action_report
from medscan_gui.export.formats import action_json, actions_csv, findings_csv
from medscan_gui.export.glyphs import drawable
from medscan_gui.export.model import ActionReport
from medscan_gui.export.pdf import PdfError, write_action_report
from tests.export import clean_up_samples as cleaned
from tests.export import samples
from tests.export.pseudo import pseudo_words, stretch
from tests.export.test_pdf import HOSTILE, flat, texts

RESOURCES = Path(__file__).parents[2] / "resources"
ENGLISH = Words()


def report_of(action: ActionRecord, scan: ScanRecord | None = None) -> ActionReport:
    return build_action_report(action, samples.Position(), ENGLISH, drawable(RESOURCES / "fonts"), scan=scan)


def pdf_of(action: ActionRecord, words: Words = ENGLISH, scan: ScanRecord | None = None) -> bytes:
    return write_action_report(action, samples.Position(), words, RESOURCES, hospital="Hôpital Nord", scan=scan)


def test_a_clean_up_says_what_was_removed_and_what_was_left_and_why() -> None:
    report = report_of(cleaned.action())
    assert report.outcome == "partly"
    assert report.sentence == (
        "2 files were moved to the quarantine, and their removal was checked. 1 file is still in place."
    )
    assert [(group.result, group.files) for group in report.groups] == [("not_done", "1 file"), ("done", "2 files")]
    assert "Close that program" in report.groups[0].reason
    assert [(figure.value, figure.alarming) for figure in report.figures] == [
        ("3", False), ("2", False), ("1", True), ("369 kB", False)
    ]  # fmt: skip


def test_the_pdf_holds_every_file_its_entry_and_the_journal_code() -> None:
    action = cleaned.action()
    pages = [flat(text) for text in texts(pdf_of(action))]
    for wanted in ("Clean-up report", "Partly done", "Hélène Lefèvre", "21 November 2026, 21:50", "Hôpital Nord",
                   "7QK2-M9XD-4TFA", "Page 1 of 2", "Signature"):  # fmt: skip
        assert flat(wanted) in pages[0]
    for item in action.items:
        assert flat(item.where) in pages[1]
        assert item.sha256 in pages[1]
        assert item.entry in pages[1]


def test_with_the_scan_each_file_says_what_was_found_in_it() -> None:
    scan = cleaned.partly_cleaned()
    report = report_of(cleaned.action(), scan)
    assert report.groups[1].listed[0].threat == "Double-extension dropper"
    assert {fact.label for fact in report.notes} >= {"Verified by scan"}
    first = msgspec.structs.replace(scan, action="", id=cleaned.FIRST_SCAN)
    assert {fact.label for fact in report_of(cleaned.action(), first).notes} >= {"Found by scan"}


def test_only_a_whole_action_is_called_done() -> None:
    whole = cleaned.action(ActionKind.CLEAN_UP, cleaned.item(0), cleaned.item(1))
    assert report_of(whole).outcome == "done"
    for change in ({"stop": ActionStop.CANCELLED}, {"wanted": 3}, {"stop": ActionStop.CUT_OFF}):
        assert report_of(msgspec.structs.replace(whole, **change)).outcome == "partly"
    nothing = cleaned.action(ActionKind.CLEAN_UP, cleaned.item(0, ItemResult.NOT_DONE, why=cleaned.PROTECTED))
    assert report_of(nothing).outcome == "not_done"
    assert report_of(nothing).means == "Nothing was changed: every file is where it was."
    assert report_of(msgspec.structs.replace(nothing, items=(), wanted=0)).outcome == "not_done"


def test_files_that_a_cancelled_action_never_came_to_are_counted() -> None:
    action = msgspec.structs.replace(cleaned.action(), wanted=10, stop=ActionStop.CANCELLED)
    report = report_of(action)
    assert "8 files are still in place. It was cancelled before its end." in report.sentence
    assert report.groups_left_out == "7 files were not reached before the end: nothing was changed there."


def test_a_file_in_doubt_comes_first_and_is_never_nothing() -> None:
    action = cleaned.action(ActionKind.CLEAN_UP, cleaned.item(0, ItemResult.UNCERTAIN), stop=ActionStop.CUT_OFF)
    report = report_of(action)
    assert report.outcome == "partly"
    assert report.groups[0].result == "uncertain"
    assert "1 file is in doubt" in report.sentence
    assert "Nothing was changed" not in report.means


@pytest.mark.parametrize("kind", ActionKind)
@pytest.mark.parametrize("stop", ActionStop)
@pytest.mark.parametrize("result", ItemResult)
def test_every_action_has_its_words(kind: ActionKind, stop: ActionStop, result: ItemResult) -> None:
    report = report_of(cleaned.action(kind, cleaned.item(0, result), cleaned.item(1), stop=stop))
    said = [
        report.kind, report.headline, report.sentence, report.means, *report.next_steps,
        *(group.title for group in report.groups), *(figure.label for figure in report.figures),
        *(fact.label for fact in (*report.perimeter, *report.notes, *report.context)),
    ]  # fmt: skip
    assert all(said)
    assert not [text for text in said if "[" in text]


def test_a_restore_says_where_to_and_what_to_do() -> None:
    item = cleaned.item(0, place=b"D:\\Restored\\export.zip")
    action = cleaned.action(ActionKind.RESTORE, item, reason="False alarm")
    report = report_of(action)
    assert report.groups[0].listed[0].place.replace("\u200b", "") == "Put back to D:\\Restored\\export.zip"
    assert {fact.label: fact.value for fact in report.notes}["Reason given"] == "False alarm"
    assert any("Scan the device or medium again" in step for step in report.next_steps)
    assert flat("D:\\Restored\\export.zip") in flat("".join(texts(pdf_of(action))))


def test_fifty_thousand_files_are_bounded_and_the_rest_is_counted() -> None:
    items = tuple(cleaned.item(number) for number in range(49_000))
    items += tuple(
        cleaned.item(number, ItemResult.NOT_DONE, why=Message.of("files.changed", file=f"f{number}"))
        for number in range(1_000)
    )
    action = cleaned.action(ActionKind.CLEAN_UP, *items)
    report = report_of(action)
    listed = sum(len(group.listed) for group in report.groups)
    assert len(report.groups) == action_report.REASONS_LISTED
    assert listed <= action_report.FILES_LISTED
    told = [group.left_out for group in report.groups] + [report.groups_left_out]
    left_out = sum(int(text.split(" ")[0].replace("\u202f", "")) for text in told if text)
    assert listed + left_out == 50_000
    reader = PdfReader(io.BytesIO(pdf_of(action)))
    assert len(reader.pages) < 30
    (name,) = reader.attachments
    assert len(msgspec.json.decode(reader.attachments[name][0], type=ActionRecord).items) == 50_000


def test_the_record_is_attached_and_the_same_action_gives_the_same_bytes() -> None:
    action = cleaned.action()
    first = pdf_of(action)
    assert first == pdf_of(action)
    reader = PdfReader(io.BytesIO(first))
    (name,) = reader.attachments
    assert name == f"medscan-{action.id}.json"
    assert msgspec.json.decode(reader.attachments[name][0], type=ActionRecord) == action
    assert reader.metadata is not None
    assert reader.metadata.title == "MedScan: Clean-up report, Echographe salle 4, 21 November 2026"
    metadata = reader.root_object["/Metadata"].get_object().get_data().decode()  # type: ignore[union-attr]
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<pdfaid:part>3</pdfaid:part>" in metadata


@pytest.mark.parametrize("kind", ActionKind)
def test_a_language_40_percent_longer_still_fits_page_one(kind: ActionKind) -> None:
    action = cleaned.action(kind, reason="Agreed with the manufacturer by telephone.", destination="F:\\samples.zip")
    pages = [flat(text) for text in texts(pdf_of(action, pseudo_words(), cleaned.partly_cleaned()))]
    assert flat(stretch("Read and acted upon"))[:12] in pages[0]
    assert flat(stretch("Technical part")) in pages[1]


@pytest.mark.parametrize("name", HOSTILE, ids=[name[:12].hex() for name in HOSTILE])
def test_hostile_names_reach_the_page_as_text(name: bytes) -> None:
    text = name.decode("utf-8", "replace")
    item = cleaned.item(
        0, ItemResult.NOT_DONE, chain=(name,), place=name, entry=text, sha256=text, why=Message.of(text, file=text)
    )
    action = cleaned.action(
        ActionKind.RESTORE, item, id=text or "x", operator=text, reason=text, destination=text, kit=text, scan_id=text
    )
    pdf = pdf_of(action)
    assert "\u202e" not in "".join(texts(pdf))
    reader = PdfReader(io.BytesIO(pdf))
    (attachment,) = reader.attachments
    assert msgspec.json.decode(reader.attachments[attachment][0], type=ActionRecord).items[0].chain[0] == name


def test_an_item_without_a_name_and_missing_parts_are_survived(tmp_path: Path) -> None:
    assert pdf_of(cleaned.action(ActionKind.CLEAN_UP, cleaned.item(0, chain=()))).startswith(b"%PDF")
    with pytest.raises(PdfError) as missing:
        write_action_report(cleaned.action(), None, ENGLISH, tmp_path)
    assert missing.value.message.code == "report.parts_missing"


def test_actions_as_a_table_one_row_for_each_file() -> None:
    formula = "=cmd|' /C calc'!A0"
    second = cleaned.action(ActionKind.RESTORE, cleaned.item(5, place=b"=1+1"), reason=formula, operator=formula)
    rows = list(csv.reader(io.StringIO(actions_csv([cleaned.action(), second], ENGLISH).decode("utf-8-sig"))))
    assert len(rows) == 5
    table = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert [row["What became of it"] for row in table] == [
        "Moved to the quarantine", "Moved to the quarantine", "Left in place", "Put back"
    ]  # fmt: skip
    assert "Close that program" in table[2]["Why"]
    assert table[3]["Reason given"].startswith("'=")
    assert table[3]["Put back to"] == "'=1+1"


def test_an_action_as_json_shows_names_beside_their_bytes() -> None:
    action = cleaned.action(ActionKind.CLEAN_UP, cleaned.item(0, chain=(b"\xe9\xe2\x80\xae.exe",)))
    document = json.loads(action_json(action))
    assert document["items"][0]["where"] == "<0xE9><U+202E>.exe"
    assert msgspec.json.decode(action_json(action), type=ActionRecord) == action


def test_the_table_of_threats_says_why_they_are_still_there() -> None:
    rows = list(csv.reader(io.StringIO(findings_csv(cleaned.partly_cleaned(), ENGLISH).decode("utf-8-sig"))))
    table = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert {row["State"] for row in table} == {"in place", "removed"}
    assert all(bool(row["Why it is still there"]) == (row["State"] == "in place") for row in table)
    assert all(bool(row["Quarantine entry"]) == (row["State"] == "removed") for row in table)
    accepted = findings_csv(cleaned.blue_accepted(), ENGLISH).decode("utf-8-sig")
    assert "checked by IT security (Dr Anne-Sophie Marchetti, RSSI)" in accepted
