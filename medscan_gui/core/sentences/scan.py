"""Sentences of one scan as the operator lives it, and of the command line."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "unlock.nothing_locked": N_("Nothing in this result is locked by a password."),
    "unlock.newer_scan": N_(
        "This place was scanned again since. Open its newest result and enter the passwords there."
    ),
    "unlock.other_files_now": N_(
        "The locked files are not where they were, or have changed since they were scanned. Scan again; then enter the "
        "passwords."
    ),
    "unlock.changed_meanwhile": N_(
        "A locked file was changed or replaced while it was read again with the passwords: {file}. Scan again."
    ),
    "unlock.not_all_read": N_("Not all locked files were read again with the passwords. Scan again."),
    "unlock.file_not_read": N_("The passwords could not be read: {file}. It must be a text file in UTF-8."),
    "unlock.no_password": N_("Enter at least one password."),
    "unlock.too_many_passwords": N_(
        "Enter at most {passwords} passwords, one on each line, of at most {characters} characters each."
    ),
    "scan.checking_signatures": N_("Checking the signatures…"),
    "scan.starting_engine": N_("Starting the scan engine…"),
    "scan.internal_error": N_(
        "MedScan itself failed during the scan. Scan again; if it happens again, send the log file to support."
    ),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
