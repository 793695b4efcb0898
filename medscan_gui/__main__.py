"""Starts MedScan: picks the role before anything heavy is imported.

Three roles share one program: the window, the command line, and the engine processes that the
other two start. An engine process must not load Qt, and a window must not load libyara.
"""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medscan_gui.system.paths import Paths


def main(arguments: list[str]) -> int:
    """Run the role that the arguments ask for and return the exit code."""
    if arguments[:1] == ["--engine"]:
        from medscan_gui.engine.child import main as engine_main

        return engine_main(arguments[1:])
    from medscan_gui.cli.main import main as command_main

    return command_main(arguments, _open_window)


def _open_window(paths: "Paths", language: str | None) -> int:
    from medscan_gui.gui.app import run

    return run(paths, language)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
