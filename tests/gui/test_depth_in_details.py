"""What a deep scan has to tell: members, second opinions, slow items, threats outside of files; and its progress."""

from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from medscan_gui.core.coverage import Coverage
from medscan_gui.core.events import Preparing, ThreatFound
from medscan_gui.core.messages import Message
from medscan_gui.core.opinion import EngineOpinion, EngineStatus
from medscan_gui.core.record import ScanRecord
from medscan_gui.gui.models.counts import counted_words, read_words
from medscan_gui.gui.models.findings import FindingColumn, FindingsModel
from medscan_gui.gui.models.opinions import opinion_rows, opinion_titles, state_words
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.models.slowest import slow_rows, span
from medscan_gui.gui.models.text_table import TextTable
from medscan_gui.gui.pages.journal_details import OPINIONS as JOURNAL_OPINIONS
from medscan_gui.gui.pages.journal_details import SLOWEST as JOURNAL_SLOWEST
from medscan_gui.gui.pages.journal_details import ScanDetails
from medscan_gui.gui.scan.result import OPINIONS, SLOWEST
from tests.gui import scripted
from tests.gui.conftest import Window

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


def result(qtbot: QtBot, window: Window, record: ScanRecord) -> None:
    window.script(scripted.story(record))
    with qtbot.waitSignal(window.page.scan_over):
        window.page.start()
    qtbot.waitUntil(lambda: not window.page.after.busy)


# --- counts ------------------------------------------------------------------------------------------


def test_members_stand_beside_the_files() -> None:
    coverage = scripted.deep().coverage
    said = counted_words(coverage, scripted.STICK)
    assert said == f"{number(119_538)} files and {number(5_403)} members of archives"
    assert read_words(coverage, scripted.STICK) == f"{said} read"
    assert counted_words(coverage, scripted.COMPUTER).startswith(f"{number(119_538)} items and ")


def test_what_is_not_wholly_read_is_not_split() -> None:
    record = scripted.record((), [scripted.problem()])
    coverage = msgspec.structs.replace(record.coverage, members=10)
    assert read_words(coverage, scripted.STICK).endswith("items read")
    whole = Coverage(lines=record.coverage.lines[:0], items_counted=0, members=0)
    assert read_words(whole, scripted.STICK) == "0 items read"


# --- tables ------------------------------------------------------------------------------------------


def test_second_opinions_are_listed_with_what_they_could_not_analyse() -> None:
    rows = list(opinion_rows(scripted.deep()))
    assert rows[0][0] == "ClamAV 1.4.3 (clamscan)"
    assert rows[0][1] == "27631, 2026-11-20, 2 days old"
    assert rows[0][3:] == ("2", "1", "complete")
    assert rows[1][0].strip() == "/srv/big.iso"
    assert "1 more" in rows[2][0]
    assert rows[3][0] == "Microsoft Defender"
    assert rows[3][5] == "not found"


def test_an_engine_that_did_not_come_to_its_end_is_never_complete() -> None:
    unfinished = msgspec.structs.replace(scripted.opinion(), complete=False)
    assert state_words(unfinished) == "not complete"
    assert state_words(EngineOpinion(engine="clamav")) == "cannot be used"
    stale = msgspec.structs.replace(scripted.opinion(), status=EngineStatus.STALE)
    assert state_words(stale) == "complete, signatures too old"


def test_slow_items_name_their_signature() -> None:
    rows = list(slow_rows(scripted.deep()))
    assert rows[0][0] == "14.2 s"
    assert rows[0][1].endswith("AUTORUN.EXE » [overlay]")
    assert "<U+202E>" in rows[0][1]
    assert rows[0][3] == "worms.yar: MedScan_Slow_Rule"
    assert rows[1][0] == "912 ms"
    assert rows[1][3] == "–"
    assert span(-5) == "0 ms"


def test_a_hostile_engine_cannot_draw_into_the_table(qtbot: QtBot) -> None:
    nasty = msgspec.structs.replace(scripted.opinion(), version="<b>1</b>\u202e" + "x" * 5000, tool="\n\x00")
    record = scripted.deep()
    evidence = msgspec.structs.replace(record.evidence, opinions=(nasty,))
    model = TextTable(opinion_titles)
    model.set_rows(opinion_rows(msgspec.structs.replace(record, evidence=evidence)))
    cell = str(model.index(0, 0).data())
    assert len(cell) <= 400
    assert "\u202e" not in cell
    assert "\n" not in cell
    assert "<b>" not in str(model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole))


def test_the_tabs_are_there_only_with_something_to_say(qtbot: QtBot, window: Window) -> None:
    tabs = window.page.result.tabs
    result(qtbot, window, scripted.record())
    assert not tabs.isTabVisible(OPINIONS)
    assert not tabs.isTabVisible(SLOWEST)
    window.page.new_scan()
    result(qtbot, window, scripted.deep())
    assert tabs.isTabVisible(OPINIONS)
    assert tabs.isTabVisible(SLOWEST)
    assert tabs.tabText(OPINIONS) == "Second opinions"
    assert window.page.result.opinions.rowCount() == 4


def test_the_journal_shows_the_same(shown: Callable[[QWidget], None]) -> None:
    details = ScanDetails()
    shown(details)
    details.show_record(scripted.deep(), None)
    assert details.tabs.isTabVisible(JOURNAL_OPINIONS)
    assert details.tabs.isTabVisible(JOURNAL_SLOWEST)
    details.show_record(scripted.record(), None)
    assert not details.tabs.isTabVisible(JOURNAL_OPINIONS)
    assert not details.tabs.isTabVisible(JOURNAL_SLOWEST)


# --- threats outside of files ------------------------------------------------------------------------


def test_only_files_can_be_chosen() -> None:
    same = scripted.finding(chain=(b"/etc/systemd/system/evil.service",))
    model = FindingsModel()
    model.set_findings((*scripted.OUTSIDE, same))
    model.offer_choice(True)
    assert model.choosable == {b"/etc/systemd/system/evil.service"}
    assert model.outside == 3
    model.choose_all()
    assert model.findings_of(model.chosen) == (same,), "not the autostart entry of the same name"
    for row in range(model.rowCount()):
        index = model.index(row, FindingColumn.SEVERITY)
        if model.finding(row) is not same:
            assert index.data(Qt.ItemDataRole.CheckStateRole) is None
            assert not model.setData(index, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert model.chosen


def test_places_are_told_in_words_and_why_nothing_is_offered(qtbot: QtBot, window: Window) -> None:
    result(qtbot, window, scripted.deep())
    model = window.page.result.threats
    places = {str(model.index(row, FindingColumn.WHERE).data()) for row in range(model.rowCount())}
    assert "Memory of 4127 /usr/bin/dicom<U+202E>d" in places
    assert "Starts by itself: /etc/systemd/system/evil.service » /opt/x/evil" in places
    assert "Sectors outside of files: /dev/sda" in places
    outside = window.page.result.outside
    assert outside.isVisible()
    assert outside.text().startswith("3 of the threats lie in no file")
    table = window.page.result.threat_table
    table.selectAll()
    assert table.selected_paths() == {scripted.CHAIN[0]}


def test_long_chains_keep_their_ends_and_show_all_in_the_tip() -> None:
    model = FindingsModel()
    model.set_findings((scripted.finding(chain=scripted.CHAIN),))
    cell = model.index(0, FindingColumn.WHERE)
    assert str(cell.data()).endswith("AUTORUN.EXE » [overlay]")
    assert "a folder with a rather long name" in str(cell.data(Qt.ItemDataRole.ToolTipRole))


# --- progress ----------------------------------------------------------------------------------------


def test_second_engines_tell_their_step_and_nothing_jumps(qtbot: QtBot, window: Window) -> None:
    events = scripted.story(scripted.deep())
    asking = Message.of("second.asking", engine="ClamAV", done="12", total="99")
    events[8:8] = [scripted.progress(1.0, threats=2), Preparing(asking), ThreatFound(scripted.finding(9))]
    session = window.script(events, hold_at=11)
    window.page.start()
    qtbot.waitUntil(session.held.is_set)
    view = window.page.running
    qtbot.waitUntil(lambda: view.stage.text() == "Second opinion: ClamAV has looked at 12 of about 99 files…")
    assert view.bar.maximum() == 0, "how far it is nobody knows"
    assert view.percent.text() == ""
    assert view.left.value.text() == "not known yet"
    assert view.threats.value.text() in {"2", "3"}
    window.page.toggle_pause()
    assert not view.bar.sweeping
    with qtbot.waitSignal(window.page.scan_over):
        session.release()


def test_members_take_nothing_back_of_the_bar(window: Window) -> None:
    view = window.page.running
    view.begin()
    view.show_progress(scripted.progress(0.6))
    view.show_progress(scripted.progress(0.6, fraction=0.3))
    assert view.bar.value() == 600
    assert view.percent.text() == "60%"
    view.begin()
    view.show_progress(scripted.progress(0.3))
    assert view.bar.value() == 300
