"""Sentences of second opinions: other engines that are asked beside MedScan's own."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "second.starting": N_("Second opinion: starting {engine}. Loading its signatures can take a minute…"),
    "second.counting": N_("Second opinion: {engine} has looked at {done} files…"),
    "second.asking": N_("Second opinion: {engine} has looked at {done} of about {total} files…"),
    "second.asking_whole": N_("Second opinion: {engine} is scanning. It does not tell how far it is…"),
    # Why a second opinion is missing, or not whole.
    "second.absent": N_(
        "A second opinion of {engine} was asked for, but {engine} was found neither here nor beside MedScan."
    ),
    "second.disabled": N_("A second opinion of {engine} was asked for, but {engine} is switched off on this computer."),
    "second.no_answer": N_("A second opinion of {engine} was asked for, and it gave none."),
    "second.not_reached": N_("{engine} was not asked for its second opinion, since the scan ended first."),
    "second.cancelled": N_("The second opinion of {engine} was cancelled before its end."),
    "second.not_complete": N_("The second opinion of {engine} is not complete: it stopped before its end."),
    "second.self_test_failed": N_(
        "{engine} did not recognise its harmless test sample, so its second opinion cannot be trusted."
    ),
    "second.age_unknown": N_("How old the signatures of {engine} are is not known."),
    "second.nothing": N_("{engine} analysed no file at all."),
    # Why an engine cannot be used.
    "second.unsafe": N_(
        "{engine} was not started: its program “{file}” can be changed by other users of this computer."
    ),
    "second.too_old": N_("{engine} {version} is too old to say which files it left out. Install a newer version."),
    "second.not_started": N_("{engine} could not be started ({detail})."),
    "second.no_database": N_("{engine} has no signatures, or cannot use them ({detail}). Update it at the station."),
    "second.no_memory": N_(
        "{engine} needs about {needed} MB of free memory and this computer has {free} MB, so it was not started."
    ),
    "second.hides_limits": N_(
        "The service of {engine} on this computer does not say which files are too large for it, so its answers prove "
        "nothing. Ask for “AlertExceedsMax yes” in its configuration, or put {engine} beside MedScan."
    ),
    "second.not_understood": N_("{engine} gave an answer that cannot be read safely ({detail})."),
    "second.error": N_("{engine} reported an error ({detail})."),
    "second.stuck": N_("{engine} gave no answer for too long and was stopped."),
    "second.card": N_(
        "{engine} was not asked: it cannot leave out the folders of which the policy card asks to check only the "
        "beginning of each file."
    ),
    "second.quick": N_(
        "{engine} was not asked: it cannot look at recent files only. Choose a full scan if you want its opinion."
    ),
    "second.network": N_("{engine} was not asked about places on other computers: that would give away passwords."),
    "second.platform": N_("{engine} cannot be used on this kind of computer."),
    "second.unlisted": N_("{engine} reported threats, but its list of them cannot be read safely."),
    "second.description": N_("Found by {engine}, with its own signatures."),
    # What to do next.
    "advice.do.second_install": N_(
        "Install the second engine, put it in the folder “clamav” beside MedScan, or switch it off in the settings; "
        "then scan again."
    ),
    "advice.do.second_update": N_("Update the second engine and its signatures at the station, then scan again."),
    "advice.do.second_files": N_(
        "The report names files that the second engine could not analyse. MedScan’s own result for them stands; if you "
        "need both, have these files checked by your IT security team."
    ),
    "advice.do.second_again": N_(
        "Scan again, and let the second engine come to its end. If it fails again, switch it off in the settings and "
        "tell your IT security team."
    ),
    "advice.means.amber_second": N_(
        "MedScan itself checked everything and found nothing. The second engine that was asked for could not confirm "
        "it, or not for every file."
    ),
    # Report.
    "report.second.title": N_("Second opinions"),
    "report.second.engine": N_("{engine} {version} ({tool})"),
    "report.second.database": N_("Signatures {version} of {date}, {age}"),
    "report.second.no_date": N_("unknown date"),
    "report.second.no_age": N_("age unknown"),
    "report.second.counts": N_(
        "Analysed: {analysed}. Not analysed: {not_analysed}. Left out on purpose: {left_out}. Threats: {threats}."
    ),
    "report.second.whole": N_("It does not tell how many files it analysed. Threats: {threats}."),
    "report.second.test_passed": N_("test sample found"),
    "report.second.test_failed": N_("test sample not found"),
    "report.second.test_not_run": N_("no test sample given"),
    "report.second.test_not_possible": N_("no test sample can be given to it"),
    "report.second.complete": N_("complete"),
    "report.second.not_complete": N_("not complete"),
    "report.second.taken": N_("{state}, {test}, {seconds} s"),
    # Tables.
    "column.engine": N_("Engine"),
    "column.version": N_("Version"),
    "column.database": N_("Version of its signatures"),
    "column.database_date": N_("Date of its signatures (UTC)"),
    "column.complete": N_("To its end"),
    "column.analysed": N_("Files analysed"),
    "column.not_analysed": N_("Files not analysed"),
    "second.status.ready": N_("ready"),
    "second.status.absent": N_("not found"),
    "second.status.disabled": N_("switched off"),
    "second.status.stale": N_("signatures too old"),
    "second.status.unusable": N_("cannot be used"),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {
    "second.stale": (
        N_("The signatures of {engine} are {count} day old: too old to rule out recent threats."),
        N_("The signatures of {engine} are {count} days old: too old to rule out recent threats."),
    ),
    "second.not_analysed": (
        N_("{engine} could not analyse {count} file."),
        N_("{engine} could not analyse {count} files."),
    ),
    "report.second.age": (N_("{count} day old"), N_("{count} days old")),
    "report.second.more": (N_("… and {count} more not analysed"), N_("… and {count} more not analysed")),
}
