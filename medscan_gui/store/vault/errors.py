"""What can be wrong with the quarantine, each with its sentence; everything else that is raised is a bug."""

import errno
import stat
from enum import StrEnum
from pathlib import Path

import msgspec

from medscan_gui.core.messages import MedScanError, Message, Parameter
from medscan_gui.core.names import shown
from medscan_gui.core.quarantine import VaultEntry


class VaultProblem(StrEnum):
    """Why the quarantine cannot do what was asked. Each value is a message code."""

    FULL = "vault.full"
    TOO_LARGE = "vault.too_large"
    GONE = "vault.gone"
    READ_ONLY = "vault.read_only"
    IO_ERROR = "vault.io_error"
    BUSY = "vault.busy"
    CHANGED = "vault.changed"
    NOT_POSSIBLE = "vault.not_possible"
    UNKNOWN = "vault.unknown"
    NEWER = "vault.newer"
    DAMAGED = "vault.damaged"
    NOT_A_FILE = "vault.not_a_file"
    MISPLACED = "vault.misplaced"
    NO_FACTS = "vault.no_facts"
    NO_SAMPLE = "vault.no_sample"
    ALTERED = "vault.altered"
    COPY_DIFFERS = "vault.copy_differs"
    NOT_TEXT = "vault.not_text"
    FACTS_TOO_LARGE = "vault.facts_too_large"
    CROWDED = "vault.crowded"
    NOT_DELETED = "vault.not_deleted"
    EXPORT_EXISTS = "vault.export_exists"
    EXPORT_FULL = "vault.export_full"
    EXPORT_FAILED = "vault.export_failed"
    EXPORT_CANCELLED = "vault.export_cancelled"
    EXPORT_UNLOCKED = "vault.export_unlocked"


class VaultError(MedScanError):
    """The quarantine cannot do what was asked: `code` says why, `message` is the sentence for the operator."""

    def __init__(self, code: VaultProblem, **params: Parameter) -> None:
        super().__init__(Message.of(code.value, **params))
        self.code = code


class DamagedEntry(msgspec.Struct, frozen=True):
    """An entry that cannot be used: its id ("" if not even that is known), why, and what it says if it can be read."""

    id: str
    why: Message
    entry: VaultEntry | None = None


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_REFUSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_NO_MEDIUM = frozenset({errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ESTALE})


def is_there(folder: Path) -> bool:
    """Say whether a folder is there, be it one that may not be looked into."""
    try:
        return stat.S_ISDIR(folder.stat().st_mode)
    except PermissionError:
        return True
    except OSError:
        return False


def is_full(error: OSError) -> bool:
    """Say whether the error means that there is no room left, or none for a file so large."""
    return error.errno in _FULL or error.errno == errno.EFBIG


def os_error(error: OSError, folder: Path) -> VaultError:
    """Return the VaultError that an error of the file system below the vault's `folder` means."""
    detail = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return VaultError(_problem_of(error, folder), folder=shown(str(folder), 200), detail=detail)


def _can_be_there(error: OSError, folder: Path) -> bool:
    """A vault that is missing because it could not even be made is not one whose key was unplugged."""
    said = error.errno in _FULL or error.errno == errno.EROFS
    return said or is_there(folder) or (error.errno in _REFUSED and is_there(folder.parent))


def _problem_of(error: OSError, folder: Path) -> VaultProblem:
    if error.errno in _NO_MEDIUM or not _can_be_there(error, folder):
        return VaultProblem.GONE
    if error.errno in _FULL:
        return VaultProblem.FULL
    if error.errno == errno.EFBIG:  # FAT ends at 4 GiB
        return VaultProblem.TOO_LARGE
    return VaultProblem.READ_ONLY if error.errno in _REFUSED else VaultProblem.IO_ERROR
