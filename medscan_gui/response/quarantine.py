"""What can be done with the quarantine: list, put back, destroy, hand to the security team.

Each is an action in the journal, known there before anything is touched. One action is about one
device: entries of several devices become one action each.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ActionStop, ItemResult
from medscan_gui.core.events import CleanUpProgress, FileCleaned
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown
from medscan_gui.core.quarantine import EntryState, VaultEntry
from medscan_gui.core.record import moment_of
from medscan_gui.response.actions import action_stub, by_device, ended, item_of
from medscan_gui.response.batch import Batch
from medscan_gui.response.gauge import Gauge
from medscan_gui.response.putting_back import PutBack
from medscan_gui.response.recovery import settle_left
from medscan_gui.services import Services
from medscan_gui.store.vault import DamagedEntry

log = logging.getLogger(__name__)


class Done(msgspec.Struct, frozen=True):
    """The end of a task: one action for each device, and why one of them could not be recorded, if so."""

    actions: tuple[ActionRecord, ...]
    save_error: Message | None = None


TaskEvent = CleanUpProgress | FileCleaned | Done


class QuarantineTask:
    """One thing done to many entries. `events` is iterated by one thread; the rest may be called from any."""

    def __init__(
        self, services: Services, stubs: Sequence[ActionRecord], entries: Sequence[VaultEntry], do: "_Do"
    ) -> None:
        self._services = services
        self._stubs = stubs
        gauge = Gauge(len(entries), sum(entry.facts.size for entry in entries))
        careful = _careful(do, lambda: self._batch.cancelled)
        self._batch = Batch(entries, careful, lambda entry: entry.facts.path, gauge)

    def cancel(self) -> None:
        """Begin nothing more."""
        self._batch.cancel()

    def pause(self) -> None:
        """Begin nothing more until `resume`."""
        self._batch.pause()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._batch.resume()

    def events(self) -> Iterator[TaskEvent]:
        """Do it and tell; the last event is `Done`. Nothing is touched if the journal cannot take it down."""
        begun: list[ActionRecord] = []
        try:
            for stub in self._stubs:
                self._services.journal.begin_action(stub)
                begun.append(stub)
        except MedScanError as error:
            yield Done(self._finish(begun)[0], error.message)
            return
        yield from self._batch.events()
        yield Done(*self._finish(begun))

    def _finish(self, begun: Sequence[ActionRecord]) -> tuple[tuple[ActionRecord, ...], Message | None]:
        results = {item.entry: item for item in self._batch.items}
        if (entry := self._batch.unanswered) is not None:
            no_answer = Message.of("clean_up.no_answer")
            results[entry.id] = item_of(entry, ItemResult.UNCERTAIN, why=no_answer)
        actions, problem = [], None
        for stub in begun:
            items = tuple(results.get(item.entry, _not_begun(item)) for item in stub.items)
            complete = all(item.entry in results for item in stub.items)
            action = ended(stub, ActionStop.COMPLETED if complete else ActionStop.CANCELLED, items)
            try:
                self._services.journal.finish_action(action)
            except MedScanError as error:
                problem = error.message
            actions.append(action)
        return tuple(actions), problem


Cancelled = Callable[[], bool]
_Do = Callable[[VaultEntry, Cancelled], ActionItem]


def _careful(do: _Do, cancelled: Cancelled) -> Callable[[VaultEntry], ActionItem]:
    def done(entry: VaultEntry) -> ActionItem:
        try:
            return do(entry, cancelled)
        except MedScanError as error:
            return item_of(entry, ItemResult.NOT_DONE, why=error.message)
        except Exception:
            # A fault of ours with one entry must not cost the others theirs.
            log.exception("an entry of the quarantine could not be dealt with")
            return item_of(entry, ItemResult.NOT_DONE, why=Message.of("scan.internal_error"))

    return done


def _not_begun(item: ActionItem) -> ActionItem:
    return msgspec.structs.replace(item, result=ItemResult.NOT_DONE, why=Message.of("clean_up.cancelled"))


def _error_of(work: Callable[[], None]) -> MedScanError | None:
    try:
        work()
    except MedScanError as error:
        return error
    return None


class Quarantine:
    """The quarantine of these services. Methods raise MedScanError if the vault cannot be read."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._vault = services.vault

    def entries(self) -> Iterator[VaultEntry | DamagedEntry]:
        """Yield all entries, also those that cannot be read, as what they are.

        What was left half-way is brought to its end first, as far as its medium is there now.
        """
        settle_left(self._services)
        return self._vault.entries()

    def entry(self, entry_id: str) -> VaultEntry:
        """Return one entry. Raises VaultError if there is none, or if it cannot be read."""
        return self._vault.entry(entry_id)

    def why_not_restored(self, entry: VaultEntry) -> Message | None:
        """Return why this entry cannot be put back; None if it can."""
        return None if entry.state is EntryState.QUARANTINED else Message.of("quarantine.not_held")

    def why_not_destroyed(self, entry: VaultEntry) -> Message | None:
        """Return why this entry may not be destroyed yet; None if it may."""
        if entry.state not in {EntryState.QUARANTINED, EntryState.RESTORED}:
            return Message.of("quarantine.not_held")
        taken = moment_of(entry.taken)
        days = self._services.settings.current.quarantine_days
        if taken is None or datetime.now(UTC) < taken + timedelta(days=days):
            return Message.of("quarantine.too_early", count=days)
        return None

    def restore(
        self, ids: Sequence[str], *, operator: str, folder: bytes | None = None, reason: str = ""
    ) -> QuarantineTask:
        """Return the task that puts entries back, to their own places or all into `folder`."""
        put_back = PutBack(self._vault, folder)

        def do(entry: VaultEntry, cancelled: Cancelled) -> ActionItem:
            if (why := self.why_not_restored(entry)) is not None:
                return item_of(entry, ItemResult.NOT_DONE, why=why)
            back = put_back.entry(entry, cancelled)
            elsewhere = back.place if back.place != entry.facts.path else b""
            result = ItemResult.DONE if back.recorded else ItemResult.UNCERTAIN
            return item_of(entry, result, why=back.lost, place=elsewhere)

        entries = self._chosen(ids)
        put_back.know_links(entries)
        return self._task(ActionKind.RESTORE, entries, do, operator=operator, reason=reason)

    def destroy(self, ids: Sequence[str], *, operator: str, reason: str) -> QuarantineTask:
        """Return the task that deletes samples for good; what they were stays on record."""

        def do(entry: VaultEntry, _cancelled: Cancelled) -> ActionItem:
            if (why := self.why_not_destroyed(entry)) is not None:
                return item_of(entry, ItemResult.NOT_DONE, why=why)
            destroyed = self._vault.update(entry, state=EntryState.DESTROYED)
            # Its key is erased: whatever is left of the sample cannot be read any more, but it is said.
            left = _error_of(lambda: self._vault.delete_sample(destroyed))
            return item_of(entry, ItemResult.DONE, why=left.message if left else None)

        return self._task(ActionKind.DESTROY, self._chosen(ids), do, operator=operator, reason=reason)

    def export(
        self, ids: Sequence[str], file: Path, password: str, *, operator: str, reason: str = ""
    ) -> QuarantineTask:
        """Return the task that writes samples as an AES zip for analysis. `file` must not exist yet."""
        entries = self._chosen(ids)
        outcome: list[MedScanError | None] = []

        def do(entry: VaultEntry, cancelled: Cancelled) -> ActionItem:
            if not outcome:  # one archive for all, written when the first is asked for
                outcome.append(_error_of(lambda: self._vault.export(entries, file, password, cancelled)))
            if outcome[0] is not None:
                raise outcome[0]
            return item_of(entry, ItemResult.DONE)

        place = shown(str(file.absolute()), 400)
        return self._task(ActionKind.EXPORT, entries, do, operator=operator, reason=reason, destination=place)

    def _chosen(self, ids: Sequence[str]) -> tuple[VaultEntry, ...]:
        return tuple(self._vault.entry(entry_id) for entry_id in dict.fromkeys(ids))

    def _task(
        self,
        kind: ActionKind,
        entries: Sequence[VaultEntry],
        do: _Do,
        *,
        operator: str,
        reason: str,
        destination: str = "",
    ) -> QuarantineTask:
        stubs = []
        for group in by_device(entries):
            scans = {entry.scan_id for entry in group}
            stubs.append(
                action_stub(
                    self._services,
                    kind,
                    device=group[0].device,
                    target=group[0].target,
                    operator=operator,
                    reason=reason,
                    destination=destination,
                    scan_id=scans.pop() if len(scans) == 1 else "",
                    wanted=len(group),
                    items=tuple(item_of(entry, ItemResult.UNCERTAIN) for entry in group),
                )
            )
        return QuarantineTask(self._services, stubs, entries, do)
