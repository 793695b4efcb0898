"""Which autostart entries a system has."""

import sys
from collections.abc import Iterator

from medscan_gui.engine.live.listing import Seen


def entries(root: bytes) -> Iterator[Seen]:
    """List the autostart entries of the running system, or of the one below `root` (raw path). Raises OSError."""
    if sys.platform == "win32":
        from medscan_gui.engine.live.autostart.places_windows import entries_of_windows

        return entries_of_windows()
    else:  # noqa: RET505  # a branch for each platform, as the type checker reads it
        from medscan_gui.engine.live.autostart.places_linux import entries_of_linux

        return entries_of_linux(root)
