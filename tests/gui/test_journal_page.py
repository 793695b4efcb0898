"""The journal's page on a real journal."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from medscan_gui.core import text
from medscan_gui.core.words import Light
from medscan_gui.gui.models.scans import HistoryRow, ScanColumn, sort_key
from medscan_gui.gui.pages import journal as journal_module
from medscan_gui.gui.pages.journal import JournalPage
from medscan_gui.gui.pages.journal_details import TECHNICAL
from medscan_gui.gui.pages.journal_edit import DeviceDialog
from medscan_gui.gui.pages.journal_loader import PAGE
from medscan_gui.gui.theme import theme
from medscan_gui.session import Services
from medscan_gui.store.journal import Journal, JournalError, NoJournal
from medscan_gui.store.summaries import ScanSummary
from tests.gui.journal_samples import HOSTILE, device, finding, make_journal, record
from tests.gui.page_services import fresh_id, services_in

# Qt's offscreen platform says so of every window that is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

MANY = 5_000
FEW = 60


@pytest.fixture(scope="session")
def full_journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("full")
    make_journal(folder, MANY).close()
    return folder


@pytest.fixture(scope="session")
def small_journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    make_journal(folder, FEW).close()
    return folder


@pytest.fixture
def opened(tmp_path: Path, qtbot: QtBot) -> Iterator[Callable[..., tuple[JournalPage, Services]]]:
    made: list[Services] = []

    def build(source: Path | None = None, services: Services | None = None) -> tuple[JournalPage, Services]:
        if source is not None:
            shutil.copytree(source, tmp_path, dirs_exist_ok=True)
        services = services or services_in(tmp_path)
        made.append(services)
        page = JournalPage()
        qtbot.addWidget(page, before_close_func=lambda _page: settled(page, qtbot))
        page.set_services(services)
        page.retranslate()
        page.resize(1080, 760)
        page.show()
        settled(page, qtbot)
        return page, services

    yield build
    for services in made:
        services.close()


def settled(page: JournalPage, qtbot: QtBot) -> None:
    """Wait until the page has all its answers and has asked for nothing more."""
    qtbot.waitUntil(lambda: not page.loader.busy, timeout=60_000)


def light(row: HistoryRow) -> Light:
    assert isinstance(row, ScanSummary)
    return row.light


def cells(page: JournalPage, column: ScanColumn) -> list[str]:
    model = page.view.scans
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_devices_and_scans_are_shown(opened: Callable[..., tuple[JournalPage, Services]], small_journal: Path) -> None:
    page, services = opened(small_journal)
    assert page.view.scans.rowCount() == FEW
    assert page.view.devices.devices.rowCount() == len(services.journal.devices()) + 1
    assert page.view.count.text() == f"{FEW} entries"
    shown = page.view.details.record
    assert shown is not None
    assert shown.id == services.journal.scans(limit=1)[0].id
    assert "3 days old" in page.view.details.facts.as_text()
    assert services.journal.position(shown.id).short_code in page.view.details.facts.as_text()


def test_choosing_a_device_shows_its_scans_only(
    opened: Callable[..., tuple[JournalPage, Services]], small_journal: Path, qtbot: QtBot
) -> None:
    page, services = opened(small_journal)
    chosen = services.journal.devices()[3]
    page.view.devices.choose(chosen.device.id)
    settled(page, qtbot)
    assert page.view.scans.rowCount() == chosen.scans
    assert {scan.device.id for scan in page.view.scans.rows()} == {chosen.device.id}
    assert page.view.table.isColumnHidden(ScanColumn.DEVICE)
    assert page.view.edit.isVisible()
    assert page.view.device_title.text() == chosen.device.title


def test_search_reaches_devices_operators_and_threats(
    opened: Callable[..., tuple[JournalPage, Services]], small_journal: Path, qtbot: QtBot
) -> None:
    page, services = opened(small_journal)
    for wanted in ("conficker", "okafor", "perseus", "LEFEVRE"):
        page.view.bar.search.setText(wanted)
        page.view.bar.search_now()
        settled(page, qtbot)
        expected = services.journal.scans(search=wanted)
        assert 0 < len(expected) < FEW
        assert page.view.scans.rows() == expected
    page.view.bar.search.setText("no such thing")
    page.view.bar.search_now()
    settled(page, qtbot)
    assert page.view.empty.isVisible()
    assert "Nothing fits" in page.view.empty.text()
    assert not page.view.report.isEnabled()
    page.view.show_all.click()
    settled(page, qtbot)
    assert page.view.scans.rowCount() == FEW


def test_filter_by_light(
    opened: Callable[..., tuple[JournalPage, Services]], small_journal: Path, qtbot: QtBot
) -> None:
    page, _services = opened(small_journal)
    lights: QComboBox = page.view.bar.lights
    lights.setCurrentIndex(lights.findData("red"))
    settled(page, qtbot)
    assert page.view.scans.rowCount() > 0
    assert {light(row) for row in page.view.scans.rows()} == {Light.RED}
    assert set(cells(page, ScanColumn.LIGHT)) == {"RED"}
    assert "A threat was found" in page.view.details.headline.text()
    assert page.view.details.findings.rowCount() == 1


def test_five_thousand_scans_come_page_by_page_and_sort_whole(
    opened: Callable[..., tuple[JournalPage, Services]], full_journal: Path, qtbot: QtBot
) -> None:
    page, services = opened(full_journal)
    assert page.view.scans.rowCount() == PAGE
    assert page.view.count.text() == "5000 entries"
    page.view.table.scrollToBottom()
    qtbot.waitUntil(lambda: page.view.scans.rowCount() == 2 * PAGE, timeout=60_000)
    settled(page, qtbot)
    assert page.view.scans.rows() == services.journal.scans(limit=2 * PAGE)
    page.view.table.sortByColumn(ScanColumn.THREATS, Qt.SortOrder.DescendingOrder)
    settled(page, qtbot)
    everything = services.journal.scans()
    by_threats = sorted(everything, key=lambda scan: -scan.threats)
    assert list(page.view.scans.rows()) == by_threats[:PAGE], "the first page of all, not a page sorted"
    page.view.table.scrollToBottom()
    qtbot.waitUntil(lambda: page.view.scans.rowCount() == 2 * PAGE, timeout=60_000)
    settled(page, qtbot)
    assert list(page.view.scans.rows()) == by_threats[: 2 * PAGE]
    page.view.table.sortByColumn(ScanColumn.OPERATOR, Qt.SortOrder.AscendingOrder)
    settled(page, qtbot)
    cells = [sort_key(scan, ScanColumn.OPERATOR) for scan in page.view.scans.rows()]
    assert len(cells) == MANY
    assert cells == sorted(cells, key=str)
    last = services.journal.scans(limit=1, offset=MANY - 1)[0]
    page.view.table.sortByColumn(ScanColumn.DATE, Qt.SortOrder.DescendingOrder)
    settled(page, qtbot)
    page.show_scan(last.id)
    qtbot.waitUntil(lambda: (page.view.details.record or record()).id == last.id, timeout=60_000)
    settled(page, qtbot)


def test_only_the_last_question_is_answered(
    opened: Callable[..., tuple[JournalPage, Services]], full_journal: Path, qtbot: QtBot
) -> None:
    page, services = opened(full_journal)
    for wanted in ("c", "co", "con", "conficker", "sality"):
        page.view.bar.search.setText(wanted)
        page.view.bar.search_now()
    settled(page, qtbot)
    assert page.view.scans.rows() == services.journal.scans(search="sality", limit=PAGE)


def test_a_new_scan_appears_and_the_choice_stays(
    opened: Callable[..., tuple[JournalPage, Services]], small_journal: Path, qtbot: QtBot
) -> None:
    page, services = opened(small_journal)
    page.view.table.selectRow(5)
    settled(page, qtbot)
    chosen = page.view.details.record
    assert chosen is not None
    new = record(7, light="red", id=fresh_id())
    services.journal.begin_scan(new)
    services.journal.finish_scan(new)
    page.journal_changed()
    settled(page, qtbot)
    assert page.view.scans.rows()[0].id == new.id
    assert page.view.details.record == chosen
    assert page.view.scans.entry(page.view.table.currentIndex().row()) == page.view.scans.rows()[6]
    page.show_scan(new.id)
    qtbot.waitUntil(lambda: (page.view.details.record or record()).id == new.id)
    settled(page, qtbot)


def test_a_scan_that_was_cut_off_is_shown_so(
    opened: Callable[..., tuple[JournalPage, Services]], tmp_path: Path
) -> None:
    journal = make_journal(tmp_path)
    journal.begin_scan(record(3, ended=""))
    journal.close()
    again = Journal.open(tmp_path, removable=False)
    assert again.recover_cut_off()
    page, _services = opened(services=services_in(tmp_path, again))
    assert cells(page, ScanColumn.LIGHT) == ["CUT OFF"]
    assert "cut off" in page.view.details.headline.text()
    assert page.view.details.headline.text().startswith("AMBER")


def test_hostile_records_are_shown_escaped(
    opened: Callable[..., tuple[JournalPage, Services]], tmp_path: Path, qtbot: QtBot
) -> None:
    journal = make_journal(tmp_path)
    for number, name in enumerate(HOSTILE):
        usable = name.encode("utf-8", "replace").decode()
        hostile = record(
            number,
            light="red",
            findings=(finding(name.encode("utf-8", "surrogateescape"), family=usable, author=usable),),
            device=device(number).__class__(id=fresh_id(), name=usable, department=usable),
            operator=usable,
        )
        journal.finish_scan(hostile)
    page, _services = opened(services=services_in(tmp_path, journal))
    assert page.view.scans.rowCount() == len(HOSTILE)
    for row in range(len(HOSTILE)):
        page.view.table.selectRow(row)
        settled(page, qtbot)
        assert (page.view.details.record or record()).id == page.view.scans.rows()[row].id
        qt_texts = [page.view.details.headline.text(), page.view.details.subline.text()]
        assert all(words.isprintable() for words in qt_texts)
    assert page.view.details.headline.textFormat() is Qt.TextFormat.PlainText


def test_edited_devices_are_added_never_overwritten(
    opened: Callable[..., tuple[JournalPage, Services]],
    small_journal: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, services = opened(small_journal)
    chosen = services.journal.devices()[0]
    entries = services.journal.verify().entries
    old = services.journal.raw_record(chosen.latest_scan_id)

    def answer(dialog: DeviceDialog) -> int:
        dialog.fields["department"].clear()
        QTest.keyClicks(dialog.fields["department"], "Neonatology")
        return int(DeviceDialog.DialogCode.Accepted)

    monkeypatch.setattr(DeviceDialog, "exec", answer)
    page.view.devices.choose(chosen.device.id)
    settled(page, qtbot)
    page.view.edit.click()
    settled(page, qtbot)
    saved = services.journal.device(chosen.device.id)
    assert saved is not None
    assert saved.department == "Neonatology"
    assert (saved.name, saved.asset_number, saved.serial) == (
        chosen.device.name, chosen.device.asset_number, chosen.device.serial,
    )  # fmt: skip
    report = services.journal.verify()
    assert report.ok
    assert report.entries == entries + 1
    assert services.journal.raw_record(chosen.latest_scan_id) == old
    monkeypatch.setattr(DeviceDialog, "exec", lambda _dialog: int(DeviceDialog.DialogCode.Rejected))
    page.view.edit.click()
    settled(page, qtbot)
    assert services.journal.verify().entries == entries + 1, "declining changes nothing"


def test_a_field_that_was_not_touched_keeps_its_bytes(qtbot: QtBot) -> None:
    known = device(0).__class__(id="d", name="bad\u202ename", serial="x" * 500)
    dialog = DeviceDialog(known)
    qtbot.addWidget(dialog)
    assert "<U+202E>" in dialog.fields["name"].text()
    assert dialog.device == known


def test_verifying_tells_intact_and_altered(
    opened: Callable[..., tuple[JournalPage, Services]], small_journal: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    page, services = opened(small_journal)
    page.view.verify.click()
    settled(page, qtbot)
    assert f"{FEW + 1} entries" in page.view.told.text()
    assert services.journal.head().short_code in page.view.told.text()
    assert isinstance(services.journal, Journal)
    with services.journal._database.writing() as connection:
        triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        for name in triggers:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        connection.exec_driver_sql("UPDATE entries SET body = CAST(body || ' ' AS BLOB) WHERE sequence = 20")
    page.view.verify.click()
    settled(page, qtbot)
    assert "number 20" in page.view.told.text()
    assert page.view.verify.isEnabled()


def test_verifying_tells_falsified_lists_and_shows_them_mended(
    opened: Callable[..., tuple[JournalPage, Services]],
    small_journal: Path,
    qtbot: QtBot,
    caplog: pytest.LogCaptureFixture,
) -> None:
    page, services = opened(small_journal)
    right = [light(row) for row in page.view.scans.rows()]
    assert isinstance(services.journal, Journal)
    with services.journal._database.writing() as connection:
        connection.exec_driver_sql("UPDATE index_scans SET light = 'blue', verdict = 'no_threat', threats = 0")
        connection.exec_driver_sql("DELETE FROM index_open_threats")
    page.refresh()
    settled(page, qtbot)
    assert [light(row) for row in page.view.scans.rows()] != right
    page.view.verify.click()
    settled(page, qtbot)
    assert "made again" in page.view.told.text()
    assert [light(row) for row in page.view.scans.rows()] == right


def test_the_list_leaves_as_table_and_as_data(
    opened: Callable[..., tuple[JournalPage, Services]], small_journal: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    page, services = opened(small_journal)
    for name in ("list.csv", "list.json"):
        target = tmp_path / name
        page.lists.ask_where = lambda _parent, _suggested, target=target: target  # type: ignore[misc]
        with qtbot.waitSignal(page.lists.saved, timeout=60_000):
            page.save_list()
        assert str(target) in page.view.told.text()
    assert (tmp_path / "list.csv").read_bytes().decode("utf-8-sig").count("\r\n") == FEW + 1
    assert len(json.loads((tmp_path / "list.json").read_bytes())) == FEW
    page.lists.ask_where = lambda _parent, _suggested: tmp_path / "none" / "list.csv"
    with qtbot.waitSignal(page.lists.said, timeout=60_000):
        page.save_list()
    assert "Saved" not in page.view.told.text()
    page.lists.ask_where = lambda _parent, _suggested: None
    page.save_list()
    settled(page, qtbot)
    assert services.journal.verify().ok


def test_the_report_of_an_old_scan_is_written_again(
    opened: Callable[..., tuple[JournalPage, Services]],
    small_journal: Path,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, _services = opened(small_journal)
    page.view.table.selectRow(30)
    settled(page, qtbot)
    target = tmp_path / "again.pdf"
    monkeypatch.setattr(type(page.reports), "_ask", staticmethod(lambda *_given: target))
    with qtbot.waitSignal(page.reports.saved, timeout=30_000):
        page.view.report.click()
    assert target.read_bytes().startswith(b"%PDF")
    assert str(target) in page.view.told.text()


def test_an_empty_journal_says_what_to_do(opened: Callable[..., tuple[JournalPage, Services]]) -> None:
    page, _services = opened()
    assert page.view.empty.isVisible()
    assert "No scan has been recorded yet" in page.view.empty.text()
    assert not page.view.show_all.isVisible()
    assert not page.view.export.isEnabled()
    page.save_report()
    page.save_list()


def test_a_damaged_journal_is_kept_beside_a_new_one_on_request_only(
    opened: Callable[..., tuple[JournalPage, Services]],
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"SQLite format 3\x00" + b"\xff" * 50)
    with pytest.raises(JournalError) as caught:
        Journal.open(tmp_path, removable=False)
    page, services = opened(services=services_in(tmp_path, NoJournal(caught.value.message)))
    assert page.view.notice.isVisible()
    assert page.view.notice.button.isVisible()
    before = (tmp_path / "journal.sqlite").read_bytes()
    monkeypatch.setattr(journal_module, "confirm_new_journal", lambda _parent: False)
    page.view.notice.button.click()
    settled(page, qtbot)
    assert (tmp_path / "journal.sqlite").read_bytes() == before
    assert services.journal.read_only
    monkeypatch.setattr(journal_module, "confirm_new_journal", lambda _parent: True)
    with qtbot.waitSignal(page.journal_replaced, timeout=60_000):
        page.view.notice.button.click()
    settled(page, qtbot)
    assert isinstance(services.journal, Journal)
    assert not page.view.notice.isVisible()
    kept = [file for file in tmp_path.glob("journal-set-aside-*") if file.read_bytes() == before]
    assert len(kept) == 1


def test_a_newer_journal_is_never_offered_to_be_replaced(
    opened: Callable[..., tuple[JournalPage, Services]], tmp_path: Path
) -> None:
    from medscan_gui.store.journal import JournalProblem

    newer = JournalError(JournalProblem.NEWER, found=9, known=1)
    page, _services = opened(services=services_in(tmp_path, NoJournal(newer.message)))
    assert not page.view.notice.button.isVisible()


def test_a_journal_that_vanishes_is_told(
    opened: Callable[..., tuple[JournalPage, Services]], small_journal: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    page, services = opened(small_journal)
    assert isinstance(services.journal, Journal)
    services.journal._database.close()
    (tmp_path / "journal.sqlite").unlink()
    page.refresh()
    settled(page, qtbot)
    assert page.view.notice.isVisible()
    assert "no longer there" in page.view.notice.text


def test_keys(
    opened: Callable[..., tuple[JournalPage, Services]], small_journal: Path, qtbot: QtBot
) -> None:
    page, _services = opened(small_journal)
    page.activateWindow()
    page.view.table.setFocus()
    QTest.keySequence(page.view.table, QKeySequence.StandardKey.Find)
    assert page.view.bar.search.hasFocus()
    QTest.keyClicks(page.view.bar.search, "okafor")
    QTest.keyClick(page.view.bar.search, Qt.Key.Key_Escape)
    assert page.view.bar.search.text() == ""
    settled(page, qtbot)
    page.view.table.setFocus()
    page.view.table.selectRow(0)
    QTest.keyClick(page.view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "\t" in QGuiApplication.clipboard().text()
    settled(page, qtbot)


def test_every_control_has_a_name_and_every_word_changes(
    opened: Callable[..., tuple[JournalPage, Services]], small_journal: Path, qtbot: QtBot
) -> None:
    page, _services = opened(small_journal)
    page.view.details.tabs.setCurrentIndex(TECHNICAL)
    for kind in (QPushButton, QLineEdit, QComboBox):
        for widget in page.findChildren(kind):
            if widget.isVisibleTo(page) and not widget.objectName().startswith("qt_"):
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget
    named: list[QWidget] = [page.view.table, page.view.devices, page.view.details.tabs]
    assert all(widget.accessibleName() for widget in named)
    theme().choose("dark")
    text.use(text.Words("fr"))
    page.retranslate()
    settled(page, qtbot)
    assert "/" in cells(page, ScanColumn.DATE)[0], "French dates"
