"""Questions asked beside the window's thread: only the answer to the latest one of its kind counts."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from medscan_gui.core.messages import MedScanError
from medscan_gui.core.text import current
from medscan_gui.gui.background import Errand


class Errands(QObject):
    """`failed` carries the sentence of a known error; any other error is a fault of the program and is raised."""

    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._latest: dict[str, Errand] = {}
        self._running: dict[Errand, tuple[str, Callable[[object], None]]] = {}

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._running)

    def ask(self, what: str, work: Callable[[], object], answer: Callable[[object], None]) -> None:
        """Do `work` beside the window's thread and give its result to `answer`, unless `what` is asked again first."""
        errand = Errand(work, what, self)
        errand.done.connect(self._came)
        errand.failed.connect(self._went_wrong)
        errand.over.connect(self._over)
        self._running[errand] = (what, answer)
        self._latest[what] = errand
        errand.start()

    def forget(self) -> None:
        """Drop all answers that are still to come."""
        self._latest.clear()

    def _wanted(self, errand: QObject | None) -> Errand | None:
        known = self._running.get(errand) if isinstance(errand, Errand) else None
        return self._latest.get(known[0]) if known and self._latest.get(known[0]) is errand else None

    @Slot(object)
    def _came(self, result: object) -> None:
        if (errand := self._wanted(self.sender())) is not None:
            self._running[errand][1](result)

    @Slot(object)
    def _went_wrong(self, error: BaseException) -> None:
        wanted = self._wanted(self.sender())
        if not isinstance(error, MedScanError):
            raise error
        if wanted is not None:
            self.failed.emit(current().sentence(error.message))

    @Slot(object)
    def _over(self, errand: Errand) -> None:
        what, _answer = self._running.pop(errand)
        if self._latest.get(what) is errand:
            del self._latest[what]
        errand.deleteLater()
