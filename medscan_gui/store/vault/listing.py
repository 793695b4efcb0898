"""Listing a vault of any size: one folder of names at a time, and a broken entry hides no other."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from medscan_gui.core.messages import Message
from medscan_gui.core.quarantine import EntryState, VaultEntry
from medscan_gui.store.vault import disk, form, names
from medscan_gui.store.vault.errors import DamagedEntry, VaultError, VaultProblem, os_error
from medscan_gui.store.vault.sample import stored_size
from medscan_gui.store.vault.steps import WITHOUT_SAMPLE

MAX_NAMES = 300_000
"""Names looked at in one folder: 256 of them hold more than 20 million entries."""

Kinds = dict[str, set[str]]
"""Ids found in one folder, each with the suffixes of its files."""


def shards(folder: Path) -> Iterator[Path]:
    """Yield the paths that should be folders of entries, in order. Raises OSError; nothing if there is no vault."""
    try:
        with os.scandir(folder) as found:
            matching = sorted(entry.name for entry in found if names.is_shard(entry.name))
    except FileNotFoundError:
        return
    for name in matching:
        yield folder / name


def files_in(shard: Path) -> tuple[Kinds, bool]:
    """Return the entries' files in one folder, and whether there was too much in it. Raises OSError."""
    kinds: Kinds = {}
    with os.scandir(shard) as found:
        for number, entry in enumerate(found):
            if number >= MAX_NAMES:
                return kinds, True
            if parts := names.parts_of(entry.name):
                kinds.setdefault(parts[0], set()).add(parts[1])
    return kinds, False


def listed(folder: Path, tidy: Callable[[Path, str, set[str]], None]) -> Iterator[VaultEntry | DamagedEntry]:
    """Yield every entry of the vault. `tidy` is called for what a cut-off step left. Raises VaultError (GONE…)."""
    try:
        for shard in shards(folder):
            yield from _of_shard(folder, shard, tidy)
    except OSError as error:
        raise os_error(error, folder) from error


def _of_shard(
    folder: Path, shard: Path, tidy: Callable[[Path, str, set[str]], None]
) -> Iterator[VaultEntry | DamagedEntry]:
    try:
        if not disk.is_folder(shard):
            yield DamagedEntry("", Message.of(VaultProblem.NOT_A_FILE, file=shard.name))
            return
        kinds, crowded = files_in(shard)
    except OSError as error:
        yield DamagedEntry("", os_error(error, folder).message)
        return
    for entry_id, found in sorted(kinds.items()):
        if entry_id[:2] != shard.name:
            yield DamagedEntry(entry_id, Message.of(VaultProblem.MISPLACED, folder=shard.name))
            continue
        listed_entry = _one(folder, entry_id, found)
        if _has_leftovers(listed_entry, found):
            tidy(folder, entry_id, found)
            listed_entry = _one(folder, entry_id, found)
        if listed_entry is not None:
            yield listed_entry
    if crowded:
        yield DamagedEntry("", Message.of(VaultProblem.CROWDED, folder=shard.name))


def _has_leftovers(entry: VaultEntry | DamagedEntry | None, found: set[str]) -> bool:
    if any(kind.endswith(names.UNFINISHED) for kind in found):
        return True
    return isinstance(entry, VaultEntry) and entry.state in WITHOUT_SAMPLE and names.SAMPLE in found


def _one(folder: Path, entry_id: str, found: set[str]) -> VaultEntry | DamagedEntry | None:
    """Return one entry, or what is wrong with it; None if there is nothing of it, or not yet."""
    try:
        entry = form.load(folder, entry_id).entry
    except FileNotFoundError:
        no_facts = Message.of(VaultProblem.NO_FACTS, id=entry_id)
        return DamagedEntry(entry_id, no_facts) if names.SAMPLE in found else None
    except VaultError as error:
        return DamagedEntry(entry_id, error.message)
    except OSError as error:
        return DamagedEntry(entry_id, os_error(error, folder).message)
    wrong = _sample_problem(folder, entry)
    return DamagedEntry(entry_id, wrong, entry) if wrong else entry


def _sample_problem(folder: Path, entry: VaultEntry) -> Message | None:
    """Say what is wrong with an entry's sample, as far as its size tells."""
    if entry.state is EntryState.COPYING or entry.state in WITHOUT_SAMPLE:
        return None
    try:
        size = disk.size_of(names.file_of(folder, entry.id, names.SAMPLE))
    except FileNotFoundError:
        return Message.of(VaultProblem.NO_SAMPLE, where=entry.where)
    except VaultError as error:
        return error.message
    except OSError as error:
        return os_error(error, folder).message
    return None if size == stored_size(entry.sample_size) else Message.of(VaultProblem.ALTERED, where=entry.where)
