"""Each rule finds what it must, spares what looks alike, and says in its meta what it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yara

from medscan_gui.core.rule_source import read_rule_source
from medscan_gui.core.words import Severity

SIGNATURES = Path(__file__).parents[2] / "signatures"
SOURCES = {path.relative_to(SIGNATURES).as_posix(): path.read_bytes() for path in sorted(SIGNATURES.rglob("*.yar"))}
NAMES = [name for source in SOURCES.values() for name in read_rule_source(source).rules]
META_KEYS = {"author", "date", "description", "severity", "family", "threat_type", "reference"}

Samples = dict[str, list[Any]]
Match = Callable[[Any], set[str]]


@pytest.mark.parametrize("name", NAMES)
def test_rule_finds_each_of_its_samples(name: str, match: Match, must_find: Samples) -> None:
    assert must_find.get(name), "a rule without a sample proves nothing"
    for sample in must_find[name]:
        assert name in match(sample), sample


@pytest.mark.parametrize("name", NAMES)
def test_rule_spares_what_looks_alike(name: str, match: Match, must_spare: Samples) -> None:
    assert must_spare.get(name), "a rule without a near miss proves nothing"
    for sample in must_spare[name]:
        assert name not in match(sample), sample


def test_samples_name_only_rules_that_exist(must_find: Samples, must_spare: Samples) -> None:
    assert set(must_find) == set(NAMES) == set(must_spare)


def test_rule_names_are_unique_and_carry_the_project() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 40
    assert all(re.fullmatch(r"MedScan_[A-Z][A-Za-z0-9_]{3,80}", name) for name in NAMES)


def test_the_own_reader_and_libyara_agree_on_every_file() -> None:
    externals = dict.fromkeys(("filename", "filepath", "extension", "filetype", "owner"), "")
    for path, source in SOURCES.items():
        compiled = yara.compile(source=source.decode("ascii"), externals=externals, includes=False)
        assert compiled.warnings == [], path
        assert tuple(rule.identifier for rule in compiled) == read_rule_source(source).rules, path


@pytest.mark.parametrize("path", SOURCES)
def test_no_import_no_include_no_hidden_rule(path: str) -> None:
    read = read_rule_source(SOURCES[path])
    assert not read.imports, "an import costs 300 microseconds on every file"
    assert not read.includes
    assert not re.search(rb"^\s*(private|global)\s", SOURCES[path], re.MULTILINE)


def test_meta_is_complete(rules: yara.Rules) -> None:
    severities = {severity.value for severity in Severity}
    for rule in rules:
        assert set(rule.meta) == META_KEYS, rule.identifier
        assert rule.meta["author"] == "MedScan project"
        assert date.fromisoformat(rule.meta["date"]) >= date(2026, 11, 21)
        assert rule.meta["severity"] in severities, rule.identifier
        assert 3 <= len(rule.meta["family"]) <= 40, rule.identifier
        assert 20 <= len(rule.meta["description"]) <= 140, rule.identifier
        assert re.fullmatch(r"https://[\w.-]+/\S*", rule.meta["reference"]), rule.identifier


def test_no_rule_is_a_mere_remark(rules: yara.Rules) -> None:
    """Every finding makes the light red: what is only worth knowing has no place in this set."""
    assert not [rule.identifier for rule in rules if rule.meta["severity"] == Severity.INFO]


def test_rules_need_all_five_externals_and_no_other() -> None:
    whole = "\n".join(source.decode("ascii") for source in SOURCES.values())
    with pytest.raises(yara.SyntaxError):
        yara.compile(source=whole, includes=False)
    externals = dict.fromkeys(("filename", "filepath", "extension", "filetype", "owner"), "")
    assert len(list(yara.compile(source=whole, externals=externals, includes=False))) == len(NAMES)


def test_empty_and_tiny_files_match_nothing(match: Match, must_find: Samples) -> None:
    sample_type = type(must_find[NAMES[0]][0])
    for data in (b"", b"M", b"MZ", b"\x4c\0\0\0", b"regf", bytes(131), b"\0" * 4096, b"\xff" * 4096):
        assert match(sample_type(data)) == set(), data[:8]
