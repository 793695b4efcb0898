"""What may stop the handling of one file, and where the original is then."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from medscan_gui.core.messages import MedScanError, Message, Parameter


class Place(StrEnum):
    """Where an original is."""

    #: Under its own name, as it was.
    IN_PLACE = "in_place"
    GONE = "gone"
    #: Another file, or another content, has its name.
    OTHER = "other"
    #: The medium is not there, or does not answer.
    UNREACHABLE = "unreachable"


class OriginalError(MedScanError):
    """One file could not be read, removed or put back.

    `place` says where the original is now: unless it is IN_PLACE, a copy of it may be the only one and must be kept.
    """

    def __init__(self, code: str, place: Place = Place.IN_PLACE, **params: Parameter) -> None:
        super().__init__(Message.of(code, **params))
        self.place = place


_NO_PERMISSION = "files.no_permission"
_GONE = "files.gone"
_IN_USE = "files.in_use"
_FULL = "files.full"
_EXISTS = "files.exists"
_UNREACHABLE = "files.unreachable"
_IO_ERROR = "files.io_error"
_BAD_NAME = "files.bad_name"

_BY_ERRNO = {
    errno.ENOENT: _GONE,
    errno.ENOTDIR: _GONE,
    errno.ESTALE: _UNREACHABLE,
    errno.ENODEV: _UNREACHABLE,
    errno.ENXIO: _UNREACHABLE,
    errno.ENOTCONN: _UNREACHABLE,
    errno.ETIMEDOUT: _UNREACHABLE,
    errno.ELOOP: "files.is_link",
    errno.EISDIR: "files.is_folder",
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.EROFS: "files.read_only",
    errno.EBUSY: _IN_USE,
    errno.ETXTBSY: _IN_USE,
    errno.EAGAIN: _IN_USE,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: "files.too_large",
    errno.EEXIST: _EXISTS,
    errno.ENAMETOOLONG: _BAD_NAME,
    errno.EILSEQ: _BAD_NAME,
}

#: System error codes of Windows (winerror.h).
_BY_WINERROR = {
    2: _GONE,  # FILE_NOT_FOUND
    3: _GONE,  # PATH_NOT_FOUND
    5: _NO_PERMISSION,  # ACCESS_DENIED
    19: "files.read_only",  # WRITE_PROTECT
    15: _UNREACHABLE,  # INVALID_DRIVE
    21: _UNREACHABLE,  # NOT_READY
    53: _UNREACHABLE,  # BAD_NETPATH
    55: _UNREACHABLE,  # DEV_NOT_EXIST
    64: _UNREACHABLE,  # NETNAME_DELETED
    67: _UNREACHABLE,  # BAD_NET_NAME
    433: _UNREACHABLE,  # NO_SUCH_DEVICE
    1006: _UNREACHABLE,  # FILE_INVALID: the volume was exchanged
    1167: _UNREACHABLE,  # DEVICE_NOT_CONNECTED
    32: _IN_USE,  # SHARING_VIOLATION
    33: _IN_USE,  # LOCK_VIOLATION
    1224: _IN_USE,  # USER_MAPPED_FILE
    39: _FULL,  # HANDLE_DISK_FULL
    112: _FULL,  # DISK_FULL
    1295: _FULL,  # DISK_QUOTA_EXCEEDED
    80: _EXISTS,  # FILE_EXISTS
    183: _EXISTS,  # ALREADY_EXISTS
    123: _BAD_NAME,  # INVALID_NAME
    161: _BAD_NAME,  # BAD_PATHNAME
    206: _BAD_NAME,  # FILENAME_EXCED_RANGE
    223: "files.too_large",  # FILE_TOO_LARGE
    225: "files.blocked",  # VIRUS_INFECTED
    226: "files.blocked",  # VIRUS_DELETED
}

_PLACES = {_GONE: Place.GONE, _UNREACHABLE: Place.UNREACHABLE}


def error_name(error: OSError) -> str:
    """Return the symbol of an operating-system error, for technicians: ``EACCES``, ``WinError 32``."""
    if (code := getattr(error, "winerror", None)) is not None:
        return f"WinError {code}"
    return errno.errorcode.get(error.errno or 0, f"errno {error.errno}")


def problem_of(error: OSError, place: Place | None = None) -> OriginalError:
    """Return what an operating-system error means for the file at hand."""
    winerror = getattr(error, "winerror", None)
    code = _BY_ERRNO.get(error.errno or 0, _IO_ERROR) if winerror is None else _BY_WINERROR.get(winerror, _IO_ERROR)
    where = place or _PLACES.get(code, Place.IN_PLACE)
    if code == _IO_ERROR:
        return OriginalError(code, where, error=error_name(error))
    return OriginalError(code, where)


@contextmanager
def told(place: Place | None = None) -> Iterator[None]:
    """Turn errors of the operating system into OriginalError."""
    try:
        yield
    except OSError as error:
        raise problem_of(error, place) from error
