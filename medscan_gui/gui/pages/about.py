"""About: versions of program, engine and signatures with their age, and who else's work is in it."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHeaderView, QScrollArea, QWidget

from medscan_gui import __version__
from medscan_gui.core.bundle import AgeThresholds
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.text import _
from medscan_gui.gui.background import Errand
from medscan_gui.gui.models.facts import FactsModel
from medscan_gui.gui.pages.about_facts import (
    SignatureState,
    components,
    program_facts,
    read_signatures,
    signature_facts,
)
from medscan_gui.gui.pages.base import Page
from medscan_gui.gui.pages.copy_table import CopyTable
from medscan_gui.gui.theme.icons import IconLabel
from medscan_gui.gui.widgets import Button, Card, Label, Panel, column, row
from medscan_gui.gui.widgets.panels import GROUP_GAP, PAGE_MARGIN
from medscan_gui.store.settings import SettingsStore

if TYPE_CHECKING:
    from medscan_gui.session import Services


class AboutPage(Page):
    """Versions and licences; reads the signatures beside the window's thread on each visit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = SignatureState(None, None)
        self._yara = ""
        self._title = Label(role="title")
        self._name = Label("MedScan", "display")
        self._version = Label(role="soft")
        self._purpose = Label(wrap=True)
        self._parts_title = Label(role="heading")
        self._parts_note = Label(role="soft", wrap=True)
        self.copied = Label(role="soft")
        self.copy = Button(icon_name="copy")
        self.copy.clicked.connect(self.copy_all)
        self.facts, self.facts_table = _fact_table()
        self.parts, self.parts_table = _fact_table()
        self._lay_out()

    def _lay_out(self) -> None:
        product = Card(gap=12)
        words = column([self._name, self._version], gap=2)
        product.body.addLayout(row([IconLabel("medscan", 56), words, None, self.copied, self.copy], gap=16))
        product.body.addWidget(self._purpose)
        product.body.addWidget(self.facts_table)
        parts = Card(gap=10)
        parts.body.addWidget(self._parts_title)
        parts.body.addWidget(self._parts_note)
        parts.body.addWidget(self.parts_table)
        inside = Panel("page")
        inside.setLayout(column([product, parts, None], gap=GROUP_GAP))
        inside.setMaximumWidth(980)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        self.setLayout(column([self._title, scroll], margins=PAGE_MARGIN, gap=GROUP_GAP))

    def retranslate(self) -> None:
        """Set every text again."""
        self._title.setText(_("About"))
        self._version.setText(_("Version {version}").format(version=__version__))
        self._purpose.setText(
            _(
                "Finds known malware on medical devices and USB sticks, offline, "
                "and writes nothing on what it scans."
            )
        )
        self.copy.setText(_("Copy all"))
        self.copy.setToolTip(_("Copies this page as text, for whoever helps you"))
        self.copied.setText("")
        self._parts_title.setText(_("Third-party components"))
        self._parts_note.setText(_("MedScan is built with the work of others. Each part keeps its own licence."))
        self.facts_table.setAccessibleName(_("Versions"))
        self.parts_table.setAccessibleName(_("Third-party components"))
        self._show()

    def set_services(self, services: "Services") -> None:
        """Take the services and read the signatures."""
        super().set_services(services)
        self.activated()

    def activated(self) -> None:
        """Read signatures and engine version again: both may have changed."""
        if self.services is None:
            return
        errand = Errand(partial(_look, self.services), "about", self)
        errand.done.connect(self._arrived)
        errand.done.connect(errand.deleteLater)
        errand.start()

    @Slot(object)
    def _arrived(self, found: tuple[SignatureState, str]) -> None:
        self._state, self._yara = found
        self._show()

    def _show(self) -> None:
        thresholds = thresholds_of(self.services.settings) if self.services else AgeThresholds()
        self.facts.set_facts([*program_facts(self._yara)[:3], *signature_facts(self._state, thresholds),
                              *program_facts(self._yara)[3:]])
        self.parts.set_facts(
            (f"{part.name} {part.version}".strip(), part.licence or _("not stated in this copy"))
            for part in components()
        )
        for table in (self.facts_table, self.parts_table):
            _fit(table)

    @Slot()
    def copy_all(self) -> None:
        """Put the whole page on the clipboard as text."""
        QGuiApplication.clipboard().setText(f"{self.facts.as_text()}\n\n{self.parts.as_text()}\n")
        self.copied.setText(_("Copied"))


def thresholds_of(store: SettingsStore) -> AgeThresholds:
    """Return the age thresholds of the settings, or the program's own if they contradict one another."""
    settings = store.current
    try:
        return AgeThresholds(settings.fresh_days, settings.ageing_days, settings.old_days)
    except ValueError:
        return AgeThresholds()


def _look(services: "Services") -> tuple[SignatureState, str]:
    """Read what may block: the signatures, and what the last engine said of itself."""
    state = read_signatures(services.paths.signatures)
    try:
        latest = services.journal.scans(limit=1)
        yara = services.journal.record(latest[0].id).engine.yara_version if latest else ""
    except MedScanError:
        yara = ""  # the journal's own page tells what is wrong with it
    return state, yara


def _fact_table() -> tuple[FactsModel, CopyTable]:
    table = CopyTable()
    model = FactsModel(table)
    table.setModel(model)
    table.horizontalHeader().hide()
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return model, table


def _fit(table: CopyTable) -> None:
    """Make a short table as high as its rows: the page scrolls, not the table."""
    rows = table.model().rowCount()
    table.setFixedHeight(rows * table.verticalHeader().defaultSectionSize() + 4)
