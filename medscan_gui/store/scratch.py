"""A folder of MedScan's own for members of containers that do not fit into memory.

It lies beside the journal, so never on a medium that is scanned for somebody. The engine's files in it have no name
(on Windows: go when they are closed); what a power cut left behind goes before the next scan.
"""

from contextlib import suppress
from pathlib import Path

from medscan_gui.core.names import raw_bytes

_NAME = "scratch"


def scratch_folder(data_dir: Path) -> bytes:
    """Return the raw path of the folder, made and emptied; b"" where there can be none."""
    folder = data_dir / _NAME
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink():
            return b""
        for left in folder.iterdir():
            with suppress(OSError):  # in use by another scan
                left.unlink()
    except OSError:
        return b""
    return raw_bytes(str(folder))
