"""Files of policy cards: as spreadsheets and people write them, and as attackers do."""

import csv
import io
import random
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medscan_gui.core.policy import PolicyCard, Weekday
from medscan_gui.core.text import Words, current
from medscan_gui.response import cards_csv, cards_toml
from medscan_gui.response.card_fields import FIELDS, IDENTITY, card_from, card_values
from medscan_gui.response.cards import MOST_FAULTS, CardLine, CardsFileError
from medscan_gui.response.cards_csv import COLUMNS, read_csv, write_csv
from medscan_gui.response.cards_toml import read_toml, template, write_toml

FULL = PolicyCard(
    clean_up=True,
    scan_by=("Éloïse Brossard", "M. Über"),
    scan_hours="22:00-06:00",
    scan_days=(Weekday.FRIDAY, Weekday.SUNDAY),
    headers_only=("D:\\Images", "/var/lib/images"),
    protected=("D:\\Vendor\\App",),
    gentle=True,
    cpu_share=20,
    manufacturer="Vendor; \"SA\"",
    contact="+33 1 23 45 67 89",
    approval="=REF-7",
    next_scan="2026-12-31",
    interval_days=90,
    note="line one\nline two, with a comma",
)
WHOSE = {"asset_number": "B-0042", "serial": "SN 9", "name": "Échographe 3", "make": "Vendor", "model": "X1"}


def one(data: bytes) -> CardLine:
    (line,) = read_csv(data)
    return line


def faults(data: bytes) -> list[str]:
    """Return line, column and code of every fault of a table."""
    with pytest.raises(CardsFileError) as refused:
        read_csv(data)
    return told(refused.value)


def told(error: CardsFileError) -> list[str]:
    for fault in error.faults:
        assert not current().sentence(fault.what).startswith("["), fault
    return [f"{fault.line}:{fault.column}:{fault.what.code.partition('.')[2]}" for fault in error.faults]


# --- tables ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_card_comes_back_from_a_table(delimiter: str) -> None:
    line = one(write_csv([CardLine(0, WHOSE, card_values(FULL))], delimiter=delimiter))
    assert card_from(line.values) == FULL
    assert {name: value for name, value in line.identity.items() if value} == WHOSE
    assert not line.remove


def test_a_spreadsheet_reads_what_is_written() -> None:
    """The csv module in the dialect of spreadsheets, and no cell that would run."""
    data = write_csv([CardLine(0, WHOSE, card_values(FULL)), CardLine(0, WHOSE, {}, remove=True)])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0]["approval"] == "'=REF-7"
    assert rows[0]["contact"] == "'+33 1 23 45 67 89"
    assert rows[0]["headers_only"] == "D:\\Images | /var/lib/images"
    assert rows[0]["scan_days"] == "fri | sun"
    assert [row["card"] for row in rows] == ["yes", "none"]
    assert not any(cell[:1] in "=+-@\t\r" for row in rows for cell in row.values() if cell)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_spreadsheets_make_of_it(encoding: str, newline: str) -> None:
    text = newline.join(["Asset Number;Name;gentle;next_scan", "B-42;Échographe à ultrasons;VRAI;31/12/2026", ""])
    line = one(text.encode(encoding))
    assert line.identity == {"asset_number": "B-42", "name": "Échographe à ultrasons"}
    assert line.values == {"gentle": True, "next_scan": "2026-12-31"}
    assert line.line == 2


def test_the_line_that_names_the_separator() -> None:
    line = one(b"sep=;\r\nserial;cpu_share\r\nS1;30\r\n")
    assert (line.line, line.identity, line.values) == (3, {"serial": "S1"}, {"cpu_share": 30})


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("clean_up", "oui", True),
        ("clean_up", "FAUX", False),
        ("clean_up", "", False),
        ("cpu_share", "", 50),
        ("scan_days", "Lundi | mar. | SUN", ["mon", "tue", "sun"]),
        ("scan_hours", "07:00 - 19:30", "07:00-19:30"),
        ("scan_by", "Anne|Bob | | a||b", ["Anne", "Bob", "a|b"]),
        ("next_scan", "1.12.2026", "2026-12-01"),
        ("next_scan", "01/12/2026", "2026-12-01"),
        ("next_scan", "2026-12-01", "2026-12-01"),
        ("protected", "D:\\", ["D:\\"]),
        ("note", "'quoted' = so", "'quoted' = so"),
    ],
)
def test_spellings(name: str, text: str, value: object) -> None:
    assert one(f"serial;{name}\nS;{text}\n".encode()).values[name] == value


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("clean_up;maybe", "2:clean_up:bad_yes_no"),
        ("cpu_share;150", "2:cpu_share:bad_number"),
        ("cpu_share;5,5", "2:cpu_share:bad_number"),
        ("cpu_share;-5", "2:cpu_share:bad_number"),
        ("interval_days;99999999999999999999", "2:interval_days:bad_number"),
        ("scan_days;mon | someday", "2:scan_days:bad_weekdays"),
        ("scan_hours;7h-19h", "2:scan_hours:bad_hours"),
        ("scan_hours;25:00-26:00", "2:scan_hours:bad_hours"),
        ("next_scan;31/02/2026", "2:next_scan:bad_day"),
        ("next_scan;tomorrow", "2:next_scan:bad_day"),
        ("contact;" + "x" * 201, "2:contact:bad_text"),
        ("scan_by;" + "|".join(map(str, range(101))), "2:scan_by:bad_list"),
        ("headers_only;C:\\", "2:headers_only:folder_whole"),
        ("headers_only;*.dcm", "2:headers_only:folder_pattern"),
        ("protected;%ProgramFiles%\\App", "2:protected:folder_variable"),
        ("protected;..\\x", "2:protected:folder_climbs"),
        ("card;perhaps", "2:card:bad_card_word"),
        ("asset_number;4,5E+12", "2:asset_number:shortened_number"),
    ],
)
def test_wrong_values(text: str, wrong: str) -> None:
    name, value = text.split(";")
    assert faults(f"serial;{name}\nS;{value}\n".encode()) == [wrong]


def test_a_date_of_two_meanings_is_asked_about() -> None:
    assert faults(b"serial,next_scan\nS,03/04/2026\n") == ["2:next_scan:bad_day_order"]
    assert one(b"serial,next_scan\nS,12/31/2026\n").values["next_scan"] == "2026-12-31"


def test_all_faults_are_told_with_their_lines() -> None:
    data = b'serial;contakt;note;clean_up\nA;;"two\nlines";yes\nB;;;maybe\n\nC;;;no;more\n'
    assert faults(data) == ["1:contakt:unknown_key_near", "4:clean_up:bad_yes_no", "6::too_many_cells"]
    with pytest.raises(CardsFileError) as refused:
        read_csv(data)
    assert "Did you mean “contact”?" in current().sentence(refused.value.faults[0].what)
    assert "3 faults" in current().sentence(refused.value.message)


def test_no_more_faults_than_anybody_reads() -> None:
    data = "serial;clean_up\n" + "S;maybe\n" * 5_000
    with pytest.raises(CardsFileError) as refused:
        read_csv(data.encode())
    assert len(refused.value.faults) == MOST_FAULTS
    assert refused.value.message.param("count") == 5_000


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (b"", ["1::no_columns"]),
        (b"\n\n", ["1::no_columns"]),
        (b"clean_up;note\nyes;x\n", ["1::no_columns"]),
        (b"serial;note\n", ["0::no_lines"]),
        (b"serial;serial\nA;B\n", ["1:serial:column_twice"]),
        (b'serial;note\nA;"open\n', ["2::broken_table"]),
        (b"serial;note\nA;\0\n", ["0::no_table"]),
        (b"PK\x03\x04\x00\x00\x81\x8d", ["0::no_table"]),
        (b"serial\x81\nA\n", ["0::no_table"]),
        (b"\xff\xfe\x00", ["0::no_table"]),
        (b"serial\n" + b"x" * (cards_csv.MAX_BYTES), ["0::too_large"]),
        (b'serial;note\nA;"' + b"x" * 200_000 + b'"\n', ["2::broken_table"]),
        (b"serial\n" + b"A\n" * (cards_csv.MAX_LINES + 1), [f"{cards_csv.MAX_LINES + 2}::too_many_lines"]),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_table(data: bytes, wrong: list[str]) -> None:
    assert faults(data) == wrong


lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60).map(str.strip)
hostile = st.one_of(lines, st.text("='+-@|;,\"\n\t ab", max_size=12).map(str.strip))
entries = st.lists(hostile.filter(bool), max_size=4)
folder = st.sampled_from(["D:\\Images", "/var/lib/x", "Images", "a|b", "=cmd", "É\u0301", "x;y"])
values = st.fixed_dictionaries(
    {
        "clean_up": st.booleans(),
        "scan_by": entries,
        "scan_hours": st.sampled_from(["", "07:00-19:30"]),
        "scan_days": st.lists(st.sampled_from([day.value for day in Weekday]), max_size=7),
        "headers_only": st.lists(folder, max_size=4),
        "protected": st.lists(folder, max_size=4),
        "gentle": st.booleans(),
        "cpu_share": st.integers(5, 100),
        "manufacturer": hostile,
        "contact": hostile,
        "approval": hostile,
        "next_scan": st.one_of(st.just(""), st.dates().map(str)),
        "interval_days": st.integers(0, 3650),
        "note": hostile,
    }
)


@given(values, hostile, st.sampled_from(";,\t"))
@settings(max_examples=200)
def test_every_card_comes_back(values: dict[str, Any], name: str, delimiter: str) -> None:
    card = msgspec.convert(values, PolicyCard)
    line = CardLine(0, {"serial": "S", "name": name}, card_values(card))
    back = one(write_csv([line], delimiter=delimiter))
    assert card_from(back.values) == card
    assert back.identity["name"] == name
    assert card_from(read_toml(write_toml(line)).values) == card


@given(st.binary(max_size=300))
def test_any_bytes_have_an_answer(data: bytes) -> None:
    for read in (read_csv, read_toml):
        try:
            read(data)
        except CardsFileError as error:
            assert told(error)


def test_altered_tables_have_an_answer() -> None:
    chance = random.Random(3)
    whole = write_csv([CardLine(0, WHOSE, card_values(FULL))] * 3)
    for _round in range(400):
        data = bytearray(whole)
        for _change in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read_csv(bytes(data))
        except CardsFileError as error:
            assert told(error)


# --- one card --------------------------------------------------------------------------------------


def toml_faults(text: str) -> list[str]:
    with pytest.raises(CardsFileError) as refused:
        read_toml(text.encode())
    return told(refused.value)


def test_a_card_comes_back_from_toml() -> None:
    line = read_toml(write_toml(CardLine(0, WHOSE, card_values(FULL))))
    assert card_from(line.values) == FULL
    assert line.identity == WHOSE


def test_toml_as_people_write_it() -> None:
    text = "\ufeffnext_scan = 2026-12-31\r\nheaders_only = ['D:\\Images']\r\n[for]\r\nserial = 'S'\r\n"
    line = read_toml(text.encode())
    card = card_from(line.values)
    assert card == PolicyCard(next_scan="2026-12-31", headers_only=("D:\\Images",))
    assert line.identity == {"serial": "S"}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("cleanup = true", ["0:cleanup:unknown_key_near"]),
        ("zzz = 1", ["0:zzz:unknown_key"]),
        ("clean_up = 'yes'", ["0:clean_up:bad_yes_no"]),
        ("clean_up = 1", ["0:clean_up:bad_yes_no"]),
        ("cpu_share = nan", ["0:cpu_share:bad_number"]),
        ("cpu_share = " + "9" * 4000, ["0:cpu_share:bad_number"]),
        ("next_scan = 2026-12-31T10:00:00", ["0:next_scan:bad_day"]),
        ("scan_days = ['lundi']", ["0:scan_days:bad_weekdays"]),
        ("protected = 'D:\\App'", ["0:protected:bad_list"]),
        ("protected = [1]", ["0:protected:bad_list"]),
        ("headers_only = ['/']", ["0:headers_only:folder_whole"]),
        ("contact = {a = 1}", ["0:contact:bad_text"]),
        ("for = 'x'", ["0:for:for_is_a_table"]),
        ("[for]\nasset = 'x'", ["0:for.asset:unknown_key_near"]),
        ("[for]\nserial = 1", ["0:for.serial:bad_text"]),
        ("a = 1\nb = 2\ngentle = 3", ["0:a:unknown_key", "0:b:unknown_key", "0:gentle:bad_yes_no"]),
        ("clean_up = true\nprotected = [\"D:\\App\"]\n", ["2::no_toml"]),
        ("[[[", ["1::no_toml"]),
        ("a = " + "[" * 100_000, ["0::no_toml"]),
        ("a = " + "9" * 5_000, ["0::no_toml"]),
        ("x" * (cards_toml.MAX_BYTES + 1), ["0::too_large_toml"]),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_wrong_toml(text: str, wrong: list[str]) -> None:
    assert toml_faults(text) == wrong


def test_toml_that_is_no_text() -> None:
    with pytest.raises(CardsFileError):
        read_toml(b"note = '\xff'")


@pytest.mark.parametrize("language", ["en"])
def test_the_template_is_the_default_card(language: str) -> None:
    data = template(Words(language))
    line = read_toml(data)
    assert card_from(line.values) == PolicyCard()
    assert set(line.identity) == set(IDENTITY) - {"device"}
    assert not any(line.identity.values())
    for name in FIELDS:
        assert f"\n{name} = " in data.decode()
    assert "[card." not in data.decode()


def test_every_field_has_a_column() -> None:
    assert set(PolicyCard.__struct_fields__) < set(COLUMNS)


def test_the_examples_of_the_page_are_read() -> None:
    page = (Path(__file__).parents[2] / "docs/policy-cards.md").read_text("utf-8")
    examples = dict(re.findall(r"```(toml|csv)\n(.*?)```", page, re.DOTALL))
    card = card_from(read_toml(examples["toml"].encode()).values)
    assert (card.protected, card.gentle, card.interval_days) == (("D:\\Vendor\\App",), True, 90)
    fleet = read_csv(examples["csv"].encode())
    assert [card_from(line.values).clean_up for line in fleet] == [False, False, True]
    assert fleet[0].values["headers_only"] == ["D:\\Images", "D:\\Export"]
    for name in FIELDS:
        assert f"| `{name}` |" in page
