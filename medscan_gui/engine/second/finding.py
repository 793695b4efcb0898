"""Where second engines are: beside MedScan, or where their installers put them. The search path is not believed.

A program that others may change is not started: on a device, that would be running what the intruder left.
"""

import os
import stat
import sys
from pathlib import Path

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.core.opinion import ENGINE_NAMES
from medscan_gui.engine.second.base import Unusable

_EXE = ".exe" if sys.platform == "win32" else ""

#: The folder beside MedScan that a hospital may put ClamAV in, and where in it programs and signatures may lie.
BESIDE = "clamav"
_PROGRAM_PLACES = ("", "bin", "sbin")
_DATABASE_PLACES = ("database", "db", "share/clamav")
_CERTIFICATE_PLACES = ("certs", "etc/certs")


def _program_folders() -> tuple[str, ...]:
    if sys.platform == "win32":
        return (str(Path(os.environ.get("PROGRAMFILES", r"C:\Program Files")) / "ClamAV"),)
    else:  # noqa: RET505  # a branch for each platform, as the type checker reads it
        return ("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/clamav/bin", "/opt/clamav/sbin")


#: Where installers put ClamAV's program.
PROGRAM_FOLDERS = _program_folders()
#: Where the configuration of its service lies (Debian, Fedora, SUSE, source).
SERVICE_FILES = (
    ()
    if sys.platform == "win32"
    else (
        "/etc/clamav/clamd.conf",
        "/etc/clamd.d/scan.conf",
        "/etc/clamd.conf",
        "/usr/local/etc/clamd.conf",
        "/usr/local/etc/clamav/clamd.conf",
    )
)
#: Where the signatures lie if nothing says so.
DATABASE_FOLDERS = ("/var/lib/clamav", "/usr/local/share/clamav", "/opt/clamav/share/clamav")


def program_in(folder: str, name: str) -> Path | None:
    """Return a program in a folder, or in the places of it where programs lie; None if it is not there."""
    for place in _PROGRAM_PLACES:
        candidate = Path(folder, place, name + _EXE)
        if candidate.is_file():
            return candidate
    return None


def database_in(folder: str) -> Path | None:
    """Return the folder of signatures that lies with a program beside MedScan."""
    return _first_folder(folder, _DATABASE_PLACES)


def certificates_in(folder: str) -> Path | None:
    """Return the folder of the certificates by which ClamAV 1.5 verifies its signatures."""
    return _first_folder(folder, _CERTIFICATE_PLACES)


def _first_folder(folder: str, places: tuple[str, ...]) -> Path | None:
    return next((found for place in places if (found := Path(folder, place)).is_dir()), None)


def check_safe(program: Path, engine: str) -> None:
    """Raise Unusable if somebody else may change a program that is to be started, or a file that is to be believed."""
    if sys.platform == "win32":
        return  # "Program Files" is the administrators'; beside MedScan, whoever can write there is MedScan already
    real = program.resolve()
    for place in (real, real.parent):
        status = place.stat()
        if status.st_uid not in {0, os.geteuid()} or _others_write(status):
            file = shown(str(program), 200)
            raise Unusable(Message.of("second.unsafe", engine=ENGINE_NAMES[engine], file=file))


def _others_write(status: os.stat_result) -> bool:
    shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    # A group of our own, or root's, is no other; a folder like /tmp lets nobody change what is another's.
    if shared & stat.S_IWOTH:
        return not status.st_mode & stat.S_ISVTX
    return bool(shared) and status.st_gid not in {0, os.getegid()}
