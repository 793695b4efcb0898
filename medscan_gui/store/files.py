"""Small things about files that stores share."""

import os
import sys
from contextlib import suppress
from pathlib import Path


def free_name(path: Path) -> Path:
    """Return `path`, or the first of ``name-2``, ``name-3``… that does not exist."""
    candidate, number = path, 1
    while os.path.lexists(candidate):
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut. Windows offers no such call; some file systems refuse."""
    if sys.platform != "win32":
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
