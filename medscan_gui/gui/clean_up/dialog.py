"""The one confirmation of a clean-up: what will happen, to which files, and which of them stay."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHeaderView, QWidget

from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _, ngettext_
from medscan_gui.gui.clean_up.files_model import FileColumn, PlannedFilesModel
from medscan_gui.gui.clean_up.words import allowed_words, left_words, question, taken_files, what_happens
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.pages.copy_table import CopyTable
from medscan_gui.gui.widgets import Button, Label, Notice, column, row
from medscan_gui.gui.widgets.panels import PAGE_MARGIN, Content

if TYPE_CHECKING:
    from medscan_gui.response.plan import CleanUpPlan
    from medscan_gui.system.paths import Paths


def numbered(lines: list[str]) -> QWidget:
    """Return sentences with their numbers, one below the other; a single one without."""
    box = QWidget()
    layout = column(gap=6)
    for place, sentence in enumerate(lines, 1):
        text = Label(sentence, wrap=True)
        if len(lines) == 1:
            layout.addWidget(text)
            continue
        mark = Label(f"{place}.", "strong")
        mark.setFixedWidth(24)
        mark.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        line = row([mark, text], gap=8)
        line.setStretch(1, 1)
        layout.addLayout(line)
    box.setLayout(layout)
    return box


class CleanUpDialog(QDialog):
    """Accepted only by the button that says what it does; Enter, Escape and the cross leave everything as it is."""

    def __init__(self, plan: "CleanUpPlan", record: ScanRecord, paths: "Paths", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        taken = len(taken_files(plan))
        self.setWindowTitle(_("Clean up"))
        self.heading = Label(question(plan, record), "title", wrap=True)
        self.steps = what_happens(plan, paths)
        self.allowed = Label(allowed_words(record) if taken else "", "soft", wrap=True)
        self.allowed.setVisible(bool(self.allowed.text()))
        self.left = Notice()
        self.left.show_text(left_words(plan))
        self.files = PlannedFilesModel(plan, record, self)
        self.table = self._make_table()
        self.cancel = Button(_("Cancel") if taken else _("Close"))
        self.confirm = Button(
            ngettext_("Remove {count} file", "Remove {count} files", taken).format(count=number(taken)),
            icon_name="quarantine",
        )
        self.confirm.setVisible(taken > 0)
        self.cancel.setDefault(True)
        self.cancel.clicked.connect(self.reject)
        self.confirm.clicked.connect(self.accept)
        buttons = row([None, self.confirm, self.cancel], gap=12)
        parts: list[Content] = [self.heading, numbered(self.steps), self.allowed, self.left, self.table, buttons]
        layout = column(parts, margins=PAGE_MARGIN, gap=14)
        layout.setStretch(4, 1)
        self.setLayout(layout)
        self.setMinimumSize(720, 480)
        self.resize(900, 600)
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_table(self) -> CopyTable:
        table = CopyTable()
        table.setModel(self.files)
        table.setAccessibleName(_("Files"))
        table.setMinimumHeight(140)
        header = table.horizontalHeader()
        header.setSectionResizeMode(FileColumn.FILE, QHeaderView.ResizeMode.Stretch)
        for section, width in ((FileColumn.THREAT, 190), (FileColumn.SIZE, 90), (FileColumn.HAPPENS, 240)):
            header.resizeSection(section, width)
        return table
