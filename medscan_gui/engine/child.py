"""The engine's own processes: `medscan --engine scan`, `medscan --engine walk`, and `second`, which asks other engines.

Everything hostile is touched here and nowhere else. A child reads orders from its standard input and writes
messages to its standard output (`protocol`), and ends when its input does.
"""

import os
import sys
from collections.abc import Iterator

import msgspec

from medscan_gui.engine.hardening import harden, take_pipes

_READ = 1 << 20

#: Exit codes of a child; anything else is Python's own or a signal.
LEFT = 0
USAGE = 64
REFUSED = 65


def main(arguments: list[str]) -> int:
    """Run one role until the supervisor is done with it."""
    if len(arguments) != 1 or arguments[0] not in _ROLES:
        sys.stderr.write("the scan engine is started by MedScan itself\n")
        return USAGE
    harden()
    source, sink = take_pipes()
    try:
        code = _ROLES[arguments[0]](source, sink)
    except BrokenPipeError:
        code = LEFT  # the supervisor is gone: nobody is left to tell
    # Without Python's own good-bye: nothing here needs it, and the supervisor is waiting.
    os._exit(code)


def _scan(source: int, sink: int) -> int:
    from medscan_gui.engine.scan_role import scan

    return LEFT if scan(messages(source), sink) else REFUSED


def _walk(source: int, sink: int) -> int:
    from medscan_gui import __version__
    from medscan_gui.engine.protocol import PROTOCOL, Hello, Walk, line
    from medscan_gui.engine.walk import Walker

    def send(lines: bytes) -> None:
        send_all(sink, lines)

    send(line(Hello(PROTOCOL, __version__)))
    for order in messages(source):
        for message in msgspec.json.Decoder(Walk).decode_lines(order):
            Walker(message, send).run()
    return LEFT


def _second(source: int, sink: int) -> int:
    from medscan_gui.engine.second.role import ask

    ask(messages(source), lambda lines: send_all(sink, lines))
    return LEFT


_ROLES = {"scan": _scan, "walk": _walk, "second": _second}


def messages(source: int) -> Iterator[bytes]:
    """Yield what the supervisor has written, whole lines only, as much at once as there is; ends with the input."""
    parts: list[bytes] = []
    while part := os.read(source, _READ):
        whole, newline, rest = part.rpartition(b"\n")
        if not newline:
            parts.append(part)
            continue
        yield b"".join([*parts, whole])
        parts = [rest] if rest else []


def send_all(sink: int, lines: bytes) -> None:
    """Write lines to the supervisor. Raises BrokenPipeError when it is gone."""
    written = os.write(sink, lines)
    while written < len(lines):
        written += os.write(sink, lines[written:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
