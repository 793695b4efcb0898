"""What a screen asks for must be there wherever the rule is true; else a threat is passed by."""

import pytest

from medscan_gui.engine.match.knowledge import Knowledge
from medscan_gui.engine.match.rule_files import RuleFile
from medscan_gui.engine.match.rule_split import split
from medscan_gui.engine.match.screen import needed, rarity, screen

STRINGS = '$a1 = "needle one" $a2 = "needle twenty" $a3 = "needle" nocase $b1 = { 01 02 03 04 05 06 07 } $b2 = /x[yz]+/'


def file_of(condition: str, strings: str = STRINGS) -> RuleFile:
    section = f"strings: {strings}" if strings else ""
    return RuleFile("r", f'import "math" import "hash" rule R {{ {section} condition: {condition} }}')


@pytest.mark.parametrize(
    ("condition", "strings"),
    [
        ("$a1", "a1"),
        ("$a1 at 0", "a1"),
        ("$b2 in (0..100)", "b2"),
        ("all of them", "b1"),
        ("any of them", "a1 a2 a3 b1 b2"),
        ("2 of them", "a1 a2 a3 b1"),
        ("4 of them", "a2 b1"),
        ("all of ($a*)", "a2"),
        ("2 of ($a*) in (0..9)", "a1 a2"),
        ("all of ($a1, $a3)", "a1"),
        ("$a3 and $a1", "a1"),
        ("$a3 and any of ($b*) and $a2", "a2"),
        ("$a1 or $a2", "a1 a2"),
        ("($a1 and $a3) or all of ($b*)", "a1 b1"),
        ("filesize < 100 and $a1 and not $a2", "a1"),
        ("#a1 > 3", "a1 a2 a3 b1 b2"),
        ("for any of ($a*) : ( $ at 0 )", "a1 a2 a3 b1 b2"),
        ("for all i in (1..3) : ( uint8(i) == 1 ) and $a1", "a1"),
        ("2 of ($a1, $a1, $a2)", "a2 a1"),
    ],
)
def test_strings_of_which_one_is_there(condition: str, strings: str) -> None:
    rule = file_of(condition).rules[0]
    need = needed(rule.condition, rule.strings)
    assert need is not None
    assert {string.name[1:] for string in need.strings} == set(strings.split())
    assert not need.terms


@pytest.mark.parametrize(
    "condition",
    [
        "not $a1",
        "#a1 == 0",
        "#a1 < 3",
        "none of them",
        "0 of them",
        "$a1 or filesize < 100",
        "$a1 or uint16(0) != 0x5A4D",
        "filesize > 100",
        "true",
        "for none of them : ( $ )",
        "for all i in (1..#a1) : ( @a1[i] > 3 )",
        "10% of them",
        "math.entropy(0, filesize) > 7.0",
        "uint16(uint32(0x3C)) == 0x4550",
    ],
)
def test_nothing_is_certain(condition: str) -> None:
    rule = file_of(condition).rules[0]
    assert needed(rule.condition, rule.strings) is None


def test_one_size_or_one_beginning_is_asked_for_beside_the_strings() -> None:
    source = file_of('(filesize == 12345 and hash.md5(0, filesize) == "x") or 4 of them')
    made = screen(split([source], Knowledge()))
    assert "import" not in "".join(made.values())
    assert "condition: filesize == 12345 " in made["<screen>"]
    assert made["<screen>0"].count("$s") == 2


def test_other_rules_stand_beside_it_with_those_of_which_they_speak() -> None:
    source = RuleFile(
        "r",
        "private rule Large { condition: filesize > 99 }\nprivate rule Unasked { condition: filesize > 1 }\n"
        'rule Named { condition: Large and filename contains "x" }\n'
        'rule Found { strings: $a = "needle" condition: Unasked and $a }\n'
        'rule FoundToo { strings: $a = "needle" condition: $a }\n',
    )
    made = screen(split([source], Knowledge()))
    assert "rule Large" in made["r"]
    assert "rule Named" in made["r"]
    assert "Unasked" not in made["r"]
    assert "Found" not in made["r"]
    assert made["<screen>0"].count("needle") == 1


def test_long_texts_are_rarer_than_short_and_loose_ones() -> None:
    strings = {string.name: rarity(string) for string in file_of("any of them").rules[0].strings}
    assert max(strings, key=lambda name: strings[name]) == "$b1"
    assert min(strings, key=lambda name: strings[name]) == "$b2"
    assert strings["$a3"] < strings["$a1"] < strings["$a2"]
