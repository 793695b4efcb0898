"""The command line's grammar: every command, option and help text. Nothing heavy is imported here."""

import argparse
import sys
from pathlib import Path
from typing import Any, TypeAlias

from medscan_gui import __version__
from medscan_gui.cli import exit_codes
from medscan_gui.cli.cards_parser import add_cards_parser
from medscan_gui.cli.signatures_parser import add_signatures_parser
from medscan_gui.core.quarantine import USUAL_PASSWORD
from medscan_gui.core.text import _

#: What the program is called in its own examples.
PROGRAM = "medscan-console"


class _Parser(argparse.ArgumentParser):
    """Exits with our usage code. Takes no shortened options: `_early_value` must read the same as the parser."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options["allow_abbrev"] = False
        super().__init__(*arguments, **options)

    def error(self, message: str) -> "None":  # type: ignore[override]  # NoReturn: exit() below raises
        self.print_usage(sys.stderr)
        self.exit(exit_codes.USAGE, f"{self.prog}: {message}\n")


_Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"


def _filled(value: str) -> str:
    """Refuse an empty argument: an unset variable of a script must not mean the current folder."""
    if not value:
        raise argparse.ArgumentTypeError(_("must not be empty"))
    return value


def _path(value: str) -> Path:
    return Path(_filled(value))


def _add_common(parser: argparse.ArgumentParser, *, top: bool) -> None:
    # On a sub-command the default must not overwrite what stood before the command's name.
    default = None if top else argparse.SUPPRESS
    keep = _("keep journal and settings in this folder")
    parser.add_argument("--data-dir", type=_path, default=default, metavar=_("FOLDER"), help=keep)
    parser.add_argument("--lang", choices=("fr", "en"), default=default, help=_("language: French or English"))


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line, in the language in use."""
    parser = _Parser(
        prog=PROGRAM,
        description=_("Portable malware scanner for medical devices. Without a command, the window opens."),
        epilog=_(
            "Exit codes of a scan: 0 blue (no threat found), 1 red (threat found, someone must act), "
            "2 amber (the scan could not conclude), 3 green (threat found and removed). "
            "Other codes: 64 wrong usage, 69 something needed is missing, 70 fault in MedScan, "
            "73 the report could not be written, 77 not allowed on this device."
        ),
    )
    parser.add_argument("--version", action="version", version=f"MedScan {__version__}")
    _add_common(parser, top=True)
    commands = parser.add_subparsers(dest="command", metavar=_("COMMAND"), parser_class=_Parser)
    _add_scan(commands)
    _add_unlock(commands)
    _add_journal(commands)
    _add_quarantine(commands)
    _add_accept(commands)
    _add_engines(commands)
    add_cards_parser(commands, _add_common)
    add_signatures_parser(commands, _add_common)
    return parser


def _passwords_help() -> str:
    # On the command line itself they would be in the list of processes.
    return _("text file with passwords for locked archives, one on each line; - for standard input")


def _add_scan(commands: _Commands) -> None:
    scan = commands.add_parser("scan", help=_("scan folders or files without a window"))
    _add_common(scan, top=False)
    what = scan.add_mutually_exclusive_group(required=True)
    what.add_argument("paths", nargs="*", type=_filled, metavar=_("PATH"), default=[], help=_("what to scan"))
    what.add_argument(
        "--this-computer",
        action="store_true",
        help=_("scan this computer: its disks, running programs, autostart places and boot sectors"),
    )
    what.add_argument(
        "--quick",
        action="store_true",
        help=_("scan only the places of this computer where malware runs, starts and arrives"),
    )
    scan.add_argument("--report", type=_path, metavar=_("FILE.pdf"), help=_("write the PDF report to this file"))
    scan.add_argument("--json", action="store_true", help=_("print the whole record of the scan as JSON"))
    scan.add_argument("--device", default="", metavar=_("NAME"), help=_("name of the device the scan belongs to"))
    scan.add_argument("--asset", default="", metavar=_("NUMBER"), help=_("asset number of the device"))
    scan.add_argument("--department", default="", metavar=_("NAME"), help=_("department of the device"))
    scan.add_argument("--operator", default="", metavar=_("NAME"), help=_("who scans"))
    scan.add_argument("--passwords", type=_path, metavar=_("FILE"), help=_passwords_help())
    scan.add_argument(
        "--also",
        action="append",
        default=[],
        choices=SECOND_ENGINES,
        metavar=_("ENGINE"),
        help=_("ask this engine for a second opinion as well: clamav, defender"),
    )
    scan.add_argument(
        "--clean-up",
        action="store_true",
        help=_("move the threats found into the quarantine and check that they are gone"),
    )


def _add_unlock(commands: _Commands) -> None:
    unlock = commands.add_parser("unlock", help=_("read the locked files of a scan again, with passwords"))
    _add_common(unlock, top=False)
    unlock.add_argument("scan", type=_filled, metavar=_("SCAN"), help=_("identifier of the scan, as listed"))
    unlock.add_argument("--passwords", type=_path, required=True, metavar=_("FILE"), help=_passwords_help())
    unlock.add_argument("--operator", default="", metavar=_("NAME"), help=_("who scans"))
    unlock.add_argument("--report", type=_path, metavar=_("FILE.pdf"), help=_("write the PDF report to this file"))
    unlock.add_argument("--json", action="store_true", help=_("print the whole record of the scan as JSON"))


#: Second engines by their ids, as `core.opinion` names them.
SECOND_ENGINES = ("clamav", "defender")


def _add_engines(commands: _Commands) -> None:
    engines = commands.add_parser("engines", help=_("list the engines that can give a second opinion"))
    _add_common(engines, top=False)
    engines.add_argument(
        "--use",
        nargs="+",
        choices=(*SECOND_ENGINES, "none"),
        metavar=_("ENGINE"),
        help=_("ask these after each scan from now on: clamav, defender; or none"),
    )
    engines.add_argument("--json", action="store_true", help=_("print JSON lines"))


def _add_journal(commands: _Commands) -> None:
    journal = commands.add_parser("journal", help=_("read, check or report from the journal"))
    _add_common(journal, top=False)
    actions = journal.add_subparsers(dest="action", required=True, metavar=_("ACTION"), parser_class=_Parser)
    listing = actions.add_parser("list", help=_("list the scans, newest first"))
    listing.add_argument("--search", default="", metavar=_("WORDS"), help=_("only scans that hold these words"))
    listing.add_argument("--limit", type=int, default=50, metavar="N", help=_("at most this many lines"))
    listing.add_argument("--json", action="store_true", help=_("print JSON lines"))
    actions.add_parser("verify", help=_("check that nothing was altered or removed in the journal"))
    report = actions.add_parser("report", help=_("write the PDF report of an earlier scan or action"))
    report.add_argument("scan", metavar=_("SCAN"), help=_("identifier of the scan or action, as listed"))
    report.add_argument("file", type=_path, metavar=_("FILE.pdf"), help=_("file to write"))
    for action in (listing, actions.choices["verify"], report):
        _add_common(action, top=False)


def _add_quarantine(commands: _Commands) -> None:
    quarantine = commands.add_parser("quarantine", help=_("list, restore, destroy or export what was removed"))
    _add_below(quarantine)
    actions = quarantine.add_subparsers(dest="action", required=True, metavar=_("ACTION"), parser_class=_Parser)
    listing = actions.add_parser("list", help=_("list all entries of the quarantine"))
    listing.add_argument("--json", action="store_true", help=_("print JSON lines"))
    restore = actions.add_parser("restore", help=_("put files back, never over an existing one"))
    restore.add_argument("--to", type=_path, metavar=_("FOLDER"), help=_("restore into this folder instead"))
    destroy = actions.add_parser("destroy", help=_("delete samples for good"))
    destroy.add_argument("--reason", required=True, metavar=_("TEXT"), help=_("why they are destroyed"))
    export = actions.add_parser("export", help=_("write samples as an encrypted zip for analysis"))
    export.add_argument("file", type=_path, metavar=_("FILE.zip"), help=_("file to write; it must not exist"))
    export.add_argument("--password", default=USUAL_PASSWORD, help=_("password of the zip (default: infected)"))
    for action in (restore, destroy, export):
        action.add_argument("entries", nargs="+", metavar=_("ENTRY"), help=_("identifier of an entry, as listed"))
        action.add_argument("--operator", default="", metavar=_("NAME"), help=_("who does it"))
    for action in (restore, destroy):
        action.add_argument("--yes", action="store_true", help=_("do it; without this, only say what would be done"))
    for action in (listing, restore, destroy, export):
        _add_below(action)


def _add_accept(commands: _Commands) -> None:
    accept = commands.add_parser("accept", help=_("accept a file by its content, or list what is accepted"))
    _add_below(accept)
    actions = accept.add_subparsers(dest="action", required=True, metavar=_("ACTION"), parser_class=_Parser)
    listing = actions.add_parser("list", help=_("list the files that are accepted"))
    listing.add_argument("--json", action="store_true", help=_("print JSON lines"))
    add = actions.add_parser("add", help=_("accept this content from the next scan on"))
    add.add_argument("--until", default="", metavar=_("DATE"), help=_("last day, as 2027-05-31"))
    withdraw = actions.add_parser("withdraw", help=_("no longer accept this content"))
    for action in (add, withdraw):
        action.add_argument("sha256", metavar="SHA256", help=_("SHA-256 of the file, as reports show it"))
        action.add_argument("--reason", required=True, metavar=_("TEXT"), help=_("why"))
        action.add_argument("--person", required=True, metavar=_("NAME"), help=_("who decides it"))
    for action in (listing, add, withdraw):
        _add_below(action)


def _add_below(parser: argparse.ArgumentParser) -> None:
    _add_common(parser, top=False)
