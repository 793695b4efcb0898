"""Second opinions as rows: one for each engine, and below it the files that it could not analyse."""

from collections.abc import Iterator

from medscan_gui.core.opinion import EngineOpinion, EngineStatus
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _, current
from medscan_gui.gui.models.phrases import days_old, not_read_reason, number, sentence
from medscan_gui.gui.models.text_table import Titles

_VERSION, _DATABASE, _TOOL = 80, 60, 40
_NOTHING = "–"


def opinion_titles() -> Titles:
    """Return the titles of the table."""
    words = (
        _("Engine"),
        _("Its signatures"),
        _("Analysed"),
        _("Not analysed"),
        _("Threats"),
        _("State"),
    )
    return Titles(words, frozenset({2, 3, 4}))


def opinion_rows(record: ScanRecord) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a scan's second opinions."""
    for opinion in record.opinions:
        yield _row(opinion)
        for problem in opinion.problems:
            reason = not_read_reason(problem.outcome, problem.cause)
            yield ("    " + problem.where, "", "", "", "", reason)
        if more := opinion.not_analysed - len(opinion.problems) if opinion.counted else 0:
            words = _("… and {count} more, counted but not listed by name").format(count=number(more))
            yield ("    " + words, "", "", "", "", "")


def _row(opinion: EngineOpinion) -> tuple[str, ...]:
    told = opinion.counted and bool(opinion.version)
    return (
        engine_words(opinion),
        signature_words(opinion),
        number(opinion.analysed) if told else _NOTHING,
        number(opinion.not_analysed) if told else _NOTHING,
        number(opinion.threats) if opinion.version else _NOTHING,
        state_words(opinion),
    )


def engine_words(opinion: EngineOpinion) -> str:
    """Return the name of an engine with its version and the program that was asked."""
    if not opinion.version:
        return opinion.name
    return _("{name} {version} ({tool})").format(
        name=opinion.name, version=opinion.version[:_VERSION], tool=opinion.tool[:_TOOL]
    )


def signature_words(opinion: EngineOpinion) -> str:
    """Return version, date and age of an engine's signatures; a dash if it could not be asked."""
    if not opinion.version:
        return _NOTHING
    parts = (
        opinion.database_version[:_DATABASE],
        opinion.database_date[:10],
        _("age unknown") if opinion.database_age_days is None else days_old(opinion.database_age_days),
    )
    return ", ".join(part for part in parts if part)


def state_words(opinion: EngineOpinion) -> str:
    """Return whether an engine came to its end, and why not."""
    if opinion.status in {EngineStatus.ABSENT, EngineStatus.DISABLED}:
        return sentence(f"second.status.{opinion.status.value}")  # that is the reason
    if opinion.status is EngineStatus.UNUSABLE:
        state = sentence(f"second.status.{opinion.status.value}")
    else:
        state = sentence("report.second.complete" if opinion.complete else "report.second.not_complete")
    if opinion.status is EngineStatus.STALE:
        state = _("{state}, {more}").format(state=state, more=sentence("second.status.stale"))
    if opinion.reason is not None:
        return _("{state}: {why}").format(state=state, why=current().sentence(opinion.reason))
    return state
