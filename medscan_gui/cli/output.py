"""What the command line prints on its standard output."""

import sys


class OutputError(Exception):
    """The standard output is closed, or what reads it went away."""


def say(line: str = "") -> None:
    """Print one line. Raises OutputError."""
    try:
        print(line, flush=True)  # noqa: T201  # this is the command line
    except (OSError, ValueError) as error:  # ValueError: the stream was closed
        raise OutputError from error


def write(data: bytes) -> None:
    """Write bytes as they are. Raises OutputError, also if there is no standard output at all."""
    if sys.stdout is None:
        raise OutputError
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        raise OutputError from error
