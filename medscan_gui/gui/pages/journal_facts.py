"""The technical facts of one record, as rows of text."""

from collections.abc import Iterator

from medscan_gui.core.coverage import Coverage
from medscan_gui.core.device import Target
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _
from medscan_gui.export.model import JournalPosition
from medscan_gui.gui.models.counts import counted_words
from medscan_gui.gui.models.facts import Fact
from medscan_gui.gui.models.phrases import date_time, days_old, duration, not_read_reason, number, sentence, size


def record_facts(record: ScanRecord, position: JournalPosition | None) -> list[Fact]:
    """Return what a technician or an auditor asks of a scan."""
    return [
        *_scan_facts(record),
        *_coverage_facts(record.coverage, record.target),
        *_engine_facts(record),
        *_journal_facts(record, position),
    ]


def _scan_facts(record: ScanRecord) -> Iterator[Fact]:
    yield _("Started"), date_time(record.started)
    if record.ended:
        yield _("Ended"), date_time(record.ended)
    if lasted := duration(record.started, record.ended):
        yield _("Duration"), lasted
    yield _("What was scanned"), record.target.shown
    device = record.device
    for title, value in (
        (_("Device"), device.name),
        (_("Asset number"), device.asset_number),
        (_("Department"), device.department),
        (_("Make and model"), " ".join(part for part in (device.make, device.model) if part)),
        (_("Serial number"), device.serial),
        (_("Operator"), record.operator),
        (_("MedScan kit"), record.kit),
    ):
        if value:
            yield title, value


def _coverage_facts(coverage: Coverage, target: Target) -> Iterator[Fact]:
    counted = counted_words(coverage, target)
    if not coverage.walk_complete:
        counted = _("{count}, and the listing did not reach its end").format(count=counted)
    yield _("Items counted"), counted
    yield _("Items read"), _("{count} ({size})").format(
        count=number(coverage.items_read), size=size(coverage.bytes_read)
    )
    if unchanged := coverage.items_unchanged:
        yield _("Of these unchanged and not read again"), number(unchanged)
    yield _("Items left out on purpose"), number(coverage.items_accepted)
    yield _("Items not read"), number(coverage.items_not_read)
    for line in coverage.lines:
        yield "    " + not_read_reason(line.outcome, line.cause), number(line.items)


def _engine_facts(record: ScanRecord) -> Iterator[Fact]:
    signatures, engine = record.signatures, record.engine
    yield _("Signatures"), f"{signatures.name} {signatures.version}".strip() or _("none")
    if signatures.created:
        age = _("unknown: the clock was before their date") if signatures.clock_doubtful else _("{age}, {word}").format(
            age=days_old(signatures.age_days), word=sentence(f"age.{signatures.age.value}")
        )
        yield _("Age of the signatures at the scan"), age
    yield _("Number of rules"), number(signatures.rules)
    if signatures.digest:
        yield _("Fingerprint of the signatures"), signatures.digest
    proven = bool(record.evidence.engines) and all(proof.self_test_passed for proof in record.evidence.engines)
    yield _("Self-test of the engine"), _("passed") if proven else _("not passed")
    yield _("Engine (YARA)"), engine.yara_version or _("unknown")
    yield _("MedScan"), engine.program_version or _("unknown")
    if engine.restarts:
        yield _("Engine restarts"), number(engine.restarts)
    host = record.host
    yield _("Computer"), " ".join(part for part in (host.name, host.os, host.os_version) if part) or _("unknown")


def _journal_facts(record: ScanRecord, position: JournalPosition | None) -> Iterator[Fact]:
    yield _("Number of the scan"), record.id
    if position is None:
        yield _("Place in the journal"), _("not recorded in the journal")
        return
    yield _("Place in the journal"), number(position.sequence)
    yield _("Short chain code"), position.short_code
