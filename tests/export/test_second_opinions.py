"""Second opinions on paper, as JSON and as a table."""

import csv
import io

import msgspec
import pytest

from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.finding import ItemProblem
from medscan_gui.core.messages import Message
from medscan_gui.core.opinion import EngineOpinion, EngineStatus, SelfTest
from medscan_gui.core.record import ScanRecord, decode_record
from medscan_gui.core.text import Words
from medscan_gui.core.words import Cause, Light, Outcome
from medscan_gui.export.advice import advice
from medscan_gui.export.formats import opinions_csv, record_json
from medscan_gui.export.pdf import write_report
from medscan_gui.export.report_second import NAMED, second_part
from medscan_gui.export.speaker import Speaker
from medscan_gui.system.paths import find_paths
from tests.export import samples

ENGLISH = Words()
SPEAKER = Speaker(ENGLISH, frozenset(range(0x20, 0x2100)))

CLAMAV = EngineOpinion(
    engine="clamav",
    tool="clamd",
    version="1.4.6",
    database_version="28001",
    database_date="2026-11-20T03:10:07.000Z",
    database_age_days=1,
    status=EngineStatus.READY,
    self_test=SelfTest.PASSED,
    complete=True,
    coverage=Coverage(
        lines=(
            CoverageLine(Outcome.SCANNED, Cause.NONE, 900),
            CoverageLine(Outcome.SKIPPED_BY_POLICY, Cause.LINK, 4),
            CoverageLine(Outcome.TOO_LARGE, Cause.NONE, 96),
        ),
        items_counted=1000,
        walk_complete=True,
    ),
    problems=tuple(ItemProblem(chain=(b"/x/=cmd|\xff%d" % n,), outcome=Outcome.TOO_LARGE) for n in range(96)),
    duration_ms=61_400,
)
DEFENDER = EngineOpinion(
    engine="defender",
    status=EngineStatus.DISABLED,
    reason=Message.of("second.disabled", engine="Microsoft Defender"),
)


def record(*opinions: EngineOpinion) -> ScanRecord:
    wanted = tuple(opinion.engine for opinion in opinions)
    return samples.record(samples.evidence(second_wanted=wanted, opinions=opinions))


def test_each_engine_is_listed_with_versions_and_counts() -> None:
    part = second_part(record(CLAMAV, DEFENDER), SPEAKER)
    assert part is not None
    clamav, defender = part.engines
    assert clamav.title == "ClamAV 1.4.6 (clamd)"
    text = "\n".join(clamav.lines)
    assert "28001" in text
    assert "1 day old" in text
    assert "Analysed: 900. Not analysed: 96. Left out on purpose: 4. Threats: 0." in text
    assert "complete, test sample found, 61 s" in text
    assert len(clamav.named) == NAMED
    assert "56" in clamav.left_out
    assert "<0xFF>" in clamav.named[0].where
    assert defender.title == "Microsoft Defender"
    assert "switched off" in defender.lines[0]


def test_a_scan_without_second_opinion_has_no_such_part() -> None:
    assert second_part(samples.record(), SPEAKER) is None


def test_every_sentence_is_there() -> None:
    bare = EngineOpinion(engine="clamav")
    for opinion in (bare, CLAMAV, DEFENDER, *(msgspec.structs.replace(CLAMAV, self_test=test) for test in SelfTest)):
        part = second_part(record(opinion), SPEAKER)
        assert part is not None
        assert "[" not in str(part)


def test_json_reads_back_and_shows_names() -> None:
    original = record(CLAMAV, DEFENDER)
    data = record_json(original)
    assert decode_record(data) == original
    told = msgspec.json.decode(data)["evidence"]["opinions"][0]
    assert told["name"] == "ClamAV"
    assert told["problems"][0]["where"] == "/x/=cmd|<0xFF>0"


def test_the_table_has_one_row_for_each_engine() -> None:
    rows = list(csv.reader(io.StringIO(opinions_csv(record(CLAMAV, DEFENDER), ENGLISH).decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Engine", "ClamAV", "Microsoft Defender"]
    assert rows[1][6:9] == ["900", "96", "0"]
    assert rows[2][4] == "switched off"


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({"status": EngineStatus.ABSENT}, "advice.do.second_install"),
        ({"status": EngineStatus.STALE, "database_age_days": 200}, "advice.do.second_update"),
        ({}, "advice.do.second_files"),
        ({"complete": False, "reason": Message.of("second.stuck", engine="ClamAV")}, "advice.do.second_again"),
    ],
)
def test_advice_says_what_the_second_engine_lacks_and_that_our_own_result_stands(
    change: dict[str, object], step: str
) -> None:
    amber = record(msgspec.structs.replace(CLAMAV, **change))
    assert amber.light is Light.AMBER
    told = advice(amber)
    assert told.means == Message.of("advice.means.amber_second")
    assert Message.of(step) in told.next_steps


def test_a_report_with_hostile_names_is_made() -> None:
    paths = find_paths()
    pdf = write_report(record(CLAMAV, DEFENDER), samples.Position(), ENGLISH, paths.resources)
    assert pdf.startswith(b"%PDF-")
