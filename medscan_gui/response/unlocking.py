"""Locked archives and documents: read once more, with passwords that the operator knows.

The light is drawn from both scans together: what was read before stays read, and what was locked is no more a doubt
if the new scan opens it.
"""

from collections.abc import Sequence

from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.record import ScanRecord
from medscan_gui.engine.limits import PASSWORD_CHARS, PASSWORDS
from medscan_gui.follow_up import locked_items, unlocking
from medscan_gui.services import Services
from medscan_gui.session import ScanRequest, ScanSession


class UnlockingRefusedError(MedScanError):
    """The locked files of this record cannot be read again: its sentence says why."""


def locked_files(record: ScanRecord) -> tuple[bytes, ...]:
    """Return the files in which something is locked, each once, as far as the record lists them."""
    return tuple(dict.fromkeys(item.chain[0] for item in locked_items(record)))


def passwords_of(text: str) -> tuple[str, ...]:
    """Return the passwords of a text with one on each line. Raises UnlockingRefusedError for none, or too many."""
    found = tuple(dict.fromkeys(line.rstrip("\r") for line in text.split("\n") if line.strip()))
    if not found:
        raise UnlockingRefusedError(Message.of("unlock.no_password"))
    if len(found) > PASSWORDS or any(len(one) > PASSWORD_CHARS for one in found):
        raise UnlockingRefusedError(
            Message.of("unlock.too_many_passwords", passwords=PASSWORDS, characters=PASSWORD_CHARS)
        )
    return found


def unlock(services: Services, record: ScanRecord, passwords: Sequence[str], operator: str) -> ScanSession:
    """Prepare the scan that reads what was locked in `record` once more.

    Raises UnlockingRefusedError if nothing is locked, if the place was scanned again since, or if none of the locked
    files is there as it was read; ScanRefusedError if the device's policy card forbids it now.
    """
    if not locked_items(record):
        raise UnlockingRefusedError(Message.of("unlock.nothing_locked"))
    newest = services.journal.latest_scan(record.device.id, record.target)
    if newest not in {"", record.id}:
        raise UnlockingRefusedError(Message.of("unlock.newer_scan"))
    follow_up = unlocking(record)
    if not follow_up.places:
        raise UnlockingRefusedError(Message.of("unlock.other_files_now"))
    return ScanSession(
        services,
        ScanRequest(record.target, record.device, operator, follow_up, tuple(passwords)),
    )
