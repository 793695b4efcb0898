"""What belongs to one scan: what was done after it, the scan that verified it, and the hospital's procedure."""

from collections.abc import Iterator

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _
from medscan_gui.gui.models.actions import action_icon, action_line, action_word
from medscan_gui.gui.models.light_icons import LightIcons
from medscan_gui.gui.models.phrases import date_time
from medscan_gui.gui.models.scans import HistoryRow, scan_light_word, target_words
from medscan_gui.gui.scan.procedure_panel import ProcedurePanel
from medscan_gui.gui.theme.icons import icon
from medscan_gui.gui.widgets import Button, Label, column, row
from medscan_gui.store.journal import Journal, NoJournal
from medscan_gui.store.summaries import ScanSummary

#: Scans read at a time while looking for those that belong together, and how many times at most: a scan that
#: verifies a clean-up comes right after it, so that it is found among the first ones after the scan itself.
_SLICE, _SLICES = 500, 20
_ICON = 26


def read_connected(journal: Journal | NoJournal, record: ScanRecord) -> tuple[HistoryRow, ...]:
    """Return the scans and actions that belong to this scan, the oldest first, itself left out. Raises JournalError."""
    ids = {record.id, record.follows} - {""}
    found: dict[str, HistoryRow] = {}
    for scan_id in ids:
        found |= {action.id: action for action in journal.actions(scan_id=scan_id)}
    if record.light.value in {"red", "green"} or record.follows:
        found |= {scan.id: scan for scan in _scans_of(journal, record, ids)}
    found.pop(record.id, None)
    return tuple(sorted(found.values(), key=lambda entry: entry.sequence))


def _scans_of(journal: Journal | NoJournal, record: ScanRecord, ids: set[str]) -> Iterator[ScanSummary]:
    left = set(ids)
    for turn in range(_SLICES):
        scans = journal.scans(record.device.id, limit=_SLICE, offset=turn * _SLICE)
        for scan in scans:
            left.discard(scan.id)
            if scan.id in ids or scan.follows in ids:
                yield scan
        if len(scans) < _SLICE or not left:
            return  # what follows a scan cannot be older than it


class ConnectedPanel(QWidget):
    """One line for each scan and action; `wanted` (its id) asks to bring it up. Below it the procedure."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = LightIcons(_ICON)
        self._entries: tuple[HistoryRow, ...] = ()
        self.nothing = Label(role="soft", wrap=True)
        self.lines: list[Label] = []
        self.buttons: list[Button] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        self.procedure = ProcedurePanel()
        self.setLayout(column([self.nothing, self._list, self.procedure, None], gap=8))
        self.layout().setContentsMargins(4, 10, 12, 4)  # type: ignore[union-attr]  # it was just set

    def show_entries(self, entries: tuple[HistoryRow, ...]) -> None:
        """Show what belongs to the scan."""
        self._entries = entries
        self.retranslate()

    def retranslate(self) -> None:
        """Write every line again, in the language in use."""
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.lines, self.buttons = [], []
        for entry in self._entries:
            self._list.addWidget(self._line(entry))
        self.nothing.setText(_("Nothing was done after this scan so far."))
        self.nothing.setVisible(not self._entries)

    def _line(self, entry: HistoryRow) -> QWidget:
        drawing: QIcon
        if isinstance(entry, ScanSummary):
            drawing, words = self._icons(entry.light), f"{scan_light_word(entry)} · {target_words(entry)}"
        else:
            drawing = icon(action_icon(entry.kind), _ICON)
            words = f"{action_word(entry.kind)} · {action_line(entry)}"
        picture = QLabel()
        picture.setPixmap(drawing.pixmap(_ICON, _ICON))
        text = Label(f"{date_time(entry.started)} · {words}", wrap=True)
        button = Button(_("Show"), "quiet", "next")
        button.setProperty("entry", entry.id)
        button.setAccessibleName(_("Show: {what}").format(what=text.text()))
        button.clicked.connect(self._show_clicked)
        self.lines.append(text)
        self.buttons.append(button)
        line = QWidget()
        layout = row([picture, text, button], gap=10)
        layout.setStretch(1, 1)
        line.setLayout(layout)
        return line

    @Slot()
    def _show_clicked(self) -> None:
        self.wanted.emit(str(self.sender().property("entry")))
