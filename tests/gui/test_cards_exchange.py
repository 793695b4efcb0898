"""Cards of a fleet in and out of the settings' page, on a real journal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medscan_gui.core.policy import PolicyCard, StoredCard
from medscan_gui.gui.cards.exchange import CardsSection
from medscan_gui.gui.cards.preview import CardsPreview
from medscan_gui.store.journal import Journal
from tests.gui.journal_samples import HOSTILE, device
from tests.gui.page_services import services_in

NOBODY_TYPED = "2026-11-20T10:00:00.000Z"


class Section:
    """The section on its own, with its journal."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.folder = folder
        services = services_in(folder)
        assert isinstance(services.journal, Journal)
        self.services, self.journal = services, services.journal
        self.journal.save_device(device(0))
        self.journal.save_card(StoredCard(device_id=device(0).id, card=PolicyCard(gentle=True), saved=NOBODY_TYPED))
        self.part = CardsSection()
        qtbot.addWidget(self.part, before_close_func=lambda _part: self._end())
        self.part.set_services(services)
        self.part.retranslate()
        self.part.show()
        self.settle()

    def settle(self) -> None:
        self._qtbot.waitUntil(lambda: not self.part.busy, timeout=30_000)

    def _end(self) -> None:
        if self.part.preview is not None:
            self.part.preview.done(0)
        self.settle()

    def bring(self, text: str, name: str = "cards.csv") -> CardsPreview:
        path = self.folder / name
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        self.part.import_from(path)
        self.settle()
        assert self.part.preview is not None
        return self.part.preview

    def rows(self, preview: CardsPreview) -> list[list[str]]:
        model = preview.model
        return [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]


@pytest.fixture
def section(tmp_path: Path, qtbot: QtBot) -> Iterator[Section]:
    made = Section(tmp_path, qtbot)
    yield made
    made.services.close()


def test_an_import_is_shown_before_it_is_entered(section: Section) -> None:
    text = "asset_number,name,clean_up,gentle,next_scan\nUS-0042,,yes,,2027-01-31\nNEW-1,New thing,no,yes,\n"
    preview = section.bring(text)
    entries = section.journal.verify().entries
    first, second = section.rows(preview)
    assert first[0] == "2"
    assert "US-0042" in first[1]
    assert "Clean-up: no → yes" in first[2]
    assert "Next scan: – → 2027-01-31" in first[2]
    assert "new device" in second[2]
    assert "Enter 2 changes" in preview.enter.text()
    preview.enter.click()
    assert "your name" in preview.notice.text
    assert section.journal.verify().entries == entries, "nothing is entered before it is confirmed"
    preview.person.setText("A. Martin")
    preview.enter.click()
    section.settle()
    section.settle()
    assert section.part.preview is None
    stored = section.journal.card_of(device(0).id)
    assert stored is not None
    assert stored.card is not None
    assert (stored.card.clean_up, stored.card.next_scan, stored.operator) == (True, "2027-01-31", "A. Martin")
    assert section.journal.find_device(asset_number="NEW-1") is not None
    assert "2 cards were entered" in section.part.notice.text
    assert section.part.count.text() == "2 cards"


def test_every_fault_is_listed_with_its_line_and_nothing_is_entered(section: Section) -> None:
    entries = section.journal.verify().entries
    preview = section.bring("asset_number,clean_up,next_scan\nUS-0042,maybe,2027-13-01\n,yes,\n")
    found = section.rows(preview)
    assert [row[0] for row in found] == ["2", "2"] or [row[0] for row in found] == ["2", "2", "3"]
    assert "maybe" in " ".join(row[2] for row in found)
    assert preview.enter.isHidden()
    preview.cancel.click()
    assert section.part.preview is None
    assert section.journal.verify().entries == entries


def test_an_unknown_key_is_named(section: Section) -> None:
    preview = section.bring("clean_up = true\nmagic = 1\n[for]\nasset_number = 'US-0042'\n", "card.toml")
    assert any("magic" in row[1] + row[2] for row in section.rows(preview))
    assert preview.enter.isHidden()


def test_one_card_comes_in_as_toml(section: Section) -> None:
    preview = section.bring("gentle = false\n[for]\nasset_number = 'US-0042'\n", "card.toml")
    assert [row[2] for row in section.rows(preview)] == ["Low priority: yes → no"]
    preview.person.setText("A. Martin")
    preview.enter.click()
    section.settle()
    stored = section.journal.card_of(device(0).id)
    assert stored is not None
    assert stored.card == PolicyCard()


def test_what_leaves_comes_back_as_no_change(section: Section) -> None:
    target = section.folder / "out.csv"
    section.part.export_to(target)
    section.settle()
    assert "Saved" in section.part.notice.text
    section.part.import_from(target)
    section.settle()
    assert section.part.preview is not None
    assert section.rows(section.part.preview) == []
    assert "changes nothing" in section.part.preview.lead.text()
    assert section.part.preview.enter.isHidden()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_cells_are_shown_escaped(section: Section, name: str) -> None:
    cell = name[:100].replace('"', '""')
    preview = section.bring(f'asset_number,name,manufacturer\n"X-1","{cell}","{cell}"\n')
    for row in section.rows(preview):
        for text in row:
            assert text.isprintable(), repr(text)
            assert "\u202e" not in text


def test_a_file_that_is_not_there_and_one_that_is_no_table_are_said(section: Section, tmp_path: Path) -> None:
    section.part.import_from(tmp_path / "none.csv")
    section.settle()
    assert "none.csv" in section.part.notice.text
    assert section.part.preview is None
    preview = section.bring("\x00\x01\x02 no table", "picture.csv")
    assert preview.enter.isHidden()
    assert section.rows(preview)


def test_a_place_that_cannot_be_written_is_said(section: Section, tmp_path: Path) -> None:
    section.part.export_to(tmp_path / "none" / "out.csv")
    section.settle()
    assert section.part.notice.text
    assert "Saved" not in section.part.notice.text
