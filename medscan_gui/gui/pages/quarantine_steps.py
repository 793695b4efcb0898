"""What the dialogs of the quarantine share: two steps, the files concerned, who does it and why."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFormLayout, QLineEdit, QWidget

from medscan_gui.core.names import shown
from medscan_gui.core.quarantine import VaultEntry
from medscan_gui.core.text import _, ngettext_
from medscan_gui.gui.clean_up.fit import fit
from medscan_gui.gui.clean_up.lines import lines_table
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.pages.copy_table import CopyTable
from medscan_gui.gui.widgets import Button, Label, column, row
from medscan_gui.gui.widgets.panels import PAGE_MARGIN

_NAME = 300
#: Longest name and reason that are typed, in characters.
_TYPED = 200
WIDTH = 680


class WhoAndWhy(QWidget):
    """Two fields: the operator, and the reason."""

    def __init__(self, operator: str, *, required: bool) -> None:
        super().__init__()
        self.operator, self.reason = QLineEdit(), QLineEdit()
        self.form = form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        reason = _("Why?") if required else _("Why? (optional)")
        for name, field in ((_("Who does this?"), self.operator), (reason, self.reason)):
            field.setMaxLength(_TYPED)
            field.setAccessibleName(name)
            label = Label(name)
            label.setBuddy(field)
            form.addRow(label, field)
        self.operator.setText(shown(operator, _TYPED))
        self.setLayout(form)

    @property
    def answer(self) -> tuple[str, str]:
        """Operator and reason, as one line each."""
        return " ".join(self.operator.text().split()), " ".join(self.reason.text().split())


class Steps(QWidget):
    """One page at a time; as high as that page, where a QStackedWidget is as high as the highest."""

    def __init__(self) -> None:
        super().__init__()
        self._pages: list[QWidget] = []
        self._layout = column()
        self.setLayout(self._layout)

    def addWidget(self, page: QWidget) -> None:  # noqa: N802  # as QStackedWidget calls it
        """Add a page; the first one is shown."""
        page.setVisible(not self._pages)
        self._pages.append(page)
        self._layout.addWidget(page)

    def setCurrentIndex(self, place: int) -> None:  # noqa: N802  # as QStackedWidget calls it
        """Show another page."""
        for page in self._pages:  # never two at once: the dialog would grow
            page.hide()
        self._pages[place].show()
        self._layout.activate()

    def currentIndex(self) -> int:  # noqa: N802  # as QStackedWidget calls it
        """Return the place of the page shown."""
        return next(place for place, page in enumerate(self._pages) if not page.isHidden())


class TwoSteps(QDialog):
    """First what is wanted, then what it means. The safe button is the default one on both."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.steps = Steps()
        self.back = Button(_("Back"))
        self.forward = Button(_("Continue"), icon_name="next")
        self.cancel = Button(_("Cancel"))
        self.cancel.setDefault(True)
        self.cancel.clicked.connect(self.reject)
        self.back.clicked.connect(self._first)
        self.forward.clicked.connect(self._second)
        self.buttons = row([self.back, None, self.forward, self.cancel], gap=12)
        layout = column([self.steps, self.buttons], margins=PAGE_MARGIN, gap=16)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.setMinimumWidth(WIDTH)
        self.back.hide()

    def add_confirm(self, confirm: Button) -> None:
        """Put the button that does it beside Cancel; it is there on the second step alone."""
        self.confirm = confirm
        self.buttons.insertWidget(3, confirm)
        confirm.hide()
        for before, after in pairwise((self.back, self.forward, confirm, self.cancel)):
            QWidget.setTabOrder(before, after)

    @Slot()
    def _first(self) -> None:
        self._show(0)
        self.forward.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _second(self) -> None:
        self.prepare_second()
        self._show(1)
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def prepare_second(self) -> None:
        """Fill the second step from the answers of the first."""

    def _show(self, step: int) -> None:
        self.steps.setCurrentIndex(step)
        self.back.setVisible(step == 1)
        self.forward.setVisible(step == 0)
        self.confirm.setVisible(step == 1)
        fit(self)

    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as the sentences need."""
        super().showEvent(event)
        fit(self)


def files_list(entries: Sequence[VaultEntry]) -> CopyTable:
    """Return the places of these entries as a list; fifty thousand rows cost nothing until seen."""
    return lines_table([shown(entry.where, _NAME) for entry in entries])


def left_out_words(count: int, why: str) -> str:
    """Return that some of the chosen entries are left out, and the first reason; "" if none is."""
    if not count:
        return ""
    said = ngettext_("{count} chosen file is left out. {why}", "{count} chosen files are left out. {why}", count)
    return said.format(count=number(count), why=why)
