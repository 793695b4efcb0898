"""The report after clean-ups: fates, the card, accepted files, the first scan, the hospital's procedure."""

import io
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from medscan_gui.core.action import ProcedureStep
from medscan_gui.core.messages import Message
from medscan_gui.core.policy import CardInForce, CardOrigin, PolicyCard
from medscan_gui.core.procedure import Procedure, Step, step_id
from medscan_gui.core.record import ScanRecord, decode_record
from medscan_gui.core.text import Words
from medscan_gui.core.words import Fate, Light, VerdictKind
from medscan_gui.export.glyphs import drawable
from medscan_gui.export.model import Report
from medscan_gui.export.pdf import write_report
from medscan_gui.export.report import build_report
from medscan_gui.export.report_rules import moment_in_id
from medscan_gui.store.ids import time_ordered_id
from tests.export import clean_up_samples as cleaned
from tests.export import samples
from tests.export.pseudo import pseudo_words, stretch
from tests.export.test_pdf import HOSTILE, flat, texts

RESOURCES = Path(__file__).parents[2] / "resources"
ENGLISH = Words()
RECORDS = {
    "detect only": cleaned.detect_only,
    "partly": cleaned.partly_cleaned,
    "green medium": cleaned.green_follow_up,
    "green device": lambda: cleaned.green_follow_up(removable=False),
    "accepted": cleaned.blue_accepted,
}


def report_of(
    record: ScanRecord, procedure: Procedure | None = cleaned.PROCEDURE, ticks: tuple[ProcedureStep, ...] = ()
) -> Report:
    covered = drawable(RESOURCES / "fonts")
    return build_report(record, samples.Position(), ENGLISH, covered, procedure=procedure, steps=ticks)


def pages(record: ScanRecord, words: Words = ENGLISH, **given: object) -> list[str]:
    pdf = write_report(record, samples.Position(), words, RESOURCES, "Hôpital Nord", **given)  # type: ignore[arg-type]
    return [flat(text) for text in texts(pdf)]


def test_samples_have_the_lights_they_are_named_for() -> None:
    kinds = {name: make().verdict.kind for name, make in RECORDS.items()}
    assert kinds == {
        "detect only": VerdictKind.ACTION_REQUIRED,
        "partly": VerdictKind.ACTION_REQUIRED,
        "green medium": VerdictKind.REMOVED,
        "green device": VerdictKind.REMOVED,
        "accepted": VerdictKind.NO_THREAT,
    }


def test_an_old_record_gives_the_report_of_its_day() -> None:
    for make in (samples.red, samples.blue, samples.amber, samples.green):
        report = report_of(make())
        assert (report.card, report.card_lists, report.accepted, report.clean_up, report.procedure) == (
            (), (), (), None, None
        )  # fmt: skip
        assert "Policy card" not in {fact.label for fact in report.perimeter}
        assert [figure.label for figure in report.figures] == [
            "Threats found", "Items checked", "Items not read", "Age of the signatures"
        ]  # fmt: skip
    assert report_of(samples.red()) == report_of(samples.red(), procedure=None)


def test_each_threat_says_what_became_of_it_those_still_there_first() -> None:
    files = [file for group in report_of(cleaned.partly_cleaned()).threats for file in group.listed]
    assert [(file.fate, file.state) for file in files] == [("in_place", "in place")] * 2 + [("removed", "removed")] * 3
    assert "MedScan never removes those" in files[1].notes[0]
    assert "close that program" in files[0].notes[0].casefold()
    assert [note.replace("\u200b", "") for note in files[2].notes] == ["Quarantine entry 7d1f0a2b9c3e4d5f0"]


def test_a_file_still_there_is_listed_among_a_thousand_removed() -> None:
    gone = tuple(samples.finding(number, fate=Fate.REMOVED) for number in range(1_000))
    left = samples.finding(99_999, why=cleaned.IN_USE)
    proof = samples.evidence(threats_found=1_001, threats_removed=1_000)
    report = report_of(samples.record(proof, findings=(*gone, left)))
    assert report.threats[0].listed[0].fate == "in_place"
    assert report.threats[0].left_out.startswith("901 more files")


def test_page_one_counts_what_is_still_there() -> None:
    figures = {figure.label: figure for figure in report_of(cleaned.partly_cleaned()).figures}
    assert figures["Threats found"].value == "5"
    assert figures["Removed"].value == "3"
    assert (figures["Still there"].value, figures["Still there"].alarming) == ("2", True)
    assert figures["Items checked"].value == "13\u202f115"
    green = {figure.label: figure for figure in report_of(cleaned.green_follow_up()).figures}
    assert (green["Still there"].value, green["Still there"].alarming) == ("0", False)
    assert not any(figure.alarming for figure in green.values())


def test_a_follow_up_says_what_it_follows_and_what_it_read_again() -> None:
    told = report_of(cleaned.green_follow_up()).clean_up
    assert told is not None
    facts = {fact.label: fact.value.replace("\u200b", "") for fact in told.facts}
    assert facts["First scan"] == cleaned.FIRST_SCAN
    assert facts["Time of the first scan"] == "25 June 2026, 19:17"
    assert facts["Items checked by the first scan"] == "13\u202f115"
    assert facts["Items read again"] == "41"
    assert [place.replace("\u200b", "") for place in told.places] == ["C:\\Windows\\System32", "E:\\DCIM"]
    assert "counts both scans" in told.note


def test_the_time_in_a_number_is_the_time_it_was_made() -> None:
    moment = "2026-11-21T20:31:07.123Z"
    assert moment_in_id(time_ordered_id(datetime.fromisoformat(moment))) == moment
    for none in ("", "scan", "0193a1c2-7f3e-4c55-9a41-5be0c1d2e3f4", "ffffffff-ffff-7fff-bfff-ffffffffffff"):
        assert moment_in_id(none) == ""


def test_green_says_what_it_means() -> None:
    report = report_of(cleaned.green_follow_up(removable=False))
    assert report.labels["limits"] == "What GREEN does not prove"
    assert report.limits[0].startswith("GREEN means that what was found is removed and verified")
    assert "removed and verified, not healthy" in report.means
    assert "manufacturer" in report.next_steps[0]
    assert any("put back from the quarantine" in step for step in report.next_steps)
    assert report_of(cleaned.detect_only()).labels["limits"] == "What BLUE does not prove"


def test_an_accepted_file_is_told_with_who_why_and_until_when() -> None:
    report = report_of(cleaned.blue_accepted())
    (one,) = report.accepted
    assert one.name.replace("\u200b", "") == "acuson-remote.exe"
    assert one.person.replace("\u200b", "") == "Accepted by Dr Anne-Sophie Marchetti, RSSI, 2 October 2026"
    assert one.reason.startswith("Remote-maintenance tool")
    assert one.until == "Counts until: 31 May 2027"
    assert one.sha256 == cleaned.blue_accepted().findings[0].sha256
    assert report.sentence == "No threat was found, apart from files that the hospital accepts."
    assert "No threat was found." not in report.reasons
    assert "held nothing" in report.means and "Apart from the accepted files" in report.means
    text = "".join(pages(cleaned.blue_accepted())[1:])
    for wanted in (one.sha256, "acuson-remote.exe", "Marchetti", "31 May 2027"):
        assert flat(wanted) in text


def test_accepted_files_are_bounded_and_a_file_without_end_says_so() -> None:
    found = samples.finding(1)
    accepted = tuple(cleaned.acceptance(found, until="") for _ in range(70))
    report = report_of(msgspec.structs.replace(cleaned.blue_accepted(), accepted=accepted))
    assert len(report.accepted) == 60
    assert report.accepted_left_out.startswith("10 more accepted files")
    assert report.accepted[0].until == "Counts until: no end"


def test_the_whole_card_is_printed() -> None:
    report = report_of(cleaned.detect_only())
    facts = {fact.label: fact.value.replace("\u200b", "") for fact in (*report.card, *report.card_lists)}
    assert facts == {
        "Card": "this device’s card",
        "Clean-up": "not allowed: look only",
        "Manufacturer": "Acuson service France",
        "Manufacturer’s contact": "Support biomédical, contrat 4471",
        "Approval": "ACU-2026-118",
        "Next scan due": "21 May 2027, then every 180 days",
        "Gentle scan": "yes, at most 25 percent of one processor core",
        "May be scanned": "19:00-06:30 · Saturday, Sunday",
        "May be scanned by": "Hélène Lefèvre, Karim Benali",
        "Only headers checked in": "D:\\Images · D:\\Archive\\DICOM",
        "Nothing removed in": "C:\\Program Files\\Acuson",
        "Note": "Never during clinical hours.",
    }
    perimeter = {fact.label: fact.value.replace("\u200b", "") for fact in report.perimeter}
    assert perimeter["Policy card"] == "Look only"
    assert perimeter["Manufacturer’s contact"] == "Support biomédical, contrat 4471"
    text = "".join(pages(cleaned.detect_only())[1:])
    assert all(flat(value) in text for value in facts.values())


@pytest.mark.parametrize("origin", CardOrigin)
def test_every_origin_of_a_card_has_its_words(origin: CardOrigin) -> None:
    record = msgspec.structs.replace(samples.blue(), card=CardInForce(card=PolicyCard(interval_days=30), origin=origin))
    facts = {fact.label: fact.value for fact in report_of(record).card}
    assert not facts["Card"].startswith("[")
    assert facts["Next scan due"] == "every 30 days"
    assert facts["Approval"] == "not given"


def test_the_procedure_shows_ticks_by_whom_and_when() -> None:
    record = cleaned.detect_only()
    page = report_of(record, ticks=(cleaned.tick("Call IT security", record),)).procedure
    assert page is not None
    assert [step.text for step in page.steps] == ["Patient first", "Isolate the device", "Call IT security"]
    assert [step.done for step in page.steps] == [False, False, True]
    assert page.steps[2].done_by == "Done by Karim Benali, 21 November 2026, 21:55"
    assert page.steps[2].detail == ("Number: 4471", "Day and night.")
    assert page.progress == "1 of 3 steps is ticked as done."


def test_the_latest_tick_counts_and_another_scans_ticks_do_not() -> None:
    record = cleaned.detect_only()
    ticks = (
        cleaned.tick("Patient first", record),
        cleaned.tick("Patient first", record, done=False),
        cleaned.tick("Isolate the device", msgspec.structs.replace(record, id="other")),
    )
    page = report_of(record, ticks=ticks).procedure
    assert page is not None
    assert not any(step.done for step in page.steps)
    assert page.others == ()


def test_a_tick_of_another_wording_is_not_lost() -> None:
    record = cleaned.detect_only()
    page = report_of(record, ticks=(cleaned.tick("Appelez la sécurité", record),)).procedure
    assert page is not None
    assert [(step.text, step.done) for step in page.others] == [("Appelez la sécurité", True)]
    alone = report_of(record, Procedure(), (cleaned.tick("Appelez la sécurité", record),)).procedure
    assert alone is not None
    assert alone.title == "The hospital’s procedure"


def test_green_shows_its_own_steps_and_blue_none() -> None:
    page = report_of(cleaned.green_follow_up()).procedure
    assert page is not None
    assert [step.text for step in page.steps] == ["Patient first", "Call IT security"]
    intro = [line.replace("\u200b", "") for line in page.intro]
    assert intro == ["Do the steps in this order.", "GREEN means removed and verified."]
    assert report_of(cleaned.blue_accepted()).procedure is None
    assert cleaned.PROCEDURE.shown_on(Light.AMBER).steps == ()


@pytest.mark.parametrize(
    ("name", "with_procedure"),
    # After a clean-up that left threats page 1 has two more steps: it needs the procedure's page for the signature.
    [(name, True) for name in RECORDS] + [(name, False) for name in RECORDS if name != "partly"],
)
def test_page_one_stays_one_page_in_a_language_40_percent_longer(name: str, with_procedure: bool) -> None:
    procedure = cleaned.PROCEDURE if with_procedure else None
    sheets = pages(RECORDS[name](), pseudo_words(), procedure=procedure)
    shown = with_procedure and name != "accepted"
    assert flat(stretch("What to do next"))[:9] in sheets[0]
    assert flat(stretch("Technical part")) in sheets[2 if shown else 1]
    assert flat(stretch("Read and acted upon"))[:12] in sheets[1 if shown else 0]


def test_the_record_attached_is_the_whole_one() -> None:
    record = cleaned.partly_cleaned()
    pdf = write_report(record, None, ENGLISH, RESOURCES, procedure=cleaned.PROCEDURE)
    reader = PdfReader(io.BytesIO(pdf))
    (name,) = reader.attachments
    assert decode_record(reader.attachments[name][0]) == record


@pytest.mark.parametrize("name", HOSTILE, ids=[name[:12].hex() for name in HOSTILE])
def test_hostile_texts_reach_the_page_as_text(name: bytes) -> None:
    text = name.decode("utf-8", "replace")
    short = text[:190]
    record = cleaned.partly_cleaned()
    found = samples.finding(1, chain=(name,), why=Message.of("protected.system_call", contact=text), entry=text)
    card = PolicyCard(
        scan_by=(short,), headers_only=(text[:900] or "x",), protected=(text[:900] or "x",), manufacturer=short,
        contact=short, approval=short, note=text[:1_900],
    )  # fmt: skip
    record = msgspec.structs.replace(
        record, findings=(found,), card=CardInForce(card=card, origin=CardOrigin.DEVICE), places=(name,), follows=text,
        accepted=(cleaned.acceptance(found, person=text, reason=text, shown_name=text, sha256=text),),
    )  # fmt: skip
    procedure = Procedure(
        title=short, intro=text, source=text, steps=(Step(id="1", text=short, detail=text, section=text),)
    )
    tick = msgspec.structs.replace(cleaned.tick("x", record), operator=text, text=text)
    pdf = write_report(record, None, ENGLISH, RESOURCES, procedure=procedure, steps=(tick,))
    joined = "".join(texts(pdf))
    assert "\u202e" not in joined
    assert "<U+200B>" not in joined or "\u200b" in text


def test_five_thousand_findings_stay_few_pages() -> None:
    findings = tuple(
        samples.finding(number, rule=f"Rule_{number % 90}", fate=Fate.REMOVED, entry=f"{number:032x}")
        for number in range(5_000)
    )
    proof = samples.evidence(threats_found=5_000, threats_removed=5_000, earlier_items_read=90_000)
    record = msgspec.structs.replace(cleaned.green_follow_up(), findings=findings, evidence=proof)
    assert len(pages(record, procedure=cleaned.PROCEDURE)) < 60


def test_step_names_follow_the_words_and_not_their_spaces() -> None:
    assert step_id("Call  IT\nsecurity") == step_id("Call IT security")
    assert step_id("Call IT security", 1) != step_id("Call IT security")
