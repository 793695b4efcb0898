"""What was found clean before, so that it need not be read again: keys of files, sorted, in one block of bytes.

A key stands for a file as it was: path, device, inode, size, time of last change of content and of anything (ctime).
No program can set a ctime, so a file that was written to has another key, whatever was done to its other times; who can
write to one all the same is in docs/engine.md. The path is part of it because findings depend on names. Keys are made
with a context: the signatures, the program and all that decides what a scan finds. With another context, nothing is
known any more.
"""

import hashlib
import os
import struct
from bisect import bisect_left
from collections.abc import Collection

MAGIC = b"MSKCLN2\n"
KEY_BYTES = 16
CONTEXT_BYTES = 32
_DIGEST_BYTES = 32
_HEADER = struct.Struct(f"<8s{CONTEXT_BYTES}s{_DIGEST_BYTES}sQ")
_FILE = struct.Struct("<QQQqq")
_ALL = (1 << 64) - 1

#: Entries that are kept: 16 bytes each.
MOST_ENTRIES = 4_000_000
MOST_BYTES = _HEADER.size + MOST_ENTRIES * KEY_BYTES


def context_of(*parts: str) -> bytes:
    """Return the context for everything that decides what a scan finds."""
    return hashlib.sha256("\0".join(parts).encode()).digest()


def key_of(context: bytes, path: bytes, status: os.stat_result) -> bytes:
    """Return the key of a file, by its raw path and its status. Raises struct.error for absurd times."""
    packed = _FILE.pack(
        status.st_dev & _ALL, status.st_ino & _ALL, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    )
    return hashlib.blake2b(packed + path, digest_size=KEY_BYTES, key=context).digest()


class KnownClean:
    """The keys of one block; none, if it is not whole or of another context."""

    def __init__(self, block: bytes, context: bytes) -> None:
        self._keys = _keys_of(block, context)
        self._count = len(self._keys) // KEY_BYTES

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: int) -> bytes:
        return self._keys[place * KEY_BYTES : (place + 1) * KEY_BYTES]

    def __contains__(self, key: bytes) -> bool:
        place = bisect_left(self, key)
        return place < self._count and self[place] == key

    def with_more(self, keys: Collection[bytes]) -> bytes:
        """Return the block with more keys, or of these alone if they would become too many."""
        old = {self[place] for place in range(self._count)} if self._count + len(keys) <= MOST_ENTRIES else set()
        return b"".join(sorted(old.union(keys))[:MOST_ENTRIES])


def block_of(context: bytes, keys: bytes) -> bytes:
    """Return the block of sorted, joined keys."""
    digest = hashlib.sha256(context + keys).digest()
    return _HEADER.pack(MAGIC, context, digest, len(keys) // KEY_BYTES) + keys


def _keys_of(block: bytes, context: bytes) -> bytes:
    if len(block) < _HEADER.size or len(block) > MOST_BYTES:
        return b""
    magic, of, digest, count = _HEADER.unpack_from(block)
    keys = block[_HEADER.size :]
    whole = (magic, of, count * KEY_BYTES) == (MAGIC, context, len(keys))
    return keys if whole and hashlib.sha256(context + keys).digest() == digest else b""
