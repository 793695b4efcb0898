"""A journal that cannot be used: it is kept, and a new one is started beside it, if the operator says so."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox, QWidget

from medscan_gui.core.messages import Message
from medscan_gui.core.text import _
from medscan_gui.store.journal import Journal, JournalProblem

if TYPE_CHECKING:
    from medscan_gui.session import Services

#: Problems that a new journal solves. A newer, busy, full or write-protected one is sound: it must stay in use.
_SOLVED_ANEW = frozenset({JournalProblem.DAMAGED.value, JournalProblem.NOT_A_JOURNAL.value})


def can_start_anew(problem: Message) -> bool:
    """Say whether a new journal beside the old one would solve this problem."""
    return problem.code in _SOLVED_ANEW


def confirm_new_journal(parent: QWidget) -> bool:
    """Ask before a new journal is started; the safe answer is the default one."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(_("Start a new journal"))
    box.setText(_("Start a new, empty journal?"))
    box.setInformativeText(
        _(
            "The present file is renamed and kept in the same folder; nothing in it is changed. "
            "From then on, scans are recorded again."
        )
    )
    start = box.addButton(_("Start a new journal"), QMessageBox.ButtonRole.AcceptRole)
    keep = box.addButton(_("Leave everything as it is"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.exec()
    confirmed = box.clickedButton() is start
    box.deleteLater()
    return confirmed


def start_anew(services: "Services") -> Journal:
    """Set the journal's file aside and open a new one. Raises JournalError."""
    paths = services.paths
    return Journal.set_aside_and_create(paths.data_dir, removable=paths.mode == "portable")
