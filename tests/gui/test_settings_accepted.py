"""The list of accepted files in the settings, on a real journal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex
from pytestqt.qtbot import QtBot

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.gui.models.acceptances import AcceptedColumn
from medscan_gui.gui.pages.settings_accepted import AcceptedFiles
from medscan_gui.services import Services
from medscan_gui.store.journal import Journal, NoJournal
from tests.gui.page_services import services_in

TOOL = Acceptance(
    sha256="a" * 64, reason="The maker’s service tool", person="M. Okafor", accepted="2026-11-20T10:00:00.000Z",
    until="2999-05-31", shown_name="service.exe",
)  # fmt: skip
OLD = Acceptance(
    sha256="b" * 64, reason="", person="M. Okafor", accepted="2026-01-20T10:00:00.000Z", until="2026-01-31",
    shown_name="old.exe",
)  # fmt: skip


class Section:
    """The section on its own."""

    def __init__(self, services: Services, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.services = services
        self.part = AcceptedFiles()
        qtbot.addWidget(self.part, before_close_func=lambda _part: self.settle())
        self.part.retranslate()
        self.part.set_services(services)
        self.part.show()
        self.settle()

    def settle(self) -> None:
        self._qtbot.waitUntil(lambda: not self.part.busy, timeout=30_000)

    def cells(self, column: AcceptedColumn) -> list[str]:
        return [self.part.model.index(row, column).data() for row in range(self.part.model.rowCount())]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal.open(tmp_path, removable=False)
    opened.accept(OLD)
    opened.accept(TOOL)
    yield opened
    opened.close()


@pytest.fixture
def section(tmp_path: Path, journal: Journal, qtbot: QtBot) -> Section:
    return Section(services_in(tmp_path, journal), qtbot)


def test_accepted_files_are_listed_and_expired_ones_marked(section: Section) -> None:
    assert section.cells(AcceptedColumn.FILE) == ["service.exe", "old.exe"]
    assert section.cells(AcceptedColumn.UNTIL) == ["2999-05-31", "EXPIRED on 2026-01-31"]
    section.part.table.setCurrentIndex(QModelIndex())
    section.part.table.setFocus()
    assert not section.part.withdraw.isEnabled(), "what has the focus is not chosen yet"
    section.part.table.selectRow(0)
    assert section.part.withdraw.isEnabled()


def test_withdrawing_needs_a_name_and_can_be_undone(section: Section, journal: Journal) -> None:
    section.part.table.selectRow(0)
    section.part.withdraw.click()
    assert "your name" in section.part.notice.text
    assert TOOL in journal.acceptances()
    section.part.person.setText("C. Dubois")
    section.part.withdraw.click()
    section.settle()
    section.settle()
    assert section.cells(AcceptedColumn.FILE) == ["old.exe"]
    assert journal.acceptances() == (OLD,)
    (ended,) = (one for one in journal.acceptances(withdrawn=True) if one.withdrawn)
    assert (ended.sha256, ended.person) == (TOOL.sha256, "C. Dubois")
    assert "no longer accepted" in section.part.notice.text
    section.part.notice.button.click()
    section.settle()
    section.settle()
    assert TOOL in journal.acceptances(), "as it was, with who had accepted it"
    assert section.cells(AcceptedColumn.FILE) == ["service.exe", "old.exe"]
    assert journal.verify().ok


def test_none_says_where_a_file_is_accepted(tmp_path: Path, qtbot: QtBot) -> None:
    section = Section(services_in(tmp_path, NoJournal()), qtbot)
    assert not section.part.table.isVisible()
    assert "result of a scan" in section.part.lead.text()


def test_a_journal_that_goes_away_is_said(section: Section, journal: Journal, tmp_path: Path) -> None:
    section.part.person.setText("C. Dubois")
    section.part.table.selectRow(0)
    journal._database.close()
    (tmp_path / "journal.sqlite").unlink()
    section.part.withdraw.click()
    section.settle()
    assert section.part.notice.text
    assert not section.part.notice.button.isVisibleTo(section.part)
