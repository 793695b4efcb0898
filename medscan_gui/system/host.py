"""What the operating system says about the computer MedScan runs on. Only files and registry are read: no WMI,
which can hang for minutes on a sick Windows."""

import hashlib
import os
import platform
import socket
import sys
from pathlib import Path

from medscan_gui.core.device import HostIdentity

_MACHINE_ID_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
#: The raw machine id is a secret of its system (machine-id(5)): only this derived form leaves it.
_DOMAIN = b"MedScan machine id, format 1\x00"


def host_identity() -> HostIdentity:
    """Return the identity of this computer; what the system does not say stays empty."""
    name, version = _system()
    return HostIdentity(
        name=_text(_host_name()),
        os=_text(name),
        os_version=_text(version),
        machine=_text(_machine()),
        machine_id=_hashed(_raw_machine_id()),
    )


def _text(value: str) -> str:
    """Bound what a system says of itself, and make it recordable."""
    return value.strip().encode("utf-8", "replace").decode()[:200]


def _hashed(raw: str) -> str:
    cleaned = raw.strip().lower()
    return hashlib.sha256(_DOMAIN + cleaned.encode("utf-8", "replace")).hexdigest() if cleaned else ""


def _host_name() -> str:
    try:
        return socket.gethostname()
    except (OSError, UnicodeError):
        return ""


if sys.platform == "win32":
    import winreg

    _CURRENT_VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    #: First build of Windows 11, whose ProductName still says 10.
    _FIRST_BUILD_OF_11 = 22_000

    def _registry(key: str, value: str) -> str:
        access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key, 0, access) as handle:
                return str(winreg.QueryValueEx(handle, value)[0])
        except OSError:
            return ""

    def _system() -> tuple[str, str]:
        build = _registry(_CURRENT_VERSION, "CurrentBuildNumber")
        product = _registry(_CURRENT_VERSION, "ProductName") or "Windows"
        if build.isdigit() and int(build) >= _FIRST_BUILD_OF_11:
            product = product.replace("Windows 10", "Windows 11")
        release = _registry(_CURRENT_VERSION, "DisplayVersion") or _registry(_CURRENT_VERSION, "ReleaseId")
        revision = _registry(_CURRENT_VERSION, "UBR")
        number = f"{build}.{revision}" if revision else build
        return product, f"{release} ({number})" if release else number

    def _machine() -> str:
        return os.environ.get("PROCESSOR_ARCHITEW6432") or os.environ.get("PROCESSOR_ARCHITECTURE", "")

    def _raw_machine_id() -> str:
        return _registry(r"SOFTWARE\Microsoft\Cryptography", "MachineGuid")

else:

    def _system() -> tuple[str, str]:
        try:
            facts = platform.freedesktop_os_release()
        except OSError:
            return platform.system(), platform.release()
        return facts.get("NAME", "Linux"), facts.get("VERSION", "") or facts.get("VERSION_ID", "")

    def _machine() -> str:
        return os.uname().machine

    def _raw_machine_id() -> str:
        for path in _MACHINE_ID_FILES:
            try:
                return path.read_text("ascii", "replace")
            except OSError:
                continue
        return ""
