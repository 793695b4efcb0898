"""`medscan scan`: one scan without a window, the same scan."""

import argparse
import sys
import uuid
from pathlib import Path

import msgspec

from medscan_gui.cli import exit_codes
from medscan_gui.cli.items import fate_line, item_line
from medscan_gui.cli.opinions import say_opinions
from medscan_gui.cli.output import say, write
from medscan_gui.cli.parser import PROGRAM
from medscan_gui.cli.progress import ProgressLine
from medscan_gui.cli.signals import cancelled_by_signals
from medscan_gui.core.device import Device, Target
from medscan_gui.core.events import (
    CleanUpProgress,
    FileCleaned,
    Finished,
    Preparing,
    Progress,
    ScanEvent,
    ThreatFound,
)
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import raw_bytes, shown
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _, current, ngettext_
from medscan_gui.core.words import Fate, Light, ScanDepth, TargetKind
from medscan_gui.export.advice import advice
from medscan_gui.export.formats import record_json
from medscan_gui.export.saving import write_whole
from medscan_gui.response.clean_up import CleanUpRequest, CleanUpSession
from medscan_gui.response.plan import CleanUpRefusedError, check_card
from medscan_gui.response.recovery import open_recovered
from medscan_gui.response.reports import scan_report
from medscan_gui.response.unlocking import UnlockingRefusedError, locked_files, passwords_of, unlock
from medscan_gui.session import ScanRefusedError, ScanRequest, ScanSession, Services, device_for
from medscan_gui.system.paths import Paths
from medscan_gui.system.volumes import system_targets, target_for_path

#: Lines of each list that are printed; the report and the record hold them all.
_LISTED = 20
#: Characters of a file of passwords that are read; more are too many passwords.
_PASSWORD_FILE = 1 << 20


def _target(paths: list[str]) -> Target:
    targets = [target_for_path(path) for path in paths]
    first = targets[0]
    if len(targets) == 1:
        return first
    raw = tuple(raw_bytes(str(Path(path).absolute())) for path in paths)
    volumes = {(target.volume_id, target.removable) for target in targets}
    if len(volumes) == 1 and first.volume_id:
        return msgspec.structs.replace(first, kind=TargetKind.FOLDER, paths=raw)
    return Target(kind=TargetKind.FOLDER, paths=raw)


def _computer(options: argparse.Namespace) -> Target | None:
    """This computer, if it is what was asked for."""
    if not (options.this_computer or options.quick):
        return None
    depth = ScanDepth.QUICK if options.quick else ScanDepth.FULL
    return msgspec.structs.replace(system_targets(), depth=depth)


def _device(services: Services, target: Target, options: argparse.Namespace) -> Device:
    """The device by its asset number if the journal knows it, else the target's own, with what was typed.

    A removable disk under an asset number that the journal does not know yet is a part of a new device, and not a
    stick that may be cleaned.
    """
    known = services.journal.find_device(asset_number=options.asset) if options.asset else None
    device = known or device_for(services, target)
    if known is None and options.asset and target.removable and not device.asset_number:
        device = Device(id=str(uuid.uuid4()))
    typed = {"name": options.device, "asset_number": options.asset, "department": options.department}
    return msgspec.structs.replace(device, **{field: value for field, value in typed.items() if value})


def scan_command(options: argparse.Namespace, paths: Paths) -> int:
    """Scan, clean up if that was asked for, print the verdict in words, write the report; returns the exit code."""
    services = open_recovered(paths)
    try:
        return _scan(services, options)
    except (ScanRefusedError, CleanUpRefusedError, UnlockingRefusedError) as error:
        print(current().sentence(error.message), file=sys.stderr)  # noqa: T201
        return exit_codes.NOT_ALLOWED
    finally:
        services.close()


def _scan(services: Services, options: argparse.Namespace) -> int:
    target = _computer(options) or _target(options.paths)
    device = _device(services, target, options)
    if options.clean_up:
        check_card(services, device, target)
    request = ScanRequest(
        target, device, options.operator, passwords=_passwords(options.passwords), also=tuple(options.also)
    )
    finished = _run(ScanSession(services, request), quiet=options.json)
    if options.clean_up and finished.record.light is Light.RED:
        finished = _clean_up(services, finished, options)
    return _tell(services, finished, options)


def unlock_command(options: argparse.Namespace, paths: Paths) -> int:
    """Read the locked files of an earlier scan again, with passwords; returns the exit code, as `scan_command`."""
    services = open_recovered(paths)
    try:
        record = services.journal.record(options.scan)
        session = unlock(services, record, _passwords(options.passwords), options.operator)
        return _tell(services, _run(session, quiet=options.json), options)
    except (ScanRefusedError, UnlockingRefusedError) as error:
        print(current().sentence(error.message), file=sys.stderr)  # noqa: T201
        return exit_codes.NOT_ALLOWED
    finally:
        services.close()


def _passwords(file: Path | None) -> tuple[str, ...]:
    """Read the passwords of a file, or of standard input. Raises UnlockingRefusedError."""
    if file is None:
        return ()
    try:
        if str(file) == "-":
            text = sys.stdin.read(_PASSWORD_FILE)
        else:
            with file.open(encoding="utf-8-sig") as stream:
                text = stream.read(_PASSWORD_FILE)
    except (OSError, UnicodeDecodeError) as error:
        raise UnlockingRefusedError(Message.of("unlock.file_not_read", file=shown(str(file), 200))) from error
    return passwords_of(text)


def _tell(services: Services, finished: Finished, options: argparse.Namespace) -> int:
    record = finished.record
    if options.json:
        write(record_json(record))
    else:
        _say_result(finished)
    code = exit_codes.BY_LIGHT[record.light]
    if options.report and not _write_report(services, finished, options.report, quiet=options.json):
        code = exit_codes.CANNOT_WRITE
    return code


def _clean_up(services: Services, scanned: Finished, options: argparse.Namespace) -> Finished:
    """Clean up what the scan found; the scan's own end if that is not possible, which is said."""
    try:
        request = CleanUpRequest(scanned.record, operator=options.operator)
        session = CleanUpSession(services, request)
    except MedScanError as error:
        print(current().sentence(error.message), file=sys.stderr)  # noqa: T201
        return scanned
    return _run(session, quiet=options.json)


def _run(session: ScanSession | CleanUpSession, *, quiet: bool) -> Finished:
    line = ProgressLine(sys.stderr)
    with cancelled_by_signals(session.cancel):
        try:
            for event in session.events():
                if isinstance(event, Finished):
                    return event
                _show(event, line, quiet=quiet)
        finally:
            line.clear()
    raise AssertionError("a scan always ends with Finished")


def _show(event: ScanEvent, line: ProgressLine, *, quiet: bool) -> None:
    match event:
        case Preparing():
            line.text(current().sentence(event.step))
        case Progress():
            line.progress(event)
        case CleanUpProgress():
            line.clean_up(event)
        case ThreatFound() if not quiet:
            line.clear()
            say(_("Threat: {name} in {place}").format(name=event.finding.rule, place=event.finding.where))
        case FileCleaned() if not quiet:
            line.clear()
            say(item_line(event.item))


def _say_result(finished: Finished) -> None:
    record, words = finished.record, current()
    told = advice(record)
    say()
    light = words.sentence_of(f"light.{record.light}")
    say(_("{light}: {sentence}").format(light=light, sentence=words.sentence(told.happened)))
    for reason in record.verdict.reasons:
        say(f"  - {words.sentence(reason)}")
    _say_threats(record)
    _say_problems(record)
    say_opinions(record.opinions)
    say()
    say(words.sentence(told.means))
    for step in told.next_steps:
        say(f"  > {words.sentence(step)}")
    if finished.save_error is not None:
        say()
        say(words.sentence(finished.save_error))
        say(_("Keep the report (--report) or the record (--json): the journal does not hold this scan."))


def _say_threats(record: ScanRecord) -> None:
    words = current()
    for found in record.findings[:_LISTED]:
        severity = words.sentence_of(f"severity.{found.severity}")
        threat = _("{name} ({severity}, rule by {author}): {place}")
        say("  ! " + threat.format(name=found.rule, severity=severity, author=shown(found.author), place=found.where))
        say(f"    SHA-256 {found.sha256}")
        if found.fate is not Fate.IN_PLACE or found.why is not None:
            say(f"    {fate_line(found)}")
    _say_left_out(record.evidence.threats_found - min(len(record.findings), _LISTED))


def _say_problems(record: ScanRecord) -> None:
    words = current()
    for problem in record.problems[:_LISTED]:
        outcome = words.sentence_of(f"outcome.{problem.outcome}")
        cause = words.sentence_of(f"cause.{problem.cause}") if problem.cause else ""
        template = _("{place}: {outcome} ({cause})") if cause else _("{place}: {outcome}")
        say("  ? " + template.format(place=problem.where, outcome=outcome, cause=cause))
    _say_left_out(record.coverage.items_not_read - min(len(record.problems), _LISTED))
    if locked := locked_files(record):
        count = len(locked)
        sentence = ngettext_(
            "{count} file is locked by a password. If you know it: {command}",
            "{count} files are locked by passwords. If you know them: {command}",
            count,
        )
        say("  " + sentence.format(count=count, command=f"{PROGRAM} unlock {record.id} --passwords FILE"))


def _say_left_out(count: int) -> None:
    if count > 0:
        say("    " + ngettext_("… and {count} more", "… and {count} more", count).format(count=count))


def _write_report(services: Services, finished: Finished, file: Path, *, quiet: bool) -> bool:
    try:
        write_whole(file, scan_report(services, finished.record, committed=finished.committed))
    except MedScanError as error:
        print(current().sentence(error.message), file=sys.stderr)  # noqa: T201
        return False
    if not quiet:
        say(_("Report written: {file}").format(file=file))
    return True
