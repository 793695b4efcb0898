"""The main window: reachable by keyboard and screen reader, in every language, and it closes in good order."""

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleInterface, QCloseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from medscan_gui.core import text
from medscan_gui.core.messages import Message
from medscan_gui.core.record import ScanRecord, SignatureFacts
from medscan_gui.core.words import Severity, Stop
from medscan_gui.gui.main_window import MainWindow
from medscan_gui.gui.navigation import PAGES
from medscan_gui.gui.scan.procedure_panel import ProcedurePanel
from medscan_gui.gui.scan.stage import Stage
from medscan_gui.gui.theme import theme
from medscan_gui.services import Services
from medscan_gui.system.resources import load_words
from tests.export.pseudo import stretch
from tests.gui import scripted
from tests.gui.conftest import Window

CONTROLS = {
    QAccessible.Role.Button,
    QAccessible.Role.CheckBox,
    QAccessible.Role.RadioButton,
    QAccessible.Role.EditableText,
    QAccessible.Role.ComboBox,
    QAccessible.Role.SpinBox,
    QAccessible.Role.Slider,
    QAccessible.Role.ProgressBar,
    QAccessible.Role.List,
    QAccessible.Role.Table,
    QAccessible.Role.Tree,
    QAccessible.Role.PageTab,
}


def walk(interface: QAccessibleInterface, depth: int = 0) -> Iterator[QAccessibleInterface]:
    """Every accessible thing below, cells of tables left out."""
    yield interface
    if interface.role() in {QAccessible.Role.Table, QAccessible.Role.Tree, QAccessible.Role.List} or depth > 40:
        return
    for place in range(interface.childCount()):
        child = interface.child(place)
        if child.isValid():
            yield from walk(child, depth + 1)


def show_state(qtbot: QtBot, window: Window, state: str) -> None:
    """Bring the scan page to one of its states."""
    if state in PAGES:
        window.main.show_page(state)
        qtbot.wait(50)
        return
    records = {
        "blue": scripted.record(),
        "red": scripted.record(
            [scripted.finding(i, severity=list(Severity)[i % 5]) for i in range(7)], [scripted.problem()]
        ),
        "amber": scripted.record((), [scripted.problem(i) for i in range(5)]),
        "deep": scripted.deep(),
        "cancelled": scripted.record(stop=Stop.CANCELLED, committed=False),
    }
    if state == "depth":
        chooser = window.page.ready.chooser
        chooser.view.setCurrentIndex(chooser.model.index(1))
        qtbot.waitUntil(chooser.depth_choice.isVisible)
    elif state in {"cleaning", "cleaned"}:
        show_clean_up(qtbot, window, over=state == "cleaned")
    elif state == "running":
        events = scripted.story(scripted.record())
        events[5:5] = [scripted.progress(0.4, current_for=30.0, left=5400.0, threats=3, not_read=1234)]
        session = window.script(events, hold_at=6)
        window.page.start()
        qtbot.waitUntil(session.held.is_set)
        qtbot.waitUntil(lambda: window.page.running.threats.value.text() == "3")
    else:
        record = records[state]
        window.script(scripted.story(record, committed=state != "cancelled"))
        with qtbot.waitSignal(window.page.scan_over):
            window.page.start()


def show_clean_up(qtbot: QtBot, window: Window, *, over: bool) -> None:
    """Bring the scan page into a clean-up, or to its end, of which one file is left."""
    made: list[scripted.ScriptedSession] = []

    def script(first: ScanRecord) -> scripted.ScriptedSession:
        story = scripted.clean_up_story(scripted.cleaned(first, [2]))
        made.append(scripted.ScriptedSession(story, hold_at=None if over else 7))
        return made[0]

    window.door.script = script
    window.script(scripted.story(scripted.record([scripted.finding(place) for place in range(4)])))
    with qtbot.waitSignal(window.page.scan_over):
        window.page.start()
    qtbot.waitUntil(window.page.buttons.clean_up.isVisible)
    # The confirmation has tests of its own.
    window.page.after.session_ready.emit(window.door.session(services_of(window), record_of(window), None, ""))
    if over:
        qtbot.waitUntil(lambda: window.page.stage is Stage.RESULT and window.page.buttons.clean_up.isVisible())
    else:
        qtbot.waitUntil(made[0].held.is_set)
        qtbot.waitUntil(window.page.cleaning.latest_card.isVisible)


def services_of(window: Window) -> Services:
    """The services that the page has by now."""
    assert window.page.services is not None
    return window.page.services


def record_of(window: Window) -> ScanRecord:
    """The record of the result shown."""
    assert window.page.result.record is not None
    return window.page.result.record


STATES = ["scan", "depth", "deep", "running", "blue", "red", "cleaning", "cleaned", "amber", "cancelled", *PAGES[1:]]


@pytest.mark.parametrize("state", STATES)
def test_every_control_has_a_name(qtbot: QtBot, window: Window, state: str) -> None:
    show_state(qtbot, window, state)
    root = QAccessible.queryAccessibleInterface(window.main)
    nameless = []
    for thing in walk(root):
        flags = thing.state()
        if thing.role() in CONTROLS and not flags.invisible and not thing.text(QAccessible.Text.Name):
            nameless.append((thing.role(), thing.object()))
    assert not nameless


class Stretched(text.Words):
    """English, every sentence 40 % longer."""

    def text(self, msgid: str) -> str:
        return stretch(msgid) if msgid else ""

    def plural(self, singular: str, plural: str, count: int) -> str:
        return stretch(singular if count == 1 else plural)

    def context(self, context: str, msgid: str) -> str:
        return stretch(msgid)


def cut_off(root: QWidget) -> list[str]:
    """Texts that do not fit where they stand."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not widget.visibleRegion().boundingRect().isValid():
            continue
        if isinstance(widget, QLabel) and widget.text():
            if widget.wordWrap():
                fits = widget.heightForWidth(widget.width()) <= widget.height() + 1
            else:
                lines = widget.text().splitlines()
                widest = max(widget.fontMetrics().horizontalAdvance(line) for line in lines)
                fits = widest <= widget.contentsRect().width() + 1
        elif isinstance(widget, QAbstractButton) and widget.text():
            fits = widget.sizeHint().width() <= widget.width() + 1 and widget.sizeHint().height() <= widget.height() + 1
        else:
            continue
        if not fits:
            found.append(f"{type(widget).__name__} {widget.width()}x{widget.height()}: {widget.text()}")
    return found


def settle(qtbot: QtBot, window: Window) -> None:
    """Let layouts come to rest: what an answer from beside the window adds is laid out in several rounds."""
    calm = 0

    def rests() -> bool:
        nonlocal calm
        calm = 0 if cut_off(window.main) else calm + 1
        return calm > 10

    with suppress(qtbot.TimeoutError):  # then it does not fit, which is for the test to say
        qtbot.waitUntil(rests, timeout=15000)


@pytest.mark.parametrize("state", STATES)
def test_longer_words_still_fit(qtbot: QtBot, window: Window, state: str) -> None:
    text.use(Stretched())
    window.main.resize(1280, 800)
    show_state(qtbot, window, state)
    settle(qtbot, window)
    assert window.main.width() == 1280
    assert cut_off(window.main) == []


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("size", [(1024, 700), (1280, 800), (1920, 1080)])
@pytest.mark.parametrize("state", STATES)
def test_everything_fits(qtbot: QtBot, window: Window, state: str, size: tuple[int, int], language: str) -> None:
    assert window.page.services is not None
    text.use(load_words(window.page.services.paths, language))
    window.main.resize(*size)
    show_state(qtbot, window, state)
    settle(qtbot, window)
    assert (window.main.width(), window.main.height()) == size
    assert cut_off(window.main) == []


def said(root: QWidget) -> set[str]:
    """All texts of labels and buttons that are words of the program; the hospital's procedure speaks for itself."""
    panels = root.findChildren(ProcedurePanel)
    labels = [label for label in root.findChildren(QLabel) if not any(one.isAncestorOf(label) for one in panels)]
    buttons = [one for one in root.findChildren(QAbstractButton) if not any(up.isAncestorOf(one) for up in panels)]
    texts = [*(label.text() for label in labels), *(button.text() for button in buttons)]
    return {text for text in texts if re.search(r"[A-Za-z]{4}", text)}


#: Values and names, the same in every language.
UNTRANSLATED = {"MedScan", "ECHO-EXPORT", "ECHO-EXPORT · Vivid E95", "EXPORT"}


@pytest.mark.parametrize("state", ["scan", "depth", "running", "red", "cleaning", "cleaned"])
def test_every_text_follows_the_language(qtbot: QtBot, window: Window, state: str) -> None:
    show_state(qtbot, window, state)
    english = said(window.main)
    text.use(Stretched())
    same = {one for one in english & said(window.main) if one not in UNTRANSLATED}
    assert not same
    text.use(text.Words())
    assert said(window.main) == english


def test_ctrl_and_a_number_lead_to_each_page(qtbot: QtBot, window: Window) -> None:
    window.main.activateWindow()
    for place, name in enumerate(PAGES):
        QTest.keyClick(window.main, Qt.Key(Qt.Key.Key_1 + place), Qt.KeyboardModifier.ControlModifier)
        assert window.main.stack.currentWidget() is window.main.pages[name]
        assert window.main.navigation.buttons[name].isChecked()


def test_the_theme_can_change_while_everything_is_open(qtbot: QtBot, window: Window) -> None:
    for state in ("red", *PAGES):
        show_state(qtbot, window, state)
    before = window.main.grab().toImage().pixelColor(640, 790)
    theme().choose("dark")
    assert window.main.grab().toImage().pixelColor(640, 790).lightness() < before.lightness()


def test_problems_of_the_signatures_are_told(window: Window) -> None:
    window.main.show_signatures(SignatureFacts(), Message.of("bundle.missing_manifest"))
    notice = window.main.signature_notice
    assert notice.isVisible()
    assert notice.text
    assert "cannot be used" in window.main.strip.signatures.text()
    window.main.show_signatures(scripted.SIGNATURES)
    assert not notice.isVisible()
    assert "2026.11.18" in window.main.strip.signatures.text()


def test_a_fault_is_told_and_put_away(qtbot: QtBot, window: Window) -> None:
    window.main.show_fault("Something went wrong.")
    notice = window.main.fault_notice
    assert notice.isVisible()
    QTest.mouseClick(notice.button, Qt.MouseButton.LeftButton)
    assert not notice.isVisible()


def _answer(role: QMessageBox.ButtonRole, asked: list[str]) -> None:
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    asked.append(box.text())
    next(button for button in box.buttons() if box.buttonRole(button) is role).click()


def test_closing_during_a_scan_asks_first(qtbot: QtBot, window: Window) -> None:
    show_state(qtbot, window, "running")
    asked: list[str] = []
    QTimer.singleShot(0, window.main, lambda: _answer(QMessageBox.ButtonRole.RejectRole, asked))
    assert not window.main.close()
    assert len(asked) == 1
    assert window.main.isVisible()
    assert window.page.runner.running
    QTimer.singleShot(0, window.main, lambda: _answer(QMessageBox.ButtonRole.DestructiveRole, asked))
    with qtbot.waitSignal(window.main.closed):
        window.main.close()
    assert window.session is not None
    assert window.session.calls == ["cancel"]
    assert not window.page.runner.running


def test_a_question_that_the_end_of_the_scan_answered_goes_away(qtbot: QtBot, window: Window) -> None:
    show_state(qtbot, window, "running")
    assert window.session is not None
    QTimer.singleShot(0, window.main, window.session.release)
    assert not window.main.close()
    assert QApplication.activeModalWidget() is None
    assert window.main.isVisible()
    assert not window.page.runner.running


def test_leaving_asks_nobody(qtbot: QtBot, window: Window) -> None:
    show_state(qtbot, window, "running")
    with qtbot.waitSignal(window.main.closed):
        window.main.leave()
    assert window.session is not None
    assert window.session.calls == ["cancel"]


def test_the_scan_waits_for_the_services(qtbot: QtBot, services: object) -> None:
    made = Window(services)  # type: ignore[arg-type]
    qtbot.addWidget(made.main)
    made.main.show()
    made.page.show_sight(scripted.SIGHT)
    made.script(scripted.story(scripted.record()))
    made.page.start()
    assert made.page.hero.headline.text() == "Starting…"
    assert not made.requests
    with qtbot.waitSignal(made.page.scan_over):
        made.main.set_services(services)  # type: ignore[arg-type]
    assert len(made.requests) == 1
    qtbot.waitUntil(lambda: not made.page.memory.busy)
    made.main.close()


def test_the_first_picture_is_announced_once(qtbot: QtBot, services: object) -> None:
    made = Window(services)  # type: ignore[arg-type]
    qtbot.addWidget(made.main)
    pictures: list[QObject] = []
    made.main.painted.connect(lambda: pictures.append(made.main))
    with qtbot.waitSignal(made.main.painted):
        made.main.show()
    made.main.grab()
    qtbot.wait(20)
    assert len(pictures) == 1
    assert isinstance(made.main, MainWindow)
    made.main.closeEvent(QCloseEvent())
