"""What the window asks of the clean-up. Nothing is imported before it is asked for: the window must open at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.messages import Message
from medscan_gui.core.record import ScanRecord
from medscan_gui.gui.scan_thread import Session

if TYPE_CHECKING:
    from medscan_gui.response.plan import CleanUpPlan
    from medscan_gui.services import Services


class CleanUpDoor:
    """The real clean-up; tests put scripted sessions in its place. All but `session` may block."""

    def refusal(self, services: "Services", record: ScanRecord) -> Message | None:
        """Return why nothing can be cleaned up after this scan; None if something can."""
        from medscan_gui.response.plan import refusal

        return refusal(services, record)

    def plan(self, services: "Services", record: ScanRecord, chosen: Sequence[int] | None) -> "CleanUpPlan":
        """Return what a clean-up of these findings (indexes; None for all) would do. Raises MedScanError."""
        from medscan_gui.response.plan import plan

        return plan(services, record, chosen)

    def session(self, services: "Services", record: ScanRecord, chosen: Sequence[int] | None, operator: str) -> Session:
        """Return the clean-up of these findings, with the scan that verifies it. Raises MedScanError."""
        from medscan_gui.response.clean_up import CleanUpRequest, CleanUpSession

        return CleanUpSession(services, CleanUpRequest(record, chosen, operator))

    def accept(self, services: "Services", acceptance: Acceptance) -> None:
        """Enter an acceptance, or its withdrawal, in the journal. Raises MedScanError."""
        from medscan_gui.services import accept_file

        accept_file(services, acceptance)
