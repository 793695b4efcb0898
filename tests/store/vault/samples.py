"""Entries and vaults for the tests of the quarantine."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from medscan_gui.core.device import Device, Target
from medscan_gui.core.finding import Finding
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.quarantine import EntryState, FileFacts, VaultEntry
from medscan_gui.core.text import Words
from medscan_gui.core.words import Severity, TargetKind
from medscan_gui.store.vault import Vault, VaultError, new_id

SIZE = 3 * 1024 * 1024
"""Bytes after which a sample has several chunks."""

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
STICK = Device(id="device-stick", name="Clé bleue", asset_number="USB-07", department="Radiologie")
FOLDER = Target(kind=TargetKind.FOLDER, paths=(b"/media/stick",), label="stick")


def finding(path: bytes) -> Finding:
    return Finding(
        chain=(path, b"setup.exe"), rule="Conficker_Worm", rule_file="worms.yar", severity=Severity.HIGH, size=3
    )


def fresh(path: bytes = b"/media/stick/a.exe", *, size: int = 0, **fields: object) -> VaultEntry:
    """An entry that is not in a vault yet."""
    entry = VaultEntry(
        id=new_id(),
        action_id="action-1",
        scan_id="scan-1",
        taken="2026-11-21T12:00:00.000Z",
        device=STICK,
        target=FOLDER,
        operator="Zoé",
        facts=FileFacts(path=path, size=size, extents=((0, size),) if size else ()),
        findings=(finding(path),),
    )
    return msgspec.structs.replace(entry, **fields)


def vault_in(folder: Path, **options: object) -> Vault:
    return Vault(folder / "quarantine", clock=lambda: NOON, **options)  # type: ignore[arg-type]


def quarantined(vault: Vault, content: bytes = b"bad", path: bytes = b"/media/stick/a.exe") -> VaultEntry:
    """An entry that went all the way to QUARANTINED."""
    entry = vault.copy(vault.begin(fresh(path, size=len(content))), [content])
    for state in (EntryState.COPIED, EntryState.REMOVING, EntryState.QUARANTINED):
        entry = vault.update(entry, state=state)
    return entry


def file_of(vault: Vault, entry: VaultEntry, kind: str) -> Path:
    return vault.folder / entry.id[:2] / f"{entry.id}{kind}"


def names_in(vault: Vault) -> list[str]:
    """Every file of the vault, the lock's apart."""
    return sorted(path.name for path in vault.folder.rglob("*") if path.is_file() and path.name != "vault.lock")


def held_by(vault: Vault, entry: VaultEntry) -> bytes:
    return b"".join(vault.read(entry))


def sentence(error: VaultError) -> str:
    """What the operator reads; every placeholder is filled."""
    said = Words().sentence(error.message)
    assert not said.startswith("["), said
    assert "{" not in said, said
    return said


def raw(path: Path) -> bytes:
    return raw_bytes(str(path))


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]
