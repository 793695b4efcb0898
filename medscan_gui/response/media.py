"""Is the medium on which a file lay there, and under which name?"""

import os

from medscan_gui.core.names import parent_of, path_of, raw_bytes
from medscan_gui.core.quarantine import VaultEntry
from medscan_gui.core.words import TargetKind
from medscan_gui.system.volumes import list_volumes, target_for_path


def is_present(entry: VaultEntry) -> bool:
    """Say whether the place of this entry's original is on the medium it was taken from, as far as media tell.

    A volume without an identity of its own goes by the number that the system gives it.
    """
    known = entry.target.volume_id
    if known:
        return target_for_path(path_of(entry.facts.path)).volume_id == known
    device = entry.facts.link_group.partition(":")[0]
    return not device.isdecimal() or device_of(parent_of(entry.facts.path)) in {None, int(device)}


def device_of(place: bytes) -> int | None:
    """Return the number of the volume that a place is on; None if there is no such place."""
    try:
        return os.stat(path_of(place)).st_dev  # noqa: PTH116  # raw names
    except (OSError, ValueError):
        return None


def own_place(entry: VaultEntry) -> tuple[bytes, tuple[bytes, ...]] | None:
    """Return the original's place and the target's roots, wherever its volume is mounted today; None if it is not."""
    target = entry.target
    if is_present(entry):
        return entry.facts.path, target.paths
    if target.kind is not TargetKind.VOLUME:
        return None
    inside = os.path.relpath(path_of(entry.facts.path), path_of(target.paths[0]))
    for volume in list_volumes():
        if volume.volume_id == target.volume_id:
            place = os.path.join(path_of(volume.mount_point), inside)  # noqa: PTH118  # raw names
            return raw_bytes(place), (volume.mount_point,)
    return None
