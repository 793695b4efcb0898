"""Devices, targets and places: what the hospital inventories, and what one scan reads."""

import uuid

import msgspec

from medscan_gui.core.names import shown_raw
from medscan_gui.core.words import ScanDepth, TargetKind


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """What the hospital inventories. `id` is ours (a UUID); everything else may be unknown."""

    id: str
    name: str = ""
    asset_number: str = ""
    department: str = ""
    make: str = ""
    model: str = ""
    serial: str = ""

    @property
    def title(self) -> str:
        """The shortest text by which a person recognises the device; "" if nothing is known."""
        return self.name or self.asset_number or self.serial


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What one scan reads. `paths` are raw bytes (see `core.names`); `label` is for people."""

    kind: TargetKind
    paths: tuple[bytes, ...]
    label: str = ""
    #: Identity of the volume where known: serial or UUID; "" otherwise.
    volume_id: str = ""
    #: The target sits on a removable medium.
    removable: bool = False
    depth: ScanDepth = ScanDepth.FULL

    @property
    def quick(self) -> bool:
        """Only the places of a quick scan are read."""
        return self.depth is ScanDepth.QUICK

    @property
    def shown(self) -> str:
        """Label and place, escaped for showing; a quick scan is marked, in no language."""
        place = ", ".join(shown_raw(path, 200) for path in self.paths)
        text = f"{self.label} ({place})" if self.label and self.label != place else place
        return f"{text} [quick]" if self.quick else text


class HostIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """What the operating system says about the computer MedScan runs on."""

    name: str = ""
    os: str = ""
    os_version: str = ""
    machine: str = ""
    #: Machine id of the operating system, hashed; "" if unknown.
    machine_id: str = ""


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """One mounted volume that could be scanned. Sizes are bytes; label is escaped for showing."""

    mount_point: bytes
    label: str = ""
    file_system: str = ""
    size: int = 0
    used: int = 0
    removable: bool = False
    read_only: bool = False
    network: bool = False
    #: The volume that holds the running operating system.
    system: bool = False
    volume_id: str = ""


#: Name space of the device identifiers that are derived, not chosen (UUID version 5, RFC 9562).
_DEVICES = uuid.UUID("8d0b9b52-5d0c-4c0e-9a51-6f1a0f6f2d11")


def default_device(target: Target, host: HostIdentity) -> Device:
    """Return the device that a target belongs to as long as the operator says nothing else.

    The same stick or computer gets the same id each time: a removable volume goes by its own
    identity, everything else by the computer's. A volume without identity goes by its label.
    """
    if target.removable:
        identity = f"volume:{target.volume_id or target.label}"
        name = target.label
    else:
        identity = f"host:{host.machine_id or host.name}"
        name = host.name
    return Device(id=str(uuid.uuid5(_DEVICES, identity)), name=name)
