"""Putting one quarantined file back: to its own place if its medium is there, or into a folder. Never over anything."""

import logging
import os
from collections.abc import Callable, Iterable
from typing import NamedTuple

from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import path_of, raw_bytes
from medscan_gui.core.quarantine import EntryState, VaultEntry
from medscan_gui.response.media import own_place
from medscan_gui.store.vault import DamagedEntry, Vault
from medscan_gui.system.originals import restore

#: What two names of one file have in common: taken by one clean-up, from one inode, with one content. The clean-up
#: counts because the number of a removed file is given to another one sooner or later.
_Group = tuple[str, str, str]


def _group(entry: VaultEntry) -> _Group:
    facts = entry.facts
    return entry.action_id, facts.link_group or entry.id, facts.sha256


log = logging.getLogger(__name__)


class NotPutBackError(MedScanError):
    """The file stays in the quarantine: the sentence says why, and what to do."""


class PutBackResult(NamedTuple):
    """A file that is back: where, and what of it could not be put back."""

    place: bytes
    lost: Message | None
    #: The quarantine took it down; if not (`lost` says why), what is left half-way there is settled later.
    recorded: bool = True


class PutBack:
    """Puts entries back, in `folder` (raw name bytes) or, with None, each in its own place."""

    def __init__(self, vault: Vault, folder: bytes | None) -> None:
        self._vault = vault
        self._folder = folder
        #: What names of one file share -> a name that was put back already.
        self._links: dict[_Group, bytes] = {}

    def know_links(self, entries: Iterable[VaultEntry]) -> None:
        """Learn which other names of these files were put back earlier, so that they are tied again."""
        groups = {_group(entry) for entry in entries}
        if not groups or self._folder is not None:
            return
        for known in self._vault.entries():
            if isinstance(known, DamagedEntry) or known.state is not EntryState.RESTORED:
                continue
            if _group(known) in groups and known.restored_to == known.facts.path:
                self._links[_group(known)] = known.restored_to

    def entry(self, entry: VaultEntry, cancelled: Callable[[], bool]) -> PutBackResult:
        """Put one entry back. Raises MedScanError: then it stays in the quarantine."""
        place, roots = self._place(entry)
        entry = self._vault.update(entry, state=EntryState.RESTORING, restored_to=place)
        try:
            link = self._links.get(_group(entry)) if self._folder is None else None
            lost = restore(
                place,
                entry.facts,
                self._vault.read(entry),
                entry.id,
                link_to=link,
                roots=roots,
                cancelled=cancelled,
            )
        except BaseException as error:
            self._keep(entry, error)
            raise
        if entry.facts.link_group:
            self._links[_group(entry)] = place
        try:
            self._vault.update(entry, state=EntryState.RESTORED, restored_to=place, why=lost[0] if lost else None)
        except MedScanError as error:
            return PutBackResult(place, error.message, recorded=False)
        return PutBackResult(place, lost[0] if lost else None)

    def _keep(self, entry: VaultEntry, error: BaseException) -> None:
        why = error.message if isinstance(error, MedScanError) else Message.of("scan.internal_error")
        try:
            self._vault.update(entry, state=EntryState.QUARANTINED, why=why, restored_to=b"")
        except MedScanError as refusal:
            log.info("entry %s stays as being restored: %s", entry.id, refusal)

    def _place(self, entry: VaultEntry) -> tuple[bytes, tuple[bytes, ...]]:
        """Return where it goes, and below which places no link may be followed on the way."""
        if self._folder is not None:
            name = os.path.basename(path_of(entry.facts.path))  # noqa: PTH119  # Path would change the raw name
            return raw_bytes(os.path.join(path_of(self._folder), name)), ()  # noqa: PTH118
        own = own_place(entry)
        if own is None:
            medium = entry.target.label or entry.target.shown
            raise NotPutBackError(Message.of("quarantine.medium_absent", medium=medium))
        return own
