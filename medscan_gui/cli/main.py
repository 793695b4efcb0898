"""The command line: what it understands, and where each command goes."""

import argparse
import contextlib
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from medscan_gui import __version__
from medscan_gui.cli import exit_codes
from medscan_gui.cli.output import OutputError
from medscan_gui.core import text
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.text import _
from medscan_gui.system.paths import Paths, find_paths
from medscan_gui.system.resources import load_words, preferred_language

log = logging.getLogger(__name__)

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
            "73 the report could not be written."
        ),
    )
    parser.add_argument("--version", action="version", version=f"MedScan {__version__}")
    _add_common(parser, top=True)
    commands = parser.add_subparsers(dest="command", metavar=_("COMMAND"), parser_class=_Parser)

    scan = commands.add_parser("scan", help=_("scan folders or files without a window"))
    _add_common(scan, top=False)
    scan.add_argument("paths", nargs="+", type=_filled, metavar=_("PATH"), help=_("what to scan"))
    scan.add_argument("--report", type=_path, metavar=_("FILE.pdf"), help=_("write the PDF report to this file"))
    scan.add_argument("--json", action="store_true", help=_("print the whole record of the scan as JSON"))
    scan.add_argument("--device", default="", metavar=_("NAME"), help=_("name of the device the scan belongs to"))
    scan.add_argument("--asset", default="", metavar=_("NUMBER"), help=_("asset number of the device"))
    scan.add_argument("--department", default="", metavar=_("NAME"), help=_("department of the device"))
    scan.add_argument("--operator", default="", metavar=_("NAME"), help=_("who scans"))

    journal = commands.add_parser("journal", help=_("read, check or report from the journal"))
    _add_common(journal, top=False)
    actions = journal.add_subparsers(dest="action", required=True, metavar=_("ACTION"), parser_class=_Parser)
    listing = actions.add_parser("list", help=_("list the scans, newest first"))
    listing.add_argument("--search", default="", metavar=_("WORDS"), help=_("only scans that hold these words"))
    listing.add_argument("--limit", type=int, default=50, metavar="N", help=_("at most this many lines"))
    listing.add_argument("--json", action="store_true", help=_("print JSON lines"))
    actions.add_parser("verify", help=_("check that nothing was altered or removed in the journal"))
    report = actions.add_parser("report", help=_("write the PDF report of an earlier scan"))
    report.add_argument("scan", metavar=_("SCAN"), help=_("identifier of the scan, as listed"))
    report.add_argument("file", type=_path, metavar=_("FILE.pdf"), help=_("file to write"))
    for action in (listing, actions.choices["verify"], report):
        _add_common(action, top=False)
    return parser


def _early_value(arguments: list[str], option: str) -> str | None:
    """Find an option's value before the parser, whose own words depend on it, can be built. The last one counts."""
    value = None
    for position, argument in enumerate(arguments):
        if argument == option and position + 1 < len(arguments):
            value = arguments[position + 1]
        elif argument.startswith(option + "="):
            value = argument.partition("=")[2]
    return value


def use_language(paths: Paths, language: str | None) -> None:
    """Set the language of the words: the one asked for, else the settings', else the system's."""
    from medscan_gui.store.settings import SettingsStore

    wanted = language or SettingsStore(paths).current.language or preferred_language()
    try:
        text.use(load_words(paths, wanted))
    except MedScanError as error:
        print(text.current().sentence(error.message), file=sys.stderr)  # noqa: T201


def _utf8_output() -> None:
    # A frozen Windows program writes in the console's code page: names would be lost or crash.
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _start_log(paths: Paths) -> None:
    """Send log lines to the log file if it can be written; the screen is for the operator."""
    from logging.handlers import RotatingFileHandler

    try:
        paths.log_file.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            paths.log_file, maxBytes=2_000_000, backupCount=2, encoding="utf-8", errors="backslashreplace"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


#: Opens the window with the given places and language; returns the exit code. `__main__` provides it,
#: since the command line must not know Qt.
OpenWindow = Callable[[Paths, str | None], int]


def main(arguments: list[str], open_window: OpenWindow) -> int:
    """Run one command (or the window) and return its exit code."""
    _utf8_output()
    data_dir = _early_value(arguments, "--data-dir")
    language = _early_value(arguments, "--lang")
    paths: Paths | None = None
    try:
        paths = find_paths(Path(data_dir) if data_dir else None)
        use_language(paths, language if language in ("fr", "en") else None)
        options = build_parser().parse_args(arguments)
        _start_log(paths)
        return _dispatch(options, paths, open_window)
    except MedScanError as error:
        print(text.current().sentence(error.message), file=sys.stderr)  # noqa: T201
        return exit_codes.UNAVAILABLE
    except OutputError:
        _drop_output()
        return exit_codes.CANNOT_WRITE
    except Exception:
        log.exception("fault in MedScan")
        sentence = _("MedScan itself failed. Please send the log file to support: {file}")
        print(sentence.format(file=paths.log_file if paths else "-"), file=sys.stderr)  # noqa: T201
        return exit_codes.INTERNAL
    finally:
        logging.shutdown()


def _drop_output() -> None:
    """Send what is still buffered nowhere: the reader of our output went away (`| head`), or its disk is full."""
    if sys.stdout is not None:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(options: argparse.Namespace, paths: Paths, open_window: OpenWindow) -> int:
    if options.command == "scan":
        from medscan_gui.cli.scan import scan_command

        return scan_command(options, paths)
    if options.command == "journal":
        from medscan_gui.cli.journal import journal_command

        return journal_command(options, paths)
    if not _has_display():
        return _say_no_display()
    return open_window(paths, options.lang)


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _say_no_display() -> int:
    print(  # noqa: T201
        _(
            "There is no screen to open a window on. Without a window, MedScan does the same job like this:\n"
            "    {program} scan PATH --report report.pdf"
        ).format(program=PROGRAM if getattr(sys, "frozen", False) else "python3 dev.py run"),
        file=sys.stderr,
    )
    return exit_codes.UNAVAILABLE
