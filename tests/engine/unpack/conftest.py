"""Looking inside samples as the engine does: a real matcher, the real tree, a real budget."""

import lzma
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.limits import UnpackLimits
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.match.yara_matcher import YaraMatcher
from medscan_gui.engine.troubles import Ending
from medscan_gui.engine.unpack.base import Unpacking
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.source import FileSource, MemorySource, Source
from medscan_gui.engine.unpack.tree import Chain, Tree

#: Samples made by real tools (tests/formats/README.md).
SAMPLES = Path(__file__).resolve().parents[2] / "formats"


def sample_of(name: str) -> bytes:
    """Return a sample's content; images of disks are kept as .xz, which is not part of the sample."""
    content = (SAMPLES / name).read_bytes()
    return lzma.decompress(content) if name.endswith(".img.xz") else content


_RULE = b"""
rule Payload { strings: $a = "MEDSCAN-INERT-PAYLOAD-5D1C8E0A" ascii wide condition: $a }
"""


class Looked(msgspec.Struct, kw_only=True):
    """What looking into one content gave."""

    ending: Ending
    #: Chains in which the payload's rule matched; () is the outermost content itself as an opener saw it.
    found: list[Chain]
    #: Everything that matched, openers' own findings included.
    matches: list[tuple[Chain, RuleMatch]]
    troubles: dict[Chain, Ending]
    counts: dict[tuple[Outcome, Cause], int]


Look = Callable[..., Looked]


@pytest.fixture(scope="session")
def matcher() -> YaraMatcher:
    """A matcher that finds the payload and nothing else."""
    return YaraMatcher({"payload.yar": _RULE})


@pytest.fixture
def look(matcher: YaraMatcher, tmp_path: Path) -> Look:
    """Return a function that looks into a content: bytes, or the path of a file."""

    def look_into(
        content: bytes | Path,
        *,
        name: bytes = b"sample",
        passwords: tuple[str, ...] = (),
        limits: UnpackLimits | None = None,
        seconds: float = 60.0,
        scratch: bool = True,
    ) -> Looked:
        bounds = limits or UnpackLimits()
        folder = tmp_path / "scratch"
        folder.mkdir(exist_ok=True)
        matches: list[tuple[Chain, RuleMatch]] = []

        def tell(chain: Chain, found: list[RuleMatch], _source: Source) -> None:
            matches.extend((chain, match) for match in found)

        def into(source: Source) -> Looked:
            unpacking = Unpacking(
                limits=bounds,
                budget=Budget(bounds, source.size, seconds),
                passwords=passwords,
                scratch=os.fsencode(folder) if scratch else b"",
            )
            tree = Tree(matcher, unpacking, tell)
            ending = tree.open(source)
            assert not list(folder.iterdir()), "something was left in the scratch folder"
            return Looked(
                ending=ending,
                found=[chain for chain, match in matches if match.rule == "Payload"],
                matches=matches,
                troubles=dict(tree.inside.troubles),
                counts=tree.inside.counts,
            )

        if isinstance(content, bytes):
            return into(MemorySource(name, content))
        with content.open("rb") as file:
            return into(FileSource(name, file.fileno(), content.stat().st_size))

    return look_into
