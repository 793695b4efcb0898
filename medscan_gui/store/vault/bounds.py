"""Do the facts of an entry hold only what a file can have? An entry edited by hand may hold anything.

What is refused here would be an error of the system's calls, or of ours, when the file is put back.
"""

import re
from itertools import chain

from medscan_gui.core.quarantine import FileFacts, VaultEntry

SIZES = range(2**63)
"""Sizes and offsets: off_t and LARGE_INTEGER."""
_TIMES = range(-(2**63) * 10**9, 2**63 * 10**9)
"""Nanoseconds, where a second has 64 bits (time_t; the times of NTFS are in it)."""
_MODES = range(2**16)
"""st_mode, its type of file included (sys/stat.h)."""
_ATTRIBUTES = range(2**32)
"""A DWORD (winnt.h)."""
_IDS = range(-1, 2**32 - 1)
"""uid_t and gid_t; -1 is none."""
_LINKS = range(2**32)
"""nNumberOfLinks is a DWORD, and Linux has fewer."""

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PATH = re.compile(rb"(?:/|[A-Za-z]:[/\\]|\\\\)[^\x00]*", re.DOTALL)
"""Absolute, of whatever system it was taken from."""
_STREAM = re.compile(r"[^\x00/\\]+", re.DOTALL)
"""NTFS has no stream whose name holds these; with them, it would be the name of another file."""


def is_digest(text: str) -> bool:
    """Say whether this is a SHA-256 as entries write it."""
    return _DIGEST.fullmatch(text) is not None


def are_possible(entry: VaultEntry) -> bool:
    """Say whether names, numbers and places of an entry are such as a file can have."""
    facts = entry.facts
    return _places_are_possible(entry) and _numbers_are_possible(facts) and _content_is_possible(facts)


def _is_path(path: bytes) -> bool:
    return _PATH.fullmatch(path) is not None


def _places_are_possible(entry: VaultEntry) -> bool:
    roots, restored_to = entry.target.paths, entry.restored_to
    return bool(roots) and all(map(_is_path, (entry.facts.path, *roots))) and (not restored_to or _is_path(restored_to))


def _numbers_are_possible(facts: FileFacts) -> bool:
    times = (facts.modified_ns, facts.accessed_ns, facts.created_ns)
    return (
        all(time in _TIMES for time in times)
        and facts.mode in _MODES
        and facts.attributes in _ATTRIBUTES
        and facts.uid in _IDS
        and facts.gid in _IDS
        and facts.links in _LINKS
    )


def _content_is_possible(facts: FileFacts) -> bool:
    return (
        facts.size in SIZES
        and (not facts.sha256 or is_digest(facts.sha256))
        and _are_regions(facts.extents, facts.size)
        and all(stream.size in SIZES and _STREAM.fullmatch(stream.name) for stream in facts.streams)
        and all(name and b"\x00" not in name for name, _value in facts.xattrs)
    )


def _are_regions(extents: tuple[tuple[int, int], ...], size: int) -> bool:
    """Say whether regions lie one behind the other within a file of this size."""
    ends = chain((0,), (offset + length for offset, length in extents))
    in_order = all(end <= offset and length >= 0 for end, (offset, length) in zip(ends, extents, strict=False))
    return in_order and (not extents or sum(extents[-1]) <= size)
