"""Encrypted PDF (ISO 32000-2, 7.6): the standard security handler, revisions 2 to 6, with passwords.

The algorithms' numbers are those of that section. Most encrypted PDFs need no password to be read (the user's is
empty); what needs one is opened with a password that is known, the user's or the owner's.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from medscan_gui.engine.unpack.pdf_syntax import Ref, Value

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_AES = frozenset({b"AESV2", b"AESV3"})

Dictionary = dict[bytes, Value]


def _int(value: Value, default: int) -> int:
    return value if isinstance(value, int) else default


def _bytes(value: Value) -> bytes:
    return bytes(value) if isinstance(value, bytes) else b""


def _dict(value: Value) -> Dictionary:
    return value if isinstance(value, dict) else {}


def _rc4(key: bytes, data: bytes) -> bytes:
    from Cryptodome.Cipher import ARC4

    return ARC4.new(key).encrypt(data)


def _cbc(key: bytes, vector: bytes) -> Any:  # the library's type has no public name
    from Cryptodome.Cipher import AES

    return AES.new(key, AES.MODE_CBC, vector)


class Locked(Exception):  # noqa: N818  # it names a state
    """No known password opens it, or nothing here can."""


class Key:
    """The key of one document. Raises Locked if `passwords` do not give it."""

    def __init__(self, encrypt: Dictionary, identifier: bytes, passwords: tuple[str, ...]) -> None:
        self._version = _int(encrypt.get(b"V"), 0)
        self._revision = _int(encrypt.get(b"R"), 0)
        if (
            encrypt.get(b"Filter") != b"Standard"
            or self._version not in {1, 2, 4, 5}
            or self._revision not in range(2, 7)
        ):
            raise Locked
        self._encrypt = encrypt
        self._identifier = identifier
        filters = _dict(encrypt.get(b"CF"))
        self._streams = self._method(filters, encrypt.get(b"StmF"))
        self._strings = self._method(filters, encrypt.get(b"StrF"))
        self._length = self._key_length()
        self._key = self._first_key(("", *passwords))

    def _method(self, filters: Dictionary, name: Value) -> bytes:
        if self._version < 4:
            return b"V2"
        return _bytes(_dict(filters.get(_bytes(name))).get(b"CFM")) or b"None"

    def _key_length(self) -> int:
        if self._version == 1:
            return 5
        if self._version == 4:
            return 16
        bits = _int(self._encrypt.get(b"Length"), 40)
        return min(max(bits if bits <= 32 else bits // 8, 5), 16)

    def _first_key(self, passwords: Iterable[str]) -> bytes:
        for password in passwords:
            attempt = self._key_256 if self._revision >= 5 else self._key_128
            if (key := attempt(password)) is not None:
                return key
        raise Locked

    def _key_128(self, password: str) -> bytes | None:
        """Return the key that a password of the user or the owner gives, or None (algorithms 6 and 7)."""
        typed = (password.encode("latin-1", "replace") + _PADDING)[:32]
        for user in (typed, self._user_password(typed)):
            key = self._key_of(user)
            expected = _bytes(self._encrypt.get(b"U"))
            if expected[:16] == self._check_value(key)[:16] and len(expected) >= 16:
                return key
        return None

    def _key_of(self, user: bytes) -> bytes:
        """Algorithm 2."""
        permissions = _int(self._encrypt.get(b"P"), 0) & 0xFFFFFFFF
        text = user + _bytes(self._encrypt.get(b"O"))[:32] + permissions.to_bytes(4, "little") + self._identifier
        if self._revision >= 4 and self._encrypt.get(b"EncryptMetadata") is False:
            text += b"\xff\xff\xff\xff"
        key = hashlib.md5(text, usedforsecurity=False).digest()
        if self._revision >= 3:
            for _ in range(50):
                key = hashlib.md5(key[: self._length], usedforsecurity=False).digest()
        return key[: self._length]

    def _check_value(self, key: bytes) -> bytes:
        """Algorithms 4 and 5."""
        if self._revision == 2:
            return _rc4(key, _PADDING)
        value = _rc4(key, hashlib.md5(_PADDING + self._identifier, usedforsecurity=False).digest())
        for step in range(1, 20):
            value = _rc4(bytes(byte ^ step for byte in key), value)
        return value

    def _user_password(self, owner: bytes) -> bytes:
        """Algorithm 7: the user's password, from the owner's."""
        key = hashlib.md5(owner, usedforsecurity=False).digest()
        if self._revision >= 3:
            for _ in range(50):
                key = hashlib.md5(key, usedforsecurity=False).digest()
        key = key[: self._length]
        value = _bytes(self._encrypt.get(b"O"))[:32]
        for step in reversed(range(20 if self._revision >= 3 else 1)):
            value = _rc4(bytes(byte ^ step for byte in key), value)
        return value

    def _key_256(self, password: str) -> bytes | None:
        """Algorithm 2.A."""
        typed = password.encode()[:127]
        owner, user = _bytes(self._encrypt.get(b"O"))[:48], _bytes(self._encrypt.get(b"U"))[:48]
        if len(owner) < 48 or len(user) < 48:
            return None
        for stored, wrapped, more in ((user, b"UE", b""), (owner, b"OE", user)):
            if self._hash(typed, stored[32:40], more) == stored[:32]:
                content = _bytes(self._encrypt.get(wrapped))[:32]
                if len(content) < 32:
                    return None
                key: bytes = _cbc(self._hash(typed, stored[40:48], more), bytes(16)).decrypt(content)
                return key
        return None

    def _hash(self, password: bytes, salt: bytes, user: bytes) -> bytes:
        """Algorithm 2.B; revision 5 took a plain SHA-256."""
        key = hashlib.sha256(password + salt + user).digest()
        if self._revision == 5:
            return key
        rounds, last = 0, 0
        while rounds < 64 or last > rounds - 32:
            text: bytes = _cbc(key[:16], key[16:32]).encrypt((password + key + user) * 64)
            last, rounds = text[-1], rounds + 1
            name = ("sha256", "sha384", "sha512")[sum(text[:16]) % 3]
            key = hashlib.new(name, text).digest()
        return key[:32]

    def _object_key(self, ref: Ref, method: bytes) -> bytes:
        """Algorithm 1."""
        if method == b"AESV3":
            return self._key
        text = (
            self._key + (ref.number & 0xFFFFFF).to_bytes(3, "little") + (ref.generation & 0xFFFF).to_bytes(2, "little")
        )
        text += b"sAlT" if method == b"AESV2" else b""
        return hashlib.md5(text, usedforsecurity=False).digest()[: min(len(self._key) + 5, 16)]

    def string(self, ref: Ref, text: bytes) -> bytes:
        """Return a string of an object decrypted."""
        return b"".join(self._decrypted(ref, self._strings, [text]))

    def stream(self, ref: Ref, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Return a stream decrypted, before any of its filters."""
        return self._decrypted(ref, self._streams, chunks)

    def _decrypted(self, ref: Ref, method: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
        if method in _AES:
            return _from_aes(self._object_key(ref, method), chunks)
        if method == b"V2":
            return _from_rc4(self._object_key(ref, method), chunks)
        return iter(chunks)


def _from_rc4(key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    from Cryptodome.Cipher import ARC4

    cipher = ARC4.new(key)
    for chunk in chunks:
        yield cipher.encrypt(chunk)


def _from_aes(key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    cipher, left = None, b""
    for chunk in chunks:
        left += chunk
        if cipher is None:
            if len(left) < 16:
                continue
            cipher, left = _cbc(key, left[:16]), left[16:]
        # The last block says how much of it is padding.
        whole = max(0, (len(left) - 1) // 16 * 16)
        yield cipher.decrypt(left[:whole])
        left = left[whole:]
    if cipher is not None and len(left) == 16:
        last: bytes = cipher.decrypt(left)
        yield last[: -last[-1]] if 1 <= last[-1] <= 16 else last
