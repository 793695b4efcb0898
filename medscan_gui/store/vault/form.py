"""The form of an entry's `.json`: canonical JSON of the entry and its key, under a SHA-256 that shows damage.

The sum is no protection from a person who can write in the vault and knows how: see docs/quarantine.md.
"""

import hashlib
from pathlib import Path

import msgspec

from medscan_gui.core.quarantine import ENTRY_FORMAT, EntryState, VaultEntry
from medscan_gui.core.record import canonical_json
from medscan_gui.store.vault import disk, names
from medscan_gui.store.vault.bounds import SIZES, are_possible, is_digest
from medscan_gui.store.vault.errors import VaultError, VaultProblem
from medscan_gui.store.vault.sample import KEY_BYTES
from medscan_gui.store.vault.steps import WITHOUT_SAMPLE

MAX_FACTS_BYTES = 16 * 1024 * 1024
"""Largest `.json`: far above what names, extended attributes and findings of one file come to."""

_DOMAIN = b"MedScan quarantine entry\x00"


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one entry. The key is empty once the sample is of no more use."""

    entry: VaultEntry
    key: bytes


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    body: msgspec.Raw
    format: int
    sha256: str


class _Format(msgspec.Struct, frozen=True):
    format: int


def _sum(body: bytes) -> str:
    return hashlib.sha256(_DOMAIN + body).hexdigest()


def encode(stored: Stored) -> bytes:
    """Return the content of the `.json`. Raises VaultError: FACTS_TOO_LARGE, NOT_TEXT."""
    refused = VaultError(VaultProblem.NOT_TEXT, where=stored.entry.where)
    try:
        body = canonical_json(stored)
    except UnicodeEncodeError as error:  # half a character in a stream's name
        raise refused from error
    if not _makes_sense(stored, stored.entry.id):  # never write what would not be read again
        raise refused
    data = canonical_json(_Envelope(body=msgspec.Raw(body), format=ENTRY_FORMAT, sha256=_sum(body)))
    if len(data) > MAX_FACTS_BYTES:
        raise VaultError(VaultProblem.FACTS_TOO_LARGE, where=stored.entry.where)
    return data


def decode(data: bytes, entry_id: str) -> Stored:
    """Read what `encode` wrote for this entry. Raises VaultError: NEWER, DAMAGED."""
    damaged = VaultError(VaultProblem.DAMAGED, file=f"{entry_id}{names.FACTS}")
    try:
        found = msgspec.json.decode(data, type=_Format).format
        if found > ENTRY_FORMAT:
            raise VaultError(VaultProblem.NEWER, found=found, known=ENTRY_FORMAT)
        envelope = msgspec.json.decode(data, type=_Envelope)
        # Byte for byte what we would write: an altered byte that JSON would forgive is damage too.
        if canonical_json(envelope) != data or _sum(bytes(envelope.body)) != envelope.sha256:
            raise damaged
        stored = msgspec.json.decode(envelope.body, type=Stored)
    except (ValueError, RecursionError) as error:
        raise damaged from error
    if found < 1 or not _makes_sense(stored, entry_id):
        raise damaged
    return stored


def _makes_sense(stored: Stored, entry_id: str) -> bool:
    entry = stored.entry
    if entry.id != entry_id or entry.sample_size not in SIZES or not are_possible(entry):
        return False
    if entry.state in WITHOUT_SAMPLE:
        return not stored.key
    copied = is_digest(entry.sample_sha256)
    begun = entry.state is EntryState.COPYING and not entry.sample_sha256
    return len(stored.key) == KEY_BYTES and (copied or begun)


def load(folder: Path, entry_id: str) -> Stored:
    """Read an entry's `.json`. Raises OSError, and VaultError: NOT_A_FILE, NEWER, DAMAGED."""
    shard = names.shard_of(folder, entry_id)
    if shard.is_symlink():
        raise VaultError(VaultProblem.NOT_A_FILE, file=shard.name)
    return decode(disk.read_bounded(names.file_of(folder, entry_id, names.FACTS), MAX_FACTS_BYTES), entry_id)


def save(folder: Path, stored: Stored) -> None:
    """Write an entry's `.json` whole or not at all, on the medium. Raises OSError, VaultError."""
    data = encode(stored)
    path = names.file_of(folder, stored.entry.id, names.FACTS)
    disk.write_whole(path, data, path.with_name(path.name + names.UNFINISHED))
