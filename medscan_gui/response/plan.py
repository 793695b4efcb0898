"""What a clean-up would do, before anything is done: which files, which of them cannot be removed, and why."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from medscan_gui.core.device import Device, Target
from medscan_gui.core.finding import FileIdentity, Finding
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import path_of, shown_raw
from medscan_gui.core.policy import CardOrigin
from medscan_gui.core.record import ScanRecord, moment_of
from medscan_gui.core.words import Fate, Place, TargetKind
from medscan_gui.response.media import device_of
from medscan_gui.response.protected import Protection
from medscan_gui.services import Services, card_in_force
from medscan_gui.system.volumes import target_for_path

#: A result older than this is scanned again before anything is removed.
_FRESH = timedelta(days=1)


class CleanUpRefusedError(MedScanError):
    """No clean-up is offered for this result: its sentence says why, and what to do."""


class PlannedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file that holds threats. `findings` are indexes into the record's findings; `size` is in bytes."""

    path: bytes
    findings: tuple[int, ...]
    #: Content that must still be there, as SHA-256; "" if the scan could not tell.
    content: str
    #: The very file that was scanned; None if the scan could not tell.
    identity: FileIdentity | None = None
    size: int = 0
    #: Why it will not be removed; None if it can be tried.
    obstacle: Message | None = None
    #: The threats are inside an archive or document, which is taken whole.
    members: bool = False

    @property
    def where(self) -> str:
        """Where the file lies, escaped for showing."""
        return shown_raw(self.path)


class CleanUpPlan(msgspec.Struct, frozen=True):
    """Every file of a clean-up, in the order of their places."""

    files: tuple[PlannedFile, ...]

    @property
    def removable(self) -> tuple[PlannedFile, ...]:
        """The files whose removal will be tried."""
        return tuple(file for file in self.files if file.obstacle is None)


def check_card(services: Services, device: Device, target: Target) -> None:
    """Raise CleanUpRefusedError if the policy card in force allows no clean-up of this device. Raises MedScanError."""
    in_force = card_in_force(services, device, target)
    if not in_force.card.clean_up:
        own = in_force.origin is CardOrigin.DEVICE_DEFAULT
        raise CleanUpRefusedError(Message.of("clean_up.detect_only_default" if own else "clean_up.detect_only"))
    if len(target.paths) > 1 and not target.removable and any(map(_is_removable, target.paths)):
        raise CleanUpRefusedError(Message.of("clean_up.several_media"))


def _is_removable(path: bytes) -> bool:
    return target_for_path(path_of(path)).removable


def check_cards(services: Services, record: ScanRecord) -> None:
    """Check the card as it is today, for the device as it was scanned and as it is known today.

    Raises CleanUpRefusedError, MedScanError.
    """
    check_card(services, record.device, record.target)
    today = services.journal.device(record.device.id)
    if today is not None:
        check_card(services, today, record.target)


def refusal(services: Services, record: ScanRecord) -> Message | None:
    """Return why no clean-up is offered for this result; None if it may be."""
    try:
        return _refusal(services, record)
    except MedScanError as error:
        return error.message


def _refusal(services: Services, record: ScanRecord) -> Message | None:
    places = {found.place for found in record.findings if found.fate is Fate.IN_PLACE}
    if Place.FILE not in places:
        return Message.of("clean_up.no_files" if places else "clean_up.nothing_to_remove")
    if services.journal.read_only or not record.evidence.committed:
        return Message.of("clean_up.no_journal")
    if services.journal.latest_scan(record.device.id, record.target) != record.id or _is_old(record):
        return Message.of("clean_up.not_latest")
    check_cards(services, record)
    return _place_refusal(services, record)


def _is_old(record: ScanRecord) -> bool:
    """Say whether too much may have happened since this scan; a clock that was set counts as well."""
    begun = moment_of(record.started)
    return begun is None or abs(datetime.now(UTC) - begun) > _FRESH


def _place_refusal(services: Services, record: ScanRecord) -> Message | None:
    """Return why the quarantine cannot lie where it would: it must leave with the operator, not stay on the device."""
    paths = services.paths
    on_a_key = paths.mode == "portable" and not paths.portable_read_only
    if record.target.kind is TargetKind.COMPUTER and not on_a_key:
        return Message.of("clean_up.quarantine_on_device")
    volume = services.vault.holds_device
    if any(device_of(place) == volume for place in record.target.paths):
        return Message.of("clean_up.quarantine_on_device")
    return None


def plan(services: Services, record: ScanRecord, chosen: Sequence[int] | None = None) -> CleanUpPlan:
    """Return what cleaning up would do. `chosen`: indexes into the record's findings; None means all in place.

    Only files are removed: what was found in memory, in an autostart entry or in sectors is no part of any plan.
    Reads nothing but what tells an operating system's volume. Raises CleanUpRefusedError for a number that the record
    does not have, MedScanError if the journal cannot say which policy card is in force.
    """
    card = card_in_force(services, record.device, record.target).card
    indexes = range(len(record.findings)) if chosen is None else chosen
    grouped: dict[bytes, list[int]] = {}
    for index in indexes:
        if not 0 <= index < len(record.findings):
            raise CleanUpRefusedError(Message.of("clean_up.no_such_threat", number=index))
        if record.findings[index].fate is Fate.IN_PLACE and record.findings[index].place is Place.FILE:
            grouped.setdefault(record.findings[index].chain[0], []).append(index)
    protection = Protection(record.target, card)
    files = []
    for path in sorted(grouped):
        found = tuple(record.findings[index] for index in grouped[path])
        contents = {one.content for one in found}
        identities = {one.identity for one in found}
        files.append(
            PlannedFile(
                path=path,
                findings=tuple(grouped[path]),
                content=min(contents),
                identity=found[0].identity,
                size=max((one.size for one in found if len(one.chain) == 1), default=0),
                obstacle=_obstacle(contents, identities) or protection.why(path),
                members=_is_container(found),
            )
        )
    return CleanUpPlan(tuple(files))


def _obstacle(contents: set[str], identities: set[FileIdentity | None]) -> Message | None:
    if "" in contents or None in identities:
        return Message.of("clean_up.content_unknown")
    return Message.of("clean_up.changed_in_scan") if len(contents) > 1 or len(identities) > 1 else None


def _is_container(found: Iterable[Finding]) -> bool:
    return any(len(one.chain) > 1 for one in found)
