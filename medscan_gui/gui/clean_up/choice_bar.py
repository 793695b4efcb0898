"""The line above the list of threats: choose files, clean them up, or keep them; or why nothing can be cleaned up."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.core.text import _, current, ngettext_
from medscan_gui.gui.models.findings import FindingsModel
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.widgets import Button, Label, row

_LONGEST = 600


class ChoiceBar(QWidget):
    """Hidden as long as there is nothing to do or to say."""

    clean_up_wanted = Signal()
    keep_wanted = Signal()

    def __init__(self, model: FindingsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._refusal: Message | None = None
        self.everything = QCheckBox()
        self.everything.setTristate(True)
        self.count = Label(role="soft")
        self.keep = Button(role="quiet", icon_name="keep")
        self.clean_up = Button(icon_name="quarantine")
        self.why_not = Label(role="soft", wrap=True)
        layout = row([self.everything, self.count, self.why_not, None, self.keep, self.clean_up], gap=12)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setStretch(2, 100)
        self.setLayout(layout)
        self.everything.clicked.connect(self._all_or_none)
        self.clean_up.clicked.connect(self.clean_up_wanted)
        self.keep.clicked.connect(self.keep_wanted)
        model.choice_changed.connect(self._show_choice)
        self.show_nothing()

    def show_nothing(self) -> None:
        """Offer nothing and say nothing."""
        self._refusal = None
        self._model.offer_choice(False)
        self.hide()

    def show_offer(self) -> None:
        """Let files be chosen."""
        self._refusal = None
        self._model.offer_choice(True)
        self._show_parts(offered=True)

    def show_refusal(self, why: Message) -> None:
        """Say why nothing can be cleaned up."""
        self._refusal = why
        self._model.offer_choice(False)
        self.retranslate()
        self._show_parts(offered=False)

    def _show_parts(self, *, offered: bool) -> None:
        for widget in (self.everything, self.count, self.keep, self.clean_up):
            widget.setVisible(offered)
        self.why_not.setVisible(not offered)
        self._show_choice()
        self.show()

    @Slot()
    def _all_or_none(self) -> None:
        if len(self._model.chosen) == len(self._model.choosable):
            self._model.choose_none()
        else:
            self._model.choose_all()
        self._show_choice()

    @Slot()
    def _show_choice(self) -> None:
        chosen, of = len(self._model.chosen), len(self._model.choosable)
        some = Qt.CheckState.PartiallyChecked if chosen else Qt.CheckState.Unchecked
        self.everything.setCheckState(Qt.CheckState.Checked if of and chosen == of else some)
        self.count.setText(
            ngettext_("{chosen} of {count} file chosen", "{chosen} of {count} files chosen", of).format(
                chosen=number(chosen), count=number(of)
            )
        )
        for button in (self.clean_up, self.keep):
            button.setEnabled(chosen > 0)

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.everything.setText(_("All"))
        self.everything.setToolTip(_("Ctrl+A chooses all files, Space the selected ones"))
        self.everything.setAccessibleName(_("Choose all files, or none"))
        self.keep.setText(_("Keep chosen…"))
        self.keep.setToolTip(_("Accept these files although a signature matches them"))
        self.clean_up.setText(_("Clean up chosen…"))
        self.why_not.setText(shown(current().sentence(self._refusal), _LONGEST) if self._refusal else "")
        self._show_choice()
