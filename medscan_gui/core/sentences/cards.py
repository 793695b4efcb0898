"""Sentences of policy cards."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "card.not_this_operator": N_(
        "The policy card of this device allows only these people to scan it: {names}. Enter your name as operator if "
        "you are one of them, or ask one of them."
    ),
    "card.not_at_this_hour": N_(
        "The policy card of this device allows scans only at these hours: {hours}. Come back then, or ask for the "
        "card to be changed."
    ),
    "card.not_on_this_day": N_(
        "The policy card of this device allows no scan on this day of the week. Come back on another day, or ask for "
        "the card to be changed."
    ),
    # Phrases of the one line before a scan.
    "card.line.detect_only": N_("look only: nothing is removed"),
    "card.line.clean_up": N_("clean-up allowed"),
    "card.line.gentle": N_("gentle: at most {share} % of one processor core"),
    "card.line.hours": N_("scans allowed {hours}"),
    "card.line.contact": N_("call {contact}"),
    "card.line.approval": N_("approval {reference}"),
    "card.line.due": N_("next scan due {date}"),
    # Folders that a card cannot name.
    "card.folder_pattern": N_("“{folder}” holds * or ?. Write the folder itself: all that is below it is meant."),
    "card.folder_variable": N_("“{folder}” begins with a variable. Write out the whole path of the folder."),
    "card.folder_climbs": N_("“{folder}” holds “..”. Write out the whole path of the folder."),
    "card.folder_whole": N_("“{folder}” is a whole disk. Name a folder on it."),
    # Why a file is never removed.
    "protected.system": N_(
        "This file belongs to an operating system, and MedScan never removes those. Leave the device isolated and "
        "call its manufacturer."
    ),
    "protected.system_call": N_(
        "This file belongs to an operating system, and MedScan never removes those. Leave the device isolated and "
        "call {contact}."
    ),
    "protected.boot": N_(
        "The device or medium may need this file to start, and MedScan never removes those. Leave the device isolated "
        "and call its manufacturer."
    ),
    "protected.boot_call": N_(
        "The device or medium may need this file to start, and MedScan never removes those. Leave the device isolated "
        "and call {contact}."
    ),
    "protected.card": N_(
        "The policy card protects the folder “{folder}”: nothing is removed there. Leave the device isolated and call "
        "its manufacturer."
    ),
    "protected.card_call": N_(
        "The policy card protects the folder “{folder}”: nothing is removed there. Leave the device isolated and call "
        "{contact}."
    ),
    "protected.unclear": N_(
        "MedScan cannot tell for certain where this file lies, so it does not remove it. Leave the device isolated and "
        "call its manufacturer."
    ),
    "protected.unclear_call": N_(
        "MedScan cannot tell for certain where this file lies, so it does not remove it. Leave the device isolated and "
        "call {contact}."
    ),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {
    "card.line.headers_only": (
        N_("{count} folder: only the beginning of each file is checked"),
        N_("{count} folders: only the beginning of each file is checked"),
    ),
    "card.line.protected": (
        N_("{count} folder in which nothing is removed"),
        N_("{count} folders in which nothing is removed"),
    ),
    "card.line.scan_by": (
        N_("{count} person may scan"),
        N_("{count} people may scan"),
    ),
    "card.line.days": (
        N_("on {count} day of the week"),
        N_("on {count} days of the week"),
    ),
}
