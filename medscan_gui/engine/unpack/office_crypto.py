"""Encrypted Office documents: a compound file around an encrypted package ([MS-OFFCRYPTO] 2.3.4)."""

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from medscan_gui.engine.unpack.base import Member, Unpacking, cut_short, locked
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.compound import CompoundFile

_PACKAGE, _INFO = b"EncryptedPackage", b"EncryptionInfo"
_INFO_BYTES = 1 << 20
#: What Excel itself tries before it asks: workbooks locked with it open without a question.
_DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105  # public knowledge
#: Rounds of hashing: fixed for standard encryption; the highest that agile encryption allows (2.3.4.10).
_STANDARD_ROUNDS = 50_000
_MOST_ROUNDS = 10_000_000
_CHECK_EVERY = 10_000
#: Keys are bound to what they are for (2.3.4.13).
_FOR_VERIFIER = bytes.fromhex("fea7d2763b4b9e79")
_FOR_VERIFIER_HASH = bytes.fromhex("d7aa0f6d3061344e")
_FOR_KEY = bytes.fromhex("146e0be7abacd0d6")
_SEGMENT = 4096
_ELEMENT = {name: re.compile(rb"<(?:[A-Za-z]+:)?" + name + rb"\b([^<>]*)>") for name in (b"keyData", b"encryptedKey")}
_ATTRIBUTE = re.compile(rb"([A-Za-z]+)\s*=\s*[\"']([^\"']*)[\"']")
_HASHES = {"SHA1": "sha1", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512", "MD5": "md5"}

_Decrypt = Callable[[Iterator[bytes]], Iterator[bytes]]


def packages(compound: CompoundFile, unpacking: Unpacking) -> Iterator[Member]:
    """Yield the document inside an encrypted one. Raises UnpackError if no known password opens it."""
    package, info = compound.at_root(_PACKAGE), compound.at_root(_INFO)
    if package is None:
        return
    described = b"" if info is None else compound.read(info, _INFO_BYTES)
    decrypt = _opened(described, unpacking)
    if decrypt is None:
        raise locked(f"encryption {described[:4].hex()}")
    size = int.from_bytes(compound.read(package, 8), "little")
    yield Member(b"[decrypted]", _exactly(decrypt(_segments(compound.chunks(package))), size), size=size)


def _opened(described: bytes, unpacking: Unpacking) -> _Decrypt | None:
    """Return how to decrypt the package, by the first password that fits."""
    lock: _Agile | _Standard | None = None
    if described[:4] == b"\x04\0\x04\0":
        lock = _agile(described[8:])
    elif described[2:4] == b"\x02\0" and described[:1] in {b"\x02", b"\x03", b"\x04"}:
        lock = _standard(described)
    if lock is None:
        return None
    for password in (_DEFAULT_PASSWORD, *unpacking.passwords):
        key = lock.key(password.encode("utf-16-le", "surrogatepass"), unpacking.budget)
        if key is not None:
            return lambda parts, lock=lock, key=key: lock.decrypted(parts, key)  # type: ignore[misc]
    return None


@dataclass(frozen=True, slots=True)
class _Standard:
    """AES in its plainest mode, and SHA-1 (2.3.4.7 to 2.3.4.9)."""

    salt: bytes
    verifier: bytes
    verifier_hash: bytes
    key_bytes: int

    def key(self, password: bytes, budget: Budget) -> bytes | None:
        """Return the key of the package if the password fits."""
        digest = _rounds("sha1", self.salt + password, _STANDARD_ROUNDS, budget)
        digest = hashlib.sha1(digest + bytes(4)).digest()  # noqa: S324  # the format's
        wide = b"".join(
            hashlib.sha1(bytes(one ^ pad for one in digest.ljust(64, b"\0"))).digest()  # noqa: S324  # the format's
            for pad in (0x36, 0x5C)
        )
        key = wide[: self.key_bytes]
        cipher = _ecb(key)
        expected = hashlib.sha1(cipher(self.verifier)).digest()  # noqa: S324  # the format's
        return key if cipher(self.verifier_hash)[:20] == expected else None

    def decrypted(self, segments: Iterator[bytes], key: bytes) -> Iterator[bytes]:
        """Yield the package in clear."""
        cipher = _ecb(key)
        for segment in segments:
            yield cipher(segment)


@dataclass(frozen=True, slots=True)
class _Agile:
    """Ciphers and hashes by name (2.3.4.10 to 2.3.4.15); AES with chained blocks is what Office writes."""

    package_hash: str
    package_salt: bytes
    hash: str
    salt: bytes
    rounds: int
    key_bytes: int
    verifier: bytes
    verifier_hash: bytes
    key_value: bytes

    def key(self, password: bytes, budget: Budget) -> bytes | None:
        """Return the key of the package if the password fits."""
        digest = _rounds(self.hash, self.salt + password, self.rounds, budget)

        def opened(block: bytes, value: bytes) -> bytes:
            key = hashlib.new(self.hash, digest + block).digest()
            return _cbc(_padded(key, self.key_bytes), _padded(self.salt, 16), value)

        verifier = opened(_FOR_VERIFIER, self.verifier)[: len(self.salt)]
        expected = hashlib.new(self.hash, verifier).digest()
        if opened(_FOR_VERIFIER_HASH, self.verifier_hash)[: len(expected)] != expected:
            return None
        return opened(_FOR_KEY, self.key_value)[: self.key_bytes]

    def decrypted(self, segments: Iterator[bytes], key: bytes) -> Iterator[bytes]:
        """Yield the package in clear."""
        for number, segment in enumerate(segments):
            block = hashlib.new(self.package_hash, self.package_salt + struct.pack("<L", number)).digest()
            yield _cbc(key, _padded(block, 16), segment)


def _standard(described: bytes) -> _Standard | None:
    if len(described) < 12 + 32:
        return None
    (header,) = struct.unpack_from("<L", described, 8)
    (key_bits,) = struct.unpack_from("<L", described, 12 + 16)
    verifier = described[12 + header :]
    if len(verifier) < 72 or key_bits not in {128, 192, 256}:
        return None
    return _Standard(verifier[4:20], verifier[20:36], verifier[40:72], key_bits // 8)


def _agile(text: bytes) -> _Agile | None:
    data, lock = _attributes(text, b"keyData"), _attributes(text, b"encryptedKey")
    try:
        for one in (data, lock):
            if (one["cipherAlgorithm"], one["cipherChaining"]) != ("AES", "ChainingModeCBC"):
                return None
        rounds, key_bits = int(lock["spinCount"]), int(lock["keyBits"])
        values = [
            base64.b64decode(lock[name])
            for name in ("saltValue", "encryptedVerifierHashInput", "encryptedVerifierHashValue", "encryptedKeyValue")
        ]
        hashes = [_HASHES[one["hashAlgorithm"].replace("-", "")] for one in (data, lock)]
        package_salt = base64.b64decode(data["saltValue"])
    except (KeyError, ValueError, binascii.Error):
        return None
    salt, verifier, verifier_hash, key_value = values
    if not 0 <= rounds <= _MOST_ROUNDS or key_bits not in {128, 192, 256}:
        return None
    if any(not value or len(value) % 16 for value in values[1:]):
        return None
    return _Agile(hashes[0], package_salt, hashes[1], salt, rounds, key_bits // 8, verifier, verifier_hash, key_value)


def _attributes(text: bytes, element: bytes) -> dict[str, str]:
    found = _ELEMENT[element].search(text)
    if found is None:
        return {}
    return {name.decode(): value.decode("latin-1") for name, value in _ATTRIBUTE.findall(found[1])}


def _rounds(kind: str, first: bytes, rounds: int, budget: Budget) -> bytes:
    make = getattr(hashlib, kind)
    digest: bytes = make(first).digest()
    pack = struct.Struct("<L").pack
    for start in range(0, rounds, _CHECK_EVERY):
        budget.check()
        for number in range(start, min(start + _CHECK_EVERY, rounds)):
            digest = make(pack(number) + digest).digest()
    return digest


def _padded(value: bytes, size: int) -> bytes:
    return value[:size].ljust(size, b"\x36")


def _ecb(key: bytes) -> Callable[[bytes], bytes]:
    from Cryptodome.Cipher import AES

    return AES.new(key, AES.MODE_ECB).decrypt


def _cbc(key: bytes, start: bytes, data: bytes) -> bytes:
    from Cryptodome.Cipher import AES

    return AES.new(key, AES.MODE_CBC, start).decrypt(data)


def _segments(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the package without the size in front, in the pieces in which it was encrypted."""
    waiting, skipped = b"", False
    for chunk in chunks:
        waiting += chunk
        if not skipped and len(waiting) >= 8:
            waiting, skipped = waiting[8:], True
        whole = len(waiting) - len(waiting) % _SEGMENT if skipped else 0
        for at in range(0, whole, _SEGMENT):
            yield waiting[at : at + _SEGMENT]
        waiting = waiting[whole:]
    if skipped and (rest := waiting[: len(waiting) & ~15]):
        yield rest


def _exactly(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[:size]
        size -= len(chunk)
        if size <= 0:
            return
    if size > 0:
        raise cut_short("encrypted package")
