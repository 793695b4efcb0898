"""What one scan reads, as the engine is told: folders, and what a computer or a medium holds besides files."""

import os
import time

import msgspec

from medscan_gui.core.device import Target
from medscan_gui.core.names import path_of
from medscan_gui.core.words import Place, TargetKind
from medscan_gui.engine.protocol import RecentFolder
from medscan_gui.follow_up import FollowUp
from medscan_gui.system.quick_places import RECENT_DAYS, quick_places
from medscan_gui.system.volumes import list_volumes

_DAY_NS = 24 * 3600 * 10**9


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of this name of `engine.supervisor.ScanJob`."""

    paths: tuple[bytes, ...]
    live: tuple[Place, ...] = ()
    live_disks_of: tuple[bytes, ...] = ()
    recent: tuple[RecentFolder, ...] = ()
    since: int = 0


def scope_of(target: Target, follow_up: FollowUp | None) -> Scope:
    """Return what a scan of `target` reads. Of a quick scan's volumes, those that do not answer are left out.

    A scan that follows another one reads some files again, and nothing else.
    """
    if follow_up is not None:
        return Scope(paths=follow_up.places)
    if target.kind is not TargetKind.COMPUTER:
        return Scope(paths=target.paths, live=_of_medium(target), live_disks_of=target.paths)
    live = (Place.MEMORY, Place.AUTOSTART, Place.BOOT)
    if not target.quick:
        return Scope(paths=target.paths, live=live)
    places = quick_places(list_volumes())
    recent = (
        *(RecentFolder(path, programs_only=False) for path in places.recent),
        *(RecentFolder(path, programs_only=True) for path in places.recent_programs),
    )
    return Scope(
        paths=(*places.whole, *(folder.path for folder in recent)),
        live=live,
        recent=recent,
        since=time.time_ns() - RECENT_DAYS * _DAY_NS,
    )


def _of_medium(target: Target) -> tuple[Place, ...]:
    """Return the places beside files of a medium: its sectors, if all of it is scanned."""
    whole = target.kind is TargetKind.VOLUME and target.removable
    mounted = whole and all(os.path.ismount(path_of(path)) for path in target.paths)  # raw names
    return (Place.BOOT,) if mounted else ()
