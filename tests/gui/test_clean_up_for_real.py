"""The whole job in the real window, with the real engine and the real vault: RED, clean-up, GREEN, put back.

Nothing is scripted: the stick is a folder on another volume than the journal and the quarantine.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from medscan_gui.core.action import ActionKind, ItemResult
from medscan_gui.core.device import Target
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.policy import PolicyCard, StoredCard
from medscan_gui.core.quarantine import EntryState
from medscan_gui.core.words import Fate, Light, TargetKind
from medscan_gui.gui.clean_up.dialog import CleanUpDialog
from medscan_gui.gui.main_window import MainWindow
from medscan_gui.gui.pages.journal import JournalPage
from medscan_gui.gui.pages.quarantine import QuarantinePage
from medscan_gui.gui.pages.quarantine_restore import RestoreDialog
from medscan_gui.gui.pages.quarantine_view import RESULT
from medscan_gui.gui.pages.scan import ScanPage
from medscan_gui.gui.scan.stage import Stage
from medscan_gui.services import Services
from medscan_gui.store.summaries import ActionSummary, ScanSummary
from medscan_gui.store.vault import DamagedEntry
from tests.gui.conftest import settle
from tests.samples import eicar, fill

PATIENCE = 60_000  # milliseconds until something is taken for missing
OTHER_VOLUME = Path("/dev/shm")
#: A file with its times, its rights, and a name that is no text.
INFECTED = ("setup.exe", "EXPORT/autorun.exe", "0000/caf\udce9.pdf.exe")


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    if not OTHER_VOLUME.is_dir() or OTHER_VOLUME.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs /dev/shm on another volume than the temporary folder")
    with tempfile.TemporaryDirectory(prefix="medscan-stick-", dir=OTHER_VOLUME) as folder:
        made = Path(folder)
        fill(made, 30)
        for place in INFECTED:
            file = made / place
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(eicar())
            file.chmod(0o640)
            os.utime(file, ns=(1_600_000_000_111_222_333, 1_600_000_000_123_456_789))
        yield made


@pytest.fixture
def window(qtbot: QtBot, services: Services) -> Iterator[MainWindow]:
    made = MainWindow(services.paths, ScanPage(target_for_path=folder_target))
    made.show()
    qtbot.waitExposed(made)
    made.set_services(services)
    page = made.scan_page
    qtbot.waitUntil(lambda: not page.memory.busy)
    yield made
    page.runner.cancel()
    qtbot.waitUntil(lambda: not page.runner.running, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not (page.memory.busy or page.cards.busy or page.after.busy or page.result.procedure.busy))
    for other in made.pages.values():
        qtbot.waitUntil(lambda other=other: not getattr(other, "busy", False))  # type: ignore[misc]
    made.close()
    made.deleteLater()
    settle()


def folder_target(path: str) -> Target:
    return Target(kind=TargetKind.FOLDER, paths=(raw_bytes(path),), label="Stick of the echo room")


def snapshot(folder: Path) -> dict[bytes, tuple[bytes, int, int, int]]:
    """Content, time, mode and owner of every file."""
    found = {}
    for file in folder.rglob("*"):
        if file.is_file():
            facts = file.stat()
            found[os.fsencode(file)] = (file.read_bytes(), facts.st_mtime_ns, facts.st_mode, facts.st_uid)
    return found


def answer(kind: type[QDialog], act: Callable[[QDialog], None]) -> list[QDialog]:
    """Do something in the dialog of this kind that opens next."""
    seen: list[QDialog] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, kind):
            QTimer.singleShot(5, look)
            return
        seen.append(dialog)
        try:
            act(dialog)
        except BaseException:
            dialog.reject()  # a test that fails must not wait for ever
            raise

    QTimer.singleShot(0, look)
    return seen


def light(window: MainWindow) -> Light:
    return window.scan_page.hero.light.light


def press(button: object) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]


def scan(qtbot: QtBot, window: MainWindow, stick: Path) -> None:
    page = window.scan_page
    page.ready.chooser.choose_path(str(stick))
    qtbot.waitUntil(lambda: (found := page.ready.chooser.target) is not None and found.paths == (os.fsencode(stick),))
    qtbot.waitUntil(lambda: not (page.memory.busy or page.cards.busy))
    with qtbot.waitSignal(page.scan_over, timeout=PATIENCE):
        press(page.buttons.scan)
    qtbot.waitUntil(lambda: not page.after.busy)


def allow_clean_up(qtbot: QtBot, window: MainWindow, services: Services, stick: Path) -> None:
    """Keep a card for the device that the form names, as the editor does."""
    page = window.scan_page
    page.ready.chooser.choose_path(str(stick))
    qtbot.waitUntil(lambda: (found := page.ready.chooser.target) is not None and found.paths == (os.fsencode(stick),))
    qtbot.waitUntil(lambda: not page.memory.busy)
    device = page.ready.device.device()
    card = PolicyCard(clean_up=True, approval="Letter of March 2026")
    services.journal.save_card(
        StoredCard(device_id=device.id, card=card, saved="2026-11-21T10:00:00.000Z", operator="A. Martin")
    )


def clean_up(qtbot: QtBot, window: MainWindow) -> None:
    page = window.scan_page
    asked: list[str] = []

    def confirm(dialog: QDialog) -> None:
        assert isinstance(dialog, CleanUpDialog)
        assert dialog.cancel.hasFocus() or dialog.cancel.isDefault()
        asked.append(dialog.heading.text())
        press(dialog.confirm)

    answer(CleanUpDialog, confirm)
    with qtbot.waitSignal(page.scan_over, timeout=PATIENCE):
        press(page.buttons.clean_up)
    assert asked
    assert "Remove 3 files" in asked[0]
    qtbot.waitUntil(lambda: not page.after.busy)


def put_back(qtbot: QtBot, page: QuarantinePage) -> None:
    def both_steps(dialog: QDialog) -> None:
        assert isinstance(dialog, RestoreDialog)
        QTest.keyClicks(dialog.who.operator, "A. Martin")
        assert not dialog.confirm.isVisible(), "not before the second step"
        press(dialog.forward)
        press(dialog.confirm)

    answer(RestoreDialog, both_steps)
    with qtbot.waitSignal(page.work_over, timeout=PATIENCE):
        press(page.view.details.restore_button)
    qtbot.waitUntil(lambda: not page.busy)


def test_red_clean_up_green_put_back_and_the_journal_has_all_four(
    qtbot: QtBot, window: MainWindow, services: Services, stick: Path
) -> None:
    before = snapshot(stick)
    page = window.scan_page
    allow_clean_up(qtbot, window, services, stick)

    scan(qtbot, window, stick)
    assert light(window) is Light.RED
    red = page.result.record
    assert red is not None
    assert page.buttons.clean_up.isVisible()
    assert snapshot(stick) == before, "a scan only reads"

    clean_up(qtbot, window)
    assert page.stage is Stage.RESULT
    assert light(window) is Light.GREEN
    green = page.result.record
    assert green is not None
    assert green.follows == red.id
    assert {found.fate for found in green.findings} == {Fate.REMOVED}
    assert snapshot(stick) == {path: facts for path, facts in before.items() if facts[0] != eicar()}

    press(page.result.done_notice.button)
    quarantine = window.page("quarantine")
    assert isinstance(quarantine, QuarantinePage)
    qtbot.waitUntil(lambda: not quarantine.busy)
    assert len(quarantine.view.chosen()) == len(INFECTED), "what the clean-up took is brought up"
    put_back(qtbot, quarantine)
    assert quarantine.view.below.currentIndex() == RESULT
    assert snapshot(stick) == before, "identical, times and rights too"

    window.show_page("journal")
    journal = window.page("journal")
    assert isinstance(journal, JournalPage)
    qtbot.waitUntil(lambda: journal.view.scans.rowCount() == 4)
    lines = [journal.view.scans.entry(row) for row in range(4)]
    kinds = [line.kind if isinstance(line, ActionSummary) else line.light for line in lines if line is not None]
    assert kinds == [ActionKind.RESTORE, Light.GREEN, ActionKind.CLEAN_UP, Light.RED]
    assert isinstance(lines[1], ScanSummary)
    assert lines[1].follows == red.id
    assert services.journal.verify().ok
    for kind in (ActionKind.RESTORE, ActionKind.CLEAN_UP):
        action = services.journal.action(next(one.id for one in services.journal.actions() if one.kind is kind))
        assert [item.result for item in action.items] == [ItemResult.DONE] * len(INFECTED)
    entries = [entry for entry in services.vault.entries() if not isinstance(entry, DamagedEntry)]
    assert [entry.state for entry in entries] == [EntryState.RESTORED] * len(INFECTED)
    assert services.journal.devices()[0].threats_open == len(INFECTED), "what was put back is open again"


def test_a_device_without_a_card_is_only_looked_at(qtbot: QtBot, window: MainWindow, stick: Path) -> None:
    before = snapshot(stick)
    scan(qtbot, window, stick)
    page = window.scan_page
    assert light(window) is Light.RED
    assert not page.buttons.clean_up.isVisible()
    bar = page.result.choice_bar
    assert bar.why_not.isVisible()
    assert not bar.keep.isVisible()
    assert not bar.clean_up.isVisible()
    assert not page.result.threat_table.keeping
    page.clean_up()  # F8
    page.after.keep_chosen()
    assert QApplication.activeModalWidget() is None
    assert snapshot(stick) == before
