"""What cut-off steps leave behind, and what is done about it. Called with the vault's lock held."""

from pathlib import Path

from medscan_gui.core.quarantine import EntryState
from medscan_gui.store.vault import disk, form, names
from medscan_gui.store.vault.errors import VaultError, VaultProblem
from medscan_gui.store.vault.steps import WITHOUT_SAMPLE

_FACTS_NEW = names.FACTS + names.UNFINISHED
_SAMPLE_NEW = names.SAMPLE + names.UNFINISHED


def tidy_entry(folder: Path, entry_id: str, found: set[str]) -> None:
    """Remove the leftovers of one entry, of which the files `found` were seen. Raises OSError, VaultError.

    A `.json` that was lost while it was replaced (file systems without a journal) is taken from the new one.
    A sample is removed only where the entry says that it is of no more use.
    """
    if _FACTS_NEW in found:
        _settle_facts(folder, entry_id)
    try:
        state = form.load(folder, entry_id).entry.state
    except (FileNotFoundError, VaultError):
        return
    gone = False
    if _SAMPLE_NEW in found and state is not EntryState.COPYING:  # while copying, somebody may be writing it
        gone = disk.remove(names.file_of(folder, entry_id, _SAMPLE_NEW))
    if names.SAMPLE in found and state in WITHOUT_SAMPLE:
        gone = disk.remove(names.file_of(folder, entry_id, names.SAMPLE)) or gone
    if gone:
        disk.sync(names.shard_of(folder, entry_id))


def _settle_facts(folder: Path, entry_id: str) -> None:
    new = names.file_of(folder, entry_id, _FACTS_NEW)
    if _needs_new_facts(folder, entry_id) and _is_whole(new, entry_id):
        disk.rename(new, names.file_of(folder, entry_id, names.FACTS))
    else:
        disk.remove(new)
    disk.sync(names.shard_of(folder, entry_id))


def _needs_new_facts(folder: Path, entry_id: str) -> bool:
    """Say whether the `.json` itself cannot be used. Without a sample nothing was begun: then none is needed."""
    try:
        form.load(folder, entry_id)
    except FileNotFoundError:
        return names.file_of(folder, entry_id, names.SAMPLE).exists()
    except VaultError as error:
        return error.code is VaultProblem.DAMAGED
    return False


def _is_whole(new: Path, entry_id: str) -> bool:
    try:
        form.decode(disk.read_bounded(new, form.MAX_FACTS_BYTES), entry_id)
    except (FileNotFoundError, VaultError):
        return False
    return True
