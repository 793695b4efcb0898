"""Which programs a command line of Linux starts, as far as its text tells."""

import re
from collections.abc import Iterator

from medscan_gui.engine.live.autostart.shell_words import commands, without_assignments

#: Programs that run the file, or the text, that they are given.
_INTERPRETER = re.compile(
    rb"(ba|da|a|z|k|mk|c|tc|fi)?sh|busybox|(python|pypy|perl|ruby|php|lua|node|nodejs|tclsh|wish|guile)[\d.]*"
    rb"|pwsh|mono|wine\d*|java|gjs|awk|gawk|mawk|expect|ld-linux[\w.-]*|ld\.so"
)
#: Programs that start the program behind them.
_STARTER = re.compile(
    rb"sudo|doas|env|nice|ionice|chrt|taskset|nohup|setsid|timeout|stdbuf|exec|command|builtin|eval|time|unshare|nsenter"
    rb"|chroot|setpriv|runuser|su|flock|start-stop-daemon|daemon|dbus-run-session|dbus-launch|systemd-cat"
    rb"|systemd-run|xargs|chpst|softlimit|run-parts|trap|watch|cgexec|firejail|bwrap|setarch|prlimit|catchsegv"
)
#: Their options that are followed by the program or the command.
_PROGRAM_OPTIONS = frozenset({b"--exec", b"-x", b"--startas", b"-a", b"--command", b"-c", b"-lc", b"-jar"})
_SOURCES = frozenset({b".", b"source"})
_PRELOADS = (b"LD_PRELOAD=", b"LD_AUDIT=")
#: Commands within commands (sh -c '...').
_DEEPEST = 4
#: Words behind a starter that are tried.
_TRIED = 12


def programs(text: bytes, *, depth: int = 0) -> Iterator[bytes]:
    """Yield the words of a command text that name what it starts or loads, likely ones first; not all of them exist."""
    for words in commands(text):
        assignments, command = without_assignments(words)
        for assignment in assignments:
            yield from preloaded(assignment)
        if command:
            yield from _of_command(command, depth)


def preloaded(assignment: bytes) -> Iterator[bytes]:
    """Yield the libraries that an assignment makes every program load."""
    for name in _PRELOADS:
        _, found, value = assignment.partition(name)
        if found:
            yield from re.split(rb"[\s:]+", value.strip(b"\"' "))


def _of_command(command: list[bytes], depth: int) -> Iterator[bytes]:
    name, arguments = command[0], command[1:]
    if name in _SOURCES:
        yield from arguments[:1]
        return
    yield name
    base = name.rpartition(b"/")[2]
    if _INTERPRETER.fullmatch(base):
        yield from _of_interpreter(arguments, depth)
    elif _STARTER.fullmatch(base):
        yield from _of_starter(arguments, depth)


def _of_interpreter(arguments: list[bytes], depth: int) -> Iterator[bytes]:
    for place, argument in enumerate(arguments):
        if argument.startswith(b"-"):
            if argument in _PROGRAM_OPTIONS or re.fullmatch(rb"-[a-z]*c", argument):
                yield from _text(arguments[place + 1 : place + 2], depth)
                return
            continue
        yield argument
        if b"/" in argument or place:
            return


def _of_starter(arguments: list[bytes], depth: int) -> Iterator[bytes]:
    for place, argument in enumerate(arguments[:_TRIED]):
        if argument in _PROGRAM_OPTIONS:
            yield from _text(arguments[place + 1 : place + 2], depth)
        elif _begins_command(argument) and depth < _DEEPEST:
            yield from _of_command(arguments[place:], depth + 1)
            return
        elif not argument.startswith(b"-"):
            yield argument  # a program by its mere name, or what belongs to an option


def _begins_command(word: bytes) -> bool:
    base = word.rpartition(b"/")[2]
    return word.startswith(b"/") or bool(_INTERPRETER.fullmatch(base) or _STARTER.fullmatch(base))


def _text(arguments: list[bytes], depth: int) -> Iterator[bytes]:
    for argument in arguments:
        if depth < _DEEPEST:
            yield from programs(argument, depth=depth + 1)
