"""Everything about one action: what was done with which file, why not, and where it is in the quarantine."""

from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTabWidget, QWidget

from medscan_gui.core.action import ActionKind, ActionRecord
from medscan_gui.core.names import shown
from medscan_gui.core.text import _, ngettext_
from medscan_gui.export.model import JournalPosition
from medscan_gui.gui.models.actions import ActionColumn, ActionItemsModel, action_headline, action_icon
from medscan_gui.gui.models.facts import Fact, FactsModel
from medscan_gui.gui.models.phrases import ago, date_time, duration, number
from medscan_gui.gui.models.scans import device_title
from medscan_gui.gui.pages.copy_table import CopyTable
from medscan_gui.gui.theme.icons import IconLabel
from medscan_gui.gui.widgets import Button, Label, column, row
from medscan_gui.gui.widgets.panels import GAP

#: Reasons that are written out above the list.
_REASONS = 3


class ActionDetails(QWidget):
    """Shows one committed action. `scan_wanted` (its id) asks for the scan whose threats these were."""

    scan_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action: ActionRecord | None = None
        self._position: JournalPosition | None = None
        self._icon = IconLabel(action_icon(ActionKind.CLEAN_UP), 44)
        self.headline = Label(role="heading", wrap=True)
        self.subline = Label(role="soft", wrap=True)
        self.reasons = Label(role="strong", wrap=True)
        self.scan = Button(role="quiet", icon_name="next")
        self.scan.clicked.connect(self._show_scan)
        self.report = Button(role="primary", icon_name="report")
        self.items, self.facts = ActionItemsModel(self), FactsModel(self)
        self._items_table, self._facts_table = CopyTable(), CopyTable()
        self.tabs = QTabWidget()
        self._lay_out()

    def _lay_out(self) -> None:
        table = self._items_table
        table.setModel(self.items)
        table.setSortingEnabled(True)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = table.horizontalHeader()
        header.setSortIndicator(ActionColumn.RESULT, Qt.SortOrder.AscendingOrder)
        for section, width in ((ActionColumn.RESULT, 120), (ActionColumn.ENTRY, 104), (ActionColumn.SHA256, 104)):
            header.resizeSection(section, width)
        for section in (ActionColumn.WHERE, ActionColumn.WHY):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
        facts = self._facts_table
        facts.setModel(self.facts)
        facts.horizontalHeader().hide()
        facts.horizontalHeader().resizeSection(0, 300)
        facts.horizontalHeader().setStretchLastSection(True)
        facts.verticalHeader().setDefaultSectionSize(28)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(table, "")
        self.tabs.addTab(facts, "")
        tools = column([self.report, self.scan, None], gap=4)
        top = row([self._icon, column([self.headline, self.subline, None], gap=2)], gap=14)
        top.addLayout(tools)
        top.setStretch(1, 1)
        layout = column([top, self.reasons, self.tabs], gap=GAP)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    @property
    def action(self) -> ActionRecord | None:
        """The action shown."""
        return self._action

    def show_action(self, action: ActionRecord | None, position: JournalPosition | None) -> None:
        """Show an action, or nothing."""
        self._action, self._position = action, position
        self.items.set_items(action.items if action else ())
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text again."""
        self.report.setText(_("PDF report…"))
        self.report.setAccessibleName(_("PDF report of this action…"))
        self.report.setToolTip(_("PDF report of this action…"))
        self.scan.setText(_("Show the scan"))
        self._items_table.setAccessibleName(_("Files of the action"))
        self._facts_table.setAccessibleName(_("Technical facts"))
        self.tabs.setAccessibleName(_("Details of the action"))
        self.tabs.setTabText(1, _("Technical"))
        action = self._action
        if action is None:
            return
        self._icon.set_icon(action_icon(action.kind))
        self.headline.setText(action_headline(action))
        self.subline.setText(_subline(action))
        self.scan.setVisible(bool(action.scan_id))
        self.tabs.setTabText(0, _("Files ({count})").format(count=number(len(action.items))))
        self.items.retranslate()
        self.reasons.setText(_reason_words(self.items.reasons))
        self.reasons.setVisible(bool(self.reasons.text()))
        self._items_table.setColumnHidden(ActionColumn.WHY, not self.items.reasons)
        self._items_table.setColumnHidden(ActionColumn.PLACE, not self.items.has_places)
        self.facts.set_facts(action_facts(action, self._position))

    @Slot()
    def _show_scan(self) -> None:
        if self._action is not None:
            self.scan_wanted.emit(self._action.scan_id)


def _reason_words(reasons: tuple[tuple[str, int], ...]) -> str:
    lines = []
    for reason, count in reasons[:_REASONS]:
        template = ngettext_("{count} file: {reason}", "{count} files: {reason}", count)
        lines.append(template.format(count=number(count), reason=reason))
    if len(reasons) > _REASONS:
        lines.append(_("Further reasons stand beside the files."))
    return "\n".join(lines)


def _subline(action: ActionRecord) -> str:
    parts = (
        f"{date_time(action.started)} ({ago(action.started)})",
        device_title(action.device.title),
        shown(action.target.shown, 160),
        shown(action.operator, 80),
        shown(action.reason, 200),
    )
    return " · ".join(part for part in parts if part)


def action_facts(action: ActionRecord, position: JournalPosition | None) -> Iterator[Fact]:
    """Yield what a technician or an auditor asks of an action."""
    yield _("Started"), date_time(action.started)
    if action.ended:
        yield _("Ended"), date_time(action.ended)
    if lasted := duration(action.started, action.ended):
        yield _("Duration"), lasted
    host = action.host
    for title, value in (
        (_("Device"), action.device.name),
        (_("Asset number"), action.device.asset_number),
        (_("What was scanned"), action.target.shown),
        (_("Operator"), action.operator),
        (_("Reason"), action.reason),
        (_("Exported to"), action.destination),
        (_("MedScan kit"), action.kit),
        (_("Computer"), " ".join(part for part in (host.name, host.os, host.os_version) if part)),
        (_("Number of the scan"), action.scan_id),
    ):
        if value:
            yield title, value
    yield _("Number of the action"), action.id
    if position is not None:
        yield _("Place in the journal"), number(position.sequence)
        yield _("Short chain code"), position.short_code
