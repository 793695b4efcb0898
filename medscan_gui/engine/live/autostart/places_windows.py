"""Autostart places of Windows: values of the registry, tasks, startup folders, scripts, subscriptions of WMI."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform == "win32"  # noqa: S101

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from medscan_gui.core.names import raw_bytes
from medscan_gui.engine.live.autostart.registry_keys import Value, starting_values
from medscan_gui.engine.live.autostart.registry_windows import RunningRegistry
from medscan_gui.engine.live.listing import Listed, Seen, unlisted
from medscan_gui.engine.protocol import OfAutostart

_STARTUP = r"Microsoft\Windows\Start Menu\Programs\Startup"
_PROFILES = ("profile.ps1", "Microsoft.PowerShell_profile.ps1")


def entries_of_windows() -> Iterator[Seen]:
    """List the entries of the running system."""
    yield from _values()
    for kind, path in _files():
        yield from _entry(kind, path)


def _values() -> Iterator[Seen]:
    for one in starting_values(RunningRegistry()):
        if isinstance(one, Value):
            key, name = _raw(one.key), _raw(one.name)
            thing = OfAutostart("registry", key, value=name)
            yield Listed(b"registry: %s: %s" % (key, name or b"(default)"), len(one.content), thing)
        else:
            yield unlisted(b"registry: " + _raw(one[0]), one[1])


def _files() -> Iterator[tuple[str, Path]]:
    system = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"))
    yield "wmi", system / r"System32\wbem\Repository\OBJECTS.DATA"
    yield "task", system / r"System32\Tasks"
    yield "task", system / "Tasks"
    for whose in ("Machine", "User"):
        for name in ("scripts.ini", "psscripts.ini"):
            yield "scripts", system / r"System32\GroupPolicy" / whose / "Scripts" / name
    for name in _PROFILES:
        yield "script", system / r"System32\WindowsPowerShell\v1.0" / name
    yield "startup", Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / _STARTUP
    for home in _homes():
        yield "startup", home / r"AppData\Roaming" / _STARTUP
        for shell in ("WindowsPowerShell", "PowerShell"):
            for name in _PROFILES:
                yield "script", home / "Documents" / shell / name


def _homes() -> list[Path]:
    users = Path(os.environ.get("PUBLIC", r"C:\Users\Public")).parent
    try:
        return sorted(users.iterdir())
    except OSError:
        return []


def _entry(kind: str, path: Path) -> Iterator[Seen]:
    """List one file, or all files of a folder and of those in it."""
    try:
        status = os.lstat(path)
        if stat.S_ISDIR(status.st_mode):
            for one in sorted(path.iterdir()):
                yield from _entry(kind, one)
        elif stat.S_ISREG(status.st_mode) and path.name.lower() != "desktop.ini":
            raw = raw_bytes(str(path))
            yield Listed(b"%s: %s" % (kind.encode(), raw), status.st_size, OfAutostart(kind, raw))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        yield unlisted(b"%s: %s" % (kind.encode(), raw_bytes(str(path))), error)


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
