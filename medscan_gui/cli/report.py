"""Writing a scan's PDF report to a file, whole or not at all."""

import os
from pathlib import Path

from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import current
from medscan_gui.export.pdf import write_report
from medscan_gui.session import Services


def save_report(services: Services, record: ScanRecord, file: Path, *, committed: bool = True) -> None:
    """Write the report of `record` to `file`, replacing it only once the new one is complete.

    Raises MedScanError when the report cannot be made or the file cannot be written.
    """
    position = services.journal.position(record.id) if committed else None
    settings = services.settings.current
    pdf = write_report(record, position, current(), services.paths.resources, hospital=settings.hospital_name)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(pdf)
        unfinished.replace(file)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        message = Message.of("scan.report_not_written", file=shown(str(file)), detail=error.strerror or "")
        raise MedScanError(message) from error
