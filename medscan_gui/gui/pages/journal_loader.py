"""Reads the journal beside the window's thread and hands over what is still wanted.

Every question carries a number; an answer to a question that is no longer the last one is dropped.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from medscan_gui.core.messages import MedScanError
from medscan_gui.core.words import Light
from medscan_gui.gui.background import Errand
from medscan_gui.gui.models.scans import ScanColumn, sort_scans
from medscan_gui.store.journal import Journal, NoJournal, ScanSummary

AnyJournal = Journal | NoJournal

#: Scans read for the first picture; the rest follows while the operator already looks.
FIRST_PAGE = 300
#: Scans read at a time after that, so that an answer nobody wants any more costs little.
NEXT_PAGE = 10_000


class Query(NamedTuple):
    """Which scans are shown, and in which order."""

    device_id: str = ""
    search: str = ""
    light: Light | None = None
    column: ScanColumn = ScanColumn.DATE
    descending: bool = True

    @property
    def newest_first(self) -> bool:
        """The journal's own order: rows can be shown as they arrive."""
        return self.column is ScanColumn.DATE and self.descending


class ScanPage(NamedTuple):
    """Some scans, from a place in the list; `complete` once nothing follows."""

    query: Query
    offset: int
    scans: tuple[ScanSummary, ...]
    complete: bool


class JournalLoader(QObject):
    """Asks the journal; answers arrive as signals in the window's thread."""

    devices_came = Signal(object)
    scans_came = Signal(object)
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
        """Ask for the scans; `scans_came` brings them page by page, or at once if they must be sorted."""
        if self._journal is None:
            return
        work = partial(_first_page if query.newest_first else _sorted, self._journal, query)
        self.ask("scans", work, self._page_came)

    def ask(self, what: str, work: Callable[[], object], answer: Callable[[object], None]) -> None:
        """Do `work` beside the window's thread and give its result to `answer`, unless `what` was asked again."""
        self._asked += 1
        self._latest[what] = self._asked
        errand = _Question(what, self._asked, work, answer, self)
        errand.came.connect(self._deliver)
        self._running.add(errand)
        errand.start()

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

    def _page_came(self, found: object) -> None:
        assert isinstance(found, ScanPage)  # noqa: S101  # our own answer to our own question
        self.scans_came.emit(found)
        if not found.complete and self._journal is not None:
            work = partial(_next_page, self._journal, found.query, found.offset + len(found.scans))
            self.ask("scans", work, self._page_came)


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


def _read(journal: AnyJournal, query: Query, limit: int | None, offset: int) -> tuple[ScanSummary, ...]:
    return journal.scans(
        query.device_id or None, search=query.search, light=query.light, limit=limit, offset=offset
    )


def _first_page(journal: AnyJournal, query: Query) -> ScanPage:
    scans = _read(journal, query, FIRST_PAGE, 0)
    return ScanPage(query, 0, scans, len(scans) < FIRST_PAGE)


def _next_page(journal: AnyJournal, query: Query, offset: int) -> ScanPage:
    scans = _read(journal, query, NEXT_PAGE, offset)
    return ScanPage(query, offset, scans, len(scans) < NEXT_PAGE)


def _sorted(journal: AnyJournal, query: Query) -> ScanPage:
    scans = sort_scans(_read(journal, query, None, 0), query.column, descending=query.descending)
    return ScanPage(query, 0, scans, complete=True)


