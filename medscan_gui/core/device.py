"""Devices, targets and places: what the hospital inventories, and what one scan reads."""

import msgspec

from medscan_gui.core.names import shown_raw
from medscan_gui.core.words import TargetKind


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

    @property
    def shown(self) -> str:
        """Label and place, escaped for showing."""
        place = ", ".join(shown_raw(path, 200) for path in self.paths)
        return f"{self.label} ({place})" if self.label and self.label != place else place


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
