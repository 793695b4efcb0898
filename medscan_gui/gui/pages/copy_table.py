"""Tables of whole rows that can be copied."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView


def copy_selection(view: QAbstractItemView) -> str:
    """Put the selected rows on the clipboard, cells apart by tabs; return that text."""
    cells: dict[int, dict[int, str]] = {}
    for index in view.selectedIndexes():
        cells.setdefault(index.row(), {})[index.column()] = str(index.data() or "")
    text = "\n".join("\t".join(row[column] for column in sorted(row)) for _row, row in sorted(cells.items()))
    if text:
        QGuiApplication.clipboard().setText(text)
    return text


class CopyTable(QTableView):
    """A table of whole rows that Ctrl+C copies and whose Tab key leads on."""

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(32)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected rows, or do what a table does."""
        if event.matches(QKeySequence.StandardKey.Copy):
            copy_selection(self)
            return
        super().keyPressEvent(event)
