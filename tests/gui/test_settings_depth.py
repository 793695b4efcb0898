"""Settings of how far scans look: passwords, second engines, unchanged files."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from medscan_gui.core.messages import Message
from medscan_gui.core.opinion import EngineOpinion, EngineStatus
from medscan_gui.gui.pages.settings import SettingsPage
from medscan_gui.gui.pages.settings_engines import found_words
from medscan_gui.session import Services
from medscan_gui.store.journal import NoJournal
from medscan_gui.store.settings import Settings, SettingsStore
from tests.gui import scripted
from tests.gui.page_services import replace, services_in

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

Survey = Callable[[Path, int], tuple[EngineOpinion, ...]]
Opened = Callable[[Survey], tuple[SettingsPage, Services]]


def both(_beside: Path, _old_days: int) -> tuple[EngineOpinion, ...]:
    return scripted.opinion(), scripted.ABSENT


@pytest.fixture
def opened(tmp_path: Path, qtbot: QtBot) -> Iterator[Opened]:
    def build(survey: Survey = both) -> tuple[SettingsPage, Services]:
        services = services_in(tmp_path, NoJournal())
        page = SettingsPage(survey=survey)
        qtbot.addWidget(page, before_close_func=lambda _page: qtbot.waitUntil(lambda: not page.busy, timeout=30_000))
        page.set_services(services)
        page.retranslate()
        page.resize(1000, 700)
        page.show()
        return page, services

    yield build


def used(services: Services) -> Settings:
    return services.settings.current


def type_passwords(page: SettingsPage, words: str) -> None:
    field = page.form.passwords
    field.setFocus()
    field.selectAll()
    field.insertPlainText(words)
    QTest.keyClick(field, Qt.Key.Key_Tab)


def test_passwords_are_one_on_each_line_and_hidden(opened: Opened, tmp_path: Path, qtbot: QtBot) -> None:
    page, services = opened(both)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    with qtbot.waitSignal(page.settings_saved):
        type_passwords(page, "infected\n\nmot de passé\ninfected\n")
    assert used(services).passwords == ("infected", "mot de passé")
    assert "infected" not in page.form.passwords.toPlainText()
    page.form.show_passwords.click()
    assert page.form.passwords.toPlainText() == "infected\nmot de passé"
    qtbot.waitUntil(lambda: not page.saving)
    assert SettingsStore(services.paths).current.passwords == ("infected", "mot de passé")
    page.undo.click()
    assert used(services).passwords == ()
    assert page.form.passwords.text() == ""


@pytest.mark.parametrize("words", ["\n".join(map(str, range(51))), "x" * 201])
def test_more_than_the_settings_hold_is_said_and_not_kept(opened: Opened, words: str, qtbot: QtBot) -> None:
    page, services = opened(both)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    type_passwords(page, words)
    assert "at most 50 passwords" in page.notice.text
    assert page.form.passwords.text() == words, "it can be corrected"
    sound = page.form.rows["sound"].control
    assert isinstance(sound, QCheckBox)
    sound.click()
    assert not services.settings.current.sound
    assert used(services).passwords == ()


def test_engines_are_looked_for_beside_the_window(opened: Opened, qtbot: QtBot) -> None:
    go_on = threading.Event()
    asked: list[tuple[Path, int]] = []

    def slow(beside: Path, old_days: int) -> tuple[EngineOpinion, ...]:
        asked.append((beside, old_days))
        go_on.wait(30)
        return both(beside, old_days)

    page, services = opened(slow)
    assert not asked, "only when somebody looks"
    page.activated()
    switches = page.form.engines.switches
    assert switches["clamav"].words.text() == "Looking for it…"
    go_on.set()
    qtbot.waitUntil(lambda: not page.busy)
    assert asked == [(services.paths.program_dir, 90)]
    assert switches["clamav"].words.text() == "Version 1.4.3 (clamscan). Signatures: 27631, 2026-11-20, 2 days old."
    assert switches["defender"].words.text() == "Not found on this computer."


def test_engines_are_switched_one_by_one(opened: Opened, tmp_path: Path, qtbot: QtBot) -> None:
    page, services = opened(both)
    page.activated()
    qtbot.waitUntil(lambda: not page.busy)
    switches = page.form.engines.switches
    QTest.keyClick(switches["clamav"].box, Qt.Key.Key_Space)
    assert used(services).second_engines == ("clamav",)
    switches["defender"].box.click()
    assert used(services).second_engines == ("clamav", "defender")
    assert "no scan can turn blue" in switches["defender"].words.text()
    assert "no scan can turn blue" in switches["defender"].box.accessibleDescription()
    assert "blue" not in switches["clamav"].words.text()
    qtbot.waitUntil(lambda: not page.saving)
    found = json.loads((tmp_path / "settings.json").read_text(encoding="utf-8"))
    assert found["second_engines"] == ["clamav", "defender"]
    page.undo.click()
    assert not switches["defender"].box.isChecked()


def test_skipping_unchanged_files_says_what_it_cannot_see(opened: Opened) -> None:
    page, services = opened(both)
    row = page.form.rows["skip_unchanged"]
    assert "could hide a change" in row.note.text()
    assert isinstance(row.control, QCheckBox)
    assert not row.control.isChecked()
    row.control.click()
    assert services.settings.current.skip_unchanged


def test_every_state_of_an_engine_has_words() -> None:
    said = set()
    for status in EngineStatus:
        opinion = replace(scripted.opinion(), status=status)
        said.add(found_words(opinion))
    unsafe = replace(
        scripted.opinion(),
        status=EngineStatus.UNUSABLE,
        reason=Message.of("second.unsafe", engine="ClamAV", file="/x\u202e"),
    )
    said.add(found_words(unsafe))
    assert len(said) == len(EngineStatus) + 1
    assert all(one.endswith(".") for one in said)
    assert not any("\u202e" in one for one in said)
