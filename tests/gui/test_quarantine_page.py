"""The quarantine page on a real vault: what is kept, put back, destroyed, exported; and what is refused."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel
from pytestqt.qtbot import QtBot

from medscan_gui.core.action import ActionKind
from medscan_gui.core.device import Device, Target
from medscan_gui.core.messages import Message
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.quarantine import EntryState, FileFacts, VaultEntry
from medscan_gui.core.words import TargetKind
from medscan_gui.gui.models.quarantine import EntryColumn, QuarantineModel, Wanted
from medscan_gui.gui.models.quarantine_items import ItemColumn
from medscan_gui.gui.models.quarantine_rows import Standing, row_of
from medscan_gui.gui.pages.quarantine import QuarantinePage
from medscan_gui.gui.pages.quarantine_destroy import DestroyDialog
from medscan_gui.gui.pages.quarantine_export import ExportDialog
from medscan_gui.gui.pages.quarantine_hold import HoldButton
from medscan_gui.gui.pages.quarantine_restore import RestoreDialog
from medscan_gui.gui.pages.quarantine_view import DETAILS, RESULT
from medscan_gui.services import Services
from medscan_gui.store.vault import DamagedEntry, new_id
from tests.gui import scripted

PUMP = Device(id="pump", name="Infusion pump server", asset_number="BM-11873", department="Intensive care")
OLD = "2020-01-01T10:00:00.000Z"
FRESH = "2999-01-01T10:00:00.000Z"


class Stock:
    """Puts files into the quarantine of a test, as a clean-up does."""

    def __init__(self, services: Services, folder: Path) -> None:
        self.services = services
        self.folder = folder
        folder.mkdir()

    def add(self, name: str = "setup.exe", *, content: bytes = b"threat", **changes: object) -> VaultEntry:
        place = self.folder / name
        values: dict[str, object] = {
            "id": new_id(),
            "action_id": "action-1",
            "scan_id": "scan-1",
            "taken": FRESH,
            "device": scripted.DEVICE,
            "target": Target(kind=TargetKind.FOLDER, paths=(raw_bytes(str(self.folder)),), label="stick"),
            "operator": "M. Lefèvre",
            "facts": FileFacts(
                path=raw_bytes(str(place)),
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                mode=0o644,
                extents=((0, len(content)),),
            ),
            "findings": (scripted.finding(chain=(raw_bytes(str(place)),)),),
        }
        vault = self.services.vault
        entry = vault.begin(VaultEntry(**{**values, **changes}))  # type: ignore[arg-type]
        entry = vault.copy(entry, [content])
        for state in (EntryState.COPIED, EntryState.REMOVING, EntryState.QUARANTINED):
            entry = vault.update(entry, state=state)
        return entry


@pytest.fixture
def stock(services: Services, tmp_path: Path) -> Stock:
    return Stock(services, tmp_path / "stick")


@pytest.fixture
def page(qtbot: QtBot, services: Services) -> Iterator[QuarantinePage]:
    made = QuarantinePage()
    qtbot.addWidget(made)
    made.resize(1060, 760)
    made.retranslate()
    made.set_services(services)
    made.show()
    qtbot.waitExposed(made)
    yield made
    qtbot.waitUntil(lambda: not made.busy)


def read(qtbot: QtBot, page: QuarantinePage) -> None:
    with qtbot.waitSignal(page.settled):
        page.refresh()


def names(page: QuarantinePage) -> list[str]:
    model = page.view.entries
    return [str(model.index(row, EntryColumn.NAME).data()) for row in range(model.rowCount())]


def answer(kind: type[QDialog], press: Callable[[QDialog], None]) -> list[QDialog]:
    """Look at the dialog that opens next, and press something in it."""
    seen: list[QDialog] = []

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
    return seen


def results(page: QuarantinePage) -> list[tuple[str, str]]:
    items = page.view.result.items
    return [
        (str(items.index(row, ItemColumn.RESULT).data()), str(items.index(row, ItemColumn.WHY).data()))
        for row in range(items.rowCount())
    ]


# --- looking -----------------------------------------------------------------------------------------


def test_an_empty_quarantine_says_so(qtbot: QtBot, page: QuarantinePage) -> None:
    read(qtbot, page)
    assert page.view.empty.isVisible()
    assert "empty" in page.view.empty.text()
    assert not page.view.show_all.isVisible()


def test_entries_are_listed_searched_and_narrowed(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    stock.add("autorun.exe")
    stock.add("setup.exe", device=PUMP, operator="A. Martin")
    read(qtbot, page)
    assert sorted(names(page)) == ["autorun.exe", "setup.exe"]
    bar = page.view.bar
    bar.search.setText("intensive MARTIN")
    bar.search_now()
    assert names(page) == ["setup.exe"]
    bar.search.setText("nowhere")
    bar.search_now()
    assert page.view.show_all.isVisible()
    QTest.mouseClick(page.view.show_all, Qt.MouseButton.LeftButton)
    bar.devices.setCurrentIndex(bar.devices.findText("Infusion pump server"))
    assert names(page) == ["setup.exe"]
    bar.devices.setCurrentIndex(0)
    bar.states.setCurrentIndex(bar.states.findData(Standing.DESTROYED.value))
    assert names(page) == []


def test_two_files_of_one_name_and_content_are_two_entries(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    for folder in ("A", "B"):
        stock.add(f"{folder}/setup.exe")
    read(qtbot, page)
    assert names(page) == ["setup.exe", "setup.exe"]


def test_an_entry_tells_everything_about_itself(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    entry = stock.add()
    read(qtbot, page)
    page.view.choose(frozenset([entry.id]))
    assert page.view.below.currentIndex() == DETAILS
    told = page.view.details.facts.as_text()
    for part in (entry.facts.sha256, "Conficker", "Vivid E95", "M. Lefèvre", "setup.exe", entry.id):
        assert part in told


def test_a_damaged_entry_is_shown_as_what_it_is(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    entry = stock.add()
    altered = [file for file in stock.services.vault.folder.rglob("*") if file.is_file() and entry.id in file.name]
    assert altered
    for file in altered:
        file.write_bytes(b"altered by hand")
    read(qtbot, page)
    model = page.view.entries
    assert model.rowCount() == 1
    assert model.index(0, EntryColumn.STATE).data() == "Damaged"
    page.view.table.selectAll()
    details = page.view.details
    assert "altered" in details.state.text()
    assert not details.restore_button.isEnabled()
    assert not details.destroy_button.isEnabled()
    assert not details.export_button.isEnabled()


def test_what_one_clean_up_took_is_brought_up(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    mine = stock.add("a.exe", action_id="mine")
    stock.add("b.exe", action_id="other")
    with qtbot.waitSignal(page.settled):
        page.show_action("mine")
    assert [row.id for row in page.view.chosen()] == [mine.id]


def test_hostile_names_are_escaped(qtbot: QtBot, page: QuarantinePage, services: Services) -> None:
    name = b"/stick/<img src=x>\xff" + "\u202egpj.exe\n".encode()
    row = row_of(scripted_entry(name))
    page.view.entries.replace([row])
    page.view.choose(frozenset([row.id]))
    page.grab()
    assert "<U+202E>" in names(page)[0]
    assert "\n" not in names(page)[0]
    for label in page.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText


def scripted_entry(path: bytes = b"/stick/a.exe", place: int = 0, **changes: object) -> VaultEntry:
    values: dict[str, object] = {
        "id": f"{place:032x}",
        "action_id": "a",
        "scan_id": "s",
        "taken": OLD,
        "device": scripted.DEVICE if place % 2 else PUMP,
        "target": scripted.STICK,
        "facts": FileFacts(path=path, size=place, sha256=f"{place:064x}"),
        "findings": (scripted.finding(place),),
        "state": EntryState.QUARANTINED,
    }
    return VaultEntry(**{**values, **changes})  # type: ignore[arg-type]


def test_fifty_thousand_entries_arrive_in_batches(qtbot: QtBot, page: QuarantinePage) -> None:
    entries = [scripted_entry(b"/stick/%05d.exe" % place, place) for place in range(50_000)]
    seen: list[int] = []
    page.loader.came.connect(lambda _rows, _first: seen.append(page.view.entries.rowCount()))
    with qtbot.waitSignal(page.settled, timeout=60_000):
        page.loader.read(lambda: iter(entries))
    assert len(seen) > 50
    assert seen[0] < 1000, "the first rows are shown at once"
    assert page.view.entries.rowCount() == 50_000
    page.view.entries.narrow(Wanted("49999"))
    assert page.view.entries.rowCount() == 1


def test_rows_of_a_reading_that_was_replaced_are_not_mixed_in(qtbot: QtBot, page: QuarantinePage) -> None:
    first = [scripted_entry(b"/stick/first.exe", place) for place in range(2_000)]
    page.loader.read(lambda: iter(first))
    with qtbot.waitSignal(page.settled):
        page.refresh()
    assert page.view.entries.rowCount() == 0


@pytest.mark.parametrize("state", list(EntryState))
def test_every_state_has_its_words(state: EntryState) -> None:
    model = QuarantineModel()
    model.replace([row_of(scripted_entry(state=state, why=Message.of("cause.in_use")))])
    assert model.index(0, EntryColumn.STATE).data()
    tip = model.index(0, EntryColumn.STATE).data(Qt.ItemDataRole.ToolTipRole)
    assert "another program keeps it locked" in tip


def test_columns_are_sorted(qtbot: QtBot) -> None:
    model = QuarantineModel()
    model.replace([row_of(scripted_entry(b"/stick/%d.exe" % place, place)) for place in (2, 0, 1)])
    model.sort(EntryColumn.SIZE, Qt.SortOrder.AscendingOrder)
    assert [model.row(place).size for place in range(3)] == [0, 1, 2]  # type: ignore[union-attr]
    model.sort(EntryColumn.NAME, Qt.SortOrder.DescendingOrder)
    assert model.index(0, EntryColumn.NAME).data() == "2.exe"


def test_a_damaged_entry_without_any_facts() -> None:
    row = row_of(DamagedEntry("ff" * 16, Message.of("cause.in_use")))
    model = QuarantineModel()
    model.replace([row])
    for column in EntryColumn:
        assert model.index(0, column).data()


# --- putting back ------------------------------------------------------------------------------------


def put_back(dialog: QDialog) -> None:
    assert isinstance(dialog, RestoreDialog)
    assert not dialog.confirm.isVisible()
    QTest.mouseClick(dialog.forward, Qt.MouseButton.LeftButton)
    assert "hold" in dialog.warning.text
    assert dialog.focusWidget() is dialog.cancel
    QTest.mouseClick(dialog.confirm, Qt.MouseButton.LeftButton)


def restore(qtbot: QtBot, page: QuarantinePage, press: Callable[[QDialog], None] = put_back) -> None:
    seen = answer(RestoreDialog, press)
    page.restore_files()
    assert seen
    qtbot.waitUntil(lambda: not page.busy)


def test_files_are_put_back_and_the_journal_knows(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    entries = [stock.add(f"{name}.exe", content=name.encode()) for name in "ab"]
    read(qtbot, page)
    page.view.table.selectAll()
    with qtbot.waitSignal(page.work_over):
        restore(qtbot, page)
    assert page.view.below.currentIndex() == RESULT
    assert {result for result, _why in results(page)} == {"Put back"}
    assert page.view.result.title.text() == "2 files were put back."
    assert (stock.folder / "a.exe").read_bytes() == b"a"
    assert {row.standing for row in (page.view.entries.row(0), page.view.entries.row(1)) if row} == {Standing.RESTORED}
    actions = stock.services.journal.actions()
    assert [action.kind for action in actions] == [ActionKind.RESTORE]
    assert entries[0].id != entries[1].id


def test_what_stands_there_is_never_overwritten(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    stock.add("a.exe")
    (stock.folder / "a.exe").write_bytes(b"the user's own")
    read(qtbot, page)
    page.view.table.selectAll()
    restore(qtbot, page)
    (result, why) = results(page)[0]
    assert result == "Not done"
    assert why
    assert "No file was put back" in page.view.result.title.text()
    assert (stock.folder / "a.exe").read_bytes() == b"the user's own"


def test_files_go_into_a_folder(qtbot: QtBot, page: QuarantinePage, stock: Stock, tmp_path: Path) -> None:
    stock.add("a.exe", content=b"sample")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def into_folder(dialog: QDialog) -> None:
        assert isinstance(dialog, RestoreDialog)
        dialog.elsewhere.setChecked(True)
        assert not dialog.forward.isEnabled(), "no folder yet"
        dialog.choose_folder(str(elsewhere))
        put_back(dialog)

    read(qtbot, page)
    page.view.table.selectAll()
    restore(qtbot, page, into_folder)
    assert [file.read_bytes() for file in elsewhere.iterdir()] == [b"sample"]
    assert str(elsewhere) in results(page)[0][1]


def test_a_dialog_that_is_left_changes_nothing(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    stock.add()
    read(qtbot, page)
    page.view.table.selectAll()
    restore(qtbot, page, lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Escape))
    assert stock.services.journal.actions() == ()
    assert page.view.below.currentIndex() == DETAILS


# --- destroying --------------------------------------------------------------------------------------


def test_nothing_is_destroyed_before_its_time(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    stock.add(taken=FRESH)
    read(qtbot, page)
    page.view.table.selectAll()
    details = page.view.details
    assert not details.destroy_button.isEnabled()
    assert "90 days" in details.why_not.text()
    page.destroy_files()
    assert QApplication.activeModalWidget() is None


def test_destroying_needs_a_reason_and_a_held_button(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    old = stock.add("old.exe", taken=OLD)
    stock.add("fresh.exe", taken=FRESH)
    read(qtbot, page)
    page.view.table.selectAll()

    def hold(dialog: QDialog) -> None:
        assert isinstance(dialog, DestroyDialog)
        assert "left out" in dialog.left_out.text
        assert not dialog.forward.isEnabled()
        QTest.keyClicks(dialog.who.operator, "A. Martin")
        assert not dialog.forward.isEnabled()
        QTest.keyClicks(dialog.who.reason, "Analysed")
        QTest.mouseClick(dialog.forward, Qt.MouseButton.LeftButton)
        confirm = dialog.confirm
        assert isinstance(confirm, HoldButton)
        QTest.mouseClick(confirm, Qt.MouseButton.LeftButton)
        assert dialog.isVisible(), "a click is not enough"
        confirm.setFocus()
        with qtbot.waitSignal(confirm.held):
            QTest.keyPress(confirm, Qt.Key.Key_Space)

    answer(DestroyDialog, hold)
    page.destroy_files()
    qtbot.waitUntil(lambda: not page.busy)
    assert results(page)[0][0] == "Destroyed"
    assert stock.services.vault.entry(old.id).state is EntryState.DESTROYED
    action = stock.services.journal.action(stock.services.journal.actions()[0].id)
    assert (action.kind, action.operator, action.reason) == (ActionKind.DESTROY, "A. Martin", "Analysed")
    assert len(action.items) == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_letting_go_early_does_nothing(qtbot: QtBot, key: Qt.Key) -> None:
    button = HoldButton("Hold", "destroy")
    qtbot.addWidget(button)
    button.show()
    held: list[bool] = []
    button.held.connect(lambda: held.append(True))
    QTest.keyPress(button, key)
    assert button.isDown()
    QTest.keyRelease(button, key)
    assert not button.isDown()
    assert button.share == 0
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    button.grab()
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert held == []


def test_a_button_held_with_the_mouse(qtbot: QtBot) -> None:
    button = HoldButton("Hold", "destroy", hold_ms=30)
    qtbot.addWidget(button)
    button.show()
    with qtbot.waitSignal(button.held):
        QTest.mousePress(button, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)


# --- exporting ---------------------------------------------------------------------------------------


def test_samples_are_exported_with_a_password(qtbot: QtBot, page: QuarantinePage, stock: Stock, tmp_path: Path) -> None:
    import pyzipper

    stock.add(content=b"the sample")
    settings = stock.services.settings
    settings.save(msgspec.structs.replace(settings.current, reports_dir=str(tmp_path)))
    read(qtbot, page)
    page.view.table.selectAll()

    def export(dialog: QDialog) -> None:
        assert isinstance(dialog, ExportDialog)
        assert dialog.password.text() == "infected"
        assert "infected" in dialog.note.text()
        QTest.mouseClick(dialog.confirm, Qt.MouseButton.LeftButton)

    answer(ExportDialog, export)
    page.export_files()
    qtbot.waitUntil(lambda: not page.busy)
    assert results(page)[0][0] == "Exported"
    with pyzipper.AESZipFile(tmp_path / "MedScan-samples.zip") as archive:
        archive.setpassword(b"infected")
        assert b"the sample" in [archive.read(name) for name in archive.namelist()]


# --- all of it by keyboard, with names ---------------------------------------------------------------


def test_keys_reach_every_action(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    stock.add(taken=OLD)
    read(qtbot, page)
    page.view.table.selectAll()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.view.table.setFocus()
    for kind, key, modifier in (
        (RestoreDialog, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier),
        (ExportDialog, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier),
        (DestroyDialog, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier),
    ):
        seen = answer(kind, lambda dialog: dialog.reject())
        QTest.keyClick(page.view.table, key, modifier)
        qtbot.waitUntil(partial(bool, seen))
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)


def test_every_control_has_a_name(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    stock.add()
    read(qtbot, page)
    page.view.table.selectAll()
    entries = [scripted_entry()]
    dialogs = [
        RestoreDialog(entries, "A", ""),
        DestroyDialog(entries, "A", ""),
        ExportDialog(entries, "A", "", file=Path("x.zip"), password="infected"),
    ]
    controls = {
        QAccessible.Role.Button,
        QAccessible.Role.EditableText,
        QAccessible.Role.ComboBox,
        QAccessible.Role.RadioButton,
        QAccessible.Role.Table,
        QAccessible.Role.ProgressBar,
    }
    for widget in (page, *dialogs):
        qtbot.addWidget(widget)
        widget.show()
        waiting = [QAccessible.queryAccessibleInterface(widget)]
        while waiting:
            thing = waiting.pop()
            if thing.role() in controls and not thing.state().invisible:
                assert thing.text(QAccessible.Text.Name), thing.object()
            if thing.role() is not QAccessible.Role.Table:
                waiting += [thing.child(place) for place in range(thing.childCount())]


def test_the_second_step_goes_by_tab_as_it_looks_and_the_first_is_low_again(
    qtbot: QtBot, page: QuarantinePage, stock: Stock
) -> None:
    entries = [stock.add(f"{name}.exe") for name in "abcdef"]
    dialog = RestoreDialog(entries, "A", "", page)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    low = dialog.height()
    dialog.forward.click()
    assert dialog.steps.currentIndex() == 1
    assert dialog.cancel.previousInFocusChain() is dialog.confirm
    assert dialog.height() > low
    dialog.back.click()
    assert dialog.steps.currentIndex() == 0
    assert dialog.height() == low


def test_a_task_can_rest_and_go_on(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    stock.add()
    calls: list[str] = []
    progress = page.view.progress
    progress.pause_wanted.connect(lambda: calls.append("pause"))
    progress.go_on_wanted.connect(lambda: calls.append("go on"))
    progress.begin(ActionKind.RESTORE)
    progress.pause.click()
    assert progress.pause.text() == "Go on"
    progress.pause.click()
    assert progress.pause.text() == "Pause"
    assert calls == ["pause", "go on"]
    progress.stopping()
    assert not progress.pause.isEnabled()


def test_a_threat_that_is_back_is_told(qtbot: QtBot, page: QuarantinePage, stock: Stock) -> None:
    stock.add()
    read(qtbot, page)
    page.view.table.selectAll()
    restore(qtbot, page)
    assert "there again" in page.view.result.back.text
