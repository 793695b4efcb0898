"""The report's values: ordered, counted, bounded, in words."""

from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.device import Device
from medscan_gui.core.record import ScanRecord, SignatureFacts
from medscan_gui.core.text import Words
from medscan_gui.core.verdict import EngineProof
from medscan_gui.core.words import Cause, Outcome, Severity
from medscan_gui.export import figures, report_lists
from medscan_gui.export.glyphs import drawable
from medscan_gui.export.model import Report
from medscan_gui.export.report import build_report
from tests.export import samples
from tests.export.pseudo import pseudo_words

RESOURCES = Path(__file__).parents[2] / "resources"
ENGLISH = Words()


def report_of(record: ScanRecord, words: Words = ENGLISH) -> Report:
    return build_report(record, samples.Position(), words, drawable(RESOURCES / "fonts"), hospital="Hôpital Nord")


def test_worst_rule_first_then_the_most_frequent() -> None:
    report = report_of(samples.red(8))
    assert [group.title for group in report.threats] == ["Conficker", "Double-extension dropper"]
    assert [group.files for group in report.threats] == ["1 file", "7 files"]
    assert [(entry.key, entry.value) for entry in report.severities] == [("critical", "1"), ("high", "7")]


def test_ten_thousand_findings_are_bounded_and_the_rest_is_counted() -> None:
    findings = tuple(samples.finding(number, rule=f"Rule_{number % 80:02}") for number in range(10_000))
    report = report_of(samples.record(samples.evidence(threats_found=10_000), findings=findings))
    listed = sum(len(group.listed) for group in report.threats)
    assert len(report.threats) == report_lists.RULES_LISTED
    assert listed <= report_lists.FILES_LISTED + report_lists.RULES_LISTED
    told = [group.left_out for group in report.threats] + [report.threats_left_out]
    left_out = sum(int(sentence.split(" ")[0]) for sentence in told if sentence)
    assert listed + left_out == 10_000


def test_problems_are_grouped_and_every_item_is_counted() -> None:
    problems = tuple(samples.problem(number) for number in range(500))
    coverage = samples.coverage(
        CoverageLine(Outcome.UNREADABLE, Cause.NO_PERMISSION, 700), CoverageLine(Outcome.ENCRYPTED, Cause.NONE, 3)
    )
    report = report_of(samples.record(samples.evidence(coverage=coverage), problems=problems))
    assert [group.items for group in report.problems] == ["700 items", "3 items"]
    first = report.problems[0]
    assert len(first.listed) == report_lists.ITEMS_PER_REASON
    assert first.left_out.startswith(f"{500 - report_lists.ITEMS_PER_REASON} more items")
    assert report.problems_left_out.startswith("203 more items were counted")


def test_the_coverage_table_adds_up_and_shows_the_unread_first() -> None:
    report = report_of(samples.amber())
    kinds = [row.kind for row in report.coverage]
    assert kinds == sorted(kinds, key=["not_read", "read", "accepted"].index)
    rows = [int(row.items.replace("\u202f", "")) for row in report.coverage]
    assert sum(rows) == int(report.coverage_total.items.replace("\u202f", "")) == samples.amber().coverage.total()


def test_a_failed_self_test_is_told_apart() -> None:
    good = EngineProof(rules_loaded=214, bundle_digest=samples.DIGEST, self_test_passed=True)
    bad = msgspec.structs.replace(good, self_test_passed=False)
    report = report_of(samples.record(samples.evidence(engines=(good, good, bad, good))))
    assert [(row.process, row.test, row.good) for row in report.engines] == [
        ("1–2", "passed", True),
        ("3", "FAILED", False),
        ("4", "passed", True),
    ]


def test_other_signatures_than_expected_are_told() -> None:
    other = EngineProof(rules_loaded=214, bundle_digest="0" * 64, self_test_passed=True)
    none = EngineProof(rules_loaded=214, self_test_passed=True)
    assert report_of(samples.record(samples.evidence(engines=(other,)))).engines[0].bundle == "NOT the expected ones"
    unknown = report_of(samples.record(samples.evidence(engines=(none,), bundle_digest="")))
    assert unknown.engines[0].bundle == "NOT the expected ones"


def test_a_thousand_restarts_do_not_fill_pages() -> None:
    good = EngineProof(rules_loaded=214, bundle_digest=samples.DIGEST, self_test_passed=True)
    report = report_of(samples.record(samples.evidence(engines=(good,) * 1000)))
    assert [row.process for row in report.engines] == ["1–1000"]


def test_journal_and_its_absence() -> None:
    values = {fact.label: fact.value for fact in report_of(samples.blue()).context}
    assert values["Journal entry"] == "no. 1482"
    assert values["Journal code"] == "7QK2-M9XD-4TFA"
    without = build_report(samples.blue(), None, ENGLISH, drawable(RESOURCES / "fonts"))
    assert {fact.label: fact.value for fact in without.context}["Journal entry"] == "not in the journal"
    assert without.running_code == ""


def test_nothing_given_is_said_and_not_left_blank() -> None:
    bare = ScanRecord(
        id="", started="", target=samples.STICK, device=Device(id=""), verdict=samples.blue().verdict
    )
    report = build_report(bare, None, ENGLISH, drawable(RESOURCES / "fonts"))
    assert report.moment == (1970, 1, 1, 0, 0, 0)
    assert {fact.value for fact in report.perimeter} == {"not given", "KINGSTON (E:\\)"}
    assert report.attachment == "medscan-scan.json"
    assert report.engines == ()


def test_a_wrong_clock_makes_the_age_unknown() -> None:
    signatures = SignatureFacts(created="2027-01-01T00:00:00Z", clock_doubtful=True)
    report = report_of(msgspec.structs.replace(samples.blue(), signatures=signatures))
    assert report.figures[-1].value == "?"
    assert report.figures[-1].alarming


def test_dates_are_local_and_written_in_words() -> None:
    facts = {fact.label: fact.value for fact in report_of(samples.blue()).perimeter}
    assert facts["Date (local time)"] == "21 November 2026, 21:31"
    assert facts["Duration"] == "13 min 46 s"


@pytest.mark.parametrize("make", [samples.blue, samples.red, samples.amber, samples.green])
def test_every_text_has_words_in_the_language_of_the_report(make: object) -> None:
    report = report_of(make(), pseudo_words())  # type: ignore[operator]
    strings = [report.sentence, report.happened, report.means, report.light_word, *report.next_steps, *report.limits]
    assert report.language == "fr"
    assert not [text for text in strings + list(report.labels.values()) if text.startswith("[") or not text]
    assert not [text for text in report.next_steps if text.isascii()]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_499, "999 kB"), (999_500, "1.0 MB"), (99_950_000, "100 MB"),
     (48_312_774_144, "48.3 GB"), (2**63, "9223372 TB"), (-5, "0 B")],
)  # fmt: skip
def test_sizes(size: int, text: str) -> None:
    assert figures.size_text(size, ENGLISH) == text


@pytest.mark.parametrize(
    ("ended", "text"),
    [("2026-11-21T20:31:08.000Z", "1 s"), ("2026-11-21T23:36:07.123Z", "3 h 05 min"), ("", ""), ("nonsense", ""),
     ("2026-11-21T20:00:00Z", "")],
)  # fmt: skip
def test_durations(ended: str, text: str) -> None:
    assert figures.duration_text("2026-11-21T20:31:07.123Z", ended, ENGLISH) == text


def test_clocks_gone_mad_are_survived() -> None:
    for stamp in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        record = msgspec.structs.replace(samples.blue(), started=stamp, ended=stamp, utc_offset_min=99_999)
        assert report_of(record).title
    assert figures.date_time_text("2026-11-21T20:31:07Z", -210, ENGLISH).endswith("17:01")
    assert figures.offset_text(-210) == "-03:30"


def test_an_empty_coverage_has_an_empty_table() -> None:
    assert report_of(samples.record(samples.evidence(coverage=Coverage()))).coverage == ()


def test_low_severities_have_their_colours() -> None:
    style = (RESOURCES / "report" / "style.typ").read_text(encoding="utf-8")
    assert [severity for severity in Severity if f"  {severity.value}: rgb(" not in style] == []
