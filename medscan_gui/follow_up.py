"""A scan that follows another one: what it says together with the scan before.

It verifies a clean-up, or reads what was locked once more, with passwords.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.coverage import Coverage
from medscan_gui.core.device import Target
from medscan_gui.core.finding import FileIdentity, Finding, ItemProblem
from medscan_gui.core.messages import Message
from medscan_gui.core.names import parent_of, path_of, raw_bytes, rebased, shown_chain
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.verdict import Evidence, doubts
from medscan_gui.core.words import Fate, Outcome, Place
from medscan_gui.engine.identity import FileSystems
from medscan_gui.engine.reaching import Roots


class LockedFile(msgspec.Struct, frozen=True):
    """A file in which something is locked, as the scan before read it: its real path, which file it is, its bytes."""

    path: bytes
    identity: FileIdentity
    size: int


class FollowUp(msgspec.Struct, frozen=True, kw_only=True):
    """What a scan that follows another one builds on.

    `record` is the scan before, `findings` are its findings with what became of each, `places` the folders (or
    files) to read again, by their real names, `action` the id of the clean-up that is verified, if there was one.
    `troubles` are doubts of the clean-up. `roots` are the target's paths as they were given, each with where it
    really led.
    """

    record: ScanRecord
    findings: tuple[Finding, ...]
    places: tuple[bytes, ...]
    action: str
    roots: tuple[tuple[bytes, bytes], ...] = ()
    troubles: tuple[Message, ...] = ()
    #: Of a scan that reads locked files again: these, whose doubts are left to it. `places` are theirs.
    locked: tuple[LockedFile, ...] = ()


class Threats(msgspec.Struct, frozen=True, kw_only=True):
    """The threats of two scans together."""

    findings: tuple[Finding, ...]
    found: int
    removed: int
    accepted: int


def with_acceptance(finding: Finding, accepted: Mapping[str, Acceptance]) -> Finding:
    """Return the finding as accepted, if the hospital accepts this very content and it is still in place."""
    if finding.fate is Fate.IN_PLACE and finding.content and finding.content in accepted:
        return msgspec.structs.replace(finding, fate=Fate.ACCEPTED, why=None)
    return finding


def joined(follow_up: FollowUp, seen: Sequence[Finding], seen_count: int) -> Threats:
    """Return the first scan's threats with what the second one saw: what came back is in place, what is new counts.

    `seen_count` counts all that was seen, of which `seen` may list only a part; what is not listed counts as new.
    """
    first = follow_up.record
    fates = list(follow_up.findings)
    waiting: dict[tuple[tuple[bytes, ...], str], list[int]] = {}
    for index, found in enumerate(fates):
        waiting.setdefault((found.chain, found.rule), []).append(index)
    new: list[Finding] = []
    for raw in seen:
        found = raw if (raw.chain, raw.rule) in waiting else _as_shown(raw, follow_up.roots)
        # One archive may hold two members of one name: each is met once.
        if known := waiting.get((found.chain, found.rule)):
            index = known.pop(0)
            fates[index] = _seen_again(fates[index], found)
        else:
            new.append(found)
    findings = (*fates, *new)
    unlisted_accepted = max(0, first.evidence.threats_accepted - _count(first.findings, Fate.ACCEPTED))
    return Threats(
        findings=findings,
        found=first.evidence.threats_found + len(new) + max(0, seen_count - len(seen)),
        removed=_count(findings, Fate.REMOVED),
        accepted=_count(findings, Fate.ACCEPTED) + unlisted_accepted,
    )


def _as_shown(found: Finding, roots: Sequence[tuple[bytes, bytes]]) -> Finding:
    """Return a finding under the path by which the first scan knew it."""
    path, *members = found.chain
    for given, real in roots:
        if given != real and (known := rebased(path, real, given)) is not None:
            return msgspec.structs.replace(found, chain=(known, *members))
    return found


def real_path(path: bytes, roots: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return where a path of a target really leads; `roots` as in `FollowUp`."""
    return next((real for root in roots if (real := rebased(path, *root)) is not None), path)


def real_roots(target: Target) -> tuple[tuple[bytes, bytes], ...]:
    """Return each path of a target as it was given, with where it really leads."""
    return tuple((root, raw_bytes(os.path.realpath(path_of(root)))) for root in target.paths)


def locked_items(record: ScanRecord) -> tuple[ItemProblem, ...]:
    """Return the items of files that a password may open, as far as the record lists them."""
    return tuple(
        problem for problem in record.problems if problem.outcome is Outcome.ENCRYPTED and problem.place is Place.FILE
    )


def unlocking(record: ScanRecord) -> FollowUp:
    """Return what a scan builds on that reads the locked files of `record` once more, with passwords.

    What was locked is no more a doubt of the scan before: the new one says what has become of it. That holds only of
    files that are still there as they were read; what was locked in any other stays a doubt. `places` are empty if
    there is no such file.
    """
    roots = real_roots(record.target)
    files = same_files(_locked_files(locked_items(record), roots), roots)
    still = {file.path for file in files}
    locked = [problem for problem in locked_items(record) if real_path(problem.chain[0], roots) in still]
    gone = Counter((problem.outcome, problem.cause) for problem in locked)
    coverage = record.coverage
    lines = tuple(
        msgspec.structs.replace(line, items=line.items - gone[line.outcome, line.cause]) for line in coverage.lines
    )
    coverage = msgspec.structs.replace(
        coverage,
        lines=tuple(line for line in lines if line.items != 0),
        items_counted=coverage.items_counted - gone.total(),
    )
    return FollowUp(
        record=msgspec.structs.replace(record, evidence=msgspec.structs.replace(record.evidence, coverage=coverage)),
        findings=record.findings,
        places=tuple(file.path for file in files),
        action="",
        roots=roots,
        locked=files,
    )


def _locked_files(locked: Iterable[ItemProblem], roots: Sequence[tuple[bytes, bytes]]) -> tuple[LockedFile, ...]:
    """Return the files of locked items of which it is known, and beyond doubt, which they were."""
    known: dict[bytes, set[LockedFile | None]] = {}
    for item in locked:
        path = real_path(item.chain[0], roots)
        file = LockedFile(path, item.identity, item.size) if item.identity is not None else None
        known.setdefault(path, set()).add(file)
    return tuple(file for files in known.values() if len(files) == 1 and (file := next(iter(files))) is not None)


def same_files(files: Iterable[LockedFile], roots: Sequence[tuple[bytes, bytes]]) -> tuple[LockedFile, ...]:
    """Return those of the files that are where they were, and as they were: no link, no copy, nothing written."""
    systems = FileSystems()
    below = Roots(tuple(folder_of(real) for _shown, real in roots), systems)
    return tuple(file for file in files if _is_same(file, below, systems))


def _is_same(file: LockedFile, below: Roots, systems: FileSystems) -> bool:
    try:
        status = below.reach(file.path).status
    except (OSError, ValueError):
        return False
    is_file = stat.S_ISREG(status.st_mode)
    return is_file and (systems.opened(status), status.st_size) == (file.identity, file.size)


def folder_of(root: bytes) -> bytes:
    """Return the folder below which a target's files are: itself, or that of a single file."""
    return root if os.path.isdir(path_of(root)) else parent_of(root)  # noqa: PTH112  # raw names


def doubt_of_unlocking(follow_up: FollowUp, coverage: Coverage) -> Message | None:
    """Return what makes the second reading of locked files no proof, if anything does; `coverage` is that reading's.

    The files must be now what they were before it, or something else may have been read; and each must have been read
    or be a doubt of its own.
    """
    same = same_files(follow_up.locked, follow_up.roots)
    changed = sorted({file.path for file in follow_up.locked} - {file.path for file in same})
    if changed:
        return Message.of("unlock.changed_meanwhile", file=shown_chain((changed[0],)))
    files = coverage.items_counted - coverage.members
    if files != len(follow_up.locked) or coverage.items_accepted:
        return Message.of("unlock.not_all_read")
    return None


def _seen_again(known: Finding, found: Finding) -> Finding:
    if known.fate is Fate.REMOVED:
        return msgspec.structs.replace(found, why=Message.of("clean_up.came_back"), entry=known.entry)
    if known.fate is Fate.ACCEPTED and found.fate is not Fate.ACCEPTED:
        return found  # other content under the same name
    return known


def _count(findings: Iterable[Finding], fate: Fate) -> int:
    return sum(found.fate is fate for found in findings)


def earlier_evidence(evidence: Evidence, follow_up: FollowUp) -> Evidence:
    """Return the evidence of the verifying scan with what the first scan proves, and what it lacks."""
    first = follow_up.record.evidence
    return msgspec.structs.replace(
        evidence,
        earlier_doubts=tuple(dict.fromkeys((*doubts(first), *follow_up.troubles))),
        earlier_items_read=max(0, first.coverage.items_read) + max(0, first.earlier_items_read),
    )
