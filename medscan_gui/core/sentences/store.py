"""Sentences of the journal, settings and bundles."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "journal.damaged": N_(
        "The journal in {folder} is damaged. Nothing was changed in it, and scans still work. "
        "Copy this folder to a safe place, then start a new journal: the damaged one is kept beside it."
    ),
    "journal.not_a_journal": N_(
        "The file {file} is not a MedScan journal. It was left as it is, and scans still work. "
        "Move it elsewhere, or choose another folder for the journal."
    ),
    "journal.newer": N_(
        "The journal was written by a newer MedScan (format {found}; this program reads up to {known}). "
        "It was left as it is, and scans still work. Use the newer MedScan to record in this journal."
    ),
    "journal.read_only": N_(
        "The journal in {folder} can be read but not written. The scan still works, but its result will not be "
        "recorded there. Remove the write protection, or save the result elsewhere."
    ),
    "journal.lists_differ": N_(
        "The journal in {folder} can be read but not written, and its lists do not say what its entries say: somebody "
        "may have changed them. Do not rely on the lights in the lists; open each scan to see its record. "
        "Remove the write protection and start MedScan again, and tell IT security."
    ),
    "journal.cannot_open": N_(
        "The journal in {folder} cannot be opened. Scans still work, but are not recorded. "
        "Check that this folder exists and that you may write in it."
    ),
    "journal.full": N_(
        "There is no room left in {folder}: the result could not be recorded. What was recorded before is intact. "
        "Make room there, then save the result again or elsewhere."
    ),
    "journal.busy": N_(
        "Another MedScan is using the journal in {folder}, and it did not answer in time. "
        "Wait for it to end or close it, then try again."
    ),
    "journal.gone": N_(
        "The journal in {folder} is no longer there (key unplugged?). The result was not recorded. "
        "Plug the key in again, or save the result elsewhere."
    ),
    "journal.io_error": N_(
        "The medium of the journal in {folder} reports errors. It may be failing. "
        "Copy this folder to a safe place, and save the result elsewhere."
    ),
    "journal.unfinished": N_(
        "The last recording in {folder} was interrupted, and cannot be completed while the folder is "
        "write-protected. Remove the write protection and start MedScan again."
    ),
    "journal.backup_failed": N_(
        "The journal in {folder} must be brought to the new format, but could not be copied first, so nothing was "
        "changed. Make room there and start MedScan again."
    ),
    "journal.unknown_scan": N_("The journal holds no scan with this number ({scan})."),
    "journal.unknown_action": N_("The journal holds no action with this number ({action})."),
    "journal.not_text": N_(
        "A field holds characters that cannot be recorded. Type it again, without pasting, then try again."
    ),
    "journal.none": N_("No journal is open: the result will not be recorded."),
    "settings.broken": N_(
        "The settings could not be read, and MedScan uses its own. The unreadable file was kept as {file}. "
        "Check the settings."
    ),
    "settings.broken_kept": N_(
        "The settings in {file} could not be read, and MedScan uses its own for now. Nothing was changed there."
    ),
    "settings.policy_broken": N_(
        "The settings of this computer’s administrator ({file}) could not be read and are not applied. "
        "Tell the IT department."
    ),
    "settings.bad_values": N_(
        "Some settings had values that are not allowed, and MedScan’s own are used instead: {fields}. "
        "Check the settings."
    ),
    "settings.not_saved": N_(
        "The settings could not be saved in {folder}. They hold until MedScan is closed. "
        "Check that there is room and that this folder may be written."
    ),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
