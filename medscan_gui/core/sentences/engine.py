"""Sentences of the scan engine and its supervisor."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "engine.rule_file_refused": N_(
        "The signature file “{file}” cannot be used (line {line}: {detail}). Nothing was scanned. "
        "Install the signatures again."
    ),
    "engine.rules_refused": N_(
        "The signatures cannot be used together ({detail}). Nothing was scanned. Install the signatures again."
    ),
    "engine.rules_differ": N_(
        "The scan engine loaded {loaded} signatures instead of {expected}. Nothing can be concluded. "
        "Install the signatures again."
    ),
    "engine.self_test_sample": N_(
        "The scan engine did not recognise its own harmless test sample, so it would miss real threats too. "
        "Install the signatures again, or use another MedScan key."
    ),
    "engine.self_test_counter": N_(
        "The scan engine took a harmless text for a threat, so its results cannot be trusted. "
        "Install the signatures again, or use another MedScan key."
    ),
    "engine.not_started": N_(
        "The scan engine could not be started ({detail}). An antivirus may be blocking it, or the MedScan key may be "
        "damaged. Try another key or another computer."
    ),
    "engine.lost_too_often": N_(
        "The scan engine stopped {count} times, so the scan was given up. Something on this target is made to "
        "stop scanners, or this computer is failing. Ask your IT security team to look at it."
    ),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
