"""What can be scanned: this computer, the media that are plugged in, a chosen folder or file."""

from dataclasses import dataclass

from medscan_gui.core.device import Target, Volume
from medscan_gui.core.names import shown, shown_raw
from medscan_gui.core.text import _
from medscan_gui.core.words import TargetKind
from medscan_gui.gui.models.phrases import size

_CELL = 120


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look at the system found. `volumes` are those worth showing beside the computer."""

    computer: Target
    obvious: Target
    volumes: tuple[tuple[Volume, Target], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the chooser. Texts are made when shown: the language may change."""

    target: Target
    volume: Volume | None = None

    @property
    def icon(self) -> str:
        """Name of its icon."""
        if self.volume is not None and self.volume.network:
            return "network"
        if self.target.kind is TargetKind.VOLUME:
            return "usb" if self.target.removable else "disk"
        return {TargetKind.COMPUTER: "computer", TargetKind.FILE: "file"}.get(self.target.kind, "folder")

    @property
    def title(self) -> str:
        """Its name for people."""
        if self.target.kind is TargetKind.COMPUTER:
            return _("This computer (quick scan)") if self.target.quick else _("This computer")
        if self.target.label:
            return shown(self.target.label, _CELL)
        return self.place

    @property
    def place(self) -> str:
        """Where it lies."""
        return ", ".join(shown_raw(path, _CELL) for path in self.target.paths)

    @property
    def kind(self) -> str:
        """What it is, in words."""
        if self.target.kind is TargetKind.COMPUTER:
            return _("Its disks, its running programs, what starts by itself")
        if self.target.kind is TargetKind.VOLUME:
            if self.volume is not None and self.volume.network:
                return _("Network drive")
            return _("Removable medium") if self.target.removable else _("Disk")
        return _("File") if self.target.kind is TargetKind.FILE else _("Folder")

    @property
    def detail(self) -> str:
        """Second line: what it is, where, how full."""
        parts = [self.kind]
        if self.target.kind is not TargetKind.COMPUTER and self.place != self.title:
            parts.append(self.place)
        if self.volume is not None and self.volume.size > 0:
            used, whole = size(self.volume.used), size(self.volume.size)
            parts.append(_("{used} used of {whole}").format(used=used, whole=whole))
        return " · ".join(parts)


def choices(sight: Sight | None, own: tuple[Target, ...]) -> tuple[Choice, ...]:
    """Return the lines of the chooser: what the operator chose, removable media, the computer, the rest."""
    if sight is None:
        return tuple(Choice(target) for target in own)
    volumes = [Choice(target, volume) for volume, target in sight.volumes]
    removable = [choice for choice in volumes if choice.target.removable]
    fixed = [choice for choice in volumes if not choice.target.removable]
    return (*(Choice(target) for target in own), *removable, Choice(sight.computer), *fixed)


def look() -> Sight:
    """Ask the operating system what is plugged in; may block on a dead drive."""
    from medscan_gui.system import volumes as system_volumes

    volumes = system_volumes.list_volumes()
    targets = tuple((volume, system_volumes.target_of(volume)) for volume in volumes if not volume.system)
    return Sight(
        computer=system_volumes.computer_target(volumes),
        obvious=system_volumes.obvious_target(volumes),
        volumes=targets,
    )
