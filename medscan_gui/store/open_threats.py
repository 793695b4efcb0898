"""Which threats of a device are still open: a clean scan of one folder does not clear the whole disk.

A threat stays open until a scan that ran to its end, over a place that contains the one where the
threat was found, no longer finds it. Pure functions.
"""

import hashlib
from collections.abc import Mapping

import msgspec

from medscan_gui.core.device import Target
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Stop, TargetKind

_SEPARATORS = (b"/", b"\\")


class OpenThreats(msgspec.Struct, frozen=True):
    """How many threats were last found in one place and not removed."""

    target: Target
    threats: int


def target_key(target: Target) -> bytes:
    """Return what makes two targets the same place: a volume is known by its id, wherever it is mounted."""
    paths: tuple[bytes, ...] = target.paths
    if target.kind is TargetKind.VOLUME and target.volume_id:
        paths = ()
    return hashlib.sha256(msgspec.json.encode((target.kind.value, target.volume_id, paths))).digest()


def covers(wide: Target, narrow: Target) -> bool:
    """Say whether everything in `narrow` is in `wide`; when in doubt, it is not."""
    if target_key(wide) == target_key(narrow):
        return True
    if wide.removable != narrow.removable or (wide.volume_id != narrow.volume_id and wide.volume_id):
        return False
    return all(any(_is_below(path, root) for root in wide.paths) for path in narrow.paths)


def _is_below(path: bytes, root: bytes) -> bool:
    if path == root:
        return True
    rest = path[len(root) :]
    return path.startswith(root) and (root.endswith(_SEPARATORS) or rest[:1] in _SEPARATORS)


def threats_left(record: ScanRecord) -> int:
    """Return how many threats this scan found that are not removed."""
    return max(0, record.evidence.threats_found - max(0, record.evidence.threats_removed))


def after_scan(known: Mapping[bytes, OpenThreats], record: ScanRecord) -> dict[bytes, OpenThreats]:
    """Return the open threats of a device after this scan of it."""
    left = threats_left(record)
    key = target_key(record.target)
    complete = record.stop is Stop.COMPLETED and record.coverage.items_not_read == 0
    after = {
        place: open_ for place, open_ in known.items() if not (complete and covers(record.target, open_.target))
    }
    before = after.get(key)
    worst = max(left, before.threats if before else 0)
    if worst:
        after[key] = OpenThreats(record.target, worst)
    return after
