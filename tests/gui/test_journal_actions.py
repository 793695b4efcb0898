"""The journal's page with what was done: actions, follow-ups, procedure, cards, next scans, lists as tables."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from medscan_gui.core.action import ActionKind, ActionStop, ItemResult
from medscan_gui.core.device import Device
from medscan_gui.core.policy import PolicyCard, StoredCard
from medscan_gui.core.words import Light
from medscan_gui.gui.models.devices import Due
from medscan_gui.gui.models.scans import ScanColumn
from medscan_gui.gui.pages.journal import JournalPage
from medscan_gui.gui.pages.journal_details import DONE, NOT_READ, SUMMARY, THREATS
from medscan_gui.gui.widgets import Label
from medscan_gui.store.summaries import ActionSummary
from tests.gui.journal_samples import HOSTILE, STICK, action, enter, finding, make_journal, record, tell_story
from tests.gui.page_services import fresh_id, services_in


class Opened:
    """The page on a journal that tells the story of one stick."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.folder = folder
        self.journal = make_journal(folder, 4)
        self.red, self.cleaned, self.green, self.back = tell_story(self.journal)
        self.services = services_in(folder, self.journal)
        self.page = JournalPage()
        qtbot.addWidget(self.page, before_close_func=lambda _page: self.settle())
        self.page.set_services(self.services)
        self.page.retranslate()
        self.page.resize(1080, 760)
        self.page.show()
        self.settle()

    def settle(self) -> None:
        page = self.page
        self._qtbot.waitUntil(
            lambda: not (page.loader.busy or page.cards.busy or page.view.details.connected.procedure.busy),
            timeout=60_000,
        )

    def show(self, wanted: str) -> None:
        self.page.show_scan(wanted)
        self.settle()


@pytest.fixture
def opened(tmp_path: Path, qtbot: QtBot) -> Iterator[Opened]:
    made = Opened(tmp_path, qtbot)
    yield made
    made.services.close()


def shown_scan(page: JournalPage) -> str:
    record = page.view.details.record
    return record.id if record else ""


def texts(page: JournalPage) -> str:
    return "\n".join(label.text() for label in page.view.details.summary.findChildren(Label))


def test_scans_and_actions_are_one_list_in_the_journal_s_order(opened: Opened) -> None:
    view = opened.page.view
    view.devices.choose(STICK.id)
    opened.settle()
    words = [view.scans.index(row, ScanColumn.LIGHT).data() for row in range(view.scans.rowCount())]
    assert words == ["Restored", "GREEN", "Clean-up", "RED"]
    assert view.count.text() == "4 entries"
    assert view.scans.index(0, ScanColumn.TARGET).data() == "1 of 2 files"
    assert view.scans.index(1, ScanColumn.TARGET).data().startswith("After clean-up: ")


def test_an_action_tells_each_file_its_result_and_reason(opened: Opened) -> None:
    view = opened.page.view
    opened.show(opened.back.id)
    assert view.action.action == opened.back
    assert shown_scan(opened.page) == ""
    assert view.action.headline.text() == "Restored: 1 of 2 files were restored"
    assert "False alarm" in view.action.subline.text()
    assert view.action.reasons.text().startswith("1 file: ")
    assert view.action.items.rowCount() == 2
    facts = view.action.facts.as_text()
    assert opened.journal.action_position(opened.back.id).short_code in facts
    assert opened.red.id in facts
    view.action.scan.click()
    opened.settle()
    assert shown_scan(opened.page) == opened.red.id
    assert view.action.action is None


def test_a_scan_leads_to_what_was_done_after_it_and_back(opened: Opened) -> None:
    details = opened.page.view.details
    opened.show(opened.red.id)
    assert details.tabs.tabText(DONE) == "Follow-up (3)"
    said = [line.text() for line in details.connected.lines]
    assert "Clean-up" in said[0]
    assert "GREEN · After clean-up" in said[1]
    assert "Restored" in said[2]
    details.connected.buttons[1].click()
    opened.settle()
    assert shown_scan(opened.page) == opened.green.id
    said = [line.text() for line in details.connected.lines]
    assert "RED" in said[0]
    details.connected.buttons[0].click()
    opened.settle()
    assert shown_scan(opened.page) == opened.red.id


def test_a_scan_that_nothing_follows_says_so(opened: Opened) -> None:
    details = opened.page.view.details
    blue = next(scan for scan in opened.journal.scans() if scan.light is Light.BLUE)
    opened.show(blue.id)
    details.tabs.setCurrentIndex(DONE)
    assert details.connected.nothing.isVisibleTo(details)
    assert details.connected.procedure.isHidden()


def test_the_summary_tells_follow_up_accepted_files_and_card(opened: Opened) -> None:
    opened.show(opened.green.id)
    said = texts(opened.page)
    assert "read again every place" in said
    assert "service.exe: The maker’s service tool (accepted by M. Okafor, until 2027-05-31)" in said
    assert "Clean-up allowed" in said
    assert "card of this device" in said
    opened.page.view.details.tabs.setCurrentIndex(THREATS)
    opened.show(opened.red.id)
    assert "read again every place" not in texts(opened.page)


def test_steps_are_ticked_in_the_journal_too(opened: Opened) -> None:
    opened.show(opened.red.id)
    panel = opened.page.view.details.connected.procedure
    first = next(iter(panel.rows.values()))
    first.box.click()
    opened.settle()
    assert first.box.isChecked()
    assert [step.step for step in opened.journal.steps(opened.red.id)] == [first.step]
    opened.show(opened.cleaned.id)
    opened.show(opened.red.id)
    assert panel.rows[first.step].box.isChecked()


def test_a_new_action_appears_and_the_details_follow(opened: Opened) -> None:
    opened.show(opened.red.id)
    enter(opened.journal, action(opened.red, ActionKind.EXPORT, destination="E:\\out.zip"))
    opened.page.journal_changed()
    opened.settle()
    assert opened.page.view.details.tabs.tabText(DONE) == "Follow-up (4)"


def test_an_action_that_is_not_over_yet_says_so_and_gives_no_report(opened: Opened) -> None:
    begun = action(opened.red, ActionKind.DESTROY, ended="", stop=ActionStop.CUT_OFF, items=())
    opened.journal.begin_action(begun)
    opened.page.refresh()
    opened.settle()
    row = opened.page.view.scans.row_of(begun.id)
    assert "not over yet" in opened.page.view.scans.index(row, ScanColumn.TARGET).data()
    opened.show(begun.id)
    assert not opened.page.view.action.report.isEnabled()


def test_a_light_leaves_actions_out_and_search_finds_them(opened: Opened) -> None:
    bar, scans = opened.page.view.bar, opened.page.view.scans
    bar.lights.setCurrentIndex(bar.lights.findData("green"))
    opened.settle()
    assert {type(row) for row in scans.rows()} == {type(opened.journal.scans()[0])}
    bar.clear()
    bar.search.setText("photo.jpg.exe dubois")
    bar.search_now()
    opened.settle()
    assert any(isinstance(row, ActionSummary) for row in scans.rows())


def test_the_report_of_an_action_is_written(opened: Opened, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    target = opened.folder / "action.pdf"
    monkeypatch.setattr(type(opened.page.reports), "_ask", staticmethod(lambda *_given: target))
    opened.show(opened.cleaned.id)
    with qtbot.waitSignal(opened.page.reports.saved, timeout=60_000):
        opened.page.view.action.report.click()
    assert target.read_bytes().startswith(b"%PDF")


def test_threats_and_items_not_read_leave_as_tables(opened: Opened, qtbot: QtBot) -> None:
    amber = record(5, light="amber", id=fresh_id())
    opened.journal.begin_scan(amber)
    opened.journal.finish_scan(amber)
    opened.page.refresh()
    opened.settle()
    details, lists = opened.page.view.details, opened.page.lists
    for wanted, tab, rows in ((opened.red.id, THREATS, 2), (amber.id, NOT_READ, 3)):
        opened.show(wanted)
        details.tabs.setCurrentIndex(SUMMARY)
        assert not details.as_table.isVisible()
        details.tabs.setCurrentIndex(tab)
        assert details.as_table.isVisible()
        target = opened.folder / f"{tab}.csv"
        lists.ask_where = lambda _parent, _suggested, target=target: target  # type: ignore[misc]
        with qtbot.waitSignal(lists.saved, timeout=60_000):
            details.as_table.click()
        table = list(csv.reader(io.StringIO(target.read_bytes().decode("utf-8-sig"))))
        assert len(table) == rows + 1
    target = opened.folder / "list.csv"
    with qtbot.waitSignal(lists.saved, timeout=60_000):
        lists.ask_where = lambda _parent, _suggested: target
        opened.page.save_list()
    files = list(csv.DictReader(io.StringIO(target.read_bytes().decode("utf-8-sig"))))
    assert [row["Files done"] for row in files if row["What it is"] == "Clean-up"] == ["2"]
    assert [row["Follows the scan"] for row in files if row["Light"] == "GREEN"] == [opened.red.id]
    data = opened.folder / "list.json"
    with qtbot.waitSignal(lists.saved, timeout=60_000):
        lists.ask_where = lambda _parent, _suggested: data
        opened.page.save_list()
    assert len(json.loads(data.read_bytes())) == opened.page.view.scans.rowCount()


def test_devices_are_narrowed_down_to_what_is_due(opened: Opened) -> None:
    late, soon = Device(id="late", name="Late"), Device(id="soon", name="Soon")
    for whose, day in ((late, "2026-01-15"), (soon, _in_days(10))):
        opened.journal.save_device(whose)
        opened.journal.save_card(
            StoredCard(device_id=whose.id, card=PolicyCard(next_scan=day), saved="2026-01-01T10:00:00.000Z")
        )
    opened.page.refresh()
    opened.settle()
    view = opened.page.view
    everything = view.devices.devices.rowCount()
    view.due.setCurrentIndex(list(Due).index(Due.OVERDUE))
    assert [view.devices.devices.device(row + 1) is not None for row in range(1)] == [True]
    assert _listed(opened.page) == ["late"]
    view.due.setCurrentIndex(list(Due).index(Due.SOON))
    assert sorted(_listed(opened.page)) == ["late", "soon"]
    opened.page.show_device(STICK.id)
    opened.settle()
    assert view.devices.devices.rowCount() == everything, "what is asked for is shown, whatever was narrowed down"
    assert (view.devices.current or opened.journal.devices()[0]).device.id == STICK.id


def _in_days(days: int) -> str:
    from datetime import datetime, timedelta

    return (datetime.now().astimezone().date() + timedelta(days=days)).isoformat()


def _listed(page: JournalPage) -> list[str]:
    model = page.view.devices.devices
    return [summary.device.id for row in range(1, model.rowCount()) if (summary := model.device(row))]


def test_the_card_of_the_chosen_device_is_edited_from_the_journal(opened: Opened, qtbot: QtBot) -> None:
    view = opened.page.view
    assert not view.card.isVisible(), "of no device"
    view.devices.choose(STICK.id)
    opened.settle()
    view.card.click()
    opened.settle()
    editor = opened.page.cards.editor
    assert editor is not None
    editor.form.rows["gentle"].control.setChecked(True)
    editor.person.setText("C. Dubois")
    editor.save.click()
    opened.settle()
    assert view.told.text() == "The card was saved."
    stored = opened.journal.card_of(STICK.id)
    assert stored is not None
    assert stored.card is not None
    assert stored.card.gentle


@pytest.mark.parametrize("name", HOSTILE[:5])
def test_hostile_actions_are_shown_escaped(opened: Opened, name: str) -> None:
    usable = name.encode("utf-8", "replace").decode()
    raw = name.encode("utf-8", "surrogateescape")
    bad = record(
        9, light="red", id=fresh_id(), findings=(finding(raw),), device=Device(id=fresh_id(), name=usable)
    )
    opened.journal.begin_scan(bad)
    opened.journal.finish_scan(bad)
    done = action(bad, operator=usable, reason=usable, destination=usable)
    enter(opened.journal, done)
    opened.page.refresh()
    opened.settle()
    opened.show(done.id)
    action_view = opened.page.view.action
    shown = [action_view.headline.text(), action_view.subline.text(), *action_view.facts.as_text().splitlines()]
    for text in shown:
        assert text.replace("\t", "").isprintable(), repr(text)
        assert "\u202e" not in text
    assert action_view.subline.textFormat() is Qt.TextFormat.PlainText
    assert done.count(ItemResult.DONE) == 1
