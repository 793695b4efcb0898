"""Definitions of autostart entries of Linux, and where the files lie that they start."""

import errno
import os
import re
import stat
from collections.abc import Iterator

from medscan_gui.engine import limits
from medscan_gui.engine.content import EndedError, Folder, checked_status
from medscan_gui.engine.identity import UNKNOWN
from medscan_gui.engine.live.autostart.meanings_linux import MEANINGS, SEARCHED, of_nothing
from medscan_gui.engine.live.autostart.rooted import within
from medscan_gui.engine.places import join, split
from medscan_gui.engine.protocol import OfAutostart

_HOME = re.compile(rb"^(?:~|\$HOME|\$\{HOME\}|%h)(?=/)")


def definition_of(entry: OfAutostart) -> bytes:
    """Return the text of an entry, one byte more than `limits.DEFINITION_BYTES` at most. Raises OSError."""
    folder = Folder()
    directory, name = split(entry.path)
    folder.enter(directory, UNKNOWN)
    try:
        descriptor = folder.open(name)
        try:
            checked_status(descriptor)
            return _content(descriptor)
        finally:
            os.close(descriptor)
    except EndedError as error:
        raise OSError(errno.ESTALE, "no file any more") from error
    finally:
        folder.close()


def _content(descriptor: int) -> bytes:
    parts: list[bytes] = []
    left = limits.DEFINITION_BYTES + 1
    while left > 0 and (part := os.read(descriptor, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def targets_of(entry: OfAutostart, definition: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the files that a definition starts: as its system calls them, and where they really lie."""
    for name in MEANINGS.get(entry.kind, of_nothing)(definition):
        if found := _resolved(name, entry):
            yield found


def _resolved(name: bytes, entry: OfAutostart) -> tuple[bytes, bytes] | None:
    """Return the file that a name means; None if there is none."""
    if entry.home:
        name = _HOME.sub(lambda _: entry.home, name)
    if not name or b"\0" in name or len(name) > limits.PATH_BYTES:
        return None
    candidates = (name,) if name.startswith(b"/") else tuple(join(folder, name) for folder in SEARCHED)
    for path in candidates:
        try:
            real = within(entry.root, path)
            if stat.S_ISREG(os.stat(real).st_mode):  # noqa: PTH116  # raw bytes
                return path, real
        except PermissionError:
            return path, path  # it is there, and opening it will say why it cannot be read
        except (OSError, ValueError):
            continue
    return None
