"""The table of scans: columns as wide as their words; device and target share what is left."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView

from medscan_gui.core.action import ActionKind
from medscan_gui.core.text import _
from medscan_gui.core.words import Light
from medscan_gui.gui.light import light_word
from medscan_gui.gui.models.actions import action_word
from medscan_gui.gui.models.phrases import date_time
from medscan_gui.gui.models.scans import LIGHT_ORDER, ScanColumn, ScansModel, cut_off_word
from medscan_gui.gui.pages.copy_table import CopyTable

_ICON = 22
#: Space around the words of a cell and of a title, in pixels.
_CELL_PADDING, _TITLE_PADDING = 24, 26
#: Below this width (pixels) the operator is left to the details.
_NARROW = 800
#: A moment whose digits are all wide.
_WIDEST_DATE = "2000-08-08T08:08:08Z"


class ScanTable(CopyTable):
    """Shows a ScansModel; clicking a title sorts, Ctrl+C copies the selected rows."""

    def __init__(self, model: ScansModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setIconSize(QSize(_ICON, _ICON))
        header = self.horizontalHeader()
        for free in (ScanColumn.DEVICE, ScanColumn.TARGET):
            header.setSectionResizeMode(free, QHeaderView.ResizeMode.Stretch)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setMinimumSectionSize(60)
        header.setSortIndicator(ScanColumn.DATE, Qt.SortOrder.DescendingOrder)
        header.setSortIndicatorClearable(False)
        self._devices_shown = True
        self.setSortingEnabled(True)

    def retranslate(self) -> None:
        """Name the table, and make its columns fit the words of the language."""
        self.setAccessibleName(_("Scans and what was done"))
        words = [action_word(kind) for kind in ActionKind]
        words += [light_word(light) for light in LIGHT_ORDER if light not in {Light.IDLE, Light.SCANNING}]
        self._fit(ScanColumn.LIGHT, [*words, cut_off_word()], _ICON + 8)
        self._fit(ScanColumn.DATE, [date_time(_WIDEST_DATE)])
        self._fit(ScanColumn.OPERATOR, ["n" * 9])
        self._fit(ScanColumn.THREATS, ["88 888"])
        self._fit(ScanColumn.NOT_READ, ["88 888"])

    def _fit(self, column: ScanColumn, samples: list[str], extra: int = 0) -> None:
        self.ensurePolished()
        metrics = self.fontMetrics()
        header = self.horizontalHeader()
        title_font = QFont(header.font())
        title_font.setWeight(QFont.Weight.Bold)  # the style sheet's weight is not in `font()`
        title = str(self.model().headerData(column, Qt.Orientation.Horizontal))
        cells = max(metrics.horizontalAdvance(sample) for sample in samples) + extra + _CELL_PADDING
        header.resizeSection(column, max(cells, QFontMetrics(title_font).horizontalAdvance(title) + _TITLE_PADDING))

    def show_devices(self, shown: bool) -> None:  # as Qt's own setters
        """Show whose scans they are, or hide it where they are all of one device."""
        self._devices_shown = shown
        self._choose_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the operator to the details where there is no room."""
        super().resizeEvent(event)
        self._choose_columns()

    def _choose_columns(self) -> None:
        self.setColumnHidden(ScanColumn.DEVICE, not self._devices_shown)
        self.setColumnHidden(ScanColumn.OPERATOR, self.width() < _NARROW)
