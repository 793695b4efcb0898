"""What narrows the journal down: a search field and a choice of one light."""

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from medscan_gui.core.text import _
from medscan_gui.core.words import Light
from medscan_gui.gui.light import light_word
from medscan_gui.gui.models.light_icons import LightIcons
from medscan_gui.gui.widgets import row

#: Milliseconds without a keystroke before the journal is searched.
_TYPING_MS = 200

#: The lights a scan can have had, the most serious first.
LIGHTS = (Light.RED, Light.AMBER, Light.GREEN, Light.BLUE)

#: Longer searches help nobody; the field takes no more characters.
_LONGEST = 200


class FilterBar(QWidget):
    """`changed` says that the search or the light is another one."""

    changed = Signal()

    def __init__(self, icons: LightIcons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setMaxLength(_LONGEST)
        self.search.setMinimumWidth(240)
        self.lights = QComboBox()
        for light in (None, *LIGHTS):
            self.lights.addItem("", light.value if light else "")
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self.changed)
        self.search.textChanged.connect(self._typing.start)
        self.search.returnPressed.connect(self.search_now)
        self.lights.currentIndexChanged.connect(self.search_now)
        here = Qt.ShortcutContext.WidgetShortcut
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self.search, self.search.clear, context=here)
        layout = row([self.search, self.lights], gap=12)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    @property
    def text(self) -> str:
        """What is searched for."""
        return self.search.text().strip()

    @property
    def light(self) -> Light | None:
        """The light that scans must have, or None for any."""
        value = self.lights.currentData()
        return Light(value) if value else None

    @property
    def active(self) -> bool:
        """Whether anything is narrowed down."""
        return bool(self.text or self.light)

    @Slot()
    def search_now(self) -> None:
        """Do not wait for more keystrokes."""
        self._typing.stop()
        self.changed.emit()

    @Slot()
    def focus_search(self) -> None:
        """Put the cursor in the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def clear(self) -> None:
        """Show everything again."""
        with QSignalBlocker(self.search), QSignalBlocker(self.lights):
            self.search.clear()
            self.lights.setCurrentIndex(0)
        self.search_now()

    def retranslate(self) -> None:
        """Speak the language in use, and draw the lights in the theme's colours."""
        self.search.setPlaceholderText(_("Search devices, operators, threats (Ctrl+F)"))
        self.search.setAccessibleName(_("Search in the journal"))
        self.lights.setAccessibleName(_("Show only scans with this light"))
        self.lights.setItemText(0, _("All lights"))
        for index, light in enumerate(LIGHTS, 1):
            self.lights.setItemText(index, light_word(light))
            self.lights.setItemIcon(index, self._icons(light))
