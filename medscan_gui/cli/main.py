"""The command line: what it understands, and where each command goes."""

import argparse
import contextlib
import importlib
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from medscan_gui.cli import exit_codes
from medscan_gui.cli.output import OutputError
from medscan_gui.cli.parser import PROGRAM, build_parser
from medscan_gui.core import text
from medscan_gui.core.messages import MedScanError
from medscan_gui.core.text import _
from medscan_gui.system.paths import Paths, find_paths
from medscan_gui.system.resources import load_words, preferred_language

log = logging.getLogger(__name__)


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


#: Runs one command and returns its exit code.
Command = Callable[[argparse.Namespace, Paths], int]


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


#: The module and function of each command, imported when it is wanted.
_COMMANDS = {
    "scan": ("medscan_gui.cli.scan", "scan_command"),
    "unlock": ("medscan_gui.cli.scan", "unlock_command"),
    "journal": ("medscan_gui.cli.journal", "journal_command"),
    "quarantine": ("medscan_gui.cli.quarantine", "quarantine_command"),
    "accept": ("medscan_gui.cli.accept", "accept_command"),
    "engines": ("medscan_gui.cli.engines", "engines_command"),
    "cards": ("medscan_gui.cli.cards", "cards_command"),
    "signatures": ("medscan_gui.cli.signatures", "signatures_command"),
}


def _dispatch(options: argparse.Namespace, paths: Paths, open_window: OpenWindow) -> int:
    if options.command in _COMMANDS:
        module, function = _COMMANDS[options.command]
        command: Command = getattr(importlib.import_module(module), function)
        return command(options, paths)
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
