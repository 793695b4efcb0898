"""`medscan accept`: files that the hospital accepts although a signature matches them."""

import argparse
from datetime import UTC, datetime

import msgspec

from medscan_gui.cli import exit_codes
from medscan_gui.cli.output import say, write
from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.names import shown
from medscan_gui.core.record import timestamp
from medscan_gui.core.text import _
from medscan_gui.services import Services, accept_file, open_services
from medscan_gui.store.journal import NoJournal
from medscan_gui.system.paths import Paths


def accept_command(options: argparse.Namespace, paths: Paths) -> int:
    """Run one action on the accepted files and return the exit code."""
    services = open_services(paths)
    try:
        if isinstance(services.journal, NoJournal):
            raise MedScanError(services.journal.problem)
        if options.action == "list":
            return _list(services, as_json=options.json)
        withdrawn = options.action == "withdraw"
        accept_file(
            services,
            Acceptance(
                sha256=options.sha256,
                reason=options.reason,
                person=options.person,
                accepted=timestamp(datetime.now(UTC)),
                until="" if withdrawn else options.until,
                withdrawn=withdrawn,
            ),
        )
        say(_("Entered in the journal. It counts from the next scan on."))
        return exit_codes.BLUE
    finally:
        services.close()


def _list(services: Services, *, as_json: bool) -> int:
    for accepted in services.journal.acceptances():
        if as_json:
            write(msgspec.json.encode(accepted) + b"\n")
        else:
            until = _("until {day}").format(day=accepted.until) if accepted.until else _("without end")
            who, why, name = shown(accepted.person), shown(accepted.reason), shown(accepted.shown_name)
            say(f"{accepted.sha256}  {until}  {who}: {why}  {name}")
    return exit_codes.BLUE
