"""What every page of the window is: made without services, which arrive once the journal is open.

The window paints before journal and settings are read from a slow key. So a page is built at
once, shows itself empty, and fills when `set_services` comes.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from medscan_gui.gui.widgets.panels import Panel

if TYPE_CHECKING:
    from medscan_gui.session import Services


class Page(Panel):
    """One page beside the navigation. The window calls the methods; pages never look for the window."""

    #: A scan id or a device id that another page (the journal) should bring up.
    show_scan_wanted = Signal(str)
    show_device_wanted = Signal(str)
    #: Settings were saved: the window applies theme, language and thresholds (carries `Settings`).
    settings_saved = Signal(object)
    #: A new journal stands in the services' place of the old one.
    journal_replaced = Signal()
    #: A sentence for the operator that no control of the page can show (already translated).
    said = Signal(str)
    #: A session to follow on the scan page, and the record whose locked files it reads.
    session_wanted = Signal(object, object)
    #: What the page was doing (see `at_work`) is over.
    work_over = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        self.services: Services | None = None

    def set_services(self, services: "Services") -> None:
        """Take the opened services; called once, before or after the page is first shown."""
        self.services = services

    def retranslate(self) -> None:
        """Set every text again, in the language in use; called once after construction and on each change."""

    def activated(self) -> None:
        """Refresh what may have changed; called each time the page is brought to the front."""

    @property
    def at_work(self) -> bool:
        """Whether something is under way here that must come to its end before the window closes."""
        return False

    def stop_work(self) -> None:
        """End what is under way, soon; `work_over` follows."""

    def journal_changed(self) -> None:
        """Note that a scan was added to the journal; called on every page that exists."""
