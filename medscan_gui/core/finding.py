"""Findings and the items that could not be read."""

import os

import msgspec

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown_chain
from medscan_gui.core.text import current
from medscan_gui.core.words import SEVERITY_ORDER, Cause, Fate, Outcome, Place, Severity

#: What 64 bits hold: records and messages take no larger numbers.
_UNSIGNED = (1 << 64) - 1
_SIGNED = (1 << 63) - 1


class FileIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Which file on disk was scanned, as its open handle told: what clean-up must find there again, or leave alone.

    Numbers are those of stat(2); times are nanoseconds since 1970. `inode` is 0 where numbers do not last (FAT).
    """

    device: int
    inode: int
    modified_ns: int
    changed_ns: int
    #: Names of the file on its volume.
    links: int = 1

    @classmethod
    def of(cls, status: os.stat_result, *, lasting: bool = True) -> "FileIdentity":
        """Return what the status of an open file tells; not its inode if numbers there do not last.

        A medium may claim any time: one beyond the years 1677 to 2262 counts as the last of these (64 bits of
        nanoseconds). An inode number beyond 64 bits cannot be told.
        """
        return cls(
            device=status.st_dev & _UNSIGNED,
            inode=status.st_ino if lasting and status.st_ino <= _UNSIGNED else 0,
            modified_ns=_bounded(status.st_mtime_ns),
            changed_ns=_bounded(status.st_ctime_ns),
            links=status.st_nlink,
        )


def _bounded(time_ns: int) -> int:
    return max(-_SIGNED - 1, min(time_ns, _SIGNED))


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One signature that matched one Item.

    `chain` holds raw name bytes: the file's path, then member names inside containers.
    `sha256` is that of the matched file, in lower-case hexadecimal, or "" if it could not be read
    again; `size` is in bytes. `author` travels with every mention of the rule: licences ask it.
    """

    chain: tuple[bytes, ...]
    rule: str
    rule_file: str
    severity: Severity
    family: str = ""
    author: str = ""
    description: str = ""
    reference: str = ""
    sha256: str = ""
    size: int = 0
    engine: str = "yara"
    #: SHA-256 of the whole outer file `chain[0]`, where the chain has more than one link; "" otherwise.
    file_sha256: str = ""
    #: The outer file `chain[0]` itself; None in records of programs that did not tell.
    identity: FileIdentity | None = None
    fate: Fate = Fate.IN_PLACE
    #: Why clean-up left it in place; None if nobody asked for its removal, or if it is gone.
    why: Message | None = None
    #: The quarantine's entry that holds it; "" if none does.
    entry: str = ""
    #: What `chain` names; only files can be removed.
    place: Place = Place.FILE

    @property
    def where(self) -> str:
        """Where the item lies, escaped for showing."""
        return shown_place(self.place, self.chain)

    @property
    def removed(self) -> bool:
        """It was removed, and the removal was verified."""
        return self.fate is Fate.REMOVED

    @property
    def content(self) -> str:
        """SHA-256 of the file on disk that holds it: what clean-up must find there; "" if it is not known.

        Of what an autostart entry starts, the file is the second link of the chain.
        """
        if self.place is Place.AUTOSTART and len(self.chain) == 2:
            return self.sha256
        return self.sha256 if len(self.chain) == 1 else self.file_sha256


class ItemProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One Item that was not, or not wholly, looked at, and why."""

    chain: tuple[bytes, ...]
    outcome: Outcome
    cause: Cause = Cause.NONE
    #: For technicians: an operating-system error name, a signal name, a rule. Never translated.
    detail: str = ""
    place: Place = Place.FILE
    #: Of what is locked in a file: the outer file `chain[0]`, as it was read, and its bytes. None for anything else,
    #: and in records of programs that did not tell.
    identity: FileIdentity | None = None
    size: int = 0

    @property
    def where(self) -> str:
        """Where the item lies, escaped for showing."""
        return shown_place(self.place, self.chain)


def shown_place(place: Place, chain: tuple[bytes, ...]) -> str:
    """Return where an item lies, escaped for showing, in the words of the place if it is no file."""
    if place is Place.FILE:
        return shown_chain(chain)
    return current().sentence(Message.of(f"place.{place.value}", item=shown_chain(chain)))


def worst_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings, worst severity first, then by place."""
    return tuple(sorted(findings, key=lambda found: (SEVERITY_ORDER[found.severity], found.chain, found.rule)))
