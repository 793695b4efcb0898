"""A string that matches more often than libyara counts (a million times): its rule may miss what it describes."""

import io
import zipfile
from pathlib import Path

import pytest

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.match.base import MatchFloodedError
from medscan_gui.engine.match.yara_matcher import YaraMatcher
from tests.engine.scanning import MARKER, job, make_bundle, raw, scan

#: True of every content below, by its definition.
AT_END = 'rule At_End { strings: $a = "AB" condition: $a in (filesize - 2..filesize) }'
FLOOD = b"AB" * 1_100_000


@pytest.mark.parametrize("gated", [True, False])
def test_it_is_told(gated: bool) -> None:
    matcher = YaraMatcher({"rules/one.yar": AT_END.encode()}, gated=gated)
    assert [found.rule for found in matcher.match(b"AB" * 1000, b"x", 60.0)] == ["At_End"]
    with pytest.raises(MatchFloodedError, match=r"rules/one\.yar: At_End \$a"):
        matcher.match(FLOOD, b"x", 60.0)
    assert [found.rule for found in matcher.match(b"AB", b"x", 60.0)] == ["At_End"]


def test_a_rule_that_matches_is_told_all_the_same() -> None:
    both = f'{AT_END}\nrule Many {{ strings: $a = "AB" condition: #a > 1000 }}'
    matcher = YaraMatcher({"rules/one.yar": both.encode()})
    assert [found.rule for found in matcher.match(FLOOD, b"x", 60.0)] == ["Many"]


def test_such_a_file_is_not_called_scanned(tmp_path: Path) -> None:
    (tmp_path / "flood").write_bytes(FLOOD)
    told = scan(job(tmp_path, bundle=make_bundle(AT_END)))
    assert told.total(Outcome.UNREADABLE, Cause.ENGINE_ERROR) == 1
    assert told.problems[0].chain == (raw(tmp_path / "flood"),)
    assert "At_End" in told.problems[0].detail


def test_what_is_inside_such_a_file_is_looked_at(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("threat.bin", MARKER)
    (tmp_path / "flood.zip").write_bytes(FLOOD + stream.getvalue())
    told = scan(job(tmp_path, bundle=make_bundle(AT_END)))
    assert [(found.rule, found.chain[1:]) for found in told.findings] == [("Marker", (b"threat.bin",))]
    assert told.total(Outcome.UNREADABLE, Cause.ENGINE_ERROR) == 1
