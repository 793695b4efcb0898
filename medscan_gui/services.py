"""What a scan and a clean-up stand on: places, settings, journal, quarantine. Opened once, shared by all."""

import logging
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

import msgspec

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.device import Device, HostIdentity, Target, default_device
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import one_line, shown
from medscan_gui.core.policy import DEVICE_CARD, MEDIUM_CARD, CardInForce, CardOrigin
from medscan_gui.store.journal import Journal, NoJournal
from medscan_gui.store.settings import SettingsStore
from medscan_gui.store.vault import Vault
from medscan_gui.system.host import host_identity
from medscan_gui.system.paths import Paths

log = logging.getLogger(__name__)

#: Name of the quarantine's folder, beside the journal: it leaves with the key.
VAULT_NAME = "quarantine"


@dataclass
class Services:
    """What the window and the command line open once."""

    paths: Paths
    settings: SettingsStore
    journal: Journal | NoJournal
    host: HostIdentity

    @cached_property
    def vault(self) -> Vault:
        """The quarantine on this key or station. Nothing is made on disk before it is used."""
        return Vault(self.paths.data_dir / VAULT_NAME)

    @property
    def reports_folder(self) -> Path:
        """The folder in which files are first offered to be saved."""
        chosen = self.settings.current.reports_dir
        return Path(chosen) if chosen else self.paths.reports_dir

    def close(self) -> None:
        """Close the journal. Safe to call twice."""
        self.journal.close()


def open_services(paths: Paths) -> Services:
    """Open settings and journal. A journal that cannot be opened does not stop anything.

    The journal then stands in as a `NoJournal` whose `problem` is the sentence to show.
    """
    settings = SettingsStore(paths)
    journal: Journal | NoJournal
    try:
        journal = Journal.open(paths.data_dir, removable=paths.mode == "portable")
    except MedScanError as error:
        journal = NoJournal(error.message)
    try:
        journal.recover_cut_off(datetime.now(UTC))
    except MedScanError as error:
        # Another MedScan is writing, say: the scans stay as begun, and the next start tries again.
        log.info("cut-off scans were not entered: %s", error)
    return Services(paths=paths, settings=settings, journal=journal, host=host_identity())


def device_for(services: Services, target: Target) -> Device:
    """Return the device of a target as the journal knows it, or as it is on first sight."""
    device = default_device(target, services.host)
    return services.journal.device(device.id) or device


def card_in_force(services: Services, device: Device, target: Target) -> CardInForce:
    """Return the policy card that a scan of this device follows. Raises MedScanError if the journal cannot say.

    Without a card, a removable medium that stands for itself may be cleaned. One that the operator names as
    part of another device (its disk, taken out) is that device: it is only looked at.
    """
    journal = services.journal
    of_device = journal.card_of(device.id)
    if of_device is not None and of_device.card is not None:
        return CardInForce(card=of_device.card, origin=CardOrigin.DEVICE)
    of_model = journal.card_of_model(device.make, device.model) if device.make and device.model else None
    if of_model is not None and of_model.card is not None:
        return CardInForce(card=of_model.card, origin=CardOrigin.MODEL)
    if target.removable and device.id == default_device(target, services.host).id:
        return CardInForce(card=MEDIUM_CARD, origin=CardOrigin.MEDIUM_DEFAULT)
    return CardInForce(card=DEVICE_CARD, origin=CardOrigin.DEVICE_DEFAULT)


def accepted_contents(services: Services) -> dict[str, Acceptance]:
    """Return what the hospital accepts today, by SHA-256. Raises MedScanError if the journal cannot say."""
    today = datetime.now().astimezone().date().isoformat()
    return {known.sha256: known for known in services.journal.acceptances() if known.counts_on(today)}


def accept_file(services: Services, acceptance: Acceptance) -> None:
    """Enter that the hospital accepts a content from the next scan on, or no longer does.

    Raises MedScanError if it does not say which content, who and why, or if the journal refuses.
    """
    cleaned = msgspec.structs.replace(
        acceptance,
        sha256=acceptance.sha256.strip().lower(),
        reason=one_line(acceptance.reason),
        person=one_line(acceptance.person),
    )
    if not _SHA256.fullmatch(cleaned.sha256):
        raise MedScanError(Message.of("accept.no_content"))
    if not cleaned.reason or not cleaned.person:
        raise MedScanError(Message.of("accept.no_reason"))
    if cleaned.until and not _is_day(cleaned.until):
        raise MedScanError(Message.of("accept.no_day", day=shown(cleaned.until, 40)))
    services.journal.accept(cleaned)


_SHA256 = re.compile(r"[0-9a-f]{64}")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
