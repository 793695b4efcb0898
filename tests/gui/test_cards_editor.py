"""The editor of policy cards on a real journal."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QDate, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from medscan_gui.core.device import Device
from medscan_gui.core.messages import Message
from medscan_gui.core.policy import DEVICE_CARD, MEDIUM_CARD, CardInForce, CardOrigin, PolicyCard, StoredCard, Weekday
from medscan_gui.gui.cards import editor as editor_module
from medscan_gui.gui.cards.desk import CardDesk
from medscan_gui.gui.cards.editor import CardEditor
from medscan_gui.gui.cards.form import GROUPS, CardForm
from medscan_gui.gui.scan.card_line import CardLine
from medscan_gui.services import Services
from medscan_gui.store.journal import Journal, NoJournal
from tests.gui.journal_samples import CARD, HOSTILE, STICK, device
from tests.gui.page_services import services_in

SCANNER = device(0)
FULL = PolicyCard(
    clean_up=True,
    scan_by=("A. Lefèvre", "M. Okafor"),
    scan_hours="19:00-07:30",
    scan_days=(Weekday.MONDAY, Weekday.SUNDAY),
    headers_only=("D:\\Images", "/var/lib/images"),
    protected=("MAKER",),
    gentle=True,
    cpu_share=35,
    manufacturer="Maker",
    contact="01 23 45 67 89",
    approval="BM-2026-114",
    next_scan="2027-02-01",
    interval_days=90,
    note="Ask the ward first.\nRoom 12.",
)


class Opened:
    """An editor that was opened as a page opens it."""

    def __init__(self, services: Services, window: QWidget, qtbot: QtBot) -> None:
        self.services, self.window, self._qtbot = services, window, qtbot
        self.desk = CardDesk(window)
        self.said: list[str] = []
        self.desk.saved.connect(self.said.append)
        self.desk.failed.connect(self.said.append)

    def open(self, whose: Device = SCANNER, operator: str = "C. Dubois") -> CardEditor:
        self.desk.edit(self.services, whose, operator)
        self._qtbot.waitUntil(lambda: self.desk.editor is not None and not self.desk.busy, timeout=30_000)
        assert self.desk.editor is not None
        return self.desk.editor

    def settle(self) -> None:
        self._qtbot.waitUntil(lambda: not self.desk.busy, timeout=30_000)

    def end(self) -> None:
        self.settle()
        if self.desk.editor is not None:
            self.desk.editor.done(0)

    @property
    def is_open(self) -> bool:
        return self.desk.editor is not None

    @property
    def journal(self) -> Journal:
        assert isinstance(self.services.journal, Journal)
        return self.services.journal


@pytest.fixture
def opened(tmp_path: Path, qtbot: QtBot) -> Iterator[Callable[..., Opened]]:
    made: list[Opened] = []

    def build(journal: NoJournal | None = None) -> Opened:
        window = QWidget()
        opened = Opened(services_in(tmp_path, journal), window, qtbot)
        qtbot.addWidget(window, before_close_func=lambda _window: opened.end())
        window.show()
        made.append(opened)
        return opened

    yield build
    for one in made:
        one.services.close()


def field(form: CardForm, name: str) -> Any:
    return form.rows[name].control


def type_lines(form: CardForm, name: str, text: str) -> None:
    control = field(form, name)
    control.selectAll()
    control.insertPlainText(text)


def test_every_field_of_a_card_is_in_the_form_and_comes_back_unchanged(qtbot: QtBot) -> None:
    form = CardForm()
    qtbot.addWidget(form)
    assert set(form.rows) == set(PolicyCard.__struct_fields__) == {name for _group, names in GROUPS for name in names}
    for card in (FULL, PolicyCard()):
        form.show_card(card)
        assert form.card() == card
    assert all(row.title.text() and row.help.text() for row in form.rows.values())


def test_what_is_typed_makes_the_card(qtbot: QtBot) -> None:
    form = CardForm()
    qtbot.addWidget(form)
    field(form, "clean_up").setChecked(True)
    type_lines(form, "scan_by", "A. Martin\n\n  B. Durand  \nA. Martin\n")
    type_lines(form, "headers_only", "Images\nD:\\DICOM")
    field(form, "scan_hours").only.setChecked(True)
    field(form, "scan_hours").begin.setTime(QTime(22, 15))
    field(form, "scan_hours").end.setTime(QTime(5, 0))
    field(form, "scan_days").boxes[Weekday.FRIDAY].setChecked(True)
    field(form, "gentle").setChecked(True)
    field(form, "cpu_share").setValue(20)
    field(form, "next_scan").given.setChecked(True)
    field(form, "next_scan").day.setDate(QDate(2027, 3, 4))
    field(form, "interval_days").setValue(30)
    QTest.keyClicks(field(form, "contact"), " 15 ")
    assert form.valid
    assert form.card() == PolicyCard(
        clean_up=True, scan_by=("A. Martin", "B. Durand"), headers_only=("Images", "D:\\DICOM"),
        scan_hours="22:15-05:00", scan_days=(Weekday.FRIDAY,), gentle=True, cpu_share=20, next_scan="2027-03-04",
        interval_days=30, contact="15",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("headers_only", "D:\\", "whole disk"),
        ("headers_only", "Images\\*", "*"),
        ("headers_only", "..\\Images", ".."),
        ("protected", "%TEMP%", "variable"),
        ("protected", "x" * 1001, "1000 characters"),
        ("scan_by", "\n".join(f"person {n}" for n in range(101)), "100 lines"),
        ("scan_by", "n" * 201, "200 characters"),
        ("note", "n" * 2001, "2000 characters"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_as_it_is_typed(qtbot: QtBot, name: str, typed: str, said: str) -> None:
    form = CardForm()
    qtbot.addWidget(form)
    type_lines(form, name, typed)
    assert not form.valid
    assert said in form.rows[name].fault.text().replace("\u202f", "")
    assert [row for row in form.rows.values() if row.fault.text()] == [form.rows[name]]
    assert form.show_first_fault() is form.rows[name]
    type_lines(form, name, "fine")
    assert form.show_first_fault() is None
    assert form.rows[name].fault.text() == ""


def test_two_equal_hours_are_wrong(qtbot: QtBot) -> None:
    form = CardForm()
    qtbot.addWidget(form)
    hours = field(form, "scan_hours")
    hours.only.setChecked(True)
    hours.end.setTime(hours.begin.time())
    assert "the same" in form.rows["scan_hours"].fault.text()
    hours.only.setChecked(False)
    assert form.valid


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_shown_escaped_and_untouched_ones_keep_their_bytes(qtbot: QtBot, text: str) -> None:
    form = CardForm()
    qtbot.addWidget(form)
    usable = text.encode("utf-8", "replace").decode()[:150]
    card = PolicyCard(scan_by=(usable,), protected=("A\nB",), manufacturer=usable, note=usable)
    form.show_card(card)
    form.rows["gentle"].control.setChecked(True)
    for name in ("scan_by", "manufacturer", "note"):
        control = field(form, name)
        shown = control.text() if isinstance(control, QLineEdit) else control.toPlainText()
        assert all(line.isprintable() for line in shown.split("\n")), repr(shown)
        assert "\u202e" not in shown
    kept = form.card()
    assert (kept.scan_by, kept.protected, kept.manufacturer, kept.note) == (
        card.scan_by, card.protected, card.manufacturer, card.note,
    )  # fmt: skip


def test_a_card_is_saved_with_its_person_and_the_journal_keeps_the_old_one(opened: Callable[..., Opened]) -> None:
    one = opened()
    editor = one.open()
    assert "No card yet" in editor.in_force.text()
    assert not editor.take_away.isVisible()
    field(editor.form, "gentle").setChecked(True)
    editor.save.click()
    one.settle()
    assert one.desk.editor is None
    assert one.said == ["The card was saved."]
    stored = one.journal.card_of(SCANNER.id)
    assert stored is not None
    assert (stored.card, stored.operator) == (PolicyCard(gentle=True), "C. Dubois")
    assert one.journal.device(SCANNER.id) == SCANNER, "the list of devices shows it"
    entries = one.journal.verify().entries
    editor = one.open()
    assert "card of this device" in editor.in_force.text()
    assert "C. Dubois" in editor.in_force.text()
    field(editor.form, "clean_up").setChecked(True)
    editor.save.click()
    one.settle()
    assert one.journal.verify().entries == entries + 1, "added, nothing overwritten"


def test_the_card_of_the_model_holds_for_its_devices_until_one_has_its_own(opened: Callable[..., Opened]) -> None:
    one = opened()
    editor = one.open()
    editor.for_model.click()
    field(editor.form, "gentle").setChecked(True)
    editor.save.click()
    one.settle()
    stored = one.journal.card_of_model(SCANNER.make, SCANNER.model)
    assert stored is not None
    assert stored.device_id == ""
    sister = Device(id="sister", name="Other", make=SCANNER.make, model=SCANNER.model)
    editor = one.open(sister)
    assert editor.for_model.isChecked()
    assert editor.form.card().gentle
    editor.for_device.click()
    assert editor.form.card().gentle, "its own card begins as the one in force"
    field(editor.form, "clean_up").setChecked(True)
    editor.save.click()
    one.settle()
    editor = one.open(sister)
    assert editor.for_device.isChecked()
    editor.for_model.click()
    assert "which comes first" in editor._scope_note.text()
    editor.reject()


def test_without_make_and_model_there_is_no_card_of_the_model(opened: Callable[..., Opened]) -> None:
    editor = opened().open(STICK)
    assert not editor.for_model.isEnabled()
    assert "make and model" in editor._scope_note.text()
    editor.reject()


def test_taking_away_asks_first(opened: Callable[..., Opened], monkeypatch: pytest.MonkeyPatch) -> None:
    one = opened()
    one.journal.save_card(StoredCard(device_id=SCANNER.id, card=CARD, saved="2026-11-20T10:00:00.000Z"))
    editor = one.open()
    monkeypatch.setattr(editor_module, "confirm_taking_away", lambda _parent: False)
    editor.take_away.click()
    assert one.journal.card_of(SCANNER.id) is not None
    monkeypatch.setattr(editor_module, "confirm_taking_away", lambda _parent: True)
    editor.take_away.click()
    one.settle()
    assert one.said == ["The card was taken away."]
    assert one.journal.card_of(SCANNER.id) is None


def test_nothing_is_saved_without_a_name_or_with_a_fault(opened: Callable[..., Opened]) -> None:
    one = opened()
    editor = one.open(operator="")
    entries = one.journal.verify().entries
    editor.save.click()
    assert "your name" in editor.notice.text
    editor.person.setText("A. Martin")
    type_lines(editor.form, "headers_only", "/")
    editor.save.click()
    assert "not right" in editor.notice.text
    assert one.journal.verify().entries == entries
    assert not one.desk.busy
    editor.form.show_card(PolicyCard())
    editor.done(0)


def test_closing_asks_before_typed_words_are_lost(
    opened: Callable[..., Opened], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = opened()
    editor = one.open()
    answers = [False, True]
    monkeypatch.setattr(editor_module, "confirm_leaving", lambda _parent: answers.pop(0))
    field(editor.form, "gentle").setChecked(True)
    editor.reject()
    assert one.desk.editor is editor
    editor.reject()
    assert not one.is_open
    assert one.open().form.card() == PolicyCard()


def test_a_journal_that_cannot_be_written_keeps_the_dialog_open(opened: Callable[..., Opened]) -> None:
    one = opened(NoJournal())
    editor = one.open()
    field(editor.form, "gentle").setChecked(True)
    editor.save.click()
    one.settle()
    assert one.desk.editor is editor
    assert editor.notice.text
    assert editor.save.isEnabled()
    assert editor.form.card().gentle, "what was typed stays"
    assert one.said == []
    editor.done(0)


def test_one_card_leaves_as_a_file(opened: Callable[..., Opened], tmp_path: Path) -> None:
    one = opened()
    one.journal.save_device(SCANNER)
    one.journal.save_card(StoredCard(device_id=SCANNER.id, card=FULL, saved="2026-11-20T10:00:00.000Z"))
    editor = one.open()
    one.desk.ask_where = lambda _parent, _suggested: tmp_path / "card.toml"
    editor.as_file.click()
    one.settle()
    document = tomllib.loads((tmp_path / "card.toml").read_text(encoding="utf-8"))
    assert document["scan_hours"] == FULL.scan_hours
    assert document["for"]["asset_number"] == SCANNER.asset_number
    assert "Saved" in editor.notice.text
    editor.reject()


def test_every_control_has_a_name(opened: Callable[..., Opened]) -> None:
    editor = opened().open()
    for kind in (QPushButton, QLineEdit, QPlainTextEdit):
        for widget in editor.findChildren(kind):
            if widget.isVisibleTo(editor) and not widget.objectName().startswith("qt_"):
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget
    editor.reject()


def test_the_line_says_the_card_its_origin_and_a_refusal(qtbot: QtBot) -> None:
    line = CardLine()
    qtbot.addWidget(line)
    assert line.isHidden()
    line.show_card(CardInForce(card=DEVICE_CARD, origin=CardOrigin.DEVICE_DEFAULT), None)
    assert line.text.startswith("Look only")
    assert line.origin.text().startswith("No card")
    line.show_card(CardInForce(card=MEDIUM_CARD, origin=CardOrigin.MEDIUM_DEFAULT), None)
    assert line.text.startswith("Clean-up allowed")
    refusal = Message.of("card.not_at_this_hour", hours="19:00-07:00")
    line.show_card(CardInForce(card=FULL, origin=CardOrigin.MODEL), refusal, "2027-02-01")
    assert "19:00-07:00" in line.warning.text
    assert "2027-02-01" in line.text
    assert line.origin.text() == "Card of this model"
    with qtbot.waitSignal(line.edit_wanted):
        line.edit.click()
    line.show_card(None, None)
    assert line.isHidden()
