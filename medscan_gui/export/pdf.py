"""The PDF report: the report's values set by Typst, in memory, from templates of the resources folder.

The document is PDF/UA-1 (accessible) and PDF/A-3b (archivable), with the complete record attached.
The values reach the template as one JSON text: nothing in them is ever read as markup. All dates come
from the record, so that the same record gives the same bytes.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from medscan_gui.core.action import ActionRecord, ProcedureStep
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown
from medscan_gui.core.procedure import Procedure
from medscan_gui.core.record import ScanRecord, canonical_json, encode_record
from medscan_gui.core.text import Words
from medscan_gui.export.action_report import build_action_report
from medscan_gui.export.glyphs import FontError, drawable
from medscan_gui.export.model import Document, JournalPosition
from medscan_gui.export.report import build_report

TEMPLATE = "report.typ"
ACTION_TEMPLATE = "action.typ"
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
    *,
    procedure: Procedure | None = None,
    steps: Sequence[ProcedureStep] = (),
) -> bytes:
    """Return the PDF report of a scan.

    `procedure` is the hospital's as it is today, `steps` are the ticks of this scan (`Journal.steps`): both are
    shown on RED and GREEN. `resources` holds `report/` (templates) and `fonts/`. Nothing is written to disk and
    no network is used. Raises PdfError.
    """
    return _document(
        lambda covered: build_report(
            record, position, words, covered, hospital=hospital, procedure=procedure, steps=steps
        ),
        lambda: encode_record(record),
        TEMPLATE,
        resources,
    )


def write_action_report(
    action: ActionRecord,
    position: JournalPosition | None,
    words: Words,
    resources: Path,
    *,
    hospital: str = "",
    scan: ScanRecord | None = None,
) -> bytes:
    """Return the PDF report of an action: a clean-up, or what was done with files of the quarantine.

    `scan` is the record of the scan that found the threats, or of the one that verified the clean-up: with it
    the report names what was found in each file. Otherwise as `write_report`. Raises PdfError.
    """
    return _document(
        lambda covered: build_action_report(action, position, words, covered, hospital=hospital, scan=scan),
        lambda: canonical_json(action),
        ACTION_TEMPLATE,
        resources,
    )


def _document(
    build: Callable[[frozenset[int]], Document], attached: Callable[[], bytes], template: str, resources: Path
) -> bytes:
    try:
        document = build(drawable(resources / "fonts"))
        attachment = attached()
    except (OSError, FontError) as error:
        raise PdfError(Message.of("report.parts_missing", detail=shown(str(error), _DETAIL_LIMIT))) from error
    except UnicodeEncodeError as error:  # a typed text with half a character: no journal holds such a record
        raise PdfError(Message.of("report.pdf_failed", detail=shown(error.reason, _DETAIL_LIMIT))) from error
    return typeset(document, attachment, resources, template)


def typeset(document: Document, attachment: bytes, resources: Path, template: str = TEMPLATE) -> bytes:
    """Return a document as PDF, with `attachment` (UTF-8 JSON) as its attached record. Raises PdfError."""
    import typst  # 30 MB of library: loaded when the first report is made, not at start-up

    folder = resources / "report"
    if not (folder / template).is_file():
        raise PdfError(Message.of("report.parts_missing", detail=shown(str(folder / template), _DETAIL_LIMIT)))
    inputs = {"report": msgspec.json.encode(document).decode(), "record": attachment.decode("utf-8")}
    try:
        return typst.compile(
            folder / template,
            root=folder,
            format="pdf",
            font_paths=[resources / "fonts"],
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards=list(_STANDARDS),
            timestamp=datetime(*document.moment, tzinfo=UTC),
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise PdfError(Message.of("report.pdf_failed", detail=shown(str(error), _DETAIL_LIMIT))) from error
    except BaseException as error:
        # A panic of the Rust side is no Exception: without this it would end the thread that asked for a report.
        if type(error).__name__ != "PanicException":
            raise
        raise PdfError(Message.of("report.pdf_failed", detail=shown(str(error), _DETAIL_LIMIT))) from error
