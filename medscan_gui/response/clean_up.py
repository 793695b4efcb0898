"""The clean-up that the operator asked for and confirmed, and the scan that verifies it.

The journal knows that the clean-up begins before anything is touched; if it cannot, nothing is touched.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from medscan_gui.core import events as scan_events
from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ActionStop, ItemResult
from medscan_gui.core.events import Finished
from medscan_gui.core.finding import Finding
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import one_line, parent_of
from medscan_gui.core.policy import scan_refusal
from medscan_gui.core.quarantine import EntryState
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Fate, Place
from medscan_gui.follow_up import FollowUp, real_path, real_roots, with_acceptance
from medscan_gui.response.actions import action_stub, ended
from medscan_gui.response.batch import Batch
from medscan_gui.response.gauge import Gauge
from medscan_gui.response.plan import CleanUpPlan, CleanUpRefusedError, PlannedFile, plan, refusal
from medscan_gui.response.removing import Remover
from medscan_gui.services import Services, accepted_contents, card_in_force
from medscan_gui.session import ScanRequest, ScanSession

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CleanUpRequest:
    """What the operator confirmed. `chosen`: indexes into the record's findings; None means all in place."""

    record: ScanRecord
    chosen: Sequence[int] | None = None
    operator: str = ""


class CleanUpSession:
    """One clean-up. `events` is iterated by one thread; `cancel`, `pause`, `resume` may come from any."""

    def __init__(self, services: Services, request: CleanUpRequest) -> None:
        """Plan. Raises CleanUpRefusedError if nothing may be removed here, now, by this person; MedScanError."""
        if (why := refusal(services, request.record) or _refused_to(services, request)) is not None:
            raise CleanUpRefusedError(why)
        self._services = services
        self._request = request
        self._operator = one_line(request.operator)
        self.plan: CleanUpPlan = plan(services, request.record, request.chosen)
        record = request.record
        self._stub = action_stub(
            services,
            ActionKind.CLEAN_UP,
            device=record.device,
            target=record.target,
            operator=self._operator,
            scan_id=record.id,
            wanted=len(self.plan.files),
        )
        gauge = Gauge(len(self.plan.files), sum(file.size for file in self.plan.files))
        self._remover = Remover(
            services,
            record,
            action_id=self._stub.id,
            operator=self._operator,
            cancelled=lambda: self._batch.cancelled,
            copied=gauge.add_bytes,
        )
        self._batch = Batch(self.plan.files, self._remover.remove, lambda file: file.path, gauge)
        self._roots = real_roots(record.target)
        self._items: list[ActionItem] = []
        #: The action has its end in the journal, as far as that could be.
        self._over = False
        self._verification: ScanSession | None = None

    # --- from any thread ---------------------------------------------------------------------------

    def cancel(self) -> None:
        """End now. A file whose removal has begun is finished; the next one is not begun."""
        self._batch.cancel()
        if self._verification:
            self._verification.cancel()

    def pause(self) -> None:
        """Begin no further file until `resume`."""
        self._batch.pause()
        if self._verification:
            self._verification.pause()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._batch.resume()
        if self._verification:
            self._verification.resume()

    # --- the clean-up ------------------------------------------------------------------------------

    def events(self) -> Iterator[scan_events.ScanEvent]:
        """Remove, verify, tell. The last event is `Finished`, with the record of the verifying scan.

        If nothing was tried (the journal refused, or it was cancelled at once), its record is the first scan's.
        """
        try:
            yield from self._run()
        except GeneratorExit:
            # Nobody listens any more: what was done is entered all the same.
            self.cancel()
            if not self._over:
                self._items = [*self._batch.items, *self._unanswered()]
                self._finish_action()
            raise
        except MedScanError as error:
            yield Finished(record=self._request.record, committed=True, save_error=error.message)
        except Exception:
            log.exception("the clean-up failed by a fault of the program")
            fault = Message.of("scan.internal_error")
            yield Finished(record=self._request.record, committed=True, save_error=fault)

    def _run(self) -> Iterator[scan_events.ScanEvent]:
        self._services.journal.begin_action(self._stub)
        yield from self._batch.events()
        self._items = [*self._batch.items, *self._unanswered()]
        action, trouble = self._finish_action()
        if not self._items:
            yield Finished(record=self._request.record, committed=True, save_error=trouble, action=action)
            return
        yield from self._verify(action, trouble)

    def _unanswered(self) -> Iterator[ActionItem]:
        """Yield the file at hand whose medium gives no answer; what became of it is seen later."""
        if (file := self._batch.unanswered) is not None:
            why = Message.of("clean_up.no_answer")
            yield ActionItem(chain=(file.path,), result=ItemResult.UNCERTAIN, entry=self._remover.entry_id, why=why)

    def _finish_action(self) -> tuple[ActionRecord, Message | None]:
        self._over = True
        stop = ActionStop.COMPLETED if self._batch.complete else ActionStop.CANCELLED
        action = ended(self._stub, stop, self._items)
        try:
            self._services.journal.finish_action(action)
        except MedScanError as error:
            return action, error.message
        return action, None

    # --- the verification --------------------------------------------------------------------------

    def _verify(self, action: ActionRecord, trouble: Message | None) -> Iterator[scan_events.ScanEvent]:
        record = self._request.record
        troubles = [trouble] if trouble else []
        if self._remover.has_other_names:
            troubles.append(Message.of("clean_up.other_names"))
        findings = self._fates()
        follow_up = FollowUp(
            record=record,
            findings=findings,
            places=self._places(findings),
            roots=self._roots,
            action=action.id,
            troubles=tuple(troubles),
        )
        scan = ScanSession(self._services, ScanRequest(record.target, record.device, self._operator, follow_up))
        self._verification = scan
        if self._batch.cancelled:
            scan.cancel()
        elif self._batch.paused:
            scan.pause()
        for event in scan.events():
            if isinstance(event, Finished):
                error = event.save_error or trouble
                event = msgspec.structs.replace(event, action=action, save_error=error)  # noqa: PLW2901
            yield event

    def _fates(self) -> tuple[Finding, ...]:
        """Return the first scan's findings with what became of each."""
        accepted = self._accepted()
        items = {item.chain[0]: item for item in self._items}
        asked = {file.path for file in self.plan.files}

        def fate(found: Finding) -> Finding:
            path = found.chain[0]
            return with_acceptance(_with_fate(self._today(found), items.get(path), path in asked), accepted)

        return tuple(map(fate, self._request.record.findings))

    def _today(self, found: Finding) -> Finding:
        """Return a finding of the scan before with the fate it has today: none stays removed or accepted by itself."""
        if found.fate is Fate.ACCEPTED:
            return msgspec.structs.replace(found, fate=Fate.IN_PLACE)
        if found.fate is Fate.REMOVED and not self._is_kept(found.entry):
            return msgspec.structs.replace(found, fate=Fate.IN_PLACE, why=Message.of("clean_up.put_back"))
        return found

    def _is_kept(self, entry_id: str) -> bool:
        try:
            return self._services.vault.entry(entry_id).state in {EntryState.QUARANTINED, EntryState.DESTROYED}
        except MedScanError:
            return False

    def _places(self, findings: Sequence[Finding]) -> tuple[bytes, ...]:
        """Return the folders to read again, each once, by their real names: all from which something was to go."""
        tried = {item.chain[0] for item in self._items}
        gone = {found.chain[0] for found in findings if found.fate is Fate.REMOVED}
        return tuple(sorted({parent_of(real_path(path, self._roots)) for path in tried | gone}))

    def _accepted(self) -> dict[str, Acceptance]:
        try:
            return accepted_contents(self._services)
        except MedScanError as error:
            log.info("no file counts as accepted: %s", error)
            return {}


def _with_fate(found: Finding, item: ActionItem | None, asked: bool) -> Finding:
    if found.fate is not Fate.IN_PLACE:
        return found
    if found.place is not Place.FILE:
        return msgspec.structs.replace(found, why=Message.of("clean_up.not_a_file"))
    if item is None:
        why = Message.of("clean_up.cancelled") if asked else found.why
        return msgspec.structs.replace(found, why=why)
    if item.result is ItemResult.DONE:
        return msgspec.structs.replace(found, fate=Fate.REMOVED, why=None, entry=item.entry)
    return msgspec.structs.replace(found, why=item.why, entry=item.entry)


def _refused_to(services: Services, request: CleanUpRequest) -> Message | None:
    """Return why the card forbids it to this person, or now. Raises MedScanError."""
    card = card_in_force(services, request.record.device, request.record.target).card
    return scan_refusal(card, request.operator, datetime.now().astimezone())


__all__ = ["CleanUpPlan", "CleanUpRequest", "CleanUpSession", "PlannedFile", "plan", "refusal"]
