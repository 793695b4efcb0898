"""Second opinions in a report: each engine with its versions, what it analysed and what it did not."""

from collections.abc import Iterator

from medscan_gui.core.opinion import EngineOpinion
from medscan_gui.core.record import ScanRecord
from medscan_gui.export.figures import date_text
from medscan_gui.export.model import ProblemItem, SecondPart, SecondRow
from medscan_gui.export.report_lists import NAME_LIMIT
from medscan_gui.export.speaker import Speaker

#: Files not analysed that are named for each engine; the attached record holds more.
NAMED = 40


def second_part(record: ScanRecord, speaker: Speaker) -> SecondPart | None:
    """Return the part of the report on second opinions; None if none was asked for."""
    if not record.opinions:
        return None
    return SecondPart(speaker.say("report.second.title"), tuple(_row(one, speaker) for one in record.opinions))


def _row(opinion: EngineOpinion, speaker: Speaker) -> SecondRow:
    named = opinion.problems[:NAMED]
    more = opinion.not_analysed - len(named)
    return SecondRow(
        title=_title(opinion, speaker),
        lines=tuple(_lines(opinion, speaker)),
        named=tuple(
            ProblemItem(speaker.data(problem.where, NAME_LIMIT), speaker.say(f"outcome.{problem.outcome.value}"))
            for problem in named
        ),
        left_out=speaker.say("report.second.more", count=more) if more > 0 else "",
    )


def _title(opinion: EngineOpinion, speaker: Speaker) -> str:
    if not opinion.version:
        return speaker.plain(opinion.name)
    version, tool = speaker.plain(opinion.version[:80]), speaker.plain(opinion.tool[:40])
    return speaker.say("report.second.engine", engine=opinion.name, version=version, tool=tool)


def _lines(opinion: EngineOpinion, speaker: Speaker) -> Iterator[str]:
    if opinion.reason is not None:
        yield speaker.reason(opinion.reason)
    if opinion.version:
        yield _database(opinion, speaker)
        yield _counts(opinion, speaker)
        yield speaker.say(
            "report.second.taken",
            state=speaker.say("report.second.complete" if opinion.complete else "report.second.not_complete"),
            test=speaker.say(f"report.second.test_{opinion.self_test.value}"),
            seconds=(opinion.duration_ms + 500) // 1000,
        )


def _database(opinion: EngineOpinion, speaker: Speaker) -> str:
    days = opinion.database_age_days
    age = speaker.say("report.second.no_age") if days is None else speaker.say("report.second.age", count=days)
    date = date_text(opinion.database_date, 0, speaker.words) or speaker.say("report.second.no_date")
    version = speaker.plain(opinion.database_version[:60]) or "?"
    return speaker.say("report.second.database", version=version, date=date, age=age)


def _counts(opinion: EngineOpinion, speaker: Speaker) -> str:
    if not opinion.counted:
        return speaker.say("report.second.whole", threats=opinion.threats)
    return speaker.say(
        "report.second.counts",
        analysed=opinion.analysed,
        not_analysed=opinion.not_analysed,
        left_out=opinion.left_out,
        threats=opinion.threats,
    )
