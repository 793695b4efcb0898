"""The rail at the left: where one can go. Ctrl+1 to Ctrl+6 go there too."""

from PySide6.QtCore import QRectF, Signal, Slot
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QWidget

from medscan_gui.core.text import _
from medscan_gui.gui.theme.icons import paint_icon
from medscan_gui.gui.widgets import Button, Label, Panel, column, row

PAGES = ("scan", "journal", "quarantine", "settings", "help", "about")
WIDTH = 220


def page_title(name: str) -> str:
    """Return the title of a page in the language in use."""
    return {
        "scan": _("Scan"),
        "journal": _("Journal"),
        "quarantine": _("Quarantine"),
        "settings": _("Settings"),
        "help": _("Help"),
        "about": _("About"),
    }[name]


class _Logo(QWidget):
    """The program's own drawing."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(40, 40)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(painter, "medscan", QRectF(self.rect()), "#ffffff")
        painter.end()


class Navigation(Panel):
    """One button for each page, the last two at the bottom. `wanted` carries the page's name."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("rail", parent)
        self.setFixedWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.title = Label("MedScan", "title")
        self.buttons = {name: Button(role="rail", icon_name=name, icon_size=22) for name in PAGES}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        for place, button in enumerate(self.buttons.values()):
            button.setCheckable(True)
            self._group.addButton(button, place)
        self._group.idClicked.connect(self._clicked)
        buttons = list(self.buttons.values())
        layout = column([row([_Logo(), self.title, None], gap=10), 20, *buttons[:-2], None, *buttons[-2:]], gap=6)
        layout.setContentsMargins(14, 20, 14, 18)
        self.setLayout(layout)
        self.buttons["scan"].setChecked(True)
        self._shortcuts = [self._shortcut(place) for place in range(len(PAGES))]
        help_key = QShortcut(QKeySequence.StandardKey.HelpContents, self)
        help_key.activated.connect(self.buttons["help"].click)

    def _shortcut(self, place: int) -> QShortcut:
        keys = QKeySequence(f"Ctrl+{place + 1}")
        shortcut = QShortcut(keys, self)
        shortcut.activated.connect(self.buttons[PAGES[place]].click)
        return shortcut

    def show_page(self, name: str) -> None:
        """Mark the page that is shown."""
        self.buttons[name].setChecked(True)

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        for place, (name, button) in enumerate(self.buttons.items(), 1):
            button.setText(page_title(name))
            button.setToolTip(_("Ctrl+{number}").format(number=place))

    @Slot(int)
    def _clicked(self, place: int) -> None:
        self.wanted.emit(PAGES[place])
