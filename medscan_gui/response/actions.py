"""The record of an action: its beginning, and what it says of an entry; the same for all kinds."""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ActionStop, ItemResult
from medscan_gui.core.device import Device, Target
from medscan_gui.core.messages import Message
from medscan_gui.core.names import one_line
from medscan_gui.core.quarantine import VaultEntry
from medscan_gui.core.record import local_offset_min, timestamp
from medscan_gui.services import Services
from medscan_gui.store.ids import time_ordered_id


def action_stub(
    services: Services,
    kind: ActionKind,
    *,
    device: Device,
    target: Target,
    operator: str,
    wanted: int,
    scan_id: str = "",
    reason: str = "",
    destination: str = "",
    items: tuple[ActionItem, ...] = (),
) -> ActionRecord:
    """Return the record of an action that begins now, as it stays if it is cut off."""
    now = datetime.now(UTC)
    return ActionRecord(
        id=time_ordered_id(now),
        kind=kind,
        started=timestamp(now),
        utc_offset_min=local_offset_min(now),
        scan_id=scan_id,
        device=device,
        target=target,
        operator=one_line(operator),
        reason=one_line(reason),
        kit=services.settings.current.kit,
        host=services.host,
        destination=destination,
        wanted=wanted,
        items=items,
    )


def ended(stub: ActionRecord, stop: ActionStop, items: Iterable[ActionItem]) -> ActionRecord:
    """Return the record of an action that ends now."""
    return msgspec.structs.replace(stub, ended=timestamp(datetime.now(UTC)), stop=stop, items=tuple(items))


def by_device(entries: Iterable[VaultEntry]) -> Iterable[list[VaultEntry]]:
    """Return the entries in groups of one device and place each: one action is about one of them."""
    groups: dict[tuple[str, bytes], list[VaultEntry]] = {}
    for entry in entries:
        groups.setdefault((entry.device.id, msgspec.json.encode(entry.target)), []).append(entry)
    return groups.values()


def item_of(entry: VaultEntry, result: ItemResult, *, why: Message | None = None, place: bytes = b"") -> ActionItem:
    """Return what an action says of an entry."""
    facts = entry.facts
    return ActionItem(
        chain=(facts.path,), result=result, entry=entry.id, sha256=facts.sha256, size=facts.size, why=why, place=place
    )
