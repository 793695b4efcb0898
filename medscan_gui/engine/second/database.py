"""ClamAV's folder of signatures: what stands for the set, and how much memory it takes."""

import hashlib
from pathlib import Path

import psutil

from medscan_gui.core.messages import Message
from medscan_gui.core.opinion import ENGINE_NAMES
from medscan_gui.engine.second.base import Unusable

#: The head of a database file (512 bytes) holds version, number of signatures, the MD5 of the rest and a signature.
_HEAD = 512
#: Other files are hashed whole up to this many bytes.
_WHOLE = 4 << 20

#: Loaded signatures took some 5.3 bytes of memory for each byte of the database files (1.2 GiB for 225 MB).
_MEMORY_FACTOR = 6
_MEMORY_BASE = 100 << 20
#: Official databases are compressed; lists of one's own are not, and take about as much as a compressed file would.
_MB = 1 << 20


def fingerprint(folder: Path | None) -> str:
    """Return a SHA-256 that changes when the signatures do; "" if the folder cannot be read."""
    if folder is None:
        return ""
    digest = hashlib.sha256()
    try:
        for file in sorted(path for path in folder.iterdir() if path.is_file()):
            size = file.stat().st_size
            with file.open("rb") as stream:
                part = stream.read(_WHOLE if size <= _WHOLE else _HEAD)
            digest.update(f"{file.name}\0{size}\0".encode("utf-8", "surrogateescape"))
            digest.update(hashlib.sha256(part).digest())
    except OSError:
        return ""
    return digest.hexdigest()


def check_memory(folder: Path | None, engine: str) -> None:
    """Raise Unusable if this computer has not the free memory that the signatures take: devices must go on working."""
    needed = _MEMORY_BASE + _MEMORY_FACTOR * _size(folder)
    free = psutil.virtual_memory().available
    if free < needed:
        name = ENGINE_NAMES[engine]
        raise Unusable(Message.of("second.no_memory", engine=name, needed=needed // _MB, free=free // _MB))


def _size(folder: Path | None) -> int:
    if folder is None:
        return 0
    try:
        return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    except OSError:
        return 0
