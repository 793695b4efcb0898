"""Sentences of the report on an action: a clean-up, or what was done with files of the quarantine."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "report.action.clean_up": N_("Clean-up report"),
    "report.action.restore": N_("Report on files put back"),
    "report.action.destroy": N_("Report on files destroyed"),
    "report.action.export": N_("Report on files exported"),
    "report.action.settle": N_("Report on files that had been left half-way"),
    "report.action.title_of": N_("MedScan: {kind}, {device}, {date}"),
    "report.action.attachment_description": N_("Complete record of the action"),
    "report.label.action_id": N_("Action"),
    "report.label.action_files": N_("File by file"),
    "report.label.no_action_files": N_("No file was touched."),
    "report.label.action_perimeter": N_("Where, when and by whom"),
    "report.label.file": N_("File, and SHA-256"),
    "report.fact.reason": N_("Reason given"),
    "report.fact.destination": N_("Written to"),
    "report.fact.found_by": N_("Found by scan"),
    "report.fact.verified_by": N_("Verified by scan"),
    "report.fact.action_id": N_("Action number"),
    "report.figure.wanted": N_("Files asked for"),
    "report.figure.clean_up": N_("Moved to the quarantine"),
    "report.figure.restore": N_("Put back"),
    "report.figure.destroy": N_("Destroyed"),
    "report.figure.export": N_("Exported"),
    "report.figure.settle": N_("Settled"),
    "report.figure.not_done": N_("Not done"),
    "report.figure.uncertain": N_("In doubt"),
    "report.figure.data": N_("Data"),
    "report.action.headline.done": N_("Done"),
    "report.action.headline.partly": N_("Partly done"),
    "report.action.headline.not_done": N_("Not done"),
    "report.action.stop.cancelled": N_("It was cancelled before its end."),
    "report.action.stop.cut_off": N_("It was cut off: MedScan or the computer stopped before the end."),
    # What it means.
    "report.action.means.nothing": N_("Nothing was changed: every file is where it was."),
    "report.action.means.clean_up_done": N_(
        "The removed files are locked in the quarantine on the MedScan key or station. Whether threats are left is "
        "said by the scan that followed, not by this page."
    ),
    "report.action.means.clean_up_partly": N_(
        "What was left can still do harm: treat the device or medium as infected. What was removed is locked in "
        "the quarantine on the MedScan key or station."
    ),
    "report.action.means.restore": N_(
        "Signatures match the files that were put back: treat them as dangerous as long as the hospital has not "
        "accepted them."
    ),
    "report.action.means.destroy": N_("The destroyed files cannot be put back or examined any more."),
    "report.action.means.export": N_(
        "The exported file holds live malware, locked by a password. The quarantine still holds its own copies."
    ),
    "report.action.means.settle": N_(
        "MedScan had been stopped, or the medium was away, while these files were moved or put back. It looked again "
        "and noted where each of them is: in the quarantine, or put back. The report of the last scan does not know it."
    ),
    # What to do next.
    "report.action.do.see_reasons": N_("Read below why files were left, and do what each reason says."),
    "report.action.do.read_scan_report": N_(
        "Read the report of the scan that followed: its light says what to do now."
    ),
    "report.action.do.can_be_undone": N_(
        "If something no longer works as before, tell the biomedical department: the files can be put back from the "
        "quarantine."
    ),
    "report.action.do.scan_again": N_("Scan the device or medium again before it is used."),
    "report.action.do.tell_security": N_("Tell IT security which files were put back, and why."),
    "report.action.do.accept_or_clean": N_(
        "If the files are harmless, have them accepted by the hospital, so that the next scan knows. "
        "If not, clean up again."
    ),
    "report.action.do.password_apart": N_("Give the password by another way than the file, for example by telephone."),
    "report.action.do.only_experts": N_(
        "Open the exported file only on a computer made for analysing malware, never on a device or a work computer."
    ),
    "report.action.do.keep_report": N_("Keep this report with the device’s file."),
    # What became of the files.
    "report.action.result.clean_up.done": N_("Moved to the quarantine"),
    "report.action.result.clean_up.not_done": N_("Left in place"),
    "report.action.result.restore.done": N_("Put back"),
    "report.action.result.restore.not_done": N_("Not put back, still in the quarantine"),
    "report.action.result.destroy.done": N_("Destroyed"),
    "report.action.result.destroy.not_done": N_("Not destroyed, still in the quarantine"),
    "report.action.result.export.done": N_("Exported"),
    "report.action.result.export.not_done": N_("Not exported"),
    "report.action.result.settle.done": N_("Settled"),
    "report.action.result.settle.not_done": N_("Given up: nothing was moved"),
    "report.action.result.uncertain": N_("In doubt"),
    "report.in_quarantine": N_("Quarantine entry {entry}"),
    "report.restored_to": N_("Put back to {place}"),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {
    "report.action.sentence.clean_up": (
        N_("{count} file was moved to the quarantine, and its removal was checked."),
        N_("{count} files were moved to the quarantine, and their removal was checked."),
    ),
    "report.action.sentence.restore": (
        N_("{count} file was put back from the quarantine."),
        N_("{count} files were put back from the quarantine."),
    ),
    "report.action.sentence.destroy": (
        N_("{count} file was destroyed in the quarantine."),
        N_("{count} files were destroyed in the quarantine."),
    ),
    "report.action.sentence.export": (
        N_("{count} file was exported for analysis."),
        N_("{count} files were exported for analysis."),
    ),
    "report.action.sentence.settle": (
        N_("{count} file that had been left half-way is settled: MedScan checked where it is."),
        N_("{count} files that had been left half-way are settled: MedScan checked where they are."),
    ),
    "report.action.left.clean_up": (
        N_("{count} file is still in place."),
        N_("{count} files are still in place."),
    ),
    "report.action.left.restore": (
        N_("{count} file was not put back."),
        N_("{count} files were not put back."),
    ),
    "report.action.left.destroy": (
        N_("{count} file was not destroyed."),
        N_("{count} files were not destroyed."),
    ),
    "report.action.left.export": (
        N_("{count} file was not exported."),
        N_("{count} files were not exported."),
    ),
    "report.action.left.settle": (
        N_("{count} file was given up: it is where it was before."),
        N_("{count} files were given up: they are where they were before."),
    ),
    "report.action.uncertain": (
        N_("{count} file is in doubt: its copy in the quarantine is whole, the original may still be in place."),
        N_("{count} files are in doubt: the copies in the quarantine are whole, the originals may still be in place."),
    ),
    "report.more_action_files": (
        N_("{count} more file is listed in the attached record."),
        N_("{count} more files are listed in the attached record."),
    ),
    "report.files_not_reached": (
        N_("{count} file was not reached before the end: nothing was changed there."),
        N_("{count} files were not reached before the end: nothing was changed there."),
    ),
}
