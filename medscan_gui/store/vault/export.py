"""Samples for the security team: a zip under AES-256, as their tools expect it, with neutral names.

Each sample is `<id>.bin`, its alternate streams `<id>.stream-1.bin`…, and `<id>.json` says what it was.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
import pyzipper

from medscan_gui.core.device import Device
from medscan_gui.core.finding import Finding
from medscan_gui.core.names import shown
from medscan_gui.core.quarantine import VaultEntry
from medscan_gui.core.record import canonical_json
from medscan_gui.store.files import sync_folder
from medscan_gui.store.vault import contents
from medscan_gui.store.vault.contents import Taker
from medscan_gui.store.vault.errors import VaultError, VaultProblem, is_full

FORMAT = 1
_ZIP64_FROM = 1024**3
"""Bytes from which a member gets 64-bit sizes: deflate may add a little to what it cannot compress."""
_OLDEST_YEAR = 1980
"""A zip knows no time before (PKWARE's APPNOTE, 4.4.6)."""

Read = Callable[[VaultEntry], Iterator[bytes]]


class ExportedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One member of the zip; size in bytes. `content` is "file", "stream", or "held": regions one after another."""

    name: str
    content: str
    size: int
    sha256: str
    stream: str = ""


class ExportedFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a sample was. `path_raw` is the path's own bytes (base64 in the JSON), `path` its escaped form."""

    id: str
    format: int = FORMAT
    path: str
    path_raw: bytes
    #: Where in it each of the findings lies, escaped, in their order.
    found_in: tuple[str, ...]
    size: int
    sha256: str
    modified_ns: int
    taken: str
    state: str
    scan_id: str
    action_id: str
    kit: str
    device: Device
    findings: tuple[Finding, ...]
    #: Regions that held data, as (offset, length), for what could only be handed over as it is held.
    regions: tuple[tuple[int, int], ...] = ()
    files: tuple[ExportedFile, ...]


class _Writer:
    """The zip being written."""

    def __init__(
        self,
        archive: pyzipper.AESZipFile,
        moment: datetime,
        cancelled: Callable[[], bool],
        on_bytes: Callable[[int], None] | None,
    ) -> None:
        self._archive = archive
        self._moment = max(moment.timetuple()[:6], (_OLDEST_YEAR, 1, 1, 0, 0, 0))
        self._cancelled = cancelled
        self._on_bytes = on_bytes

    def add(self, name: str, chunks: Iterable[bytes], size: int) -> tuple[str, int]:
        """Write one member of about `size` bytes; return digest and size."""
        info = pyzipper.zipfile_aes.AESZipInfo(name, self._moment)
        info.compress_type = pyzipper.ZIP_DEFLATED
        digest, written = hashlib.sha256(), 0
        with self._archive.open(info, "w", force_zip64=size >= _ZIP64_FROM) as member:
            for chunk in chunks:
                if self._cancelled():
                    raise VaultError(VaultProblem.EXPORT_CANCELLED)
                member.write(chunk)
                digest.update(chunk)
                written += len(chunk)
                if self._on_bytes:
                    self._on_bytes(len(chunk))
        return digest.hexdigest(), written

    def file(self, name: str, chunks: Iterable[bytes], size: int, content: str, stream: str = "") -> ExportedFile:
        """Write one member of a sample."""
        sha256, written = self.add(name, chunks, size)
        return ExportedFile(name=name, content=content, size=written, sha256=sha256, stream=stream)


def write_zip(
    entries: Iterable[VaultEntry],
    read: Read,
    file: Path,
    password: str,
    moment: datetime,
    *,
    cancelled: Callable[[], bool],
    on_bytes: Callable[[int], None] | None = None,
) -> None:
    """Write the zip `file` whole or not at all, never over another. Raises VaultError, also what `read` raises."""
    if not password:
        raise VaultError(VaultProblem.EXPORT_UNLOCKED)
    unfinished = file.with_name(f"{file.name}.part")
    try:
        _reserve(unfinished)
    except OSError as error:
        raise _export_error(error, unfinished) from error
    try:
        with unfinished.open("r+b") as stream:
            with _archive(stream, password) as archive:
                writer = _Writer(archive, moment, cancelled, on_bytes)
                for entry in entries:
                    _add_entry(writer, entry, read)
            stream.flush()
            os.fsync(stream.fileno())
        _reserve(file)
        _take_name(unfinished, file)
    except BaseException as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _export_error(error, file) from error
        raise
    sync_folder(file.parent)


@contextmanager
def _archive(stream: BinaryIO, password: str) -> Iterator[pyzipper.AESZipFile]:
    archive = pyzipper.AESZipFile(stream, "w", encryption=pyzipper.WZ_AES, compresslevel=1)
    archive.setpassword(password.encode("utf-8", "surrogatepass"))
    try:
        yield archive
        archive.close()
    except BaseException:
        archive.fp = None  # given up: closing a member that could not be written would raise over the reason
        raise


def _reserve(file: Path) -> None:
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _take_name(unfinished: Path, file: Path) -> None:
    """Put the whole zip in place of the empty file that reserved its name."""
    try:
        unfinished.replace(file)
    except OSError:
        with suppress(OSError):
            file.unlink()
        raise


def _add_entry(writer: _Writer, entry: VaultEntry, read: Read) -> None:
    taker, name = Taker(read(entry)), f"{entry.id}.bin"
    plain = contents.is_plain(entry)
    if plain:
        files = [writer.file(name, contents.main_content(entry, taker), entry.facts.size, "file")]
        for number, stream in enumerate(entry.facts.streams, 1):
            member = f"{entry.id}.stream-{number}.bin"
            files.append(writer.file(member, taker.take(stream.size), stream.size, "stream", shown(stream.name)))
        for _ in taker.rest():  # the end of the sample proves it
            pass
    else:
        files = [writer.file(name, taker.rest(), entry.sample_size, "held")]
    facts = _facts_of(entry, tuple(files), () if plain else entry.facts.extents)
    text = msgspec.json.format(canonical_json(facts), indent=1)
    writer.add(f"{entry.id}.json", (text,), len(text))


def _facts_of(
    entry: VaultEntry, files: tuple[ExportedFile, ...], regions: tuple[tuple[int, int], ...]
) -> ExportedFacts:
    return ExportedFacts(
        id=entry.id,
        path=entry.where,
        path_raw=entry.facts.path,
        found_in=tuple(found.where for found in entry.findings),
        size=entry.facts.size,
        sha256=entry.facts.sha256,
        modified_ns=entry.facts.modified_ns,
        taken=entry.taken,
        state=entry.state.value,
        scan_id=entry.scan_id,
        action_id=entry.action_id,
        kit=entry.kit,
        device=entry.device,
        findings=entry.findings,
        regions=regions,
        files=files,
    )


def _export_error(error: OSError, file: Path) -> VaultError:
    code = VaultProblem.EXPORT_FAILED
    if isinstance(error, FileExistsError):
        code = VaultProblem.EXPORT_EXISTS
    elif is_full(error):
        code = VaultProblem.EXPORT_FULL
    return VaultError(code, file=shown(str(file), 200), detail=os.strerror(error.errno or 0))
