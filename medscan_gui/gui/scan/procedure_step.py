"""One step of the procedure: a box to tick, what to do, and who did it when."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from medscan_gui.core.action import ProcedureStep
from medscan_gui.core.names import shown
from medscan_gui.core.text import _
from medscan_gui.gui.models.phrases import date_time
from medscan_gui.gui.widgets import Label, column, row

_TEXT = 2000


class StepRow(QWidget):
    """`wanted` (step, done) asks for a tick; the box follows only when `show_tick` says that it was kept."""

    wanted = Signal(str, bool)

    def __init__(self, step: str, text: str, detail: str, parent: QWidget, *, former: bool = False) -> None:
        super().__init__(parent)
        self.step, self.text = step, text
        self._former = former
        self._waiting = False
        self.box = QCheckBox()
        self.box.setAccessibleName(shown(text, _TEXT))
        self.box.clicked.connect(self._clicked)
        self.words = Label(shown(text, _TEXT), wrap=True)
        self.detail = Label("\n".join(shown(line, _TEXT) for line in detail.split("\n")), "soft", wrap=True)
        self.detail.setVisible(bool(detail))
        self.who = Label(role="small", wrap=True)
        self.box.setEnabled(not former)
        words = column([self.words, self.detail, self.who], gap=1)
        words.setContentsMargins(0, 5, 0, 3)
        layout = row([self.box], gap=6)
        layout.setAlignment(self.box, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        self.setLayout(layout)
        self._done = False

    def show_tick(self, tick: ProcedureStep | None) -> None:
        """Show what the journal has of this step."""
        self._waiting = False
        self._done = tick is not None and tick.done
        self.box.setChecked(self._done)
        words = _who_words(tick)
        if self._former:
            words = _("{who}. The procedure has changed since.").format(who=words)
        self.who.setText(words)
        self.who.setVisible(bool(words))
        self.box.setAccessibleDescription(words)

    def wait(self) -> None:
        """Wait for the journal: the box is not ticked before. It keeps the focus meanwhile."""
        self._waiting = True
        self.who.setText(_("Being written in the journal…"))
        self.who.show()

    @Slot(bool)
    def _clicked(self, done: bool) -> None:  # as the signal carries it
        self.box.setChecked(self._done)
        if not self._waiting:
            self.wanted.emit(self.step, done)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take a click on the words as one on the box."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.box.click()
        super().mouseReleaseEvent(event)


def _who_words(tick: ProcedureStep | None) -> str:
    if tick is None:
        return ""
    template = _("Done {date} by {person}") if tick.done else _("Unticked {date} by {person}")
    if not tick.operator:
        template = _("Done {date}") if tick.done else _("Unticked {date}")
    return template.format(date=date_time(tick.at), person=shown(tick.operator, 80))
