"""Searching for the rules of a content's class finds what searching for all rules finds.

MEDSCAN_GATING_SAMPLES makes it a long test: so many contents for each of the sets, the made one as large as public
ones are.
"""

import mmap
import os
import sys
from pathlib import Path

import pytest

from bench.rule_sets import rule_set
from medscan_gui.engine.match import class_sets
from medscan_gui.engine.match.base import Content, MatchFailedError
from medscan_gui.engine.match.class_sets import SIZES
from medscan_gui.engine.match.marks import Kind
from medscan_gui.engine.match.rule_files import analysed
from medscan_gui.engine.match.yara_matcher import YaraMatcher
from tests.engine.match.synthesis import BEGINNINGS, Maker

RULES = Path(__file__).parents[3] / "signatures" / "rules"
SAMPLES = int(os.environ.get("MEDSCAN_GATING_SAMPLES", "0"))


def own_rules() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(RULES.glob("*.yar"))}


def made_rules() -> dict[str, bytes]:
    return {path: text.encode() for path, text in rule_set(5200 if SAMPLES else 220).items()}


def both(sources: dict[str, bytes], *, screens: bool = True) -> tuple[YaraMatcher, YaraMatcher]:
    """A matcher that searches for all rules, and one that has a set for each class."""
    gated = YaraMatcher(sources)
    gated.sets.prepare(screens=screens)
    return YaraMatcher(sources, gated=False), gated


@pytest.mark.timeout(0 if SAMPLES else 300)
@pytest.mark.parametrize(("sources", "found_least"), [(own_rules(), 45), (made_rules(), 170)], ids=["own", "made"])
def test_what_is_found_is_the_same(
    sources: dict[str, bytes], found_least: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_sets, "_HELD_MOST", 0)  # screens stay, though most of these contents hold something
    plain, gated = both(sources)
    _, without_screens = both(sources, screens=False)
    assert gated.sets.full.rules is not None
    texts = {path: source.decode() for path, source in sources.items()}
    files = analysed(texts, [rule.identifier for rule in gated.sets.full.rules])
    assert all(file.understood for file in files)
    found: set[str] = set()
    gated_ones = screened = count = 0
    largest = 1_200_000 if SAMPLES else 300_000
    for content, path in Maker(files, seed=11).contents(SAMPLES or 1000, largest):
        expected = plain.match(content, path, 60.0)
        assert gated.match(content, path, 60.0) == expected, (content[:200], path)
        assert without_screens.match(content, path, 60.0) == expected, (content[:200], path)
        found.update(match.rule for match in expected)
        screened += gated.sets.choose(content).screen is not None
        gated_ones += gated.sets.choose(content).set is not gated.sets.full
        count += 1
    said = f"{count} contents, {len(found)} of {plain.rules} rules found, {gated_ones} searched for fewer rules"
    if SAMPLES:
        with capsys.disabled():
            sys.stdout.write(f"\n{said}\n")
    assert len(found) >= (plain.rules * 0.75 if SAMPLES else found_least)
    assert gated_ones > count * 0.9
    assert screened > count * 0.9


def test_mapped_contents_are_of_the_same_class(tmp_path: Path) -> None:
    _, gated = both(own_rules())
    for number, beginning in enumerate([*BEGINNINGS, b"X5O", b"WANA", b"#!"]):
        content = beginning.ljust(9000, b".")
        (tmp_path / str(number)).write_bytes(content)
        with (
            (tmp_path / str(number)).open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, prot=mmap.PROT_READ) as mapped,
        ):
            assert gated.sets.choose(mapped) is gated.sets.choose(content)
            assert gated.sets.choose(memoryview(content)) is gated.sets.choose(content)
            assert gated.match(mapped, b"/x", 60.0) == gated.match(content, b"/x", 60.0)


@pytest.mark.skipif(os.name == "nt", reason="a mapped file cannot be cut there")
def test_a_mapping_that_is_cut_is_a_failure_and_not_the_end(tmp_path: Path) -> None:
    _, gated = both(own_rules())
    place = tmp_path / "cut"
    place.write_bytes(bytes(100_000))
    with place.open("r+b") as stream, mmap.mmap(stream.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        stream.truncate(0)
        with pytest.raises(MatchFailedError):
            gated.match(mapped, b"/x", 60.0)


def test_large_contents_are_searched_for_what_can_match_them() -> None:
    source = b"""
    rule Small { strings: $a = "needle" condition: $a and filesize < 1MB }
    rule Middle { strings: $a = "needle" condition: $a and filesize < 10MB }
    rule Any { strings: $a = "needle" condition: $a }
    """
    _, matcher = both({"rules.yar": source})
    assert matcher.rules == 3
    for size, rules in ((100, ["Small", "Middle", "Any"]), (6 << 20, ["Middle", "Any"]), (21 << 20, ["Any"])):
        content = b"needle".rjust(size, b" ")
        assert [match.rule for match in matcher.match(content, b"/x", 60.0)] == rules
        chosen = matcher.sets.choose(content).set.rules
        assert chosen is not None
        assert [rule.identifier for rule in chosen] == rules


def test_a_class_gets_screen_and_set_when_searching_has_taken_as_long() -> None:
    matcher = YaraMatcher(own_rules())
    sets, content = matcher.sets, b"MZ" + bytes(5000)
    price = sets._price * class_sets._FROM_ALL
    for _ in range(2):  # all; all, of a known class
        used = sets.choose(content)
        assert used.screen is None
        sets.book(used, price * 0.9)
        assert sets.choose(content).screen is None
        sets.book(used, price * 0.2)
    used = sets.choose(content)
    screened = used.screen
    assert screened is not None
    assert used.set is sets.full
    larger = sets.choose(content * 1000)
    assert larger is not used
    assert larger.screen is screened  # until it has cost as much
    assert sets.choose(b"text").screen is None
    sets.book(used, 0.0, price * 99)  # nothing was found in the screen: no other set is wanted
    assert used.set is sets.full
    sets.book(used, price * 1.1)
    assert used.left is None
    assert used.set.rules is not None
    assert sum(1 for _ in used.set.rules) < matcher.rules
    sets.book(larger, 0.0, price * 99)
    assert larger.screen is not screened


def test_a_screen_that_often_finds_something_is_left_away() -> None:
    source = b'rule R { strings: $a = "a common one" $b = "scarce" $c = "rarely" condition: all of them }'
    _, gated = both({"r": source})
    used = gated.sets.choose(b"text")
    for number in range(200):
        assert used.screen is not None
        gated.match(b"a common one" if number % 10 == 0 else b"text", b"/x", 60.0)
    for _ in range(200):
        assert gated.match(b"a common one", b"/x", 60.0) == []
    assert used.screen is None
    assert len(gated.match(b"a common one, scarce, rarely", b"/x", 60.0)) == 1


def test_memory_for_sets_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_sets, "_COPIES", 1)
    monkeypatch.setattr(class_sets, "_COPIES_LEAST", 0)
    sources = own_rules()
    matcher = YaraMatcher(sources)
    for _ in range(20):
        for kind in Kind:
            for size in (10, *SIZES):
                content = memoryview(
                    {Kind.MZ: b"MZ", Kind.ELF: b"\x7fELF", Kind.MARKED: b"regf"}.get(kind, b"ab").ljust(size)
                )
                matcher.sets.book(matcher.sets.choose(content), 9.0)
    classes = [one for classes in matcher.sets._classes.values() for one in classes]
    made = {id(rules): rules for one in classes for rules in (one.set, one.screen) if rules is not None}
    sizes = [sum(map(len, one.texts.values())) for one in made.values() if one is not matcher.sets.full]
    assert sizes
    assert sum(sizes) <= sum(map(len, sources.values()))


def test_contents_are_not_looked_through_when_only_their_beginning_is_asked_for() -> None:
    source = b"""
    rule Begins { condition: uint32(128) == 0x4D434944 and (uint16(0) == 0x5A4D or filename iendswith ".dcm") }
    rule Program { strings: $a = "needle" condition: uint16(0) == 0x5A4D and $a }
    """
    plain, gated = both({"rules.yar": source})
    for content in (
        b"needle" * 9000,
        bytes(128) + b"DICM" + bytes(9000),
        b"MZ" + bytes(126) + b"DICM" + b"needle" * 2000,
    ):
        for path in (b"/x", b"/x.DCM"):
            assert gated.match(content, path, 60.0) == plain.match(content, path, 60.0)
    assert gated.sets.choose(b"text").set.beginning_only
    assert not gated.sets.choose(b"MZ").set.beginning_only


@pytest.mark.parametrize(
    "condition",
    [
        "filesize > 5000",
        "uint16(4095) == 1",
        "uint8(uint8(0)) == 1",
        "entrypoint > 3",
        "for any i in (1..3) : ( uint8(i) == 1 )",
        "$a",
        "math.entropy(0, 9000) > 1.0",
    ],
)
def test_what_asks_for_more_than_the_beginning_gets_all(condition: str) -> None:
    strings = 'strings: $a = "needle"' if "$" in condition else ""
    _, gated = both({"r": f'import "math" rule R {{ {strings} condition: {condition} }}'.encode()})
    assert not gated.sets.choose(b"text").set.beginning_only


def test_all_content_types_are_searched(tmp_path: Path) -> None:
    _, gated = both({"r": b'rule R { strings: $a = "needle" condition: $a }'})
    contents: list[Content] = [b"needle", bytearray(b"needle"), memoryview(bytearray(b"xneedlex"))]
    for content in contents:
        assert len(gated.match(content, b"/x", 60.0)) == 1
