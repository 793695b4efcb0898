"""What is mounted and could be scanned; which of it is meant when nobody says; whether it is still there.

A dead network share or a dying disk never blocks the caller for long: sizes are asked with a limit
(`system.bounded`), and a volume that does not answer is listed without them.
"""

import os
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from medscan_gui.core.device import Target, Volume
from medscan_gui.core.names import path_of, raw_bytes, shown, shown_raw
from medscan_gui.core.words import TargetKind
from medscan_gui.system import linux_volumes, windows_volumes
from medscan_gui.system.bounded import ask, ask_all
from medscan_gui.system.linux_volumes import Mount, is_below
from medscan_gui.system.paths import program_dir

PATIENCE = 2.0
"""Seconds that all volumes together have to answer."""

_LABEL_CHARACTERS = 80


def target_of(volume: Volume) -> Target:
    """Return the target that is this whole volume."""
    return Target(
        kind=TargetKind.VOLUME,
        paths=(volume.mount_point,),
        label=volume.label,
        volume_id=volume.volume_id,
        removable=volume.removable,
    )


def computer_target(volumes: Iterable[Volume]) -> Target:
    """Return the target "this computer": its fixed disks, each place once. Its label is the reader's own words."""
    local = [volume for volume in volumes if volume.system or not (volume.removable or volume.network)]
    places = sorted({volume.mount_point for volume in local}, key=len) or [_system_place()]
    outermost: list[bytes] = []
    for place in places:
        if not any(is_below(place, wider) for wider in outermost):
            outermost.append(place)
    return Target(kind=TargetKind.COMPUTER, paths=tuple(outermost))


def system_targets() -> Target:
    """Return the target "this computer"."""
    return computer_target(list_volumes())


def obvious_target(volumes: tuple[Volume, ...], program: Path | None = None) -> Target:
    """Return what is meant when nobody says: the removable volume plugged in last, else this computer.

    The key that MedScan itself runs from is not meant: it was plugged in to scan the computer.
    """
    own = _holder(volumes, raw_bytes(str(program or program_dir())))
    plugged = [
        volume
        for volume in volumes
        if volume.removable and not volume.system and not volume.network and volume is not own
    ]
    return target_of(plugged[-1]) if plugged else computer_target(volumes)


def target_for_path(path: str) -> Target:
    """Return the target that a typed, chosen or dropped path means: a volume, a folder or a file.

    It need not exist: that is for the scan to say. On a removable volume it carries that volume's label, so
    that the device gets the stick's name and not a folder's. Takes `PATIENCE` seconds at most for each of two
    questions.
    """
    place = Path(path).absolute()
    raw = raw_bytes(str(place))
    volume = ask(("volume of", raw), lambda: _volume_holding(raw_bytes(os.path.realpath(place))), PATIENCE)
    if volume is not None and volume.mount_point == raw:
        return computer_target([volume]) if raw == b"/" else target_of(volume)
    label = shown(place.name, _LABEL_CHARACTERS)
    kind = TargetKind.FILE if ask(("file at", raw), place.is_file, PATIENCE) else TargetKind.FOLDER
    if volume is None:
        return Target(kind=kind, paths=(raw,), label=label)
    return Target(
        kind=kind,
        paths=(raw,),
        label=(volume.label if volume.removable else "") or label,
        volume_id=volume.volume_id,
        removable=volume.removable,
    )


def _holder(volumes: Iterable[Volume], path: bytes) -> Volume | None:
    """Return the volume that holds `path`: the one mounted nearest above it."""
    holding = [volume for volume in volumes if _is_on(path, volume.mount_point)]
    return max(holding, key=lambda volume: len(volume.mount_point), default=None)


if sys.platform == "win32":

    def _is_on(path: bytes, mount_point: bytes) -> bool:
        return path.upper().startswith(mount_point.upper())

    def _system_place() -> bytes:
        return raw_bytes(windows_volumes.system_root())

    def network_devices(_targets: tuple[bytes, ...]) -> tuple[int, ...]:
        """Return nothing: drives of the network have letters of their own, and links are not followed."""
        return ()

    def list_volumes() -> tuple[Volume, ...]:
        """Return the drives that could be scanned, by their letters. Takes `PATIENCE` seconds at most."""
        roots = windows_volumes.drive_roots()
        drives = ask_all({root: partial(windows_volumes.drive, root) for root in roots}, PATIENCE)
        return tuple(
            _volume(found or windows_volumes.Drive(root=root, kind=windows_volumes.drive_kind(root), ready=True))
            for root, found in drives.items()
            if found is None or found.ready
        )

    def _volume_holding(path: bytes) -> Volume | None:
        drive = windows_volumes.drive(_root_of(path))
        return _volume(drive) if drive.ready else None

    def _root_of(path: bytes) -> str:
        return os.path.splitdrive(path_of(path))[0] + "\\"

    def _volume(drive: windows_volumes.Drive) -> Volume:
        return Volume(
            mount_point=raw_bytes(drive.root),
            label=shown(drive.label, _LABEL_CHARACTERS),
            file_system=drive.file_system,
            size=drive.size,
            used=max(0, drive.size - drive.free),
            removable=drive.removable,
            read_only=drive.read_only,
            network=drive.kind == windows_volumes.DRIVE_REMOTE,
            system=drive.root.upper() == windows_volumes.system_root(),
            volume_id=drive.volume_id,
        )

    def _present_volume_id(path: bytes) -> str:
        return windows_volumes.drive(_root_of(path)).volume_id

else:

    def _is_on(path: bytes, mount_point: bytes) -> bool:
        return is_below(path, mount_point)

    def _system_place() -> bytes:
        return b"/"

    def network_devices(targets: tuple[bytes, ...]) -> tuple[int, ...]:
        """Return the device numbers (st_dev) of mounted network file systems, but for those that hold a target."""
        chosen = {_mount_holding(target) for target in targets}
        others = (mount for mount in linux_volumes.read_mounts() if mount.network and mount not in chosen)
        return tuple(sorted({os.makedev(*mount.device) for mount in others}))

    def list_volumes() -> tuple[Volume, ...]:
        """Return the volumes that could be scanned, in the order they were mounted.

        Takes `PATIENCE` seconds at most; each file system is listed once.
        """
        mounts = linux_volumes.stored(linux_volumes.read_mounts())
        sizes = ask_all(
            {mount.mount_point: partial(_size_and_used, mount.mount_point) for mount in mounts}, PATIENCE
        )
        return tuple(_volume(mount, sizes[mount.mount_point] or (0, 0)) for mount in mounts)

    def _size_and_used(place: bytes) -> tuple[int, int]:
        facts = os.statvfs(place)
        return facts.f_blocks * facts.f_frsize, (facts.f_blocks - facts.f_bfree) * facts.f_frsize

    def _volume(mount: Mount, size_and_used: tuple[int, int]) -> Volume:
        disk = linux_volumes.disk_of(mount)
        return Volume(
            mount_point=mount.mount_point,
            label=shown_raw(disk.label, _LABEL_CHARACTERS),
            file_system=mount.kind.decode("ascii", "replace"),
            size=size_and_used[0],
            used=size_and_used[1],
            removable=disk.removable and not mount.network,
            read_only=mount.read_only,
            network=mount.network,
            system=mount.mount_point == b"/",
            volume_id=disk.volume_id,
        )

    def _present_volume_id(path: bytes) -> str:
        mount = _mount_holding(path)
        return linux_volumes.disk_of(mount).volume_id if mount else ""

    def _mount_holding(path: bytes) -> Mount | None:
        mounts = [mount for mount in linux_volumes.read_mounts() if is_below(path, mount.mount_point)]
        deepest = max((len(mount.mount_point) for mount in mounts), default=0)
        # Of several on one place, the last is on top.
        return next((mount for mount in reversed(mounts) if len(mount.mount_point) == deepest), None)

    def _volume_holding(path: bytes) -> Volume | None:
        mount = _mount_holding(path)
        return _volume(mount, (0, 0)) if mount else None


def still_there(target: Target, patience: float = PATIENCE) -> bool:
    """Say whether the target can still be reached, and is still on the same volume where that is known.

    A place that does not answer within `patience` seconds counts as gone.
    """
    return bool(ask(("still there", target.paths), lambda: _is_there(target), patience))


def _is_there(target: Target) -> bool:
    for path in target.paths:
        os.lstat(path_of(path))
        if target.volume_id and _present_volume_id(path) != target.volume_id:
            return False
    return True
