"""The scan page with scripted scans: one button, one light, and never a result before its time."""

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from medscan_gui.core.events import Finished, ScanEvent, ThreatFound
from medscan_gui.core.record import ScanRecord, decode_record
from medscan_gui.core.words import Cause, Fate, Light, Outcome, Severity, Stop
from medscan_gui.export.advice import advice
from medscan_gui.gui.models.findings import FindingColumn
from medscan_gui.gui.pages.scan import ScanPage
from medscan_gui.gui.scan.advice_cards import spoken
from medscan_gui.gui.scan.bar import ScanBar
from medscan_gui.gui.scan.lists import copy_lines
from medscan_gui.gui.scan.stage import Stage
from tests.gui import scripted
from tests.gui.conftest import Window


def scan(qtbot: QtBot, window: Window, record: ScanRecord, *, committed: bool = True) -> None:
    window.script(scripted.story(record, committed=committed))
    with qtbot.waitSignal(window.page.scan_over):
        window.page.start()


def held(qtbot: QtBot, window: Window, at: int = 6, extra: tuple[ScanEvent, ...] = ()) -> scripted.ScriptedSession:
    events = scripted.story(scripted.record())
    events[at:at] = extra
    session = window.script(events, hold_at=at + len(extra))
    window.page.start()
    qtbot.waitUntil(session.held.is_set)
    return session


def pulses(page: ScanPage) -> bool:
    return page.hero.light.pulsing


def sweeps(bar: ScanBar) -> bool:
    return bar.sweeping


def test_one_press_scans_the_obvious_target(qtbot: QtBot, window: Window) -> None:
    assert window.page.hero.light.light is Light.IDLE
    assert window.main.focusWidget() is window.page.buttons.scan
    window.script(scripted.story(scripted.record()))
    with qtbot.waitSignal(window.page.scan_over):
        QTest.mouseClick(window.page.buttons.scan, Qt.MouseButton.LeftButton)
    assert window.requests[0].target == scripted.STICK
    assert window.requests[0].device.name == scripted.STICK.label


@pytest.mark.parametrize(
    ("record", "light"),
    [
        (scripted.record(), Light.BLUE),
        (scripted.record([scripted.finding(fate=Fate.REMOVED)]), Light.RED),
        (scripted.record([scripted.finding()]), Light.RED),
        (scripted.record((), [scripted.problem()]), Light.AMBER),
        (scripted.record(stop=Stop.CANCELLED), Light.AMBER),
        (scripted.record(items=0), Light.AMBER),
    ],
)
def test_the_light_is_the_records(qtbot: QtBot, window: Window, record: ScanRecord, light: Light) -> None:
    scan(qtbot, window, record)
    assert record.light is light
    assert window.page.hero.light.light is light
    shown = window.page.result.advice
    told = advice(record)
    assert shown.means.sentences[-1] == spoken(told.means)
    steps = shown.next.sentences
    assert [step for step in steps if not step.rstrip(".").isdigit() and step] == [
        spoken(step) for step in told.next_steps
    ]
    assert spoken(told.happened) in shown.happened.sentences


def test_no_result_is_shown_before_the_end(qtbot: QtBot, window: Window) -> None:
    found = ThreatFound(scripted.finding())
    session = held(qtbot, window, extra=(scripted.progress(0.4, threats=1), found))
    page = window.page
    qtbot.waitUntil(lambda: page.running.threats.value.text() == "1")
    assert page.hero.light.light is Light.SCANNING
    assert page.hero.word.isHidden()
    assert pulses(page)
    assert "Conficker" in page.running.latest.text()
    with qtbot.waitSignal(page.scan_over):
        session.release()
    assert not pulses(page)


def test_progress_is_shown(qtbot: QtBot, window: Window) -> None:
    now = scripted.progress(0.42, current_for=14.0, not_read=3, elapsed=189.0, left=261.0)
    session = held(qtbot, window, extra=(now,))
    view = window.page.running
    qtbot.waitUntil(lambda: view.percent.text() == "42%")
    assert view.bar.value() == 420
    assert view.unread.value.text() == "3"
    assert view.elapsed.value.text() == "3:09"
    assert view.left.value.text() == "about 4 minutes"
    assert view.current.text().endswith("IM000217.dcm")
    assert "14 seconds" in view.slow.text
    with qtbot.waitSignal(window.page.scan_over):
        session.release()


def test_the_bar_sweeps_until_the_total_is_known(qtbot: QtBot, window: Window) -> None:
    session = held(qtbot, window, at=3)
    bar = window.page.running.bar
    assert bar.maximum() == 0
    assert sweeps(bar)
    window.main.hide()
    assert not sweeps(bar)
    window.main.show()
    with qtbot.waitSignal(window.page.scan_over):
        session.release()
    assert not sweeps(bar)


def test_escape_goes_to_cancel_and_then_cancels_at_once(qtbot: QtBot, window: Window) -> None:
    events = scripted.story(scripted.record(stop=Stop.CANCELLED))
    session = window.script(events, hold_at=5)
    window.main.activateWindow()
    window.page.start()
    qtbot.waitUntil(session.held.is_set)
    QTest.keyClick(window.main, Qt.Key.Key_Escape)
    assert session.calls == [], "one slip of a finger"
    assert window.page.buttons.cancel.hasFocus()
    with qtbot.waitSignal(window.page.scan_over):
        QTest.keyClick(window.main, Qt.Key.Key_Escape)
    assert session.calls == ["cancel"]
    assert window.page.hero.light.light is Light.AMBER


def test_pause_holds_the_light_and_goes_on(qtbot: QtBot, window: Window) -> None:
    session = held(qtbot, window)
    page = window.page
    QTest.mouseClick(page.buttons.pause, Qt.MouseButton.LeftButton)
    assert session.calls == ["pause"]
    assert not pulses(page)
    assert page.buttons.pause.text() == "Go on"
    QTest.mouseClick(page.buttons.pause, Qt.MouseButton.LeftButton)
    assert session.calls == ["pause", "resume"]
    assert pulses(page)
    with qtbot.waitSignal(page.scan_over):
        session.release()


def test_a_scan_by_keyboard_alone(qtbot: QtBot, window: Window) -> None:
    page = window.page
    window.main.activateWindow()
    page.setFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_F5):
        window.script(scripted.story(scripted.record()))
        with qtbot.waitSignal(page.scan_over):
            QTest.keyClick(QApplication.focusWidget() or page.buttons.scan, key)
        assert QApplication.focusWidget() is page.buttons.report
        QTest.keyClick(page.buttons.report, Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is page.buttons.again
        QTest.keyClick(page.buttons.again, Qt.Key.Key_Return)
        assert page.stage is Stage.READY
        assert QApplication.focusWidget() is page.buttons.scan


def test_tab_reaches_every_control(qtbot: QtBot, window: Window) -> None:
    window.main.activateWindow()
    window.page.setFocus()
    reached = set()
    for _press in range(60):
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.add(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    ready = window.page.ready
    wanted = {
        window.page.buttons.scan,
        ready.chooser.view,
        ready.chooser.folder_button,
        ready.chooser.file_button,
        *ready.device.fields.values(),
    }
    assert wanted <= reached
    navigation = set(window.main.navigation.buttons.values())
    assert navigation & reached


def test_the_result_survives_other_pages(qtbot: QtBot, window: Window) -> None:
    scan(qtbot, window, scripted.record([scripted.finding()]))
    window.main.show_page("help")
    window.main.show_page("scan")
    assert window.page.stage is Stage.RESULT
    assert window.page.hero.light.light is Light.RED
    assert window.page.result.threats.rowCount() == 1


def test_ten_thousand_threats_can_be_shown_sorted_and_copied(qtbot: QtBot, window: Window) -> None:
    findings = [scripted.finding(i, severity=list(Severity)[i % 5]) for i in range(10_000)]
    scan(qtbot, window, scripted.record(findings))
    table = window.page.result.threat_table
    assert table.model().rowCount() == 10_000
    assert table.model().index(0, FindingColumn.SEVERITY).data() == "critical"
    table.sortByColumn(FindingColumn.WHERE, Qt.SortOrder.DescendingOrder)
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    assert f"{9_999:064x}" in copied
    assert "MedScan project" in copied


def test_hostile_names_are_shown_as_they_are(qtbot: QtBot, window: Window) -> None:
    name = "<img src=x>\u202egpj.exe\n".encode() + b"\xff" + b"A" * 32_000
    unread = msgspec.structs.replace(scripted.problem(), chain=(name,))
    scan(qtbot, window, scripted.record([scripted.finding(chain=(name, b"inside\x00.exe"))], [unread]))
    window.main.grab()
    shown = window.page.result.threats.index(0, FindingColumn.WHERE).data()
    assert "<U+202E>" in shown
    assert "<img src=x>" in shown
    assert "\n" not in shown
    assert len(shown) < 1000
    for label in window.main.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText


def test_items_not_read_are_grouped_and_copied(qtbot: QtBot, window: Window) -> None:
    problems = [scripted.problem(i) for i in range(12)]
    problems += [scripted.problem(i, Outcome.UNREADABLE, Cause.NO_PERMISSION) for i in range(3)]
    scan(qtbot, window, scripted.record((), problems))
    result = window.page.result
    assert result.tabs.currentWidget() is result.not_read_tree
    model = result.not_read_tree.model()
    assert model.rowCount() == 2
    assert "12" in model.index(0, 0).data()
    result.not_read_tree.selectAll()
    assert len(copy_lines(result.not_read_tree).splitlines()) == 2


def test_a_record_that_the_journal_did_not_take_can_be_saved(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = scripted.record(committed=False)
    scan(qtbot, window, record, committed=False)
    page = window.page
    assert page.hero.light.light is Light.AMBER
    assert page.result.save_notice.isVisible()
    assert page.buttons.record.isVisible()
    file = tmp_path / "record.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: (str(file), ""))
    with qtbot.waitSignal(page.result.saver.saved):
        QTest.mouseClick(page.buttons.record, Qt.MouseButton.LeftButton)
    assert decode_record(file.read_bytes()) == record


def test_a_place_that_cannot_be_written_is_told(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(qtbot, window, scripted.record(committed=False), committed=False)
    nowhere = tmp_path / "missing" / "record.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: (str(nowhere), ""))
    with qtbot.waitSignal(window.page.result.saver.failed):
        window.page.save_record()
    assert "missing" in window.page.result.notice.text


def test_a_scan_that_dies_is_amber(qtbot: QtBot, window: Window, caplog: pytest.LogCaptureFixture) -> None:
    events = scripted.story(scripted.record())[:-1]
    window.script(events)
    with qtbot.waitSignal(window.page.scan_over):
        window.page.start()
    assert window.page.hero.light.light is Light.AMBER
    assert not window.page.buttons.report.isVisible()
    assert not window.page.result.tabs.isVisible()
    assert window.page.result.advice.next.sentences


def test_finished_is_what_the_window_is_told(qtbot: QtBot, window: Window) -> None:
    record = scripted.record()
    told: list[object] = []
    window.page.scan_over.connect(told.append)
    scan(qtbot, window, record)
    assert told == [Finished(record=record, committed=True)]
