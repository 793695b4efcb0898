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
    "card.line.gentle": N_("gentle: at most {share} percent of one processor core"),
    "card.line.hours": N_("scans allowed {hours}"),
    "card.line.contact": N_("call {contact}"),
    "card.line.approval": N_("approval {reference}"),
    "card.line.due": N_("next scan due {date}"),
    # Folders that a card cannot name.
    "card.folder_pattern": N_("“{folder}” holds * or ?. Write the folder itself: all that is below it is meant."),
    "card.folder_variable": N_("“{folder}” begins with a variable. Write out the whole path of the folder."),
    "card.folder_climbs": N_("“{folder}” holds “..”. Write out the whole path of the folder."),
    "card.folder_whole": N_("“{folder}” is a whole disk. Name a folder on it."),
    # What each field of a card does.
    "card.field.clean_up": N_("May threats be removed at the operator’s word? false: the device is only looked at."),
    "card.field.scan_by": N_("Names of those who may scan. Empty: anybody."),
    "card.field.scan_hours": N_(
        "Hours at which it may be scanned, such as 07:00-19:30; they may go past midnight. Empty: at any time."
    ),
    "card.field.scan_days": N_("Days on which it may be scanned: mon, tue, wed, thu, fri, sat, sun. Empty: any day."),
    "card.field.headers_only": N_(
        "Folders of patient images: only the beginning of each file is checked. Everything below them is meant."
    ),
    "card.field.protected": N_(
        "Folders in which nothing is ever removed, such as the manufacturer’s application. Everything below them is "
        "meant."
    ),
    "card.field.gentle": N_("Scan gently, for a device in use: lowest priority, and little of its processor."),
    "card.field.cpu_share": N_("With a gentle scan: at most this share of one processor core, in percent (5 to 100)."),
    "card.field.manufacturer": N_("The manufacturer, as it is named to the operator."),
    "card.field.contact": N_("Whom to call: name, telephone."),
    "card.field.approval": N_("Reference of the manufacturer’s or the hospital’s approval to scan."),
    "card.field.next_scan": N_("Day on which the next scan is due, as year-month-day."),
    "card.field.interval_days": N_("Days between two scans; 0: no interval. Each complete scan moves the day on."),
    "card.field.note": N_("Anything else that the operator should know."),
    # Files of cards.
    "cards.template": N_(
        "Policy card of MedScan. Fill in what applies, and import the file. Folders are written as on the device: "
        "'D:\\Images', '/var/lib/images', or 'Images' for a folder at the root of whatever is scanned; keep the single "
        "quotation marks."
    ),
    "cards.template_for": N_(
        "Whose card it is: a device by its asset number or serial number, or all devices of a make and model."
    ),
    "cards.no_table": N_("This is no table. Save it from the spreadsheet as CSV, and import that file."),
    "cards.broken_table": N_(
        "From this line on the file is no table any more: a quotation mark is open or misplaced. Save it from the "
        "spreadsheet as CSV again."
    ),
    "cards.no_lines": N_("The file holds no line below its column names. Fill in one line for each device or model."),
    "cards.no_columns": N_(
        "The first line must name the columns, and one of them must say whose card a line is: {columns}."
    ),
    "cards.column_twice": N_("The column “{column}” is there twice. Keep one."),
    "cards.too_many_cells": N_("This line has more cells than there are columns. Delete those behind the last column."),
    "cards.too_many_lines": N_("The file has more than {count} lines. Split it into several files."),
    "cards.too_large": N_("The file is larger than {megabytes} MB. Split it into several files."),
    "cards.too_large_toml": N_("The file is larger than {kilobytes} kB: a policy card never is. Check what it holds."),
    "cards.no_toml": N_(
        "The file is not written as TOML asks. Compare it with a new template; write paths between single quotation "
        "marks: 'D:\\Images'."
    ),
    "cards.for_is_a_table": N_("“for” must be a table: a line [for], and below it one of the lines of the template."),
    "cards.unknown_key": N_("A policy card has nothing called “{key}”. Delete it, or compare with a new template."),
    "cards.unknown_key_near": N_("A policy card has nothing called “{key}”. Did you mean “{near}”?"),
    "cards.bad_yes_no": N_("“{value}” is neither yes nor no."),
    "cards.bad_number": N_("“{value}” is not a whole number from {lowest} to {highest}."),
    "cards.bad_day": N_("“{value}” is not a day. Write it as year-month-day: 2026-12-31."),
    "cards.bad_day_order": N_(
        "“{value}” may be two different days: the spreadsheet changed how it is written. Write it as year-month-day: "
        "2026-12-31."
    ),
    "cards.bad_hours": N_("“{value}” are not two times of a day. Write them like 07:00-19:30."),
    "cards.bad_weekdays": N_("“{value}” are not days of the week. Write them like mon | tue | fri."),
    "cards.bad_list": N_("This is not a list of at most 100 entries of at most {characters} characters each."),
    "cards.bad_text": N_("This is not a text of at most {characters} characters."),
    "cards.bad_card_word": N_("“{value}” is not understood here. Write yes, or none to take the card away."),
    "cards.shortened_number": N_(
        "“{value}” is a number that the spreadsheet shortened. Format the column as text and enter the number again."
    ),
    "cards.identity_too_long": N_("“{column}” is longer than {characters} characters."),
    "cards.nobody": N_(
        "It is not clear whose card this is. Give the asset number or serial number of a device; or only make and "
        "model, for all devices of that model."
    ),
    "cards.unknown_device": N_(
        "The journal knows no device “{device}”. Give its asset number, serial number or name as well: the device is "
        "then made."
    ),
    "cards.two_devices": N_(
        "The numbers of this line belong to two different devices of the journal. Correct the asset number or the "
        "serial number."
    ),
    "cards.twice": N_("This device or model already has a card on line {other}. Keep one of the two lines."),
    "cards.no_such_device": N_(
        "The journal knows no device “{device}”. Give its asset number, serial number or identifier as listed."
    ),
    "cards.several_devices": N_(
        "The journal knows several devices called “{device}”. Give the asset number, serial number or identifier of "
        "one of them."
    ),
    "cards.no_card_of_device": N_(
        "“{device}” has no policy card, and neither has its model: it is only looked at, unless it is a removable "
        "medium that stands for itself. Import a card, or fill one in in the device’s page."
    ),
    "cards.no_card_of_model": N_("There is no policy card of all devices “{model}”. Import one to set it."),
    "cards.not_read": N_("The file {file} could not be read: {detail}. Check its name and whether it can be opened."),
    "cards.exists": N_("The file {file} exists already and was left as it is. Choose another name, or add --force."),
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
    "cards.file_refused": (
        N_("Nothing was imported: the file has {count} fault. Correct it and import the file again."),
        N_("Nothing was imported: the file has {count} faults. Correct them and import the file again."),
    ),
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
