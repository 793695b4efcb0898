"""`medscan quarantine`: list what was removed, put it back, destroy it, hand it to the security team."""

import argparse
import sys

import msgspec

from medscan_gui.cli import exit_codes
from medscan_gui.cli.items import item_line
from medscan_gui.cli.output import say, write
from medscan_gui.cli.progress import ProgressLine
from medscan_gui.cli.signals import cancelled_by_signals
from medscan_gui.core.action import ItemResult
from medscan_gui.core.events import CleanUpProgress, FileCleaned
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import raw_bytes, shown
from medscan_gui.core.quarantine import VaultEntry
from medscan_gui.core.text import current, ngettext_
from medscan_gui.response.quarantine import Done, Quarantine, QuarantineTask
from medscan_gui.response.recovery import open_recovered
from medscan_gui.store.vault import DamagedEntry
from medscan_gui.system.paths import Paths


def quarantine_command(options: argparse.Namespace, paths: Paths) -> int:
    """Run one action on the quarantine and return the exit code: 0 only if everything was done."""
    services = open_recovered(paths)
    try:
        quarantine = Quarantine(services)
        if options.action == "list":
            return _list(quarantine, as_json=options.json)
        if options.action == "export":
            task = quarantine.export(options.entries, options.file, options.password, operator=options.operator)
            return _run(task)
        if not options.yes:
            return _rehearse(quarantine, options)
        if options.action == "restore":
            folder = raw_bytes(str(options.to.absolute())) if options.to else None
            return _run(quarantine.restore(options.entries, operator=options.operator, folder=folder))
        return _run(quarantine.destroy(options.entries, operator=options.operator, reason=options.reason))
    finally:
        services.close()


def _list(quarantine: Quarantine, *, as_json: bool) -> int:
    words, damaged = current(), False
    for entry in quarantine.entries():
        damaged = damaged or isinstance(entry, DamagedEntry)
        if as_json:
            write(msgspec.json.encode(entry) + b"\n")
        elif isinstance(entry, DamagedEntry):
            say(f"{entry.id}  {words.sentence(entry.why)}")
        else:
            state = words.sentence_of(f"entry.{entry.state}")
            names = ", ".join(sorted({found.rule for found in entry.findings})[:3])
            device = shown(entry.device.title) or "-"
            say(f"{entry.id}  {shown(entry.taken)}  {state}  {device}  {shown(names)}  {entry.where}")
    return exit_codes.AMBER if damaged else exit_codes.BLUE


def _rehearse(quarantine: Quarantine, options: argparse.Namespace) -> int:
    """Say what would be done, and do nothing."""
    for entry_id in options.entries:
        entry = quarantine.entry(entry_id)
        why = _obstacle(quarantine, entry, options.action)
        say(f"{entry.id}  {entry.where}" + (f": {current().sentence(why)}" if why else ""))
    count = len(options.entries)
    if options.action == "restore":
        sentence = ngettext_(
            "{count} threat would be put back. Nothing was done; add --yes to do it.",
            "{count} threats would be put back. Nothing was done; add --yes to do it.",
            count,
        )
    else:
        sentence = ngettext_(
            "{count} sample would be destroyed for good. Nothing was done; add --yes to do it.",
            "{count} samples would be destroyed for good. Nothing was done; add --yes to do it.",
            count,
        )
    say(sentence.format(count=count))
    return exit_codes.USAGE


def _obstacle(quarantine: Quarantine, entry: VaultEntry, action: str) -> Message | None:
    return quarantine.why_not_restored(entry) if action == "restore" else quarantine.why_not_destroyed(entry)


def _run(task: QuarantineTask) -> int:
    line = ProgressLine(sys.stderr)
    done = Done(())
    with cancelled_by_signals(task.cancel):
        for event in task.events():
            match event:
                case CleanUpProgress():
                    line.clean_up(event)
                case FileCleaned():
                    line.clear()
                    say(item_line(event.item))
                case Done():
                    done = event
    line.clear()
    if done.save_error is not None:
        raise MedScanError(done.save_error)
    items = [item for action in done.actions for item in action.items]
    complete = all(item.result is ItemResult.DONE for item in items)
    return exit_codes.BLUE if complete else exit_codes.AMBER
