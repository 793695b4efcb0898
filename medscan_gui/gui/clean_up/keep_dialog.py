"""Keep files although a signature matches them: who says so, why, and until when."""

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QDate, Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDateEdit,
    QDialog,
    QFormLayout,
    QLineEdit,
    QWidget,
)

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.finding import Finding
from medscan_gui.core.names import shown, shown_raw
from medscan_gui.core.record import timestamp
from medscan_gui.core.text import _, current, ngettext_
from medscan_gui.gui.clean_up.fit import fit
from medscan_gui.gui.clean_up.lines import lines_table
from medscan_gui.gui.models.findings import finding_name
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.widgets import Button, Label, Notice, column, row
from medscan_gui.gui.widgets.panels import PAGE_MARGIN, Content

#: Longest reason and name, in characters.
_REASON, _PERSON, _NAME = 200, 120, 200
#: Days until a proposed end.
_PROPOSED_DAYS = 365


def contents_of(findings: Sequence[Finding]) -> dict[str, Finding]:
    """Return one finding for each file's content that can be accepted; what has no digest cannot be."""
    return {found.content: found for found in reversed(findings) if found.content}


class KeepDialog(QDialog):
    """`acceptances` is the answer once accepted; the button waits for a reason and a name."""

    def __init__(
        self, findings: Sequence[Finding], *, person: str, scan_id: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._contents = contents_of(findings)
        self._without_digest = len({found.chain[0] for found in findings if not found.content})
        self._scan_id = scan_id
        places = {found.chain[0]: found for found in reversed(findings) if found.content}
        count = len(places)
        self.setWindowTitle(_("Keep files"))
        self.heading = Label(_heading(count), "title")
        self.note = Label(_explanation(), wrap=True)
        self.missing = Notice()
        self.missing.show_text(self._missing_words())
        self.list = lines_table([_line(found) for found in reversed(places.values())])
        self.reason, self.person = QLineEdit(), QLineEdit()
        self.reason.setMaxLength(_REASON)
        self.person.setMaxLength(_PERSON)
        self.person.setText(shown(person, _PERSON))
        self.ends = QCheckBox(_("Only until"))
        self.until = QDateEdit(QDate.currentDate().addDays(_PROPOSED_DAYS))
        self.until.setCalendarPopup(True)
        self.until.setDisplayFormat("dd/MM/yyyy" if current().language == "fr" else "yyyy-MM-dd")
        self.until.setMinimumDate(QDate.currentDate())
        self.until.setEnabled(False)
        self.ends.toggled.connect(self.until.setEnabled)
        self.cancel = Button(_("Cancel"))
        self.confirm = Button(
            ngettext_("Keep {count} file", "Keep {count} files", count).format(count=number(count)), icon_name="keep"
        )
        self._lay_out()
        self.cancel.clicked.connect(self.reject)
        self.confirm.clicked.connect(self.accept)
        for field in (self.reason, self.person):
            field.textChanged.connect(self._complete)
        self._complete()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        names = (_("Why is it kept?"), _("Who says so?"))
        for name, field in zip(names, (self.reason, self.person), strict=True):
            label = Label(name)
            label.setBuddy(field)
            field.setAccessibleName(name)
            form.addRow(label, field)
        self.until.setAccessibleName(_("Last day"))
        form.addRow(self.ends, row([self.until, None]))
        self.reason.setPlaceholderText(_("For example: tool of the manufacturer, confirmed by its support"))
        buttons = row([None, self.confirm, self.cancel], gap=12)
        parts: list[Content] = [self.heading, self.note, self.missing, self.list, form, buttons]
        self.setLayout(column(parts, margins=PAGE_MARGIN, gap=14))
        self.setMinimumWidth(680)
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as the sentences need."""
        super().showEvent(event)
        fit(self)

    def _missing_words(self) -> str:
        if not self._without_digest:
            return ""
        return ngettext_(
            "{count} file could not be read to compute its SHA-256: it cannot be kept.",
            "{count} files could not be read to compute their SHA-256: they cannot be kept.",
            self._without_digest,
        ).format(count=number(self._without_digest))

    @Slot()
    def _complete(self) -> None:
        given = bool(self.reason.text().strip() and self.person.text().strip())
        self.confirm.setEnabled(given and bool(self._contents))

    def acceptances(self) -> tuple[Acceptance, ...]:
        """Return what was decided, one acceptance for each content."""
        until = self.until.date().toString(Qt.DateFormat.ISODate) if self.ends.isChecked() else ""
        return tuple(
            Acceptance(
                sha256=content,
                reason=" ".join(self.reason.text().split()),
                person=" ".join(self.person.text().split()),
                accepted=timestamp(datetime.now(UTC)),
                until=until,
                shown_name=shown_raw(found.chain[0], _NAME),
                scan_id=self._scan_id,
            )
            for content, found in self._contents.items()
        )


def _heading(count: int) -> str:
    if not count:
        return _("None of these files can be kept")
    return ngettext_("Keep {count} file?", "Keep {count} files?", count).format(count=number(count))


def _explanation() -> str:
    return _(
        "A kept file stays where it is, and from the next scan on it no longer turns the light red, wherever it lies. "
        "Only its very content counts (SHA-256), never a name or a place: all files of the same content are kept "
        "together, and a file that is changed by one byte is a threat again. "
        "Every report of a scan that meets it says who accepted it, and why."
    )


def _line(finding: Finding) -> str:
    return _("{place} ({threat})").format(place=shown_raw(finding.chain[0], _NAME), threat=finding_name(finding))
