"""Encrypted OpenDocument files: zip archives whose entries are encrypted one by one (ODF 1.3, part 2, 3.4 and 4.8).

The archive's own headers know nothing of it: without this opener, what nobody can read would count as scanned.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.unpack.base import Format, Member, UnpackError, Unpacking
from medscan_gui.engine.unpack.powerpoint import inflated
from medscan_gui.engine.unpack.source import Source
from medscan_gui.engine.unpack.zip_family import open_zip

_MANIFEST = b"META-INF/manifest.xml"
_MANIFEST_BYTES = 16 << 20
#: The first entry is stored and tells what the document is (part 2, 3.3).
_BEGINNING = re.compile(rb"PK\x03\x04.{26}mimetypeapplication/vnd\.(?:oasis|sun)\.", re.DOTALL)
_TAG = re.compile(
    rb"<(/?)(?:[A-Za-z]+:)?(file-entry|encryption-data|algorithm|start-key-generation|key-derivation|encrypted-key)\b"
    rb"([^<>]*)>"
)
_ATTRIBUTE = re.compile(rb"(?:[A-Za-z]+:)?([a-z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
#: Rounds of key derivation that are tried; LibreOffice writes 100,000, and one call cannot be stopped.
_MOST_ROUNDS = 1_000_000
#: Bytes of the packed content that its checksum is made of.
_CHECKED = 1024
_BLOCK = 16
_PIECE = 64 << 10
_LOCKED = (Outcome.ENCRYPTED, Cause.NONE, "")


@dataclass(slots=True)
class _Lock:
    """How one entry is encrypted: the attributes of all elements together."""

    facts: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> bytes:
        """Return a value in base64; nothing if it is none."""
        try:
            return base64.b64decode(self.facts.get(name, ""))
        except (ValueError, binascii.Error):
            return b""

    def key(self, password: str) -> bytes | None:
        """Return the key that a password makes; None if there is no telling here."""
        if self.facts.get("key-derivation-name", "PBKDF2").rpartition("#")[2].upper() != "PBKDF2":
            return None
        rounds, size = _number(self.facts.get("iteration-count", "")), _number(self.facts.get("key-size", "16"))
        if not 0 < rounds <= _MOST_ROUNDS or size not in {16, 24, 32}:
            return None
        strong = self.facts.get("start-key-generation-name", "").lower().endswith("sha256")
        first = hashlib.new("sha256" if strong else "sha1", password.encode("utf-8", "surrogatepass")).digest()
        return hashlib.pbkdf2_hmac("sha1", first, self.value("salt"), rounds, size)

    def fits(self, front: bytes) -> bool:
        """Say whether this is how the packed content begins: there is a checksum of its first 1,024 bytes."""
        strong = "sha256" in self.facts.get("checksum-type", "").lower()
        return hashlib.new("sha256" if strong else "sha1", front[:_CHECKED]).digest() == self.value("checksum")

    def decrypted(self, key: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the packed content, the filling of its last block left out. Raises ValueError."""
        decrypt, padded = self._cipher(key)
        waiting = b""
        for block in blocks:
            if waiting:
                yield waiting
            waiting = decrypt(block)
        yield waiting[: -waiting[-1]] if padded and waiting and 0 < waiting[-1] <= _BLOCK else waiting

    def _cipher(self, key: bytes) -> tuple[Callable[[bytes], bytes], bool]:
        """Return how to decrypt, and whether the last block is filled up."""
        from Cryptodome.Cipher import AES, Blowfish

        name, start = self.facts.get("algorithm-name", "").lower(), self.value("initialisation-vector")
        if name.endswith(("aes128-cbc", "aes192-cbc", "aes256-cbc")):
            return AES.new(key, AES.MODE_CBC, start).decrypt, True
        if name.endswith(("blowfish cfb", "#blowfish")):
            cipher = Blowfish.new(key, Blowfish.MODE_CFB, start, segment_size=64)  # noqa: S304  # the format's
            return cipher.decrypt, False
        raise ValueError(name)


def is_document(source: Source) -> bool:
    """Say whether a zip archive begins as OpenDocument does."""
    return _BEGINNING.match(source.read_at(0, 96)) is not None


def open_odf(source: Source, unpacking: Unpacking) -> Iterator[Member | RuleMatch]:
    """Yield the encrypted entries, decrypted; those that no known password opens as locked."""
    locks = _locks(_manifest(source, unpacking))
    if not locks:
        return
    passwords = list(unpacking.passwords)
    for member in open_zip(source, unpacking):
        lock = locks.pop(member.name, None)
        if lock is not None:
            yield _opened(member, lock, passwords, unpacking)
    for name in locks:
        yield Member(b"[decrypted] " + name, problem=(Outcome.DAMAGED, Cause.CUT_SHORT, "entry that is not there"))


def _manifest(source: Source, unpacking: Unpacking) -> bytes:
    parts = bytearray()
    for member in open_zip(source, unpacking):
        if member.name == _MANIFEST:
            try:
                for part in member.chunks:
                    unpacking.budget.charge(len(part))
                    parts += part
                    if len(parts) > _MANIFEST_BYTES:
                        break
            except UnpackError:
                continue  # told by the archive's own opener
    return bytes(parts)


def _locks(manifest: bytes) -> dict[bytes, _Lock]:
    """Return the encrypted entries by name. Read as text: no reader of XML is needed, and none can be led astray."""
    locks: dict[bytes, _Lock] = {}
    name = b""
    for tag in _TAG.finditer(manifest):
        closing, element, rest = tag.groups()
        facts = {one[1].decode(): (one[2] or one[3] or b"") for one in _ATTRIBUTE.finditer(rest)}
        if element == b"file-entry":
            name = b"" if closing else _unescaped(facts.get("full-path", b""))
        elif name and not closing:
            if element == b"start-key-generation":
                facts.pop("key-size", None)  # that of the password's hash
            lock = locks.setdefault(name, _Lock())
            lock.facts.update((key, value.decode("latin-1")) for key, value in facts.items())
    return locks


def _unescaped(name: bytes) -> bytes:
    for entity, meaning in ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&apos;", b"'"), (b"&amp;", b"&")):
        name = name.replace(entity, meaning)
    return name


def _opened(member: Member, lock: _Lock, passwords: list[str], unpacking: Unpacking) -> Member:
    """Return an entry decrypted by the first password that fits; that one is tried first on the next entry."""
    name = b"[decrypted] " + member.name
    if member.problem is not None:
        return Member(name, problem=member.problem)
    blocks = _blocks(iter(member.chunks))
    first = next(blocks, b"")
    for place, password in enumerate(passwords):
        unpacking.budget.check()
        key = lock.key(password)
        if key is not None and _fits(lock, key, first):
            passwords.insert(0, passwords.pop(place))
            return Member(name, inflated(lock.decrypted(key, chain((first,), blocks)), bits=-15))
    return Member(name, problem=_LOCKED)


def _fits(lock: _Lock, key: bytes, first: bytes) -> bool:
    try:
        return lock.fits(b"".join(lock.decrypted(key, iter((first,)))))
    except ValueError:
        return False


def _blocks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield an entry's bytes in pieces of whole cipher blocks, the first one no shorter than its checksum needs."""
    waiting = b""
    for chunk in chunks:
        waiting += chunk
        if len(waiting) >= _PIECE:
            whole = len(waiting) - len(waiting) % _BLOCK
            yield waiting[:whole]
            waiting = waiting[whole:]
    if waiting:
        yield waiting


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


FORMATS: tuple[Format, ...] = (
    Format(
        name="OpenDocument, encrypted",
        kinds=(FileType.ZIP,),
        opener=open_odf,
        library="pycryptodomex",
        read="entries encrypted with AES or Blowfish and a key by PBKDF2, by password",
        not_read="keys by Argon2 or OpenPGP (told as encrypted)",
        samples=("text.odt",),
        worth=is_document,
    ),
)
