"""Opens a file with the program that the system keeps for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown


def open_file(path: Path) -> None:
    """Show `path` with the system's viewer, without waiting for it. Raises MedScanError if there is none."""
    if not path.exists():
        raise _no_viewer(path)
    try:
        if sys.platform == "win32":
            os.startfile(path.absolute())  # noqa: S606  # a report that we wrote
        else:
            _open_with_desktop(path)
    except (OSError, subprocess.SubprocessError) as error:
        raise _no_viewer(path) from error


def _open_with_desktop(path: Path) -> None:
    opener = shutil.which("xdg-open")
    if opener is None:
        raise _no_viewer(path)
    # xdg-open hands over to the desktop and ends; `wait` in a thread of its own would outlive small scripts.
    subprocess.run(
        [opener, str(path.absolute())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        timeout=_HAND_OVER_SECONDS,
        check=True,
    )


_HAND_OVER_SECONDS = 10.0


def _no_viewer(path: Path) -> MedScanError:
    return MedScanError(Message.of("system.no_viewer", file=shown(str(path), 200)))
