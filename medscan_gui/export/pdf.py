"""The PDF report: the report's values set by Typst, in memory, from templates of the resources folder.

The document is PDF/UA-1 (accessible) and PDF/A-3b (archivable), with the complete record attached.
The values reach the template as one JSON text: nothing in them is ever read as markup. All dates come
from the record, so that the same record gives the same bytes.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown
from medscan_gui.core.record import ScanRecord, encode_record
from medscan_gui.core.text import Words
from medscan_gui.export.glyphs import FontError, drawable
from medscan_gui.export.model import JournalPosition, Report
from medscan_gui.export.report import build_report

TEMPLATE = "report.typ"
_STANDARDS: list[Literal["ua-1", "a-3b"]] = ["ua-1", "a-3b"]
_DETAIL_LIMIT = 300


class PdfError(MedScanError):
    """The PDF could not be made. The sentence says what to do instead."""


def write_report(
    record: ScanRecord,
    position: JournalPosition | None,
    words: Words,
    resources: Path,
    hospital: str = "",
) -> bytes:
    """Return the PDF report of a scan.

    `resources` holds `report/` (templates) and `fonts/`. Nothing is written to disk and no network is used.
    Raises PdfError.
    """
    fonts = resources / "fonts"
    try:
        report = build_report(record, position, words, drawable(fonts), hospital=hospital)
        attachment = encode_record(record)
    except (OSError, FontError) as error:
        raise PdfError(Message.of("report.parts_missing", detail=shown(str(error), _DETAIL_LIMIT))) from error
    except UnicodeEncodeError as error:  # a typed text with half a character: no journal holds such a record
        raise PdfError(Message.of("report.pdf_failed", detail=shown(error.reason, _DETAIL_LIMIT))) from error
    return typeset(report, attachment, resources)


def typeset(report: Report, attachment: bytes, resources: Path) -> bytes:
    """Return a report as PDF, with `attachment` (UTF-8 JSON) as its attached record. Raises PdfError."""
    import typst  # 30 MB of library: loaded when the first report is made, not at start-up

    folder = resources / "report"
    if not (folder / TEMPLATE).is_file():
        raise PdfError(Message.of("report.parts_missing", detail=shown(str(folder / TEMPLATE), _DETAIL_LIMIT)))
    inputs = {"report": msgspec.json.encode(report).decode(), "record": attachment.decode("utf-8")}
    try:
        return typst.compile(
            folder / TEMPLATE,
            root=folder,
            format="pdf",
            font_paths=[resources / "fonts"],
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards=list(_STANDARDS),
            timestamp=datetime(*report.moment, tzinfo=UTC),
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise PdfError(Message.of("report.pdf_failed", detail=shown(str(error), _DETAIL_LIMIT))) from error
    except BaseException as error:
        # A panic of the Rust side is no Exception: without this it would end the thread that asked for a report.
        if type(error).__name__ != "PanicException":
            raise
        raise PdfError(Message.of("report.pdf_failed", detail=shown(str(error), _DETAIL_LIMIT))) from error
