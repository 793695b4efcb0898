"""Is the medium on which a file lay there, and under which name?"""

import os

from medscan_gui.core.names import path_of, raw_bytes
from medscan_gui.core.quarantine import VaultEntry
from medscan_gui.core.words import TargetKind
from medscan_gui.system.volumes import list_volumes, target_for_path


def is_present(entry: VaultEntry) -> bool:
    """Say whether the place of this entry's original is on the medium it was taken from, as far as media tell."""
    known = entry.target.volume_id
    return not known or target_for_path(path_of(entry.facts.path)).volume_id == known


def own_place(entry: VaultEntry) -> bytes | None:
    """Return the original's place, wherever its volume is mounted today; None if its medium is not there."""
    if is_present(entry):
        return entry.facts.path
    if entry.target.kind is not TargetKind.VOLUME:
        return None
    inside = os.path.relpath(path_of(entry.facts.path), path_of(entry.target.paths[0]))
    for volume in list_volumes():
        if volume.volume_id == entry.target.volume_id:
            return raw_bytes(os.path.join(path_of(volume.mount_point), inside))  # noqa: PTH118  # raw names
    return None
