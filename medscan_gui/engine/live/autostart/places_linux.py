"""Autostart places of Linux: files of which each defines what starts by itself.

Only listed here, never opened: what they say is read by a worker. A file that is reached in two ways is one entry.
"""

import os
import re
import stat
from collections.abc import Iterator
from typing import NamedTuple

from medscan_gui.engine.live.autostart.rooted import shown_within, within
from medscan_gui.engine.live.listing import Listed, Seen, unlisted
from medscan_gui.engine.places import join
from medscan_gui.engine.protocol import OfAutostart

_UNITS = rb".*\.(service|timer|socket|path|mount|automount|swap|target)"
_ANY = rb"(?!\.).*(?<!~)(?<!\.dpkg-dist)(?<!\.rpmnew)"


class _Place(NamedTuple):
    """One file, or the files of one folder whose names fit `names`, with those of its folders of drop-ins."""

    kind: str
    path: bytes
    names: bytes = b""
    below: bytes = b""


_UNIT_FOLDERS = (
    *(b"/etc/systemd/system", b"/run/systemd/system", b"/usr/local/lib/systemd/system"),
    *(b"/usr/lib/systemd/system", b"/lib/systemd/system"),
    *(b"/etc/systemd/user", b"/run/systemd/user", b"/usr/local/lib/systemd/user", b"/usr/lib/systemd/user"),
)
_DROP_INS = rb".*\.d"

#: What starts for everybody.
_SYSTEM = (
    *(_Place("systemd", folder, _UNITS + rb"|.*\.conf", _DROP_INS) for folder in _UNIT_FOLDERS),
    _Place("cron", b"/etc/crontab"),
    _Place("cron", b"/etc/anacrontab"),
    _Place("cron", b"/etc/cron.d", _ANY),
    _Place("cron", b"/var/spool/cron/crontabs", _ANY),
    _Place("cron", b"/var/spool/cron", _ANY),
    *(
        _Place("cron", b"/etc/cron." + period, _ANY)
        for period in (b"hourly", b"daily", b"weekly", b"monthly", b"yearly")
    ),
    _Place("at", b"/var/spool/cron/atjobs", _ANY),
    _Place("at", b"/var/spool/at", _ANY),
    _Place("inittab", b"/etc/inittab"),
    _Place("init", b"/etc/init.d", _ANY),
    _Place("init", b"/etc/init", _ANY),
    _Place("rc", b"/etc/rc.local"),
    _Place("rc", b"/etc/rc.d/rc.local"),
    _Place("rc", b"/etc/boot.d", _ANY),
    _Place("profile", b"/etc/profile"),
    _Place("profile", b"/etc/profile.d", _ANY),
    *(_Place("profile", b"/etc/" + name) for name in (b"bash.bashrc", b"bashrc", b"zshenv", b"zprofile", b"zshrc")),
    _Place("profile", b"/etc/zsh", _ANY),
    _Place("preload", b"/etc/ld.so.preload"),
    _Place("environment", b"/etc/environment"),
    _Place("environment", b"/etc/environment.d", _ANY),
    _Place("environment", b"/etc/security/pam_env.conf"),
    _Place("desktop", b"/etc/xdg/autostart", rb".*\.desktop"),
    _Place("desktop", b"/usr/share/autostart", rb".*\.desktop"),
    _Place("session", b"/etc/X11/Xsession.d", _ANY),
    _Place("session", b"/etc/X11/xinit/xinitrc.d", _ANY),
    _Place("session", b"/etc/X11/xinit/xinitrc"),
    *(
        _Place("udev", folder, rb".*\.rules")
        for folder in (b"/etc/udev/rules.d", b"/run/udev/rules.d", b"/usr/lib/udev/rules.d", b"/lib/udev/rules.d")
    ),
    *(
        _Place("modules", folder, rb".*\.conf")
        for folder in (b"/etc/modules-load.d", b"/run/modules-load.d", b"/usr/lib/modules-load.d")
    ),
    _Place("modules", b"/etc/modules"),
    *(
        _Place("modprobe", folder, rb".*\.conf")
        for folder in (b"/etc/modprobe.d", b"/run/modprobe.d", b"/usr/lib/modprobe.d", b"/lib/modprobe.d")
    ),
    _Place("network", b"/etc/NetworkManager/dispatcher.d", _ANY, rb"(pre-up|pre-down|no-wait)\.d"),
    *(
        _Place("network", b"/etc/network/" + folder, _ANY)
        for folder in (b"if-up.d", b"if-pre-up.d", b"if-down.d", b"if-post-down.d")
    ),
    _Place("update", b"/etc/update-motd.d", _ANY),
)

#: What starts for one user, below the home.
_USER = (
    _Place("systemd", b".config/systemd/user", _UNITS + rb"|.*\.conf", rb".*\.d"),
    _Place("systemd", b".local/share/systemd/user", _UNITS, _DROP_INS),
    _Place("desktop", b".config/autostart", rb".*\.desktop"),
    _Place("session", b".config/autostart-scripts", _ANY),
    _Place("session", b".config/plasma-workspace/env", _ANY),
    *(
        _Place("profile", name)
        for name in (
            *(b".profile", b".bash_profile", b".bash_login", b".bashrc", b".bash_logout", b".bash_aliases"),
            *(b".zshenv", b".zprofile", b".zshrc", b".zlogin", b".kshrc"),
            *(b".xprofile", b".xinitrc", b".xsession", b".xsessionrc", b".ssh/rc"),
        )
    ),
    _Place("environment", b".pam_environment"),
    _Place("environment", b".config/environment.d", _ANY),
)

#: Users of which a system can have entries.
_MOST_USERS = 1000
_PASSWD_BYTES = 1 << 20


def entries_of_linux(root: bytes = b"") -> Iterator[Seen]:
    """List the entries of the system below `root`; b"" means the running one."""
    seen: set[tuple[int, int]] = set()
    for place in _SYSTEM:
        yield from _in_place(place, b"", root, seen)
    for home in homes(root):
        if (closed := _closed(home, root)) is not None:
            yield unlisted(b"user: " + home, closed)
            continue
        for place in _USER:
            yield from _in_place(place._replace(path=join(home, place.path)), home, root, seen)


def homes(root: bytes = b"") -> list[bytes]:
    """Return the homes of all users of a system, as it calls them."""
    found = [b"/root"]
    try:
        with open(within(root, b"/etc/passwd"), "rb") as file:  # noqa: PTH123  # raw path
            lines = file.read(_PASSWD_BYTES).split(b"\n")
    except OSError:
        lines = []
    for line in lines:
        fields = line.split(b":")
        if len(fields) >= 6 and fields[5].startswith(b"/") and fields[5] != b"/" and b"\0" not in fields[5]:
            found.append(fields[5])
    return list(dict.fromkeys(found))[:_MOST_USERS]


def _closed(home: bytes, root: bytes) -> OSError | None:
    """Return why nothing of a home can be listed; None if it can, or if there is no such home."""
    try:
        os.lstat(join(within(root, home), b"."))
    except PermissionError as error:
        return error
    except OSError:
        return None
    return None


def _in_place(place: _Place, home: bytes, root: bytes, seen: set[tuple[int, int]]) -> Iterator[Seen]:
    title = b"%s: %s" % (place.kind.encode(), place.path)
    try:
        real = within(root, place.path)
        if not place.names:
            yield from _entry(place.kind, place.path, real, home, root, seen)
            return
        names = sorted(os.listdir(real))  # noqa: PTH208  # raw bytes
    except (FileNotFoundError, NotADirectoryError):
        return  # this system has no such place
    except OSError as error:
        yield unlisted(title, error)
        return
    for name in names:
        path = join(place.path, name)
        if place.below and re.fullmatch(place.below, name):
            yield from _in_place(_Place(place.kind, path, _ANY), home, root, seen)
        elif re.fullmatch(place.names, name, re.DOTALL):
            yield from _checked(place.kind, path, home, root, seen)


def _checked(kind: str, path: bytes, home: bytes, root: bytes, seen: set[tuple[int, int]]) -> Iterator[Seen]:
    try:
        yield from _entry(kind, path, within(root, path), home, root, seen)
    except FileNotFoundError:
        return  # a link to nothing starts nothing
    except OSError as error:
        yield unlisted(b"%s: %s" % (kind.encode(), path), error)


def _entry(  # noqa: PLR0917  # one entry's facts
    kind: str, path: bytes, real: bytes, home: bytes, root: bytes, seen: set[tuple[int, int]]
) -> Iterator[Seen]:
    status = os.stat(real)  # noqa: PTH116  # raw bytes
    identity = status.st_dev, status.st_ino
    if not stat.S_ISREG(status.st_mode) or identity in seen:
        return  # a masked unit is /dev/null
    seen.add(identity)
    # By the name by which it was met: a link in a folder that starts things says more than where it leads.
    name = b"%s: %s" % (kind.encode(), path)
    if shown_within(root, real) != path:
        name += b" -> " + shown_within(root, real)
    yield Listed(name, status.st_size, OfAutostart(kind, real, root=root, home=home))
