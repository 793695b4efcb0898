"""Settings: every change is kept at once, and can be taken back."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFileDialog, QLineEdit, QScrollArea, QWidget

from medscan_gui.core.messages import MedScanError
from medscan_gui.core.text import _, current
from medscan_gui.gui.background import Errand
from medscan_gui.gui.cards.exchange import CardsSection
from medscan_gui.gui.pages.base import Page
from medscan_gui.gui.pages.settings_accepted import AcceptedFiles
from medscan_gui.gui.pages.settings_engines import Survey, real_survey
from medscan_gui.gui.pages.settings_form import AGES, SettingsForm
from medscan_gui.gui.pages.settings_places import PlaceRow
from medscan_gui.gui.unlock.words import kept_passwords
from medscan_gui.gui.widgets import Button, Card, Label, Notice, Panel, column, line, row
from medscan_gui.gui.widgets.panels import GROUP_GAP, PAGE_MARGIN
from medscan_gui.store.settings import Settings

if TYPE_CHECKING:
    from medscan_gui.services import Services

#: Which settings stand together.
_GROUPS = (
    ("window", ("language", "theme")),
    ("scan", ("operator_default", "department_default", "workers", "sound")),
    ("depth", ("passwords", "second_engines", "skip_unchanged")),
    ("reports", ("hospital_name", "kit", "reports_dir")),
    ("signatures", AGES),
    ("quarantine", ("quarantine_days",)),
)
_PLACES = ("data", "journal", "reports", "log")

#: Longer lines of explanation are hard to read (pixels).
_WIDEST = 860


class SettingsPage(Page):
    """Shows the settings in use; `settings_saved` tells the window of each change."""

    def __init__(self, parent: QWidget | None = None, *, survey: Survey = real_survey) -> None:
        super().__init__(parent)
        self.form = SettingsForm(self, survey=survey)
        self.form.edited.connect(self._edited)
        self.form.browse.clicked.connect(self.choose_folder)
        self._before: list[Settings] = []
        self._saving: Errand | None = None
        self._unsaved: Settings | None = None
        self._title = Label(role="title")
        self._lead = Label(role="soft", wrap=True)
        self.told = Label(role="soft")
        self.undo = Button(icon_name="refresh")
        self.undo.setEnabled(False)
        self.undo.clicked.connect(self.take_back)
        self.notice = Notice()
        self._headings = {name: Label(role="heading") for name, _names in _GROUPS}
        self._headings["places"] = Label(role="heading")
        self.places = {name: PlaceRow() for name in _PLACES}
        self.accepted, self.cards = AcceptedFiles(), CardsSection()
        self._lay_out()

    def _lay_out(self) -> None:
        cards: list[QWidget] = []
        for group, names in _GROUPS:
            cards.append(_card(self._headings[group], [self.form.rows[name] for name in names]))
        cards += [self.accepted, self.cards]
        cards.append(_card(self._headings["places"], [self.places[name] for name in _PLACES]))
        inside = Panel("page")
        inside.setLayout(column([*cards, None], gap=GROUP_GAP))
        inside.setMaximumWidth(_WIDEST)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        top = row([self._title, None, self.told, self.undo], gap=12)
        layout = column([top, self._lead, self.notice, scroll], margins=PAGE_MARGIN, gap=12)
        layout.setStretch(3, 1)
        self.setLayout(layout)

    def set_services(self, services: "Services") -> None:
        """Take the settings and show them."""
        super().set_services(services)
        self.accepted.set_services(services)
        self.cards.set_services(services)
        self._show()

    def activated(self) -> None:
        """Show the values in use: another page may have changed them; look what engines there are."""
        self.journal_changed()
        self._show()
        if self.services is not None:
            self.form.engines.look(self.services.paths.program_dir, self.services.settings.current.old_days)

    def journal_changed(self) -> None:
        """Show files that were accepted, and cards that were saved meanwhile."""
        self.accepted.refresh()
        self.cards.refresh()

    def retranslate(self) -> None:
        """Set every text again."""
        self._title.setText(_("Settings"))
        self._lead.setText(_("Each change is kept at once."))
        self.undo.setText(_("Undo"))
        self.undo.setToolTip(_("Takes the last change back"))
        self.told.setText("")
        for name, words in (
            ("window", _("Window")),
            ("scan", _("Scans")),
            ("depth", _("How far scans look")),
            ("reports", _("Hospital and reports")),
            ("signatures", _("Age of the signatures")),
            ("quarantine", _("Quarantine")),
            ("places", _("Where things are kept")),
        ):
            self._headings[name].setText(words)
        self.form.retranslate()
        self.accepted.retranslate()
        self.cards.retranslate()
        for name, words in (
            ("data", _("Data of MedScan")),
            ("journal", _("Journal")),
            ("reports", _("Reports")),
            ("log", _("Log for technicians")),
        ):
            self.places[name].say(words)
        self._show()

    def _show(self) -> None:
        if self.services is None:
            return
        store, paths = self.services.settings, self.services.paths
        self.form.show_settings(store.current)
        self.form.mark_hospital(store.policy, store.current)
        usual = self.form.rows["reports_dir"].control
        if isinstance(usual, QLineEdit):
            usual.setPlaceholderText(str(paths.reports_dir))
        self.places["data"].show_place(paths.data_dir, is_folder=True)
        self.places["journal"].show_place(self.services.journal.path, is_folder=False)
        self.places["reports"].show_place(
            Path(store.current.reports_dir) if store.current.reports_dir else paths.reports_dir, is_folder=True
        )
        self.places["log"].show_place(paths.log_file, is_folder=False)

    @Slot(str)
    def _edited(self, name: str) -> None:
        if self.services is None:
            return
        before = self.services.settings.current
        after = self.form.values(before)
        if after == before:
            return
        if not after.fresh_days <= after.ageing_days <= after.old_days:
            self.notice.show_text(
                _("The three ages must grow: up to date, then ageing, then too old. The last value was not kept.")
            )
            self.form.show_settings(before)
            self.form.rows[name].control.setFocus()
            return
        if refused := _refused_passwords(after):  # they stay in the field, to be corrected
            self.told.setText("")
            self.notice.show_text(refused)
            after = msgspec.structs.replace(after, passwords=before.passwords)
            if after == before:
                return
        self._before.append(before)
        self._keep(after, _("Kept"))

    @Slot()
    def take_back(self) -> None:
        """Go back to the settings before the last change."""
        if self._before:
            self._keep(self._before.pop(), _("Taken back"))

    def _keep(self, settings: Settings, told: str) -> None:
        """Use the settings from now on, and write them beside the window's thread."""
        assert self.services is not None  # noqa: S101  # nobody can edit before
        self.notice.show_text("")
        self.undo.setEnabled(bool(self._before))
        self.services.settings.current = settings
        self._unsaved = settings
        self._write_next()
        self.settings_saved.emit(settings)
        self._show()
        self.told.setText(told)

    def _write_next(self) -> None:
        if self._saving is not None or self._unsaved is None or self.services is None:
            return
        settings, self._unsaved = self._unsaved, None
        self._saving = Errand(partial(self.services.settings.save, settings), "settings", self)
        self._saving.done.connect(self._written)
        self._saving.failed.connect(self._not_written)
        self._saving.start()

    @Slot(object)
    def _written(self, _nothing: object) -> None:
        self._over()

    @Slot(object)
    def _not_written(self, error: BaseException) -> None:
        self._over()
        if not isinstance(error, MedScanError):
            raise error
        self.told.setText("")
        self.notice.show_text(current().sentence(error.message))

    def _over(self) -> None:
        if self._saving is not None:
            self._saving.deleteLater()
            self._saving = None
        self._write_next()

    @property
    def saving(self) -> bool:
        """Whether something is still being written."""
        return self._saving is not None

    @property
    def busy(self) -> bool:
        """Whether anything is still being read, written or looked for."""
        return self.saving or self.accepted.busy or self.cards.busy or self.form.engines.busy

    @Slot()
    def choose_folder(self) -> None:
        """Ask for the folder of reports."""
        if self.services is None:
            return
        start = self.services.settings.current.reports_dir or str(self.services.paths.reports_dir)
        self.use_folder(QFileDialog.getExistingDirectory(self, _("Folder for reports"), start))

    def use_folder(self, folder: str) -> None:
        """Take a folder for reports; "" (the operator declined) changes nothing."""
        field = self.form.rows["reports_dir"].control
        if folder and isinstance(field, QLineEdit):
            field.setText(folder)
            self._edited("reports_dir")


def _refused_passwords(settings: Settings) -> str:
    """Return why the settings cannot hold these passwords; "" if they can."""
    try:
        kept_passwords((), settings.passwords)
    except MedScanError as error:
        return current().sentence(error.message)
    return ""


def _card(heading: Label, rows: list[QWidget]) -> Card:
    card = Card(gap=14)
    card.body.addWidget(heading)
    for place, setting in enumerate(rows):
        if place:
            card.body.addWidget(line())
        card.body.addWidget(setting)
    return card
