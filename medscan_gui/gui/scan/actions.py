"""The buttons beside the light: what can be done at this stage, and nothing else."""

from PySide6.QtWidgets import QWidget

from medscan_gui.core.record import SignatureFacts
from medscan_gui.core.text import _, pgettext_
from medscan_gui.gui.scan.stage import Stage
from medscan_gui.gui.signature_words import age_line
from medscan_gui.gui.widgets import Button, Label, column
from medscan_gui.gui.widgets.panels import Content

_WIDTH = 276


class ScanActions(QWidget):
    """Scan; or pause and cancel; or report, clean-up, record and new scan."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scan = Button(role="scan", icon_name="scan", icon_size=36)
        self.age = Label(role="small", wrap=True)
        self.pause = Button(icon_name="pause", size="large")
        self.cancel = Button(icon_name="cancel", size="large")
        self.report = Button(role="primary", icon_name="report", size="large")
        self.clean_up = Button(icon_name="quarantine", size="large")
        self.record = Button(icon_name="save", size="large")
        self.again = Button(icon_name="scan", size="large")
        self._signatures: SignatureFacts | None = None
        self._paused = False
        self.setFixedWidth(_WIDTH)
        over = [self.report, self.clean_up, self.record, self.again]
        buttons: list[Content] = [self.scan, self.age, self.pause, self.cancel, *over]
        self.setLayout(column([None, *buttons, None], gap=10))

    def show_stage(self, stage: Stage, *, has_record: bool, committed: bool) -> None:
        """Offer what this stage allows."""
        ready, over = stage is Stage.READY, stage is Stage.RESULT
        running = stage in (Stage.CLEANING, Stage.RUNNING)
        for button in (self.pause, self.cancel):
            button.setVisible(running)
            button.setEnabled(running)
        self.scan.setVisible(ready)
        self.age.setVisible(ready)
        self.report.setVisible(over and has_record)
        self.record.setVisible(over and has_record and not committed)
        self.clean_up.setVisible(False)  # until it is known whether it may be
        self.again.setVisible(over)

    def offer_clean_up(self, offered: bool) -> None:  # said by its name
        """Offer a clean-up beside the other things to do after a scan."""
        self.clean_up.setVisible(offered)
        self.clean_up.setEnabled(offered)

    def first(self, stage: Stage, *, has_record: bool) -> Button:
        """Return the button that has the focus when a stage begins."""
        if stage is Stage.READY:
            return self.scan
        if stage in (Stage.CLEANING, Stage.RUNNING):
            return self.pause
        return self.report if has_record else self.again

    def show_paused(self, *, paused: bool) -> None:
        """Turn the pause button into one for going on, or back."""
        self._paused = paused
        self.pause.setText(_("Go on") if paused else _("Pause"))
        self.pause.set_icon("play" if paused else "pause")

    def stopping(self) -> None:
        """The scan is on its way to its end: nothing more to press."""
        self.pause.setEnabled(False)
        self.cancel.setEnabled(False)

    def show_signatures(self, facts: SignatureFacts) -> None:
        """Show version and age of the signatures."""
        self._signatures = facts
        self.age.setText(age_line(facts))

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.scan.setText(pgettext_("button", "Scan"))
        self.cancel.setText(_("Cancel"))
        self.report.setText(_("PDF report…"))
        self.clean_up.setText(_("Clean up…"))
        self.clean_up.setToolTip(_("F8"))
        self.record.setText(_("Save record…"))
        self.again.setText(_("New scan"))
        self.age.setText(age_line(self._signatures))
        self.show_paused(paused=self._paused)
