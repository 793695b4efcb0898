"""Put in order what a killed MedScan left of one file (Windows). Never deletes an original."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform == "win32"  # noqa: S101

import hashlib
import os
from contextlib import AbstractContextManager, suppress

from medscan_gui.core.names import path_of
from medscan_gui.core.quarantine import FileFacts
from medscan_gui.system.files import windows_api as api
from medscan_gui.system.files.content import data_regions, digest_of
from medscan_gui.system.files.own_names import aside_name, unfinished_name
from medscan_gui.system.files.problems import OriginalError, Place, told
from medscan_gui.system.files.windows_folders import exists, held_folder


def settle(
    roots: tuple[bytes, ...], path: bytes, entry_id: str, facts: FileFacts, *, restored: bool = False
) -> Place:
    """Say where the original of an entry is, after giving it back its own name if it was set aside.

    IN_PLACE is the very file that the facts tell of: content, number on its volume and time of change; where the
    number is not known, content and time. The same content in another file is OTHER: another medium may lie there.
    With `restored`, the file is a new one that MedScan wrote itself, and goes by its content.

    An unfinished copy of a restoration is removed. OTHER also stands for both: the original set aside (as other
    systems do it) and another file under its name; then both are left.
    """
    try:
        with held_folder(path, roots), told(Place.UNREACHABLE):
            with suppress(FileNotFoundError, PermissionError):
                os.unlink(beside(path, unfinished_name(entry_id)))  # noqa: PTH108  # prefixed text
            return _settle_at(api.system_path(path), beside(path, aside_name(entry_id)), facts, restored)
    except OriginalError as error:
        if error.message.code == "files.no_folder":
            return Place.GONE
        return Place.UNREACHABLE if error.place is Place.IN_PLACE else error.place


def beside(path: bytes, name: bytes) -> str:
    """Return the place of a name in the folder of `path`, as the calls take it."""
    return api.system_path(path).rpartition("\\")[0] + "\\" + path_of(name)


def _settle_at(own: str, aside: str, facts: FileFacts, restored: bool) -> Place:
    # A name that holds the entry's random number lies on the right medium only.
    by_content = restored
    if exists(aside):
        by_content = True
        if _is_spent_claim(own, aside, facts):
            os.unlink(aside)  # noqa: PTH108  # prefixed text
        else:
            try:
                os.rename(aside, own)  # noqa: PTH104  # prefixed text; refuses a name that is taken
            except FileExistsError:
                return Place.OTHER
    if not exists(own):
        return Place.GONE
    if not by_content and not _is_same_file(own, facts):
        return Place.OTHER
    return Place.IN_PLACE if holds(own, facts) else Place.OTHER


def _is_spent_claim(own: str, aside: str, facts: FileFacts) -> bool:
    """Say whether it is the empty file by which other systems claim a name before they rename, and nothing else."""
    empty = FileFacts(path=b"", size=0, sha256=hashlib.sha256().hexdigest())
    return facts.size > 0 and holds(aside, empty) and (not exists(own) or holds(own, facts))


def _is_same_file(path: str, facts: FileFacts) -> bool:
    with _looked_at(path) as handle:
        if facts.link_group and facts.link_group != link_group_of(api.by_handle(handle)):
            return False
        return api.nanoseconds(api.basic(handle).written) == facts.modified_ns


def link_group_of(found: api.ByHandle) -> str:
    """Return what all names of one file share, and no two files of this system."""
    return f"{found.volume:x}:{found.index_high << 32 | found.index_low:x}"


def _looked_at(path: str) -> AbstractContextManager[int]:
    """Open what has a name, whatever it is, for a look only. Raises OSError."""
    flags = api.FOLDERS_TOO | api.REPARSE_POINT_ITSELF | api.NO_RECALL
    return api.opened(path, api.READ_ATTRIBUTES, api.SHARE_ALL, flags)


def holds(path: str, facts: FileFacts) -> bool:
    """Say whether there is a file with the content that `facts` tell, no link followed. Raises OSError."""
    with _looked_at(path) as handle:
        found = api.by_handle(handle)
        is_file = not found.attributes & (api.ATTRIBUTE_DIRECTORY | api.STORED_ONLINE)
        if not is_file or api.reparse_tag(handle) & api.NAME_SURROGATE:
            return False
        if found.size_high << 32 | found.size_low != facts.size:
            return False
        if not facts.sha256:
            return api.nanoseconds(api.basic(handle).written) == facts.modified_ns
    descriptor = api.descriptor_of(api.open_handle(path, api.GENERIC_READ, api.SHARE_ALL, api.NO_RECALL))
    try:
        with suppress(OriginalError):  # became shorter meanwhile
            return digest_of(descriptor, facts.size, data_regions(descriptor, facts.size)) == facts.sha256
        return False
    finally:
        os.close(descriptor)
