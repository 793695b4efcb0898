"""The reader of YARA's outer grammar: what it counts, and what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.core.rule_source import RuleSourceError, read_rule_source

TRICKY = rb"""
import "pe" // rule not_this_one { condition: true }
/* rule nor_this { condition: true } */
include "other.yar"
private global rule first : tag1 tag2
{
  meta:
    text = "a brace } and a quote \" and rule inner { and // no comment"
    slash = "ends with a backslash \\"
  strings:
    $hex = { 4D 5A [2-4] ( 00 | FF ) /* } */ ?? // }
             90 }
    $regex = /rule x \{ "[^\/"]{1,3}\/ \\/ nocase
    $other = /a{2,3}b/i
  condition:
    any of them and filesize \ 2 > 3 /* rule no { */
}
rule second{condition:true}rule third { condition: first and second }
"""


def test_counts_rules_through_comments_texts_and_expressions() -> None:
    read = read_rule_source(TRICKY)
    assert read.rules == ("first", "second", "third")
    assert read.imports == ("pe",)
    assert read.includes == ("other.yar",)


@pytest.mark.parametrize("source", [b"", b"  \n", b"// rule a { condition: true }", b"/* rule a */"])
def test_nothing_is_no_rule(source: bytes) -> None:
    assert read_rule_source(source).rules == ()


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (b"rule", 1),
        (b"rule {condition: true}", 1),
        (b"rule a", 1),
        (b"rule a : b", 1),
        (b"rule a condition: true }", 1),
        (b"rule a {\ncondition: true", 2),
        (b'rule a {\n\nmeta: x = "open\n', 3),
        (b"rule a { condition: true } }", 1),
        (b"\n\nhello", 3),
        (b"import pe", 1),
        (b"include", 1),
        (b"/* open", 1),
        (b"rule a { strings: $a = { 00 } condition: $a", 1),
        (b"\xef\xbb\xbfrule a { condition: true }", 1),
        ("rule a { condition: true }".encode("utf-16"), 1),
        (b"rule \x00 { condition: true }", 1),
    ],
)
def test_refuses_what_is_no_rule_file(source: bytes, line: int) -> None:
    with pytest.raises(RuleSourceError) as caught:
        read_rule_source(source)
    assert caught.value.line == line


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(source: bytes) -> None:
    try:
        assert isinstance(read_rule_source(source).rules, tuple)
    except RuleSourceError as error:
        assert error.line >= 1


@given(st.text(alphabet='rule a{}"/\\*\n:', max_size=60))
def test_a_closed_rule_behind_is_always_counted(front: str) -> None:
    """What stands in front may be refused, but if it is read, it does not swallow the rule behind it."""
    try:
        before = read_rule_source(front.encode() + b"\n").rules
    except RuleSourceError:
        return
    assert read_rule_source(front.encode() + b"\nrule last { condition: true }").rules == (*before, "last")


def test_large_sources_are_read_in_one_pass() -> None:
    rules = 20_000
    source = b"".join(b'rule r%d { strings: $a = "%d" condition: $a }\n' % (i, i) for i in range(rules))
    assert len(read_rule_source(source).rules) == rules
