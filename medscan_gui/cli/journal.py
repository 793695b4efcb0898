"""`medscan journal`: read, check, report again."""

import argparse
import sys
from collections.abc import Iterator

import msgspec

from medscan_gui.cli import exit_codes
from medscan_gui.cli.output import say, write
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.text import _, current
from medscan_gui.export.saving import write_whole
from medscan_gui.response.recovery import open_recovered
from medscan_gui.response.reports import action_report, scan_report
from medscan_gui.services import Services
from medscan_gui.store.journal import ChainReport, NoJournal
from medscan_gui.system.paths import Paths


def journal_command(options: argparse.Namespace, paths: Paths) -> int:
    """Run one action on the journal and return the exit code."""
    services = open_recovered(paths)
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
    for line in _verified(report):
        say(line)
    return exit_codes.BLUE if report.ok and report.lists_agree else exit_codes.AMBER


def _verified(report: ChainReport) -> Iterator[str]:
    """Say what the check found and what to do; the sentences on the lists are the window's."""
    if not report.ok:
        yield _("The journal was altered: entry {number} does not fit the one before it.").format(
            number=report.first_bad_sequence
        )
        yield _(
            "Keep the file as it is, make a copy, and call IT security; compare the code {code} with the one on "
            "printed reports."
        ).format(code=report.head_code)
        return
    if report.lists_agree:
        yield _("The journal is intact: {entries} entries, code {code}.").format(
            entries=report.entries, code=report.head_code
        )
    elif report.lists_rebuilt:
        yield _(
            "The entries of the journal are intact, but its lists did not say what the entries say: somebody may have "
            "changed them. The lists were made again from the entries and are right now. "
            "Look at the lights again, and tell IT security."
        )
    else:
        yield _(
            "The entries of the journal are intact, but its lists do not say what the entries say, and the journal "
            "cannot be written to make them again. Do not rely on the lights in the lists; open each scan to see its "
            "record. Remove the write protection, verify again, and tell IT security."
        )


def _report(services: Services, options: argparse.Namespace) -> int:
    try:
        write_whole(options.file, _report_of(services, options.scan))
    except MedScanError as error:
        print(current().sentence(error.message), file=sys.stderr)  # noqa: T201
        return exit_codes.CANNOT_WRITE
    say(_("Report written: {file}").format(file=options.file))
    return exit_codes.BLUE


def _report_of(services: Services, number: str) -> bytes:
    """Return the report of a scan, or of an action, by its identifier."""
    try:
        record = services.journal.record(number)
    except MedScanError:
        return action_report(services, services.journal.action(number))
    return scan_report(services, record)
