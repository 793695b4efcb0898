"""Policy cards: who may scan when, what their folders mean, and the one line before a scan."""

import sys
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.core.folders import alike, folder_fault, parse_folder, parse_raw
from medscan_gui.core.messages import Message
from medscan_gui.core.policy import (
    DEVICE_CARD,
    MEDIUM_CARD,
    CardInForce,
    CardOrigin,
    PolicyCard,
    Weekday,
    folders_as_patterns,
    scan_refusal,
    summary,
)
from medscan_gui.core.text import current


def at(moment: str) -> datetime:
    """Return a time of the week that begins on Monday 2026-11-16."""
    day, clock = moment.split()
    hour, minute = clock.split(":")
    monday = datetime(2026, 11, 16, tzinfo=UTC)
    return monday + timedelta(days=list(Weekday).index(Weekday(day)), hours=int(hour), minutes=int(minute))


def code(card: PolicyCard, moment: str = "mon 12:00", operator: str = "") -> str:
    refusal = scan_refusal(card, operator, at(moment))
    return refusal.code if refusal else ""


DAYTIME = PolicyCard(scan_hours="07:00-19:30")
NIGHT = PolicyCard(scan_hours="22:00-06:00")


@pytest.mark.parametrize(
    ("card", "moment", "allowed"),
    [
        (DAYTIME, "mon 06:59", False),
        (DAYTIME, "mon 07:00", True),
        (DAYTIME, "mon 19:29", True),
        (DAYTIME, "mon 19:30", False),
        (DAYTIME, "mon 00:00", False),
        (NIGHT, "mon 21:59", False),
        (NIGHT, "mon 22:00", True),
        (NIGHT, "mon 23:59", True),
        (NIGHT, "tue 00:00", True),
        (NIGHT, "tue 05:59", True),
        (NIGHT, "tue 06:00", False),
        (PolicyCard(scan_hours="08:00-08:00"), "mon 07:59", True),
        (PolicyCard(scan_hours="08:00-08:00"), "mon 08:00", True),
        (PolicyCard(scan_hours="00:00-23:59"), "mon 23:59", False),
        (PolicyCard(), "sun 03:00", True),
    ],
)
def test_hours(card: PolicyCard, moment: str, allowed: bool) -> None:
    assert code(card, moment) == ("" if allowed else "card.not_at_this_hour")


FRIDAY_NIGHT = PolicyCard(scan_hours="22:00-06:00", scan_days=(Weekday.FRIDAY,))


@pytest.mark.parametrize(
    ("card", "moment", "refused"),
    [
        (FRIDAY_NIGHT, "fri 22:00", ""),
        (FRIDAY_NIGHT, "sat 05:59", ""),
        (FRIDAY_NIGHT, "fri 05:59", "card.not_on_this_day"),
        (FRIDAY_NIGHT, "sat 22:00", "card.not_on_this_day"),
        (FRIDAY_NIGHT, "fri 12:00", "card.not_at_this_hour"),
        (PolicyCard(scan_hours="22:00-06:00", scan_days=(Weekday.SUNDAY,)), "mon 01:00", ""),
        (PolicyCard(scan_days=(Weekday.SATURDAY, Weekday.SUNDAY)), "sun 23:59", ""),
        (PolicyCard(scan_days=(Weekday.SATURDAY, Weekday.SUNDAY)), "mon 00:00", "card.not_on_this_day"),
        (PolicyCard(scan_hours="07:00-19:30", scan_days=(Weekday.MONDAY,)), "tue 08:00", "card.not_on_this_day"),
    ],
)
def test_days_begin_with_their_hours(card: PolicyCard, moment: str, refused: str) -> None:
    assert code(card, moment) == refused


def test_the_computers_own_clock_counts() -> None:
    paris = timezone(timedelta(hours=1))
    assert scan_refusal(DAYTIME, "", datetime(2026, 11, 16, 7, 0, tzinfo=paris)) is None
    assert scan_refusal(DAYTIME, "", datetime(2026, 11, 16, 6, 59, tzinfo=paris)) is not None


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("Éloïse Brossard", True),
        ("eloise  BROSSARD ", True),
        ("E\u0301loi\u0308se Brossard", True),
        ("Müller-Straße", True),
        ("MULLER-STRASSE", True),
        ("Eloise", False),
        ("", False),
        ("  ", False),
        ("Еloise Brossard", False),  # a Cyrillic letter
    ],
)
def test_names(name: str, allowed: bool) -> None:
    card = PolicyCard(scan_by=("Éloïse Brossard", "Müller-Straße", " "))
    assert code(card, operator=name) == ("" if allowed else "card.not_this_operator")


def test_the_refusal_names_those_who_may() -> None:
    refusal = scan_refusal(PolicyCard(scan_by=("Anne", "\u202eBob")), "Eve", at("mon 12:00"))
    assert refusal is not None
    assert "Anne, <U+202E>Bob" in current().sentence(refusal)


# --- what a card can hold --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [
        {"scan_hours": "7:00-19:00"},
        {"scan_hours": "07:00-24:00"},
        {"scan_hours": "07:00-19:00\n"},
        {"scan_hours": "٠٧:00-19:00"},
        {"scan_days": ["monday"]},
        {"next_scan": "2026-02-30"},
        {"next_scan": "2026-13-01"},
        {"next_scan": "0000-01-01"},
        {"next_scan": "2026-01-01\n"},
        {"cpu_share": 4},
        {"cpu_share": 101},
        {"interval_days": -1},
        {"headers_only": [""]},
        {"protected": ["x" * 1001]},
        {"contact": "x" * 201},
        {"clean_up": 1},
    ],
)
def test_values_that_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(bad, PolicyCard)


def test_defaults_are_careful() -> None:
    assert not DEVICE_CARD.clean_up
    assert MEDIUM_CARD.clean_up
    assert msgspec.structs.replace(MEDIUM_CARD, clean_up=False) == DEVICE_CARD


lines = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
folders = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50), max_size=5)
hours = st.one_of(st.just(""), st.from_regex(r"\A([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]\Z"))
cards = st.fixed_dictionaries(
    {},
    optional={
        "clean_up": st.booleans(),
        "scan_by": st.lists(lines, max_size=5),
        "scan_hours": hours,
        "scan_days": st.lists(st.sampled_from([day.value for day in Weekday]), max_size=9),
        "headers_only": folders,
        "protected": folders,
        "gentle": st.booleans(),
        "cpu_share": st.integers(5, 100),
        "manufacturer": lines,
        "contact": lines,
        "approval": lines,
        "next_scan": st.one_of(st.just(""), st.dates().map(str)),
        "interval_days": st.integers(0, 3650),
        "note": lines,
    },
).map(lambda values: msgspec.convert(values, PolicyCard))


@given(cards, lines, st.datetimes(timezones=st.just(UTC)))
def test_every_card_has_an_answer(card: PolicyCard, operator: str, now: datetime) -> None:
    refusal = scan_refusal(card, operator, now)
    said = [] if refusal is None else [refusal]
    said += summary(CardInForce(card=card, origin=CardOrigin.DEVICE))
    for message in said:
        assert not current().sentence(message).startswith("["), message
    folders_as_patterns(card.headers_only, (b"/mnt/disk", b"D:\\"))
    assert msgspec.json.decode(msgspec.json.encode(card), type=PolicyCard) == card


@given(cards)
def test_without_conditions_anybody_scans_at_any_time(card: PolicyCard) -> None:
    free = msgspec.structs.replace(card, scan_by=(), scan_hours="", scan_days=())
    assert scan_refusal(free, "", at("mon 12:00")) is None


# --- the one line ----------------------------------------------------------------------------------


def line(card: PolicyCard, due: str = "") -> str:
    in_force = CardInForce(card=card, origin=CardOrigin.DEVICE)
    return " · ".join(current().sentence(message) for message in summary(in_force, due))


def test_the_shortest_line() -> None:
    assert line(DEVICE_CARD) == "look only: nothing is removed"
    assert line(MEDIUM_CARD) == "clean-up allowed"


def test_the_longest_line() -> None:
    card = PolicyCard(
        scan_by=("Anne", "Bob"),
        scan_hours="07:00-19:30",
        scan_days=(Weekday.MONDAY, Weekday.MONDAY),
        headers_only=("Images",),
        protected=("D:\\App", "D:\\Data"),
        gentle=True,
        cpu_share=25,
        manufacturer="Vendor",
        contact="+33 1",
        approval="REF-7",
        next_scan="2026-12-01",
    )
    assert line(card) == (
        "look only: nothing is removed · gentle: at most 25 percent of one processor core"
        " · 1 folder: only the beginning of each file is checked · 2 folders in which nothing is removed"
        " · 2 people may scan · scans allowed 07:00-19:30 · on 1 day of the week"
        " · call Vendor, +33 1 · approval REF-7 · next scan due 2026-12-01"
    )
    assert line(card, "2027-03-01").endswith("next scan due 2027-03-01")


# --- folders ---------------------------------------------------------------------------------------



@pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX")
def test_patterns() -> None:
    written = ("D:\\Images\\2024\\", "/var/lib/images", "Export", "./Export", "\\\\srv\\share\\x", "C:", "/", "a/../b")
    assert folders_as_patterns(written) == (
        b"Images/2024", b"/var/lib/images", b"var/lib/images", b"Export", b"x",
    )  # fmt: skip
    assert folders_as_patterns(()) == ()


@pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX")
def test_both_spellings_of_an_accent() -> None:
    assert set(folders_as_patterns(("Échographies",))) == {
        "Échographies".encode(),
        "E\u0301chographies".encode(),
    }


@pytest.mark.parametrize("root", [b"D:\\", b"d:\\Export", b"\\\\?\\D:\\"])
@pytest.mark.skipif(sys.platform == "win32", reason="another answer there")
def test_a_drive_that_is_scanned_itself_widens_nothing(root: bytes) -> None:
    assert folders_as_patterns(("D:\\Images",), (root,)) == ()
    assert folders_as_patterns(("E:\\Images",), (root,)) == (b"Images",)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Images", ""),
        ("D:\\Images", ""),
        ("\\\\?\\D:\\Images", ""),
        ("/var/lib/images", ""),
        ("C:", "card.folder_whole"),
        ("/", "card.folder_whole"),
        ("..", "card.folder_climbs"),
        ("a\\..\\b", "card.folder_climbs"),
        ("*.dcm", "card.folder_pattern"),
        ("%ProgramFiles%\\App", "card.folder_variable"),
        ("~/images", "card.folder_variable"),
        ("$HOME/images", "card.folder_variable"),
    ],
)
def test_folders_that_mean_nothing_here(text: str, fault: str) -> None:
    found = folder_fault(text)
    assert (found.code if found else "") == fault
    if found:
        assert text in current().sentence(found)
    if fault == "card.folder_whole":
        assert folder_fault(text, whole=True) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Program Files", "PROGRA~1", True),
        ("Program Files", "PR0C52~1", True),
        ("App.Data", "APP~1.DAT", True),
        ("Program Files", "PROGRA~A", False),
        ("Users", "WINDOW~1", False),
        ("Windows", "Windows.. ", True),
        ("Windows", "Windows2", False),
        ("a", "b", False),
        ("straße", "STRASSE", True),
        ("\udcff", "\udcfe", False),
    ],
)
def test_names_that_may_be_the_same(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same
    assert alike(other, one) is same


def test_raw_paths() -> None:
    assert parse_raw(b"\\\\?\\C:\\Windows\\x ").parts == ("Windows", "x ")
    assert parse_raw(b"\\\\?\\UNC\\srv\\share\\a").drive == "\\\\SRV\\SHARE"
    assert parse_raw(b"\\\\?\\Volume{0c1a}\\a").parts == ("a",)
    assert parse_folder(" D:/a//b/./ ").parts == ("a", "b")


def test_messages_of_the_line_are_values() -> None:
    assert summary(CardInForce(card=MEDIUM_CARD, origin=CardOrigin.MEDIUM_DEFAULT)) == (
        Message("card.line.clean_up"),
    )
