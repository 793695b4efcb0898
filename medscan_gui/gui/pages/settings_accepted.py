"""The files that the hospital accepts: listed, and taken off the list again."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHeaderView, QLineEdit, QWidget

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.names import shown
from medscan_gui.core.record import timestamp
from medscan_gui.core.text import _, current
from medscan_gui.gui.background import Errand
from medscan_gui.gui.models.acceptances import AcceptancesModel, AcceptedColumn, accepted_name
from medscan_gui.gui.pages.copy_table import CopyTable
from medscan_gui.gui.widgets import Button, Card, Label, Notice, row

if TYPE_CHECKING:
    from medscan_gui.services import Services

_NAME = 200


class AcceptedFiles(Card):
    """A section of the settings. Reads and writes the journal beside the window's thread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, gap=12)
        self._services: Services | None = None
        self._errands: set[Errand] = set()
        self._withdrawn: Acceptance | None = None
        self.heading = Label(role="heading")
        self.lead = Label(role="soft", wrap=True)
        self.notice = Notice()
        self.notice.acted.connect(self.take_back)
        self.model = AcceptancesModel(parent=self)
        self.table = CopyTable()
        self.table.setModel(self.model)
        self.table.setSelectionMode(CopyTable.SelectionMode.SingleSelection)
        self.table.setFixedHeight(200)
        self.table.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = self.table.horizontalHeader()
        for section, width in ((AcceptedColumn.UNTIL, 212), (AcceptedColumn.PERSON, 130), (AcceptedColumn.SHA256, 104)):
            header.resizeSection(section, width)
        for section in (AcceptedColumn.FILE, AcceptedColumn.REASON):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
        self.table.selectionModel().selectionChanged.connect(self._say_chosen)
        self.person = QLineEdit()
        self.person.setMaxLength(_NAME)
        self.person.setFixedWidth(240)
        self._person_title = Label()
        self._person_title.setBuddy(self.person)
        self.withdraw = Button()
        self.withdraw.clicked.connect(self.withdraw_chosen)
        self._tools = QWidget()
        self._tools.setLayout(row([self._person_title, self.person, None, self.withdraw]))
        for part in (self.heading, self.lead, self.notice, self.table, self._tools):
            self.body.addWidget(part)
        self._show(())

    def set_services(self, services: "Services") -> None:
        """Take the journal and show what it has."""
        self._services = services
        self.refresh()

    def refresh(self) -> None:
        """Read the list again."""
        if self._services is None:
            return
        if not self.person.text():
            self.person.setText(shown(self._services.settings.current.operator_default, _NAME))
        self._ask(self._services.journal.acceptances, self._came)

    def retranslate(self) -> None:
        """Set every text again."""
        self.heading.setText(_("Accepted files"))
        self.table.setAccessibleName(_("Accepted files"))
        self._person_title.setText(_("Your name"))
        self.person.setAccessibleName(_("Your name"))
        self.withdraw.setText(_("No longer accept"))
        self.withdraw.setToolTip(_("From the next scan on, the file counts as a threat again."))
        self.model.retranslate()
        self._say_lead()

    @property
    def busy(self) -> bool:
        """Whether the journal is being asked."""
        return bool(self._errands)

    def _ask(self, work: Callable[[], object], answer: Callable[[object], None]) -> None:
        errand = Errand(work, "accepted", self)
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
    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, MedScanError):
            raise error
        self._withdrawn = None
        self.notice.show_text(current().sentence(error.message))

    def _came(self, found: object) -> None:
        assert isinstance(found, tuple)  # noqa: S101  # our own answer to our own question
        self._show(found)

    def _show(self, acceptances: tuple[Acceptance, ...]) -> None:
        self.model.set_acceptances(acceptances)
        for part in (self.table, self._tools):
            part.setVisible(bool(acceptances))
        self._say_chosen()
        self._say_lead()

    def _say_lead(self) -> None:
        if self.model.rowCount():
            words = _(
                "A signature matches these files, and your hospital says that they belong here. Only the very same "
                "content is accepted, wherever it lies; every report lists it."
            )
        else:
            words = _(
                "None. A file that a signature matches by mistake can be accepted from the result of a scan, with a "
                "reason and a name."
            )
        self.lead.setText(words)

    @Slot()
    def _say_chosen(self) -> None:
        self.withdraw.setEnabled(self._chosen is not None)

    @property
    def _chosen(self) -> Acceptance | None:
        """The selected file; what merely has the focus is not chosen."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.acceptance(rows[0].row()) if rows else None

    # --- taking off the list, and back ---------------------------------------------------------------

    @Slot()
    def withdraw_chosen(self) -> None:
        """Accept the chosen file no longer."""
        chosen = self._chosen
        if chosen is None or not self._has_person():
            return
        person = " ".join(self.person.text().split())
        ended = msgspec.structs.replace(
            chosen, withdrawn=True, person=person, accepted=timestamp(datetime.now(UTC))
        )
        self._keep(ended, partial(self._taken_off, chosen))

    @Slot()
    def take_back(self) -> None:
        """Accept again what was taken off last, as it was."""
        if self._withdrawn is not None:
            self._keep(self._withdrawn, partial(self._put_back, self._withdrawn))

    def _has_person(self) -> bool:
        if self.person.text().strip():
            return True
        self.notice.show_text(_("Enter your name first: the journal keeps who decided."))
        self.person.setFocus(Qt.FocusReason.OtherFocusReason)
        return False

    def _keep(self, one: Acceptance, then: Callable[[object], None]) -> None:
        assert self._services is not None  # noqa: S101  # nothing is listed before
        self._ask(partial(self._services.journal.accept, one), then)

    def _taken_off(self, one: Acceptance, _nothing: object) -> None:
        self._withdrawn = one
        template = _("“{file}” is no longer accepted. The next scan that finds it will be red.")
        self.notice.show_text(template.format(file=accepted_name(one)), _("Undo"))
        self.refresh()

    def _put_back(self, one: Acceptance, _nothing: object) -> None:
        self._withdrawn = None
        self.notice.show_text(_("“{file}” is accepted again.").format(file=accepted_name(one)))
        self.refresh()
