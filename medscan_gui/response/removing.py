"""The clean-up of one file: copied into the quarantine, read back, removed, verified.

Whatever step fails, the original is in place or the quarantine holds a whole copy, and the entry's
state says which.
"""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import msgspec

from medscan_gui.core.action import ActionItem, ItemResult
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.quarantine import EntryState, VaultEntry
from medscan_gui.core.record import ScanRecord, timestamp
from medscan_gui.response.media import is_present
from medscan_gui.response.plan import PlannedFile
from medscan_gui.services import Services
from medscan_gui.store.vault import Vault, VaultError
from medscan_gui.system.holders import HeldFiles
from medscan_gui.system.originals import Original, OriginalError, Place, open_original, settle

log = logging.getLogger(__name__)

#: Seconds after which the list of files that processes hold is asked for again.
_HELD_SECONDS = 2.0
#: Room in bytes that must stay free on the quarantine's medium: the journal lives there too.
_SPARE_BYTES = 16 << 20


class _LeftInPlaceError(MedScanError):
    """This file is left in place, for a reason that the operator is told."""


class Remover:
    """Removes files of one clean-up, one at a time."""

    def __init__(
        self,
        services: Services,
        record: ScanRecord,
        *,
        action_id: str,
        operator: str,
        cancelled: Callable[[], bool],
        copied: Callable[[int], None],
    ) -> None:
        """Prepare. `copied` is told the bytes of each piece as it goes into the quarantine."""
        self._services = services
        self._vault = services.vault
        self._record = record
        self._action_id = action_id
        self._operator = operator
        self._cancelled = cancelled
        self._copied = copied
        self._roots = record.target.paths
        #: Files with several names: names when first met, and how many of them were removed here.
        self._names: dict[tuple[int, int], tuple[int, int]] = {}
        #: The entry of the file at hand; "" as long as it has none.
        self.entry_id = ""
        self._held = HeldFiles()
        self._held_at = float("-inf")

    def remove(self, file: PlannedFile) -> ActionItem:
        """Clean up one file and return what became of it; never raises for it."""
        item = ActionItem(chain=(file.path,), result=ItemResult.NOT_DONE, sha256=file.content, size=file.size)
        self.entry_id = ""
        if file.obstacle is not None:
            return msgspec.structs.replace(item, why=file.obstacle)
        try:
            with open_original(self._roots, file.path) as original:
                item = msgspec.structs.replace(item, size=original.facts.size)
                self._check_identity(original, file)
                self._check(original)
                return self._take(original, file, item)
        except MedScanError as error:
            return msgspec.structs.replace(item, why=error.message)
        except Exception:
            # A fault of ours with one file must not cost the others theirs.
            log.exception("a file could not be cleaned up")
            return msgspec.structs.replace(item, why=Message.of("scan.internal_error"))

    @property
    def has_other_names(self) -> bool:
        """A file that was removed still has names that were not."""
        return any(names > removed for names, removed in self._names.values() if removed)

    def _check_identity(self, original: Original, file: PlannedFile) -> None:
        """Refuse any file but the one that was scanned, whatever has its name and content now."""
        scanned, now = file.identity, original.file_identity
        if scanned is None:
            raise _LeftInPlaceError(Message.of("clean_up.content_unknown"))
        names, removed = self._names.get((now.device, now.inode), (0, 0))
        same = scanned.device == now.device and scanned.inode in {0, now.inode}
        same = same and scanned.modified_ns == now.modified_ns
        # Removing one name of a file changes its status, and nothing else.
        if not same or (scanned.changed_ns != now.changed_ns and not removed):
            raise _LeftInPlaceError(Message.of("clean_up.changed"))
        self._names[now.device, now.inode] = max(names, scanned.links, now.links), removed

    def _check(self, original: Original) -> None:
        """Refuse what can be known to fail before anything is copied."""
        if original.device == self._vault.holds_device:
            raise _LeftInPlaceError(Message.of("clean_up.quarantine_on_device"))
        if (obstacle := original.obstacle()) is not None:
            raise _LeftInPlaceError(obstacle)
        if time.monotonic() - self._held_at > _HELD_SECONDS:
            self._held.refresh()
            self._held_at = time.monotonic()
        if holders := self._held.holders(original.identity, original.facts.path):
            names = ", ".join(sorted({f"{holder.name} ({holder.pid})" for holder in holders})[:5])
            raise _LeftInPlaceError(Message.of("clean_up.held", programs=names))
        free = self._vault.free_bytes()
        if free is not None and free < original.facts.size + _SPARE_BYTES:
            raise _LeftInPlaceError(Message.of("clean_up.no_room"))

    def _take(self, original: Original, file: PlannedFile, item: ActionItem) -> ActionItem:
        entry = self._vault.begin(self._new_entry(original, file))
        self.entry_id = entry.id
        item = msgspec.structs.replace(item, entry=entry.id)
        try:
            entry = self._vault.copy(entry, self._content(original))
            self._compare(original, file)
            facts = msgspec.structs.replace(original.facts, sha256=original.sha256)
            entry = self._vault.update(entry, state=EntryState.COPIED, facts=facts)
            self._heed_cancel()
        except BaseException as error:
            why = error.message if isinstance(error, MedScanError) else Message.of("scan.internal_error")
            give_up(self._vault, entry.id, why)
            raise
        entry = self._vault.update(entry, state=EntryState.REMOVING)
        return self._remove(original, entry, item)

    def _remove(self, original: Original, entry: VaultEntry, item: ActionItem) -> ActionItem:
        try:
            original.remove(entry.id, self._cancelled, guard=self._vault.still_removing(entry))
        except OriginalError as error:
            return self._settled(entry, item, error)
        except VaultError as error:
            # Another MedScan took this one for dead and looks after the entry now, or the key is gone.
            return msgspec.structs.replace(item, result=ItemResult.UNCERTAIN, why=error.message)
        identity = original.file_identity
        names, removed = self._names[identity.device, identity.inode]
        self._names[identity.device, identity.inode] = names, removed + 1
        return self._gone(entry, item)

    @staticmethod
    def _compare(original: Original, file: PlannedFile) -> None:
        if original.sha256 != file.content:
            raise _LeftInPlaceError(Message.of("clean_up.changed"))

    def _settled(self, entry: VaultEntry, item: ActionItem, error: OriginalError) -> ActionItem:
        """The removal failed. The copy is given up only if the original is seen to be in place."""
        item = msgspec.structs.replace(item, why=error.message)
        in_place = error.place is Place.IN_PLACE and is_present(entry)
        if in_place and settle(self._roots, entry.facts.path, entry.id, entry.facts) is Place.IN_PLACE:
            give_up(self._vault, entry.id, error.message)
            return item
        # It went elsewhere, or vanished by itself, or its medium did: not our removal, so nothing is verified.
        return msgspec.structs.replace(item, result=ItemResult.UNCERTAIN)

    def _gone(self, entry: VaultEntry, item: ActionItem) -> ActionItem:
        try:
            self._vault.update(entry, state=EntryState.QUARANTINED)
        except MedScanError as error:
            # The original is gone and the copy is whole, but the key could not take that down: the next start will.
            return msgspec.structs.replace(item, result=ItemResult.UNCERTAIN, why=error.message)
        return msgspec.structs.replace(item, result=ItemResult.DONE)

    def _content(self, original: Original) -> Iterator[bytes]:
        for chunk in original.read(self._cancelled):
            self._heed_cancel()
            self._copied(len(chunk))
            yield chunk

    def _heed_cancel(self) -> None:
        if self._cancelled():
            raise _LeftInPlaceError(Message.of("clean_up.cancelled"))

    def _new_entry(self, original: Original, file: PlannedFile) -> VaultEntry:
        record = self._record
        return VaultEntry(
            id="",
            action_id=self._action_id,
            scan_id=record.id,
            taken=timestamp(datetime.now(UTC)),
            device=record.device,
            target=record.target,
            operator=self._operator,
            kit=self._services.settings.current.kit,
            facts=original.facts,
            findings=tuple(record.findings[index] for index in file.findings),
        )


def give_up(vault: Vault, entry_id: str, why: Message) -> None:
    """Give a copy up whose original is in place. If the quarantine cannot take that down, the next start will."""
    try:
        entry = vault.entry(entry_id)
        vault.update(entry, state=EntryState.ABANDONED, why=why)
    except MedScanError as error:
        log.info("entry %s could not be given up: %s", entry_id, error)
