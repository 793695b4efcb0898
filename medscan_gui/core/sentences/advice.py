"""Sentences of the advice: what happened, what it means, what to do next.

Written for a tired person at three in the morning: one thing to do in each sentence, the thing
first, the reason after it. “Medium” is a USB stick or disk, “device” is what the hospital inventories.
"""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    # What it means: nothing found.
    "advice.means.blue_device": N_(
        "At the time of the scan, the files of this device held nothing that these signatures know. "
        "That is no proof that the device is free of malware."
    ),
    "advice.means.blue_quick": N_(
        "At the time of the scan, the places where malware usually runs, starts and arrives held nothing that these "
        "signatures know. All other files of this device were not looked at."
    ),
    "advice.means.blue_medium": N_(
        "At the time of the scan, the files of this medium held nothing that these signatures know. "
        "That is no guarantee: a malicious medium can hide files, or act as a keyboard."
    ),
    "advice.means.blue_part": N_(
        "Only a part was scanned, and its files held nothing that these signatures know. The rest was not looked at."
    ),
    "advice.means.blue_accepted": N_(
        "Apart from the accepted files, what was scanned held nothing that these signatures know. "
        "That is no proof that it is free of malware."
    ),
    # What it means: removed.
    "advice.means.green_device": N_(
        "GREEN means removed and verified, not healthy: how the threats came in is not known, and they may have "
        "changed something before."
    ),
    "advice.means.green_medium": N_(
        "GREEN means removed and verified: the known threats are gone from this medium. The computers it was plugged "
        "into may be infected."
    ),
    # What it means: someone must act.
    "advice.means.red_device": N_(
        "Treat this device as infected until a specialist has examined it. "
        "What it shows, stores and sends may be altered."
    ),
    "advice.means.red_memory": N_(
        "A program that is running right now holds a known threat in its memory: treat this device as controlled by "
        "somebody else until a specialist has examined it. What it shows, stores and sends may be altered."
    ),
    "advice.means.red_medium": N_(
        "Treat this medium as infected. Any computer or device it was plugged into may be infected too."
    ),
    "advice.means.red_weak": N_(
        "The sign is weak and may be a false alarm, but only a specialist can tell. Until then, act as if it were real."
    ),
    # What it means: no conclusion.
    "advice.means.amber_partial": N_(
        "No known threat was found in what was read. What was not read may still hide one."
    ),
    "advice.means.amber_blind": N_(
        "This result proves nothing, good or bad: MedScan was not in a state to find threats."
    ),
    "advice.means.amber_nothing": N_("Nothing was checked, so nothing is known about the target."),
    "advice.means.amber_old": N_(
        "No threat known to these signatures was found, but they are too old to see recent ones."
    ),
    "advice.means.amber_unsaved": N_("No known threat was found, but the journal holds no proof of this scan."),
    "advice.means.amber_accepted": N_(
        "Apart from files that the hospital accepts, no known threat was found in what was read. "
        "What was not read may still hide one."
    ),
    # What to do: nothing found.
    "advice.do.nothing": N_("Nothing more to do for now. Keep this report with the device’s file."),
    "advice.do.use_medium": N_("You may use this medium as your hospital’s rules allow."),
    "advice.do.scan_each_time": N_("Scan it again each time it comes back from outside."),
    "advice.do.scan_full": N_(
        "Before you rely on this device, run a full scan of it: a quick scan leaves most files out."
    ),
    "advice.do.memory_threat": N_(
        "Write down the program and its number (pid) from the list of threats: MedScan does not stop programs. Do not "
        "restart the device before a specialist has seen it, since a restart wipes the traces in memory."
    ),
    "advice.do.boot_threat": N_(
        "Do not restart the device or start another one from this disk: the threat lies in sectors that run before "
        "the system does, and MedScan does not change those. A specialist must write them anew."
    ),
    "advice.do.autostart_threat": N_(
        "Give the specialist the autostart entry named in the list of threats: it would start the threat again. "
        "MedScan does not change such entries."
    ),
    "advice.do.large_memory": N_(
        "A program holds more memory than MedScan reads of one program. If it may be closed, close it and scan again."
    ),
    "advice.do.left_not_file": N_(
        "What is not a file (memory, an autostart entry, sectors) is never removed by MedScan: a specialist must."
    ),
    "advice.do.odd_medium": N_("If it behaves oddly, for example types by itself, unplug it and call IT security."),
    "advice.do.scan_whole": N_("Before you rely on this result, scan the whole device or medium."),
    # What to do: removed.
    "advice.do.confirm": N_("Scan all of it again: the light must turn blue."),
    "advice.do.tell_manufacturer": N_(
        "Ask the manufacturer before the device is used again: on a medical device, removing files is rarely enough."
    ),
    "advice.do.undo": N_(
        "If something no longer works as before, the removed files can be put back from the quarantine of MedScan."
    ),
    "advice.do.review_accepted": N_(
        "Read the list of accepted files in this report: each must still have a good reason."
    ),
    "advice.do.tell_before_service": N_(
        "Before the device goes back into service, tell the biomedical department and IT security."
    ),
    "advice.do.find_source": N_("Scan the USB sticks that were used on this device: the threat came from somewhere."),
    "advice.do.keep_report": N_("Keep this report with the device’s file."),
    # What to do: a threat on a device.
    "advice.do.patient_first": N_("If a patient depends on this device, agree on each step with the care team first."),
    "advice.do.isolate": N_("Isolate the device: unplug its network cable and turn off its Wi-Fi."),
    "advice.do.keep_powered": N_("Do not switch it off and do not restart it: that would destroy traces."),
    "advice.do.no_reconnect": N_(
        "Do not reconnect it to anything, and plug nothing into it, until the specialists allow it."
    ),
    "advice.do.call": N_(
        "Call the biomedical department and IT security now. The manufacturer must be asked before any cleaning."
    ),
    "advice.do.hand_over": N_("Give them this report, and scan every USB stick that was used on the device."),
    # What to do: a threat on a medium.
    "advice.do.unplug_medium": N_("Unplug the medium and label it “INFECTED”."),
    "advice.do.keep_apart": N_("Do not plug it into anything else. Do not erase it: it is evidence."),
    "advice.do.give_medium": N_(
        "Give it to IT security with this report. Tell the biomedical department and the manufacturer "
        "if it was used on a medical device."
    ),
    "advice.do.trace_medium": N_("List the computers and devices it was plugged into: each of them must be scanned."),
    "advice.do.complete_later": N_(
        "This scan is not complete: when the specialists agree, scan again, since there may be more."
    ),
    "advice.do.save_elsewhere_red": N_("Save this report elsewhere now: the journal could not take it."),
    # What to do: threats that a clean-up left.
    "advice.do.left_protected": N_(
        "Ask the manufacturer to repair or reinstall: some threats lie in files that MedScan never removes."
    ),
    "advice.do.left_read_only": N_(
        "If the medium has a lock switch, open it and clean up again. If it stays read-only, do not use it any more."
    ),
    "advice.do.left_came_back": N_(
        "A threat came back after its removal: malware is at work there. Do not clean up again, call IT security."
    ),
    "advice.do.left_in_use": N_(
        "A running program holds some of these files: have IT security stop it, then clean up again."
    ),
    "advice.do.left_no_permission": N_(
        "Some files need more rights: start MedScan as administrator, scan again and clean up again."
    ),
    "advice.do.left_no_room": N_("Free some space on the MedScan key or station, then clean up again."),
    "advice.do.left_changed": N_(
        "Some files changed after the scan and were not touched: scan again before you clean up again."
    ),
    "advice.do.left_cancelled": N_("The clean-up did not reach its end: start it again for the files that are left."),
    "advice.do.left_otherwise": N_(
        "The list of threats says for each file why it was left: give it to the specialists."
    ),
    # What to do: no conclusion, by reason.
    "advice.do.run_to_end": N_("Scan again and let it run to its end. If you need the computer, pause instead."),
    "advice.do.keep_running": N_(
        "Scan again. Keep the computer on mains power and leave the MedScan key in until the end."
    ),
    "advice.do.plug_back": N_(
        "Plug the medium back in and scan again. If it disappears again, try another port, then treat it as faulty."
    ),
    "advice.do.restart_engine": N_(
        "Close MedScan, start it again and scan again. If it fails again, use another key or station, "
        "and report the fault with this report."
    ),
    "advice.do.renew_signatures": N_(
        "Do not rely on this key: its signatures are missing, damaged or altered. "
        "Update it at the station, or take another key, then scan again."
    ),
    "advice.do.self_test": N_(
        "Start MedScan again. If the self-test fails again, take another key and tell IT security: "
        "the computer’s antivirus or malware may be blocking it."
    ),
    "advice.do.update_signatures": N_("Update the signatures at the station, then scan again."),
    "advice.do.walk_again": N_(
        "Some folders could not be listed. Start MedScan again as administrator, check that the medium is "
        "well plugged in, and scan again."
    ),
    "advice.do.check_target": N_(
        "Check that you chose the right drive or folder and that it holds files, then scan again."
    ),
    "advice.do.program_fault": N_(
        "This is a fault of MedScan: scan again. If it comes back, use another key and report the fault."
    ),
    "advice.do.save_elsewhere": N_(
        "Save this report and the scan record elsewhere now. Then free some space, or remove the write "
        "protection of the key, and scan again."
    ),
    "advice.do.scan_again": N_("Scan again."),
    # What to do: no conclusion, by what could not be read.
    "advice.do.administrator": N_(
        "Some files need more rights: close MedScan, start it again as administrator, and scan again."
    ),
    "advice.do.close_programs": N_(
        "Some files are locked by other programs: outside clinical use, close those programs and scan again."
    ),
    "advice.do.failing_medium": N_(
        "The medium reports read errors and may be failing: have it checked or replaced, then scan again."
    ),
    "advice.do.long_names": N_("Some names are too long for this system: scan the medium from another station."),
    "advice.do.stored_online": N_(
        "Some files are stored online only: download them to the device, or have them scanned where they are stored."
    ),
    "advice.do.keep_still": N_(
        "Some files changed or disappeared during the scan: stop what is writing there and scan again."
    ),
    "advice.do.slow_files": N_(
        "Some files took too long: scan again. If the same ones are slow again, have IT security examine them."
    ),
    "advice.do.encrypted": N_(
        "Files locked by a password could not be checked. If somebody knows the password, press “Enter passwords…” "
        "and MedScan reads them. Otherwise ask for copies without a password. Do not open locked files on a device."
    ),
    "advice.do.damaged": N_(
        "Damaged files cannot be checked completely: do not open them on a device, and ask for sound copies."
    ),
    "advice.do.unpack": N_(
        "Some archives are too large or packed too deeply: unpack them at the station and scan what comes out."
    ),
    "advice.do.crashing_files": N_(
        "Some files made the scan engine stop, perhaps on purpose: do not open them, and have IT security examine them."
    ),
    "advice.do.left_out": N_("Some files were left out by a setting: change the setting and scan again."),
    "advice.do.unchecked_medium": N_("Until a scan is complete, do not plug this medium into a medical device."),
    "advice.do.unchecked_device": N_("Until a scan is complete, do not count this device as checked."),
    # What to do: notes that go with any light.
    "advice.do.check_clock": N_(
        "Check the date of this computer: it is earlier than the date of the signatures, so their age is not known."
    ),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {
    "advice.happened.no_threat": (
        N_("{count} item was read and checked. No known threat was found."),
        N_("{count} items were read and checked. No known threat was found."),
    ),
    "advice.happened.removed": (
        N_("{count} threat was found and removed. MedScan checked that it is gone."),
        N_("{count} threats were found and removed. MedScan checked that they are gone."),
    ),
    "advice.happened.threats": (
        N_("{count} threat was found. It has not been removed."),
        N_("{count} threats were found. They have not been removed."),
    ),
    "advice.happened.threats_partly": (
        N_("{count} threat is still there. Other threats found: {removed} removed."),
        N_("{count} threats are still there. Other threats found: {removed} removed."),
    ),
    "advice.happened.threats_not_removed": (
        N_("{count} threat was found. The clean-up could not remove it."),
        N_("{count} threats were found. The clean-up could not remove them."),
    ),
    "advice.happened.accepted": (
        N_("{count} threat was found, in a file that the hospital accepts. Items read and checked: {items}."),
        N_("{count} threats were found, all in files that the hospital accepts. Items read and checked: {items}."),
    ),
    "advice.happened.threats_incomplete": (
        N_("{count} threat was found and is still there. The scan is not complete: there may be more."),
        N_("{count} threats were found and are still there. The scan is not complete: there may be more."),
    ),
    "advice.happened.removed_incomplete": (
        N_("{count} threat was found and removed, but the scan is not complete: there may be more."),
        N_("{count} threats were found and removed, but the scan is not complete: there may be more."),
    ),
    "advice.do.ageing_signatures": (
        N_("Update the signatures before the next scan: they are {count} day old."),
        N_("Update the signatures before the next scan: they are {count} days old."),
    ),
}
