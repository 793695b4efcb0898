"""A scan that follows another one: what it says together with the scan before.

It verifies a clean-up, or reads what was locked once more, with passwords.
"""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.device import Target
from medscan_gui.core.finding import Finding, ItemProblem
from medscan_gui.core.messages import Message
from medscan_gui.core.names import path_of, raw_bytes, rebased
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.verdict import Evidence, doubts
from medscan_gui.core.words import Fate, Outcome, Place


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

    What was locked is no more a doubt of the scan before: the new one says what has become of it.
    """
    locked = locked_items(record)
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
    roots = real_roots(record.target)
    files = dict.fromkeys(real_path(problem.chain[0], roots) for problem in locked)
    return FollowUp(
        record=msgspec.structs.replace(record, evidence=msgspec.structs.replace(record.evidence, coverage=coverage)),
        findings=record.findings,
        places=tuple(files),
        action="",
        roots=roots,
    )


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
