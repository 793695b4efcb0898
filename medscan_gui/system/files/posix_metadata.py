"""Give a restored file back its owner, attributes, permissions and times (POSIX)."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform != "win32"  # noqa: S101

import os
import stat
from contextlib import suppress

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown_raw
from medscan_gui.core.quarantine import FileFacts
from medscan_gui.system.files.posix_facts import fat_attributes, set_fat_attributes

#: What a folder hands down to each new file; an original that had none must not get one.
_HANDED_DOWN = "system.posix_acl_access"
_NAMES_SHOWN = 200

#: FILE_ATTRIBUTE_READONLY, _HIDDEN, _SYSTEM and _ARCHIVE (winnt.h); whoever looks for the file notices the first three.
_SETTABLE = 0x27
_OF_NOTE = 0x07


def put_back(descriptor: int, facts: FileFacts) -> list[Message]:
    """Set what `facts` tell on an open file; return what could not be set. Raises OSError if the medium fails.

    The permissions come after the extended attributes, which may be set only on a file that may be written, and the
    times come last.
    """
    lost: list[Message] = []
    owned = _put_back_owner(descriptor, facts)
    if not owned:
        lost.append(Message.of("files.lost_owner", user=facts.uid, group=facts.gid))
    if names := _put_back_xattrs(descriptor, facts):
        lost.append(Message.of("files.lost_xattrs", names=", ".join(shown_raw(name) for name in names)[:_NAMES_SHOWN]))
    if not _put_back_mode(descriptor, facts, owned=owned):
        lost.append(Message.of("files.lost_mode", mode=f"{facts.mode:04o}"))
    if not _put_back_attributes(descriptor, facts):
        lost.append(Message("files.lost_attributes"))
    if facts.streams:
        lost.append(Message("files.lost_streams"))
    if facts.security:
        lost.append(Message("files.lost_security"))
    if not _put_back_times(descriptor, facts):
        lost.append(Message("files.lost_times"))
    return lost


def _put_back_owner(descriptor: int, facts: FileFacts) -> bool:
    if facts.uid < 0:
        return True
    for user, group in ((facts.uid, facts.gid), (-1, facts.gid)):
        with suppress(OSError, OverflowError):
            os.fchown(descriptor, user, group)
            break
    now = os.fstat(descriptor)
    return (now.st_uid, now.st_gid) == (facts.uid, facts.gid)


def _put_back_xattrs(descriptor: int, facts: FileFacts) -> list[bytes]:
    """Return the names of those that could not be set."""
    if _HANDED_DOWN.encode() not in dict(facts.xattrs):
        with suppress(OSError):
            os.removexattr(descriptor, _HANDED_DOWN)
    failed = []
    for name, value in facts.xattrs:
        try:
            if _xattr(descriptor, name) != value:
                os.setxattr(descriptor, name, value)
        except (OSError, ValueError):
            failed.append(name)
    return failed


def _xattr(descriptor: int, name: bytes) -> bytes | None:
    try:
        return os.getxattr(descriptor, name)
    except OSError:
        return None


def _put_back_mode(descriptor: int, facts: FileFacts, *, owned: bool) -> bool:
    if facts.uid < 0:  # it comes from Windows, which has no such thing
        return True
    mode = stat.S_IMODE(facts.mode)
    if not owned:  # never let a program run with the rights of whoever restores it
        mode &= ~(stat.S_ISUID | stat.S_ISGID)
    with suppress(OSError):
        os.fchmod(descriptor, mode)
    return stat.S_IMODE(os.fstat(descriptor).st_mode) == stat.S_IMODE(facts.mode)


def _put_back_attributes(descriptor: int, facts: FileFacts) -> bool:
    wanted = facts.attributes & _SETTABLE
    if fat_attributes(descriptor) == wanted:
        return True
    with suppress(OSError):
        set_fat_attributes(descriptor, wanted)
    return fat_attributes(descriptor) == wanted or not wanted & _OF_NOTE


def _put_back_times(descriptor: int, facts: FileFacts) -> bool:
    with suppress(OSError, OverflowError):
        os.utime(descriptor, ns=(facts.accessed_ns, facts.modified_ns))
    now = os.fstat(descriptor)
    return now.st_mtime_ns == facts.modified_ns and now.st_atime_ns == facts.accessed_ns
