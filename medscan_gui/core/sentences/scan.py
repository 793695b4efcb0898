"""Sentences of one scan as the operator lives it, and of the command line."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "scan.checking_signatures": N_("Checking the signatures…"),
    "scan.starting_engine": N_("Starting the scan engine…"),
    "scan.internal_error": N_(
        "MedScan itself failed during the scan. Scan again; if it happens again, send the log file to support."
    ),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
