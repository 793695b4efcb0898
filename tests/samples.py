"""Inert samples made at run time, and ways to make the operating system refuse for real."""

import os
import shutil
import sys
from pathlib import Path


def eicar() -> bytes:
    """The standard anti-virus test file (eicar.org), put together so that no scanner eats this source."""
    return "".join(("X5O!P%@AP[4\\PZX54(P^)7CC)7}", "$EICAR-STANDARD-", "ANTIVIRUS-TEST-", "FILE!$H+H*")).encode()


def fill(folder: Path, files: int, *, per_folder: int = 200) -> None:
    """Write many small harmless files, each different."""
    for number in range(files):
        place = folder / f"{number // per_folder:04d}"
        if number % per_folder == 0:
            place.mkdir(parents=True)
        (place / f"note-{number}.txt").write_bytes(b"harmless text %d\n" % number * (1 + number % 40))


def without_override(command: list[str]) -> list[str] | None:
    """Return `command` such that file permissions bind it even if the tests run as root.

    None where the system has no way to do that; an ordinary user needs none.
    """
    if sys.platform == "win32":
        return None
    if os.geteuid() != 0:
        return command
    if setpriv := shutil.which("setpriv"):
        return [setpriv, "--bounding-set=-dac_override,-dac_read_search", *command]
    return None


def payload() -> bytes:
    """The inert content of all format samples: plain words with a marker that only a test rule looks for."""
    marker = "-".join(("MEDSCAN", "INERT", "PAYLOAD", "5D1C8E0A"))
    return f"{marker}\nThis text is harmless. It stands for what a scanner has to find inside of containers.\n".encode()
