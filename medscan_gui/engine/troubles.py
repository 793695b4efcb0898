"""From an operating-system error to the Outcome and Cause of an item."""

import errno

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.places import error_name

Ending = tuple[Outcome, Cause, str]
"""How an item ended: outcome, cause, and a detail for technicians."""

_BY_ERRNO = {
    errno.ENOENT: (Outcome.VANISHED, Cause.NONE),
    errno.EACCES: (Outcome.UNREADABLE, Cause.NO_PERMISSION),
    errno.EPERM: (Outcome.UNREADABLE, Cause.NO_PERMISSION),
    errno.ENAMETOOLONG: (Outcome.UNREADABLE, Cause.NAME_TOO_LONG),
    errno.ELOOP: (Outcome.UNREADABLE, Cause.REPLACED),  # O_NOFOLLOW met a link that was a file before
    errno.ENOTDIR: (Outcome.UNREADABLE, Cause.REPLACED),
    errno.EISDIR: (Outcome.UNREADABLE, Cause.REPLACED),
    errno.ESTALE: (Outcome.UNREADABLE, Cause.REPLACED),  # `identity`, and network servers, say so
    errno.ENXIO: (Outcome.UNREADABLE, Cause.REPLACED),  # a socket, where a file was
    errno.ETXTBSY: (Outcome.UNREADABLE, Cause.IN_USE),
    errno.EBUSY: (Outcome.UNREADABLE, Cause.IN_USE),
}

#: System error codes of Windows (winerror.h) that say more than the errno they are turned into.
_BY_WINERROR = {
    2: (Outcome.VANISHED, Cause.NONE),  # ERROR_FILE_NOT_FOUND
    3: (Outcome.VANISHED, Cause.NONE),  # ERROR_PATH_NOT_FOUND
    5: (Outcome.UNREADABLE, Cause.NO_PERMISSION),  # ERROR_ACCESS_DENIED
    32: (Outcome.UNREADABLE, Cause.IN_USE),  # ERROR_SHARING_VIOLATION
    33: (Outcome.UNREADABLE, Cause.IN_USE),  # ERROR_LOCK_VIOLATION
    206: (Outcome.UNREADABLE, Cause.NAME_TOO_LONG),  # ERROR_FILENAME_EXCED_RANGE
    362: (Outcome.UNREADABLE, Cause.STORED_ONLINE),  # ERROR_CLOUD_FILE_PROVIDER_NOT_RUNNING
    395: (Outcome.UNREADABLE, Cause.STORED_ONLINE),  # ERROR_CLOUD_FILE_ACCESS_DENIED
}


def ending_of(error: OSError) -> Ending:
    """Return what `error` makes of the item it happened on. What is not known is a read error."""
    windows = _BY_WINERROR.get(getattr(error, "winerror", None) or 0)
    outcome, cause = windows or _BY_ERRNO.get(error.errno or 0, (Outcome.UNREADABLE, Cause.READ_ERROR))
    return outcome, cause, error_name(error)
