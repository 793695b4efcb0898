"""While threats are removed: how far it is, which file is at hand, what stays. No result: there is none yet."""

from PySide6.QtWidgets import QWidget

from medscan_gui.core.action import ActionItem, ItemResult
from medscan_gui.core.events import CleanUpProgress
from medscan_gui.core.names import shown, shown_raw
from medscan_gui.core.text import _, current
from medscan_gui.gui.models.phrases import number, size
from medscan_gui.gui.scan.bar import ScanBar
from medscan_gui.gui.scan.phrases import clock, time_left
from medscan_gui.gui.scan.running import Figure
from medscan_gui.gui.widgets import Card, ElidedLabel, Label, column, row, scrolled

#: Longest shown form of a name, in characters; the label shortens it further.
_LONGEST = 400


class CleaningView(QWidget):
    """Progress bar, figures, the file at hand, and the latest one that stays where it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress = CleanUpProgress()
        self._paused = False
        self._latest_left: ActionItem | None = None
        self.stage = Label(role="heading")
        self.percent = Label(role="heading")
        self.bar = ScanBar()
        self.current_name = Label(role="small")
        self.current = ElidedLabel()
        self.files, self.volume, self.elapsed, self.left = Figure(), Figure(), Figure(), Figure()
        self.in_place = Figure()
        self.latest_name = Label(role="small")
        self.latest = ElidedLabel()
        self.latest_why = Label(wrap=True)
        self.latest_card = Card(margin=14, gap=2)
        for label in (self.latest_name, self.latest, self.latest_why):
            self.latest_card.body.addWidget(label)
        self.meaning = Label(role="soft", wrap=True)
        card = Card(gap=12)
        card.body.addLayout(row([self.stage, None, self.percent]))
        card.body.addWidget(self.bar)
        card.body.addLayout(column([self.current_name, self.current], gap=2))
        figures = row([self.files, self.volume, self.elapsed, self.left, self.in_place], gap=12)
        for place in range(figures.count()):
            figures.setStretch(place, 1)
        self.setLayout(column([scrolled(column([card, figures, self.latest_card, self.meaning, None], gap=12))]))
        self.begin()

    @property
    def done(self) -> int:
        """How many files were tried so far."""
        return self._progress.files_done

    def begin(self) -> None:
        """Show a clean-up that has not done anything yet."""
        self._latest_left = None
        self._paused = False
        self.latest_card.hide()
        self.show_progress(CleanUpProgress())

    def show_paused(self, *, paused: bool) -> None:
        """Say that it stands still, or goes on."""
        self._paused = paused
        self.show_progress(self._progress)

    def show_files(self, items: list[ActionItem]) -> None:
        """Name the newest file that could not be removed; the list comes with the result."""
        left = [item for item in items if item.result is not ItemResult.DONE]
        if left:
            self._latest_left = left[-1]
            self._show_latest()

    def show_progress(self, progress: CleanUpProgress) -> None:
        """Show where the clean-up stands."""
        self._progress = progress
        fraction = progress.fraction
        self.bar.show_share(fraction, still=self._paused)
        self.percent.setText("" if fraction is None else _("{percent}%").format(percent=int(fraction * 100)))
        self.stage.setText(_("The clean-up is paused.") if self._paused else _("Copying, comparing, removing…"))
        self.current.setText(shown_raw(progress.current, _LONGEST) if progress.current else "–")
        done, total = number(progress.files_done), number(progress.files_total)
        self.files.show_value(_("{done} of {total}").format(done=done, total=total) if progress.files_total else done)
        self.volume.show_value(size(progress.bytes_done))
        self.elapsed.show_value(clock(progress.elapsed))
        self.left.show_value(time_left(progress.left))
        self.in_place.show_value(number(progress.left_in_place))

    def _show_latest(self) -> None:
        if self._latest_left is None:
            return
        why = self._latest_left.why
        self.latest.setText(self._latest_left.where[:_LONGEST])
        self.latest_why.setText(shown(current().sentence(why), _LONGEST) if why else "")
        self.latest_why.setVisible(bool(why))
        self.latest_card.show()

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.bar.setAccessibleName(_("Progress of the clean-up"))
        self.current_name.setText(_("Being moved now"))
        self.latest_name.setText(_("Latest file that stays where it is"))
        self.files.name.setText(_("files done"))
        self.volume.name.setText(_("copied"))
        self.elapsed.name.setText(_("elapsed"))
        self.left.name.setText(_("time left"))
        self.in_place.name.setText(_("left in place"))
        self.meaning.setText(
            _(
                "Cancel stops at once: files already removed stay in the quarantine, all others stay where they are. "
                "Do not unplug the medium."
            )
        )
        self._show_latest()
        self.show_progress(self._progress)
