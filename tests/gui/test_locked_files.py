"""Locked files: the offer in the result, the dialog, the scan that follows; nothing is kept unless asked for."""

from collections.abc import Callable, Iterator

import msgspec
import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from medscan_gui.core import text
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Light
from medscan_gui.gui.scan.stage import Stage
from medscan_gui.gui.unlock.dialog import PasswordDialog
from medscan_gui.gui.unlock.password_lines import PasswordLines
from medscan_gui.response.unlocking import passwords_of
from medscan_gui.services import Services
from medscan_gui.store.settings import SettingsStore
from tests.gui import scripted
from tests.gui.conftest import Window
from tests.gui.test_clean_up_for_real import answer
from tests.gui.test_main_window import Stretched, cut_off

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

LOCKED = scripted.record((), [scripted.problem(place) for place in range(3)])


def result(qtbot: QtBot, window: Window, record: ScanRecord) -> None:
    window.script(scripted.story(record))
    with qtbot.waitSignal(window.page.scan_over):
        window.page.start()
    qtbot.waitUntil(lambda: not window.page.after.busy)


def light(window: Window) -> Light:
    return window.page.hero.light.light


def give(*passwords: str, keep: bool = False) -> Callable[[QDialog], None]:
    """Type these passwords and start."""

    def act(dialog: QDialog) -> None:
        assert isinstance(dialog, PasswordDialog)
        for place, password in enumerate(passwords):
            if place:
                QTest.keyClick(dialog.field, Qt.Key.Key_Return)
            QTest.keyClicks(dialog.field, password)
        dialog.keep.setChecked(keep)
        QTest.mouseClick(dialog.confirm, Qt.MouseButton.LeftButton)

    return act


def unlock(qtbot: QtBot, window: Window, *passwords: str, keep: bool = False) -> None:
    answer(PasswordDialog, give(*passwords, keep=keep))
    with qtbot.waitSignal(window.page.scan_over):
        QTest.mouseClick(window.page.result.locked_notice.button, Qt.MouseButton.LeftButton)


def test_a_result_with_locked_files_says_so_and_offers_to_open_them(qtbot: QtBot, window: Window) -> None:
    result(qtbot, window, LOCKED)
    notice = window.page.result.locked_notice
    assert notice.isVisible()
    assert notice.text == "3 files are locked by a password and could not be read."
    assert notice.button.text() == "Enter passwords…"
    assert notice.button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_result_without_locked_files_says_nothing(qtbot: QtBot, window: Window) -> None:
    result(qtbot, window, scripted.record())
    assert not window.page.result.locked_notice.isVisible()
    window.page.unlocking.ask()
    assert QApplication.activeModalWidget() is None


def test_a_red_result_offers_it_as_well(qtbot: QtBot, window: Window) -> None:
    result(qtbot, window, scripted.record([scripted.finding()], [scripted.problem()]))
    assert window.page.hero.light.light is Light.RED
    assert "1 file is locked" in window.page.result.locked_notice.text


def test_the_scan_that_follows_replaces_the_light(qtbot: QtBot, window: Window, services: Services) -> None:
    result(qtbot, window, LOCKED)
    assert light(window) is Light.AMBER
    unlock(qtbot, window, "wrong", "patient 2024 ")
    assert window.unlock_door.asked == [(LOCKED.id, ("wrong", "patient 2024 "), "")]
    assert window.page.stage is Stage.RESULT
    assert light(window) is Light.BLUE
    assert not window.page.result.locked_notice.isVisible()
    assert services.settings.current.passwords == ()
    assert not (services.paths.data_dir / "settings.json").exists()


def test_it_can_be_held_and_cancelled_like_any_scan(qtbot: QtBot, window: Window) -> None:
    result(qtbot, window, LOCKED)
    window.unlock_door.script = lambda first: scripted.ScriptedSession(
        scripted.story(scripted.unlocked(first)), hold_at=5
    )
    answer(PasswordDialog, give("infected"))
    QTest.mouseClick(window.page.result.locked_notice.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.page.stage is Stage.RUNNING)
    assert window.page.hero.headline.text() == "Reading the locked files…"
    assert window.page.hero.light.light is Light.SCANNING
    QTest.mouseClick(window.page.buttons.pause, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(window.page.scan_over):
        QTest.mouseClick(window.page.buttons.cancel, Qt.MouseButton.LeftButton)
    assert window.unlock_door.session_made is not None
    assert window.unlock_door.session_made.calls == ["pause", "cancel"]


def test_what_no_password_opened_is_said_and_can_be_tried_again(qtbot: QtBot, window: Window) -> None:
    result(qtbot, window, LOCKED)
    window.unlock_door.script = lambda first: scripted.ScriptedSession(
        scripted.story(scripted.unlocked(first, [scripted.problem(1)]))
    )
    unlock(qtbot, window, "wrong")
    notice = window.page.result.locked_notice
    assert notice.text == "1 file is still locked: none of the passwords opened all of it."
    assert notice.button.isEnabled()
    del window.unlock_door.script  # the usual one again
    window.unlock_door.script = scripted.ScriptedUnlockDoor().script
    unlock(qtbot, window, "right")
    assert [one[1] for one in window.unlock_door.asked] == [("wrong",), ("right",)]
    assert not notice.isVisible()


def test_a_refusal_is_a_sentence_and_the_result_stays(qtbot: QtBot, window: Window) -> None:
    result(qtbot, window, LOCKED)
    window.unlock_door.trouble = MedScanError(Message.of("unlock.newer_scan"))
    answer(PasswordDialog, give("infected"))
    QTest.mouseClick(window.page.result.locked_notice.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "scanned again since" in window.page.result.notice.text)
    assert window.page.stage is Stage.RESULT
    assert window.page.hero.light.light is Light.AMBER
    assert window.page.result.locked_notice.button.isEnabled()


def test_passwords_are_kept_only_if_that_is_ticked(qtbot: QtBot, window: Window, services: Services) -> None:
    services.settings.save(msgspec.structs.replace(services.settings.current, passwords=("old",)))
    result(qtbot, window, LOCKED)
    unlock(qtbot, window, "infected", "old", keep=True)
    qtbot.waitUntil(lambda: not window.page.unlocking.busy)
    assert services.settings.current.passwords == ("old", "infected")
    assert SettingsStore(services.paths).current.passwords == ("old", "infected")


def test_a_new_scan_takes_the_offer_away(qtbot: QtBot, window: Window) -> None:
    result(qtbot, window, LOCKED)
    window.page.new_scan()
    assert not window.page.unlocking.offered
    window.page.unlocking.ask()
    assert QApplication.activeModalWidget() is None


# --- the dialog --------------------------------------------------------------------------------------


@pytest.fixture
def dialog(qtbot: QtBot, shown: Callable[[QWidget], None]) -> Iterator[PasswordDialog]:
    paths = tuple(b"/media/stick/archive-%d\xe2\x80\xae.zip" % place for place in range(3))
    made = PasswordDialog(paths, passwords_of, ("old",))
    shown(made)
    yield made


def test_it_says_what_is_wrong_and_stays_open(dialog: PasswordDialog) -> None:
    QTest.mouseClick(dialog.confirm, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert dialog.error.text == "Enter at least one password."
    dialog.field.set_text("\n".join(f"word-{place}" for place in range(101)))
    QTest.mouseClick(dialog.confirm, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert "at most 100 passwords" in dialog.error.text


def test_the_settings_hold_fewer_than_one_try(dialog: PasswordDialog) -> None:
    dialog.field.set_text("\n".join(f"word-{place}" for place in range(60)))
    dialog.keep.setChecked(True)
    QTest.mouseClick(dialog.confirm, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert "at most 50 passwords" in dialog.error.text
    dialog.keep.setChecked(False)
    QTest.mouseClick(dialog.confirm, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    assert len(dialog.passwords) == 60
    assert dialog.kept is None


def test_keys(dialog: PasswordDialog) -> None:
    QTest.keyClicks(dialog.field, "one")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.isVisible(), "Enter begins the next line"
    QTest.keyClicks(dialog.field, "two")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog.passwords == ("one", "two")
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_escape_leaves_everything(dialog: PasswordDialog) -> None:
    QTest.keyClicks(dialog.field, "one")
    QTest.keyClick(dialog.field, Qt.Key.Key_Escape)
    assert dialog.result() == QDialog.DialogCode.Rejected
    assert dialog.passwords == ()


def test_tab_leaves_the_field_and_all_has_a_name(dialog: PasswordDialog) -> None:
    dialog.field.setFocus()
    QTest.keyClick(dialog.field, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.show_words
    for widget in (dialog.field, dialog.list):
        assert widget.accessibleName()
    model = dialog.list.model()
    assert "<U+202E>" in str(model.index(0, 0).data())


def test_longer_words_fit(dialog: PasswordDialog, qtbot: QtBot, shown: Callable[[QWidget], None]) -> None:
    text.use(Stretched())
    longer = PasswordDialog([b"/media/" + b"x" * 300], passwords_of)
    shown(longer)
    longer.confirm_passwords()
    qtbot.waitUntil(lambda: cut_off(longer) == [], timeout=3000)
    assert longer.width() <= 1024
    assert longer.height() <= 700


# --- the field ---------------------------------------------------------------------------------------


@pytest.fixture
def field(qtbot: QtBot, shown: Callable[[QWidget], None]) -> Iterator[PasswordLines]:
    made = PasswordLines()
    shown(made)
    yield made


def test_dots_stand_for_what_is_typed(field: PasswordLines) -> None:
    QTest.keyClicks(field, "secret")
    assert field.text() == "secret"
    assert field.toPlainText() == "●●●●●●"
    field.selectAll()
    field.copy()
    assert "secret" not in QGuiApplication.clipboard().text()
    field.show_words(True)
    assert field.toPlainText() == "secret"
    field.show_words(False)
    assert field.toPlainText() == "●●●●●●"
    assert field.text() == "secret"


@pytest.mark.parametrize("shown_words", [False, True])
def test_editing_in_the_middle(field: PasswordLines, shown_words: bool) -> None:
    field.show_words(shown_words)
    QTest.keyClicks(field, "abcdef")
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Backspace):
        QTest.keyClick(field, key)
    QTest.keyClicks(field, "XY")
    assert field.text() == "abcXYef"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "abcXY\nef"
    QTest.keyClick(field, Qt.Key.Key_Home)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert field.text() == "abcXYef"
    field.selectAll()
    field.insertPlainText("•z")  # QTest types ASCII alone
    assert field.text() == "•z"
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == "•z", "nothing is undone: dots would come back as a password"


@pytest.mark.parametrize("words", ["mot de passé\nDeux", "🔑key\nd🔑", "a\u00a0b", "•••\n••"])
def test_pasted_passwords_stay_what_they_are(field: QWidget, words: str) -> None:
    assert isinstance(field, PasswordLines)
    data = QMimeData()
    data.setText(words)
    field.insertFromMimeData(data)
    assert field.text() == words
    QTest.keyClick(field, Qt.Key.Key_Home)
    QTest.keyClicks(field, "x")
    lines = words.split("\n")
    assert field.text() == "\n".join([*lines[:-1], "x" + lines[-1]])


def test_a_huge_paste_is_bounded(field: PasswordLines) -> None:
    data = QMimeData()
    data.setText("x" * 1_000_000)
    field.insertFromMimeData(data)
    assert len(field.text()) == 1 << 16
