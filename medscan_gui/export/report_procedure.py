"""The hospital's procedure on paper: its steps, with who ticked them and when."""

from collections.abc import Iterator, Sequence

import msgspec

from medscan_gui.core.action import ProcedureStep
from medscan_gui.core.names import shown
from medscan_gui.core.procedure import PROCEDURE_LIGHTS, Procedure, Step
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import grouped
from medscan_gui.export.figures import date_time_text
from medscan_gui.export.model import ProcedureLine, ProcedurePage
from medscan_gui.export.speaker import FACT_LIMIT, TEXT_LIMIT, Speaker

#: Lines of text below one step, and in the introduction, that the report prints.
LINES_LISTED = 20
#: Ticks of other wordings that are listed.
OTHERS_LISTED = 60


def procedure_page(
    record: ScanRecord, procedure: Procedure | None, ticks: Sequence[ProcedureStep], speaker: Speaker
) -> ProcedurePage | None:
    """Return the procedure of a RED or GREEN scan with its ticks, or None.

    `ticks` is in the order of the journal: the last one of a step counts. A record from before there were
    procedures shows one only if somebody ticked its steps: it was none of its day's.
    """
    if procedure is None or record.light not in PROCEDURE_LIGHTS or (record.card is None and not ticks):
        return None
    today = procedure.shown_on(record.light)
    latest = {tick.step: tick for tick in ticks if tick.scan_id == record.id}
    steps = tuple(_steps(today.steps, latest, record, speaker))
    known = {step.id for step in today.steps}
    others = [tick for tick in latest.values() if tick.done and tick.step not in known]
    if not steps and not others:
        return None
    done = sum(line.done for line in steps)
    return ProcedurePage(
        title=speaker.data(today.title) or speaker.say("report.label.procedure"),
        intro=_lines(today.intro, speaker),
        steps=steps,
        progress=speaker.say("report.steps_done", count=done, steps=grouped(len(steps))),
        others=tuple(_other(tick, record, speaker) for tick in others[:OTHERS_LISTED]),
        source=_source(today, speaker),
    )


def _source(procedure: Procedure, speaker: Speaker) -> str:
    if procedure.source:
        return speaker.told("report.procedure_of_hospital", file=procedure.source)
    return speaker.say("report.procedure_of_medscan")


def _lines(text: str, speaker: Speaker) -> tuple[str, ...]:
    return tuple(speaker.data(line, TEXT_LIMIT) for line in text.splitlines()[:LINES_LISTED] if line)


def _steps(
    steps: Sequence[Step], ticks: dict[str, ProcedureStep], record: ScanRecord, speaker: Speaker
) -> Iterator[ProcedureLine]:
    section = ""
    for step in steps:
        line = _line(step, ticks.get(step.id), record, speaker)
        if step.section != section:
            section = step.section
            line = msgspec.structs.replace(line, section=_lines(section, speaker))
        yield line


def _line(step: Step, tick: ProcedureStep | None, record: ScanRecord, speaker: Speaker) -> ProcedureLine:
    done = tick is not None and tick.done
    return ProcedureLine(
        text=speaker.data(step.text, TEXT_LIMIT),
        detail=_lines(step.detail, speaker),
        done=done,
        done_by=_done_by(tick, record, speaker) if tick is not None and done else "",
    )


def _other(tick: ProcedureStep, record: ScanRecord, speaker: Speaker) -> ProcedureLine:
    text = speaker.data(tick.text, TEXT_LIMIT)
    return ProcedureLine(text=text, detail=(), done=True, done_by=_done_by(tick, record, speaker))


def _done_by(tick: ProcedureStep, record: ScanRecord, speaker: Speaker) -> str:
    time = date_time_text(tick.at, record.utc_offset_min, speaker.words) or speaker.say("report.unknown")
    if tick.operator:
        return speaker.told("report.done_by", operator=shown(tick.operator, FACT_LIMIT), time=time)
    return speaker.say("report.done_at", time=time)
