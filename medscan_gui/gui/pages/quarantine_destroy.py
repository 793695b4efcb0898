"""Destroying files for good: who says so and why, then a button that must be held."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from medscan_gui.core.quarantine import VaultEntry
from medscan_gui.core.text import _, ngettext_
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.pages.quarantine_hold import HOLD_MS, HoldButton
from medscan_gui.gui.pages.quarantine_steps import TwoSteps, WhoAndWhy, files_list
from medscan_gui.gui.widgets import Label, Notice, column


class DestroyDialog(TwoSteps):
    """Accepted only by holding the last button until its bar is full."""

    def __init__(
        self,
        entries: Sequence[VaultEntry],
        operator: str,
        left_out: str,
        parent: QWidget | None = None,
        *,
        hold_ms: int = HOLD_MS,
    ) -> None:
        super().__init__(_("Destroy"), parent)
        count = len(entries)
        self.who = WhoAndWhy(operator, required=True)
        self.left_out = Notice()
        self.left_out.show_text(left_out)
        self._lay_out(entries)
        hold = HoldButton(
            ngettext_("Hold to destroy {count} file", "Hold to destroy {count} files", count).format(
                count=number(count)
            ),
            "destroy",
            hold_ms=hold_ms,
        )
        self.add_confirm(hold)
        hold.held.connect(self.accept)
        for field in (self.who.operator, self.who.reason):
            field.textChanged.connect(self._complete)
        self._complete()

    def _lay_out(self, entries: Sequence[VaultEntry]) -> None:
        count = len(entries)
        heading = ngettext_("Destroy {count} file for good?", "Destroy {count} files for good?", count)
        what = Label(
            _(
                "The copies in the quarantine are deleted. Nobody can put them back or analyse them any more. "
                "The record stays in the journal: what they were, who destroyed them, when and why."
            ),
            wrap=True,
        )
        warning = Notice()
        warning.show_text(_("This cannot be undone. It is the only thing in MedScan that cannot."))
        how = Label(_("Hold the button down until its bar is full: mouse, finger, Space or Enter."), wrap=True)
        first, second = QWidget(), QWidget()
        first.setLayout(
            column([Label(heading.format(count=number(count)), "title"), what, self.left_out, self.who, None], gap=14)
        )
        second.setLayout(column([Label(_("Are you sure?"), "title"), warning, files_list(entries), how, None], gap=14))
        self.steps.addWidget(first)
        self.steps.addWidget(second)

    @property
    def answer(self) -> tuple[str, str]:
        """Operator and reason."""
        return self.who.answer

    @Slot()
    def _complete(self) -> None:
        self.forward.setEnabled(all(self.who.answer))
