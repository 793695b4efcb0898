"""Policy cards of a whole fleet: what a file asks for, what it would change, and the change itself.

A file is taken wholly or not at all: every fault of it is listed first, with its line. `cards_file` reads both
kinds: tables (`cards_csv`) and single cards (`cards_toml`); both give `CardLine`s.
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from medscan_gui.core.device import Device
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import TYPED_CHARACTERS, one_line, shown
from medscan_gui.core.policy import PolicyCard, StoredCard
from medscan_gui.core.record import timestamp
from medscan_gui.response.card_fields import IDENTITY, card_from, card_values
from medscan_gui.store.index_values import key_of
from medscan_gui.store.journal import Journal, NoJournal

#: Faults of one file that are told; more of them say nothing new.
MOST_FAULTS = 100
#: Fields of a device that a file may fill in.
_DEVICE_FIELDS = ("asset_number", "serial", "name", "department", "make", "model")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file. `line` counts from 1, 0 stands for the whole file."""

    line: int
    what: Message
    #: The column or key; "" for the whole line.
    column: str = ""


class CardsFileError(MedScanError):
    """A file of cards that was not taken, with all that is wrong in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        listed = sorted(faults, key=lambda fault: fault.line)
        super().__init__(Message.of("cards.file_refused", count=len(listed)))
        self.faults = tuple(listed[:MOST_FAULTS])


@dataclass(frozen=True)
class CardLine:
    """What one line of a table, or one TOML file, says.

    `values` holds the fields that the file has (types of JSON); others stay as they are. `remove`: the card is
    taken away.
    """

    line: int
    identity: dict[str, str]
    values: dict[str, Any]
    remove: bool = False


@dataclass(frozen=True)
class CardChange:
    """What one line changes. `device` None: the card is of all devices of `make` and `model`."""

    line: int
    make: str
    model: str
    device: Device | None
    #: The device as the journal knows it; None if it does not.
    device_before: Device | None
    before: PolicyCard | None
    after: PolicyCard | None

    @property
    def title(self) -> str:
        """Whose card it is, escaped for showing."""
        if self.device is None:
            return shown(f"{self.make} {self.model}".strip(), 100)
        return shown(" ".join(dict.fromkeys(filter(None, (self.device.asset_number, self.device.title)))), 100)

    @property
    def is_new_device(self) -> bool:
        """The journal does not know the device yet."""
        return self.device is not None and self.device_before is None

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the card's fields that differ."""
        before, after = (card_values(card or PolicyCard()) for card in (self.before, self.after))
        return tuple(name for name in after if after[name] != before[name])

    @property
    def device_fields(self) -> tuple[str, ...]:
        """Names of the device's fields that differ."""
        before = self.device_before or Device(id="")
        return tuple(
            name for name in _DEVICE_FIELDS if self.device and getattr(self.device, name) != getattr(before, name)
        )

    @property
    def changes(self) -> bool:
        """Anything would be entered in the journal."""
        return self.before != self.after or bool(self.device_fields) or self.is_new_device

    def stored(self, now: datetime, operator: str) -> StoredCard:
        """Return the card as the journal keeps it."""
        whose = {"device_id": self.device.id} if self.device else {"make": self.make, "model": self.model}
        return StoredCard(**whose, card=self.after, saved=timestamp(now), operator=one_line(operator))


# --- what a file would change ----------------------------------------------------------------------


def plan(journal: Journal | NoJournal, lines: Iterable[CardLine]) -> tuple[CardChange, ...]:
    """Return what the lines would change, each of them. Changes nothing. Raises CardsFileError, MedScanError."""
    changes: list[CardChange] = []
    faults: list[Fault] = []
    seen: dict[tuple[str, ...], int] = {}
    for line in lines:
        try:
            change = _change(journal, line)
            _note(seen, change, line)
            changes.append(change)
        except _LineError as error:
            faults.append(Fault(line.line, error.message))
    if faults:
        raise CardsFileError(faults)
    return tuple(changes)


class _LineError(MedScanError):
    """A line that cannot be followed."""


def _note(seen: dict[tuple[str, ...], int], change: CardChange, line: CardLine) -> None:
    """Note whose card the line holds. Raises _LineError if an earlier line held it."""
    for key in _keys(change, line):
        if key in seen:
            raise _LineError(Message.of("cards.twice", other=seen[key]))
    seen.update(dict.fromkeys(_keys(change, line), line.line))


def _keys(change: CardChange, line: CardLine) -> Iterator[tuple[str, ...]]:
    if change.device is None:
        yield "model", key_of(change.make), key_of(change.model)
        return
    yield "device", change.device.id
    if not line.identity.get("device"):
        field = "asset_number" if line.identity.get("asset_number", "").strip() else "serial"
        yield field, key_of(line.identity[field])


def _change(journal: Journal | NoJournal, line: CardLine) -> CardChange:
    identity = {name: line.identity.get(name, "").strip() for name in IDENTITY}
    if too_long := [name for name, value in identity.items() if len(value) > TYPED_CHARACTERS]:
        raise _LineError(Message.of("cards.identity_too_long", column=too_long[0], characters=TYPED_CHARACTERS))
    if identity["device"] or identity["asset_number"] or identity["serial"]:
        return _device_change(journal, line, identity)
    make, model = one_line(identity["make"]), one_line(identity["model"])
    if not (key_of(make) and key_of(model)) or identity["name"]:
        raise _LineError(Message("cards.nobody"))
    stored = journal.card_of_model(make, model)
    before = stored.card if stored else None
    return CardChange(line.line, make, model, None, None, before, _card_after(line, before))


def _device_change(journal: Journal | NoJournal, line: CardLine, identity: dict[str, str]) -> CardChange:
    known = _known_device(journal, identity)
    typed = {name: one_line(identity[name]) for name in _DEVICE_FIELDS if identity[name]}
    # A device keeps its number from one journal to the next: by it a stick or computer is known again.
    new = Device(id=one_line(identity["device"]) or str(uuid.uuid4()))
    device = msgspec.structs.replace(known or new, **typed)
    stored = journal.card_of(known.id) if known else None
    before = stored.card if stored else None
    return CardChange(line.line, device.make, device.model, device, known, before, _card_after(line, before))


def _known_device(journal: Journal | NoJournal, identity: dict[str, str]) -> Device | None:
    """Return the one device that all numbers of the line mean; None for one that is new."""
    by_id = journal.device(identity["device"]) if identity["device"] else None
    if identity["device"] and by_id is None and not any(identity[name] for name in ("asset_number", "serial", "name")):
        raise _LineError(Message.of("cards.unknown_device", device=shown(identity["device"], 60)))
    found = {by_id.id: by_id} if by_id else {}
    for field in ("asset_number", "serial"):
        if not identity[field] or (by_id and key_of(identity[field]) == key_of(getattr(by_id, field))):
            continue
        device = journal.find_device(**{field: identity[field]})
        # Makers give one serial number to several products: it is no proof against the hospital's own number.
        if device is not None and not (field == "serial" and _is_other(device, identity["asset_number"])):
            found[device.id] = device
    if len(found) > 1:
        raise _LineError(Message("cards.two_devices"))
    return next(iter(found.values()), None)


def _is_other(device: Device, asset_number: str) -> bool:
    return bool(asset_number and device.asset_number) and key_of(asset_number) != key_of(device.asset_number)


def _card_after(line: CardLine, before: PolicyCard | None) -> PolicyCard | None:
    if line.remove:
        return None
    return card_from(card_values(before or PolicyCard()) | line.values)


# --- the change ------------------------------------------------------------------------------------


def apply(journal: Journal | NoJournal, changes: Iterable[CardChange], *, operator: str, now: datetime) -> int:
    """Enter devices and cards in the journal; return how many lines changed anything. Raises MedScanError.

    Devices come first and the cards together, so that a failure leaves no card without its device.
    """
    wanted = tuple(change for change in changes if change.changes)
    for change in wanted:
        if change.device is not None and (change.device_fields or change.is_new_device):
            journal.save_device(change.device)
    journal.save_cards(change.stored(now, operator) for change in wanted if change.before != change.after)
    return len(wanted)


# --- what is there ---------------------------------------------------------------------------------


def known_lines(journal: Journal | NoJournal, *, devices: bool = False) -> tuple[CardLine, ...]:
    """Return every card that the journal has, as lines of a file: models first, then devices by their numbers.

    `devices`: also the devices that have no card of their own, to be filled in.
    """
    lines, with_card = [], set()
    for stored in journal.cards():
        if stored.card is None:
            continue
        identity = {"make": stored.make, "model": stored.model}
        if stored.device_id:
            with_card.add(stored.device_id)
            identity = device_identity(journal.device(stored.device_id) or Device(id=stored.device_id))
        lines.append(CardLine(0, identity, card_values(stored.card)))
    if devices:
        others = (summary.device for summary in journal.devices() if summary.device.id not in with_card)
        lines += [CardLine(0, device_identity(device), {}, remove=True) for device in others]
    return tuple(sorted(lines, key=_order))


def device_identity(device: Device) -> dict[str, str]:
    """Return what a file says of a device."""
    return {"device": device.id} | {name: getattr(device, name) for name in _DEVICE_FIELDS}


def _order(line: CardLine) -> tuple[bool, tuple[str, ...]]:
    names = ("asset_number", "serial", "name", "make", "model", "device")
    return "device" in line.identity, tuple(key_of(line.identity.get(name, "")) for name in names)
