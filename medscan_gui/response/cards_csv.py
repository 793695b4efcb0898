"""Policy cards of a fleet as one table (CSV), as spreadsheets read and write it.

Reading takes UTF-8, UTF-16 and Windows-1252, and commas, semicolons or tabs: whatever a spreadsheet makes of the file.
Writing puts an apostrophe before what a spreadsheet would run as a formula; reading takes it away again.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.response.card_fields import (
    FIELDS,
    IDENTITY,
    FieldError,
    default_of,
    from_text,
    to_text,
    unknown_key,
)
from medscan_gui.response.cards import CardLine, CardsFileError, Fault

MAX_BYTES = 16 << 20
"""A line has some hundred bytes; a fleet has some thousand devices."""
MAX_LINES = 20_000

#: Whether a line holds a card, or says that there is none.
CARD = "card"
COLUMNS = (*IDENTITY, CARD, *FIELDS)

_HOLDS_CARD = {"": True, "yes": True, "oui": True, "none": False, "no": False, "non": False, "aucune": False}
#: Where a formula may begin: as in `export.formats`, but so that it can be taken back.
_FORMULA = re.compile(r"(^|[;,|\t\r\n\"])(\s*)(?='*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_ESCAPED = re.compile(r"(^|[;,|\t\r\n\"])(\s*)'(?='*[=+\-@\uff1d\uff0b\uff0d\uff20])")
#: A number that a spreadsheet shortened: its digits are lost.
_SHORTENED = re.compile(r"[0-9][.,][0-9]+E\+?[0-9]+", re.IGNORECASE)
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_DELIMITERS = ";,\t"


# --- reading ---------------------------------------------------------------------------------------


def read_csv(data: bytes) -> tuple[CardLine, ...]:
    """Return the lines of a table. Raises CardsFileError with every fault of it."""
    text = _text(data)
    skipped, delimiter, text = _delimiter(text)
    rows = _rows(text, delimiter, skipped)
    header_line, header = next(rows, (1, []))
    columns, faults = _columns(header, header_line)
    lines: list[CardLine] = []
    for number, cells in rows:
        if len(lines) >= MAX_LINES:
            faults.append(Fault(number, Message.of("cards.too_many_lines", count=MAX_LINES)))
            break
        lines.append(_line(number, cells, columns, faults, day_first=delimiter == ";"))
    if not lines and not faults:
        faults.append(Fault(0, Message("cards.no_lines")))
    if faults:
        raise CardsFileError(faults)
    return tuple(lines)


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise CardsFileError([Fault(0, Message.of("cards.too_large", megabytes=MAX_BYTES >> 20))])
    encodings = ("utf-16",) if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise CardsFileError([Fault(0, Message("cards.no_table"))])


def _delimiter(text: str) -> tuple[int, str, str]:
    """Return how many lines were taken off, what separates the cells, and the table itself."""
    first, _, rest = text.partition("\n")
    if told := _SEPARATOR_LINE.fullmatch(first.strip().strip('"')):
        return 1, told[1], rest
    known = set(COLUMNS)

    def fitting(delimiter: str) -> int:
        return sum(_column_name(cell) in known for cell in first.split(delimiter))

    return 0, max(_DELIMITERS, key=fitting), text


def _column_name(cell: str) -> str:
    return "_".join(cell.strip().strip('"').lower().split())


def _rows(text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, with the line on which each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = skipped + reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise CardsFileError([Fault(line, Message("cards.broken_table"))]) from error
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield line, row


def _columns(header: list[str], line: int) -> tuple[list[str], list[Fault]]:
    columns = [_column_name(cell) for cell in header]
    faults = []
    for position, (name, cell) in enumerate(zip(columns, header, strict=True)):
        if name and name not in COLUMNS:
            faults.append(Fault(line, unknown_key(cell, COLUMNS), shown(cell, 60)))
        elif name and name in columns[:position]:
            faults.append(Fault(line, Message.of("cards.column_twice", column=name), name))
    if not set(columns) & set(IDENTITY) and not faults:
        faults.append(Fault(line, Message.of("cards.no_columns", columns=", ".join(IDENTITY))))
    return columns, faults


def _line(number: int, cells: list[str], columns: list[str], faults: list[Fault], *, day_first: bool) -> CardLine:
    identity: dict[str, str] = {}
    values = {}
    remove = False
    if any(cell.strip() for cell in cells[len(columns) :]):
        faults.append(Fault(number, Message("cards.too_many_cells")))
    for name, raw in zip(columns, [*cells, *[""] * (len(columns) - len(cells))], strict=False):
        cell = _ESCAPED.sub(r"\1\2", raw).strip()
        try:
            if name in IDENTITY:
                identity[name] = _identity(cell)
            elif name == CARD:
                remove = not _holds_card(cell)
            elif name in FIELDS:
                values[name] = from_text(name, cell, day_first=day_first)
        except FieldError as error:
            faults.append(Fault(number, error.message, name))
    return CardLine(number, identity, {} if remove else values, remove)


def _identity(cell: str) -> str:
    if _SHORTENED.fullmatch(cell):
        raise FieldError(Message.of("cards.shortened_number", value=shown(cell, 60)))
    return cell


def _holds_card(cell: str) -> bool:
    if cell.casefold() not in _HOLDS_CARD:
        raise FieldError(Message.of("cards.bad_card_word", value=shown(cell, 60)))
    return _HOLDS_CARD[cell.casefold()]


# --- writing ---------------------------------------------------------------------------------------


def write_csv(lines: Iterable[CardLine], *, delimiter: str = ";") -> bytes:
    """Return a table that spreadsheets open: UTF-8 with its mark, CRLF, every cell quoted."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        cells = [line.identity.get(name, "") for name in IDENTITY]
        cells.append("none" if line.remove else "yes")
        for name in FIELDS:
            cells.append("" if line.remove else to_text(line.values.get(name, default_of(name))))
        writer.writerow([_FORMULA.sub(r"\1\2'", cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig", "replace")
