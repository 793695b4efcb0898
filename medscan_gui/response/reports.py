"""The PDF reports of scans and actions, with what the journal knows around them."""

from medscan_gui.core.action import ActionRecord, ProcedureStep
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.procedure import Procedure
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import current
from medscan_gui.core.words import Light
from medscan_gui.response.procedure import load
from medscan_gui.services import Services

#: Lights after which the hospital's procedure is to be followed.
PROCEDURE_LIGHTS = frozenset({Light.RED, Light.GREEN})


def scan_report(services: Services, record: ScanRecord, *, committed: bool = True) -> bytes:
    """Return the PDF report of a scan, in the language in use. Raises MedScanError."""
    from medscan_gui.export.pdf import write_report

    words = current()
    shown: Procedure | None = None
    steps: tuple[ProcedureStep, ...] = ()
    if record.light in PROCEDURE_LIGHTS:
        shown = load(services.paths, words.language)
        steps = services.journal.steps(record.id) if committed else ()
    return write_report(
        record,
        services.journal.position(record.id) if committed else None,
        words,
        services.paths.resources,
        hospital=services.settings.current.hospital_name,
        procedure=shown,
        steps=steps,
    )


def action_report(services: Services, action: ActionRecord) -> bytes:
    """Return the PDF report of an action in the journal, in the language in use. Raises MedScanError."""
    from medscan_gui.export.pdf import write_action_report

    return write_action_report(
        action,
        services.journal.action_position(action.id),
        current(),
        services.paths.resources,
        hospital=services.settings.current.hospital_name,
        scan=_scan_of(services, action),
    )


def _scan_of(services: Services, action: ActionRecord) -> ScanRecord | None:
    try:
        return services.journal.record(action.scan_id) if action.scan_id else None
    except MedScanError:
        return None  # it is in another journal, say: the action stands for itself
