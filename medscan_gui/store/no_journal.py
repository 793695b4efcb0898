"""What stands in for the journal when none can be opened: scans stay possible, and say that they are not recorded."""

# ruff: noqa: ARG002  # the same signatures as Journal, with nothing to do

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ActionRecord, ProcedureStep
from medscan_gui.core.device import Device, Target
from medscan_gui.core.messages import Message
from medscan_gui.core.policy import StoredCard
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Light
from medscan_gui.store.chain import ChainReport, Position
from medscan_gui.store.errors import JournalError, JournalProblem, JournalRefusedError
from medscan_gui.store.queries import ScanOrder, SuggestionField
from medscan_gui.store.summaries import ActionSummary, DeviceSummary, ScanSummary


class NoJournal:
    """Reads as an empty journal; recording raises the error that kept the real one from opening."""

    read_only = True
    station = ""
    path: Path | None = None
    backup: Path | None = None

    def __init__(self, problem: Message | None = None) -> None:
        self.problem = problem or Message.of(JournalProblem.NONE.value)

    def close(self) -> None:
        """Do nothing."""

    def _refuse(self) -> NoReturn:
        raise JournalRefusedError(self.problem)

    def begin_scan(self, record_stub: ScanRecord) -> None:
        """Raise JournalError: nothing is recorded."""
        self._refuse()

    def finish_scan(self, record: ScanRecord) -> Position:
        """Raise JournalError: nothing is recorded."""
        self._refuse()

    def save_device(self, device: Device) -> None:
        """Raise JournalError: nothing is recorded."""
        self._refuse()

    def begin_action(self, stub: ActionRecord) -> None:
        """Raise JournalError: nothing is recorded."""
        self._refuse()

    def finish_action(self, record: ActionRecord) -> Position:
        """Raise JournalError: nothing is recorded."""
        self._refuse()

    def accept(self, acceptance: Acceptance) -> None:
        """Raise JournalError: nothing is recorded."""
        self._refuse()

    def save_card(self, stored: StoredCard) -> None:
        """Raise JournalError: nothing is recorded."""
        self._refuse()

    def save_cards(self, cards: Iterable[StoredCard]) -> int:
        """Raise JournalError: nothing is recorded."""
        self._refuse()

    def tick(self, step: ProcedureStep) -> None:
        """Raise JournalError: nothing is recorded."""
        self._refuse()

    def rebuild_lists(self) -> None:
        """Raise JournalError: nothing is recorded."""
        self._refuse()

    def recover_cut_off(self, now: datetime | None = None) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def devices(
        self,
        search: str = "",
        *,
        light: Light | None = None,
        due_by: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[DeviceSummary, ...]:
        """Return nothing."""
        return ()

    def scans(
        self,
        device_id: str | None = None,
        *,
        search: str = "",
        light: Light | None = None,
        order: ScanOrder = "date",
        descending: bool = True,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[ScanSummary, ...]:
        """Return nothing."""
        return ()

    def count_scans(self, device_id: str | None = None, *, search: str = "", light: Light | None = None) -> int:
        """Return 0."""
        return 0

    def history(
        self,
        device_id: str | None = None,
        *,
        search: str = "",
        light: Light | None = None,
        order: ScanOrder = "date",
        descending: bool = True,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[ScanSummary | ActionSummary, ...]:
        """Return nothing."""
        return ()

    def count_history(self, device_id: str | None = None, *, search: str = "", light: Light | None = None) -> int:
        """Return 0."""
        return 0

    def actions(
        self, device_id: str | None = None, *, scan_id: str | None = None, limit: int | None = None
    ) -> tuple[ActionSummary, ...]:
        """Return nothing."""
        return ()

    def dead_actions(self) -> tuple[ActionRecord, ...]:
        """Return nothing."""
        return ()

    def acceptances(self, *, withdrawn: bool = False) -> tuple[Acceptance, ...]:
        """Return nothing."""
        return ()

    def card_of(self, device_id: str) -> StoredCard | None:
        """Return None."""
        return None

    def card_of_model(self, make: str, model: str) -> StoredCard | None:
        """Return None."""
        return None

    def cards(self) -> tuple[StoredCard, ...]:
        """Return nothing."""
        return ()

    def steps(self, scan_id: str) -> tuple[ProcedureStep, ...]:
        """Return nothing."""
        return ()

    def latest_scan(self, device_id: str, target: Target) -> str:
        """Return "": there is none."""
        return ""

    def device(self, device_id: str) -> Device | None:
        """Return None."""
        return None

    def find_device(self, *, asset_number: str = "", serial: str = "") -> Device | None:
        """Return None."""
        return None

    def suggestions(self, field: SuggestionField, prefix: str = "", limit: int = 20) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def record(self, scan_id: str) -> ScanRecord:
        """Raise JournalError: there is no such scan."""
        raise JournalError(JournalProblem.UNKNOWN_SCAN, scan=scan_id[:64])

    def raw_record(self, scan_id: str) -> bytes:
        """Raise JournalError: there is no such scan."""
        raise JournalError(JournalProblem.UNKNOWN_SCAN, scan=scan_id[:64])

    def position(self, scan_id: str) -> Position:
        """Raise JournalError: there is no such scan."""
        raise JournalError(JournalProblem.UNKNOWN_SCAN, scan=scan_id[:64])

    def action(self, action_id: str) -> ActionRecord:
        """Raise JournalError: there is no such action."""
        raise JournalError(JournalProblem.UNKNOWN_ACTION, action=action_id[:64])

    def action_position(self, action_id: str) -> Position:
        """Raise JournalError: there is no such action."""
        raise JournalError(JournalProblem.UNKNOWN_ACTION, action=action_id[:64])

    def head(self) -> Position:
        """Return the position of an empty chain."""
        return Position(sequence=0, hash="", short_code="", station="")

    def verify(self) -> ChainReport:
        """Return the report of an empty chain."""
        return ChainReport(entries=0, ok=True, first_bad_sequence=None, head_code="")
