"""`medscan journal`: read, check, report again."""

import argparse
import sys

import msgspec

from medscan_gui.cli import exit_codes
from medscan_gui.cli.output import say, write
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.text import _, current
from medscan_gui.export.saving import write_whole
from medscan_gui.session import Services, open_services
from medscan_gui.store.journal import NoJournal
from medscan_gui.system.paths import Paths


def journal_command(options: argparse.Namespace, paths: Paths) -> int:
    """Run one action on the journal and return the exit code."""
    services = open_services(paths)
    try:
        if isinstance(services.journal, NoJournal):
            raise MedScanError(services.journal.problem)
        if options.action == "list":
            return _list(services, options)
        if options.action == "verify":
            return _verify(services)
        return _report(services, options)
    finally:
        services.close()


def _list(services: Services, options: argparse.Namespace) -> int:
    words = current()
    for scan in services.journal.scans(search=options.search, limit=options.limit):
        if options.json:
            write(msgspec.json.encode(scan) + b"\n")
        else:
            light = words.sentence_of(f"light.{scan.light}")
            say(f"{scan.started}  {light:<10}  {scan.device.title or '-':<24}  {scan.target}  {scan.id}")
    return exit_codes.BLUE


def _verify(services: Services) -> int:
    report = services.journal.verify()
    if report.ok:
        say(
            _("The journal is intact: {entries} entries, code {code}.").format(
                entries=report.entries, code=report.head_code
            )
        )
        return exit_codes.BLUE
    say(
        _("The journal was altered: entry {number} does not fit the one before it.").format(
            number=report.first_bad_sequence
        )
    )
    return exit_codes.AMBER


def _report(services: Services, options: argparse.Namespace) -> int:
    try:
        write_whole(options.file, services.report_of(services.journal.record(options.scan)))
    except MedScanError as error:
        print(current().sentence(error.message), file=sys.stderr)  # noqa: T201
        return exit_codes.CANNOT_WRITE
    say(_("Report written: {file}").format(file=options.file))
    return exit_codes.BLUE
