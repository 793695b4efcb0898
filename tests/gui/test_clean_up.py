"""Clean-up from the result, with scripted sessions: asked for, confirmed once, told, verified; nothing by accident."""

from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel
from pytestqt.qtbot import QtBot

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.policy import CardInForce, CardOrigin, PolicyCard
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Fate, Light
from medscan_gui.gui.clean_up.dialog import CleanUpDialog
from medscan_gui.gui.clean_up.doors import CleanUpDoor
from medscan_gui.gui.clean_up.files_model import FileColumn, PlannedFilesModel
from medscan_gui.gui.clean_up.keep_dialog import KeepDialog
from medscan_gui.gui.models.findings import FindingColumn
from medscan_gui.gui.scan.stage import Stage
from medscan_gui.services import Services
from tests.gui import scripted
from tests.gui.conftest import Window

FOUND = [scripted.finding(place) for place in range(4)]
ARCHIVE = scripted.finding(9, chain=(b"/media/ECHO-EXPORT/export.zip", b"a.exe"), file_sha256="c" * 64)


def scan(qtbot: QtBot, window: Window, record: ScanRecord) -> None:
    window.script(scripted.story(record))
    with qtbot.waitSignal(window.page.scan_over):
        window.page.start()
    qtbot.waitUntil(lambda: not window.page.after.busy)


def answer(kind: type[QDialog], press: Callable[[QDialog], None], seen: list[QDialog]) -> None:
    """Look at the dialog that opens next, and press something in it."""

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, kind):
            QTimer.singleShot(5, look)
            return
        seen.append(dialog)
        try:
            press(dialog)
        except AssertionError:
            dialog.reject()  # a test that fails must not wait for ever
            raise

    QTimer.singleShot(0, look)


def activate(qtbot: QtBot, window: Window) -> None:
    """Keys go to the window again after a dialog was open."""
    window.main.activateWindow()
    qtbot.waitUntil(window.main.isActiveWindow)


def confirm(dialog: QDialog) -> None:
    assert isinstance(dialog, CleanUpDialog)
    QTest.mouseClick(dialog.confirm, Qt.MouseButton.LeftButton)


def clean_up(qtbot: QtBot, window: Window, press: Callable[[QDialog], None] = confirm) -> None:
    seen: list[QDialog] = []
    answer(CleanUpDialog, press, seen)
    QTest.mouseClick(window.page.buttons.clean_up, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(seen) and not window.page.after.busy)


def fates(window: Window) -> list[str]:
    model = window.page.result.threats
    return [str(model.index(row, FindingColumn.FATE).data()) for row in range(model.rowCount())]


def test_a_clean_up_is_offered_but_never_the_first_thing_pressed(qtbot: QtBot, window: Window) -> None:
    activate(qtbot, window)
    scan(qtbot, window, scripted.record(FOUND))
    assert window.page.buttons.clean_up.isVisible()
    qtbot.waitUntil(window.page.buttons.report.hasFocus)  # the platform makes windows active when it likes
    assert window.door.asked == []


def test_red_clean_up_green(qtbot: QtBot, window: Window) -> None:
    record = scripted.record([*FOUND, ARCHIVE])
    scan(qtbot, window, record)
    window.page.ready.device.fields["operator"].setText("A. Martin")
    with qtbot.waitSignal(window.page.scan_over):
        clean_up(qtbot, window)
    page = window.page
    assert window.door.asked[0][0] is None
    assert page.hero.light.light is Light.GREEN
    assert not page.buttons.clean_up.isVisible()
    assert set(fates(window)) == {"Removed, kept in the quarantine"}
    assert not page.result.threat_table.isColumnHidden(FindingColumn.FATE)
    assert "5 files were moved" in page.result.done_notice.text


def test_what_stays_is_red_with_its_reason(qtbot: QtBot, window: Window) -> None:
    window.door.script = lambda first: scripted.ScriptedSession(
        scripted.clean_up_story(scripted.cleaned(first, left=[2]))
    )
    scan(qtbot, window, scripted.record(FOUND))
    with qtbot.waitSignal(window.page.scan_over):
        clean_up(qtbot, window)
    assert window.page.hero.light.light is Light.RED
    left = [fate for fate in fates(window) if fate.startswith("Still there")]
    assert left == ["Still there: another program keeps it locked"]
    assert "3 of 4 files" in window.page.result.done_notice.text
    qtbot.waitUntil(window.page.buttons.clean_up.isVisible)
    assert len(window.page.result.threats.choosable) == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Enter])
def test_enter_and_escape_change_nothing(qtbot: QtBot, window: Window, key: Qt.Key) -> None:
    scan(qtbot, window, scripted.record(FOUND))
    clean_up(qtbot, window, lambda dialog: QTest.keyClick(dialog.focusWidget(), key))
    assert window.page.stage is Stage.RESULT
    assert window.door.asked == []


def test_the_confirmation_says_what_will_happen(qtbot: QtBot, window: Window) -> None:
    window.door.obstacles = {"0002": Message.of("protected.windows"), "0003": Message.of("cause.in_use")}
    texts: list[str] = []

    def read(dialog: QDialog) -> None:
        assert isinstance(dialog, CleanUpDialog)
        texts.extend(label.text() for label in dialog.findChildren(QLabel))
        assert dialog.focusWidget() is dialog.cancel
        assert dialog.confirm.text() == "Remove 3 files"
        first = dialog.files.index(0, FileColumn.HAPPENS).data()
        assert str(first).startswith("Stays: ")
        dialog.reject()

    scan(qtbot, window, scripted.record([*FOUND, ARCHIVE]))
    clean_up(qtbot, window, read)
    told = "\n".join(texts)
    for part in (
        "Remove 3 files from “ECHO-EXPORT” (Vivid E95)?",
        "kept in the quarantine on this computer",
        "An archive that holds a threat is taken whole",
        "read again",
        "Nothing is lost",
        "2 files cannot be removed",
        "Isolate the device and call its manufacturer",
        "another program keeps it locked",
    ):
        assert part in told


def test_nothing_that_can_be_removed_leaves_nothing_to_confirm(qtbot: QtBot, window: Window) -> None:
    window.door.obstacles = {"setup.exe": Message.of("cause.in_use")}
    scan(qtbot, window, scripted.record(FOUND))

    def look(dialog: QDialog) -> None:
        assert isinstance(dialog, CleanUpDialog)
        assert not dialog.confirm.isVisible()
        assert dialog.cancel.text() == "Close"
        dialog.reject()

    clean_up(qtbot, window, look)
    assert window.door.asked == []


def test_approval_is_told_for_a_device(services: Services) -> None:
    record = scripted.record(FOUND, target=scripted.COMPUTER)
    card = CardInForce(card=PolicyCard(clean_up=True, approval="GE 2026-114"), origin=CardOrigin.DEVICE)
    record = msgspec.structs.replace(record, card=card)
    dialog = CleanUpDialog(scripted.planned(record), record, services.paths)
    assert "GE 2026-114" in dialog.allowed.text()
    dialog.deleteLater()


def test_detect_only_offers_nothing_and_says_why(qtbot: QtBot, window: Window) -> None:
    window.door.why = Message.of("clean_up.detect_only")
    scan(qtbot, window, scripted.record(FOUND))
    page = window.page
    assert not page.buttons.clean_up.isVisible()
    bar = page.result.choice_bar
    assert bar.why_not.isVisible()
    assert bar.why_not.text()
    assert not bar.clean_up.isVisible()
    assert not bar.keep.isVisible()
    table = page.result.threat_table
    table.selectAll()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Delete):
        QTest.keyClick(table, key)
    QTest.keyClick(window.main, Qt.Key.Key_F8)
    assert page.result.threats.chosen == frozenset()
    assert window.door.asked == []


@pytest.mark.parametrize("record", [scripted.record(), scripted.record((), [scripted.problem()])])
def test_without_threats_nothing_is_asked_or_said(qtbot: QtBot, window: Window, record: ScanRecord) -> None:
    scan(qtbot, window, record)
    assert not window.page.buttons.clean_up.isVisible()
    assert not window.page.result.choice_bar.isVisible()


# --- choosing ----------------------------------------------------------------------------------------


def test_files_are_chosen_by_keyboard(qtbot: QtBot, window: Window) -> None:
    scan(qtbot, window, scripted.record([*FOUND, ARCHIVE]))
    table, model, bar = window.page.result.threat_table, window.page.result.threats, window.page.result.choice_bar
    assert not bar.clean_up.isEnabled()
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert len(model.chosen) == 1
    assert bar.everything.checkState() is Qt.CheckState.PartiallyChecked
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert not model.chosen
    QTest.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert model.chosen == model.choosable
    assert bar.everything.checkState() is Qt.CheckState.Checked
    assert bar.count.text() == "5 of 5 files chosen"
    bar.everything.click()
    assert not model.chosen


def test_a_click_ticks_the_box_of_a_row(qtbot: QtBot, window: Window) -> None:
    scan(qtbot, window, scripted.record(FOUND))
    table, model = window.page.result.threat_table, window.page.result.threats
    place = table.visualRect(model.index(1, FindingColumn.SEVERITY)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert model.chosen == {model.finding(1).chain[0]}
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert not model.chosen


def test_all_threats_of_one_file_are_chosen_together(qtbot: QtBot, window: Window) -> None:
    other = msgspec.structs.replace(ARCHIVE, chain=(ARCHIVE.chain[0], b"b.exe"))
    scan(qtbot, window, scripted.record([ARCHIVE, other, *FOUND]))
    model = window.page.result.threats
    row = next(row for row in range(model.rowCount()) if model.finding(row).chain[0] == ARCHIVE.chain[0])
    model.setData(model.index(row, 0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    ticked = [
        row
        for row in range(model.rowCount())
        if model.index(row, 0).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    ]
    assert len(ticked) == 2


def test_what_is_chosen_is_what_is_asked_for(qtbot: QtBot, window: Window) -> None:
    record = scripted.record(FOUND)
    scan(qtbot, window, record)
    table, model = window.page.result.threat_table, window.page.result.threats
    table.sortByColumn(FindingColumn.WHERE, Qt.SortOrder.DescendingOrder)
    model.choose([FOUND[1].chain[0], FOUND[3].chain[0]])
    seen: list[QDialog] = []
    answer(CleanUpDialog, confirm, seen)
    with qtbot.waitSignal(window.page.scan_over):
        QTest.keyClick(table, Qt.Key.Key_Delete)
    chosen, _operator = window.door.asked[0]
    assert chosen is not None
    assert [record.findings[place].chain for place in chosen] == [FOUND[1].chain, FOUND[3].chain]


def test_fifty_thousand_files_stay_quick(qtbot: QtBot, window: Window) -> None:
    findings = [scripted.finding(place) for place in range(50_000)]
    record = scripted.record(findings)
    model = PlannedFilesModel(scripted.planned(record), record)
    assert model.rowCount() == 50_000
    assert model.index(49_999, FileColumn.FILE).data()
    threats = window.page.result.threats
    threats.set_findings(record.findings)
    threats.offer_choice(True)
    threats.choose_all()
    assert len(threats.chosen) == 50_000
    threats.choose([findings[7].chain[0]], chosen=False)
    assert len(threats.chosen) == 49_999


# --- while it runs -----------------------------------------------------------------------------------


def held(qtbot: QtBot, window: Window, at: int) -> scripted.ScriptedSession:
    made: list[scripted.ScriptedSession] = []

    def script(first: ScanRecord) -> scripted.ScriptedSession:
        made.append(scripted.ScriptedSession(scripted.clean_up_story(scripted.cleaned(first, [1])), hold_at=at))
        return made[0]

    window.door.script = script
    scan(qtbot, window, scripted.record(FOUND))
    clean_up(qtbot, window)
    qtbot.waitUntil(lambda: bool(made) and made[0].held.is_set())
    return made[0]


def test_progress_is_told_and_no_result_before_its_time(qtbot: QtBot, window: Window) -> None:
    session = held(qtbot, window, at=5)
    page = window.page
    assert page.stage is Stage.CLEANING
    assert page.hero.light.light is Light.SCANNING
    assert page.hero.light.pulsing
    qtbot.waitUntil(lambda: page.cleaning.files.value.text() == "2 of 4")
    assert page.cleaning.percent.text() == "50%"
    assert "0001/setup.exe" in page.cleaning.latest.text()
    assert page.cleaning.current.text().endswith("0002/setup.exe")
    with qtbot.waitSignal(page.scan_over):
        session.release()


def test_the_check_follows_in_its_own_words(qtbot: QtBot, window: Window) -> None:
    session = held(qtbot, window, at=4 * 2 + 1 + 5)
    page = window.page
    qtbot.waitUntil(lambda: page.stage is Stage.RUNNING)
    assert page.hero.headline.text() == "Checking that they are gone…"
    qtbot.waitUntil(lambda: page.running.stage.text() == "Checking that they are gone…")
    with qtbot.waitSignal(page.scan_over):
        session.release()


def test_pause_and_cancel_reach_the_clean_up(qtbot: QtBot, window: Window) -> None:
    session = held(qtbot, window, at=3)
    page = window.page
    QTest.mouseClick(page.buttons.pause, Qt.MouseButton.LeftButton)
    assert page.hero.headline.text() == "The clean-up is paused"
    assert not page.hero.light.pulsing
    QTest.mouseClick(page.buttons.pause, Qt.MouseButton.LeftButton)
    activate(qtbot, window)
    QTest.keyClick(window.main, Qt.Key.Key_Escape)
    assert session.calls == ["pause", "resume"], "one slip of a finger"
    with qtbot.waitSignal(page.scan_over):
        QTest.keyClick(window.main, Qt.Key.Key_Escape)
    assert session.calls == ["pause", "resume", "cancel"]


def test_a_session_that_dies_gives_no_green(qtbot: QtBot, window: Window) -> None:
    window.door.script = lambda first: scripted.ScriptedSession(scripted.clean_up_story(scripted.cleaned(first))[:-1])
    scan(qtbot, window, scripted.record(FOUND))
    with qtbot.waitSignal(window.page.scan_over):
        clean_up(qtbot, window)
    assert window.page.hero.light.light is Light.AMBER


def test_a_new_scan_forgets_the_offer(qtbot: QtBot, window: Window) -> None:
    scan(qtbot, window, scripted.record(FOUND))
    window.page.new_scan()
    scan(qtbot, window, scripted.record())
    assert not window.page.buttons.clean_up.isVisible()
    assert not window.page.result.threats.choosing


# --- keeping -----------------------------------------------------------------------------------------


def keep(dialog: QDialog, reason: str = "Tool of the manufacturer", person: str = "Dr. Bernard") -> None:
    assert isinstance(dialog, KeepDialog)
    assert not dialog.confirm.isEnabled()
    QTest.keyClicks(dialog.reason, reason)
    dialog.person.clear()
    assert not dialog.confirm.isEnabled()
    QTest.keyClicks(dialog.person, person)
    QTest.mouseClick(dialog.confirm, Qt.MouseButton.LeftButton)


def test_a_file_is_kept_and_that_is_taken_back(qtbot: QtBot, window: Window) -> None:
    record = scripted.record([FOUND[0], ARCHIVE])
    scan(qtbot, window, record)
    page = window.page
    page.result.threats.choose_all()
    seen: list[QDialog] = []
    answer(KeepDialog, keep, seen)
    QTest.mouseClick(page.result.choice_bar.keep, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.door.accepted) == 2)
    qtbot.waitUntil(page.result.kept_notice.isVisible)
    accepted = {one.sha256: one for one in window.door.accepted}
    assert set(accepted) == {FOUND[0].content, "c" * 64}, "an archive is accepted whole"
    one = accepted["c" * 64]
    assert (one.reason, one.person, one.scan_id) == ("Tool of the manufacturer", "Dr. Bernard", record.id)
    assert one.shown_name == "/media/ECHO-EXPORT/export.zip"
    assert not one.until
    assert set(fates(window)) == {"Accepted from the next scan on"}
    assert page.hero.light.light is Light.RED, "it counts from the next scan on"
    activate(qtbot, window)
    QTest.keyClick(window.main, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(window.door.accepted) == 4)
    qtbot.waitUntil(lambda: not page.result.kept_notice.isVisible())
    assert all(one.withdrawn for one in window.door.accepted[2:])
    assert set(fates(window)) == {"Still there"}


def test_scan_again_is_offered_after_keeping(qtbot: QtBot, window: Window) -> None:
    scan(qtbot, window, scripted.record(FOUND))
    window.page.result.threats.choose_all()
    answer(KeepDialog, keep, [])
    window.page.after.keep_chosen()
    qtbot.waitUntil(window.page.result.kept_notice.isVisible)
    window.script(scripted.story(scripted.record()))
    with qtbot.waitSignal(window.page.scan_over):
        QTest.mouseClick(window.page.result.kept_notice.button, Qt.MouseButton.LeftButton)
    assert len(window.requests) == 2


def test_an_end_may_be_set(qtbot: QtBot) -> None:
    dialog = KeepDialog([FOUND[0]], person="M. Lefèvre", scan_id="s")
    qtbot.addWidget(dialog)
    assert dialog.person.text() == "M. Lefèvre"
    assert dialog.acceptances()[0].until == ""
    dialog.ends.setChecked(True)
    until = dialog.acceptances()[0].until
    assert until == dialog.until.date().toString(Qt.DateFormat.ISODate)
    assert dialog.acceptances()[0].counts_on(until)


def test_what_has_no_digest_cannot_be_kept(qtbot: QtBot) -> None:
    dialog = KeepDialog([scripted.finding(0, sha256="")], person="A", scan_id="s")
    qtbot.addWidget(dialog)
    QTest.keyClicks(dialog.reason, "because")
    assert not dialog.confirm.isEnabled()
    assert "cannot be kept" in dialog.missing.text


def test_a_journal_that_refuses_leaves_the_row_a_threat(qtbot: QtBot, window: Window) -> None:
    window.door.trouble = MedScanError(Message.of("journal.full"))
    scan(qtbot, window, scripted.record(FOUND))
    window.page.result.threats.choose_all()
    answer(KeepDialog, keep, [])
    window.page.after.keep_chosen()
    qtbot.waitUntil(lambda: bool(window.page.result.notice.text))
    assert not window.page.result.kept_notice.isVisible()
    assert set(fates(window)) == {"Still there"}


def test_the_real_door_enters_and_withdraws(services: Services) -> None:
    door = CleanUpDoor()
    accepted = Acceptance(
        sha256="ab" * 32, reason="Tool", person="Dr. Bernard", accepted="2026-11-21T14:00:00.000Z", shown_name="a.exe"
    )
    door.accept(services, accepted)
    assert [one.sha256 for one in services.journal.acceptances()] == ["ab" * 32]
    door.accept(services, msgspec.structs.replace(accepted, withdrawn=True))
    assert services.journal.acceptances() == ()


def test_the_real_door_refuses_a_medical_device(services: Services) -> None:
    record = scripted.record(FOUND, target=scripted.COMPUTER)
    assert CleanUpDoor().refusal(services, record) is not None


# --- hostile and accessible --------------------------------------------------------------------------


def test_hostile_names_are_escaped_in_dialogs(qtbot: QtBot, services: Services) -> None:
    name = "<b>\u202egpj.exe\n".encode() + b"\xff" + b"A" * 32_000
    record = scripted.record([scripted.finding(0, chain=(name,))])
    dialog = CleanUpDialog(scripted.planned(record), record, services.paths)
    kept = KeepDialog(record.findings, person="<i>\u202e", scan_id="s")
    for one in (dialog, kept):
        qtbot.addWidget(one)
        for label in one.findChildren(QLabel):
            assert label.textFormat() is Qt.TextFormat.PlainText
    shown = str(dialog.files.index(0, FileColumn.FILE).data())
    assert "<U+202E>" in shown
    assert "\n" not in shown
    assert len(shown) < 1000
    assert isinstance(kept.acceptances()[0], Acceptance)
    assert "\u202e" not in kept.acceptances()[0].shown_name


def test_every_control_of_the_dialogs_has_a_name(qtbot: QtBot, services: Services) -> None:
    record = scripted.record(FOUND)
    for dialog in (
        CleanUpDialog(scripted.planned(record), record, services.paths),
        KeepDialog(FOUND, person="A", scan_id="s"),
    ):
        qtbot.addWidget(dialog)
        dialog.show()
        root = QAccessible.queryAccessibleInterface(dialog)
        controls = {QAccessible.Role.Button, QAccessible.Role.EditableText, QAccessible.Role.Table}
        for place in range(root.childCount()):
            child = root.child(place)
            if child.role() in controls and not child.state().invisible:
                assert child.text(QAccessible.Text.Name), child.object()


def test_removed_and_accepted_rows_cannot_be_chosen(qtbot: QtBot, window: Window) -> None:
    rows = [scripted.finding(0, fate=Fate.REMOVED), scripted.finding(1, fate=Fate.ACCEPTED), FOUND[2]]
    scan(qtbot, window, scripted.record(rows))
    model = window.page.result.threats
    assert model.choosable == {FOUND[2].chain[0]}
    model.choose_all()
    assert model.chosen == {FOUND[2].chain[0]}


def test_what_is_ticked_is_what_f8_asks_about(qtbot: QtBot, window: Window) -> None:
    scan(qtbot, window, scripted.record(FOUND))
    window.page.result.threats.choose([FOUND[1].chain[0]])
    seen: list[QDialog] = []
    answer(CleanUpDialog, confirm, seen)
    with qtbot.waitSignal(window.page.scan_over):
        window.page.clean_up()
    assert [chosen for chosen, _operator in window.door.asked] == [(1,)]


def test_the_same_content_in_many_places_is_kept_as_one_and_named_everywhere(qtbot: QtBot, window: Window) -> None:
    same = [msgspec.structs.replace(found, sha256="d" * 64, file_sha256="") for found in FOUND[:3]]
    scan(qtbot, window, scripted.record([*same, FOUND[3]]))
    model = window.page.result.threats
    model.choose([same[0].chain[0]])
    seen: list[QDialog] = []
    answer(KeepDialog, keep, seen)
    window.page.after.keep_chosen()
    qtbot.waitUntil(window.page.result.kept_notice.isVisible)
    assert len(window.door.accepted) == 1
    assert "3 files" in window.page.result.kept_notice.text
    assert fates(window).count("Accepted from the next scan on") == 3
