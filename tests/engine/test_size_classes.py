"""Leaving rules out for large files must never change what is found."""

import re
from pathlib import Path

import pytest
import yara
from hypothesis import given, settings
from hypothesis import strategies as st

from medscan_gui.engine.match.size_classes import without_bounded
from medscan_gui.engine.match.yara_matcher import EXTERNALS, SIZE_CLASSES, YaraMatcher

RULES = Path(__file__).parents[2] / "signatures" / "rules"


def left(condition: str, size: int = 1000, strings: str = "") -> bool:
    """Whether a rule with that condition is left out for contents of `size` bytes and more."""
    section = f"strings: {strings}" if strings else ""
    return "rule R" not in without_bounded(f"rule R {{ {section} condition: {condition} }}", size)


@pytest.mark.parametrize(
    "condition",
    [
        "filesize < 1000",
        "filesize <= 999",
        "filesize<1000",
        "filesize /* of the \n whole */ < // file\n 1000",
        "uint16(0) == 0x5A4D and filesize < 1000",
        "filesize < 1000 and (uint8(0) == 1 or uint8(0) == 2)",
        "true and filesize < 1000 and true",
        "filesize > 10 and filesize < 1000",
        "for all i in (1..3) : ( uint8(i) == 1 or uint8(i) == 2 ) and filesize < 500",
    ],
)
def test_left_out_where_it_is_certain(condition: str) -> None:
    assert left(condition)


@pytest.mark.parametrize(
    "condition",
    [
        "filesize < 1001",
        "filesize <= 1000",
        "filesize < 1KB",
        "filesize < 1MB",
        "filesize > 1000",
        "filesize == 500",
        "filesize != 500",
        "filesize < 100 or true",
        "true or true and filesize < 100",
        "filesize < 100 and true or true",
        "not filesize < 100",
        "(filesize < 100 or true)",
        "true and not filesize < 100",
        "filesize < 100 + 5000",
        "filesize < 100 * 100",
        "filesize < 1 << 20",
        "filesize < 0x10",
        "filesize < 10 | 4096",
        "filesize - 9000 < 100",
        "(filesize) < 100",
        "uint32(0) < filesize",
        'filename contains "and filesize < 10 and"',
        "filename matches /and filesize < 10 and/",
        "// filesize < 10\n true",
        "/* filesize < 10 */ true",
        "for any i in (1..3) : ( filesize < 100 ) or true",
    ],
)
def test_kept_where_it_is_not(condition: str) -> None:
    assert not left(condition)


def test_strings_that_look_like_conditions_are_strings() -> None:
    tricky = [
        '$a = "condition: filesize < 1 }" ',
        "$a = /condition: filesize < 1 \\/ }/ ",
        "$a = { 7B 7D ?? [2-4] ( 01 | 02 ) } ",
        '$a = "\\"" $condition = "x" ',
    ]
    for strings in tricky:
        assert not left("any of them", strings=strings)
        assert left("any of them and filesize < 9", strings=strings)


def test_rules_that_others_need_are_kept() -> None:
    source = "private rule A { condition: filesize < 9 }\nrule B { condition: A or filesize > 99 }"
    assert without_bounded(source, 1000) == source
    source = "rule A1 { condition: filesize < 9 }\nrule B { condition: none of (A*) }"
    assert without_bounded(source, 1000) == source
    source = "global rule G { condition: filesize < 9 }\nrule B { condition: true }"
    assert without_bounded(source, 1000) == source


def test_only_the_rule_goes() -> None:
    source = (
        'import "pe"\nrule A { condition: true }\n'
        "private rule B : tag { condition: filesize < 9 }\nrule C { condition: true }"
    )
    assert without_bounded(source, 1000).split("\n") == [
        'import "pe"',
        "rule A { condition: true }",
        "",
        "rule C { condition: true }",
    ]


terms = st.sampled_from(
    [
        "filesize < 10",
        "filesize <= 40",
        "filesize < 1KB",
        "filesize > 20",
        "uint8(0) == 65",
        "uint8(1) == 66",
        "true",
        "false",
        "uint8(9999) == 1",  # undefined
        "not filesize < 30",
    ]
)
conditions = st.recursive(
    terms,
    lambda parts: st.one_of(
        st.tuples(parts, st.sampled_from(["and", "or"]), parts).map(" ".join),
        parts.map(lambda part: f"({part})"),
        parts.map(lambda part: f"not ({part})"),
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=6), st.integers(0, 60), st.sampled_from([b"A", b"AB", b"xx"]))
def test_what_is_found_never_changes(found: list[str], size: int, start: bytes) -> None:
    source = "\n".join(f"rule R{number} {{ condition: {condition} }}" for number, condition in enumerate(found))
    whole = yara.compile(source=source)
    fewer = yara.compile(source=without_bounded(source, size))
    for length in (size, size + 1, size + 7, 2000):
        content = (start * length)[:length]
        if content:
            expected = [match.rule for match in whole.match(data=content)]
            assert [match.rule for match in fewer.match(data=content)] == expected


@pytest.mark.parametrize("size", SIZE_CLASSES)
@pytest.mark.parametrize("path", sorted(RULES.glob("*.yar")), ids=lambda path: path.stem)
def test_our_own_rules_are_left_out_only_by_their_own_bound(path: Path, size: int) -> None:
    source = path.read_text("utf-8")
    fewer = without_bounded(source, size)
    externals = dict.fromkeys(EXTERNALS, "")
    kept = {rule.identifier for rule in yara.compile(source=fewer, externals=externals)}
    for rule in yara.compile(source=source, externals=externals):
        if rule.identifier not in kept:
            body = source[source.index(f"rule {rule.identifier}") :]
            assert re.search(r"filesize\s*<", body)


def test_large_contents_are_searched_for_what_can_match_them() -> None:
    source = b"""
    rule Small { strings: $a = "needle" condition: $a and filesize < 1MB }
    rule Middle { strings: $a = "needle" condition: $a and filesize < 10MB }
    rule Any { strings: $a = "needle" condition: $a }
    """
    matcher = YaraMatcher({"rules.yar": source})
    assert matcher.rules == 3
    for size, rules in ((100, ["Small", "Middle", "Any"]), (6 << 20, ["Middle", "Any"]), (21 << 20, ["Any"])):
        content = b"needle".rjust(size, b" ")
        assert [match.rule for match in matcher.match(content, b"/x", 60.0)] == rules
