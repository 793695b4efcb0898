r"""Places from which nothing is ever removed: operating systems, what starts a device, and what its card protects.

Names are compared generously (`core.folders.alike`): any case, short names, dots and spaces at the end. Whoever makes
his malware look like a part of a system, or plants the evidence of one on a stick (`system.system_places`), keeps it
from being *removed*, and no more: the light stays red with "isolate and call the manufacturer", which is the safe end.

The user's own areas of a system (``Users``, ``ProgramData``, ``/home``, ``/tmp``, start-up folders) are not protected.
"""

import re
from collections.abc import Callable

from medscan_gui.core.device import Target
from medscan_gui.core.folders import FolderName, alike, begins_with, folded, parse_folder
from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.core.policy import PolicyCard, whom_to_call
from medscan_gui.system.system_places import Place, System, SystemPlaces

__all__ = ["Protection", "SystemPlaces", "why_protected"]

Parts = tuple[str, ...]


class Protection:
    """What is protected of one target; made once for all files of a clean-up. For one thread."""

    def __init__(self, target: Target, card: PolicyCard, systems: SystemPlaces | None = None) -> None:
        self._places = systems or SystemPlaces(target.paths)
        self._folders = tuple((text, _settled(parse_folder(text))) for text in card.protected)
        self._call = whom_to_call(card)

    def why(self, path: bytes) -> Message | None:
        """Return why the file at `path` is never removed, or None."""
        places = self._places.above(path)
        if not places:
            return self._message("unclear")
        if any(_is_system_file(place) for place in places if not place.unseen):
            return self._message("system")
        if any(place.root and _is_boot_file(place) for place in places):
            return self._message("boot")
        if (why := self._why_by_card(places)) is not None:
            return why
        return self._message("unclear") if any(map(_is_system_file, places)) else None

    def _why_by_card(self, places: tuple[Place, ...]) -> Message | None:
        for text, folder in self._folders:
            if any(place.root and begins_with(place.parts, folder) for place in places):
                return self._message("card", folder=shown(text, 200))
        return None

    def _message(self, code: str, **params: str) -> Message:
        if self._call:
            return Message.of(f"protected.{code}_call", contact=self._call, **params)
        return Message.of(f"protected.{code}", **params)


def why_protected(path: bytes, target: Target, card: PolicyCard, systems: SystemPlaces | None = None) -> Message | None:
    """Return why the file at `path` is never removed, or None. For more than one file, keep a `Protection`."""
    return Protection(target, card, systems).why(path)


def _settled(folder: FolderName) -> Parts:
    """Return the parts below drive or root, with ``..`` worked out: a disk has other letters elsewhere."""
    parts: list[str] = []
    for part in folder.parts:
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
    return tuple(parts)


# --- names -----------------------------------------------------------------------------------------


def _any(name: str, names: tuple[str, ...]) -> bool:
    return any(alike(name, other) for other in names)


def _starts(name: str, beginning: str) -> bool:
    """Say whether the name, or the long name of which it may be the short one, begins so."""
    return folded(name).startswith(beginning) or alike(name, beginning)


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda name: compiled.fullmatch(folded(name)) is not None


# --- operating systems -----------------------------------------------------------------------------

_WINDOWS_FOLDERS = ("windows", "winnt")
_WINDOWS_ALL = ("System Volume Information", "Recovery", "Boot", "EFI")
#: In the languages in which Windows XP and older name it on the disk itself.
_PROGRAM_FOLDER = _matches(
    r"program files( \(.*\))?|programme|programmi|program|programmer|programfiler|archivos de programa"
    r"|arquivos de programas"
)
_PROGRAMS = ("windows", "internet explorer", "modifiablewindowsapps")
_SHARED = ("microsoft shared", "system", "services")
#: What lies in the bin was thrown away by a user.
_BIN = _matches(r"\$recycle\.bin")
_LINUX_FOLDERS = _matches(r"boot|usr|bin|sbin|etc|efi|init|lib(x?32|64|exec|ilp32)?")
_LINUX_FILES = _matches(r"(vmlinu[xz]|initrd|initramfs|bzimage|swapfile|swap\.img|linuxrc).*")
_DOS_FILES = _matches(r"config\.sys|autoexec\.bat|dos|win\.com|himem\.sys|emm386\.exe|drvspace\.bin|dblspace\.bin")


def _is_system_file(place: Place) -> bool:
    return any(_SYSTEM_RULES[system](place.parts) for system in place.systems)


def _is_of_windows(parts: Parts) -> bool:
    first = parts[0]
    if any(_starts(first, folder) for folder in _WINDOWS_FOLDERS):
        return not _is_windows_temp(parts)
    if _any(first, _WINDOWS_ALL) or (folded(first).startswith("$") and not _BIN(first)):
        return True
    return len(parts) > 2 and (_PROGRAM_FOLDER(first) or alike(first, "program files")) and _is_part(parts[1:])


def _is_windows_temp(parts: Parts) -> bool:
    """Anybody's programs write here; told by the plain name alone, since this takes protection away."""
    return len(parts) > 2 and parts[0].lower() in _WINDOWS_FOLDERS and parts[1].lower() == "temp"


def _is_part(parts: Parts) -> bool:
    """Say whether a path below Program Files is a part of Windows."""
    if any(_starts(parts[0], name) for name in _PROGRAMS):
        return True
    return len(parts) > 1 and _starts(parts[0], "common files") and any(_starts(parts[1], name) for name in _SHARED)


def _is_of_dos(parts: Parts) -> bool:
    return _DOS_FILES(parts[0]) or (any(_starts(parts[0], name) for name in _WINDOWS_FOLDERS) and len(parts) > 1)


def _is_of_linux(parts: Parts) -> bool:
    return _LINUX_FOLDERS(parts[0]) or (len(parts) == 1 and _LINUX_FILES(parts[0]))


_SYSTEM_RULES: dict[System, Callable[[Parts], bool]] = {
    System.WINDOWS: _is_of_windows,
    System.DOS: _is_of_dos,
    System.LINUX: _is_of_linux,
    System.LINUX_USR: bool,  # all of it
    System.BOOT_MANAGER: lambda parts: _any(parts[0], ("Boot", "EFI", "Recovery")),
}


# --- what starts any medium ------------------------------------------------------------------------

_BOOT_FILES = _matches(
    r"bootmgr(\.efi)?|bootnxt|ntldr|ntdetect\.com|boot\.ini|bootsect\.(dos|bak)|bootfont\.bin|grldr|menu\.lst"
    r"|io\.sys|msdos\.sys|ibmbio\.com|ibmdos\.com|kernel\.sys|command\.com|pagefile\.sys|hiberfil\.sys|swapfile\.sys"
    r"|ldlinux\.(sys|c32)|isolinux\.bin|(sys|iso|ext)linux\.cfg"
    r"|(vmlinu[xz]|initrd|initramfs|bzimage).*"
)
_NTFS_FILES = _matches(r"\$(mft|mftmirr|logfile|volume|attrdef|bitmap|boot|badclus|secure|upcase|extend)")
_LOADER_FOLDERS = ("syslinux", "isolinux", "extlinux", "grub", "grub2", "ventoy")
_LIVE_FOLDERS = ("casper", "live", "LiveOS", "images")
_LIVE_FILES = _matches(r"(vmlinu[xz]|initrd|initramfs).*|.*\.(squashfs|sfs)|(install|efiboot|rootfs|ext3fs)\.img")
_LOADED = _matches(r".*\.(efi|efi\.signed)|grub.*\.cfg|shim.*|boot\.csv")
_STORE_FILES = _matches(r"bcd.*|boot\.sdi|bootstat\.dat|memtest\.(exe|efi)|bootfix\.bin|etfsboot\.com|efisys.*\.bin")
_SETUP_FILES = _matches(r"(boot|install)\d*\.(wim|esd|swm)")
#: Shadow copies and the like: their names are identifiers of Windows.
_SHADOWS = _matches(r"\{[0-9a-f-]+\}.*|tracking\.log")


def _is_boot_file(place: Place) -> bool:
    parts = place.parts
    if len(parts) == 1:
        return _BOOT_FILES(parts[0]) or _NTFS_FILES(parts[0])
    if _NTFS_FILES(parts[0]) or _is_loader(parts):
        return True
    if alike(parts[0], "EFI"):
        return _is_of_efi(parts, place.systems)
    return _is_of_setup(parts)


def _is_loader(parts: Parts) -> bool:
    """Say whether it is a part of a boot loader's folder, at the root or below ``boot``."""
    below = parts[1:] if alike(parts[0], "boot") else parts
    if len(below) == 1:
        return _BOOT_FILES(below[0]) or _STORE_FILES(below[0])
    if _any(below[0], _LOADER_FOLDERS):
        return True
    return alike(below[0], "loader") and folded(below[-1]).endswith(".conf")


def _is_of_efi(parts: Parts, systems: frozenset[System]) -> bool:
    if systems or _LOADED(parts[-1]):
        return True
    return len(parts) > 3 and alike(parts[1], "Microsoft") and _any(parts[2], ("Boot", "Recovery"))


def _is_of_setup(parts: Parts) -> bool:
    """Say whether a medium that installs, repairs or runs a system needs it."""
    first, last = parts[0], parts[-1]
    if alike(first, "sources"):
        return _SETUP_FILES(last)
    if alike(first, "Recovery"):
        return len(parts) > 2 and alike(parts[1], "WindowsRE")
    if alike(first, "System Volume Information"):
        return _SHADOWS(parts[1])
    return _any(first, _LIVE_FOLDERS) and _LIVE_FILES(last)
