"""Files that leave: written whole or not at all."""

import contextlib
import os
from pathlib import Path

from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown


def write_whole(file: Path, content: bytes) -> None:
    """Write a file, replacing an old one only once the new one is complete.

    Raises MedScanError with a sentence if it cannot be written.
    """
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(file)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        with contextlib.suppress(OSError, ValueError):
            unfinished.unlink(missing_ok=True)
        detail = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise MedScanError(Message.of("export.not_written", file=shown(str(file), 300), detail=detail)) from error
