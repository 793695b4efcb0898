"""The form of a sample: a magic line, then libsodium's secret stream (XChaCha20-Poly1305) in chunks of 1 MiB.

Every chunk is authenticated in its place, under the entry's id; the last one carries the mark of the end.
So nothing can be altered, cut off, added, moved or exchanged for another entry's sample unseen.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from medscan_gui.core.quarantine import VaultEntry
from medscan_gui.store.vault import disk
from medscan_gui.store.vault.errors import VaultError, VaultProblem

KEY_BYTES: int = sodium.crypto_secretstream_xchacha20poly1305_KEYBYTES

_MAGIC = b"MedScan quarantined sample, format 1\n"
_CHUNK = 1024 * 1024
_HEADER: int = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_EXTRA: int = sodium.crypto_secretstream_xchacha20poly1305_ABYTES
_MESSAGE: int = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL: int = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL


def new_key() -> bytes:
    """Return a fresh key."""
    return sodium.crypto_secretstream_xchacha20poly1305_keygen()


def stored_size(size: int) -> int:
    """Return the size on the medium of a sample of `size` bytes."""
    chunks = max(1, -(-size // _CHUNK))
    return len(_MAGIC) + _HEADER + size + chunks * _EXTRA


def _bound_to(entry_id: str) -> bytes:
    return b"MedScan quarantine " + entry_id.encode("ascii")


def _chunks(content: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """Cut content into chunks of one size, each with its tag; the last one is shorter, or empty."""
    held = bytearray()
    for piece in content:
        view = memoryview(piece)
        while view:
            if len(held) == _CHUNK:  # more follows, so this is not the last one
                yield bytes(held), _MESSAGE
                held.clear()
            room = _CHUNK - len(held)
            held += view[:room]
            view = view[room:]
    yield bytes(held), _FINAL


def write_sample(path: Path, key: bytes, entry_id: str, content: Iterable[bytes]) -> tuple[str, int]:
    """Write content, encrypted, to a new file on the medium; return digest and size of what was plain.

    Raises OSError, and whatever `content` raises; the caller removes the file then.
    """
    digest, size, bound = hashlib.sha256(), 0, _bound_to(entry_id)
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    with disk.create(path) as stream:
        stream.write(_MAGIC + sodium.crypto_secretstream_xchacha20poly1305_init_push(state, key))
        for chunk, tag in _chunks(content):
            digest.update(chunk)
            size += len(chunk)
            stream.write(sodium.crypto_secretstream_xchacha20poly1305_push(state, chunk, bound, tag))
        disk.finish(stream)
    return digest.hexdigest(), size


def read_sample(path: Path, key: bytes, entry: VaultEntry, *, from_medium: bool = False) -> Iterator[bytes]:
    """Yield the plain bytes of an entry's sample, each chunk authenticated before it is given.

    The end of the iteration proves the whole: the mark of the end, digest and size. Raises OSError, and VaultError:
    NOT_A_FILE, ALTERED.
    """
    digest, read = hashlib.sha256(), 0
    with disk.open_file(path, from_medium=from_medium) as stream:
        for chunk in _decrypted(stream, key, entry):
            digest.update(chunk)
            read += len(chunk)
            yield chunk
    if (digest.hexdigest(), read) != (entry.sample_sha256, entry.sample_size):
        raise _altered(entry)


def _decrypted(stream: BinaryIO, key: bytes, entry: VaultEntry) -> Iterator[bytes]:
    state, bound = sodium.crypto_secretstream_xchacha20poly1305_state(), _bound_to(entry.id)
    head = stream.read(len(_MAGIC) + _HEADER)
    if len(head) != len(_MAGIC) + _HEADER or not head.startswith(_MAGIC) or len(key) != KEY_BYTES:
        raise _altered(entry)
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, head[len(_MAGIC) :], key)
    block = stream.read(_CHUNK + _EXTRA)
    while True:
        following = stream.read(_CHUNK + _EXTRA) if len(block) == _CHUNK + _EXTRA else b""
        try:
            chunk, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, block, bound)
        except CryptoError as error:  # altered, or too short to be a chunk
            raise _altered(entry) from error
        if tag != (_MESSAGE if following else _FINAL):
            raise _altered(entry)
        if chunk:
            yield chunk
        if not following:
            return
        block = following


def _altered(entry: VaultEntry) -> VaultError:
    return VaultError(VaultProblem.ALTERED, where=entry.where)
