"""Sentences of the quarantine's vault."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "entry.copying": N_("Being copied, or cut off while it was copied; the original is untouched"),
    "entry.copied": N_("Copied; the original is still in its place"),
    "entry.removing": N_("Copied; it is not certain whether the original was removed"),
    "entry.quarantined": N_("In quarantine: the original is removed, the copy is kept here"),
    "entry.restoring": N_("Being put back, or cut off while it was put back; the copy is kept here"),
    "entry.restored": N_("Put back; the copy is kept here"),
    "entry.destroyed": N_("Destroyed: only the record of it is left"),
    "entry.abandoned": N_("Given up: the original stayed in its place, nothing is kept here"),
    "vault.full": N_(
        "There is no room left for the quarantine in {folder}. The file was left where it was. "
        "Make room there, or use a larger key, then try again."
    ),
    "vault.too_large": N_(
        "The file is too large for the medium of the quarantine in {folder} (keys formatted as FAT32 take files up "
        "to 4 GB). The file was left where it was. Use a key formatted as exFAT or NTFS, then try again."
    ),
    "vault.gone": N_(
        "The quarantine in {folder} is no longer there (key unplugged?). Plug the key in again, then try again."
    ),
    "vault.read_only": N_(
        "The quarantine in {folder} is write-protected, or belongs to another user of this computer. Remove the write "
        "protection, or start MedScan as that user, then try again."
    ),
    "vault.io_error": N_(
        "The medium of the quarantine in {folder} reports errors. It may be failing. "
        "Copy this folder to a safe place, and use another key."
    ),
    "vault.busy": N_(
        "Another MedScan is using the quarantine in {folder}, and it did not finish in time. "
        "Wait for it to end or close it, then try again."
    ),
    "vault.changed": N_(
        "The quarantined file {where} was changed by another MedScan in the meantime. Nothing was done. "
        "Show the list again, then decide again."
    ),
    "vault.not_possible": N_(
        "This cannot be done with the quarantined file {where} as it stands. Nothing was done. "
        "Show the list again to see where it stands."
    ),
    "vault.unknown": N_(
        "The quarantine holds no file with the number {id}. Check the number, or look in the quarantine of the key "
        "that was used."
    ),
    "vault.newer": N_(
        "This quarantined file was taken by a newer MedScan (format {found}; this program reads up to {known}). "
        "It was left as it is. Use the newer MedScan."
    ),
    "vault.damaged": N_(
        "What the quarantine knows about this file was damaged or altered ({file}): it cannot be restored here. "
        "Nothing was changed. Keep the key, and tell IT security."
    ),
    "vault.not_a_file": N_(
        "In the quarantine, {file} is not what MedScan put there: somebody replaced it. It was not opened. "
        "Keep the key, and tell IT security."
    ),
    "vault.misplaced": N_(
        "A quarantined file lies in the wrong folder ({folder}): somebody moved or copied it. It was not used. "
        "Keep the key, and tell IT security."
    ),
    "vault.no_facts": N_(
        "The quarantine holds an encrypted file ({id}) without what is needed to open it: somebody removed that. "
        "Look for a copy of the quarantine’s folder, and tell IT security."
    ),
    "vault.no_sample": N_(
        "The quarantined copy of {where} is missing: somebody deleted or moved it. It cannot be restored. "
        "Look for a copy of the quarantine’s folder, and tell IT security."
    ),
    "vault.altered": N_(
        "The quarantined copy of {where} was altered or cut short. It is not used. "
        "Look for a copy of the quarantine’s folder, and tell IT security."
    ),
    "vault.copy_differs": N_(
        "The copy of {where} in the quarantine was not what had been written: the medium of {folder} may be failing. "
        "The file was left where it was. Use another key."
    ),
    "vault.not_text": N_(
        "{where} has names or numbers that cannot be kept in the quarantine. It was left where it was. "
        "Tell IT security."
    ),
    "vault.facts_too_large": N_(
        "There is more to remember about {where} than the quarantine takes. It was left where it was. Tell IT security."
    ),
    "vault.crowded": N_(
        "The folder {folder} of the quarantine holds more than can be listed: somebody filled it. "
        "Keep the key, and tell IT security."
    ),
    "vault.not_deleted": N_(
        "The quarantined copy of {where} can no longer be opened by anybody, but its remains could not be deleted. "
        "Close what may be using it; MedScan tries again when the quarantine is listed."
    ),
    "vault.export_exists": N_("There is already a file {file}. Nothing was exported. Choose another name."),
    "vault.export_full": N_(
        "There is no room for {file}. Nothing was exported. Make room, or choose another place, then try again."
    ),
    "vault.export_failed": N_(
        "{file} could not be written ({detail}). Nothing was exported. Choose another place, then try again."
    ),
    "vault.export_cancelled": N_("The export was cancelled. Nothing was exported."),
    "vault.export_unlocked": N_("An export needs a password. Type one, then try again."),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
