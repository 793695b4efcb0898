"""Locked archives in the real window, with the real engine: AMBER, a wrong password, the right one, from two pages."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import pyzipper
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from medscan_gui.core.names import raw_bytes
from medscan_gui.core.words import Light, Outcome
from medscan_gui.gui.main_window import MainWindow
from medscan_gui.gui.pages.journal import JournalPage
from medscan_gui.gui.unlock.dialog import PasswordDialog
from medscan_gui.services import Services
from tests.gui.test_clean_up_for_real import PATIENCE, answer, light, press, scan, window  # noqa: F401  # a fixture
from tests.samples import eicar

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

SAMPLE = Path(__file__).resolve().parents[1] / "formats" / "zip-aes256.zip"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    shutil.copy(SAMPLE, made / "export.zip")
    (made / "note.txt").write_text("harmless")
    return made


def give(password: str) -> Callable[[QDialog], None]:
    def act(dialog: QDialog) -> None:
        assert isinstance(dialog, PasswordDialog)
        QTest.keyClicks(dialog.field, password)
        QTest.keyClick(dialog.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    return act


def unlock(qtbot: QtBot, window: MainWindow, password: str, button: object) -> None:  # noqa: F811  # the fixture's value
    page = window.scan_page
    answer(PasswordDialog, give(password))
    with qtbot.waitSignal(page.scan_over, timeout=PATIENCE):
        press(button)
    qtbot.waitUntil(lambda: not page.after.busy)


def test_a_locked_archive_is_read_with_its_password(
    qtbot: QtBot, window: MainWindow, services: Services, stick: Path  # noqa: F811  # the fixture
) -> None:
    scan(qtbot, window, stick)
    page = window.scan_page
    assert light(window) is Light.AMBER
    first = page.result.record
    assert first is not None
    assert first.coverage.total(Outcome.ENCRYPTED) == 1
    assert "1 file is locked" in page.result.locked_notice.text

    unlock(qtbot, window, "wrong", page.result.locked_notice.button)
    assert light(window) is Light.AMBER
    assert "still locked" in page.result.locked_notice.text

    # Now from the journal, where the newest result offers it and the older one does not.
    window.show_page("journal")
    journal = window.page("journal")
    assert isinstance(journal, JournalPage)
    qtbot.waitUntil(lambda: journal.view.scans.rowCount() == 2)
    qtbot.waitUntil(lambda: journal.unlocking.offered)
    notice = journal.view.details.locked_notice
    assert notice.isVisible()
    journal.view.table.selectRow(1)
    qtbot.waitUntil(lambda: journal.view.details.record == first)
    qtbot.waitUntil(lambda: not journal.unlocking.offered)
    assert not notice.isVisible()
    journal.view.table.selectRow(0)
    qtbot.waitUntil(lambda: journal.unlocking.offered)

    unlock(qtbot, window, "infected", notice.button)
    assert window.stack.currentWidget() is page
    assert light(window) is Light.BLUE
    assert not page.result.locked_notice.isVisible()
    assert services.settings.current.passwords == ()
    window.show_page("journal")
    qtbot.waitUntil(lambda: journal.view.scans.rowCount() == 3)
    assert str(journal.view.scans.index(0, 3).data()).startswith("Locked files: ")
    assert services.journal.verify().ok


def test_a_threat_behind_a_password_turns_the_light_red(
    qtbot: QtBot, window: MainWindow, stick: Path  # noqa: F811  # the fixture
) -> None:
    with pyzipper.AESZipFile(stick / "setup.zip", "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"infected")
        archive.writestr("setup.com", eicar())
    scan(qtbot, window, stick)
    page = window.scan_page
    assert light(window) is Light.AMBER
    assert "2 files are locked" in page.result.locked_notice.text
    unlock(qtbot, window, "infected", page.result.locked_notice.button)
    assert light(window) is Light.RED
    record = page.result.record
    assert record is not None
    assert [found.chain for found in record.findings] == [(raw_bytes(os.fspath(stick / "setup.zip")), b"setup.com")]
