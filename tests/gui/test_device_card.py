"""The device of a scan: filled from the journal, never in the way, never the wrong device."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from medscan_gui.core.device import Device, default_device
from medscan_gui.gui.scan.device_card import DeviceCard
from medscan_gui.gui.scan.device_memory import DeviceMemory
from medscan_gui.session import Services
from tests.gui.scripted import COMPUTER, DEVICE, HOST, STICK

Show = Callable[[QWidget], None]


@pytest.fixture
def card(shown: Show) -> DeviceCard:
    made = DeviceCard()
    made.retranslate()
    shown(made)
    return made


def type_into(card: DeviceCard, name: str, text: str) -> None:
    card.fields[name].clear()
    QTest.keyClicks(card.fields[name], text)


def test_empty_fields_still_make_a_device(card: DeviceCard) -> None:
    assert card.device().id
    assert card.device().title == ""
    assert card.operator == ""


def test_what_is_typed_belongs_to_the_known_device(card: DeviceCard) -> None:
    known = default_device(STICK, HOST)
    card.show_device(known)
    type_into(card, "asset_number", " BM-1 ")
    type_into(card, "department", "Radiology")
    device = card.device()
    assert (device.id, device.asset_number, device.department) == (known.id, "BM-1", "Radiology")


def test_another_asset_number_is_another_device(card: DeviceCard) -> None:
    card.show_device(DEVICE)
    type_into(card, "asset_number", "BM-99999")
    assert card.device().id != DEVICE.id


def test_what_was_typed_survives_another_target(card: DeviceCard) -> None:
    card.show_device(default_device(STICK, HOST))
    type_into(card, "name", "Pump 7")
    card.show_device(default_device(COMPUTER, HOST))
    assert card.device().name == "Pump 7"
    card.forget_edits()
    card.show_device(default_device(COMPUTER, HOST))
    assert card.device().name == HOST.name


def test_the_operators_name_does_not_hold_the_device_fast(card: DeviceCard) -> None:
    card.show_device(default_device(STICK, HOST))
    type_into(card, "operator", "A. Martin")
    card.show_device(DEVICE)
    assert card.device() == DEVICE
    assert card.operator == "A. Martin"


def test_fields_have_names_and_bounds(card: DeviceCard) -> None:
    names = {edit.accessibleName() for edit in card.fields.values()}
    assert len(names) == 4
    type_into(card, "name", "x" * 500)
    assert len(card.device().name) == 120


def test_a_known_asset_number_fills_the_rest(card: DeviceCard, services: Services, qtbot: QtBot) -> None:
    services.journal.save_device(DEVICE)
    memory = DeviceMemory(card)
    memory.set_services(services)
    memory.follow(STICK)
    qtbot.waitUntil(lambda: not memory.busy)
    assert card.device().name == STICK.label
    type_into(card, "asset_number", DEVICE.asset_number)
    popup = card.fields["asset_number"].completer().popup()
    assert popup is not None
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    card.fields["asset_number"].setFocus()
    QTest.keyClick(card.fields["asset_number"], Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: card.device().department == DEVICE.department)
    qtbot.waitUntil(lambda: not memory.busy)
    assert card.device().id == DEVICE.id


def test_a_scan_started_at_once_still_finds_the_device(card: DeviceCard, services: Services, qtbot: QtBot) -> None:
    services.journal.save_device(DEVICE)
    memory = DeviceMemory(card)
    memory.set_services(services)
    memory.follow(STICK)
    qtbot.waitUntil(lambda: not memory.busy)
    card.fields["asset_number"].setText(DEVICE.asset_number)
    started: list[str] = []
    memory.resolve(lambda: started.append(card.device().id))
    qtbot.waitUntil(lambda: bool(started))
    assert started == [DEVICE.id]
    memory.resolve(lambda: started.append("at once"))
    assert started[-1] == "at once"


def test_fields_are_completed_from_the_journal(card: DeviceCard, services: Services, qtbot: QtBot) -> None:
    services.journal.save_device(DEVICE)
    memory = DeviceMemory(card)
    memory.set_services(services)
    qtbot.waitUntil(lambda: not memory.busy)
    completer = card.fields["department"].completer()
    completer.setCompletionPrefix("cardio")
    assert completer.completionCount() == 1
    assert completer.currentCompletion() == "Cardiology"


def test_the_department_of_the_settings_is_proposed(card: DeviceCard, services: Services, qtbot: QtBot) -> None:
    import msgspec

    services.settings.current = msgspec.structs.replace(
        services.settings.current, department_default="Biomedical", operator_default="M. Lefèvre"
    )
    memory = DeviceMemory(card)
    memory.set_services(services)
    memory.follow(STICK)
    qtbot.waitUntil(lambda: not memory.busy)
    assert card.device().department == "Biomedical"
    assert card.operator == "M. Lefèvre"
    assert isinstance(card.device(), Device)
