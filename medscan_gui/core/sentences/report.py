"""Sentences of the report: the labels that its template receives, and the words around them."""

from medscan_gui.core.sentences.mark import N_

#: Codes that begin so are handed to the report's template, under the rest of their name.
LABEL = "report.label."

SENTENCES: dict[str, str] = {
    "export.not_written": N_(
        "The file “{file}” could not be written ({detail}). Choose another folder, or free some space."
    ),
    # Document.
    "report.title": N_("MedScan scan report"),
    "report.title_of": N_("MedScan scan report: {device}, {date}"),
    "report.label.report": N_("Scan report"),
    "report.label.page": N_("Page"),
    "report.label.page_of": N_("of"),
    "report.label.scan_id": N_("Scan"),
    "report.label.journal": N_("Journal"),
    # Page 1: for the manager.
    "report.label.happened": N_("What happened"),
    "report.label.means": N_("What it means"),
    "report.label.next_steps": N_("What to do next"),
    "report.label.perimeter": N_("What was scanned"),
    "report.label.signature": N_("Read and acted upon"),
    "report.label.sign_name": N_("Name"),
    "report.label.sign_role": N_("Position"),
    "report.label.sign_date": N_("Date"),
    "report.label.sign_hand": N_("Signature"),
    "report.fact.device": N_("Device"),
    "report.fact.asset_number": N_("Asset number"),
    "report.fact.department": N_("Department"),
    "report.fact.model": N_("Make and model"),
    "report.fact.serial": N_("Serial number"),
    "report.fact.target": N_("Target"),
    "report.fact.operator": N_("Operator"),
    "report.fact.date": N_("Date (local time)"),
    "report.fact.duration": N_("Duration"),
    "report.fact.station": N_("Station"),
    "report.fact.kit": N_("Kit"),
    "report.fact.host": N_("Computer"),
    "report.unknown": N_("not given"),
    "report.figure.threats": N_("Threats found"),
    "report.figure.read": N_("Items checked"),
    "report.figure.not_read": N_("Items not read"),
    "report.figure.signature_age": N_("Age of the signatures"),
    "report.figure.removed": N_("Removed"),
    "report.figure.accepted": N_("Accepted"),
    "report.figure.left": N_("Still there"),
    "report.sentence.accepted": N_("No threat was found, apart from files that the hospital accepts."),
    "report.label.follow_procedure": N_("Then follow the hospital’s procedure on the next page."),
    # The hospital's procedure.
    "report.label.procedure": N_("The hospital’s procedure"),
    "report.label.procedure_others": N_("Also done, in another wording or language of the procedure"),
    "report.done_by": N_("Done by {operator}, {time}"),
    "report.done_at": N_("Done, {time}"),
    "report.procedure_of_hospital": N_("As the hospital wrote it ({file})."),
    "report.procedure_of_medscan": N_(
        "This is the text that comes with MedScan: the hospital has not put its own in its place."
    ),
    # The policy card, accepted files, clean-up.
    "report.label.card": N_("Rules that the scan followed (policy card)"),
    "report.fact.card": N_("Policy card"),
    "report.fact.card_origin": N_("Card"),
    "report.fact.card_clean_up": N_("Clean-up"),
    "report.fact.card_manufacturer": N_("Manufacturer"),
    "report.fact.card_contact": N_("Manufacturer’s contact"),
    "report.fact.card_approval": N_("Approval"),
    "report.fact.card_due": N_("Next scan due"),
    "report.fact.card_gentle": N_("Gentle scan"),
    "report.fact.card_when": N_("May be scanned"),
    "report.fact.card_by": N_("May be scanned by"),
    "report.fact.card_headers": N_("Only headers checked in"),
    "report.fact.card_protected": N_("Nothing removed in"),
    "report.fact.card_note": N_("Note"),
    "report.card.look_only": N_("Look only"),
    "report.card.clean_up": N_("Clean-up allowed"),
    "report.card.look_only_long": N_("not allowed: look only"),
    "report.card.clean_up_long": N_("allowed, if the operator asks for it"),
    "report.card.gentle": N_("yes, at most {share} percent of one processor core"),
    "report.card.not_gentle": N_("no"),
    "report.origin.device": N_("this device’s card"),
    "report.origin.model": N_("the model’s card"),
    "report.origin.medium_default": N_("rule for media without a card"),
    "report.origin.device_default": N_("rule for devices without a card"),
    "report.weekday.mon": N_("Monday"),
    "report.weekday.tue": N_("Tuesday"),
    "report.weekday.wed": N_("Wednesday"),
    "report.weekday.thu": N_("Thursday"),
    "report.weekday.fri": N_("Friday"),
    "report.weekday.sat": N_("Saturday"),
    "report.weekday.sun": N_("Sunday"),
    "report.label.accepted": N_("Files that the hospital accepts"),
    "report.label.accepted_note": N_(
        "Signatures match these files, and the hospital decided to keep them. They count by their content "
        "(SHA-256) only, wherever they lie."
    ),
    "report.accepted_by": N_("Accepted by {person}, {date}"),
    "report.label.accepted_why": N_("Reason"),
    "report.accepted_until": N_("Counts until: {until}"),
    "report.no_end": N_("no end"),
    "report.clean_up_title": N_("Clean-up that this scan verifies"),
    "report.unlocked_title": N_("Locked files that this scan read with passwords"),
    "report.unlocked_note": N_(
        "This scan read the files again that were locked by a password in the scan before. The result is on both scans "
        "together: what was read before, and what the passwords opened. Passwords are never recorded."
    ),
    "report.label.places": N_("Places read again"),
    "report.clean_up_note": N_(
        "The removed files are in the quarantine. This scan read the places where they were again. All other items "
        "were checked by the first scan, and the result counts both scans."
    ),
    "report.clean_up_note_none": N_(
        "Nothing could be removed. This scan read the places of the clean-up again. All other items were checked by "
        "the first scan, and the result counts both scans."
    ),
    "report.fact.follows": N_("First scan"),
    "report.fact.follows_time": N_("Time of the first scan"),
    "report.fact.items_before": N_("Items checked by the first scan"),
    "report.fact.items_again": N_("Items read again"),
    "report.fact.removed": N_("Threats removed"),
    "report.limits_of_green": N_("What GREEN does not prove"),
    "report.limits.green": N_(
        "GREEN means that what was found is removed and verified to be gone. It does not mean that the device is "
        "healthy, nor that nothing else was there."
    ),
    # Technical pages.
    "report.label.technical": N_("Technical part"),
    "report.label.reasons": N_("Why this light"),
    "report.label.threats": N_("Threats"),
    "report.label.no_threats": N_("No signature matched."),
    "report.label.rule": N_("Rule"),
    "report.label.rule_author": N_("Author of the rule"),
    "report.label.description": N_("Description"),
    "report.label.reference": N_("Reference"),
    "report.label.where": N_("Where it lies, and SHA-256"),
    "report.label.size": N_("Size"),
    "report.label.state": N_("State"),
    "report.state.in_place": N_("in place"),
    "report.state.removed": N_("removed"),
    "report.state.accepted": N_("accepted"),
    "report.label.problems": N_("Items not read"),
    "report.label.no_problems": N_("Every item that had to be checked was checked."),
    "report.label.item": N_("Item"),
    "report.label.detail": N_("Technical detail"),
    "report.label.coverage": N_("Coverage"),
    "report.label.outcome": N_("What became of the items"),
    "report.label.class": N_("Counts as"),
    "report.label.items": N_("Items"),
    "report.label.bytes": N_("Data"),
    "report.label.total": N_("Total"),
    "report.class.read": N_("checked"),
    "report.class.accepted": N_("left out on purpose"),
    "report.class.not_read": N_("not read"),
    "report.outcome_cause": N_("{outcome}: {cause}"),
    "report.walk.complete": N_("The list of items was read to its end."),
    "report.walk.incomplete": N_("The list of items could not be read to its end: there are more items than counted."),
    "report.label.signatures": N_("Signatures and engine"),
    "report.label.engines": N_("Self-test of each engine process"),
    "report.label.engine_process": N_("Process"),
    "report.label.engine_rules": N_("Rules loaded"),
    "report.label.engine_bundle": N_("Signatures"),
    "report.label.engine_test": N_("Self-test"),
    "report.label.no_engines": N_("No part of the scan engine passed its self-test."),
    "report.test.passed": N_("passed"),
    "report.test.failed": N_("FAILED"),
    "report.bundle.same": N_("as expected"),
    "report.bundle.other": N_("NOT the expected ones"),
    "report.fact.signatures": N_("Signatures"),
    "report.fact.signature_date": N_("Date of the signatures"),
    "report.fact.signature_age": N_("Age on the day of the scan"),
    "report.fact.signature_rules": N_("Number of rules"),
    "report.fact.signature_digest": N_("Fingerprint (SHA-256)"),
    "report.fact.signature_verified": N_("Verified"),
    "report.fact.program": N_("Program"),
    "report.fact.engine": N_("Engine"),
    "report.fact.engine_restarts": N_("Engine restarts"),
    "report.value.program": N_("MedScan {version}"),
    "report.value.engine": N_("YARA {version}, processes at work: {workers}"),
    "report.value.age_unknown": N_("unknown: the computer’s clock is earlier than the signatures"),
    "report.value.yes": N_("yes"),
    "report.value.no": N_("NO"),
    "report.label.context": N_("Scan and journal"),
    "report.fact.scan_id": N_("Scan number"),
    "report.fact.started": N_("Start (UTC)"),
    "report.fact.ended": N_("End (UTC)"),
    "report.fact.offset": N_("Local time"),
    "report.value.offset": N_("UTC{offset}, as set on the computer"),
    "report.fact.system": N_("Operating system"),
    "report.fact.volume": N_("Volume identity"),
    "report.fact.removable": N_("Removable medium"),
    "report.removable.yes": N_("yes, it can be unplugged"),
    "report.removable.no": N_("no"),
    "report.fact.journal_position": N_("Journal entry"),
    "report.fact.journal_code": N_("Journal code"),
    "report.fact.journal_hash": N_("Journal fingerprint (SHA-256)"),
    "report.value.position": N_("no. {sequence}"),
    "report.value.no_position": N_("not in the journal"),
    "report.label.journal_why": N_(
        "Keep this paper: its journal code shows later whether the journal was cut or altered."
    ),
    "report.label.limits": N_("What BLUE does not prove"),
    "report.limits.known": N_(
        "Signatures find known threats. A new or disguised one may not be found, and the older the signatures, "
        "the more is missed."
    ),
    "report.limits.files": N_(
        "MedScan reads stored files, and looks into the kinds of archives and documents that it knows. This scan did "
        "not look at running memory, autostart entries or the firmware."
    ),
    "report.limits.computer": N_(
        "Beside files, this scan read running memory, autostart entries and the start-up areas of disks, as far as the "
        "system allowed. It did not look at the firmware."
    ),
    "report.limits.quick": N_(
        "This was a quick scan: most files of the device were not read. A full scan says more."
    ),
    "report.limits.moment": N_(
        "The result holds for the time of the scan. What is copied or plugged in later is not covered."
    ),
    "report.limits.medium": N_(
        "A malicious USB medium can hide files from the computer, or act as a keyboard or a network card."
    ),
    "report.limits.system": N_(
        "A device that is already infected can hide files from any program that runs on it. "
        "A scan of its disk from outside says more."
    ),
    "report.limits.accepted": N_(
        "Links, special files and MedScan’s own journal and signatures are left out on purpose (see Coverage)."
    ),
    "report.attachment_note": N_(
        "The complete record is attached to this PDF ({attachment}), with every name in full: "
        "here, names may be shortened and unusual characters written as numbers."
    ),
    "report.attachment_description": N_("Complete scan record"),
    # Values.
    "report.size.b": N_("{number} B"),
    "report.size.kb": N_("{number} kB"),
    "report.size.mb": N_("{number} MB"),
    "report.size.gb": N_("{number} GB"),
    "report.size.tb": N_("{number} TB"),
    "report.decimal_mark": N_("."),
    "report.duration.s": N_("{seconds} s"),
    "report.duration.min": N_("{minutes} min {seconds} s"),
    "report.duration.h": N_("{hours} h {minutes} min"),
    "report.first_of_month": N_("1st"),
    "report.date": N_("{day} {month} {year}"),
    "report.date_time": N_("{day} {month} {year}, {time}"),
    "report.month.1": N_("January"),
    "report.month.2": N_("February"),
    "report.month.3": N_("March"),
    "report.month.4": N_("April"),
    "report.month.5": N_("May"),
    "report.month.6": N_("June"),
    "report.month.7": N_("July"),
    "report.month.8": N_("August"),
    "report.month.9": N_("September"),
    "report.month.10": N_("October"),
    "report.month.11": N_("November"),
    "report.month.12": N_("December"),
    # Errors.
    "report.pdf_failed": N_(
        "The PDF report could not be made. The scan and its journal entry are not affected: "
        "save the record as JSON instead. Technical detail: {detail}"
    ),
    "report.parts_missing": N_(
        "The PDF report could not be made: files of MedScan are missing. Copy MedScan again from the station. "
        "Technical detail: {detail}"
    ),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {
    "report.uncounted_threats": (
        N_("{count} more threat was found; it was counted, but its place was not kept."),
        N_("{count} more threats were found; they were counted, but their places were not kept."),
    ),
    "report.more_threats": (
        N_("{count} more file with this threat is listed in the attached record and in the CSV export."),
        N_("{count} more files with this threat are listed in the attached record and in the CSV export."),
    ),
    "report.more_rules": (
        N_("{count} more threat, of other rules, is listed in the attached record and in the CSV export."),
        N_("{count} more threats, of other rules, are listed in the attached record and in the CSV export."),
    ),
    "report.more_problems": (
        N_("{count} more item is listed in the attached record."),
        N_("{count} more items are listed in the attached record."),
    ),
    "report.uncounted_names": (
        N_("{count} more item was counted, but its name was not kept."),
        N_("{count} more items were counted, but their names were not kept."),
    ),
    "report.more_accepted": (
        N_("{count} more accepted file is listed in the attached record."),
        N_("{count} more accepted files are listed in the attached record."),
    ),
    "report.more_folders": (
        N_("and {count} more folder"),
        N_("and {count} more folders"),
    ),
    "report.steps_done": (
        N_("{count} of {steps} steps is ticked as done."),
        N_("{count} of {steps} steps are ticked as done."),
    ),
    "report.card.every": (
        N_("every {count} day"),
        N_("every {count} days"),
    ),
    "report.card.due_every": (
        N_("{day}, then every {count} day"),
        N_("{day}, then every {count} days"),
    ),
    "report.files_matched": (
        N_("{count} file"),
        N_("{count} files"),
    ),
    "report.items_counted": (
        N_("{count} item"),
        N_("{count} items"),
    ),
    "report.days": (
        N_("{count} day"),
        N_("{count} days"),
    ),
    "report.age": (
        N_("{count} day ({age})"),
        N_("{count} days ({age})"),
    ),
}
