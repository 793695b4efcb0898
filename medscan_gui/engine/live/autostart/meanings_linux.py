"""What the definitions of each kind of autostart entry of Linux start."""

import re
from collections.abc import Callable, Iterator

from medscan_gui.engine.live.autostart.programs_linux import preloaded, programs
from medscan_gui.engine.live.autostart.shell_words import commands

Meaning = Callable[[bytes], Iterator[bytes]]
"""Yields what a definition names as started or loaded; relative names are looked up as its kind does."""

_CONTINUED = re.compile(rb"\\\r?\n[ \t]*")
_EXEC = re.compile(rb"^[ \t]*Exec\w*[ \t]*=[ \t]*[-@:+!|]*(.+)$", re.MULTILINE)
_UNIT_VALUE = re.compile(rb"^[ \t]*(?:Environment|EnvironmentFile)[ \t]*=[ \t]*(.+)$", re.MULTILINE)
_DESKTOP = re.compile(rb"^[ \t]*(?:Exec|TryExec)[ \t]*=[ \t]*(.+)$", re.MULTILINE)
_FIELD_CODE = re.compile(rb"%[a-zA-Z]")
#: Five fields, or a name that begins with @; a user name may follow, and is then taken for a program that is not there.
_CRON = re.compile(rb"^[ \t]*(?:@\w+|(?:[\d*][\w*,/?LW#-]*[ \t]+){1,4}[\w*,/?LW#*-]+)[ \t]+(\S.*)$", re.MULTILINE)
_CRON_USER = re.compile(rb"[\w.-]+\$?[ \t]+(?=\S)")
_CRON_VALUE = re.compile(rb"^[ \t]*(LD_\w+[ \t]*=.*)$", re.MULTILINE)
_INITTAB = re.compile(rb"^[^#:\n]*:[^:\n]*:[^:\n]*:(.*)$", re.MULTILINE)
_UDEV = re.compile(rb'(?:RUN|PROGRAM|IMPORT)(?:\{(?:program|builtin)\})?\s*[+:]?==?\s*e?"((?:[^"\\]|\\.)*)"')
_MODPROBE = re.compile(rb"^[ \t]*(?:install|remove)[ \t]+\S+[ \t]+(.+)$", re.MULTILINE)


def of_unit(text: bytes) -> Iterator[bytes]:
    """Unit files of systemd (systemd.service(5))."""
    text = _CONTINUED.sub(b" ", text)
    for found in _EXEC.finditer(text):
        yield from programs(found[1])
    for found in _UNIT_VALUE.finditer(text):
        for words in commands(found[1]):
            for word in words:
                yield from preloaded(word)


def of_crontab(text: bytes) -> Iterator[bytes]:
    """Tables of cron (crontab(5)), with or without a user's name, or scripts."""
    if text.startswith(b"#!"):
        yield from of_script(text)
        return
    for found in _CRON.finditer(text):
        yield from programs(found[1])
        if user := _CRON_USER.match(found[1]):
            yield from programs(found[1][user.end() :])
    for found in _CRON_VALUE.finditer(text):
        yield from preloaded(found[1])


def of_script(text: bytes) -> Iterator[bytes]:
    """Scripts of shells; of others, the interpreter alone. Only what is named by its whole path."""
    first, _, _rest = text.partition(b"\n")
    if first.startswith(b"#!"):
        yield from programs(first[2:])
        if b"sh" not in first and b"openrc" not in first:
            return
    for name in programs(text):
        if name.startswith((b"/", b"~", b"$HOME/", b"${HOME}/")):
            yield name


def of_desktop(text: bytes) -> Iterator[bytes]:
    """Entries of desktops (freedesktop.org, desktop entry specification)."""
    for found in _DESKTOP.finditer(text):
        yield from programs(_FIELD_CODE.sub(b"", found[1]))


def of_list(text: bytes) -> Iterator[bytes]:
    """Lists of libraries that every program loads (ld.so(8))."""
    for line in text.split(b"\n"):
        yield from re.split(rb"[\s:]+", line.partition(b"#")[0].strip())


def of_environment(text: bytes) -> Iterator[bytes]:
    """Files of variables that every login gets."""
    for line in text.split(b"\n"):
        yield from preloaded(line)


def of_inittab(text: bytes) -> Iterator[bytes]:
    """The table of init (inittab(5))."""
    for found in _INITTAB.finditer(text):
        yield from programs(found[1])


def of_udev(text: bytes) -> Iterator[bytes]:
    """Rules of udev (udev(7))."""
    for found in _UDEV.finditer(text):
        yield from programs(found[1])


def of_modprobe(text: bytes) -> Iterator[bytes]:
    """Settings of modprobe (modprobe.d(5))."""
    for found in _MODPROBE.finditer(_CONTINUED.sub(b" ", text)):
        yield from programs(found[1])


def of_nothing(text: bytes) -> Iterator[bytes]:  # noqa: ARG001  # as the others
    """Definitions that name no file."""
    return iter(())


MEANINGS: dict[str, Meaning] = {
    "systemd": of_unit,
    "cron": of_crontab,
    "at": of_script,
    "inittab": of_inittab,
    "init": of_script,
    "rc": of_script,
    "profile": of_script,
    "session": of_script,
    "network": of_script,
    "update": of_script,
    "preload": of_list,
    "environment": of_environment,
    "desktop": of_desktop,
    "udev": of_udev,
    "modprobe": of_modprobe,
    "modules": of_nothing,
}

#: Where a name without a folder is looked up.
SEARCHED = (
    *(b"/usr/local/sbin", b"/usr/local/bin", b"/usr/sbin", b"/usr/bin", b"/sbin", b"/bin"),
    *(b"/usr/lib/udev", b"/lib/udev"),
)
