"""A short table of one column: places of files, as many as there are, drawn only when seen."""

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QHeaderView

from medscan_gui.core.text import _
from medscan_gui.gui.pages.copy_table import CopyTable

#: Rows shown without scrolling, at most, and pixels of one.
_ROWS, _ROW = 5, 30


def lines_table(lines: Sequence[str]) -> CopyTable:
    """Return a table of these lines, which must already be escaped."""
    table = CopyTable()
    table.setModel(QStringListModel(list(lines), table))
    table.horizontalHeader().hide()
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    table.verticalHeader().setDefaultSectionSize(_ROW)
    table.setAccessibleName(_("Files"))
    table.setFixedHeight(min(_ROWS, max(1, len(lines))) * _ROW + 4)
    return table
