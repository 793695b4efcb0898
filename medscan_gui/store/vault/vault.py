"""The quarantine's vault: removed files, encrypted, each with what is needed to put it back.

It never lies on what is scanned. docs/quarantine.md describes its format and what it protects against.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.core.quarantine import ENTRY_FORMAT, EntryState, FileFacts, VaultEntry
from medscan_gui.core.record import timestamp
from medscan_gui.store.vault import disk, form, listing, names
from medscan_gui.store.vault.errors import DamagedEntry, VaultError, VaultProblem, is_there, os_error
from medscan_gui.store.vault.form import Stored
from medscan_gui.store.vault.lock import BUSY_SECONDS, locked
from medscan_gui.store.vault.sample import new_key, read_sample, write_sample
from medscan_gui.store.vault.steps import WITHOUT_SAMPLE, may_follow
from medscan_gui.store.vault.tidy import tidy_entry

_FILES_OF_SAMPLE = (names.SAMPLE, names.SAMPLE + names.UNFINISHED)


def _now() -> datetime:
    return datetime.now(UTC)


class _SourceError(Exception):
    """The content to be copied could not be read: no fault of the vault."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error)
        self.error = error


def _told_apart(content: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from content
    except OSError as error:
        raise _SourceError(error) from error


class Vault:
    """The vault in `folder`, which is made on first use. Everything raises VaultError and nothing else.

    Several processes and threads may use one vault. Every change is on the medium when the call returns.
    """

    def __init__(
        self, folder: Path, *, clock: Callable[[], datetime] = _now, busy_seconds: float = BUSY_SECONDS
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._busy_seconds = busy_seconds
        self._seen = is_there(folder)
        self._parent_seen = is_there(folder.parent)

    @property
    def folder(self) -> Path:
        """Where the vault lies."""
        return self._folder

    @property
    def holds_device(self) -> int:
        """Number of the volume (`st_dev`) that the vault lies or will lie on. Raises VaultError."""
        for place in (self._folder, *self._folder.absolute().parents):
            with suppress(FileNotFoundError), self._io(FileNotFoundError):
                return place.stat().st_dev
        raise self._gone()

    def free_bytes(self) -> int | None:
        """Return the room that is left for samples; None if it is not known."""
        for place in (self._folder, *self._folder.absolute().parents):
            try:
                return shutil.disk_usage(place).free
            except FileNotFoundError:
                continue
            except OSError:
                return None
        return None

    def begin(self, entry: VaultEntry) -> VaultEntry:
        """Put a new entry on the medium, in state COPYING; return it as it is there.

        Its id must be new (`new_id`); "" has one made.
        """
        entry_id = entry.id or names.new_id()
        begun = msgspec.structs.replace(
            entry,
            id=self._checked(entry_id),
            format=ENTRY_FORMAT,
            state=EntryState.COPYING,
            changed=timestamp(self._clock()),
            sample_sha256="",
            sample_size=0,
            why=None,
            restored_to=b"",
        )
        self._make_home()
        with self._changing():
            disk.make_folder(names.shard_of(self._folder, entry_id))
            if any(os.path.lexists(self._file(entry_id, kind)) for kind in (names.FACTS, names.SAMPLE)):
                raise VaultError(VaultProblem.CHANGED, where=entry.where)
            form.save(self._folder, Stored(entry=begun, key=new_key()))
        return begun

    def copy(self, entry: VaultEntry, content: Iterable[bytes]) -> VaultEntry:
        """Encrypt `content` into the entry's sample, read it back from the medium and compare.

        Returns the entry with the sample's digest and size; its state stays COPYING. What `content` raises passes
        through. Whatever is raised, no sample is left.
        """
        stored = self._same(entry)
        if entry.state is not EntryState.COPYING:
            raise self._not_possible(entry)
        unfinished, sample = (self._file(entry.id, kind) for kind in reversed(_FILES_OF_SAMPLE))
        try:
            with self._io():
                sha256, size = write_sample(unfinished, stored.key, entry.id, _told_apart(content))
                disk.rename(unfinished, sample)
            copied = msgspec.structs.replace(entry, sample_sha256=sha256, sample_size=size)
            self._read_back(copied, stored.key)
            self._replace(entry, copied)
        except BaseException as error:
            self._drop_sample(entry.id)
            if isinstance(error, _SourceError):
                raise error.error from None
            raise
        return copied

    def update(
        self,
        entry: VaultEntry,
        *,
        state: EntryState,
        why: Message | None = None,
        facts: FileFacts | None = None,
        restored_to: bytes | None = None,
    ) -> VaultEntry:
        """Bring an entry to its next state; return it as it is on the medium then.

        Raises VaultError: CHANGED if the entry is no longer as the caller saw it, NOT_POSSIBLE for a step that
        `steps.STEPS` does not know. ABANDONED and DESTROYED erase the key at once and then the sample; if that
        fails, `delete_sample` says so, and the next listing tries again.
        """
        if not may_follow(entry.state, state) or (state is EntryState.COPIED and not entry.sample_sha256):
            raise self._not_possible(entry)
        changed = msgspec.structs.replace(
            entry,
            state=state,
            why=why,
            changed=timestamp(self._clock()),
            facts=entry.facts if facts is None else facts,
            restored_to=entry.restored_to if restored_to is None else restored_to,
        )
        self._replace(entry, changed)
        if state in WITHOUT_SAMPLE:
            self._drop_sample(entry.id)
        return changed

    @contextmanager
    def still_removing(self, entry: VaultEntry) -> Iterator[None]:
        """Hold the vault's lock while the original of an entry in state REMOVING is removed.

        So nobody else comes to another conclusion about that original meanwhile: for them the vault is BUSY, for
        the caller itself too. Entering raises VaultError: CHANGED if the entry is no longer as the caller saw it,
        NOT_POSSIBLE in other states, BUSY… What is raised inside passes through.
        """
        if entry.state is not EntryState.REMOVING:
            raise self._not_possible(entry)
        with self._locked():
            self._same(entry)
            yield

    def read(self, entry: VaultEntry) -> Iterator[bytes]:
        """Yield the sample's plain bytes. Only an iteration that ends without VaultError gave the whole, unaltered."""
        stored = self._load(entry.id)
        held = stored.entry
        if held.state in WITHOUT_SAMPLE or not held.sample_sha256:
            raise self._not_possible(held)
        if (held.sample_sha256, held.sample_size) != (entry.sample_sha256, entry.sample_size):
            raise VaultError(VaultProblem.CHANGED, where=entry.where)
        try:
            yield from read_sample(self._file(entry.id, names.SAMPLE), stored.key, held)
        except FileNotFoundError as error:
            raise self._missing(VaultProblem.NO_SAMPLE, where=entry.where) from error
        except OSError as error:
            raise os_error(error, self._folder) from error

    def verify(self, entry: VaultEntry) -> None:
        """Read the whole sample. Raises VaultError if it is not, to the last byte, what was copied."""
        for _ in self.read(entry):
            pass

    def delete_sample(self, entry: VaultEntry) -> None:
        """Delete the sample of an entry that is ABANDONED or DESTROYED; it may be gone already."""
        if self._load(entry.id).entry.state not in WITHOUT_SAMPLE:
            raise self._not_possible(entry)
        self._drop_sample(entry.id)
        with self._io():
            if any(os.path.lexists(self._file(entry.id, kind)) for kind in _FILES_OF_SAMPLE):
                raise VaultError(VaultProblem.NOT_DELETED, where=entry.where)

    def entry(self, entry_id: str) -> VaultEntry:
        """Return one entry."""
        return self._load(entry_id).entry

    def entries(self) -> Iterator[VaultEntry | DamagedEntry]:
        """Yield every entry, in no order that means anything, and what is wrong with the broken ones.

        Nothing if there is no vault yet; VaultError (GONE) if its medium was unplugged.
        What cut-off steps left is cleaned up on the way, as far as the medium allows.
        """
        if self._is_gone():
            raise self._gone()
        yield from listing.listed(self._folder, self._tidy)

    def sweep(self) -> None:
        """Clean up what cut-off steps left in the whole vault, as far as the medium allows."""
        for _ in self.entries():
            pass

    def export(
        self,
        entries: Iterable[VaultEntry],
        file: Path,
        password: str,
        cancelled: Callable[[], bool] = lambda: False,
        *,
        on_bytes: Callable[[int], None] | None = None,
    ) -> None:
        """Write samples with their facts to a new zip, encrypted with AES-256, for analysis elsewhere.

        `cancelled` is asked between chunks; `on_bytes` is told the size of each one. Raises VaultError: EXPORT_…, or
        what `read` raises; nothing is left of the zip then. EXPORT_CANCELLED after a cancel.
        """
        from medscan_gui.store.vault.export import write_zip

        write_zip(entries, self.read, file, password, self._clock(), cancelled=cancelled, on_bytes=on_bytes)

    def _tidy(self, folder: Path, entry_id: str, found: set[str]) -> None:
        """Best effort: a medium that refuses, or another MedScan at work, costs nothing but another try later."""
        with suppress(OSError, VaultError), locked(folder, 0):
            tidy_entry(folder, entry_id, found)

    def _read_back(self, entry: VaultEntry, key: bytes) -> None:
        try:
            with self._io():
                for _ in read_sample(self._file(entry.id, names.SAMPLE), key, entry, from_medium=True):
                    pass
        except VaultError as error:
            if error.code is VaultProblem.ALTERED:
                raise VaultError(VaultProblem.COPY_DIFFERS, where=entry.where, folder=self._shown()) from error
            raise

    def _replace(self, seen: VaultEntry, wanted: VaultEntry) -> None:
        """Write `wanted` if the entry on the medium is still `seen`."""
        with self._changing():
            stored = self._same(seen)
            key = b"" if wanted.state in WITHOUT_SAMPLE else stored.key
            form.save(self._folder, Stored(entry=wanted, key=key))

    def _same(self, entry: VaultEntry) -> Stored:
        stored = self._load(entry.id)
        if stored.entry != entry:
            raise VaultError(VaultProblem.CHANGED, where=entry.where)
        return stored

    def _load(self, entry_id: str) -> Stored:
        self._checked(entry_id)
        try:
            with self._io(FileNotFoundError):
                return form.load(self._folder, entry_id)
        except FileNotFoundError as error:
            raise self._missing(VaultProblem.UNKNOWN, id=entry_id) from error

    def _drop_sample(self, entry_id: str) -> None:
        for kind in _FILES_OF_SAMPLE:
            with suppress(OSError):
                disk.remove(self._file(entry_id, kind))
        with suppress(OSError):
            disk.sync(names.shard_of(self._folder, entry_id))

    def _make_home(self) -> None:
        """Make the vault's folder, but never again: its medium was unplugged if it is gone."""
        with self._io():
            if not is_there(self._folder):
                if self._seen:
                    raise self._gone()
                self._folder.mkdir(mode=0o700, parents=not self._parent_seen, exist_ok=True)
                disk.sync(self._folder.parent)
        self._seen = True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if not is_there(self._folder):
            raise self._gone()
        with locked(self._folder, self._busy_seconds):
            yield

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._locked(), self._io():
            yield

    @contextmanager
    def _io(self, *passed: type[OSError]) -> Iterator[None]:
        try:
            yield
        except passed:
            raise
        except OSError as error:
            raise os_error(error, self._folder) from error

    def _file(self, entry_id: str, kind: str) -> Path:
        return names.file_of(self._folder, entry_id, kind)

    def _shown(self) -> str:
        return shown(str(self._folder), 200)

    def _gone(self) -> VaultError:
        return VaultError(VaultProblem.GONE, folder=self._shown())

    def _missing(self, code: VaultProblem, **params: str) -> VaultError:
        return self._gone() if self._is_gone() else VaultError(code, **params)

    def _is_gone(self) -> bool:
        """Say whether the medium of a vault that was there is no longer there."""
        return (self._seen or not is_there(self._folder.parent)) and not is_there(self._folder)

    @staticmethod
    def _checked(entry_id: str) -> str:
        if not names.is_id(entry_id):
            raise VaultError(VaultProblem.UNKNOWN, id=shown(entry_id, 100))
        return entry_id

    @staticmethod
    def _not_possible(entry: VaultEntry) -> VaultError:
        return VaultError(VaultProblem.NOT_POSSIBLE, where=entry.where, state=entry.state.value)
