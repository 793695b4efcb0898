"""Records as JSON and as tables (CSV), for other programs.

JSON is the complete form: raw names as base64, the shown names beside them. CSV is for spreadsheets,
which run cells that look like formulas: every text goes through `cell`.
"""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ActionItem, ActionRecord
from medscan_gui.core.finding import Finding, worst_first
from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown, shown_raw
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import Words
from medscan_gui.core.words import Cause, Fate, Light, VerdictKind
from medscan_gui.export.action_report import result_word
from medscan_gui.store.summaries import ActionSummary, ScanSummary

#: Longest cell, in characters: spreadsheets cut at 32,767.
CELL_LIMIT = 32_000

#: A character that begins a formula (= + - @ and their full-width twins), at the start of a cell or after
#: what another program's settings may take for the start of one: a separator, a quote, an apostrophe's place.
_FORMULA = re.compile(r"(^|[;,|\t\r\n\"])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")

#: Languages whose decimal mark is the comma: their spreadsheets separate cells by semicolons.
_SEMICOLON_LANGUAGES = frozenset({"de", "es", "fr", "it", "nl", "pt"})

_Row = tuple[str | int, ...]


def cell(text: str) -> str:
    """Return text from outside as a cell that no spreadsheet runs, shortened to `CELL_LIMIT`.

    An apostrophe is put before what could begin a formula; the JSON export has the text unchanged.
    """
    return _FORMULA.sub(r"\1\2'", shown(text, CELL_LIMIT))[: CELL_LIMIT + 500]


def record_json(record: ScanRecord) -> bytes:
    """Return a record as indented JSON that `core.record.decode_record` reads back unchanged.

    Beside the raw names (base64) stand the shown ones: `shown` of the target, `where` of each
    finding and problem, and `light`.
    """
    document: dict[str, Any] = msgspec.to_builtins(record, order="sorted")
    document["light"] = record.light.value
    document["target"]["shown"] = record.target.shown
    for entry, found in zip(document["findings"], record.findings, strict=True):
        entry["where"] = found.where
    for entry, problem in zip(document["problems"], record.problems, strict=True):
        entry["where"] = problem.where
    for told, opinion in zip(document["evidence"]["opinions"], record.opinions, strict=True):
        told["name"] = opinion.name
        for entry, problem in zip(told["problems"], opinion.problems, strict=True):
            entry["where"] = problem.where
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2)


def findings_csv(record: ScanRecord, words: Words) -> bytes:
    """Return the threats of a scan as a table, worst first, all of them."""
    columns = (
        "severity", "family", "rule", "author", "where", "sha256", "size", "state",
        "fate_why", "entry", "description", "reference", "rule_file", "engine",
    )  # fmt: skip
    accepted = {one.sha256: one for one in record.accepted}
    rows = (
        (
            _say(words, f"severity.{found.severity.value}"), found.family, found.rule, found.author, found.where,
            found.sha256, found.size, _say(words, f"report.state.{found.fate.value}"),
            _fate_why(found, accepted.get(found.content), words), found.entry,
            found.description, found.reference, found.rule_file, found.engine,
        )
        for found in worst_first(record.findings)
    )  # fmt: skip
    return _table(columns, rows, words)


def _fate_why(found: Finding, acceptance: Acceptance | None, words: Words) -> str:
    """Return why a threat is still there: the clean-up's reason, or who accepts it and why."""
    if found.fate is Fate.ACCEPTED and acceptance is not None:
        return f"{acceptance.reason} ({acceptance.person})"
    return words.sentence(found.why) if found.why is not None else ""


def problems_csv(record: ScanRecord, words: Words) -> bytes:
    """Return the items that were not checked as a table: all that the record names."""
    rows = (
        (
            problem.where,
            _say(words, f"outcome.{problem.outcome.value}"),
            "" if problem.cause is Cause.NONE else _say(words, f"cause.{problem.cause.value}"),
            problem.detail,
        )
        for problem in record.problems
    )
    return _table(("where", "outcome", "cause", "detail"), rows, words)


def opinions_csv(record: ScanRecord, words: Words) -> bytes:
    """Return the second opinions of a scan as a table, one row for each engine that was asked."""
    columns = (
        "engine", "version", "database", "database_date", "state", "complete", "analysed", "not_analysed", "threats",
        "cause",
    )  # fmt: skip
    rows = (
        (
            opinion.name, opinion.version, opinion.database_version, opinion.database_date,
            _say(words, f"second.status.{opinion.status.value}"),
            _say(words, "report.second.complete" if opinion.complete else "report.second.not_complete"),
            opinion.analysed if opinion.counted else "", opinion.not_analysed if opinion.counted else "",
            opinion.threats, words.sentence(opinion.reason) if opinion.reason is not None else "",
        )
        for opinion in record.opinions
    )  # fmt: skip
    return _table(columns, rows, words)


def scans_csv(scans: Iterable[ScanSummary], words: Words) -> bytes:
    """Return scans of the journal as a table, in the order given."""
    columns = (
        "scan", "started", "ended", "light", "result", "threats", "not_read",
        "device", "asset_number", "department", "operator", "target",
    )  # fmt: skip
    rows = (
        (
            scan.id, scan.started, scan.ended, _say(words, f"light.{scan.light.value}"),
            _result(words, scan.light, scan.verdict), scan.threats, scan.not_read,
            scan.device.name, scan.device.asset_number, scan.device.department, scan.operator, scan.target,
        )
        for scan in scans
    )  # fmt: skip
    return _table(columns, rows, words)


def action_json(action: ActionRecord) -> bytes:
    """Return the record of an action as indented JSON; beside the raw names (base64) stand the shown ones."""
    document: dict[str, Any] = msgspec.to_builtins(action, order="sorted")
    document["target"]["shown"] = action.target.shown
    for entry, item in zip(document["items"], action.items, strict=True):
        entry["where"] = item.where
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2)


def actions_csv(actions: Iterable[ActionRecord], words: Words) -> bytes:
    """Return actions as a table, one row for each file, in the order given."""
    columns = (
        "what", "number", "started", "ended", "device", "asset_number", "operator", "reason", "where", "outcome",
        "cause", "sha256", "size", "entry", "restored_to", "destination", "scan",
    )  # fmt: skip
    rows = (_item_cells(action, item, words) for action in actions for item in action.items)
    return _table(columns, rows, words)


def _item_cells(action: ActionRecord, item: ActionItem, words: Words) -> _Row:
    return (
        _say(words, f"column.action.{action.kind.value}"), action.id, action.started, action.ended,
        action.device.name, action.device.asset_number, action.operator, action.reason, item.where,
        _say(words, result_word(action.kind, item.result)), words.sentence(item.why) if item.why is not None else "",
        item.sha256, item.size, item.entry, shown_raw(item.place), action.destination, action.scan_id,
    )  # fmt: skip


def history_csv(entries: Iterable[ScanSummary | ActionSummary], words: Words) -> bytes:
    """Return scans and actions of the journal as one table, in the order given; what one of them has not is empty."""
    columns = (
        "what", "number", "started", "ended", "light", "result", "threats", "not_read", "follows",
        "files_wanted", "files_done", "files_not_done", "files_uncertain", "destination",
        "device", "asset_number", "department", "operator", "target",
    )  # fmt: skip
    rows = (
        (
            *(_scan_cells(entry, words) if isinstance(entry, ScanSummary) else _action_cells(entry, words)),
            entry.device.name, entry.device.asset_number, entry.device.department, entry.operator, entry.target,
        )
        for entry in entries
    )  # fmt: skip
    return _table(columns, rows, words)


def _scan_cells(scan: ScanSummary, words: Words) -> _Row:
    return (
        _say(words, "column.scan"), scan.id, scan.started, scan.ended, _say(words, f"light.{scan.light.value}"),
        _result(words, scan.light, scan.verdict), scan.threats, scan.not_read, scan.follows, "", "", "", "", "",
    )  # fmt: skip


def _action_cells(action: ActionSummary, words: Words) -> _Row:
    return (
        _say(words, f"column.action.{action.kind.value}"), action.id, action.started, action.ended, "", "", "", "",
        action.scan_id, action.wanted, action.done, action.not_done, action.uncertain, action.destination,
    )  # fmt: skip


def _result(words: Words, light: Light, verdict: VerdictKind | None) -> str:
    if light is Light.SCANNING or verdict is None:
        return ""
    return _say(words, f"verdict.{verdict.value}")


def _say(words: Words, code: str) -> str:
    return words.sentence(Message.of(code))


def _table(columns: tuple[str, ...], rows: Iterable[_Row], words: Words) -> bytes:
    """Return a CSV file as spreadsheets of that language open it: UTF-8 with its mark, CRLF, all quoted."""
    text = io.StringIO(newline="")
    delimiter = ";" if words.language.partition("_")[0] in _SEMICOLON_LANGUAGES else ","
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([_say(words, f"column.{column}") for column in columns])
    for row in rows:
        writer.writerow([value if isinstance(value, int) else cell(value) for value in row])
    return text.getvalue().encode("utf-8-sig")
