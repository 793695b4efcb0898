"""Where things lie: program, resources, signatures, and what MedScan keeps.

Portable (a marker file beside the program): everything is kept beside the program, on the key. If
the key cannot be written, or without marker: in the platform's own folder for the user's data.
"""

import os
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

import medscan_gui

MARKER = "medscan-portable.txt"
DATA_DIR_VARIABLE = "MEDSCAN_DATA_DIR"

Mode = Literal["portable", "installed", "development"]

_APP = "MedScan"


@dataclass(frozen=True, slots=True)
class Paths:
    """All places, found once at the start and handed on."""

    mode: Mode
    program_dir: Path
    resources: Path
    signatures: Path
    #: Journal, settings and the marks of running scans.
    data_dir: Path
    #: Where reports are first offered to be saved.
    reports_dir: Path
    log_file: Path
    #: Settings that the machine's administrator made.
    policy_file: Path
    #: The program is portable but its key cannot be written: the data lie on this computer.
    portable_read_only: bool = False


def is_frozen() -> bool:
    """Say whether this is the built program."""
    return bool(getattr(sys, "frozen", False))


def program_dir() -> Path:
    """Return the folder of the executable, or of the source tree."""
    return Path(sys.executable).parent if is_frozen() else _package().parent


def _package() -> Path:
    return Path(medscan_gui.__file__).resolve().parent


def _built_in() -> Path:
    """Return the folder of the program's data files; PyInstaller says where in `sys._MEIPASS`."""
    return Path(str(getattr(sys, "_MEIPASS", program_dir())))


def find_paths(data_dir: Path | None = None, environment: Mapping[str, str] = os.environ) -> Paths:
    """Find all places. `data_dir`, or else MEDSCAN_DATA_DIR, overrides where data are kept."""
    program = program_dir()
    portable = (program / MARKER).is_file()
    mode: Mode = "portable" if portable else "installed" if is_frozen() else "development"
    if data_dir is None and environment.get(DATA_DIR_VARIABLE):
        data_dir = Path(environment[DATA_DIR_VARIABLE])
    read_only = False
    if data_dir is not None:
        data = data_dir.absolute()
        reports = data / "reports"
    elif portable and is_writable(program / "data"):
        data = program / "data"
        reports = program / "reports"
    else:
        read_only = portable
        data = platformdirs.user_data_path(_APP, appauthor=False)
        reports = platformdirs.user_documents_path() / _APP
    return Paths(
        mode=mode,
        program_dir=program,
        resources=_built_in() / "resources",
        signatures=_signatures(program),
        data_dir=data,
        reports_dir=reports,
        log_file=data / "medscan.log",
        policy_file=_policy_file(environment),
        portable_read_only=read_only,
    )


def _signatures(program: Path) -> Path:
    """Signatures beside the program, put there by an update, win over those it was built with."""
    beside = program / "signatures"
    return beside if beside.is_dir() else _built_in() / "signatures"


def _policy_file(environment: Mapping[str, str]) -> Path:
    if sys.platform == "win32":
        return Path(environment.get("ProgramData", r"C:\ProgramData")) / _APP / "policy.json"
    else:  # noqa: RET505  # a branch for each platform, as the type checker reads it
        return Path("/etc/medscan/policy.json")


def is_writable(folder: Path) -> bool:
    """Say whether files can be kept in `folder` (made if need be): only trying tells, on a protected key."""
    probe = folder / f"probe-{uuid.uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with probe.open("wb") as stream:
                stream.write(b"MedScan")
                stream.flush()
                os.fsync(stream.fileno())
        finally:
            probe.unlink(missing_ok=True)
    except OSError:
        return False
    return True
