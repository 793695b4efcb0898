"""The strip at the bottom: signatures, journal, where things are kept."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from medscan_gui.core.record import SignatureFacts
from medscan_gui.core.text import _
from medscan_gui.gui.signature_words import signature_line
from medscan_gui.gui.theme.icons import IconLabel
from medscan_gui.gui.widgets import Label, Panel, row

if TYPE_CHECKING:
    from medscan_gui.session import Services
    from medscan_gui.system.paths import Paths


class StatusStrip(Panel):
    """Three short lines of text beside each other."""

    def __init__(self, paths: "Paths", parent: QWidget | None = None) -> None:
        super().__init__("strip", parent)
        self._paths = paths
        self._facts: SignatureFacts | None = None
        self._services: Services | None = None
        self.signatures, self.journal, self.place = (Label(role="small", wrap=True) for _part in range(3))
        layout = row(gap=24)
        shown = (("signatures", self.signatures, 4), ("journal", self.journal, 3), ("key", self.place, 3))
        for icon_name, label, share in shown:
            part = row([IconLabel(icon_name, 16, soft=True), label], gap=6)
            part.setStretch(1, 1)
            layout.addLayout(part, share)
        layout.setContentsMargins(24, 6, 24, 6)
        self.setLayout(layout)

    def show_signatures(self, facts: SignatureFacts) -> None:
        """Show version and age."""
        self._facts = facts
        self.retranslate()

    def show_services(self, services: "Services") -> None:
        """Show what became of the journal."""
        self._services = services
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.signatures.setText(signature_line(self._facts))
        self.journal.setText(self._journal_words())
        self.place.setText(self._place_words())

    def _journal_words(self) -> str:
        if self._services is None:
            return _("Opening the journal…")
        journal = self._services.journal
        if journal.problem is not None:
            return _("Journal: can be read only") if _readable(self._services) else _("No journal")
        return _("The journal is recording")

    def _place_words(self) -> str:
        if self._paths.mode == "portable":
            if self._paths.portable_read_only:
                return _("Key is write-protected: records stay on this computer")
            return _("Portable: records stay on the key")
        return _("Records stay on this computer")


def _readable(services: "Services") -> bool:
    from medscan_gui.store.journal import NoJournal

    return not isinstance(services.journal, NoJournal)
