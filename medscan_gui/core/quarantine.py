"""Quarantine entries: a removed file with everything that is needed to put it back.

The steps of an entry: COPYING (the original is untouched) -> COPIED (the copy is whole and was read
back) -> REMOVING -> QUARANTINED (the original is verified to be gone) -> RESTORING -> RESTORED, or
DESTROYED. Whatever cuts a step short, the original or the copy is whole.
"""

from enum import StrEnum

import msgspec

from medscan_gui.core.device import Device, Target
from medscan_gui.core.finding import Finding
from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown_raw

ENTRY_FORMAT = 1


#: What analysts expect as password of an archive of samples; it keeps antivirus programs out, nobody else.
USUAL_PASSWORD = "infected"  # noqa: S105  # a custom, not a secret


class EntryState(StrEnum):
    """Where an entry stands."""

    COPYING = "copying"
    #: The copy is whole; the original is still in place.
    COPIED = "copied"
    #: The original is being removed: it is in place, set aside under the entry's own name, or gone.
    REMOVING = "removing"
    QUARANTINED = "quarantined"
    RESTORING = "restoring"
    RESTORED = "restored"
    DESTROYED = "destroyed"
    #: The copy was given up and deleted; the original stayed in place.
    ABANDONED = "abandoned"


#: States in which the quarantine holds a whole copy.
HELD = frozenset(
    {EntryState.COPIED, EntryState.REMOVING, EntryState.QUARANTINED, EntryState.RESTORING, EntryState.RESTORED}
)


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """An alternate data stream of NTFS. Its bytes follow the file's own in the sample, in this order."""

    name: str
    size: int


class FileFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed to put a file back as it was. Times are nanoseconds since 1970, sizes bytes."""

    path: bytes
    size: int
    #: Content of the whole file, in lower-case hexadecimal; "" until it was read.
    sha256: str = ""
    modified_ns: int = 0
    accessed_ns: int = 0
    #: Time of creation where the system has one that can be set (Windows); 0 otherwise.
    created_ns: int = 0
    #: Permission bits (POSIX) and attributes (Windows, winnt.h FILE_ATTRIBUTE_*).
    mode: int = 0
    attributes: int = 0
    uid: int = -1
    gid: int = -1
    #: Extended attributes, names and values as the system gave them (POSIX).
    xattrs: tuple[tuple[bytes, bytes], ...] = ()
    streams: tuple[Stream, ...] = ()
    #: Self-relative security descriptor (Windows); b"" where there is none or it may not be read.
    security: bytes = b""
    #: Regions that hold data, as (offset, length); the sample holds only these. One region for a file without holes.
    extents: tuple[tuple[int, int], ...] = ()
    #: Names of the file on its volume, and what all of them share: with this, hard links are tied again.
    links: int = 1
    link_group: str = ""


class VaultEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One file in the quarantine: the immutable part says what it was, `state` and what follows where it stands."""

    id: str
    format: int = ENTRY_FORMAT
    #: The clean-up that took it, and the scan that found it.
    action_id: str
    scan_id: str
    taken: str
    device: Device
    target: Target
    operator: str = ""
    kit: str = ""
    facts: FileFacts
    findings: tuple[Finding, ...] = ()
    #: What the vault holds: digest (lower-case hexadecimal) and size of the sample before it was encrypted.
    sample_sha256: str = ""
    sample_size: int = 0
    state: EntryState = EntryState.COPYING
    #: When it came to this state, and why it stopped there if it should have gone on.
    changed: str = ""
    why: Message | None = None
    #: Where it was restored to; raw name bytes.
    restored_to: bytes = b""

    @property
    def where(self) -> str:
        """The original's place, escaped for showing."""
        return shown_raw(self.facts.path)

    @property
    def held(self) -> bool:
        """The quarantine holds a whole copy."""
        return self.state in HELD
