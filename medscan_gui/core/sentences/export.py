"""Sentences of reports and exports: the advice, the report and what goes wrong while exporting."""

from medscan_gui.core.sentences import advice, report

SENTENCES: dict[str, str] = {**advice.SENTENCES, **report.SENTENCES}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {**advice.PLURAL_SENTENCES, **report.PLURAL_SENTENCES}
