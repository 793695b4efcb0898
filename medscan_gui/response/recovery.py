"""What a MedScan that was killed left behind: each action gets its end in the journal, each entry its true state.

Nothing is removed here. An original that was set aside in the middle of its removal is put back under
its own name; a copy whose original is in place is given up; a copy whose original is gone is kept.
"""

import logging
import os
from collections.abc import Iterator

import msgspec

from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ActionStop, ItemResult
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import parent_of, path_of
from medscan_gui.core.quarantine import EntryState, VaultEntry
from medscan_gui.response.actions import action_stub, by_device, ended, item_of
from medscan_gui.response.media import is_present
from medscan_gui.response.removing import give_up
from medscan_gui.services import Services, open_services
from medscan_gui.store.vault import DamagedEntry, Vault
from medscan_gui.system.originals import Place, aside_name, settle
from medscan_gui.system.paths import Paths

log = logging.getLogger(__name__)

_HALF_WAY = frozenset({EntryState.COPYING, EntryState.COPIED, EntryState.REMOVING, EntryState.RESTORING})
_CUT_OFF = Message.of("clean_up.cut_off")


def open_recovered(paths: Paths) -> Services:
    """Open the services, and give what was cut off its end."""
    services = open_services(paths)
    recover(services)
    settle_left(services)
    return services


def recover(services: Services) -> tuple[ActionRecord, ...]:
    """Give every action that was cut off its end; return them. Never raises for a vault or journal that refuses."""
    try:
        dead = services.journal.dead_actions()
        return tuple(_ended(services, stub) for stub in dead)
    except MedScanError as error:
        # Another MedScan is writing, or the key is full: the next start tries again.
        log.info("cut-off actions were not entered: %s", error)
        return ()


def settle_left(services: Services) -> tuple[ActionRecord, ...]:
    """Look again at what earlier actions left uncertain (their medium was away), and enter what came of it.

    Never raises for a vault or journal that refuses.
    """
    try:
        actions = services.journal.actions()
        if any(action.running for action in actions):
            return ()  # perhaps at these very entries
        left = [entry for action in actions if action.uncertain for entry in _left(services, action.id)]
        return tuple(_settle_group(services, group) for group in by_device(left))
    except MedScanError as error:
        log.info("what was left half-way was not settled: %s", error)
        return ()


def _left(services: Services, action_id: str) -> Iterator[VaultEntry]:
    """Yield the entries of an action that still stand half-way."""
    for item in services.journal.action(action_id).items:
        if item.result is ItemResult.UNCERTAIN and item.entry:
            try:
                entry = services.vault.entry(item.entry)
            except MedScanError:
                continue  # damaged or gone: the list of the quarantine says so
            if entry.state in _HALF_WAY:
                yield entry


def _settle_group(services: Services, entries: list[VaultEntry]) -> ActionRecord:
    first = entries[0]
    stub = action_stub(
        services,
        ActionKind.SETTLE,
        device=first.device,
        target=first.target,
        operator="",
        wanted=len(entries),
        items=tuple(item_of(entry, ItemResult.UNCERTAIN) for entry in entries),
    )
    services.journal.begin_action(stub)
    items = tuple(_settled(services.vault, entry) for entry in entries)
    action = ended(stub, ActionStop.COMPLETED, items)
    services.journal.finish_action(action)
    return action


def _ended(services: Services, stub: ActionRecord) -> ActionRecord:
    vault = services.vault
    if stub.kind is ActionKind.CLEAN_UP:
        items = tuple(_taken(vault, stub.id))
    else:
        items = tuple(_looked_up(vault, stub.kind, item) for item in stub.items)
    action = ended(stub, ActionStop.CUT_OFF, items)
    services.journal.finish_action(action)
    return action


def _taken(vault: Vault, action_id: str) -> Iterator[ActionItem]:
    """Yield what became of the files that this clean-up took, also of those whose entry is damaged by now."""
    for entry in vault.entries():
        if not isinstance(entry, DamagedEntry):
            if entry.action_id == action_id:
                yield _settled(vault, entry)
        elif entry.entry is not None and entry.entry.action_id == action_id:
            known = entry.entry
            if known.state is EntryState.REMOVING and is_present(known):
                settle(known.target.paths, known.facts.path, known.id, known.facts)  # puts back what was set aside
            yield item_of(known, ItemResult.UNCERTAIN, why=entry.why)


def _looked_up(vault: Vault, kind: ActionKind, item: ActionItem) -> ActionItem:
    """Return what became of one entry of a restore, destroy, export or settling that was cut off."""
    try:
        entry = vault.entry(item.entry)
    except MedScanError as error:
        return msgspec.structs.replace(item, why=error.message)
    if kind in {ActionKind.RESTORE, ActionKind.SETTLE}:
        return _settled(vault, entry)
    if kind is ActionKind.DESTROY and entry.state is EntryState.DESTROYED:
        return item_of(entry, ItemResult.DONE)
    return item_of(entry, ItemResult.NOT_DONE, why=_CUT_OFF)


def _settled(vault: Vault, entry: VaultEntry) -> ActionItem:
    """Bring one entry to its true state and return what an action says of it."""
    try:
        match entry.state:
            case EntryState.COPYING:
                give_up(vault, entry.id, _CUT_OFF)
                return item_of(entry, ItemResult.NOT_DONE, why=_CUT_OFF)
            case EntryState.COPIED | EntryState.REMOVING:
                return _original_settled(vault, entry)
            case EntryState.RESTORING:
                return _restore_settled(vault, entry)
            case EntryState.QUARANTINED | EntryState.DESTROYED | EntryState.RESTORED:
                return item_of(entry, ItemResult.DONE)
    except MedScanError as error:
        return item_of(entry, ItemResult.UNCERTAIN, why=error.message)
    return item_of(entry, ItemResult.NOT_DONE, why=entry.why or _CUT_OFF)


def _original_settled(vault: Vault, entry: VaultEntry) -> ActionItem:
    if not is_present(entry):
        return item_of(entry, ItemResult.UNCERTAIN, why=Message.of("clean_up.uncertain"))
    removing = entry.state is EntryState.REMOVING
    if removing:
        # From here on no other MedScan removes this original: see `Vault.still_removing`.
        entry = vault.update(entry, state=EntryState.COPIED)
    place = settle(entry.target.paths, entry.facts.path, entry.id, entry.facts)
    if place is Place.IN_PLACE:
        give_up(vault, entry.id, _CUT_OFF)
        return item_of(entry, ItemResult.NOT_DONE, why=_CUT_OFF)
    if removing:
        entry = vault.update(entry, state=EntryState.REMOVING)
    if removing and place is Place.GONE:
        vault.verify(entry)
        vault.update(entry, state=EntryState.QUARANTINED)
        return item_of(entry, ItemResult.DONE)
    if removing and place is Place.OTHER and not _is_aside(entry):
        # What was there is gone, or elsewhere; the copy can be put back or handed on like any other.
        why = Message.of("clean_up.other_there")
        vault.verify(entry)
        vault.update(entry, state=EntryState.QUARANTINED, why=why)
        return item_of(entry, ItemResult.UNCERTAIN, why=why)
    return item_of(entry, ItemResult.UNCERTAIN, why=Message.of("clean_up.uncertain"))


def _is_aside(entry: VaultEntry) -> bool:
    folder = path_of(parent_of(entry.facts.path))
    return os.path.lexists(os.path.join(folder, path_of(aside_name(entry.id))))  # noqa: PTH118  # raw names


def _restore_settled(vault: Vault, entry: VaultEntry) -> ActionItem:
    """The file is back under its name with its content, or it is still only in the quarantine."""
    own = entry.restored_to == entry.facts.path
    roots = entry.target.paths if own else (parent_of(entry.restored_to),)
    place = settle(roots, entry.restored_to, entry.id, entry.facts, restored=True)
    if place is Place.UNREACHABLE:
        return item_of(entry, ItemResult.UNCERTAIN, why=Message.of("clean_up.uncertain"))
    if place is Place.IN_PLACE:
        vault.update(entry, state=EntryState.RESTORED, restored_to=entry.restored_to)
        elsewhere = b"" if own else entry.restored_to
        why = Message.of("clean_up.settled_restored")
        return item_of(entry, ItemResult.DONE, why=why, place=elsewhere)
    vault.update(entry, state=EntryState.QUARANTINED, why=_CUT_OFF, restored_to=b"")
    return item_of(entry, ItemResult.NOT_DONE, why=_CUT_OFF)
