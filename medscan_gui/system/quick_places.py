"""Where malware arrives and waits on a computer: what a quick scan reads of its files.

Whole: folders to which every program or user may write and from which things are run. What has changed lately: users'
documents, and the folders of programs. Only folders that are there are told; each takes a few calls to the system.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from medscan_gui.core.device import Volume
from medscan_gui.core.names import raw_bytes

#: What "lately" means, in days: attackers stay for weeks, and monthly updates of a system are not all read again.
RECENT_DAYS = 30
#: Users whose folders are looked for.
_MOST_USERS = 200


class QuickPlaces(msgspec.Struct, frozen=True):
    """Raw paths of folders: read wholly; what has changed lately; programs among that alone."""

    whole: tuple[bytes, ...]
    recent: tuple[bytes, ...]
    recent_programs: tuple[bytes, ...]


_POSIX_WHOLE = ("tmp", "var/tmp", "dev/shm", "run/shm", "run/user", "var/crash", "var/www/cgi-bin")
_POSIX_HOME = (
    *("Desktop", "Downloads", "bin", ".local/bin", ".config/autostart", ".config/systemd", ".local/share/applications"),
    *(".local/share/systemd", ".ssh", ".mozilla/native-messaging-hosts"),
)
_POSIX_HOME_RECENT = ("Documents",)
_POSIX_PROGRAMS = (
    *("usr/bin", "usr/sbin", "bin", "sbin", "usr/local", "opt", "srv", "usr/lib", "usr/lib64", "usr/libexec"),
    *("lib", "lib64", "boot", "etc"),
)
_XDG = re.compile(r'^XDG_(DESKTOP|DOWNLOAD|DOCUMENTS)_DIR="\$HOME/([^"\n]+)"', re.MULTILINE)

_WINDOWS_HOME = (
    *("Desktop", "Downloads", r"AppData\Local\Temp", r"AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup"),
    *(r"AppData\LocalLow\Temp", r"OneDrive\Desktop"),
)
_WINDOWS_HOME_RECENT = ("Documents", r"OneDrive\Documents")
_WINDOWS_HOME_PROGRAMS = ("AppData",)
_WINDOWS_WHOLE = (
    *(r"{windir}\Temp", r"{windir}\Tasks", r"{windir}\System32\Tasks", r"{drive}\Temp", r"{drive}\PerfLogs"),
    r"{data}\Microsoft\Windows\Start Menu\Programs\Startup",
)
_WINDOWS_PROGRAMS = (
    *(r"{windir}\System32", r"{windir}\SysWOW64", r"{windir}\Installer"),
    *("{programs}", "{programs86}", "{data}"),
)


def quick_places(volumes: tuple[Volume, ...]) -> QuickPlaces:
    """Return the places of this computer; `volumes` are those that are mounted: removable ones are read wholly."""
    plugged = tuple(volume.mount_point for volume in volumes if volume.removable and not volume.network)
    found = windows_places(os.environ) if sys.platform == "win32" else posix_places(Path("/"))
    return msgspec.structs.replace(found, whole=_each_once((*found.whole, *plugged)))


def posix_places(root: Path) -> QuickPlaces:
    """Return the places of the system below `root`."""
    homes = _homes(root)
    named = {home: dict(_named_folders(home)) for home in homes}
    whole = [root / place for place in _POSIX_WHOLE]
    recent = []
    for home in homes:
        whole += [home / place for place in (*_POSIX_HOME, *(named[home].get(key, "") for key in _WHOLE_KEYS)) if place]
        recent += [home / place for place in (*_POSIX_HOME_RECENT, named[home].get("DOCUMENTS", "")) if place]
    return _existing(whole, recent, [root / place for place in _POSIX_PROGRAMS])


_WHOLE_KEYS = ("DESKTOP", "DOWNLOAD")


def _homes(root: Path) -> list[Path]:
    homes = [root / "root"]
    try:
        lines = (root / "etc/passwd").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        lines = []
    for line in lines:
        fields = line.split(":")
        # Accounts of services live in folders of the system.
        if len(fields) >= 6 and fields[5].startswith(("/home/", "/Users/", "/export/home/")):
            homes.append(root / fields[5].lstrip("/"))
    return list(dict.fromkeys(homes))[:_MOST_USERS]


def _named_folders(home: Path) -> Iterator[tuple[str, str]]:
    """Yield what a user's desktop calls its folders, in the user's language (xdg-user-dirs)."""
    try:
        text = (home / ".config/user-dirs.dirs").read_text("utf-8", "surrogateescape")
    except OSError:
        return
    for found in _XDG.finditer(text[: 64 << 10]):
        if ".." not in found[2].split("/"):
            yield found[1], found[2]


def windows_places(environment: Mapping[str, str]) -> QuickPlaces:
    """Return the places of a Windows whose variables these are."""
    windir = environment.get("SystemRoot", r"C:\Windows")
    drive = environment.get("SystemDrive", "C:")
    names = {
        "windir": windir,
        "drive": drive,
        "data": environment.get("ProgramData", drive + r"\ProgramData"),
        "programs": environment.get("ProgramW6432") or environment.get("ProgramFiles", drive + r"\Program Files"),
        "programs86": environment.get("ProgramFiles(x86)", drive + r"\Program Files (x86)"),
    }
    users = Path(environment.get("PUBLIC", drive + r"\Users\Public")).parent
    whole = [Path(place.format(**names)) for place in _WINDOWS_WHOLE]
    recent, programs = [], [Path(place.format(**names)) for place in _WINDOWS_PROGRAMS]
    for home in _users(users):
        whole += [home / place for place in _WINDOWS_HOME]
        recent += [home / place for place in _WINDOWS_HOME_RECENT]
        programs += [home / place for place in _WINDOWS_HOME_PROGRAMS]
    return _existing(whole, recent, programs)


def _users(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())[:_MOST_USERS]
    except OSError:
        return []


def _existing(whole: list[Path], recent: list[Path], programs: list[Path]) -> QuickPlaces:
    taken: set[str] = set()
    return QuickPlaces(_there(whole, taken), _there(recent, taken), _there(programs, taken))


def _there(folders: list[Path], taken: set[str]) -> tuple[bytes, ...]:
    """Return the folders that are there, each once: by the path that it really has."""
    found = []
    for folder in folders:
        try:
            real = os.path.realpath(folder, strict=True)
        except PermissionError:
            real = str(folder)  # it is there: the scan says why it cannot be read
        except (OSError, ValueError):
            continue
        if real not in taken:
            taken.add(real)
            found.append(raw_bytes(real))
    return tuple(found)


def _each_once(paths: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(paths))
