"""Before a scan: what to scan, and which device it is."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from medscan_gui.core.device import Target
from medscan_gui.gui.scan.card_line import CardLine
from medscan_gui.gui.scan.chooser import TargetChooser, dropped_path
from medscan_gui.gui.scan.device_card import DeviceCard
from medscan_gui.gui.widgets import column


class ReadyView(QWidget):
    """Target chooser above, device below."""

    scan_wanted = Signal()
    #: The policy card of the device is to be looked at.
    card_wanted = Signal()

    def __init__(self, target_for_path: Callable[[str], Target], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chooser = TargetChooser(target_for_path)
        self.device = DeviceCard()
        self.card_line = CardLine()
        self.card_line.edit_wanted.connect(self.card_wanted)
        self.chooser.confirmed.connect(self.scan_wanted)
        self.device.submitted.connect(self.scan_wanted)
        layout = column([self.chooser, self.device, self.card_line], gap=10)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.setAcceptDrops(True)

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.chooser.retranslate()
        self.device.retranslate()
        self.card_line.retranslate()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome one local folder or file."""
        if dropped_path(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Choose what was dropped."""
        if path := dropped_path(event.mimeData()):
            event.acceptProposedAction()
            self.chooser.choose_path(path)
