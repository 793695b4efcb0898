"""What a file of cards would change in a real journal, and the change itself."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medscan_gui.core.device import Device
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.policy import PolicyCard
from medscan_gui.core.record import timestamp
from medscan_gui.core.text import current
from medscan_gui.response.cards import CardChange, CardLine, CardsFileError, apply, known_lines, plan
from medscan_gui.response.cards_csv import read_csv, write_csv
from medscan_gui.store.journal import Journal, NoJournal

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PUMP = Device(id="pump", name="Pompe 1", asset_number="B 0042", serial="SN-1", make="Vendor", model="P1")
OTHER = Device(id="other", name="Pompe 2", asset_number="B0043", serial="SN-2", make="Vendor", model="P1")
BARE = Device(id="bare", name="Poste", serial="SN-3")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal.open(tmp_path, removable=False)
    for device in (PUMP, OTHER, BARE):
        journal.save_device(device)
    yield journal
    journal.close()


def planned(journal: Journal, table: str) -> tuple[CardChange, ...]:
    return plan(journal, read_csv(table.encode()))


def take(journal: Journal, table: str) -> int:
    return apply(journal, planned(journal, table), operator="Anne", now=NOW)


def refused(journal: Journal, table: str) -> list[str]:
    before = journal.head()
    with pytest.raises(CardsFileError) as error:
        planned(journal, table)
    assert journal.head() == before
    for fault in error.value.faults:
        assert not current().sentence(fault.what).startswith("[")
    return [f"{fault.line}:{fault.what.code.partition('.')[2]}" for fault in error.value.faults]


def card_of(journal: Journal, device: Device) -> PolicyCard | None:
    stored = journal.card_of(device.id)
    return stored.card if stored else None


@pytest.mark.parametrize(
    "whose", ["device;gentle\npump;yes", "asset_number;gentle\nb0042;yes", "serial;gentle\nsn-1;yes"]
)
def test_a_device_is_known_by_any_number(journal: Journal, whose: str) -> None:
    assert take(journal, whose) == 1
    assert card_of(journal, PUMP) == PolicyCard(gentle=True)
    assert card_of(journal, OTHER) is None


def test_a_preview_changes_nothing(journal: Journal) -> None:
    before = journal.head()
    (change,) = planned(journal, "asset_number;name;gentle;contact\nB 0042;Pompe de bloc;yes;Anne\n")
    assert journal.head() == before
    assert change.title == "B 0042 Pompe de bloc"
    assert change.fields == ("gentle", "contact")
    assert change.device_fields == ("name",)
    assert (change.changes, change.is_new_device, change.before) == (True, False, None)
    assert change.after == PolicyCard(gentle=True, contact="Anne")


def test_columns_that_are_missing_leave_their_fields(journal: Journal) -> None:
    take(journal, "serial;gentle;contact;clean_up\nSN-1;yes;Anne;yes\n")
    take(journal, "serial;next_scan;contact\nSN-1;2027-01-31;\n")
    assert card_of(journal, PUMP) == PolicyCard(gentle=True, clean_up=True, next_scan="2027-01-31")


def test_the_same_file_twice_changes_nothing_more(journal: Journal) -> None:
    table = "asset_number;name;department;make;model;gentle\nB-99;Écho;Cardio;Vendor;E1;yes\n;;;Vendor;P1;no\n"
    assert take(journal, table) == 2
    head = journal.head()
    assert take(journal, table) == 0
    assert journal.head() == head


def test_devices_that_are_new_are_made(journal: Journal) -> None:
    changes = planned(journal, "asset_number;name;department;make;model;serial\nB-99;Écho;Cardio;Vendor;E1;S9\n")
    assert changes[0].is_new_device
    apply(journal, changes, operator="Anne", now=NOW)
    device = journal.find_device(asset_number="B-99")
    assert device is not None
    assert (device.name, device.department, device.make, device.model, device.serial) == (
        "Écho", "Cardio", "Vendor", "E1", "S9",
    )  # fmt: skip
    assert card_of(journal, device) == PolicyCard()


def test_a_card_of_a_model(journal: Journal) -> None:
    (change,) = planned(journal, "make;model;headers_only\nVendor;P1;D:\\Images\n")
    assert (change.device, change.title) == (None, "Vendor P1")
    assert apply(journal, [change], operator=" Anne\n", now=NOW) == 1
    stored = journal.card_of_model("VENDOR", "p1")
    assert stored is not None
    assert stored.card == change.after
    assert (stored.operator, stored.saved, stored.device_id) == ("Anne", timestamp(NOW), "")


def test_a_card_is_taken_away(journal: Journal) -> None:
    take(journal, "serial;gentle\nSN-1;yes\n")
    assert take(journal, "serial;card;gentle\nSN-1;none;yes\nSN-2;none;yes\n") == 1
    assert card_of(journal, PUMP) is None
    assert card_of(journal, OTHER) is None


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ("device;gentle\nnobody;yes\n", ["2:unknown_device"]),
        ("name;gentle\nPompe 1;yes\n", ["2:nobody"]),
        ("make;model\nVendor;\n", ["2:nobody"]),
        ("make;model;name\nVendor;P1;Pompe\n", ["2:nobody"]),
        ("department\nCardio\n", ["2:nobody"]),
        ("asset_number;serial\nB 0042;SN-3\n", ["2:two_devices"]),
        ("device;asset_number\npump;B0043\n", ["2:two_devices"]),
        ("asset_number\nB 0042\nb-77\nB0042\n", ["4:twice"]),
        ("asset_number;serial\nB 0042;\n;SN-1\n", ["3:twice"]),
        ("asset_number\nNew\nNEW\n", ["3:twice"]),
        ("make;model\nVendor;P1\nvendor;p 1\n", ["3:twice"]),
        ("serial\n" + "S" * 201, ["2:identity_too_long"]),
        ("serial;device\nSN-1;\n;x\nSN-2;y\n", ["3:unknown_device"]),
    ],
)
def test_lines_that_cannot_be_followed(journal: Journal, table: str, wrong: list[str]) -> None:
    assert refused(journal, table) == wrong


def test_a_serial_number_of_another_product(journal: Journal) -> None:
    """Makers give one serial number to several products: the hospital's own number decides."""
    (change,) = planned(journal, "asset_number;serial;name\nB-77;SN-1;Moniteur\n")
    assert change.is_new_device
    (change,) = planned(journal, "asset_number;serial\nB-78;SN-3\n")
    assert change.device is not None
    assert change.device.id == BARE.id
    assert change.device.asset_number == "B-78"


def test_the_fleet_comes_back_from_its_own_table(journal: Journal) -> None:
    take(journal, "make;model;gentle\nVendor;P1;yes\n")
    take(journal, "serial;protected\nSN-1;D:\\App | =x\n")
    twin = Device(id="twin", asset_number="B 0042", name="Une autre")  # two devices of one number
    journal.save_device(twin)
    lines = known_lines(journal, devices=True)
    assert [line.identity.get("device", "") for line in lines] == ["", "bare", "twin", "pump", "other"]
    assert [line.remove for line in lines] == [False, True, True, False, True]
    changes = plan(journal, read_csv(write_csv(lines)))
    assert [change.changes for change in changes] == [False] * 5
    assert [line.identity.get("device", "") for line in known_lines(journal)] == ["", "pump"]


def test_another_journal_takes_the_whole_fleet(journal: Journal, tmp_path: Path) -> None:
    """Each device keeps its number, unless the other journal knows the device by its asset or serial number."""
    take(journal, "serial;gentle\nSN-1;yes\nSN-3;yes\n")
    elsewhere = Journal.open(tmp_path / "elsewhere", removable=False)
    elsewhere.save_device(Device(id="its own", asset_number="B0042", department="Bloc"))
    table = write_csv(known_lines(journal, devices=True))
    assert apply(elsewhere, plan(elsewhere, read_csv(table)), operator="", now=NOW) == 3
    assert elsewhere.device("bare") == BARE
    assert elsewhere.device("other") == OTHER
    assert elsewhere.device("pump") is None
    known = elsewhere.find_device(asset_number="B 0042")
    assert known is not None
    assert (known.id, known.name, known.department) == ("its own", PUMP.name, "Bloc")
    assert card_of(elsewhere, known) == card_of(elsewhere, BARE) == PolicyCard(gentle=True)
    assert card_of(elsewhere, OTHER) is None
    elsewhere.close()


def test_without_a_journal_nothing_is_taken() -> None:
    none = NoJournal(Message("store.none"))
    changes = plan(none, [CardLine(1, {"serial": "S"}, {"gentle": True})])
    with pytest.raises(MedScanError):
        apply(none, changes, operator="", now=NOW)


def test_a_hostile_title_is_escaped(journal: Journal) -> None:
    (change,) = planned(journal, "asset_number;name\nB-1;\u202eexe\x1b[2J\n")
    assert "\u202e" not in change.title
    assert "\x1b" not in change.title
