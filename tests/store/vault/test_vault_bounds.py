"""Entries that somebody edited by hand, under a true sum, with what no file can have."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from medscan_gui.core.device import Target
from medscan_gui.core.quarantine import EntryState, FileFacts, Stream, VaultEntry
from medscan_gui.core.record import canonical_json
from medscan_gui.core.words import TargetKind
from medscan_gui.store.vault import DamagedEntry, Vault, VaultError, VaultProblem
from medscan_gui.store.vault import form as stored_form
from medscan_gui.store.vault.bounds import are_possible
from tests.store.vault.samples import file_of, fresh, quarantined, sentence, vault_in

YEAR_30828 = 910_670_515_200 * 10**9
"""Last time of NTFS (FILETIME), in nanoseconds since 1970."""
YEAR_1601 = -11_644_473_600 * 10**9


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return vault_in(tmp_path)


def raw(path: bytes) -> str:
    return base64.b64encode(path).decode()


def edit(vault: Vault, entry: VaultEntry, part: str, changes: dict[str, Any]) -> None:
    """Change an entry's facts or target on the medium; the sum is made right."""
    path = file_of(vault, entry, ".json")
    body = msgspec.json.decode(path.read_bytes())["body"]
    (body["entry"][part] if part else body["entry"]).update(changes)
    data = canonical_json(body)
    path.write_bytes(canonical_json({"body": body, "format": 1, "sha256": stored_form._sum(data)}))


IMPOSSIBLE: list[tuple[str, dict[str, Any]]] = [
    ("facts", {"mode": 2**62}),
    ("facts", {"mode": 2**16}),
    ("facts", {"mode": -1}),
    ("facts", {"attributes": 2**32}),
    ("facts", {"attributes": -1}),
    ("facts", {"uid": 2**32}),
    ("facts", {"uid": 2**32 - 1}),
    ("facts", {"gid": -2}),
    ("facts", {"gid": 10**30}),
    ("facts", {"modified_ns": 2**63 * 10**9}),
    ("facts", {"accessed_ns": -(2**63) * 10**9 - 1}),
    ("facts", {"created_ns": 10**40}),
    ("facts", {"size": -1}),
    ("facts", {"size": 2**63}),
    ("facts", {"links": -1}),
    ("facts", {"links": 2**62}),
    ("facts", {"sha256": "AB" * 32}),
    ("facts", {"sha256": "../x"}),
    ("facts", {"extents": [[0, 4]]}),
    ("facts", {"extents": [[-1, 2]]}),
    ("facts", {"extents": [[0, -1]]}),
    ("facts", {"extents": [[1, 1], [0, 1]]}),
    ("facts", {"extents": [[0, 2], [1, 2]]}),
    ("facts", {"extents": [[0, 2**62], [2**62, -(2**62)]]}),
    ("facts", {"extents": [[2**70, 1]]}),
    ("facts", {"streams": [{"name": "x", "size": -1}]}),
    ("facts", {"streams": [{"name": "x", "size": 2**63}]}),
    ("facts", {"streams": [{"name": "", "size": 1}]}),
    ("facts", {"streams": [{"name": "x\x00", "size": 1}]}),
    ("facts", {"streams": [{"name": ":\\..\\..\\evil.exe", "size": 1}]}),
    ("facts", {"streams": [{"name": "/evil", "size": 1}]}),
    ("facts", {"xattrs": [[raw(b""), raw(b"v")]]}),
    ("facts", {"xattrs": [[raw(b"user.\x00x"), raw(b"v")]]}),
    ("facts", {"path": raw(b"")}),
    ("facts", {"path": raw(b"a.exe")}),
    ("facts", {"path": raw(b"../a.exe")}),
    ("facts", {"path": raw(b"C:a.exe")}),
    ("facts", {"path": raw(b"/media/\x00/a.exe")}),
    ("facts", {"path": raw(b"/media/a.exe\x00")}),
    ("target", {"paths": []}),
    ("target", {"paths": [raw(b"")]}),
    ("target", {"paths": [raw(b"/media"), raw(b"media")]}),
    ("target", {"paths": [raw(b"/media\x00")]}),
    ("", {"restored_to": raw(b"a.exe")}),
    ("", {"restored_to": raw(b"/tmp/\x00")}),
]


@pytest.mark.parametrize(("part", "changes"), IMPOSSIBLE)
def test_an_entry_edited_by_hand_is_a_damaged_entry(vault: Vault, part: str, changes: dict[str, Any]) -> None:
    other, entry = quarantined(vault), quarantined(vault, b"bad")
    edit(vault, entry, part, changes)
    with pytest.raises(VaultError) as error:
        vault.entry(entry.id)
    assert error.value.code is VaultProblem.DAMAGED
    assert sentence(error.value)
    listed = list(vault.entries())
    assert [found for found in listed if isinstance(found, VaultEntry)] == [other]
    assert [(found.id, found.entry) for found in listed if isinstance(found, DamagedEntry)] == [(entry.id, None)]


POSSIBLE: list[dict[str, Any]] = [
    {"mode": 0o7777, "uid": 2**32 - 2, "gid": 0},
    {"uid": -1, "gid": -1, "attributes": 2**32 - 1},
    {"modified_ns": YEAR_30828, "accessed_ns": YEAR_1601, "created_ns": YEAR_1601 - 1},
    {"modified_ns": -(2**63) * 10**9},
    {"size": 2**63 - 1, "extents": ((0, 0), (2**62, 2**62 - 1))},
    {"size": 10, "extents": ((0, 4), (4, 4), (9, 1))},
    {"path": b"/" + b"\xff\n" * 300},
    {"path": b"C:\\Users\\a.exe"},
    {"path": b"\\\\server\\share\\a.exe"},
    {"path": b"\\\\?\\C:\\a.exe"},
    {"streams": (Stream(name=":Zone.Identifier:$DATA", size=0), Stream(name="a\nb", size=1))},
    {"xattrs": ((b"user.\xff", b"\x00"),)},
]


@pytest.mark.parametrize("fields", POSSIBLE)
def test_whatever_a_real_file_can_have_is_kept(vault: Vault, fields: dict[str, Any]) -> None:
    facts = FileFacts(**{"path": b"/a", "size": 0, **fields})
    entry = vault.begin(fresh(facts=facts))
    assert list(vault.entries()) == [entry]
    assert vault.entry(entry.id).facts == facts


def test_a_real_file_of_this_system_is_kept(vault: Vault, tmp_path: Path) -> None:
    status = tmp_path.stat()
    facts = FileFacts(
        path=str(tmp_path).encode(),
        size=status.st_size,
        modified_ns=status.st_mtime_ns,
        mode=status.st_mode,
        uid=status.st_uid,
        gid=status.st_gid,
        links=status.st_nlink,
    )
    assert are_possible(fresh(facts=facts))


def test_what_would_be_damaged_is_not_written(vault: Vault) -> None:
    entry = quarantined(vault)
    nowhere = Target(kind=TargetKind.COMPUTER, paths=())
    works: list[Callable[[], object]] = [
        lambda: vault.begin(fresh(b"relative")),
        lambda: vault.begin(fresh(target=nowhere)),
        lambda: vault.update(entry, state=EntryState.RESTORING, restored_to=b"relative"),
    ]
    for work in works:
        with pytest.raises(VaultError) as error:
            work()
        assert error.value.code is VaultProblem.NOT_TEXT
        assert sentence(error.value)
    assert list(vault.entries()) == [entry]
