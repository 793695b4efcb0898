"""What the window asks of the unlocking. Nothing is imported before it is asked for: the window must open at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from medscan_gui.core.record import ScanRecord
from medscan_gui.gui.scan_thread import Session

if TYPE_CHECKING:
    from medscan_gui.services import Services


class UnlockDoor:
    """The real unlocking; tests put scripted sessions in its place. `session` may block."""

    def locked(self, record: ScanRecord) -> tuple[bytes, ...]:
        """Return the raw paths of the files in which something is locked, as far as the record lists them."""
        from medscan_gui.response.unlocking import locked_files

        return locked_files(record)

    def passwords(self, text: str) -> tuple[str, ...]:
        """Return the passwords of a text with one on each line. Raises MedScanError for none, or too many."""
        from medscan_gui.response.unlocking import passwords_of

        return passwords_of(text)

    def session(self, services: "Services", record: ScanRecord, passwords: Sequence[str], operator: str) -> Session:
        """Return the scan that reads what was locked once more. Raises MedScanError."""
        from medscan_gui.response.unlocking import unlock

        return unlock(services, record, passwords, operator)
