"""The hospital's procedure beside a result, on a real journal and the text that ships."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medscan_gui.core.action import ProcedureStep
from medscan_gui.core.record import ScanRecord
from medscan_gui.gui.scan.procedure_panel import ProcedurePanel
from medscan_gui.gui.widgets import Label
from medscan_gui.response import procedure
from medscan_gui.services import Services
from medscan_gui.store.journal import Journal, NoJournal
from tests.gui.journal_samples import HOSTILE, STICK, record, tick
from tests.gui.page_services import services_in


class Shown:
    """A panel with one scan in a real journal."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.services = services_in(folder)
        self.red = record(1, light="red", device=STICK, id="red")
        self.journal.begin_scan(self.red)
        self.journal.finish_scan(self.red)
        self.panel = ProcedurePanel()
        self.panel.resize(700, 900)
        self.counts: list[tuple[int, int]] = []
        self.panel.counted.connect(lambda done, steps: self.counts.append((done, steps)))
        qtbot.addWidget(self.panel, before_close_func=lambda _panel: self.settle())

    @property
    def journal(self) -> Journal:
        assert isinstance(self.services.journal, Journal)
        return self.services.journal

    def show(
        self, scan: ScanRecord | None = None, services: Services | None = None, operator: str = "C. Dubois"
    ) -> None:
        self.panel.show_procedure(services or self.services, scan or self.red, operator)
        self.settle()

    def settle(self) -> None:
        self._qtbot.waitUntil(lambda: not self.panel.busy, timeout=30_000)


@pytest.fixture
def shown(tmp_path: Path, qtbot: QtBot) -> Iterator[Shown]:
    made = Shown(tmp_path, qtbot)
    yield made
    made.services.close()


def test_the_steps_of_the_light_are_shown_in_their_order(shown: Shown) -> None:
    assert shown.panel.isHidden()
    shown.show()
    steps = procedure.load(shown.services.paths, "en").shown_on(shown.red.light).steps
    assert [row.words.text() for row in shown.panel.rows.values()] == [step.text for step in steps]
    assert len(steps) > 3
    assert shown.panel.isVisible()
    assert shown.panel.progress.text() == f"0 of {len(steps)} done"
    assert shown.counts[-1] == (0, len(steps))


def test_a_light_without_procedure_shows_nothing(shown: Shown) -> None:
    shown.show()
    shown.show(record(2, light="blue"))
    assert shown.panel.isHidden()
    assert shown.panel.rows == {}
    assert shown.counts[-1] == (0, 0)


def test_a_tick_is_in_the_journal_at_once_and_survives(shown: Shown) -> None:
    shown.show()
    first = next(iter(shown.panel.rows.values()))
    first.box.click()
    assert not first.box.isChecked(), "not shown as done before the journal has it"
    shown.settle()
    assert first.box.isChecked()
    (step,) = shown.journal.steps("red")
    assert (step.step, step.done, step.operator, step.device_id) == (first.step, True, "C. Dubois", STICK.id)
    assert step.text == first.text
    assert "C. Dubois" in first.who.text()
    shown.panel.clear()
    assert shown.panel.isHidden()
    shown.show(operator="A. Martin")
    again = shown.panel.rows[first.step]
    assert again.box.isChecked()
    assert "C. Dubois" in again.who.text(), "who ticked it, not who looks"
    again.box.click()
    shown.settle()
    assert not again.box.isChecked()
    assert again.who.text().startswith("Unticked")
    (step,) = shown.journal.steps("red")
    assert (step.done, step.operator) == (False, "A. Martin")
    assert shown.journal.verify().ok


def test_the_keyboard_ticks(shown: Shown, qtbot: QtBot) -> None:
    shown.show()
    qtbot.waitExposed(shown.panel)
    first = next(iter(shown.panel.rows.values()))
    first.box.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(first.box, Qt.Key.Key_Space)
    shown.settle()
    assert first.box.isChecked()
    assert all(row.box.focusPolicy() & Qt.FocusPolicy.TabFocus for row in shown.panel.rows.values())
    assert all(row.box.accessibleName() for row in shown.panel.rows.values())


def test_a_click_on_the_words_ticks(shown: Shown) -> None:
    shown.show()
    first = next(iter(shown.panel.rows.values()))
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    shown.settle()
    assert first.box.isChecked()


def test_two_quick_clicks_are_one_tick(shown: Shown) -> None:
    shown.show()
    first = next(iter(shown.panel.rows.values()))
    before = shown.journal.verify().entries
    first.box.click()
    first.box.click()
    shown.settle()
    assert first.box.isChecked()
    assert shown.journal.verify().entries == before + 1


def test_a_journal_that_cannot_be_written_shows_no_tick(shown: Shown, tmp_path: Path) -> None:
    shown.show(services=services_in(tmp_path / "other", NoJournal()))
    first = next(iter(shown.panel.rows.values()))
    first.box.click()
    shown.settle()
    assert not first.box.isChecked()
    assert "The tick was not kept." in shown.panel.notice.text
    assert shown.panel.progress.text().startswith("0 of ")
    first.box.click()
    shown.settle()
    assert not first.box.isChecked(), "it may be tried again"


def test_a_journal_that_goes_away_meanwhile_shows_no_tick(shown: Shown, tmp_path: Path) -> None:
    shown.show()
    shown.journal._database.close()
    (tmp_path / "journal.sqlite").unlink()
    first = next(iter(shown.panel.rows.values()))
    first.box.click()
    shown.settle()
    assert not first.box.isChecked()
    assert shown.panel.notice.text


def test_a_step_that_was_reworded_since_stays_visible(shown: Shown) -> None:
    shown.journal.tick(tick(shown.red, "gone", "Call the old number"))
    shown.show()
    row = shown.panel.rows["gone"]
    assert row.words.text() == "Call the old number"
    assert row.box.isChecked()
    assert not row.box.isEnabled()
    assert "has changed since" in row.who.text()
    shown.journal.tick(tick(shown.red, "gone", "Call the old number", done=False))
    shown.show()
    assert "gone" not in shown.panel.rows


def test_an_answer_for_a_scan_that_is_no_longer_shown_is_dropped(shown: Shown) -> None:
    other = record(3, light="red", device=STICK, id="other")
    shown.journal.begin_scan(other)
    shown.journal.finish_scan(other)
    step = procedure.load(shown.services.paths, "en").shown_on(other.light).steps[0]
    shown.journal.tick(tick(other, step.id, step.text))
    shown.panel.show_procedure(shown.services, other, "")
    shown.panel.show_procedure(shown.services, shown.red, "")
    shown.settle()
    assert not shown.panel.rows[step.id].box.isChecked()
    assert shown.counts[-1][0] == 0


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_ticks_are_shown_escaped(shown: Shown, name: str) -> None:
    usable = name.encode("utf-8", "replace").decode()
    shown.journal.tick(
        ProcedureStep(
            scan_id="red", device_id=STICK.id, step="hostile", text=usable, done=True, operator=usable, at=usable
        )
    )
    shown.show()
    row = shown.panel.rows["hostile"]
    for text in (row.words.text(), row.who.text(), row.box.accessibleName()):
        assert text.isprintable(), repr(text)
        assert "\u202e" not in text
    assert row.words.textFormat() is Qt.TextFormat.PlainText


def test_the_hospital_s_own_text_names_its_file(shown: Shown, tmp_path: Path) -> None:
    own = procedure.candidates(shown.services.paths, "en")[0]
    assert own.is_relative_to(tmp_path)
    own.write_text("# Our steps\n\n## Phones\n\nDay and night.\n\n1. Call 4242\n", encoding="utf-8")
    shown.show()
    assert [row.words.text() for row in shown.panel.rows.values()] == ["Call 4242"]
    assert shown.panel.title.text() == "Our steps"
    said = [label.text() for label in shown.panel.findChildren(Label)]
    assert "Phones" in said
    assert "Day and night." in said
    assert own.name in shown.panel.source.text()


def test_a_text_that_cannot_be_used_is_said_and_the_one_that_ships_is_shown(shown: Shown) -> None:
    procedure.candidates(shown.services.paths, "en")[0].write_bytes(b"\xff\xfe\xfa")
    shown.show()
    assert shown.panel.notice.text
    assert len(shown.panel.rows) > 3
