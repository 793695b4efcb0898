"""Reads the journal beside the window's thread and hands over what is still wanted.

Every question carries a number; an answer to a question that is no longer the last one is dropped.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from medscan_gui.core.messages import MedScanError
from medscan_gui.core.words import Light
from medscan_gui.gui.background import Errand
from medscan_gui.gui.models.scans import HistoryRow, ScanColumn, sort_scans
from medscan_gui.store.journal import Journal, NoJournal, ScanOrder

AnyJournal = Journal | NoJournal

#: Columns that the journal itself sorts by: rows can be shown as they arrive, page by page.
_BY_JOURNAL: dict[ScanColumn, ScanOrder] = {
    ScanColumn.DATE: "date",
    ScanColumn.LIGHT: "light",
    ScanColumn.THREATS: "threats",
    ScanColumn.NOT_READ: "not_read",
}
#: Scans read at a time: more are read when the view comes to their end.
PAGE = 500
#: Scans read at a time where all are needed, and the breath (seconds) in between that the window gets.
_SLICE = 10_000
_BREATH = 0.002


class Query(NamedTuple):
    """Which scans and actions are shown, and in which order."""

    device_id: str = ""
    search: str = ""
    light: Light | None = None
    column: ScanColumn = ScanColumn.DATE
    descending: bool = True

    @property
    def order(self) -> ScanOrder | None:
        """The order as the journal knows it; None for words, which are sorted here."""
        return _BY_JOURNAL.get(self.column)


class ScanPage(NamedTuple):
    """Some entries, from a place in the list; `complete` once nothing follows."""

    query: Query
    offset: int
    scans: tuple[HistoryRow, ...]
    complete: bool


class JournalLoader(QObject):
    """Asks the journal; answers arrive as signals in the window's thread."""

    devices_came = Signal(object)
    scans_came = Signal(object)
    count_came = Signal(object)
    failed = Signal(object)  # a Message

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._journal: AnyJournal | None = None
        self._running: set[Errand] = set()
        self._latest: dict[str, int] = {}
        self._asked = 0

    def use(self, journal: AnyJournal) -> None:
        """Read from this journal from now on."""
        self._journal = journal
        self._latest.clear()

    def devices(self, search: str) -> None:
        """Ask for the devices; `devices_came` brings them."""
        if self._journal is not None:
            self.ask("devices", partial(self._journal.devices, search), self.devices_came.emit)

    def scans(self, query: Query) -> None:
        """Ask for the scans: the first page of them, or all if they must be sorted; and for their number."""
        if self._journal is None:
            return
        work = partial(_page, self._journal, query, 0) if query.order else partial(_sorted, self._journal, query)
        self.ask("scans", work, self.scans_came.emit)
        count = partial(
            self._journal.count_history, query.device_id or None, search=query.search, light=query.light
        )
        self.ask("count", count, self.count_came.emit)

    def more(self, query: Query, offset: int) -> None:
        """Ask for the page of scans that begins at `offset`."""
        if self._journal is not None:
            self.ask("scans", partial(_page, self._journal, query, offset), self.scans_came.emit)

    def all(self, query: Query, answer: Callable[[object], None]) -> None:
        """Ask for all scans, in the order of the query, for `answer`."""
        if self._journal is not None:
            self.ask("all", partial(_sorted, self._journal, query), answer)

    def ask(self, what: str, work: Callable[[], object], answer: Callable[[object], None]) -> None:
        """Do `work` beside the window's thread and give its result to `answer`, unless `what` was asked again."""
        self._asked += 1
        self._latest[what] = self._asked
        errand = _Question(what, self._asked, work, answer, self)
        errand.came.connect(self._deliver)
        self._running.add(errand)
        errand.start()

    def forget(self, what: str) -> None:
        """Drop the answer to this question: who asked is gone."""
        self._latest.pop(what, None)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._running)

    @Slot(object, object, object)
    def _deliver(self, question: "_Question", result: object, error: object) -> None:
        self._running.discard(question)
        question.deleteLater()
        if self._latest.get(question.what) != question.number:
            return
        if isinstance(error, MedScanError):
            self.failed.emit(error.message)
        elif isinstance(error, BaseException):
            raise error
        else:
            question.answer(result)


class _Question(Errand):
    """An errand that knows which question it answers."""

    came = Signal(object, object, object)

    def __init__(
        self, what: str, number: int, work: Callable[[], object], answer: Callable[[object], None], parent: QObject
    ) -> None:
        super().__init__(work, f"journal-{what}", parent)
        self.what = what
        self.number = number
        self.answer = answer
        self.done.connect(self._succeeded)
        self.failed.connect(self._went_wrong)

    @Slot(object)
    def _succeeded(self, result: object) -> None:
        self.came.emit(self, result, None)

    @Slot(object)
    def _went_wrong(self, error: object) -> None:
        self.came.emit(self, None, error)


def _read(journal: AnyJournal, query: Query, limit: int | None, offset: int) -> tuple[HistoryRow, ...]:
    return journal.history(
        query.device_id or None,
        search=query.search,
        light=query.light,
        order=query.order or "date",
        descending=query.descending or query.order is None,
        limit=limit,
        offset=offset,
    )


def _page(journal: AnyJournal, query: Query, offset: int) -> ScanPage:
    scans = _read(journal, query, PAGE, offset)
    return ScanPage(query, offset, scans, len(scans) < PAGE)


def _sorted(journal: AnyJournal, query: Query) -> ScanPage:
    scans: list[HistoryRow] = []
    while True:
        found = _read(journal, query, _SLICE, len(scans))
        scans += found
        if len(found) < _SLICE:
            break
        time.sleep(_BREATH)  # sixty thousand rows in one go would hold the interpreter against the window
    if query.order:
        return ScanPage(query, 0, tuple(scans), complete=True)
    return ScanPage(query, 0, sort_scans(scans, query.column, descending=query.descending), complete=True)
