"""What a result says and offers: nothing twice, nothing untrue, nothing on a device that is only looked at."""

import msgspec
import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from medscan_gui.core import text
from medscan_gui.core.action import ItemResult
from medscan_gui.core.events import Finished
from medscan_gui.core.messages import Message
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.verdict import decide
from medscan_gui.core.words import Fate, Light, Stop
from medscan_gui.gui.models.findings import FindingColumn
from medscan_gui.gui.scan.result import ResultView
from medscan_gui.system.paths import find_paths
from medscan_gui.system.resources import load_words
from tests.gui import scripted
from tests.gui.conftest import Window

FOUND = [scripted.finding(place) for place in range(3)]
LOOK_ONLY = ["clean_up.detect_only", "clean_up.detect_only_default"]


def scan(qtbot: QtBot, window: Window, record: ScanRecord) -> None:
    window.script(scripted.story(record))
    with qtbot.waitSignal(window.page.scan_over):
        window.page.start()
    qtbot.waitUntil(lambda: not window.page.after.busy)


def with_fates(record: ScanRecord, fate: Fate, accepted: int) -> ScanRecord:
    findings = tuple(msgspec.structs.replace(found, fate=fate) for found in record.findings)
    evidence = msgspec.structs.replace(record.evidence, threats_accepted=accepted)
    return msgspec.structs.replace(record, findings=findings, evidence=evidence, verdict=decide(evidence))


def test_blue_beside_accepted_files_says_so_once(qtbot: QtBot, window: Window) -> None:
    record = with_fates(scripted.record(FOUND), Fate.ACCEPTED, len(FOUND))
    scan(qtbot, window, record)
    page = window.page
    assert page.hero.light.light is Light.BLUE
    assert page.hero.headline.text() == "No threat was found, apart from files that the hospital accepts."
    assert len(page.result.advice.happened.sentences) == 1, page.result.advice.happened.sentences
    assert not page.result.threats.choosable


def test_accepted_files_are_told_beside_threats(qtbot: QtBot, window: Window) -> None:
    record = scripted.record(FOUND)
    evidence = msgspec.structs.replace(record.evidence, threats_accepted=1)
    findings = (msgspec.structs.replace(record.findings[0], fate=Fate.ACCEPTED), *record.findings[1:])
    record = msgspec.structs.replace(record, findings=findings, evidence=evidence, verdict=decide(evidence))
    scan(qtbot, window, record)
    assert window.page.hero.light.light is Light.RED
    assert any("hospital accepts" in sentence for sentence in window.page.result.advice.happened.sentences)


@pytest.mark.parametrize("code", LOOK_ONLY)
def test_nothing_is_offered_on_a_device_that_is_only_looked_at(qtbot: QtBot, window: Window, code: str) -> None:
    window.door.why = Message.of(code)
    scan(qtbot, window, scripted.record(FOUND))
    page, table = window.page, window.page.result.threat_table
    table.selectAll()
    table._menu.open_at(QPoint(5, 5))
    offered = [action.text() for action in table._menu.actions() if action.isVisible() and not action.isSeparator()]
    table._menu.close()
    assert offered == ["Copy", "Copy everything"]
    assert not page.result.choice_bar.keep.isVisible()
    assert not page.buttons.clean_up.isVisible()
    assert page.result.choice_bar.why_not.text()
    page.after.keep_chosen()  # whoever asks: no dialog opens
    assert window.door.accepted == []


def test_keeping_stays_where_only_the_place_forbids_a_clean_up(qtbot: QtBot, window: Window) -> None:
    window.door.why = Message.of("clean_up.quarantine_on_device")
    scan(qtbot, window, scripted.record(FOUND))
    table = window.page.result.threat_table
    table.selectAll()
    table._menu.open_at(QPoint(5, 5))
    offered = [action.text() for action in table._menu.actions() if action.isVisible() and not action.isSeparator()]
    table._menu.close()
    assert offered[0].startswith("Keep")


def uncertain_end() -> Finished:
    end = scripted.cleaned(scripted.record(FOUND), left=[1])
    assert end.action is not None
    items = tuple(
        msgspec.structs.replace(item, result=ItemResult.UNCERTAIN) if item.result is ItemResult.NOT_DONE else item
        for item in end.action.items
    )
    return msgspec.structs.replace(end, action=msgspec.structs.replace(end.action, items=items))


def test_an_uncertain_removal_is_said_in_words(qtbot: QtBot) -> None:
    view = ResultView()
    qtbot.addWidget(view)
    view.show_result(uncertain_end(), None)
    model = view.threats
    said = sorted(str(model.index(row, FindingColumn.FATE).data()) for row in range(model.rowCount()))
    assert [words.partition(":")[0] for words in said] == [
        "Not certain whether it was removed",
        "Removed, kept in the quarantine",
        "Removed, kept in the quarantine",
    ]


def test_a_cancelled_scan_says_that_once(qtbot: QtBot) -> None:
    view = ResultView()
    qtbot.addWidget(view)
    record = scripted.record(FOUND, stop=Stop.CANCELLED)
    view.show_result(Finished(record=record, committed=True), None)
    said = view.advice.happened.sentences
    assert sum("cancelled" in sentence for sentence in said) == 1
    assert len(said) < 1 + len(record.verdict.reasons)


def test_the_advice_names_the_clean_up_on_media_alone(qtbot: QtBot, window: Window) -> None:
    scan(qtbot, window, scripted.record(FOUND))
    card = window.page.result.advice.next
    assert "Clean up…" in card.sentences[0]
    window.page.new_scan()
    window.door.why = Message.of("clean_up.detect_only")
    scan(qtbot, window, scripted.record(FOUND))
    assert "Clean up…" not in card.sentences[0]


def test_the_check_after_a_clean_up_does_not_count_files_twice(qtbot: QtBot, window: Window) -> None:
    first = scripted.record(FOUND, items=403)
    end = scripted.cleaned(first)
    evidence = msgspec.structs.replace(end.record.evidence, earlier_items_read=403)
    scan(qtbot, window, msgspec.structs.replace(end.record, evidence=evidence))
    assert window.page.hero.line.text().endswith("403 items read · 403 read again")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("green", [False, True])
def test_a_result_scrolls_in_one_place_at_most(qtbot: QtBot, window: Window, language: str, green: bool) -> None:
    """At the size in which the window opens the page itself does not scroll: its lists do."""
    text.use(load_words(find_paths(), language))
    window.main.resize(1280, 800)
    record = scripted.record(FOUND)
    scan(qtbot, window, scripted.cleaned(record).record if green else record)
    window.main.grab()
    bar = window.page.result.scroll_area.verticalScrollBar()
    assert bar.maximum() == 0
