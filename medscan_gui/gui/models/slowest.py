"""The items of one scan that took longest, as rows."""

from collections.abc import Iterator

from medscan_gui.core.names import shown_chain
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _
from medscan_gui.core.words import Cause
from medscan_gui.gui.models.phrases import sentence, size
from medscan_gui.gui.models.text_table import Titles


def slow_titles() -> Titles:
    """Return the titles of the table."""
    return Titles((_("Time"), _("Item"), _("Size"), _("Slow signature")), frozenset({0, 2}))


def slow_rows(record: ScanRecord) -> Iterator[tuple[str, ...]]:
    """Yield the items that took longest, the slowest first; with the signature that was slow, where that is known."""
    rules = {
        problem.chain: problem.detail for problem in record.problems if problem.cause is Cause.RULE_TOO_SLOW
    }
    for item in record.slowest:
        yield (span(item.milliseconds), shown_chain(item.chain), size(item.size), rules.get(item.chain) or "–")


def span(milliseconds: int) -> str:
    """Return a short span: thousandths of a second, or seconds with one decimal."""
    if milliseconds < 1000:
        return _("{count} ms").format(count=max(0, milliseconds))
    text = f"{milliseconds / 1000:.1f}".replace(".", sentence("report.decimal_mark"))
    return _("{seconds} s").format(seconds=text)
