"""What is said of a condition before a content is searched must be true of every content."""

import re
from pathlib import Path

import pytest
import yara
from hypothesis import given, settings
from hypothesis import strategies as st

from medscan_gui.engine.match.beginning import EXTERNALS
from medscan_gui.engine.match.class_sets import SIZES
from medscan_gui.engine.match.condition import Kind, parse
from medscan_gui.engine.match.knowledge import Knowledge
from medscan_gui.engine.match.modules import FIELDS, PARSED
from medscan_gui.engine.match.rule_files import RuleFile, analysed
from medscan_gui.engine.match.rule_split import split
from medscan_gui.engine.match.yara_matcher import YaraMatcher

RULES = Path(__file__).parents[3] / "signatures" / "rules"
ALL = frozenset(PARSED)
TEXT = Knowledge(begins_not=(b"MZ", b"\x7fELF", b"PK\3\4"), absent=ALL)
WINDOWS = Knowledge(begins=b"MZ", absent=frozenset({"elf"}))


def left_of(source: str, knowledge: Knowledge) -> str:
    """What is left of a rule file."""
    return "".join(split([RuleFile("rules.yar", source)], knowledge).texts.values())


def is_left_out(condition: str, knowledge: Knowledge, strings: str = "") -> bool:
    section = f"strings: {strings}" if strings else ""
    return "rule R" not in left_of(f"rule R {{ {section} condition: {condition} }}", knowledge)


@pytest.mark.parametrize(
    "condition",
    [
        "filesize < 1000",
        "filesize <= 999",
        "filesize == 999",
        "filesize<1000",
        "1000 > filesize",
        "not filesize >= 1000",
        "(filesize < 1000)",
        "filesize < 0x10",
        "filesize /* of the \n whole */ < // file\n 1000",
        "uint16(0) == 0x5A4D and filesize < 1000",
        "filesize < 1000 and (uint8(0) == 1 or uint8(0) == 2)",
        "true and filesize < 1000 and true",
        "filesize < 10 or filesize < 20",
        "filesize > 10 and filesize < 1000",
        "for all i in (1..3) : ( uint8(i) == 1 or uint8(i) == 2 ) and filesize < 500",
        "for any i in (1..3) : ( filesize < 100 and uint8(i) == 1 )",
    ],
)
def test_left_out_where_the_size_is_certain(condition: str) -> None:
    assert is_left_out(condition, Knowledge(least=1000))


@pytest.mark.parametrize(
    "condition",
    [
        "filesize < 1001",
        "filesize <= 1000",
        "filesize < 1KB",
        "filesize < 1MB",
        "filesize > 1000",
        "filesize == 5000",
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
        "filesize < 0x10 + 2000",
        "filesize < 10 | 4096",
        "filesize - 9000 < 100",
        "uint32(0) < filesize",
        'filename contains "and filesize < 10 and"',
        "filename matches /and filesize < 10 and/",
        "// filesize < 10\n true",
        "/* filesize < 10 */ true",
        "for any i in (1..3) : ( filesize < 100 ) or true",
        "for all i in (5..3) : ( filesize < 100 )",
        "for none i in (1..3) : ( filesize < 100 )",
        "defined filesize",
    ],
)
def test_kept_where_the_size_is_not(condition: str) -> None:
    assert not is_left_out(condition, Knowledge(least=1000))


@pytest.mark.parametrize(
    "condition",
    [
        "uint16(0) == 0x5A4D",
        "uint16be(0) == 0x4D5A",
        "0x5a4d == uint16(0)",
        "uint32(0) == 0x464c457f",
        "uint32be(0) == 0x504B0304",
        "uint32be(0) == 0x4D5A9000",
        "not uint16(0) != 0x5A4D",
        "pe.is_pe",
        "pe.is_dll()",
        "not pe.is_dll()",
        'pe.imphash() == "abc"',
        'pe.imports("a", "b") and true',
        'pe.version_info["a"] contains "b"',
        "pe.machine != pe.MACHINE_I386",
        "pe.entry_point + 4 > 3",
        "uint16(pe.entry_point) == 1",
        'for any i in (0 .. pe.number_of_sections - 1) : ( pe.sections[i].name == ".x" )',
        'for any s in pe.sections : ( s.name == ".x" )',
        "elf.type == elf.ET_EXEC",
        "dotnet.is_dotnet",
        "defined pe.machine",
        "pe.is_pe or elf.type == 2 or filesize < 0",
    ],
)
def test_left_out_where_the_beginning_is_certain(condition: str) -> None:
    assert is_left_out(condition, TEXT)


@pytest.mark.parametrize(
    "condition",
    [
        "uint16(0) == 0x4B50",  # PK and something else than 3, 4
        "uint16(0) != 0x5A4D",
        "uint8(0) == 0x4D",
        "uint16(1) == 0x5A4D",
        "uint32(128) == 0x4D434944",
        "uint16(uint8(0)) == 0x5A4D",
        "uint16(0) & 0x5A4D == 0x5A4D",
        "int16(0) == 0xFFFFFFFFFFFF5A4D",
        "not pe.is_pe",
        "not (pe.is_pe and true)",
        "not (pe.machine == 1 and true)",
        "pe.MACHINE_I386 == 0x14c",
        "not defined pe.machine",
        "pe.is_pe == 0",
        'for all s in ("a", "b") : ( pe.machine == 1 or filename contains s )',
        "pe.machine == 1 or filesize > 3",
        "math.max(pe.machine, 1) == 1",
    ],
)
def test_kept_where_the_beginning_is_not(condition: str) -> None:
    assert not is_left_out(condition, TEXT)


def test_programs_keep_what_asks_for_programs() -> None:
    for condition in (
        "pe.is_pe",
        "pe.machine == 1",
        "uint16(0) == 0x5A4D",
        "dotnet.is_dotnet",
        "uint32be(0) == 0x4D5A9000",
    ):
        assert not is_left_out(condition, WINDOWS)
    for condition in ("elf.type == 2", "uint16(0) == 0x4B50", "uint16(0) != 0x5A4D", "uint32(0) == 0x464c457f"):
        assert is_left_out(condition, WINDOWS)


def test_a_string_at_the_beginning_is_a_beginning() -> None:
    for value in (
        '"MZ"',
        '"MZ" ascii',
        '"MZ\\x90"',
        "{ 4D 5A ?? 00 }",
        '"\\x7fELF" or "MZ"'[7:].strip(' or"') and '"MZ"',
    ):
        assert is_left_out("$a at 0", TEXT, f"$a = {value}")
    for value in ('"MZ" wide', '"MZ" nocase', '"MZ" xor', "{ 4D ?? }", "{ ?? 5A }", "/MZ/", '"M" ', '"\\x4DZ"'):
        assert not is_left_out("$a at 0", TEXT, f"$a = {value}")
    assert not is_left_out("$a at 1", TEXT, '$a = "MZ"')
    assert not is_left_out("$a", TEXT, '$a = "MZ"')
    assert not is_left_out("not $a at 0", TEXT, '$a = "MZ"')
    assert is_left_out("$a at pe.entry_point", TEXT, '$a = "needle"')
    assert is_left_out("$a in (0..pe.entry_point)", TEXT, '$a = "needle"')


def test_strings_that_look_like_conditions_are_strings() -> None:
    tricky = [
        '$a = "condition: filesize < 1 }" ',
        "$a = /condition: filesize < 1 \\/ }/ ",
        "$a = { 7B 7D ?? [2-4] ( 01 | 02 ) /* } */ 00 // }\n 01 } ",
        '$a = "\\"" $condition = "x" ',
        '$a = "x" xor(0x01-0xff) $b = "abcd" '
        'base64("!@#$%^&*(){}[].,|ABCDEFGHIJ\\x09LMNOPQRSTUVWXYZabcdefghijklmnopqrstu")',
    ]
    for strings in tricky:
        assert not is_left_out("any of them", Knowledge(least=1000), strings)
        assert is_left_out("any of them and filesize < 9", Knowledge(least=1000), strings)


def test_rules_that_others_need_are_kept() -> None:
    large = Knowledge(least=1000)
    source = "rule A1 { condition: filesize < 9 }\nrule B { condition: none of (A*) }"
    assert left_of(source, large) == source
    source = "global rule G { condition: filesize < 9 }\nrule B { condition: true }"
    assert left_of(source, large) == source
    source = "private rule A { condition: filesize < 9 }\nrule B { condition: not A }"
    assert left_of(source, large).count("rule") == 1  # it is known to be false
    source = "private rule A { condition: filesize < 9 }\nrule B { condition: for any i in (1..3) : ( not A ) }"
    assert left_of(source, large).split() == source.split()


def test_a_rule_that_asks_a_module_is_found_by_its_shadow() -> None:
    source = 'import "elf"\nrule R { strings: $a = "x1" $b = "y1" condition: elf.type == 2 and ($a or #b > 3) }'
    made = split([RuleFile("r", source)], Knowledge(begins=b"\x7fELF"))
    assert made.shadows == {("r", "R")}
    assert "elf" not in made.texts["r"]
    for condition in (
        "elf.type == 2",
        "elf.type == 2 and filesize > 5",
        "not (elf.type == 2 and $a)",
        "$a or elf.type == 1",
    ):
        strings = 'strings: $a = "x1"' if "$a" in condition else ""
        source = f'import "elf"\nrule R {{ {strings} condition: {condition} }}'
        made = split([RuleFile("r", source)], Knowledge(begins=b"\x7fELF"))
        assert not made.shadows
        assert "elf" in made.texts["r"]


def test_only_what_is_asked_stays() -> None:
    source = (
        'import "pe"\nimport "math"\nrule A : tag { meta: x = 1 strings: $a = "aa11" $b1 = "bb11" $c = { 01 02 03 } '
        "condition: (pe.is_pe and $a) or (all of ($b*) and filesize > 3) }\n"
        "private rule B { condition: uint16(0) == 0x5A4D }\nrule C { condition: true }"
    )
    expected = (
        'import "math"\nrule A : tag { meta: x = 1 strings:\n$b1 = "bb11" \ncondition:\n'
        "all of ($b*) and filesize > 3\n}\nrule C { condition:\ntrue\n}\n"
    )
    assert left_of(source.replace("$c = { 01 02 03 } ", ""), TEXT) == expected


def test_nothing_is_cut_that_libyara_counts_differently() -> None:
    source = "rule A { condition: filesize < 9 }"
    assert analysed({"r": source}, ["A"])[0].understood
    assert not analysed({"r": source}, ["A", "B"])[0].understood
    assert not RuleFile("r", "rule A { condition: true } }").understood
    assert not RuleFile("r", 'include "other"\nrule A { condition: true }').understood


@pytest.mark.parametrize("condition", ["(" * 500 + "true" + ")" * 500, "not " * 500 + "true", "(true", "true)", ""])
def test_conditions_that_are_not_understood_are_one_term(condition: str) -> None:
    assert parse(condition).kind is Kind.TERM


#: Fields that need something after their name to be asked.
_ASKED = {
    **dict.fromkeys(
        ("calculate_checksum", "is_32bit", "is_64bit", "is_dll", "imphash", "import_md5", "telfhash"), "()"
    ),
    **dict.fromkeys(("exports", "exports_index", "imports", "section_index"), '("a")'),
    **dict.fromkeys(("delayed_import_rva", "import_rva"), '("a", "b")'),
    **dict.fromkeys(("language", "locale", "rva_to_offset"), "(1)"),
    **dict.fromkeys(
        ("image_version", "linker_version", "os_version", "resource_version", "subsystem_version"), ".major"
    ),
    **dict.fromkeys(
        ("sections", "export_details", "streams", "classes", "assembly_refs", "symtab", "dynsym"), "[0].name"
    ),
    **dict.fromkeys(("delayed_import_details", "import_details"), "[0].library_name"),
    **dict.fromkeys(("constants", "field_offsets", "guids", "modulerefs", "user_strings"), "[0]"),
    "assembly": ".name",
    "data_directories": "[0].size",
    "dynamic": "[0].type",
    "segments": "[0].type",
    "overlay": ".size",
    "rich_signature": ".key",
    "signatures": "[0].issuer",
    "version_info": '["a"]',
    "version_info_list": "[0].key",
}


@pytest.mark.parametrize("module", sorted(FIELDS))
def test_fields_are_undefined_where_there_is_nothing_to_parse(module: str) -> None:
    """Else `false` would be said of what is true. Resources are called differently in both modules."""
    conditions = []
    for field in sorted(FIELDS[module]):
        asked = _ASKED.get(field, "")
        if field == "resources":
            asked = "[0].id" if module == "pe" else "[0].name"
        conditions.append(f"defined {module}.{field}{asked}")
    rules = yara.compile(
        source=f'import "{module}"\n' + "\n".join(f"rule R{n} {{ condition: {c} }}" for n, c in enumerate(conditions))
    )
    programs = [
        bytes(64),
        b"\x7fELF" + bytes(200),
        b"\x7fELF\2\1\1" + bytes(range(256)),
        b"MZ" + bytes(300),
        Path(yara.__file__).read_bytes(),
    ]
    texts = [b"x", b"M", b"hello" * 100, b"PK\3\4" + bytes(100), bytes(128) + b"DICM" + bytes(40), b"\xff" * 5000]
    for content in texts + [program for program in programs if not program.startswith(PARSED[module])]:
        assert rules.match(data=content) == []


terms = st.sampled_from(
    [
        *("filesize < 10", "filesize <= 40", "filesize < 1KB", "filesize > 20", "40 >= filesize", "filesize == 60"),
        *("uint8(0) == 0x4D", "uint16(0) == 0x5A4D", "uint16be(0) != 0x4D5A", "uint32(0) == 0x464c457f"),
        *(
            "uint32be(0) == 0x504B0304",
            "uint16(0) == 0x4B50",
            "uint8(9999) == 1",
            "uint32(128) == 0x4D434944",
            "true",
            "false",
        ),
        *(
            "$a",
            "$b",
            "#a > 1",
            "#b == 0",
            "$a at 0",
            "$b at 0",
            "$b in (0..20)",
            "any of them",
            "all of ($a*)",
            "none of them",
        ),
        *(
            "for any of them : ( $ at 0 )",
            "for all i in (1..#a) : ( @a[i] > 3 )",
            "for any i in (1..2) : ( filesize < 40 )",
        ),
        *(
            "pe.is_pe",
            "pe.is_dll()",
            "pe.machine == 1",
            'pe.imphash() != "x"',
            "pe.number_of_sections > 0",
            "$a at pe.entry_point",
        ),
        *(
            'for any s in pe.sections : ( s.name == ".text" )',
            "for all s in pe.sections : ( true )",
            "defined pe.machine",
        ),
        *(
            "elf.type == elf.ET_DYN",
            "elf.number_of_sections >= 0",
            "dotnet.is_dotnet",
            "math.entropy(0, filesize) > 1.0",
        ),
        *(
            "for any i in (0..elf.number_of_sections) : ( i > 0 )",
            "elf.entry_point > 0",
            "R0",
            "not R0",
            "for any i in (1..2) : ( R0 )",
        ),
    ]
)
conditions = st.recursive(
    terms,
    lambda parts: st.one_of(
        st.tuples(parts, st.sampled_from(["and", "or"]), parts).map(" ".join),
        st.tuples(parts, st.sampled_from(["and", "or"]), parts).map(lambda three: f"({' '.join(three)})"),
        parts.map(lambda part: f"({part})"),
        parts.map(lambda part: f"not ({part})"),
        parts.map(lambda part: f"defined ({part})"),
    ),
    max_leaves=8,
)
BEGINNINGS = [
    b"",
    b"MZ",
    b"\x7fELF",
    b"\x7fEL",
    b"PK\3\4",
    b"PK",
    b"M",
    b"aa11",
    Path(yara.__file__).read_bytes()[:4000],
]


def rule(number: int, condition: str, kind: str) -> str:
    """One rule, with those strings only of which it speaks."""
    if number == 0:
        condition, kind = re.sub(r"\bR0\b", "true", condition), "private " if kind == "global " else kind
    them = "them" in condition
    strings = [
        text
        for name, text in (("a", '$a = "aa11"'), ("b", '$b = "MZ"'))
        if them or re.search(rf"[$#@]{name}\b", condition)
    ]
    section = f"strings: {' '.join(strings)} " if strings else ""
    if "$a*" in condition and '$a = "aa11"' not in strings:
        section = 'strings: $a = "aa11" ' + section.removeprefix("strings: ")
    return f"{kind}rule R{number} {{ {section}condition: {condition} }}"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(conditions, st.sampled_from(["", "", "", "private "])), min_size=1, max_size=5),
    st.lists(
        st.tuples(st.sampled_from(BEGINNINGS), st.integers(1, 60), st.sampled_from([b".", b"aa11", b"xMZ"])),
        min_size=3,
        max_size=6,
    ),
)
def test_what_is_found_never_changes(wanted: list[tuple[str, str]], contents: list[tuple[bytes, int, bytes]]) -> None:
    imports = "".join(f'import "{module}"\n' for module in ("pe", "elf", "dotnet", "math"))
    source = imports + "\n".join(rule(number, *one) for number, one in enumerate(wanted))
    plain = YaraMatcher({"r": source.encode()}, gated=False)
    gated, without_screens = YaraMatcher({"r": source.encode()}), YaraMatcher({"r": source.encode()})
    gated.sets.prepare()
    without_screens.sets.prepare(screens=False)
    for begin, length, fill in contents:
        content = begin + (fill * length)[:length]
        expected = plain.match(content, b"/x", 60.0)
        assert gated.match(content, b"/x", 60.0) == expected
        assert without_screens.match(content, b"/x", 60.0) == expected


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", sorted(RULES.glob("*.yar")), ids=lambda path: path.stem)
def test_our_own_rules_are_left_out_only_by_their_own_bound(path: Path, size: int) -> None:
    source = path.read_text("utf-8")
    externals = dict.fromkeys(EXTERNALS, "")
    kept = left_of(source, Knowledge(least=size))
    for one in yara.compile(source=source, externals=externals):
        if f"rule {one.identifier}" not in kept:
            body = source[source.index(f"rule {one.identifier}") :]
            assert re.search(r"filesize\s*<", body)
