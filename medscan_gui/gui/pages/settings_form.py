"""All settings as rows of controls: reads them from Settings and makes Settings of them."""

import os
from collections.abc import Mapping
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QLineEdit

from medscan_gui.core.text import _, pgettext_
from medscan_gui.gui.pages.settings_engines import EngineSwitches, Survey, real_survey
from medscan_gui.gui.pages.settings_rows import Choice, Days, Number, SettingRow
from medscan_gui.gui.unlock.password_lines import PasswordLines
from medscan_gui.gui.widgets import Button
from medscan_gui.store.settings import MAX_DAYS, MAX_QUARANTINE_DAYS, Settings

#: As in `store.settings`: characters of a text, engine processes.
_TEXT, _PATH, _WORKERS = 200, 4096, 64
#: Pixels: a few lines of passwords.
_FIELD_HEIGHT = 92

AGES = ("fresh_days", "ageing_days", "old_days")


class SettingsForm(QObject):
    """`edited` carries the names of the settings that the operator has just changed."""

    edited = Signal(str)

    def __init__(self, parent: QObject | None = None, *, survey: Survey = real_survey) -> None:
        super().__init__(parent)
        self.browse = Button(icon_name="folder")
        self.passwords = PasswordLines()
        self.passwords.setFixedHeight(_FIELD_HEIGHT)
        self.show_passwords = QCheckBox()
        self.show_passwords.toggled.connect(self.passwords.show_words)
        self.engines = EngineSwitches(survey)
        self.rows: dict[str, SettingRow] = {
            "language": SettingRow(_choice("", "fr", "en")),
            "theme": SettingRow(_choice("system", "light", "dark")),
            "operator_default": SettingRow(_text(_TEXT)),
            "department_default": SettingRow(_text(_TEXT)),
            "workers": SettingRow(Number(0, _WORKERS)),
            "sound": SettingRow(QCheckBox()),
            "passwords": SettingRow(self.passwords, self.show_passwords),
            "skip_unchanged": SettingRow(QCheckBox()),
            "second_engines": SettingRow(self.engines),
            "hospital_name": SettingRow(_text(_TEXT)),
            "kit": SettingRow(_text(_TEXT)),
            "reports_dir": SettingRow(_text(_PATH), self.browse),
            "fresh_days": SettingRow(Days(0, MAX_DAYS)),
            "ageing_days": SettingRow(Days(0, MAX_DAYS)),
            "old_days": SettingRow(Days(0, MAX_DAYS)),
            "quarantine_days": SettingRow(Days(0, MAX_QUARANTINE_DAYS)),
        }
        for name, row in self.rows.items():
            row.setObjectName(name)
            _changed_signal(row).connect(self._edited)
            row.control.setProperty("setting", name)

    @Slot()
    def _edited(self) -> None:
        name = str(self.sender().property("setting"))
        self.edited.emit(name)

    def show_settings(self, settings: Settings) -> None:
        """Show these values, without telling that they were edited."""
        for name, row in self.rows.items():
            with QSignalBlocker(row.control):
                _put(row, getattr(settings, name))

    def values(self, before: Settings) -> Settings:
        """Return the settings as the controls say; what has no control stays as it was."""
        return msgspec.structs.replace(before, **{name: _get(row) for name, row in self.rows.items()})

    def mark_hospital(self, policy: Mapping[str, Any], settings: Settings) -> None:
        """Mark what the machine's administrator has set; ages cannot be raised above it, nor retention lowered."""
        for name, row in self.rows.items():
            if isinstance(row.control, Days):
                with QSignalBlocker(row.control):
                    _bound(name, row.control, policy)
            given = name in policy
            row.mark_hospital(given=given, in_use=given and getattr(settings, name) == policy[name])

    def retranslate(self) -> None:
        """Set every text again."""
        self._say_choices()
        self.browse.setText(_("Choose…"))
        self.browse.setAccessibleName(_("Choose the folder for reports"))
        for name, (title, note) in _words().items():
            self.rows[name].say(title, note)
        self.show_passwords.setText(_("Show the passwords"))
        self.engines.retranslate()
        for box, words in (
            (self.rows["sound"].control, _("Play a sound")),
            (self.rows["skip_unchanged"].control, _("Skip unchanged files")),
        ):
            if isinstance(box, QCheckBox):
                box.setText(words)
        for row in self.rows.values():
            if isinstance(row.control, Days):
                row.control.say_unit()
        workers = self.rows["workers"].control
        if isinstance(workers, Number):
            workers.setSpecialValueText(_("All cores ({count})").format(count=os.cpu_count() or 1))

    def _say_choices(self) -> None:
        languages, themes = self.rows["language"].control, self.rows["theme"].control
        for control, words in (
            (languages, (_("Language of the system"), "Français", "English")),
            (themes, (_("As the system"), pgettext_("theme", "Light"), _("Dark"))),
        ):
            if isinstance(control, Choice):
                for place, word in enumerate(words):
                    control.setItemText(place, word)


def _words() -> dict[str, tuple[str, str]]:
    return {
        "language": (_("Language"), _("Language of the window and of new reports. It changes at once.")),
        "theme": (_("Colours"), _("Light or dark colours. The four lights keep their shapes and words.")),
        "operator_default": (_("Operator"), _("Your name, filled in before each scan. It can be changed there.")),
        "department_default": (_("Department"), _("Department filled in for a device that is new.")),
        "workers": (
            _("Processor cores"),
            _("How many cores a scan may use. Fewer leave more to the other programs of a busy device."),
        ),
        "sound": (_("End of a scan"), _("A short sound tells that a scan has ended. The light says how.")),
        "passwords": (
            _("Passwords of archives"),
            _(
                "Tried on every locked archive and document, one on each line. They are written in MedScan’s settings "
                "as they are: enter none that protects anything else."
            ),
        ),
        "skip_unchanged": (
            _("Unchanged files"),
            _(
                "On fixed disks of Linux, files that have not changed since they were found clean with the same "
                "signatures are not read again. It is much faster, and the result says how many. A program with "
                "full rights over the computer could hide a change from this: leave it off if in doubt."
            ),
        ),
        "second_engines": (
            _("Second opinion"),
            _(
                "Other engines that look at the same files when MedScan has finished. A scan takes longer, and one "
                "that they cannot confirm is amber."
            ),
        ),
        "hospital_name": (_("Hospital"), _("Name at the head of every report.")),
        "kit": (_("MedScan kit"), _("Number of this key or station. It is kept with every scan.")),
        "reports_dir": (
            _("Folder for reports"),
            _("Where reports are first offered to be saved. Leave it empty for the usual folder."),
        ),
        "fresh_days": (_("Up to date until"), _("Signatures up to this age are shown as up to date.")),
        "ageing_days": (_("Ageing until"), _("Up to this age they are shown as ageing, beyond it as old.")),
        "old_days": (
            _("Too old after"),
            _("Beyond this age a scan that finds nothing is no longer blue but amber. Scanning is never refused."),
        ),
        "quarantine_days": (
            _("Keep files for at least"),
            _("A file in the quarantine can be restored at any time, and destroyed only after so many days."),
        ),
    }


def _bound(name: str, days: Days, policy: Mapping[str, Any]) -> None:
    """Let the operator be stricter than the hospital, never laxer."""
    if name == "quarantine_days":
        days.setMinimum(policy.get(name, 0))
    else:
        days.setMaximum(policy.get(name, MAX_DAYS))


def _choice(*values: str) -> Choice:
    choice = Choice()
    for value in values:
        choice.addItem("", value)
    return choice


def _text(longest: int) -> QLineEdit:
    field = QLineEdit()
    field.setMaxLength(longest)
    return field


def _changed_signal(row: SettingRow) -> Any:
    match row.control:
        case Choice() as choice:
            return choice.currentIndexChanged
        case Number() as number:
            return number.valueChanged
        case QCheckBox() as box:
            return box.toggled
        case PasswordLines() as lines:
            return lines.edited
        case EngineSwitches() as switches:
            return switches.changed
        case field:
            return field.editingFinished


def _put(row: SettingRow, value: Any) -> None:
    match row.control:
        case Choice() as choice:
            choice.setCurrentIndex(max(0, choice.findData(value)))
        case Number() as number:
            number.setValue(value)
        case QCheckBox() as box:
            box.setChecked(value)
        case PasswordLines() as lines:
            lines.set_text("\n".join(value))
        case EngineSwitches() as switches:
            switches.set_value(value)
        case field:
            field.setText(value)


def _get(row: SettingRow) -> str | int | bool | tuple[str, ...]:
    match row.control:
        case Choice() as choice:
            return str(choice.currentData())
        case Number() as number:
            return number.value()
        case QCheckBox() as box:
            return box.isChecked()
        case PasswordLines() as lines:
            return tuple(dict.fromkeys(line for line in lines.text().split("\n") if line.strip()))
        case EngineSwitches() as switches:
            return switches.value()
        case field:
            return field.text().strip()
