"""The file of what was found clean on one computer; replaced as a whole, and worth nothing but time."""

import hashlib
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from medscan_gui.core.known_clean import MOST_BYTES, KnownClean, block_of

_FOLDER = "known-clean"


def known_clean_file(data_dir: Path, machine: str) -> Path:
    """Return the file for the computer of that identity."""
    return data_dir / _FOLDER / f"{hashlib.sha256(machine.encode()).hexdigest()[:32]}.bin"


def remember_clean(file: Path, context: bytes, keys: Collection[bytes]) -> bool:
    """Add keys to what is known; False if that failed: the next scan then reads more."""
    try:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        block = block_of(context, _read(file, context).with_more(keys))
        new = file.with_suffix(".new")
        new.write_bytes(block)
        os.replace(new, file)  # noqa: PTH105  # atomic on every system
    except OSError:
        with suppress(OSError):
            file.with_suffix(".new").unlink()
        return False
    return True


def _read(file: Path, context: bytes) -> KnownClean:
    try:
        with file.open("rb") as stream:
            return KnownClean(stream.read(MOST_BYTES + 1), context)
    except OSError:
        return KnownClean(b"", context)
