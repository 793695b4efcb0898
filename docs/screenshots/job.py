"""The whole job on one stick: a card that allows it, RED, the clean-up, GREEN, the quarantine, back again."""

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from studio import Studio, click, type_into, until

from medscan_gui.core.action import ActionKind
from medscan_gui.core.words import Light
from medscan_gui.gui.cards.editor import CardEditor
from medscan_gui.gui.clean_up.dialog import CleanUpDialog
from medscan_gui.gui.clean_up.keep_dialog import KeepDialog
from medscan_gui.gui.models.quarantine_rows import Standing
from medscan_gui.gui.pages.journal import JournalPage
from medscan_gui.gui.pages.quarantine import QuarantinePage
from medscan_gui.gui.pages.quarantine_restore import RestoreDialog
from medscan_gui.gui.pages.quarantine_view import RESULT
from medscan_gui.gui.scan.stage import Stage
from medscan_gui.response.reports import action_report, scan_report

#: Place in studio.DEVICES of the stick, and what its card says, by language.
STICK = 4
CARD = {
    "en": {"manufacturer": "Biomedical department", "contact": "ext. 4477", "approval": "Rule IT-12 of March 2026"},
    "fr": {"manufacturer": "Service biomédical", "contact": "poste 4477", "approval": "Règle SI-12 de mars 2026"},
}
REASON = {"en": "The laboratory asks for the file", "fr": "Le laboratoire demande le fichier"}


def _snapshot(folder: Path) -> dict[str, tuple[bytes, int, int, tuple[tuple[str, bytes], ...]]]:
    """Return content, times, mode and attributes of every file."""
    found = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            facts = file.stat()
            xattrs = tuple((name, os.getxattr(file, name)) for name in sorted(os.listxattr(file)))
            found[str(file)] = (file.read_bytes(), facts.st_mtime_ns, facts.st_mode, xattrs)
    return found


def allow_clean_up(studio: Studio, language: str) -> None:
    """Write the stick's policy card in the editor."""
    page = studio.page
    studio.picture_to_look_at("card-none")
    click(page.ready.card_line.edit)
    until(lambda: page.cards.desk.editor is not None)
    editor = page.cards.desk.editor
    assert isinstance(editor, CardEditor)
    rows = editor.form.rows
    rows["clean_up"].control.setChecked(True)
    for name, words in CARD[language].items():
        type_into(rows[name].control, words)
    QTest.qWait(100)
    studio.picture("card-editor", editor)
    click(editor.save)
    until(lambda: page.cards.desk.editor is None and not page.cards.busy)
    studio.picture_to_look_at("card-allows")


def clean_up(studio: Studio, name: str = "clean-up") -> None:
    """Press Clean up and confirm."""

    def confirm(dialog: QDialog) -> None:
        assert isinstance(dialog, CleanUpDialog)
        studio.picture(name, dialog)
        click(dialog.confirm)

    studio.answer(CleanUpDialog, confirm)
    click(studio.page.buttons.clean_up)


def put_back(studio: Studio, language: str, page: QuarantinePage) -> None:
    """Put what is chosen back, in the two steps."""

    def both_steps(dialog: QDialog) -> None:
        assert isinstance(dialog, RestoreDialog)
        dialog.who.operator.clear()
        type_into(dialog.who.operator, "M. Lefèvre")
        type_into(dialog.who.reason, REASON[language])
        studio.picture_to_look_at("restore-1", dialog)
        click(dialog.forward)
        QTest.qWait(100)
        studio.picture_to_look_at("restore-2", dialog)
        click(dialog.confirm)

    studio.answer(RestoreDialog, both_steps)
    click(page.view.details.restore_button)
    until(lambda: not page.busy)


def keep_dialog(studio: Studio) -> None:
    """Look at the question before a file is kept, and leave it."""

    def look(dialog: QDialog) -> None:
        studio.picture("keep", dialog)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    threats = studio.page.result.threats
    threats.choose([threats.finding(0).chain[0]])
    studio.answer(KeepDialog, look)
    click(studio.page.result.choice_bar.keep)
    threats.choose_none()


def procedure(studio: Studio) -> None:
    """Show the hospital's procedure, and tick its first step."""
    result = studio.page.result
    result.tabs.setCurrentIndex(2)
    QTest.qWait(100)
    step = next(iter(result.procedure.rows.values()))
    click(step.box)
    until(lambda: not result.procedure.busy)
    studio.picture("procedure")
    result.tabs.setCurrentIndex(0)


def whole_job(studio: Studio, language: str, stick: Path) -> None:
    """Do it, and take its pictures. Raises AssertionError if anything is not as it must be."""
    before = _snapshot(stick)
    studio.choose(stick.name, STICK)
    allow_clean_up(studio, language)
    studio.scan()
    studio.wait_for(Light.RED)
    studio.picture_to_look_at("red-clean-up")
    red = studio.page.result.record
    if studio.everything:
        keep_dialog(studio)
    procedure(studio)
    clean_up(studio)
    until(lambda: studio.page.stage is Stage.RESULT and studio.page.hero.light.light is Light.GREEN)
    studio.wait_for(Light.GREEN)
    studio.picture("green")
    green = studio.page.result.record
    assert red is not None and green is not None and green.follows == red.id
    assert len(before) - len(_snapshot(stick)) == len(red.findings)
    page = quarantine(studio, language)
    assert _snapshot(stick) == before, "what was put back is not what was removed"
    assert {row.standing for row in page.view.chosen()} == {Standing.RESTORED}
    journal(studio, green.device.id, 4)
    reports(studio, red.id, green.id)


def quarantine(studio: Studio, language: str) -> QuarantinePage:
    """Show what the clean-up took, and put it back."""
    click(studio.page.result.done_notice.button)
    page = studio.window.page("quarantine")
    assert isinstance(page, QuarantinePage)
    until(lambda: not page.busy)
    chosen = frozenset(row.id for row in page.view.chosen())
    assert chosen, "the clean-up's own entries are brought up"
    studio.picture_to_look_at("quarantine-chosen")
    page.view.choose(frozenset([page.view.chosen()[0].id]))
    QTest.qWait(200)
    studio.picture("quarantine")
    page.view.choose(chosen)
    put_back(studio, language, page)
    assert page.view.below.currentIndex() == RESULT
    studio.picture_to_look_at("restored")
    return page


def journal(studio: Studio, device_id: str, lines: int) -> None:
    """Show the device's lines: RED, clean-up, GREEN, put back."""
    studio.window.show_page("journal")
    page = studio.window.page("journal")
    assert isinstance(page, JournalPage)
    page.show_device(device_id)
    until(lambda: page.view.scans.rowCount() == lines, f"{page.view.scans.rowCount()} lines")
    page.view.table.selectRow(2)
    QTest.qWait(600)
    studio.picture("journal-actions")
    for place in (0, 1, 3) if studio.everything else ():
        page.view.table.selectRow(place)
        QTest.qWait(600)
        studio.picture(f"journal-actions-{place}")


def reports(studio: Studio, red: str, green: str) -> None:
    """Write the four reports, as the journal's page does."""
    services = studio.services
    journal = services.journal
    actions = {action.kind: action.id for action in journal.actions()}

    def of_scan(scan_id: str) -> Callable[[], bytes]:
        return lambda: scan_report(services, journal.record(scan_id))

    def of_action(kind: ActionKind) -> Callable[[], bytes]:
        return lambda: action_report(services, journal.action(actions[kind]))

    studio.report("1-red", of_scan(red))
    studio.report("2-clean-up", of_action(ActionKind.CLEAN_UP))
    studio.report("3-green", of_scan(green))
    studio.report("4-restore", of_action(ActionKind.RESTORE))


def large_clean_up(studio: Studio, stick: Path) -> None:
    """Clean up many files, look while it runs, and cancel: RED, for some are still there."""
    studio.choose(stick.name, STICK)
    studio.scan()
    studio.wait_for(Light.RED)
    clean_up(studio, "clean-up-many")
    until(lambda: studio.page.stage is Stage.CLEANING and studio.page.cleaning.done > 150)
    click(studio.page.buttons.pause)
    QTest.qWait(300)
    studio.picture("cleaning-paused")
    click(studio.page.buttons.pause)
    QTest.qWait(300)
    studio.picture("cleaning")
    click(studio.page.buttons.cancel)
    until(lambda: studio.page.stage is Stage.RESULT)
    studio.wait_for(Light.RED)
    studio.picture("cleaned-partly")
