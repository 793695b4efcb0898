"""Definitions of autostart entries of Windows, and the files that they start."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform == "win32"  # noqa: S101

import os
from collections.abc import Iterator
from pathlib import Path

from medscan_gui.core.names import raw_bytes
from medscan_gui.engine import limits
from medscan_gui.engine.content import EndedError, Folder, checked_status
from medscan_gui.engine.identity import UNKNOWN
from medscan_gui.engine.live.autostart.meanings_windows import MEANINGS
from medscan_gui.engine.live.autostart.programs_windows import files_of
from medscan_gui.engine.live.autostart.registry_windows import RunningRegistry
from medscan_gui.engine.places import split
from medscan_gui.engine.protocol import OfAutostart


def definition_of(entry: OfAutostart) -> bytes:
    """Return the content of an entry, one byte more than `limits.DEFINITION_BYTES` at most. Raises OSError."""
    if entry.kind == "registry":
        return _value(entry)
    folder = Folder()
    directory, name = split(entry.path)
    folder.enter(directory, UNKNOWN)
    try:
        descriptor = folder.open(name)
        try:
            checked_status(descriptor)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                return file.read(limits.DEFINITION_BYTES + 1)
        finally:
            os.close(descriptor)
    except EndedError as error:
        raise OSError("no file any more") from error
    finally:
        folder.close()


def _value(entry: OfAutostart) -> bytes:
    key, name = (part.decode("utf-8", "surrogatepass") for part in (entry.path, entry.value))
    for known, content in RunningRegistry().values(key):
        if known == name:
            return content
    raise FileNotFoundError(2, "the value is gone")


def targets_of(entry: OfAutostart, definition: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the files that a definition starts, twice each: a Windows is only read where it runs."""
    meaning = MEANINGS.get(entry.kind)
    for command in meaning(definition) if meaning else ():
        for path in files_of(command, os.environ, _exists):
            raw = raw_bytes(path)
            yield raw, raw


def _exists(path: str) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False
