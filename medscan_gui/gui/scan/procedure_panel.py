"""The hospital's procedure beside a result: each step that is ticked is in the journal at once.

A tick is shown as done only once the journal has it: the panel never says more than is kept.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from medscan_gui.core.action import ProcedureStep
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.names import shown
from medscan_gui.core.procedure import PROCEDURE_LIGHTS, Procedure
from medscan_gui.core.record import ScanRecord, timestamp
from medscan_gui.core.text import _, current
from medscan_gui.gui.background import Errand
from medscan_gui.gui.scan.procedure_step import StepRow
from medscan_gui.gui.theme.icons import IconLabel
from medscan_gui.gui.widgets import Card, Label, Notice, row

if TYPE_CHECKING:
    from medscan_gui.services import Services

_TEXT = 4000


class _Known(NamedTuple):
    """What was read for one scan: the procedure of its light, and the steps that were ticked."""

    scan_id: str
    procedure: Procedure
    ticks: tuple[ProcedureStep, ...]
    trouble: MedScanError | None


class ProcedurePanel(Card):
    """Shows nothing until `show_procedure`, and hides itself for a light that has no procedure."""

    #: (ticked, all): how far the procedure is; (0, 0) for none.
    counted = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=16)
        self._services: Services | None = None
        self._record: ScanRecord | None = None
        self._operator = ""
        self._procedure = Procedure()
        self._ticks: dict[str, ProcedureStep] = {}
        self._errands: set[Errand] = set()
        self.rows: dict[str, StepRow] = {}
        self.title = Label(role="heading", wrap=True)
        self.intro = Label(wrap=True)
        self.source = Label(role="small", wrap=True)
        self.progress = Label(role="soft")
        self.notice = Notice()
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(4)
        head = row([IconLabel("card", 22), self.title, self.progress], gap=10)
        head.setStretch(1, 1)
        self.body.addLayout(head)
        for part in (self.intro, self.notice):
            self.body.addWidget(part)
        self.body.addLayout(self._list)
        self.body.addWidget(self.source)
        self.hide()

    # --- what the page calls -------------------------------------------------------------------------

    def show_procedure(self, services: "Services", record: ScanRecord, operator: str) -> None:
        """Show the steps of this scan's light, and which of them were ticked. The answer comes a moment later."""
        self.clear()
        if record.light not in PROCEDURE_LIGHTS:
            return
        self._services, self._record, self._operator = services, record, operator
        self._ask(Errand(partial(_read, services, record), "procedure", self), self._came)

    def clear(self) -> None:
        """Show nothing."""
        self._services = self._record = None
        self._ticks = {}
        self._show_steps(Procedure())
        self.notice.show_text("")
        self.hide()
        self.counted.emit(0, 0)

    def retranslate(self) -> None:
        """Read the procedure again, in the language in use."""
        if self._services is not None and self._record is not None:
            self.show_procedure(self._services, self._record, self._operator)

    @property
    def busy(self) -> bool:
        """Whether the journal is being asked."""
        return bool(self._errands)

    # --- what was read -------------------------------------------------------------------------------

    def _ask(self, errand: Errand, answer: object) -> None:
        errand.done.connect(answer)
        errand.failed.connect(self._failed)
        errand.over.connect(self._over)
        self._errands.add(errand)
        errand.start()

    @Slot(object)
    def _over(self, errand: Errand) -> None:
        self._errands.discard(errand)
        errand.deleteLater()

    @Slot(object)
    def _came(self, known: _Known) -> None:
        if self._record is None or known.scan_id != self._record.id:
            return  # another scan is shown by now
        self._ticks = {tick.step: tick for tick in known.ticks}
        self._show_steps(known.procedure)
        problem = known.trouble.message if known.trouble else known.procedure.problem
        self.notice.show_text(current().sentence(problem) if problem else "")
        self.setVisible(bool(self.rows or problem))

    def _show_steps(self, procedure: Procedure) -> None:
        self._procedure = procedure
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = {}
        section = ""
        for step in procedure.steps:
            if step.section != section:
                section = step.section
                self._add_section(section)
            self._add(StepRow(step.id, step.text, step.detail, self))
        for tick in self._ticks.values():
            if tick.done and tick.step not in self.rows:
                self._add(StepRow(tick.step, tick.text, "", self, former=True))
        self._say()

    def _add_section(self, section: str) -> None:
        heading, _line, intro = section.partition("\n")
        self._list.addWidget(Label(shown(heading, 200), "strong", wrap=True))
        if intro:
            label = Label(wrap=True)
            self._list.addWidget(label)
            self._say_text(label, intro)

    def _add(self, step: StepRow) -> None:
        self.rows[step.step] = step
        step.wanted.connect(self._tick)
        self._list.addWidget(step)

    def _say(self) -> None:
        procedure = self._procedure
        self.title.setText(shown(procedure.title, 200) or _("What your hospital asks for"))
        self._say_text(self.intro, procedure.intro)
        source = _("Your hospital’s own text: {file}").format(file=shown(procedure.source, 200))
        self.source.setText(source if procedure.source else "")
        self.source.setVisible(bool(procedure.source))
        for step in self.rows.values():
            step.show_tick(self._ticks.get(step.step))
        done = sum(tick.done for tick in self._ticks.values() if tick.step in self.rows)
        self.progress.setText(_("{done} of {all} done").format(done=done, all=len(self.rows)) if self.rows else "")
        self.counted.emit(done, len(self.rows))

    @staticmethod
    def _say_text(label: Label, text: str) -> None:
        label.setText("\n".join(shown(part, _TEXT) for part in text.split("\n")) if text else "")
        label.setVisible(bool(text))

    # --- ticks ---------------------------------------------------------------------------------------

    @Slot(str, bool)
    def _tick(self, step: str, done: bool) -> None:  # as the signal carries it
        if self._services is None or self._record is None:
            return
        chosen = self.rows[step]
        chosen.wait()
        tick = ProcedureStep(
            scan_id=self._record.id,
            device_id=self._record.device.id,
            step=step,
            text=chosen.text,
            done=done,
            operator=self._operator,
            at=timestamp(datetime.now(UTC)),
        )
        journal = self._services.journal
        self._ask(_Tick(tick, partial(journal.tick, tick), self), partial(self._kept, tick))

    def _kept(self, tick: ProcedureStep, _nothing: object) -> None:
        if self._record is None or tick.scan_id != self._record.id:
            return
        self._ticks[tick.step] = tick
        self.notice.show_text("")
        self._say()

    @Slot(object)
    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, MedScanError):
            raise error
        errand = self.sender()
        if isinstance(errand, _Tick) and (self._record is None or errand.tick.scan_id != self._record.id):
            return
        why = current().sentence(error.message)
        template = _("The tick was not kept. {reason}")
        self.notice.show_text(template.format(reason=why) if isinstance(errand, _Tick) else why)
        self._say()


class _Tick(Errand):
    """One tick on its way to the journal."""

    def __init__(self, tick: ProcedureStep, work: Callable[[], object], parent: QObject) -> None:
        super().__init__(work, "tick", parent)
        self.tick = tick


def _read(services: "Services", record: ScanRecord) -> _Known:
    """Read procedure and ticks; a journal that cannot be read leaves the steps readable."""
    from medscan_gui.response.procedure import load

    procedure = load(services.paths, current().language).shown_on(record.light)
    try:
        return _Known(record.id, procedure, services.journal.steps(record.id), None)
    except MedScanError as error:
        return _Known(record.id, procedure, (), error)
