"""Full or quick scan of this computer: full unless chosen, offered nowhere else, and told wherever it matters."""

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medscan_gui.core.device import Target
from medscan_gui.core.verdict import decide
from medscan_gui.core.words import ScanDepth, TargetKind
from medscan_gui.gui.scan.chooser import TargetChooser
from medscan_gui.gui.scan.stage import Stage
from medscan_gui.gui.scan.targets import Sight
from tests.gui import scripted
from tests.gui.conftest import Window

QUICK = msgspec.structs.replace(scripted.COMPUTER, depth=ScanDepth.QUICK)


def choose_computer(window: Window) -> TargetChooser:
    chooser = window.page.ready.chooser
    places = [choice.target for choice in chooser.model.choices]
    chooser.view.setCurrentIndex(chooser.model.index(places.index(scripted.COMPUTER)))
    return chooser


def scanned(qtbot: QtBot, window: Window) -> Target:
    window.script(scripted.story(scripted.record(target=window.page.ready.chooser.target or scripted.STICK)))
    with qtbot.waitSignal(window.page.scan_over):
        window.page.start()
    return window.requests[-1].target


def test_only_this_computer_has_a_choice_of_depth(window: Window) -> None:
    chooser = window.page.ready.chooser
    assert chooser.target == scripted.STICK
    assert not chooser.depth_choice.isVisible()
    choose_computer(window)
    assert chooser.depth_choice.isVisible()
    assert not chooser.hint.isVisible()


def test_full_is_what_one_press_scans(qtbot: QtBot, window: Window) -> None:
    choose_computer(window)
    assert scanned(qtbot, window).depth is ScanDepth.FULL


def test_quick_by_keyboard(qtbot: QtBot, window: Window) -> None:
    chooser = choose_computer(window)
    full = chooser.depth_choice.button(ScanDepth.FULL)
    full.setFocus()
    QTest.keyClick(full, Qt.Key.Key_Right)
    quick = chooser.depth_choice.button(ScanDepth.QUICK)
    assert quick.isChecked()
    assert window.page.hero.subject.text() == "This computer (quick scan)"
    window.script(scripted.story(scripted.record(target=QUICK)))
    with qtbot.waitSignal(window.page.scan_over):
        QTest.keyClick(quick, Qt.Key.Key_Return)
    assert window.requests[-1].target == QUICK


def test_a_click_beside_the_mark_chooses(window: Window) -> None:
    chooser = choose_computer(window)
    panel = chooser.depth_choice.button(ScanDepth.QUICK).parentWidget()
    assert panel is not None
    QTest.mouseClick(panel, Qt.MouseButton.LeftButton, pos=panel.rect().bottomRight() / 2)
    assert chooser.target == QUICK


def test_the_choice_is_only_for_the_computer(qtbot: QtBot, window: Window) -> None:
    chooser = choose_computer(window)
    chooser.depth_choice.choose(ScanDepth.QUICK)
    chooser.view.setCurrentIndex(chooser.model.index(0))
    assert scanned(qtbot, window) == scripted.STICK


def test_a_look_at_the_system_keeps_the_choice(window: Window) -> None:
    chooser = choose_computer(window)
    chooser.depth_choice.choose(ScanDepth.QUICK)
    window.page.show_sight(Sight(computer=scripted.COMPUTER, obvious=scripted.COMPUTER))
    assert chooser.target == QUICK


def test_the_result_says_that_it_was_quick_and_the_next_scan_is_full(qtbot: QtBot, window: Window) -> None:
    chooser = choose_computer(window)
    chooser.depth_choice.choose(ScanDepth.QUICK)
    record = scripted.record(target=QUICK)
    evidence = msgspec.structs.replace(record.evidence, depth=ScanDepth.QUICK)
    window.script(scripted.story(msgspec.structs.replace(record, evidence=evidence, verdict=decide(evidence))))
    with qtbot.waitSignal(window.page.scan_over):
        window.page.start()
    page = window.page
    assert page.hero.headline.text() == "No threat was found by the quick scan."
    assert page.hero.subject.text().startswith("This computer (quick scan)")
    assert any("This was a quick scan" in sentence for sentence in page.result.advice.happened.sentences)
    page.scan_again()
    qtbot.waitUntil(lambda: page.stage is Stage.RESULT)
    assert window.requests[-1].target == QUICK, "again means the same"
    page.new_scan()
    assert chooser.target is not None
    assert chooser.target.kind is TargetKind.COMPUTER
    assert chooser.target.depth is ScanDepth.FULL


def test_screen_readers_hear_what_each_reads(window: Window) -> None:
    chooser = choose_computer(window)
    for depth in ScanDepth:
        button = chooser.depth_choice.button(depth)
        assert button.accessibleName()
        assert button.accessibleDescription().endswith(".")
