"""Sectors outside of files: which disks there are, and reading them. Disks are opened for reading and nothing else."""

import errno
import sys
from collections.abc import Iterator

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.live.listing import Listed, Seen
from medscan_gui.engine.live.partition_table import parts_of
from medscan_gui.engine.live.stretches import Part, stretches_of
from medscan_gui.engine.protocol import OfDisk, PassedOver, Trouble
from medscan_gui.engine.troubles import ending_of

if sys.platform == "win32":
    from medscan_gui.engine.live.disks_windows import known_disks, probe, read_disk
else:
    from medscan_gui.engine.live.disks_linux import known_disks, probe, read_disk

#: An empty card reader, a drive without a disk.
_NO_MEDIUM = frozenset({errno.ENXIO, getattr(errno, "ENOMEDIUM", errno.ENXIO), getattr(errno, "EMEDIUMTYPE", -1)})
#: ERROR_NOT_READY, ERROR_NO_MEDIA_IN_DRIVE (winerror.h).
_NO_MEDIUM_WINDOWS = frozenset({21, 1112})


def stretches(paths: tuple[bytes, ...]) -> Iterator[Seen]:
    """List the sectors outside of files of all disks, or of those that hold `paths`. Raises OSError.

    Without the right to read disks, that is said once: of this computer as a trouble, of a single medium as what its
    scan leaves out.
    """
    closed: list[tuple[bytes, OSError]] = []
    for path, size, parts in known_disks(paths):
        try:
            probe(path)
        except PermissionError as error:
            closed.append((path, error))
            continue
        except OSError as error:
            if not _is_empty(error):
                yield Trouble(b"disk: " + path, *ending_of(error))
            continue
        for what, start, end in stretches_of(size, parts or _told_parts(path, size)):
            yield Listed(b"disk: %s (%s)" % (path, what), end - start, OfDisk(path, start, end))
    if closed and paths:
        yield PassedOver(Cause.ADMINISTRATOR_ONLY, len(closed))
    elif closed:
        names = b"disks: " + b", ".join(path for path, _error in closed)
        yield Trouble(names[:1000], Outcome.UNREADABLE, Cause.NO_PERMISSION, ending_of(closed[0][1])[2])


def _told_parts(path: bytes, size: int) -> list[Part]:
    """Return what a disk itself tells, where the system knows of no partitions (it need not look for any)."""
    try:
        return parts_of(lambda place, length: read_disk(path, place, place + length), size)
    except (OSError, OverflowError):
        return []


def _is_empty(error: OSError) -> bool:
    return error.errno in _NO_MEDIUM or (getattr(error, "winerror", None) or 0) in _NO_MEDIUM_WINDOWS


def read_sectors(sectors: OfDisk) -> bytes:
    """Return the content of some sectors. Raises OSError; what lies behind the end of the disk is not there."""
    return read_disk(sectors.disk, sectors.first, sectors.end)
