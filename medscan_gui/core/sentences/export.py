"""Sentences of reports and exports: the advice, the report, the tables."""

from medscan_gui.core.sentences import action_report, advice, columns, report

SENTENCES: dict[str, str] = {
    **advice.SENTENCES,
    **report.SENTENCES,
    **action_report.SENTENCES,
    **columns.SENTENCES,
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {
    **advice.PLURAL_SENTENCES,
    **report.PLURAL_SENTENCES,
    **action_report.PLURAL_SENTENCES,
    **columns.PLURAL_SENTENCES,
}
