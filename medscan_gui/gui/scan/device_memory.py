"""What the journal remembers of devices, asked beside the window's thread and put on the device card."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Slot

from medscan_gui.core.device import Device, Target, default_device
from medscan_gui.core.messages import MedScanError
from medscan_gui.gui.background import Errand
from medscan_gui.gui.scan.device_card import DeviceCard

if TYPE_CHECKING:
    from medscan_gui.session import Services

#: Words offered for one field at most.
_OFFERED = 500


class DeviceMemory(QObject):
    """Fills one device card: whose the target is, who an asset number is, what was typed before."""

    def __init__(self, card: DeviceCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._card = card
        self._services: Services | None = None
        self._target: Target | None = None
        self._errands: set[Errand] = set()
        card.asset_typed.connect(self._asset_typed)

    def set_services(self, services: "Services") -> None:
        """Begin to remember."""
        self._services = services
        self.settings_changed()
        self.refresh()
        if self._target is not None:
            self.follow(self._target)

    def settings_changed(self) -> None:
        """Propose the operator of the settings."""
        if self._services is not None:
            self._card.show_operator(self._services.settings.current.operator_default)

    def refresh(self) -> None:
        """Learn what the journal knows now."""
        if self._services is not None:
            self._ask(partial(_suggestions, self._services), "suggestions", self._suggestions_came)

    def follow(self, target: Target) -> None:
        """Show the device of this target: at once what is plain, then what the journal knows."""
        self._target = target
        if self._services is None:
            return
        from medscan_gui.session import device_for

        self._show(default_device(target, self._services.host))
        self._ask(partial(device_for, self._services, target), "device", partial(self._device_known, target))

    def _show(self, device: Device) -> None:
        if not device.department and self._services is not None:
            department = self._services.settings.current.department_default
            device = msgspec.structs.replace(device, department=department)
        self._card.show_device(device)

    def _device_known(self, target: Target, device: Device) -> None:
        if target == self._target:  # the operator may have chosen another one meanwhile
            self._show(device)

    def resolve(self, then: Callable[[], None]) -> None:
        """Make sure that a typed asset number that the journal knows is that device, and call `then`.

        Calls back at once if there is nothing to look up; a journal that does not answer changes nothing.
        """
        number = self._card.unknown_asset
        if self._services is None or not number:
            then()
            return
        work = partial(self._services.journal.find_device, asset_number=number)
        self._ask(work, "asset", self._asset_known, then)

    @Slot(str)
    def _asset_typed(self, _number: str) -> None:
        self.resolve(_nothing)

    def _asset_known(self, device: Device | None) -> None:
        if device is not None and self._card.fields["asset_number"].text().strip() == device.asset_number:
            self._card.show_device(device, replace=True)

    def _suggestions_came(self, suggestions: dict[str, tuple[str, ...]]) -> None:
        self._card.set_suggestions(suggestions)

    def _ask(
        self,
        work: Callable[[], object],
        name: str,
        answer: Callable[..., None],
        then: Callable[[], None] | None = None,
    ) -> None:
        errand = Errand(work, name, self)
        errand.done.connect(answer)
        errand.failed.connect(self._no_answer)
        errand.over.connect(self._errand_over)
        if then is not None:
            errand.over.connect(lambda _errand: then())
        self._errands.add(errand)
        errand.start()

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._errands)

    @Slot(object)
    def _no_answer(self, error: BaseException) -> None:
        # A journal that cannot be read says so in the window's notice; the fields just stay as they are.
        if not isinstance(error, MedScanError):
            raise error

    @Slot(object)
    def _errand_over(self, errand: Errand) -> None:
        self._errands.discard(errand)
        errand.deleteLater()


def _nothing() -> None:
    """Nothing follows."""


def _suggestions(services: "Services") -> dict[str, tuple[str, ...]]:
    journal = services.journal
    return {
        "asset_number": journal.suggestions("asset_number", limit=_OFFERED),
        "name": journal.suggestions("name", limit=_OFFERED),
        "department": journal.suggestions("department", limit=_OFFERED),
        "operator": journal.suggestions("operator", limit=_OFFERED),
    }
