"""Lists, searches, pages and suggestions of the journal."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.device import Device, Target
from medscan_gui.core.words import Light, Stop, TargetKind
from medscan_gui.store.journal import Journal
from medscan_gui.store.queries import LIGHTS_IN_ORDER, ScanOrder, SuggestionField
from tests.store.records import FOLDER, SCANNER, STICK, finding, journal_file, scan, stub

DISK = Target(kind=TargetKind.COMPUTER, paths=(b"/",))


@pytest.fixture
def busy(journal: Journal) -> Journal:
    """A journal with six scans of two devices, and one device that was never scanned."""
    scan(journal, 1, operator="Zoé Martin")
    scan(journal, 2, (finding(),), operator="Ali")
    scan(journal, 3, device=SCANNER, target=DISK, operator="Zoé Martin", not_read=4)
    scan(journal, 4, device=SCANNER, operator="Ali", stop=Stop.CANCELLED)
    scan(journal, 5, (finding("WannaCry_Drop", "WannaCry", b"/opt/100%_x.exe"),), device=SCANNER, target=DISK)
    scan(journal, 6)
    journal.save_device(Device(id="device-pump", name="Pompe", asset_number="P-1"))
    return journal


def ids(journal: Journal, *of: str, **choice: object) -> list[int]:
    return [int(shown.id.removeprefix("scan-")) for shown in journal.scans(*of, **choice)]  # type: ignore[arg-type]


# --- the newest scan of one place ---


def volume(path: bytes, volume_id: str = "1A2B-3C4D") -> Target:
    return Target(kind=TargetKind.VOLUME, paths=(path,), volume_id=volume_id, removable=True)


def test_latest_scan_of_the_same_place(busy: Journal) -> None:
    assert busy.latest_scan(STICK.id, FOLDER) == "scan-6"
    assert busy.latest_scan(SCANNER.id, FOLDER) == "scan-4"
    assert busy.latest_scan(SCANNER.id, msgspec.structs.replace(DISK, label="said otherwise")) == "scan-5"
    assert busy.latest_scan(STICK.id, DISK) == ""
    assert busy.latest_scan("nobody", FOLDER) == ""


def test_a_running_scan_is_not_the_latest_and_one_that_was_cut_off_is(busy: Journal) -> None:
    begun = stub(7)
    busy.begin_scan(begun)
    assert busy.latest_scan(STICK.id, FOLDER) == "scan-6"
    busy._running.release(begun.id)
    assert busy.recover_cut_off() == (begun.id,)
    assert busy.latest_scan(STICK.id, FOLDER) == "scan-7"


def test_a_volume_is_the_same_place_wherever_it_is_mounted(journal: Journal) -> None:
    scan(journal, 1, target=volume(b"/media/a"))
    scan(journal, 2, target=volume(b"/media/a", "FFFF-0000"))
    scan(journal, 3, target=FOLDER)
    assert journal.latest_scan(STICK.id, volume(b"/media/b")) == "scan-1"
    assert journal.latest_scan(STICK.id, volume(b"/media/b", "")) == ""


def test_lists_of_an_older_form_know_the_places_after_opening(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path, removable=False)) as journal:
        scan(journal, 1)
    with closing(sqlite3.connect(journal_file(tmp_path))) as file, file:
        file.execute("ALTER TABLE index_scans DROP COLUMN target_key")
        file.execute("UPDATE index_state SET version = version - 1")
    with closing(Journal.open(tmp_path, removable=False)) as journal:
        assert journal.latest_scan(STICK.id, FOLDER) == "scan-1"
        assert journal.verify().lists_agree


def test_newest_first(busy: Journal) -> None:
    assert ids(busy) == [6, 5, 4, 3, 2, 1]


def test_order_is_that_of_recording_not_of_the_clock(journal: Journal) -> None:
    scan(journal, 500)
    scan(journal, 3)
    assert ids(journal) == [3, 500]


def test_of_one_device(busy: Journal) -> None:
    assert ids(busy, device_id=STICK.id) == [6, 2, 1]
    assert ids(busy, device_id="nobody") == []


def test_by_light(busy: Journal) -> None:
    assert ids(busy, light=Light.RED) == [5, 2]
    assert ids(busy, light=Light.AMBER) == [4, 3]
    assert ids(busy, light=Light.BLUE) == [6, 1]
    busy.begin_scan(stub(7))
    assert ids(busy, light=Light.SCANNING) == [7]


@pytest.mark.parametrize(
    ("order", "descending", "expected"),
    [
        ("date", True, [6, 5, 4, 3, 2, 1]),
        ("date", False, [1, 2, 3, 4, 5, 6]),
        ("threats", True, [5, 2, 6, 4, 3, 1]),
        ("threats", False, [6, 4, 3, 1, 5, 2]),
        ("not_read", True, [3, 6, 5, 4, 2, 1]),
        ("not_read", False, [6, 5, 4, 2, 1, 3]),
        ("light", False, [5, 2, 4, 3, 6, 1]),
        ("light", True, [6, 1, 4, 3, 5, 2]),
    ],
)
def test_order_with_the_newest_first_among_equals(
    busy: Journal, order: ScanOrder, *, descending: bool, expected: list[int]
) -> None:
    assert ids(busy, order=order, descending=descending) == expected
    pages = [ids(busy, order=order, descending=descending, limit=2, offset=place) for place in (0, 2, 4)]
    assert [number for page in pages for number in page] == expected
    assert ids(busy, STICK.id, order=order, descending=descending) == [n for n in expected if n in {1, 2, 6}]


def test_every_light_has_its_place() -> None:
    assert set(LIGHTS_IN_ORDER) == set(Light)


def test_pages(busy: Journal) -> None:
    assert ids(busy, limit=2) == [6, 5]
    assert ids(busy, limit=2, offset=4) == [2, 1]
    assert ids(busy, offset=4) == [2, 1]
    assert ids(busy, limit=2, offset=6) == []
    assert ids(busy, limit=0) == []
    assert busy.count_scans() == 6
    assert busy.count_scans(SCANNER.id, light=Light.AMBER) == 2


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("zoe", [3, 1]),  # operator, without accent
        ("ZOÉ", [3, 1]),
        ("échographe", [5, 4, 3]),  # device
        ("ECHOGRAPHE", [5, 4, 3]),
        ("b 0042", [5, 4, 3]),
        ("sn-9", [5, 4, 3]),
        ("radiologie", [6, 2, 1]),
        ("conficker", [2]),  # family
        ("wannacry_drop", [5]),  # rule
        ("a.exe", [2]),  # place
        ("c0c0c0", [5, 2]),  # hash
        ("100%_x", [5]),  # no wildcards
        ("1%x", []),
        ("_ann", []),
        ("zoe martin", [3, 1]),
        ("martin radiologie", [1]),  # words of different fields
        ("ali conficker", [2]),
        ("zoe conficker", []),
        ("/media/stick", [6, 4, 2, 1]),  # target
        ("'; DROP TABLE entries; --", []),
        ("", [6, 5, 4, 3, 2, 1]),
        ("   ", [6, 5, 4, 3, 2, 1]),
    ],
)
def test_search(busy: Journal, words: str, found: list[int]) -> None:
    assert ids(busy, search=words) == found
    assert busy.count_scans(search=words) == len(found)


def test_search_of_an_escaped_character(journal: Journal) -> None:
    scan(journal, 1, (finding(path=b"/x/\xe2\x80\xaecod.exe"),))
    assert ids(journal, search="<u+202e>") == [1]
    assert ids(journal, search="\u202e") == [1]


def test_enormous_search_is_bounded(busy: Journal) -> None:
    assert ids(busy, search="zoe " * 100_000) == [3, 1]


def test_summary_says_what_the_record_says(busy: Journal) -> None:
    for shown in busy.scans():
        record = busy.record(shown.id)
        assert shown.light is record.light
        assert shown.verdict is record.verdict.kind
        assert shown.stop is record.stop
        assert shown.threats == record.evidence.threats_found
        assert shown.not_read == record.coverage.items_not_read
        assert (shown.started, shown.ended, shown.operator) == (record.started, record.ended, record.operator)
        assert shown.target == record.target.shown
        assert shown.target_kind is record.target.kind
        assert shown.device == record.device


def test_devices(busy: Journal) -> None:
    pump, stick, scanner = busy.devices()
    assert (pump.device.name, pump.light, pump.scans, pump.never_scanned) == ("Pompe", Light.IDLE, 0, True)
    assert (stick.device, stick.light, stick.scans, stick.latest_scan_id) == (STICK, Light.BLUE, 3, "scan-6")
    assert (scanner.device, scanner.light, scanner.scans) == (SCANNER, Light.RED, 3)
    assert scanner.latest_scan == busy.record("scan-5").started


def test_device_being_scanned_keeps_its_latest_light(busy: Journal) -> None:
    busy.begin_scan(stub(7))
    first = busy.devices()[0]
    assert (first.device, first.light, first.scanning, first.scans) == (STICK, Light.BLUE, True, 4)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("pompe", ["Pompe"]),
        ("cardiologie", ["Échographe 3"]),
        ("conficker", ["Clé bleue"]),
        ("zoe", ["Clé bleue", "Échographe 3"]),
        ("wannacry zoe", ["Échographe 3"]),
    ],
)
def test_search_of_devices(busy: Journal, words: str, names: list[str]) -> None:
    assert [shown.device.name for shown in busy.devices(words)] == names


def test_devices_by_light_and_pages(busy: Journal) -> None:
    assert [shown.device.name for shown in busy.devices(light=Light.IDLE)] == ["Pompe"]
    assert [shown.device.name for shown in busy.devices(light=Light.RED)] == ["Échographe 3"]
    assert [shown.device.name for shown in busy.devices(limit=1, offset=1)] == ["Clé bleue"]


def test_threats_stay_open_until_a_complete_scan_of_the_same_place(journal: Journal) -> None:
    def open_now() -> int:
        return journal.devices()[0].threats_open

    folder = Target(kind=TargetKind.FOLDER, paths=(b"/opt/pacs",))
    scan(journal, 1, (finding(), finding()), device=SCANNER, target=DISK)
    assert open_now() == 2
    scan(journal, 2, device=SCANNER, target=folder)
    assert (open_now(), journal.devices()[0].light) == (2, Light.BLUE)
    scan(journal, 3, device=SCANNER, target=DISK, stop=Stop.CANCELLED)
    scan(journal, 4, device=SCANNER, target=DISK, not_read=1)
    assert open_now() == 2
    scan(journal, 5, device=SCANNER, target=DISK)
    assert open_now() == 0
    scan(journal, 6, (finding(),), device=SCANNER, target=folder)
    scan(journal, 7, device=SCANNER, target=DISK)
    assert open_now() == 0


def test_find_device(busy: Journal) -> None:
    assert busy.find_device(asset_number=" b0042") == SCANNER
    assert busy.find_device(serial="sn-9") == SCANNER
    assert busy.find_device(asset_number="none", serial="SN-9") == SCANNER
    assert busy.find_device(asset_number="B 004") is None
    assert busy.find_device() is None
    assert busy.find_device(asset_number="  ") is None


def test_find_device_takes_the_latest_of_two(busy: Journal) -> None:
    newer = msgspec.structs.replace(SCANNER, id="device-new")
    busy.save_device(newer)
    assert busy.find_device(asset_number="B 0042") == newer


@pytest.mark.parametrize(
    ("field", "prefix", "expected"),
    [
        ("operator", "", ("Ali", "Zoé Martin")),
        ("operator", "ZOE", ("Zoé Martin",)),
        ("operator", "martin", ("Zoé Martin",)),
        ("operator", "x", ()),
        ("department", "", ("Radiologie", "Cardiologie")),
        ("name", "", ("Pompe", "Clé bleue", "Échographe 3")),
        ("asset_number", "u", ("USB-07",)),
        ("make", "", ()),
    ],
)
def test_suggestions(busy: Journal, field: SuggestionField, prefix: str, expected: tuple[str, ...]) -> None:
    found = busy.suggestions(field, prefix)
    assert found == expected


def test_suggestions_begin_with_what_was_typed(journal: Journal) -> None:
    scan(journal, 1, operator="Anne")
    scan(journal, 2, operator="Marie-Anne")
    assert journal.suggestions("operator", "ann") == ("Anne", "Marie-Anne")
    assert journal.suggestions("operator", "", limit=1) == ("Marie-Anne",)


def test_lists_rebuilt_are_the_same(busy: Journal) -> None:
    def everything() -> tuple[object, ...]:
        return busy.scans(), busy.devices(), busy.suggestions("name"), busy.suggestions("operator")

    before = everything()
    busy.rebuild_lists()
    assert everything() == before
    assert busy.verify().lists_agree
