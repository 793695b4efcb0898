"""The settings' page on real settings files."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from medscan_gui.core import text
from medscan_gui.core.text import current
from medscan_gui.gui.pages.settings import SettingsPage
from medscan_gui.session import Services
from medscan_gui.store.journal import NoJournal
from medscan_gui.store.settings import Settings, SettingsStore, described
from tests.gui.page_services import services_in

# Qt's offscreen platform says so of every window that is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

Opened = Callable[[], tuple[SettingsPage, Services]]


@pytest.fixture
def opened(tmp_path: Path, qtbot: QtBot) -> Iterator[Opened]:
    def build() -> tuple[SettingsPage, Services]:
        services = services_in(tmp_path, NoJournal())
        page = SettingsPage()
        qtbot.addWidget(page, before_close_func=lambda _page: settled(page, qtbot))
        page.set_services(services)
        page.retranslate()
        page.resize(1000, 700)
        page.show()
        return page, services

    yield build


def settled(page: SettingsPage, qtbot: QtBot) -> None:
    """Wait until nothing is read or written any more."""
    qtbot.waitUntil(lambda: not (page.saving or page.accepted.busy or page.cards.busy), timeout=30_000)


def control(page: SettingsPage, name: str) -> QWidget:
    return page.form.rows[name].control


def type_text(page: SettingsPage, name: str, words: str, qtbot: QtBot) -> None:
    field = control(page, name)
    assert isinstance(field, QLineEdit)
    field.clear()
    field.insert(words)  # QTest cannot type accents
    QTest.keyClick(field, Qt.Key.Key_Return)


def written(page: SettingsPage, folder: Path, qtbot: QtBot) -> dict[str, object]:
    qtbot.waitUntil(lambda: not page.saving, timeout=30_000)
    found: dict[str, object] = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    return found


def test_every_setting_can_be_set_and_says_what_it_does(opened: Opened) -> None:
    page, _services = opened()
    assert set(page.form.rows) == {name for name, _words in described()}
    for row in page.form.rows.values():
        assert row.title.text()
        assert row.note.text().endswith(".")
        assert row.control.accessibleName()
        assert row.control.accessibleDescription()


def test_a_change_is_used_and_written_at_once(opened: Opened, tmp_path: Path, qtbot: QtBot) -> None:
    page, services = opened()
    with qtbot.waitSignal(page.settings_saved) as told:
        type_text(page, "hospital_name", "CHU Élodie", qtbot)
    assert services.settings.current.hospital_name == "CHU Élodie"
    assert told.args == [services.settings.current]
    assert written(page, tmp_path, qtbot)["hospital_name"] == "CHU Élodie"
    assert SettingsStore(services.paths).current.hospital_name == "CHU Élodie"


def test_changes_in_quick_succession_are_all_kept(opened: Opened, tmp_path: Path, qtbot: QtBot) -> None:
    page, _services = opened()
    type_text(page, "operator_default", "A. Lefèvre", qtbot)
    type_text(page, "kit", "K-17", qtbot)
    theme_choice = control(page, "theme")
    assert isinstance(theme_choice, QComboBox)
    theme_choice.setCurrentIndex(2)
    sound = control(page, "sound")
    assert isinstance(sound, QCheckBox)
    sound.click()
    found = written(page, tmp_path, qtbot)
    assert (found["operator_default"], found["kit"], found["theme"], found["sound"]) == (
        "A. Lefèvre", "K-17", "dark", False,
    )  # fmt: skip


def test_each_change_can_be_taken_back(opened: Opened, tmp_path: Path, qtbot: QtBot) -> None:
    page, services = opened()
    assert not page.undo.isEnabled()
    type_text(page, "kit", "K-1", qtbot)
    type_text(page, "kit", "K-2", qtbot)
    page.undo.click()
    assert services.settings.current.kit == "K-1"
    page.undo.click()
    assert services.settings.current == Settings()
    assert not page.undo.isEnabled()
    assert written(page, tmp_path, qtbot).get("kit", "") == ""


def test_ages_that_do_not_grow_are_not_kept(opened: Opened, qtbot: QtBot) -> None:
    page, services = opened()
    fresh = control(page, "fresh_days")
    assert isinstance(fresh, QSpinBox)
    fresh.setValue(60)
    assert page.notice.isVisible()
    assert "must grow" in page.notice.text
    assert fresh.value() == 7
    assert services.settings.current.fresh_days == 7
    ageing = control(page, "ageing_days")
    assert isinstance(ageing, QSpinBox)
    ageing.setValue(60)
    assert not page.notice.isVisible()
    assert services.settings.current.ageing_days == 60


def test_the_hospital_s_policy_is_shown(opened: Opened, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "policy.json").write_text('{"hospital_name": "CHU", "kit": "K-9"}', encoding="utf-8")
    page, services = opened()
    row = page.form.rows["hospital_name"]
    assert row.by_hospital.isVisibleTo(page)
    assert row.by_hospital.text() == "Set by your hospital for this computer."
    assert not page.form.rows["theme"].by_hospital.isVisibleTo(page)
    type_text(page, "hospital_name", "Other", qtbot)
    assert "another value" in row.by_hospital.text()
    assert services.settings.policy == {"hospital_name": "CHU", "kit": "K-9"}


def test_ages_cannot_be_raised_above_the_hospital_s(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text('{"old_days": 60}', encoding="utf-8")
    page, services = opened()
    old, ageing = control(page, "old_days"), control(page, "ageing_days")
    assert isinstance(old, QSpinBox)
    assert isinstance(ageing, QSpinBox)
    old.setValue(300)
    assert (old.value(), services.settings.current.old_days) == (60, 60)
    old.setValue(45)
    assert services.settings.current.old_days == 45
    assert ageing.maximum() == 365, "what the policy does not state"


def test_settings_that_cannot_be_written_say_so_and_hold(opened: Opened, tmp_path: Path, qtbot: QtBot) -> None:
    page, services = opened()
    (tmp_path / "settings.json").mkdir()  # a file cannot replace a folder, on any system
    type_text(page, "kit", "K-3", qtbot)
    qtbot.waitUntil(lambda: bool(page.notice.text), timeout=30_000)
    assert services.settings.current.kit == "K-3"


def test_the_wheel_scrolls_the_page_not_the_values(opened: Opened) -> None:
    page, services = opened()
    old = control(page, "old_days")
    assert isinstance(old, QSpinBox)
    control(page, "kit").setFocus()
    turn = QWheelEvent(
        QPointF(5, 5), old.mapToGlobal(QPointF(5, 5)), QPoint(0, 120), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(old, turn)
    assert old.value() == services.settings.current.old_days == 90


def test_places_are_shown_and_can_be_opened(opened: Opened, tmp_path: Path) -> None:
    page, services = opened()
    assert page.places["data"].path.text() == str(tmp_path)
    assert page.places["data"].button.isEnabled()
    assert page.places["log"].path.text() == str(services.paths.log_file)
    assert not page.places["journal"].button.isEnabled(), "there is no journal"
    assert all(place.button.accessibleName() for place in page.places.values())


def test_the_folder_of_reports(opened: Opened, tmp_path: Path) -> None:
    page, services = opened()
    page.use_folder("")
    assert services.settings.current.reports_dir == ""
    page.use_folder(str(tmp_path))
    assert services.settings.current.reports_dir == str(tmp_path)
    assert page.places["reports"].path.text() == str(tmp_path)


def test_language_changes_at_once(opened: Opened, qtbot: QtBot) -> None:
    page, _services = opened()
    page.settings_saved.connect(lambda settings: text.use(text.Words(settings.language or "en")))
    language = control(page, "language")
    assert isinstance(language, QComboBox)
    language.setCurrentIndex(language.findData("fr"))
    assert current().language == "fr"
    page.retranslate()
    assert language.currentData() == "fr"
    assert language.itemText(1) == "Français"


def test_the_hospital_s_retention_is_the_shortest(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text('{"quarantine_days": 120}', encoding="utf-8")
    page, services = opened()
    days = control(page, "quarantine_days")
    assert isinstance(days, QSpinBox)
    assert days.value() == 120
    days.setValue(30)
    assert (days.value(), services.settings.current.quarantine_days) == (120, 120)
    days.setValue(200)
    assert services.settings.current.quarantine_days == 200
    assert page.form.rows["quarantine_days"].by_hospital.isVisibleTo(page)


def test_retention_is_kept_and_taken_back(opened: Opened, tmp_path: Path, qtbot: QtBot) -> None:
    page, services = opened()
    days = control(page, "quarantine_days")
    assert isinstance(days, QSpinBox)
    days.setValue(0)
    assert written(page, tmp_path, qtbot)["quarantine_days"] == 0
    page.undo.click()
    assert services.settings.current.quarantine_days == 90
