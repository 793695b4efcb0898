"""Sentences of the clean-up, its refusals and its results, and of the quarantine's undo."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    # Why no clean-up is offered.
    "clean_up.nothing_to_remove": N_("There is no threat to remove in this result."),
    "clean_up.no_journal": N_(
        "Nothing can be removed now, because the journal could not record it. "
        "Make the journal writable again (see the notice about it), then scan again."
    ),
    "clean_up.detect_only": N_(
        "The policy card of this device says: look only, remove nothing. Isolate the device and call the manufacturer "
        "or the biomedical department."
    ),
    "clean_up.detect_only_default": N_(
        "Nothing is removed from a medical device unless its policy card allows it. Isolate the device and call the "
        "manufacturer or the biomedical department; they can change the card."
    ),
    "clean_up.quarantine_on_device": N_(
        "The quarantine would lie on the very disk that is being cleaned, and it must leave with you. "
        "Start MedScan from its key, then scan again."
    ),
    "clean_up.not_latest": N_(
        "This is not the newest result of this device and place, or it is more than a day old. "
        "Scan again, then clean up."
    ),
    "clean_up.several_media": N_("Several media were scanned together. Scan each of them by itself, then clean up."),
    "clean_up.no_files": N_(
        "The threats found are not in files, but in memory, autostart entries or sectors of a disk. MedScan does not "
        "change those. Isolate the device and call IT security."
    ),
    # Why one file was left in place.
    "clean_up.not_a_file": N_(
        "It is not a file, but memory, an autostart entry or sectors of a disk. MedScan does not change those: a "
        "specialist must act."
    ),
    "clean_up.content_unknown": N_(
        "It could not be read a second time during the scan, so MedScan cannot be sure to remove the same file. "
        "Scan again."
    ),
    "clean_up.changed_in_scan": N_("It changed during the scan. Scan again, then clean up."),
    "clean_up.changed": N_(
        "It is no longer the file that was scanned: something changed or replaced it. It was left alone. Scan again."
    ),
    "clean_up.held": N_(
        "A running program holds it: {programs}. Close that program (or isolate the device and call IT security), "
        "then clean up again."
    ),
    "clean_up.no_room": N_(
        "There is not enough room for it in the quarantine. Make room on the key or station, then clean up again."
    ),
    "clean_up.cancelled": N_("The clean-up was cancelled before this file."),
    "clean_up.no_answer": N_(
        "The medium gave no answer, so what became of this file is not known yet. Its copy, if there is one, is in the "
        "quarantine. Plug the medium in again and open the Quarantine page."
    ),
    "clean_up.cut_off": N_("MedScan or the computer stopped before this was done."),
    "clean_up.uncertain": N_(
        "This was cut off half-way. A whole copy is in the quarantine; the original may still be on its medium. "
        "Plug the medium in, open the Quarantine page, then scan it."
    ),
    "clean_up.other_there": N_(
        "A file has its name now, and it is not known whether that is the original. A whole copy is in the quarantine. "
        "Scan the medium or device again."
    ),
    "clean_up.other_names": N_(
        "A file that was removed has other names on the same volume: it is still there under them. "
        "Scan the whole medium or device."
    ),
    "clean_up.put_back": N_("It was removed before, and has been put back or is no longer in the quarantine."),
    "clean_up.settled_restored": N_("It was put back after all."),
    "clean_up.came_back": N_(
        "It was removed and came back at once: something on this device puts it there. "
        "Isolate the device and call IT security."
    ),
    "clean_up.no_such_threat": N_("The scan lists no threat with this number ({number})."),
    # Accepting a file.
    "accept.no_content": N_(
        "A file is accepted by its content: give its SHA-256, the 64 characters that the report shows beside it."
    ),
    "accept.no_reason": N_("Say who accepts the file, and why: both stay in the journal and on every report."),
    "accept.no_day": N_("“{day}” is no date. Write the last day on which it counts as year-month-day: 2027-05-31."),
    # The quarantine.
    "quarantine.not_held": N_("This file is not held in the quarantine: there is nothing to do with it."),
    "quarantine.medium_absent": N_(
        "The medium it was taken from ({medium}) is not plugged in. Plug it in, or restore the file elsewhere."
    ),
    "quarantine.empty_choice": N_("No entry of the quarantine was named."),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {
    "quarantine.too_early": (
        N_("It may be destroyed only {count} day after it was taken, as the settings say."),
        N_("It may be destroyed only {count} days after it was taken, as the settings say."),
    ),
}
