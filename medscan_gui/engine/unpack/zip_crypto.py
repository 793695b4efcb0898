"""Encrypted entries of zip archives: the old cipher (APPNOTE.TXT 6.1) and WinZip's AES (AE-1 and AE-2).

Both decrypt forward, piece by piece, behind the interface of `Feed`.
"""

import hashlib
import hmac
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from medscan_gui.engine.unpack.base import damaged
from medscan_gui.engine.unpack.decoding import Feed
from medscan_gui.engine.unpack.source import Source
from medscan_gui.engine.unpack.zip_records import FLAG_DESCRIPTOR, AesExtra, Record

#: Bytes before the data: the old cipher's header; of AES, the salt by strength and the password's check.
OLD_HEADER = 12
_SALT_BYTES = {1: 8, 2: 12, 3: 16}
_CHECK_BYTES = 2
#: Bytes behind AES data: the beginning of their HMAC-SHA-1.
_MAC_BYTES = 10
#: PBKDF2's rounds (WinZip's AES specification).
_ROUNDS = 1000
#: Code pages that archivers encode passwords in, besides UTF-8.
_CODE_PAGES = ("cp850", "cp437", "cp1252")

_WORD = 0xFFFFFFFF
_START = (0x12345678, 0x23456789, 0x34567890)

Keys = tuple[int, int, int]


def spellings(passwords: Iterable[str]) -> Iterator[bytes]:
    """Yield each password as the bytes that archivers may have made of it, each once."""
    seen = set()
    for password in passwords:
        for page in ("utf-8", *_CODE_PAGES):
            spelt = _encoded(password, page)
            if spelt is not None and spelt not in seen:
                seen.add(spelt)
                yield spelt


def _encoded(password: str, page: str) -> bytes | None:
    try:
        return password.encode(page)
    except UnicodeEncodeError:
        return None


def _crc_table() -> list[int]:
    table = []
    for number in range(256):
        crc = number
        for _bit in range(8):
            crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
        table.append(crc)
    return table


_CRC = _crc_table()
#: The key stream's byte for the low 16 bits of the third key; made at first use.
_STREAM: list[bytes] = []


def _stream() -> bytes:
    if not _STREAM:
        _STREAM.append(bytes(((low | 2) * ((low | 2) ^ 1) >> 8) & 0xFF for low in range(1 << 16)))
    return _STREAM[0]


def old_keys(password: bytes) -> Keys:
    """Return the old cipher's state after a password."""
    first, second, third = _START
    for byte in password:
        first = (first >> 8) ^ _CRC[(first ^ byte) & 0xFF]
        second = ((second + (first & 0xFF)) * 134775813 + 1) & _WORD
        third = (third >> 8) ^ _CRC[(third ^ (second >> 24)) & 0xFF]
    return first, second, third


def old_decrypt(keys: Keys, data: bytes) -> tuple[Keys, bytes]:
    """Decrypt with the old cipher; returns its state behind `data`."""
    first, second, third = keys
    crc, stream = _CRC, _stream()
    out = bytearray(data)
    for place, turned in enumerate(data):
        byte = turned ^ stream[third & 0xFFFF]
        out[place] = byte
        first = (first >> 8) ^ crc[(first ^ byte) & 0xFF]
        second = ((second + (first & 0xFF)) * 134775813 + 1) & _WORD
        third = (third >> 8) ^ crc[(third ^ (second >> 24)) & 0xFF]
    return (first, second, third), bytes(out)


class OldFeed(Feed):
    """The data of an entry that the old cipher encrypts; its header has been taken off."""

    def __init__(self, source: Source, record: Record, keys: Keys) -> None:
        super().__init__(source, record.data, record.data + record.packed)
        self._keys = keys
        #: The header decrypted: its last byte tells wrong passwords.
        self.header = self.take(OLD_HEADER)

    def take(self, size: int) -> bytes:
        """See `Feed`."""
        self._keys, data = old_decrypt(self._keys, super().take(size))
        return data

    def may_fit(self, record: Record) -> bool:
        """Say whether the header's check byte is as the record has it: of the checksum, or of the time."""
        checks = {record.crc >> 24}
        if record.flags & FLAG_DESCRIPTOR:
            checks.add(record.time >> 8)
        return len(self.header) == OLD_HEADER and self.header[-1] in checks


class AesFeed(Feed):
    """The data of an entry that AES encrypts, in counter mode."""

    def __init__(self, source: Source, record: Record, salt_bytes: int, keys: bytes) -> None:
        begin = record.data + salt_bytes + _CHECK_BYTES
        super().__init__(source, begin, record.data + record.packed - _MAC_BYTES)
        half = (len(keys) - _CHECK_BYTES) // 2
        self._decrypt = _counter_mode(keys[:half])
        self._mac = hmac.new(keys[half : 2 * half], digestmod=hashlib.sha1)
        self._mac_at = record.data + record.packed - _MAC_BYTES

    def take(self, size: int) -> bytes:
        """See `Feed`."""
        data = super().take(size)
        self._mac.update(data)
        return self._decrypt(data)

    def verify(self) -> None:
        """Read what is left and compare the authentication code. Raises UnpackError."""
        # What a decoder gave back was authenticated when it was taken; the position is of no use any more.
        while self.take(1 << 20):
            pass
        told = self.source.read_at(self._mac_at, _MAC_BYTES)
        if not hmac.compare_digest(told, self._mac.digest()[:_MAC_BYTES]):
            raise damaged("AES authentication code")

    def give_back(self, size: int) -> None:
        """Nothing is read twice: see `verify`."""


def _counter_mode(key: bytes) -> Callable[[bytes], bytes]:
    # One of pyzipper's own requirements; without type hints.
    from Cryptodome.Cipher import AES
    from Cryptodome.Util import Counter

    counter: Any = Counter.new(128, little_endian=True)
    cipher: Any = AES.new(key, AES.MODE_CTR, counter=counter)
    decrypt: Callable[[bytes], bytes] = cipher.decrypt
    return decrypt


def aes_feed(source: Source, record: Record, aes: AesExtra, password: bytes) -> AesFeed | None:
    """Return the decrypted data of an entry; None if the password's check says that it is another one."""
    salt_bytes = _SALT_BYTES.get(aes.strength)
    if salt_bytes is None or record.packed < salt_bytes + _CHECK_BYTES + _MAC_BYTES:
        return None
    head = source.read_at(record.data, salt_bytes + _CHECK_BYTES)
    keys = hashlib.pbkdf2_hmac("sha1", password, head[:salt_bytes], _ROUNDS, 4 * salt_bytes + _CHECK_BYTES)
    return AesFeed(source, record, salt_bytes, keys) if keys[-_CHECK_BYTES:] == head[salt_bytes:] else None


def checksum(chunks: Iterable[bytes]) -> int:
    """Return the CRC-32 of all chunks together."""
    crc = 0
    for part in chunks:
        crc = zlib.crc32(part, crc)
    return crc
