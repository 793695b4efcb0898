"""During a scan: how far it is, what it reads, how long it will take. No result: there is none yet."""

import msgspec
from PySide6.QtCore import QElapsedTimer
from PySide6.QtWidgets import QWidget

from medscan_gui.core.events import Preparing, Progress
from medscan_gui.core.finding import Finding
from medscan_gui.core.names import shown_raw
from medscan_gui.core.text import _, current, ngettext_
from medscan_gui.gui.models.findings import finding_name
from medscan_gui.gui.models.phrases import number, size
from medscan_gui.gui.scan.bar import ScanBar
from medscan_gui.gui.scan.phrases import clock, time_left
from medscan_gui.gui.widgets import Card, ElidedLabel, Label, Notice, Panel, column, row, scrolled

#: Longest shown form of the item at hand, in characters; the label shortens it further.
_LONGEST = 400

#: Steps of second engines, which follow when MedScan's own engine has come to its end.
_SECOND = "second."

#: Seconds on one item after which the window says that it is a slow one.
SLOW_SECONDS = 10.0


class Figure(Panel):
    """One number with its name under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("sunken", parent)
        self.value = Label(role="figure")
        self.name = Label(role="small", wrap=True)
        layout = column([self.value, self.name, None], gap=2)
        layout.setContentsMargins(14, 10, 14, 10)
        self.setLayout(layout)

    def show_value(self, value: str) -> None:
        """Show another value."""
        if value != self.value.text():
            self.value.setText(value)
            self.setAccessibleName(_("{name}: {value}").format(name=self.name.text(), value=value))


class RunningView(QWidget):
    """Progress bar, figures, the item at hand, and what is slow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress = Progress()
        self._step = ""
        self._verifying = False
        #: The largest share shown: members that are found in containers must not take any of it back.
        self._most = 0.0
        #: Runs while second engines are asked.
        self._second = QElapsedTimer()
        self.stage = Label(role="heading")
        self.percent = Label(role="heading")
        self.bar = ScanBar()
        self.current_name = Label(role="small")
        self.current = ElidedLabel()
        self.slow = Notice(icon_name="clock")
        self.files, self.volume, self.threats, self.unread = Figure(), Figure(), Figure(), Figure()
        self.elapsed, self.left = Figure(), Figure()
        self.latest_name = Label(role="small")
        self.latest = ElidedLabel()
        self.latest_card = Card(margin=14, gap=2)
        self.latest_card.body.addWidget(self.latest_name)
        self.latest_card.body.addWidget(self.latest)
        card = Card(gap=12)
        card.body.addLayout(row([self.stage, None, self.percent]))
        card.body.addWidget(self.bar)
        card.body.addLayout(column([self.current_name, self.current], gap=2))
        figures = row([self.files, self.volume, self.elapsed, self.left], gap=12)
        found = row([self.threats, self.unread], gap=12)
        for layout in (figures, found):
            for place in range(layout.count()):
                layout.setStretch(place, 1)
        self.meaning = Label(role="soft", wrap=True)
        parts = [card, figures, found, self.latest_card, self.slow, self.meaning, None]
        self.setLayout(column([scrolled(column(parts, gap=12))]))
        self.latest_card.hide()

    def begin(self, *, verifying: bool = False) -> None:
        """Show a scan that has not counted anything yet; `verifying` if it looks whether a clean-up worked."""
        self._step = ""
        self._verifying = verifying
        self._most = 0.0
        self._second.invalidate()
        self.latest_card.hide()
        self.show_progress(Progress())

    def show_step(self, event: Preparing | None) -> None:
        """Say what is being prepared, or how far a second engine is; None: the scan itself has begun."""
        self._step = current().sentence(event.step) if event is not None else ""
        if event is not None and event.step.code.startswith(_SECOND):
            self._show_second()
        self._show_stage()

    def _show_second(self) -> None:
        """Second engines tell neither what they read nor how long they take; only the clock goes on."""
        if not self._second.isValid():
            self._second.start()
        self.bar.show_share(None, still=self._progress.paused)
        self.percent.setText("")
        self.current.setText("–")
        self.slow.show_text("")
        elapsed = self._progress.elapsed + self._second.elapsed() / 1000
        self._show_figures(msgspec.structs.replace(self._progress, elapsed=elapsed, left=None))

    def show_paused(self, *, paused: bool) -> None:
        """Let the bar stand while a second engine is held; MedScan's own tells it with its progress."""
        if self._second.isValid():
            self.bar.show_share(None, still=paused)

    def show_threats(self, findings: list[Finding]) -> None:
        """Name the newest threat; the list comes with the result."""
        if findings and self._second.isValid():
            # A second engine found them: no more counts come.
            self._progress = msgspec.structs.replace(
                self._progress, threats=self._progress.threats + len(findings)
            )
        if findings:
            self.latest.setText(f"{finding_name(findings[-1])} · {findings[-1].where[:_LONGEST]}")
            self.latest_card.show()

    def show_progress(self, progress: Progress) -> None:
        """Show where the scan stands."""
        self._progress = progress
        if progress.items_done:
            self._step = ""
        fraction = progress.fraction
        if fraction is not None:
            self._most = fraction = max(fraction, self._most)
        self.bar.show_share(fraction, still=progress.paused)
        self.percent.setText("" if fraction is None else _("{percent}%").format(percent=int(fraction * 100)))
        self._show_stage()
        self._show_figures(progress)
        self.current.setText(shown_raw(progress.current, _LONGEST) if progress.current else "–")
        self._show_slow(progress)

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.bar.setAccessibleName(_("Progress of the scan"))
        self.current_name.setText(_("Being read now"))
        self.latest_name.setText(_("Latest threat found"))
        self.files.name.setText(_("items checked"))
        self.volume.name.setText(_("read"))
        self.elapsed.name.setText(_("elapsed"))
        self.left.name.setText(_("time left"))
        self.threats.name.setText(_("threats found so far"))
        self.unread.name.setText(_("items that could not be read"))
        self.meaning.setText(_("There is no result before the end of the scan. You may look at other pages meanwhile."))
        self.show_progress(self._progress)

    def _show_stage(self) -> None:
        if self._step:
            text = self._step
        elif self._progress.paused:
            text = _("The scan is paused.")
        elif self._verifying:
            text = _("Checking that they are gone…")
        elif not self._progress.total_final:
            text = _("Counting and reading…")
        else:
            text = _("Reading…")
        self.stage.setText(text)

    def _show_figures(self, progress: Progress) -> None:
        done = number(progress.items_done)
        if progress.total_final:
            done = _("{done} of {total}").format(done=done, total=number(progress.items_total))
        self.files.show_value(done)
        self.volume.show_value(size(progress.bytes_done))
        self.elapsed.show_value(clock(progress.elapsed))
        self.left.show_value(time_left(progress.left))
        self.threats.show_value(number(progress.threats))
        self.unread.show_value(number(progress.not_read))

    def _show_slow(self, progress: Progress) -> None:
        seconds = int(progress.current_for)
        if progress.paused or progress.current_for < SLOW_SECONDS:
            self.slow.show_text("")
            return
        self.slow.show_text(
            ngettext_(
                "This item has been read for {count} second. Large or damaged items take long; "
                "MedScan gives up on one that never ends, and says so in the result.",
                "This item has been read for {count} seconds. Large or damaged items take long; "
                "MedScan gives up on one that never ends, and says so in the result.",
                seconds,
            ).format(count=seconds)
        )
