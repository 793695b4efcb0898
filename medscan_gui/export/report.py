"""From a committed record to the report's values."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from medscan_gui.core.coverage import CoverageLine, is_accepted
from medscan_gui.core.messages import Message, Parameter
from medscan_gui.core.record import ScanRecord, moment_of
from medscan_gui.core.sentences import SENTENCES
from medscan_gui.core.sentences.report import LABEL
from medscan_gui.core.text import Words, grouped
from medscan_gui.core.words import READ_OUTCOMES, Cause, SignatureAge, TargetKind, VerdictKind
from medscan_gui.export.advice import advice
from medscan_gui.export.figures import (
    date_text,
    date_time_text,
    duration_text,
    offset_text,
    size_text,
    utc_text,
)
from medscan_gui.export.glyphs import breakable, printable
from medscan_gui.export.model import CoverageRow, EngineRow, Fact, Figure, JournalPosition, Report
from medscan_gui.export.report_lists import problem_groups, rule_groups, severity_counts

#: Longest value of a fact of page 1, in characters: that page must stay one page.
PERIMETER_LIMIT = 64
#: Longest value elsewhere; the longest target; the longest text in the foot of a page.
FACT_LIMIT = 120
TARGET_LIMIT = 480
FOOT_LIMIT = 36
#: Characters of a scan's number that tell it from the scans around it: its time and a bit more.
SHORT_ID = 13
#: When a record has no readable time: the document then says nothing about a date.
_NO_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


class Speaker:
    """Words of one language, made drawable: the one way by which text enters a report."""

    def __init__(self, words: Words, covered: frozenset[int]) -> None:
        self.words = words
        self._covered = covered

    def say(self, code: str, **params: Parameter) -> str:
        """Return the sentence `code`."""
        return self.sentence(Message.of(code, **params))

    def sentence(self, message: Message) -> str:
        """Return a message as a sentence."""
        return printable(self.words.sentence(message), self._covered)

    def data(self, text: str, limit: int = FACT_LIMIT) -> str:
        """Return text from outside, escaped, shortened in the middle to `limit`, with places to break."""
        escaped = printable(text, self._covered)
        if len(escaped) > limit:
            head = limit // 3
            escaped = f"{escaped[:head]}…{escaped[-(limit - head - 1):]}"
        return breakable(escaped)


def build_report(
    record: ScanRecord,
    position: JournalPosition | None,
    words: Words,
    covered: frozenset[int],
    *,
    hospital: str = "",
) -> Report:
    """Return the report of a record. `covered` holds the code points that the fonts draw (`glyphs.drawable`)."""
    speaker = Speaker(words, covered)
    told = advice(record)
    threats, threats_left_out = rule_groups(record, speaker)
    problems, problems_left_out = problem_groups(record, speaker)
    attachment = attachment_name(record)
    name = record.device.title or record.target.label or record.target.shown
    return Report(
        language=words.language,
        title=_title(record, speaker),
        moment=_moment(record),
        hospital=speaker.data(hospital, PERIMETER_LIMIT),
        subtitle=_subtitle(record, name, speaker),
        running_title=speaker.data(name, FOOT_LIMIT),
        running_scan=printable(record.id[:SHORT_ID], covered),
        running_code=printable(position.short_code[:20], covered) if position else "",
        labels=_labels(speaker),
        light=record.light.value,
        light_word=speaker.say(f"light.{record.light.value}"),
        sentence=speaker.say(f"verdict.{record.verdict.kind.value}"),
        happened=speaker.sentence(told.happened),
        means=speaker.sentence(told.means),
        next_steps=tuple(map(speaker.sentence, told.next_steps)),
        figures=tuple(_figures(record, speaker)),
        perimeter=tuple(_perimeter(record, position, speaker)),
        reasons=tuple(map(speaker.sentence, record.verdict.reasons)),
        severities=severity_counts(record, speaker),
        threats=threats,
        threats_left_out=threats_left_out,
        problems=problems,
        problems_left_out=problems_left_out,
        coverage=tuple(_coverage(record, speaker)),
        coverage_total=_coverage_total(record, speaker),
        walk=speaker.say("report.walk.complete" if record.coverage.walk_complete else "report.walk.incomplete"),
        signatures=tuple(_signatures(record, speaker)),
        engines=tuple(_engines(record, speaker)),
        context=tuple(_context(record, position, speaker)),
        limits=tuple(_limits(record, speaker)),
        attachment=attachment,
        attachment_description=speaker.say("report.attachment_description"),
        attachment_note=speaker.say("report.attachment_note", attachment=attachment),
    )


def _subtitle(record: ScanRecord, name: str, speaker: Speaker) -> str:
    date = date_text(record.started, record.utc_offset_min, speaker.words)
    return " · ".join(part for part in (speaker.data(name, PERIMETER_LIMIT), date) if part)


def attachment_name(record: ScanRecord) -> str:
    """Return the name of the attached record: ASCII, without anything that a file system dislikes."""
    safe = re.sub(r"[^0-9A-Za-z-]", "", record.id)[:40]
    return f"medscan-{safe or 'scan'}.json"


def _labels(speaker: Speaker) -> dict[str, str]:
    return {code.removeprefix(LABEL): speaker.say(code) for code in SENTENCES if code.startswith(LABEL)}


def _moment(record: ScanRecord) -> tuple[int, int, int, int, int, int]:
    moment = moment_of(record.ended) or moment_of(record.started) or _NO_MOMENT
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:  # the first or the last day of the calendar: a clock gone mad
        moment = _NO_MOMENT
    return (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)


def _title(record: ScanRecord, speaker: Speaker) -> str:
    date = date_text(record.started, record.utc_offset_min, speaker.words)
    device = record.device.title or record.target.label
    if not device or not date:
        return speaker.say("report.title")
    shown = speaker.data(device, 60).replace("\u200b", "")
    return speaker.say("report.title_of", device=shown, date=date)


def _figures(record: ScanRecord, speaker: Speaker) -> Iterator[Figure]:
    coverage, found = record.coverage, record.evidence.threats_found
    left = found > record.evidence.threats_removed
    yield Figure(speaker.say("report.figure.threats"), grouped(found), alarming=left)
    yield Figure(speaker.say("report.figure.read"), grouped(coverage.items_read))
    missed = coverage.items_not_read
    yield Figure(speaker.say("report.figure.not_read"), grouped(missed), alarming=missed > 0)
    signatures = record.signatures
    too_old = signatures.age in {SignatureAge.VERY_OLD, SignatureAge.UNKNOWN} or signatures.clock_doubtful
    yield Figure(speaker.say("report.figure.signature_age"), _age_short(record, speaker), alarming=too_old)


def _age_short(record: ScanRecord, speaker: Speaker) -> str:
    if not record.signatures.created or record.signatures.clock_doubtful:
        return "?"
    return speaker.say("report.days", count=record.signatures.age_days)


def _given(speaker: Speaker, label: str, *texts: str, limit: int = FACT_LIMIT) -> Fact:
    value = " ".join(text for text in texts if text)
    return Fact(speaker.say(label), speaker.data(value, limit) or speaker.say("report.unknown"))


def _short(speaker: Speaker, label: str, *texts: str) -> Fact:
    return _given(speaker, label, *texts, limit=PERIMETER_LIMIT)


def _perimeter(record: ScanRecord, position: JournalPosition | None, speaker: Speaker) -> Iterator[Fact]:
    device, words = record.device, speaker.words
    yield _short(speaker, "report.fact.device", device.name)
    yield _short(speaker, "report.fact.target", record.target.shown)
    yield _short(speaker, "report.fact.asset_number", device.asset_number)
    yield _short(speaker, "report.fact.operator", record.operator)
    yield _short(speaker, "report.fact.department", device.department)
    yield _short(speaker, "report.fact.date", date_time_text(record.started, record.utc_offset_min, words))
    yield _short(speaker, "report.fact.model", device.make, device.model)
    yield _short(speaker, "report.fact.duration", duration_text(record.started, record.ended, words))
    yield _short(speaker, "report.fact.serial", device.serial)
    if record.kit or position is None:
        yield _short(speaker, "report.fact.kit", record.kit)
    else:
        yield _short(speaker, "report.fact.station", position.station)


def _coverage_class(line: CoverageLine) -> str:
    if line.outcome in READ_OUTCOMES:
        return "read"
    return "accepted" if is_accepted(line.outcome, line.cause) else "not_read"


_CLASS_ORDER = {"not_read": 0, "read": 1, "accepted": 2}


def _coverage(record: ScanRecord, speaker: Speaker) -> Iterator[CoverageRow]:
    lines = [line for line in record.coverage.lines if line.items]
    for line in sorted(lines, key=lambda line: (_CLASS_ORDER[_coverage_class(line)], -line.items)):
        kind = _coverage_class(line)
        outcome = speaker.say(f"outcome.{line.outcome.value}")
        if line.cause is not Cause.NONE:
            cause = speaker.say(f"cause.{line.cause.value}")
            outcome = speaker.say("report.outcome_cause", outcome=outcome, cause=cause)
        size = size_text(line.bytes, speaker.words)
        yield CoverageRow(outcome, kind, speaker.say(f"report.class.{kind}"), grouped(line.items), size)


def _coverage_total(record: ScanRecord, speaker: Speaker) -> CoverageRow:
    total = sum(line.bytes for line in record.coverage.lines)
    return CoverageRow(
        speaker.say("report.label.total"), "", "", grouped(record.coverage.total()), size_text(total, speaker.words)
    )


def _yes_no(speaker: Speaker, answer: bool) -> str:
    return speaker.say("report.value.yes" if answer else "report.value.no")


def _signatures(record: ScanRecord, speaker: Speaker) -> Iterator[Fact]:
    facts, engine = record.signatures, record.engine
    yield _given(speaker, "report.fact.signatures", facts.name, facts.version)
    yield _given(speaker, "report.fact.signature_date", date_text(facts.created, 0, speaker.words))
    yield Fact(speaker.say("report.fact.signature_age"), _age_long(record, speaker))
    yield Fact(speaker.say("report.fact.signature_rules"), grouped(facts.rules))
    yield Fact(speaker.say("report.fact.signature_verified"), _yes_no(speaker, record.evidence.bundle_verified))
    yield Fact(speaker.say("report.fact.signature_digest"), speaker.data(facts.digest) or "–", code=True)
    program = speaker.say("report.value.program", version=speaker.data(engine.program_version, 40) or "?")
    yield Fact(speaker.say("report.fact.program"), program)
    version = speaker.data(engine.yara_version, 40) or "?"
    told = speaker.say("report.value.engine", version=version, workers=engine.workers)
    yield Fact(speaker.say("report.fact.engine"), told)
    yield Fact(speaker.say("report.fact.engine_restarts"), grouped(engine.restarts))


def _age_long(record: ScanRecord, speaker: Speaker) -> str:
    signatures = record.signatures
    if signatures.clock_doubtful:
        return speaker.say("report.value.age_unknown")
    if not signatures.created:
        return speaker.say("age.unknown")
    return speaker.say("report.age", count=signatures.age_days, age=speaker.say(f"age.{signatures.age.value}"))


def _engines(record: ScanRecord, speaker: Speaker) -> Iterator[EngineRow]:
    """Yield one row for each run of equal proofs: a restart loop must not fill pages."""
    evidence = record.evidence
    start = 0
    for index, proof in enumerate(evidence.engines):
        if index + 1 < len(evidence.engines) and evidence.engines[index + 1] == proof:
            continue
        same = bool(evidence.bundle_digest) and proof.bundle_digest == evidence.bundle_digest
        yield EngineRow(
            process=str(index + 1) if start == index else f"{start + 1}–{index + 1}",
            rules=f"{grouped(proof.rules_loaded)} / {grouped(evidence.rules_expected)}",
            bundle=speaker.say("report.bundle.same" if same else "report.bundle.other"),
            test=speaker.say("report.test.passed" if proof.self_test_passed else "report.test.failed"),
            good=same and proof.self_test_passed and proof.rules_loaded == evidence.rules_expected,
        )
        start = index + 1


def _context(record: ScanRecord, position: JournalPosition | None, speaker: Speaker) -> Iterator[Fact]:
    host, target = record.host, record.target
    yield Fact(speaker.say("report.fact.scan_id"), speaker.data(record.id, 60), code=True)
    yield _given(speaker, "report.fact.started", utc_text(record.started))
    yield _given(speaker, "report.fact.ended", utc_text(record.ended))
    offset = speaker.say("report.value.offset", offset=offset_text(record.utc_offset_min))
    yield Fact(speaker.say("report.fact.offset"), offset)
    yield _given(speaker, "report.fact.host", host.name)
    yield _given(speaker, "report.fact.system", host.os, host.os_version, host.machine)
    yield _given(speaker, "report.fact.target", target.shown, limit=TARGET_LIMIT)
    yield _given(speaker, "report.fact.volume", target.volume_id)
    removable = "report.removable.yes" if target.removable else "report.removable.no"
    yield Fact(speaker.say("report.fact.removable"), speaker.say(removable))
    if position is None:
        yield Fact(speaker.say("report.fact.journal_position"), speaker.say("report.value.no_position"))
        return
    yield _given(speaker, "report.fact.station", position.station)
    entry = speaker.say("report.value.position", sequence=grouped(position.sequence))
    yield Fact(speaker.say("report.fact.journal_position"), entry)
    yield Fact(speaker.say("report.fact.journal_code"), speaker.data(position.short_code, 40), code=True)
    yield Fact(speaker.say("report.fact.journal_hash"), speaker.data(position.hash), code=True)


def _limits(record: ScanRecord, speaker: Speaker) -> Iterator[str]:
    yield speaker.say("report.limits.known")
    yield speaker.say("report.limits.files")
    yield speaker.say("report.limits.moment")
    if record.target.removable:
        yield speaker.say("report.limits.medium")
    if record.target.kind is TargetKind.COMPUTER or not record.target.removable:
        yield speaker.say("report.limits.system")
    if record.coverage.items_accepted or record.verdict.kind is VerdictKind.NO_THREAT:
        yield speaker.say("report.limits.accepted")
