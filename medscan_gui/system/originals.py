"""Careful handling of single files on a scanned device: read, remove, put back, settle after a kill.

An original is opened below its target without following a link, and removed by what it is, not by its name. Whatever
fails, it is under its own name again, or the OriginalError says where it is (`place`).
"""

import sys

from medscan_gui.system.files.own_names import aside_name
from medscan_gui.system.files.problems import OriginalError, Place

if sys.platform == "win32":
    from medscan_gui.system.files.windows_original import Original, open_original
    from medscan_gui.system.files.windows_restoring import restore
    from medscan_gui.system.files.windows_settling import settle
else:
    from medscan_gui.system.files.posix_original import Original, open_original
    from medscan_gui.system.files.posix_restoring import restore
    from medscan_gui.system.files.posix_settling import settle

__all__ = ["Original", "OriginalError", "Place", "aside_name", "open_original", "restore", "settle"]
