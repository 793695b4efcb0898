"""The hash chain of the journal: each entry carries the hash of the one before. Pure functions.

What it proves: an entry that was edited, removed, inserted or moved is found at its line. What it
cannot prove alone: that nothing was cut off at the end. For that the head's short code is printed
on every report, and a ward's paper copy is the witness.
"""

import hashlib
import struct
from collections.abc import Iterable
from typing import Self

import msgspec

#: What the first entry names as its predecessor.
GENESIS = bytes(32)

_DOMAIN = b"MedScan journal entry, format 1\x00"

#: Crockford's base 32: no I, L, O, U, so that a code read aloud or copied by hand survives.
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_CHARACTERS = 12
_GROUP = 4


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal. `body` is canonical JSON, kept byte for byte; hashes are 32 bytes."""

    sequence: int
    id: str
    kind: str
    written: str
    previous: bytes
    hash: bytes
    body: bytes

    @classmethod
    def following(cls, head: "Head", *, entry_id: str, kind: str, written: str, body: bytes) -> Self:
        """Return the entry that comes after `head`."""
        sequence, previous = head.sequence + 1, head.hash
        digest = entry_hash(previous, sequence, entry_id, kind=kind, written=written, body=body)
        return cls(
            sequence=sequence, id=entry_id, kind=kind, written=written, previous=previous, hash=digest, body=body
        )

    @property
    def intact(self) -> bool:
        """The hash fits what the entry says."""
        return self.hash == entry_hash(
            self.previous, self.sequence, self.id, kind=self.kind, written=self.written, body=self.body
        )


class Head(msgspec.Struct, frozen=True):
    """The end of a chain: the last entry's number and hash. An empty chain has number 0."""

    sequence: int = 0
    hash: bytes = GENESIS


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Where an entry stands: its number, its hash (hexadecimal), the short code of it, the station that wrote it."""

    sequence: int
    hash: str
    short_code: str
    station: str


class ChainReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of the whole chain found.

    `first_bad_sequence` is the first number that is missing, altered or misplaced, None if there is none.
    `lists_agree` is False when the tables that lists are read from said otherwise than the entries;
    `lists_rebuilt` is True when they were then made again from the entries.
    """

    entries: int
    ok: bool
    first_bad_sequence: int | None
    head_code: str
    lists_agree: bool = True
    lists_rebuilt: bool = False


def entry_hash(previous: bytes, sequence: int, entry_id: str, *, kind: str, written: str, body: bytes) -> bytes:
    """Return the SHA-256 over all that an entry says; each part is preceded by its length, so that none can shift."""
    digest = hashlib.sha256(_DOMAIN)
    for part in (previous, struct.pack(">Q", sequence), entry_id.encode(), kind.encode(), written.encode(), body):
        digest.update(struct.pack(">Q", len(part)))
        digest.update(part)
    return digest.digest()


def short_code(digest: bytes) -> str:
    """Return the first 60 bits of a hash as 12 characters of Crockford's base 32: ``7Z4K-01QX-M3RT``."""
    value = int.from_bytes(digest[:8], "big") >> 4
    characters = [_CROCKFORD[(value >> shift) & 31] for shift in range(55, -5, -5)]
    text = "".join(characters)
    return "-".join(text[start : start + _GROUP] for start in range(0, _CODE_CHARACTERS, _GROUP))


class ChainCheck:
    """Follows a chain entry by entry and remembers the first that does not fit."""

    def __init__(self, head: Head | None = None) -> None:
        self.head = head or Head()
        self.entries = 0
        self.first_bad: int | None = None

    def follow(self, entry: Entry) -> None:
        """Take the next entry, in the order of numbers."""
        self.entries += 1
        expected = self.head.sequence + 1
        fits = entry.sequence == expected and entry.previous == self.head.hash and entry.intact
        if not fits and self.first_bad is None:
            self.first_bad = expected
        self.head = Head(entry.sequence, entry.hash)

    def follow_all(self, entries: Iterable[Entry]) -> None:
        """Take all entries, in the order of numbers."""
        for entry in entries:
            self.follow(entry)
