"""`medscan cards`: the policy cards of devices and models, listed, shown, imported and exported."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from medscan_gui.cli import exit_codes
from medscan_gui.cli.output import say, write
from medscan_gui.core.device import Device
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown
from medscan_gui.core.policy import CardInForce, CardOrigin, PolicyCard, StoredCard, summary
from medscan_gui.core.text import _, current, ngettext_
from medscan_gui.export.saving import write_whole
from medscan_gui.response import cards_csv, cards_toml
from medscan_gui.response.card_fields import card_values
from medscan_gui.response.cards import (
    CardChange,
    CardLine,
    CardsFileError,
    Fault,
    apply,
    device_identity,
    known_lines,
    plan,
)
from medscan_gui.response.cards_file import read_file
from medscan_gui.services import Services, open_services
from medscan_gui.store.index_values import key_of
from medscan_gui.store.journal import NoJournal
from medscan_gui.system.paths import Paths


def cards_command(options: argparse.Namespace, paths: Paths) -> int:
    """Run one action on the cards and return the exit code."""
    if options.action == "template":
        return _write(options, cards_toml.template(current()))
    services = open_services(paths)
    try:
        if isinstance(services.journal, NoJournal):
            raise MedScanError(services.journal.problem)
        return _ACTIONS[options.action](services, options)
    finally:
        services.close()


# --- reading ---------------------------------------------------------------------------------------


def _list(services: Services, options: argparse.Namespace) -> int:
    due = {known.device.id: known.next_scan for known in services.journal.devices()}
    for stored in services.journal.cards():
        if stored.card is None:
            continue
        device = services.journal.device(stored.device_id) if stored.device_id else None
        if options.json:
            write(msgspec.json.encode({"device": device, **msgspec.to_builtins(stored)}) + b"\n")
        else:
            origin = CardOrigin.DEVICE if stored.device_id else CardOrigin.MODEL
            line = _line(CardInForce(card=stored.card, origin=origin), due.get(stored.device_id, ""))
            say(f"{_whose(stored, device):<32}  {line}")
    return exit_codes.BLUE


def _whose(stored: StoredCard, device: Device | None) -> str:
    if not stored.device_id:
        return shown(f"{stored.make} {stored.model}".strip(), 60)
    if device is None:
        return shown(stored.device_id, 60)
    return shown(" ".join(dict.fromkeys(filter(None, (device.asset_number, device.title)))) or device.id, 60)


def _line(in_force: CardInForce, due: str = "") -> str:
    words = current()
    return " · ".join(words.sentence(message) for message in summary(in_force, due))


def _show(services: Services, options: argparse.Namespace) -> int:
    if options.model:
        make, model = options.model
        stored = services.journal.card_of_model(make, model)
        if stored is None or stored.card is None:
            return _refuse(Message.of("cards.no_card_of_model", model=shown(f"{make} {model}", 100)))
        say(_comment(_("The card of all devices of this model.")))
        return _print(stored.card, {"make": stored.make, "model": stored.model})
    device = _device(services, options.device)
    own = services.journal.card_of(device.id)
    if own and own.card:
        say(_comment(_("The device’s own card.")))
        return _print(own.card, device_identity(device))
    of_model = services.journal.card_of_model(device.make, device.model) if device.make and device.model else None
    if of_model and of_model.card:
        say(_comment(_("The device has no card of its own; it follows the one of its model.")))
        return _print(of_model.card, {"make": of_model.make, "model": of_model.model})
    return _refuse(Message.of("cards.no_card_of_device", device=shown(device.title or device.id, 100)))


def _comment(text: str) -> str:
    return f"# {text}"


def _print(card: PolicyCard, identity: dict[str, str]) -> int:
    say(_comment(_line(CardInForce(card=card, origin=CardOrigin.DEVICE))))
    write(cards_toml.write_toml(CardLine(0, identity, card_values(card))))
    return exit_codes.BLUE


def _device(services: Services, text: str) -> Device:
    """Return the device that was meant. Raises MedScanError."""
    journal = services.journal
    found = journal.device(text) or journal.find_device(asset_number=text, serial=text)
    if found:
        return found
    named = [known.device for known in journal.devices() if text.strip() and key_of(known.device.name) == key_of(text)]
    if len(named) == 1:
        return named[0]
    code = "cards.several_devices" if named else "cards.no_such_device"
    raise MedScanError(Message.of(code, device=shown(text, 100)))


# --- files -----------------------------------------------------------------------------------------


def _import(services: Services, options: argparse.Namespace) -> int:
    try:
        changes = plan(services.journal, read_file(options.file))
    except CardsFileError as error:
        for fault in error.faults:
            print(_fault_line(fault), file=sys.stderr)  # noqa: T201
        _refuse(error.message)
        return exit_codes.AMBER
    for change in changes:
        say(_change_line(change))
    if options.dry_run:
        say(_("Nothing was changed: this was only a preview."))
        return exit_codes.BLUE
    count = apply(services.journal, changes, operator=options.operator, now=datetime.now(UTC))
    say(ngettext_("Imported: {count} line changed something.", "Imported: {count} lines changed something.", count)
        .format(count=count))  # fmt: skip
    return exit_codes.BLUE


def _fault_line(fault: Fault) -> str:
    what = current().sentence(fault.what)
    if fault.line and fault.column:
        return _("Line {line}, {column}: {fault}").format(line=fault.line, column=fault.column, fault=what)
    if fault.line:
        return _("Line {line}: {fault}").format(line=fault.line, fault=what)
    return _("{column}: {fault}").format(column=fault.column, fault=what) if fault.column else what


def _change_line(change: CardChange) -> str:
    return f"{change.title:<32}  {_what_changes(change)}"


def _what_changes(change: CardChange) -> str:
    if not change.changes:
        return _("no change")
    said = []
    if change.is_new_device:
        said.append(_("new device"))
    elif change.device_fields:
        said.append(_("device: {fields}").format(fields=", ".join(change.device_fields)))
    if change.after is None and change.before is not None:
        said.append(_("card taken away"))
    elif change.before is None and change.after is not None:
        said.append(_("new card: {line}").format(line=_line(CardInForce(card=change.after, origin=CardOrigin.DEVICE))))
    elif change.fields:
        said.append(_("card: {fields}").format(fields=", ".join(change.fields)))
    return "; ".join(said)


def _export(services: Services, options: argparse.Namespace) -> int:
    # The spreadsheets of a language know one of the two.
    delimiter = "," if current().language.startswith("en") else ";"
    lines = known_lines(services.journal, devices=options.devices)
    return _write(options, cards_csv.write_csv(lines, delimiter=delimiter))


def _write(options: argparse.Namespace, content: bytes) -> int:
    """Write the file asked for; one that exists only with --force."""
    try:
        if not options.force and options.file.exists():
            raise MedScanError(Message.of("cards.exists", file=shown(str(options.file), 300)))  # noqa: TRY301
        write_whole(options.file, content)
    except MedScanError as error:
        _refuse(error.message)
        return exit_codes.CANNOT_WRITE
    say(_("Written: {file}").format(file=shown(str(options.file), 300)))
    return exit_codes.BLUE


def _refuse(message: Message) -> int:
    print(current().sentence(message), file=sys.stderr)  # noqa: T201
    return exit_codes.UNAVAILABLE


_ACTIONS: dict[str, Callable[[Services, argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "import": _import,
    "export": _export,
}
