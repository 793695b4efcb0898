"""The clean-up that the operator asked for and confirmed, and the scan that verifies it.

The journal knows that the clean-up begins before anything is touched; if it cannot, nothing is touched.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from medscan_gui.core import events as scan_events
from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ActionStop, ItemResult
from medscan_gui.core.events import Finished
from medscan_gui.core.finding import Finding
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import one_line, parent_of
from medscan_gui.core.record import ScanRecord, timestamp
from medscan_gui.core.words import Fate
from medscan_gui.follow_up import FollowUp, with_acceptance
from medscan_gui.response.actions import action_stub
from medscan_gui.response.batch import Batch
from medscan_gui.response.gauge import Gauge
from medscan_gui.response.plan import CleanUpPlan, CleanUpRefusedError, PlannedFile, plan, refusal
from medscan_gui.response.removing import Remover
from medscan_gui.services import Services, accepted_contents
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
        """Plan. Raises CleanUpRefusedError if nothing may be removed on this device, MedScanError."""
        if (why := refusal(services, request.record)) is not None:
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
        remover = Remover(
            services,
            record,
            action_id=self._stub.id,
            operator=self._operator,
            cancelled=lambda: self._batch.cancelled,
            copied=gauge.add_bytes,
        )
        self._batch = Batch(self.plan.files, remover.remove, lambda file: file.path, gauge)
        self._items: list[ActionItem] = []
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
            yield ActionItem(chain=(file.path,), result=ItemResult.UNCERTAIN, why=why)

    def _finish_action(self) -> tuple[ActionRecord, Message | None]:
        action = msgspec.structs.replace(
            self._stub,
            ended=timestamp(datetime.now(UTC)),
            stop=ActionStop.COMPLETED if self._batch.complete else ActionStop.CANCELLED,
            items=tuple(self._items),
        )
        try:
            self._services.journal.finish_action(action)
        except MedScanError as error:
            return action, error.message
        return action, None

    # --- the verification --------------------------------------------------------------------------

    def _verify(self, action: ActionRecord, trouble: Message | None) -> Iterator[scan_events.ScanEvent]:
        record = self._request.record
        follow_up = FollowUp(
            record=record,
            findings=self._fates(),
            places=_places(self._items),
            action=action.id,
            troubles=(trouble,) if trouble else (),
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
        return tuple(
            with_acceptance(_with_fate(found, items.get(found.chain[0]), found.chain[0] in asked), accepted)
            for found in self._request.record.findings
        )

    def _accepted(self) -> dict[str, Acceptance]:
        try:
            return accepted_contents(self._services)
        except MedScanError as error:
            log.info("no file counts as accepted: %s", error)
            return {}


def _with_fate(found: Finding, item: ActionItem | None, asked: bool) -> Finding:
    if found.fate is not Fate.IN_PLACE:
        return found
    if item is None:
        why = Message.of("clean_up.cancelled") if asked else found.why
        return msgspec.structs.replace(found, why=why)
    if item.result is ItemResult.DONE:
        return msgspec.structs.replace(found, fate=Fate.REMOVED, why=None, entry=item.entry)
    return msgspec.structs.replace(found, why=item.why, entry=item.entry)


def _places(items: Sequence[ActionItem]) -> tuple[bytes, ...]:
    """Return the folders of these files, each once, sorted."""
    return tuple(sorted({parent_of(item.chain[0]) for item in items}))


__all__ = ["CleanUpPlan", "CleanUpRequest", "CleanUpSession", "PlannedFile", "plan", "refusal"]
