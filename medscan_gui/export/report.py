"""From a committed record to the report's values."""

from collections.abc import Iterator, Sequence

from medscan_gui.core.action import ProcedureStep
from medscan_gui.core.coverage import CoverageLine, is_accepted
from medscan_gui.core.procedure import Procedure
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import Words, grouped
from medscan_gui.core.verdict import threats_left
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
from medscan_gui.export.model import CoverageRow, EngineRow, Fact, Figure, JournalPosition, Report
from medscan_gui.export.report_lists import problem_groups, rule_groups, severity_counts
from medscan_gui.export.report_procedure import procedure_page
from medscan_gui.export.report_rules import accepted_files, card_facts, card_lists, card_summary, clean_up
from medscan_gui.export.report_second import second_part
from medscan_gui.export.speaker import (
    FOOT_LIMIT,
    PERIMETER_LIMIT,
    SHORT_ID,
    TARGET_LIMIT,
    Speaker,
    attachment_name,
    document_moment,
)


def build_report(
    record: ScanRecord,
    position: JournalPosition | None,
    words: Words,
    covered: frozenset[int],
    *,
    hospital: str = "",
    procedure: Procedure | None = None,
    steps: Sequence[ProcedureStep] = (),
) -> Report:
    """Return the report of a record. `covered` holds the code points that the fonts draw (`glyphs.drawable`)."""
    speaker = Speaker(words, covered)
    told = advice(record)
    threats, threats_left_out = rule_groups(record, speaker)
    problems, problems_left_out = problem_groups(record, speaker)
    accepted, accepted_left_out = accepted_files(record, speaker)
    attachment = attachment_name(record.id)
    name = record.device.title or record.target.label or record.target.shown
    return Report(
        language=words.language,
        title=_title(record, speaker),
        moment=document_moment(record.ended, record.started),
        hospital=speaker.data(hospital, PERIMETER_LIMIT),
        kind=speaker.say("report.label.report"),
        running_label=speaker.say("report.label.scan_id"),
        subtitle=_subtitle(record, name, speaker),
        running_title=speaker.data(name, FOOT_LIMIT),
        running_scan=speaker.plain(record.id[:SHORT_ID]),
        running_code=speaker.plain(position.short_code[:20]) if position else "",
        labels=_labels(record, speaker),
        light=record.light.value,
        light_word=speaker.say(f"light.{record.light.value}"),
        sentence=_sentence(record, speaker),
        happened=speaker.sentence(told.happened),
        means=speaker.sentence(told.means),
        next_steps=tuple(map(speaker.sentence, told.next_steps)),
        figures=tuple(_figures(record, speaker)),
        perimeter=tuple(_perimeter(record, position, speaker)),
        reasons=tuple(_reasons(record, speaker)),
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
        card=tuple(card_facts(record.card, speaker)),
        card_lists=tuple(card_lists(record.card, speaker)),
        accepted=accepted,
        accepted_left_out=accepted_left_out,
        clean_up=clean_up(record, speaker),
        procedure=procedure_page(record, procedure, steps, speaker),
        second=second_part(record, speaker),
    )


def _reasons(record: ScanRecord, speaker: Speaker) -> Iterator[str]:
    """Yield the reasons of the light; beside accepted threats, "no threat was found" would not be true."""
    for reason in record.verdict.reasons:
        if reason.code == "verdict.no_threat":
            yield _sentence(record, speaker)
        else:
            yield speaker.sentence(reason)


def _labels(record: ScanRecord, speaker: Speaker) -> dict[str, str]:
    labels = speaker.labels()
    if record.verdict.kind is VerdictKind.REMOVED:
        labels["limits"] = speaker.say("report.limits_of_green")
    return labels


def _sentence(record: ScanRecord, speaker: Speaker) -> str:
    kind = record.verdict.kind
    if kind is VerdictKind.NO_THREAT and record.evidence.threats_accepted > 0:
        return speaker.say("report.sentence.accepted")
    if kind is VerdictKind.NO_THREAT and record.target.quick:
        return speaker.say("verdict.no_threat_quick")
    return speaker.say(f"verdict.{kind.value}")


def _subtitle(record: ScanRecord, name: str, speaker: Speaker) -> str:
    date = date_text(record.started, record.utc_offset_min, speaker.words)
    return " · ".join(part for part in (speaker.data(name, PERIMETER_LIMIT), date) if part)


def _title(record: ScanRecord, speaker: Speaker) -> str:
    date = date_text(record.started, record.utc_offset_min, speaker.words)
    device = record.device.title or record.target.label
    if not device or not date:
        return speaker.say("report.title")
    shown = speaker.data(device, 60).replace("\u200b", "")
    return speaker.say("report.title_of", device=shown, date=date)


def _figures(record: ScanRecord, speaker: Speaker) -> Iterator[Figure]:
    coverage, evidence = record.coverage, record.evidence
    found, left = evidence.threats_found, threats_left(evidence)
    yield Figure(speaker.say("report.figure.threats"), grouped(found), alarming=left > 0)
    if record.follows:
        yield Figure(speaker.say("report.figure.removed"), grouped(evidence.threats_removed))
        yield Figure(speaker.say("report.figure.left"), grouped(left), alarming=left > 0)
    if evidence.threats_accepted > 0:
        yield Figure(speaker.say("report.figure.accepted"), grouped(evidence.threats_accepted))
    # What a follow-up reads again was already counted by the scan before it, which read all.
    read = evidence.earlier_items_read if record.follows else coverage.items_read
    yield Figure(speaker.say("report.figure.read"), grouped(read))
    missed = coverage.items_not_read
    yield Figure(speaker.say("report.figure.not_read"), grouped(missed), alarming=missed > 0)
    if record.follows:
        return  # page 1 has no room for more; the technical part says how old the signatures are
    signatures = record.signatures
    too_old = signatures.age in {SignatureAge.VERY_OLD, SignatureAge.UNKNOWN} or signatures.clock_doubtful
    yield Figure(speaker.say("report.figure.signature_age"), _age_short(record, speaker), alarming=too_old)


def _age_short(record: ScanRecord, speaker: Speaker) -> str:
    if not record.signatures.created or record.signatures.clock_doubtful:
        return "?"
    return speaker.say("report.days", count=record.signatures.age_days)


def _perimeter(record: ScanRecord, position: JournalPosition | None, speaker: Speaker) -> Iterator[Fact]:
    device, words = record.device, speaker.words
    yield speaker.short("report.fact.device", device.name)
    yield speaker.short("report.fact.target", record.target.shown)
    yield speaker.short("report.fact.asset_number", device.asset_number)
    yield speaker.short("report.fact.operator", record.operator)
    yield speaker.short("report.fact.department", device.department)
    yield speaker.short("report.fact.date", date_time_text(record.started, record.utc_offset_min, words))
    yield speaker.short("report.fact.model", device.make, device.model)
    yield speaker.short("report.fact.duration", duration_text(record.started, record.ended, words))
    yield speaker.short("report.fact.serial", device.serial)
    if record.kit or position is None:
        yield speaker.short("report.fact.kit", record.kit)
    else:
        yield speaker.short("report.fact.station", position.station)
    if record.card is not None:
        yield Fact(speaker.say("report.fact.card"), card_summary(record.card, speaker))
        yield speaker.short("report.fact.card_contact", record.card.card.contact or record.card.card.manufacturer)


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
    yield speaker.given("report.fact.signatures", facts.name, facts.version)
    yield speaker.given("report.fact.signature_date", date_text(facts.created, 0, speaker.words))
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
    yield speaker.given("report.fact.started", utc_text(record.started))
    yield speaker.given("report.fact.ended", utc_text(record.ended))
    offset = speaker.say("report.value.offset", offset=offset_text(record.utc_offset_min))
    yield Fact(speaker.say("report.fact.offset"), offset)
    yield speaker.given("report.fact.host", host.name)
    yield speaker.given("report.fact.system", host.os, host.os_version, host.machine)
    yield speaker.given("report.fact.target", target.shown, limit=TARGET_LIMIT)
    yield speaker.given("report.fact.volume", target.volume_id)
    removable = "report.removable.yes" if target.removable else "report.removable.no"
    yield Fact(speaker.say("report.fact.removable"), speaker.say(removable))
    if position is None:
        yield Fact(speaker.say("report.fact.journal_position"), speaker.say("report.value.no_position"))
        return
    yield speaker.given("report.fact.station", position.station)
    entry = speaker.say("report.value.position", sequence=grouped(position.sequence))
    yield Fact(speaker.say("report.fact.journal_position"), entry)
    yield Fact(speaker.say("report.fact.journal_code"), speaker.data(position.short_code, 40), code=True)
    yield Fact(speaker.say("report.fact.journal_hash"), speaker.data(position.hash), code=True)


def _limits(record: ScanRecord, speaker: Speaker) -> Iterator[str]:
    if record.verdict.kind is VerdictKind.REMOVED:
        yield speaker.say("report.limits.green")
    yield speaker.say("report.limits.known")
    if record.target.quick:
        yield speaker.say("report.limits.quick")
    whole = record.target.kind is TargetKind.COMPUTER and not record.follows
    yield speaker.say("report.limits.computer" if whole else "report.limits.files")
    yield speaker.say("report.limits.moment")
    if record.target.removable:
        yield speaker.say("report.limits.medium")
    if record.target.kind is TargetKind.COMPUTER or not record.target.removable:
        yield speaker.say("report.limits.system")
    if record.coverage.items_accepted or record.verdict.kind is VerdictKind.NO_THREAT:
        yield speaker.say("report.limits.accepted")
