"""Sentences of the verdict and its reasons."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "verdict.no_threat": N_("No threat was found."),
    "verdict.no_threat_quick": N_("No threat was found by the quick scan."),
    "verdict.quick_only": N_(
        "This was a quick scan: running programs, autostart places, user and temporary folders and programs that have "
        "changed lately. The other files were not read."
    ),
    "verdict.removed": N_("Threats were found and removed."),
    "verdict.action_required": N_("A threat was found. Someone must act."),
    "verdict.incomplete": N_("The scan could not conclude."),
    "verdict.not_ended": N_("The scan did not run to its end."),
    "verdict.cancelled": N_("The scan was cancelled before its end."),
    "verdict.cut_off": N_("The scan was cut off: MedScan or the computer stopped before the end."),
    "verdict.target_gone": N_("What was being scanned disappeared during the scan (unplugged?)."),
    "verdict.engine_failed": N_("The scan engine stopped working."),
    "verdict.signatures_refused": N_("The signatures could not be used."),
    "verdict.self_test_failed": N_("The scan engine failed its self-test: it cannot be trusted to find threats."),
    "verdict.walk_incomplete": N_("Not all files could be listed."),
    "verdict.nothing_scanned": N_("There was nothing to scan: no file was read."),
    "verdict.no_rules": N_("No signatures were loaded."),
    "verdict.no_engine_ready": N_("No scan engine was ready before the end."),
    "verdict.signature_age_unknown": N_("The age of the signatures is not known: this computer’s clock is wrong."),
    "verdict.bundle_not_verified": N_("The signatures could not be verified."),
    "verdict.ledger_mismatch": N_("The count of files does not add up: some files have no known result."),
    "verdict.not_committed": N_("The result could not be written in the journal."),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {
    "verdict.unchanged": (
        N_("{count} file was not read again: unchanged since it was found clean with the same signatures."),
        N_("{count} files were not read again: unchanged since they were found clean with the same signatures."),
    ),
    "verdict.threats_left": (
        N_("{count} threat was found and is still there."),
        N_("{count} threats were found and are still there."),
    ),
    "verdict.threats_removed": (
        N_("{count} threat was removed, and the removal was verified."),
        N_("{count} threats were removed, and the removal was verified."),
    ),
    "verdict.threats_accepted": (
        N_("{count} threat was found in a file that the hospital accepts."),
        N_("{count} threats were found in files that the hospital accepts."),
    ),
    "verdict.items_not_reached": (
        N_("{count} item was not reached before the end."),
        N_("{count} items were not reached before the end."),
    ),
    "verdict.items_not_read": (
        N_("{count} item could not be read or checked completely."),
        N_("{count} items could not be read or checked completely."),
    ),
    "verdict.rules_missing": (
        N_("Signatures are missing: {count} rule was loaded instead of {expected}."),
        N_("Signatures are missing: {count} rules were loaded instead of {expected}."),
    ),
    "verdict.hashes_missing": (
        N_("Signatures are missing: {count} digest was loaded instead of {expected}."),
        N_("Signatures are missing: {count} digests were loaded instead of {expected}."),
    ),
    "verdict.signatures_too_old": (
        N_("The signatures are {count} day old: too old to rule out recent threats."),
        N_("The signatures are {count} days old: too old to rule out recent threats."),
    ),
}
