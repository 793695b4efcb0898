"""Bombs: each ends with an outcome that says so, and nothing comes out beyond what one file may unfold to."""

import gzip
import os
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.words import READ_OUTCOMES, Cause, Outcome
from medscan_gui.engine.limits import UnpackLimits
from medscan_gui.engine.match.yara_matcher import YaraMatcher
from medscan_gui.engine.unpack.base import Unpacking
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.source import MemorySource
from medscan_gui.engine.unpack.tree import Tree
from tests import bombs as common
from tests.engine.unpack.bombs import BOMBS, MB
from tests.engine.unpack.conftest import Look
from tests.samples import payload

#: Bounds small enough for a quick test: what is beyond them is a bomb.
_LIMITS = UnpackLimits(members=5_000, bytes_least=48 * MB, bytes_per_byte=1)
#: More than the bounds comes out at most once: one step of one decoder.
_ONE_STEP = 16 * MB

_RATIO = (Outcome.LIMIT_REACHED, Cause.RATIO)
_MEMBERS = (Outcome.LIMIT_REACHED, Cause.TOO_MANY_MEMBERS)
_MEMORY = (Outcome.LIMIT_REACHED, Cause.MEMORY)
_DAMAGED = (Outcome.DAMAGED, Cause.NONE)
_CUT_SHORT = (Outcome.DAMAGED, Cause.CUT_SHORT)
_TOO_DEEP = (Outcome.TOO_DEEP, Cause.NONE)
#: Not a bomb by what comes out: read to its end, in bounds.
_READ = (Outcome.SCANNED, Cause.NONE)

#: Of tests/bombs.py, those of the formats at hand.
_COMMON = {
    "nested-42.zip": _RATIO,
    "overlap-full.zip": _RATIO,
    "overlap-quoted.zip": _RATIO,
    "zeros.gz": _RATIO,
    "zeros.bz2": _RATIO,
    "zeros.xz": _RATIO,
    "zeros.zst": _RATIO,
    "window.zst": _MEMORY,
    "lying.zip": _RATIO,
    "deep.gz": _TOO_DEEP,
    "deep-and-wide.zip": _MEMBERS,
    "empty-entries.zip": _MEMBERS,
    "empty-files.tar.gz": _RATIO,
    "large.tar": _CUT_SHORT,
    "many.cpio": _MEMBERS,
}
_EXPECTED = _COMMON | {
    "zip, 300,000 empty entries": _MEMBERS,
    "zip, 300,000 headers without directory": _MEMBERS,
    "zip, 300,000 folders": _MEMBERS,
    "zip, 500 names of 64 kB": _READ,
    "zip, deflate64 overlap (6 GB)": _RATIO,
    "zip, 2,000 times called encrypted": _RATIO,
    "zip in itself": _DAMAGED,
    "zip, 500,000 marks": _CUT_SHORT,
    "gzip, 200,000 members": _READ,
    "lzma of zeros (320 MB)": _RATIO,
    "xz, dictionary of 3 GB": _MEMORY,
    "compress of zeros (2 GB)": _RATIO,
    "lz4 of zeros (1 GB)": _RATIO,
    "tar, hole of 2^62": _RATIO,
    "tar, 150,000 empty members": _MEMBERS,
    "tar, 100,000 links": _READ,
    "cpio, 100,000 broken headers": _DAMAGED,
    "ar, 300,000 empty members": _MEMBERS,
}
_MADE = {name: common.BOMBS[name] for name in _COMMON} | BOMBS


class _Unfolded(msgspec.Struct):
    told: set[tuple[Outcome, Cause]]
    members: int
    beyond: int


def _unfold(content: bytes, matcher: YaraMatcher, scratch: Path) -> _Unfolded:
    source = MemorySource(b"bomb", content)
    budget = Budget(_LIMITS, source.size, seconds=600)
    tree = Tree(matcher, Unpacking(limits=_LIMITS, budget=budget, scratch=os.fsencode(scratch)), lambda *_: None)
    ending = tree.open(source)
    assert not list(scratch.iterdir())
    told = {ending[:2], *(ending[:2] for _chain, ending in tree.inside.troubles), *tree.inside.counts}
    members = len(tree.inside.troubles) + sum(tree.inside.counts.values())
    return _Unfolded(told, members, max(0, -budget.bytes_left))


def test_each_bomb_has_an_expectation() -> None:
    assert _EXPECTED.keys() == _MADE.keys()


@pytest.mark.parametrize("name", _MADE)
def test_bomb_ends_with_its_reason_in_bounds(name: str, matcher: YaraMatcher, tmp_path: Path) -> None:
    unfolded = _unfold(_MADE[name](), matcher, tmp_path)
    expected = _EXPECTED[name]
    assert expected in unfolded.told
    if expected is _READ:
        assert {outcome for outcome, _cause in unfolded.told} <= READ_OUTCOMES
    assert unfolded.members <= _LIMITS.members
    assert unfolded.beyond <= _ONE_STEP


def test_payload_below_the_deepest_level_is_never_called_read(look: Look) -> None:
    content = payload()
    for _level in range(31):
        content = gzip.compress(content)
    looked = look(content)
    assert not looked.found
    assert (Outcome.TOO_DEEP, Cause.NONE, "") in looked.troubles.values()


def test_payload_in_front_of_the_zeros_is_found(look: Look) -> None:
    packed = gzip.compress(payload()) + gzip.compress(bytes(16 * MB)) * 8
    looked = look(packed, limits=_LIMITS)
    assert looked.found == [(b"[content]",)]
    assert looked.troubles[b"[content]",][:2] == _RATIO
