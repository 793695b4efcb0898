"""Sentences of reading, removing and putting back single files. They stand beside the file's name."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    # Why a file cannot be read or removed.
    "files.gone": N_("The file is no longer there. Scan again to see what is there now."),
    "files.unreachable": N_("The medium is no longer there, or does not answer. Plug it in again, then try again."),
    "files.is_link": N_(
        "A link has taken the place of the file or of its folder. MedScan does not follow it: it may lead anywhere. "
        "Scan again."
    ),
    "files.is_folder": N_("A folder has this name now. Scan again to see what is there now."),
    "files.not_a_file": N_("This is no ordinary file now. Scan again to see what is there now."),
    "files.other_place": N_("This place is not part of what was scanned. Nothing was done there."),
    "files.no_permission": N_(
        "You do not have the right to do this with this file. Start MedScan as administrator, or ask the person who "
        "looks after this computer."
    ),
    "files.read_only": N_(
        "The medium is write-protected. Remove the write protection (a switch on the stick or card, or the way it is "
        "mounted), then try again."
    ),
    "files.in_use": N_("Another program is using this file. Close that program, then try again."),
    "files.immutable": N_(
        "This file or its folder is locked against any change (immutable). Ask the person who looks after this "
        "computer to unlock it, then try again."
    ),
    "files.folder_not_writable": N_(
        "You may not remove anything from this folder. Start MedScan as administrator, or ask the person who looks "
        "after this computer."
    ),
    "files.sticky": N_(
        "The file belongs to someone else, and in this folder only its owner may remove it. Start MedScan as "
        "administrator, then try again."
    ),
    "files.changed": N_(
        "This is no longer the file that was read: it was changed or exchanged meanwhile. It was left alone. "
        "Scan again; if it happens again, a program on this computer is changing it."
    ),
    "files.io_error": N_(
        "The medium reports an error ({error}): it may be failing. Copy what is needed from it, then replace it."
    ),
    "files.too_much_beside": N_(
        "More is attached to this file (extended attributes) than MedScan can keep, so it could not be put back as it "
        "was. It was left in place: show it to IT security."
    ),
    "files.stored_online": N_("Only a placeholder of this file is here: its content lies on the network. It was left."),
    "files.blocked": N_(
        "The antivirus of this computer blocks this file or has taken it away. See what it reports, then scan again."
    ),
    "files.cancelled": N_("Cancelled before anything was changed."),
    # What went wrong while it was removed.
    "files.name_taken": N_(
        "The name {name}, which MedScan needs for a moment in this folder, is taken. The file was left in place. "
        "Try again."
    ),
    "files.left_aside": N_(
        "The file could neither be removed nor be given back its name. It is in the same folder under the name {name}. "
        "Leave it there and start MedScan again: it will try once more."
    ),
    "files.moved": N_(
        "Somebody moved the file to another name at the moment of its removal. It may still be there: isolate the "
        "device and scan again."
    ),
    "files.came_back": N_(
        "The file was removed, but a file of the same name was there again at once: a running program puts it back. "
        "Isolate the device and call IT security."
    ),
    "files.not_verified": N_(
        "The file was removed, but its folder could not be looked at again to make sure. Scan again."
    ),
    # Why a file cannot be put back.
    "files.exists": N_(
        "Something of this name is already there, and MedScan never overwrites. Rename or move it, or choose another "
        "folder."
    ),
    "files.no_folder": N_("The folder is not there. Plug in the medium, create the folder, or choose another one."),
    "files.full": N_("There is no room left on the medium. Make room there or choose another folder."),
    "files.too_large": N_("The medium cannot hold a file of this size. Choose a folder on another medium."),
    "files.bad_name": N_("The medium does not allow this file name. Choose a folder on another medium."),
    "files.not_the_same": N_(
        "What was written is not what was taken away: the copy or the medium is damaged. Nothing was put back."
    ),
    # What could not be put back with it.
    "files.lost_owner": N_(
        "The content was put back, but not its owner (user {user}, group {group}): only an administrator can set it."
    ),
    "files.lost_mode": N_("The content was put back, but not all of its permissions ({mode})."),
    "files.lost_times": N_("The content was put back, but its dates are not exactly what they were."),
    "files.lost_xattrs": N_("The content was put back, but not these extended attributes: {names}."),
    "files.lost_attributes": N_("The content was put back, but not all of its attributes (hidden, system, read-only)."),
    "files.lost_security": N_("The content was put back, but not its Windows permissions."),
    "files.lost_streams": N_("The content was put back, but not the alternate data streams that went with it."),
    "files.lost_link": N_("The content was put back as a file of its own; before, several names shared one file."),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
