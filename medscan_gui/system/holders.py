"""Who has a file in use: runs from it, has it mapped, or has it open.

On Linux a removed program goes on running; on Windows it cannot be removed. In both cases the operator is told which
one it is, before anything is removed.
"""

import sys

from medscan_gui.system.files.holder import Holder

if sys.platform == "win32":
    from medscan_gui.system.holders_windows import HeldFiles
else:
    from medscan_gui.system.holders_linux import HeldFiles

__all__ = ["HeldFiles", "Holder"]
