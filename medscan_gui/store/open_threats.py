"""Which threats of a device are still open: a clean scan of one folder does not clear the whole disk.

Each place (target) of a device keeps its sources: how many threats which scan left there, and how
many files which restoration put back. The rules:

- A scan that found threats is a source for its place: as many as are neither removed nor accepted.
- A scan that ran to its end and left nothing unread closes every source of the places that its
  target covers. If the device's card let it look only at the headers of some folders, it closes only
  what scans with the same folders had found: what a whole scan found there may still be there.
- A quick scan of a computer closes only what quick scans of it had found, and what was found in a computer, which
  may be in its memory, is closed only by a scan of the computer.
- The scan that verifies a clean-up read only some folders, so it closes nothing by what it did not
  find. It takes the place of the one source that it accounts for, the scan it follows, with what is
  left of it. If it does not account for all of that scan's threats (it was cut off), that source stays.
- A restoration is a source: the files that are, or may be, back on the device. Those of a removable medium are
  back in their own place, elsewhere below what was scanned, or, since a volume may be mounted elsewhere by then,
  in a place that ends as their own does within the volume; anywhere else they are off the medium. Those of
  anything else are back wherever they were put: for all that is known, that is the same computer. Any
  complete scan that covers what was scanned closes the source.
- What MedScan settles by itself changes nothing, but for files that turn out to be restored: they are a source,
  as a restoration is.
- Open are the most that one scan left, since several scans find the same threats, and all that was
  restored. Where this counts a threat twice, the next complete scan puts it right.

When in doubt, a threat stays open. Pure functions.
"""

import hashlib
import re
from collections.abc import Mapping

import msgspec

from medscan_gui.core import verdict
from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ItemResult
from medscan_gui.core.device import Target
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Cause, Stop, TargetKind

_SEPARATORS = (b"/", b"\\")

#: Why a file of a settling is done: it turned out to be restored.
SETTLED_RESTORED = "clean_up.settled_restored"

#: A place from the root of a file system, as `_comparable` has it.
_ABSOLUTE = re.compile(rb"/|[a-z]:/")

#: Sources of one place that are kept apart; of older ones only the number is known, and only a
#: complete scan closes it.
SOURCES_KEPT = 50


class Source(msgspec.Struct, frozen=True):
    """Threats that one scan left open in a place, or files that one restoration put back there."""

    #: The scan or the action; "" for older ones together.
    id: str
    threats: int
    restored: bool = False
    #: Digest of the folders of which that scan, by the device's card, only looked at headers; "" if none.
    folders: str = ""


class OpenThreats(msgspec.Struct, frozen=True):
    """What is open in one place. `sources` are never empty, the latest last."""

    target: Target
    sources: tuple[Source, ...]

    @property
    def threats(self) -> int:
        """How many threats are open here."""
        found, restored = _together(self.sources)
        return found + restored


def _together(sources: tuple[Source, ...]) -> tuple[int, int]:
    found = max((source.threats for source in sources if not source.restored), default=0)
    return found, sum(source.threats for source in sources if source.restored)


def target_key(target: Target) -> bytes:
    """Return what makes two targets the same place: a volume is known by its id, wherever it is mounted."""
    paths: tuple[bytes, ...] = target.paths
    if target.kind is TargetKind.VOLUME and target.volume_id:
        paths = ()
    facts: tuple[object, ...] = (target.kind.value, target.volume_id, paths)
    if target.quick:
        facts = (*facts, target.depth.value)
    return hashlib.sha256(msgspec.json.encode(facts)).digest()


def covers(wide: Target, narrow: Target) -> bool:
    """Say whether everything in `narrow` is in `wide`; when in doubt, it is not."""
    if target_key(wide) == target_key(narrow):
        return True
    if wide.quick or (narrow.kind is TargetKind.COMPUTER and wide.kind is not TargetKind.COMPUTER):
        return False  # a quick scan leaves most files out, and what a computer holds besides files is read of it alone
    if wide.removable != narrow.removable or (wide.volume_id != narrow.volume_id and wide.volume_id):
        return False
    return all(any(_is_below(path, root) for root in wide.paths) for path in narrow.paths)


def _is_below(path: bytes, root: bytes) -> bool:
    if path == root:
        return True
    rest = path[len(root) :]
    return path.startswith(root) and (root.endswith(_SEPARATORS) or rest[:1] in _SEPARATORS)


def threats_left(record: ScanRecord) -> int:
    """Return how many threats this scan found that are neither removed nor accepted."""
    return max(0, verdict.threats_left(record.evidence))


def after_scan(known: Mapping[bytes, OpenThreats], record: ScanRecord) -> dict[bytes, OpenThreats]:
    """Return the open threats of a device after this scan of it."""
    left = Source(record.id, threats_left(record), folders=_folders(record))
    if record.follows:
        return _put(known, record.target, left, replacing=_accounted_for(known, record))
    return _put(_not_cleared(known, record), record.target, left)


def after_action(known: Mapping[bytes, OpenThreats], action: ActionRecord) -> dict[bytes, OpenThreats]:
    """Return the open threats of a device after this action on it has ended."""
    if action.kind not in {ActionKind.RESTORE, ActionKind.SETTLE}:
        return dict(known)
    back = sum(_is_restored(item, action.kind) and _is_back(item, action.target) for item in action.items)
    return _put(known, action.target, Source(action.id, back, restored=True))


def _is_restored(item: ActionItem, kind: ActionKind) -> bool:
    """Say whether a file was, or may have been, put back; what a settling leaves in doubt was in doubt before."""
    if kind is ActionKind.RESTORE:
        return item.result is not ItemResult.NOT_DONE
    return item.result is ItemResult.DONE and item.why is not None and item.why.code == SETTLED_RESTORED


def _is_back(item: ActionItem, target: Target) -> bool:
    if not item.place or item.place in item.chain[:1] or not target.removable:
        return True
    place = _comparable(item.place)
    if b".." in place.split(b"/") or not _ABSOLUTE.match(place):
        return True  # nobody knows where that is
    roots = [_comparable(root) for root in target.paths]
    if any(_is_below(place, root) for root in roots):
        return True
    insides = [_inside(_comparable(path), root) for path in item.chain[:1] for root in roots]
    return target.kind is TargetKind.VOLUME and any(inside and place.endswith(inside) for inside in insides)


def _comparable(path: bytes) -> bytes:
    """Return a path in a form in which two names of one place are equal rather than not."""
    return path.replace(b"\\", b"/").removeprefix(b"//?/").lower()


def _inside(path: bytes, root: bytes) -> bytes:
    """Return what follows the root in a path, with its separator; b"" if the path is not below the root."""
    return b"/" + path[len(root) :].lstrip(b"/") if path != root and _is_below(path, root) else b""


def _put(
    known: Mapping[bytes, OpenThreats], target: Target, new: Source, *, replacing: str = ""
) -> dict[bytes, OpenThreats]:
    """Enter a source in its place, instead of what it said before and of the source `replacing`."""
    after, key = dict(known), target_key(target)
    before = after.pop(key, None)
    gone = {new.id, replacing} - {""}
    sources = [source for source in (before.sources if before else ()) if source.id not in gone]
    if new.threats > 0:
        sources.append(new)
    if sources:
        after[key] = OpenThreats(target, _bounded(tuple(sources)))
    return after


def _bounded(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    if len(sources) <= SOURCES_KEPT:
        return sources
    newest = SOURCES_KEPT - 2
    found, restored = _together(sources[:-newest])
    older = (Source("", found), Source("", restored, restored=True))
    return (*(source for source in older if source.threats), *sources[-newest:])


def _accounted_for(known: Mapping[bytes, OpenThreats], record: ScanRecord) -> str:
    """Return the scan that this one follows if it says what became of all its threats; "" otherwise."""
    place = known.get(target_key(record.target))
    first = [source for source in (place.sources if place else ()) if source.id == record.follows]
    whole = record.evidence.ended and all(source.threats <= record.evidence.threats_found for source in first)
    return record.follows if whole else ""


def _not_cleared(known: Mapping[bytes, OpenThreats], record: ScanRecord) -> dict[bytes, OpenThreats]:
    """Return what stays open although this scan did not find it."""
    if record.stop is not Stop.COMPLETED or record.coverage.items_not_read != 0:
        return dict(known)
    after = {}
    for key, place in known.items():
        sources = place.sources
        if covers(record.target, place.target):
            sources = tuple(source for source in sources if not _looked_for(source, record))
        if sources:
            after[key] = OpenThreats(place.target, sources)
    return after


def _looked_for(source: Source, record: ScanRecord) -> bool:
    """Say whether a complete scan of the place would have found again what this source had found."""
    whole = not any(line.cause is Cause.FOLDER_OF_CARD and line.items for line in record.coverage.lines)
    return whole or source.restored or source.folders == _folders(record)


def _folders(record: ScanRecord) -> str:
    folders = record.card.card.headers_only if record.card else ()
    if not folders:
        return ""
    return hashlib.sha256(msgspec.json.encode(sorted(set(folders)))).hexdigest()[:32]
