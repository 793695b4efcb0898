"""The switches of the second engines: which were found, how old their signatures are, which each scan asks."""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from medscan_gui.core.names import shown
from medscan_gui.core.opinion import ENGINE_NAMES, EngineOpinion, EngineStatus
from medscan_gui.core.text import _, current
from medscan_gui.gui.clean_up.errands import Errands
from medscan_gui.gui.models.opinions import signature_words
from medscan_gui.gui.widgets import Label, column

#: Looks for the engines: the folder MedScan is in, and the age from which signatures are too old.
Survey = Callable[[Path, int], tuple[EngineOpinion, ...]]

_LONGEST = 400


def real_survey(beside: Path, old_days: int) -> tuple[EngineOpinion, ...]:
    """Return which engines there are; takes seconds."""
    from medscan_gui.engine.second.survey import survey

    return survey(beside, old_days)


class _Switch(QWidget):
    """One engine: a box, and below it what was found."""

    def __init__(self, engine: str) -> None:
        super().__init__()
        self.engine = engine
        self.found: EngineOpinion | None = None
        self.looking = False
        self.box = QCheckBox(ENGINE_NAMES[engine])
        self.words = Label(role="small", wrap=True)
        self.words.setIndent(34)  # below the words of the box
        self.setLayout(column([self.box, self.words], gap=0))
        self.box.toggled.connect(self.say)

    @Slot()
    def say(self) -> None:
        """Say what was found, in the language in use."""
        said = _("Looking for it…") if self.looking and self.found is None else ""
        if self.found is not None:
            said = found_words(self.found)
            if self.box.isChecked() and self.found.status is not EngineStatus.READY:
                said += " " + _("As long as it is switched on here, no scan can turn blue.")
        self.words.setText(said)
        self.words.setVisible(bool(said))
        self.box.setAccessibleDescription(said)


class EngineSwitches(QWidget):
    """One switch for each second engine. Looks for them beside the window's thread."""

    changed = Signal()

    def __init__(self, survey: Survey = real_survey) -> None:
        super().__init__()
        self._survey = survey
        self._errands = Errands(self)
        self.switches = {engine: _Switch(engine) for engine in ENGINE_NAMES}
        for switch in self.switches.values():
            switch.box.toggled.connect(self.changed)
        self.setLayout(column(list(self.switches.values()), gap=8))
        self.setFocusProxy(next(iter(self.switches.values())).box)

    @property
    def busy(self) -> bool:
        """Whether engines are still being looked for."""
        return self._errands.busy

    def look(self, beside: Path, old_days: int) -> None:
        """Look for the engines; `beside`: the folder MedScan is in."""
        for switch in self.switches.values():
            switch.looking = True
            switch.say()
        self._errands.ask("engines", partial(self._survey, beside, old_days), self._came)

    def _came(self, found: object) -> None:
        assert isinstance(found, tuple)  # noqa: S101  # our own answer to our own question
        self.show_found(found)

    def show_found(self, found: Iterable[EngineOpinion]) -> None:
        """Show what was found."""
        for opinion in found:
            if switch := self.switches.get(opinion.engine):
                switch.found = opinion
        self.retranslate()

    def value(self) -> tuple[str, ...]:
        """Return the engines that are switched on, by their ids, in a fixed order."""
        return tuple(engine for engine, switch in self.switches.items() if switch.box.isChecked())

    def set_value(self, engines: Collection[str]) -> None:
        """Switch these on and the others off."""
        for engine, switch in self.switches.items():
            switch.box.blockSignals(True)
            switch.box.setChecked(engine in engines)
            switch.box.blockSignals(False)
            switch.say()

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        for switch in self.switches.values():
            switch.say()


def found_words(opinion: EngineOpinion) -> str:
    """Return what was found of an engine, in words."""
    match opinion.status:
        case EngineStatus.ABSENT if opinion.engine == "clamav":
            return _("Not found on this computer, nor in the folder “clamav” beside MedScan.")
        case EngineStatus.ABSENT:
            return _("Not found on this computer.")
        case EngineStatus.DISABLED:
            return _("Switched off on this computer.")
        case EngineStatus.UNUSABLE if opinion.reason is not None:
            return shown(current().sentence(opinion.reason), _LONGEST)
        case EngineStatus.UNUSABLE:
            return _("Found, and cannot be used.")
    version = _("Version {version}").format(version=shown(opinion.version, 60) or _("unknown"))
    signatures = _("Signatures: {facts}.").format(facts=shown(signature_words(opinion), 120))
    said = _("{version} ({tool}).").format(version=version, tool=shown(opinion.tool, 40)) + " " + signatures
    if opinion.status is EngineStatus.STALE:
        said += " " + _("They are too old to rule out recent threats: update them at the station.")
    return said
